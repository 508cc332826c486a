//! The fewest reads: what is planned right after an apply over DingTalk storage, which the emulator
//! stands in for, and what others did in between is noticed all the same.

use std::fmt::Write;

use reshelve::emulator::{Config, Vendor};
use serde_json::Value;

use super::service::Story;

const SECRETS: [(&str, &str); 3] = [
    ("UNION_ID", "editor"),
    ("APP_KEY", "key"),
    ("APP_SECRET", "secret"),
];

const SEED: &str = "credentials:\n  - {app_key: key, app_secret: secret, union_ids: [editor]}\n\
                    spaces:\n  - id: \"1003\"\n    name: Operations\n    made: drive\n    files:\n";

const SPACE: &str = "version: 1\nspaces:\n  operations:\n    provider: dingtalk\n    id: \"1003\"\n    \
                     limits: {calls_per_second: 1000}\n";

/// A thousand reports go into ten folders, by their month.
const REPORTS: &str = "name: reports
placements:
  - id: month
    for_each: [{m: '01'}, {m: '02'}, {m: '03'}, {m: '04'}, {m: '05'},
               {m: '06'}, {m: '07'}, {m: '08'}, {m: '09'}, {m: '10'}]
    move: operations:/daily/2026-${each.m}-*.csv
    into: operations:/archive/2026/${each.m}
";

fn reports() -> Vec<String> {
    let daily =
        |month: u32| (0..100).map(move |day| format!("/daily/2026-{month:02}-{day:03}.csv"));
    (1..=10).flat_map(daily).collect()
}

/// Files that nobody asks for, `count` in each of these folders.
fn beside(folders: impl IntoIterator<Item = String>, count: u32) -> Vec<String> {
    let of = |folder: String| (0..count).map(move |number| format!("{folder}/other {number}.csv"));
    folders.into_iter().flat_map(of).collect()
}

fn months() -> impl Iterator<Item = String> {
    (1..=10).map(|month| format!("/archive/2026/{month:02}"))
}

fn story(placements: &str, files: &[String]) -> Story {
    let mut seed = SEED.to_owned();
    for (size, file) in files.iter().enumerate() {
        writeln!(seed, "      {file}: {}", size + 1).unwrap();
    }
    let config = Config::new(Vendor::Dingtalk)
        .calls_per_second(10_000)
        .seed(seed);
    let manifest = format!("{SPACE}{placements}");
    let mut story = Story::new(&manifest, config, "DINGTALK", &SECRETS);
    assert_eq!(story.code(&["apply", "--yes"]), 0);
    story
}

/// The calls that a plan makes: by id, listings of folders and of the whole space; and the plan.
fn planned(story: &mut Story) -> ([usize; 3], Value) {
    let routes = ["queryMany", "list", "listAll"];
    let count = |story: &Story| routes.map(|route| story.calls(&[route]).len());
    let before = count(story);
    let output = story
        .command(&["plan", "--format", "json"])
        .output()
        .unwrap();
    let after = count(story);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let made = [0, 1, 2].map(|route| after[route] - before[route]);
    let cost = &plan["cost"];
    assert_eq!(cost["reads"], made.iter().sum::<usize>(), "{cost}");
    let readings = cost["readings"].as_array().unwrap().iter();
    let told: u64 = readings.map(|it| it["made"].as_u64().unwrap()).sum();
    assert_eq!(cost["reads"], told, "{cost}");
    (made, plan)
}

/// What is planned right after an apply: the way, and the calls that it takes. Those that are
/// expected leave out folders that nobody knew of.
fn check(
    placements: &str,
    files: &[String],
    way: &str,
    calls: [usize; 3],
    expected: usize,
) -> Story {
    let mut story = story(placements, files);
    let (made, plan) = planned(&mut story);
    assert_eq!(plan["verdict"], "nothing-to-do");
    let reading = &plan["cost"]["readings"][0];
    assert_eq!(
        (&reading["way"], made),
        (&Value::from(way), calls),
        "{reading}"
    );
    assert_eq!(reading["expected"], expected, "{reading}");
    story
}

