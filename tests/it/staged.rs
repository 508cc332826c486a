//! Copies by a folder of the run's own, over DingTalk storage.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reshelve::emulator::{Config, Vendor};

use super::dingtalk::{SECRETS, WRITES, story};
use super::service::{Story, counted, names, planned};

const STAGING: &str = ".reshelve-staging-";

#[test]
fn a_staged_plan_leads_to_the_same_drives() {
    let mut direct = story(|config| config);
    assert_eq!(direct.code(&["apply", "--yes"]), 0);
    let mut staged = story(|config| config);
    let manifest = staged.env.read("reshelve.yaml");
    let manifest = manifest.replace(
        "provider: dingtalk,",
        "provider: dingtalk, name_check: at-submission,",
    );
    staged.env.write("reshelve.yaml", &manifest);
    let shown = staged.run(&["plan", "-v", "--out", "plan.json"]);
    let reason = "staged, because the service checks names at submission only";
    assert!(shown.contains(reason), "{shown}");
    assert_eq!(staged.code(&["apply", "plan.json"]), 0);
    let made = counted(staged.calls(&WRITES).iter().map(|call| call.route));
    assert_eq!(made, planned(&staged.env.read("plan.json")));
    assert_eq!(
        names(&staged.emulator.tree()),
        names(&direct.emulator.tree())
    );
    assert_eq!(staged.code(&["plan", "--detailed-exitcode"]), 0);
}

const DRIVES: &str = "\
credentials:
  - {app_key: KEY, app_secret: SECRET, union_ids: [PERSON]}
spaces:
  - {id: \"1\", name: In, made: drive, files: {/f/1.txt: 1, /f/2.txt: 2, /f/3.txt: 3, /f/4.txt: 4, /f/5.txt: 5, /f/6.txt: 6, /f/7.txt: 7, /f/8.txt: 8}}
  - {id: \"2\", name: Out, made: drive, files: {/g/0.txt: 9}}
";

const MANIFEST: &str = "\
version: 1
name: staged
spaces:
  in: {provider: dingtalk, id: \"1\"}
  out: {provider: dingtalk, id: \"2\", name_check: at-submission}
placements:
  - {copy: 'in:/f/*.txt', into: 'out:/g'}
";

/// Eight files that go by a folder of the run's own in three calls.
fn eight() -> Story {
    let drives = (DRIVES.replace("PERSON", SECRETS[0].1))
        .replace("KEY", SECRETS[1].1)
        .replace("SECRET", SECRETS[2].1);
    let config = Config::new(Vendor::Dingtalk).seed(drives);
    Story::new(MANIFEST, config, "DINGTALK", &SECRETS)
}

#[test]
fn a_run_that_is_killed_while_it_copies_leaves_no_folder_and_no_twin() {
    for call in [1, 3] {
        let mut story = eight();
        let rule =
            format!("rules: [{{route: batchCopy, nth: {call}, kind: slow, milliseconds: 5000}}]");
        story.emulator.set_faults(&rule).unwrap();
        let mut command = story.command(&["apply", "--yes", "-q"]);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while story.calls(&["batchCopy"]).len() < call {
            assert!(Instant::now() < patience, "nothing was copied");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        story.emulator.set_faults("rules: []").unwrap();
        let before = story.emulator.tree();
        assert!(before.contains(STAGING), "{before}");
        let resumed = story.run(&["resume"]);
        assert!(resumed.contains("exit code: 0"), "{resumed}");
        let after = names(&story.emulator.tree());
        assert!(!after.contains(STAGING), "{after}");
        let placed = after.lines().filter(|row| row.contains("/g/")).count();
        assert_eq!(placed, 9, "{after}");
        assert_eq!(story.code(&["plan", "--detailed-exitcode"]), 0);
    }
}