#[test]
fn a_thousand_placed_files_are_planned_again_in_the_fewest_calls() {
    // Ten folders of two pages, with those on the way to them: 34 calls by id would be more.
    check(REPORTS, &reports(), "by-folder", [0, 24, 0], 23);
    // As many, however much else there is in other folders.
    let elsewhere = beside(["/other".to_owned()], 1000);
    let files = [reports(), elsewhere].concat();
    check(REPORTS, &files, "by-folder", [0, 24, 0], 23);
    // One folder for each report: 601 ids, and the root and `daily`.
    let one_each: String = (0..300)
        .map(|number| {
            let (month, day) = (number / 100 + 1, number % 100);
            format!(
                "  - move: operations:/daily/2026-{month:02}-{day:03}.csv\n    \
                 to: operations:/archive/{number}/report.csv\n"
            )
        })
        .collect();
    let placements = format!("name: reports\nplacements:\n{one_each}");
    check(&placements, &reports()[..300], "by-id", [21, 2, 0], 22);
}

#[test]
fn in_a_cluttered_space_what_is_known_is_asked_for() {
    // 1,012 ids, thirty a call; the root and `daily` are listed to prove that nothing came.
    let files = [reports(), beside(months(), 150)].concat();
    let mut story = check(REPORTS, &files, "by-id", [34, 2, 0], 35);
    let text = story.run(&["plan"]);
    let line = "operations read by id: 36 calls, 35 expected (listing takes 53 or more)";
    assert!(text.contains(line), "{text}");
    let markdown = story.run(&["plan", "--format", "markdown"]);
    assert!(
        markdown.contains("operations read by id: 36 calls"),
        "{markdown}"
    );

    // Others take a report back, put another under its name, and one where nothing was.
    let others = "name: others
placements:
  - move: operations:/archive/2026/01/2026-01-007.csv
    to: operations:/daily/2026-01-007.csv
  - move: operations:/archive/2026/02/2026-02-007.csv
    to: operations:/archive/2026/02/renamed.csv
";
    story.env.write("others.yaml", &format!("{SPACE}{others}"));
    let arguments = ["apply", "others.yaml", "--yes", "--state", "others"];
    assert_eq!(story.code(&arguments), 0);
    let (made, plan) = planned(&mut story);
    // The two folders that miss something are listed with those on the way to them.
    assert_eq!(made, [34, 2 + 2 + 5 + 5, 0]);
    let operations = plan["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 1, "{operations:#?}");
    assert_eq!(operations[0]["from"]["path"], "/daily/2026-01-007.csv");
    let forgotten = plan["forgotten"].as_array().unwrap().iter();
    let forgotten: Vec<&Value> = forgotten.map(|address| &address["path"]).collect();
    let gone = ["01/2026-01-007.csv", "02/2026-02-007.csv"].map(|it| format!("/archive/2026/{it}"));
    assert_eq!(forgotten, gone.each_ref());
    assert_eq!(story.code(&["apply", "--yes"]), 0);
    assert_eq!(planned(&mut story).0, [34, 2, 0]);

    // A report that comes and whose name is taken is met only where it is to go.
    let others = "name: others
placements:
  - copy: operations:/archive/2026/03/other 1.csv
    to: operations:/daily/2026-03-500.csv
  - copy: operations:/archive/2026/04/other 1.csv
    to: operations:/archive/2026/03/2026-03-500.csv
";
    story.env.write("more.yaml", &format!("{SPACE}{others}"));
    let arguments = ["apply", "more.yaml", "--yes", "--state", "more"];
    assert_eq!(story.code(&arguments), 0);
    let (_, plan) = planned(&mut story);
    assert_eq!(plan["verdict"], "refused", "{plan}");
    assert_eq!(
        plan["findings"][0]["path"],
        "operations:/archive/2026/03/2026-03-500.csv"
    );
}

#[test]
fn what_is_fanned_out_is_asked_for_by_its_id() {
    let teams: String = (0..90)
        .map(|team| {
            format!(
                "  - copy: operations:/kits/kit.pdf\n    to: operations:/teams/{team}/kit.pdf\n"
            )
        })
        .collect();
    let mut files = vec!["/kits/kit.pdf".to_owned()];
    files.extend(beside((0..90).map(|team| format!("/teams/{team}")), 60));
    // 91 files and the 92 folders above them.
    let placements = format!("name: fan\nplacements:\n{teams}");
    let mut story = check(&placements, &files, "by-id", [7, 0, 0], 7);
    // What is at its place is not looked for again before it is overwritten.
    let text = story.run(&["drift"]);
    assert!(text.contains("exit code: 0"), "{text}");
}
