//! The README holds what it says: every command in it is carried out, every output compared.

use std::fs;
use std::process::Command;

use super::environment::Environment;
use super::kept::{commands, exit_codes};

/// A block of commands: each with the output shown below it.
struct Block {
    /// The example in whose folder the commands are meant, else the repository.
    example: Option<String>,
    lines: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Commands behind `$ `, each with its output.
    Console,
    /// A script.
    Script,
}

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
/// The emulator, where it was built: with its feature.
const EMULATOR: Option<&str> = if cfg!(feature = "emulator") {
    option_env!("CARGO_BIN_EXE_reshelve-emulator")
} else {
    None
};

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            if let Some(block) = open.take() {
                blocks.push(block);
                continue;
            }
            let mut words = info.split(' ');
            let kind = match words.next() {
                Some("console") => Kind::Console,
                Some("sh") => Kind::Script,
                // The lines of other blocks are passed over below.
                _ => {
                    open = None;
                    continue;
                }
            };
            open = Some(Block {
                example: words.next().map(str::to_owned),
                lines: Vec::new(),
                kind,
            });
        } else if let Some(block) = &mut open {
            block.lines.push(line.to_owned());
        }
    }
    blocks
}

/// Programs that the README's commands find first: this build of `reshelve`, and a `cargo` that
/// does not build a second time.
fn programs(env: &Environment) {
    fs::create_dir(env.path("bin")).unwrap();
    let program = env!("CARGO_BIN_EXE_reshelve");
    std::os::unix::fs::symlink(program, env.path("bin/reshelve")).unwrap();
    if let Some(emulator) = EMULATOR {
        std::os::unix::fs::symlink(emulator, env.path("bin/reshelve-emulator")).unwrap();
    }
    // `cargo test --all-features` is what runs this very test.
    let cargo = "#!/bin/sh\ncase \"$*\" in\n    'run --release -- '*) shift 3; exec reshelve \"$@\" ;;\n    'test --all-features') ;;\n    *) echo \"unknown: cargo $*\" >&2; exit 99 ;;\nesac\n";
    fs::write(env.path("bin/cargo"), cargo).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(env.path("bin/cargo"), executable).unwrap();
}

/// The folder of an example, made when it is first asked for.
fn folder(env: &Environment, example: Option<&String>) -> std::path::PathBuf {
    let Some(example) = example else {
        return REPOSITORY.into();
    };
    let folder = env.path(&format!("example-{example}"));
    if !folder.exists() {
        let setup = format!("{REPOSITORY}/examples/{example}/setup.sh");
        let made = Command::new("sh").arg(setup).arg(&folder).status().unwrap();
        assert!(made.success());
    }
    folder
}

/// Runs a command of the README; gives its exit code, stdout and stderr.
fn run(env: &mut Environment, block: &Block, script: &str) -> (i32, String, String) {
    let elsewhere = env.path("tmp-handbook");
    let script = script.replace("/tmp/handbook", &elsewhere.to_string_lossy());
    let mut command = Command::new("sh");
    command.args(["-e", "-c", &script]);
    env.seal(&mut command);
    let path = std::env::var("PATH").unwrap();
    let output = command
        .env("PATH", format!("{}:{path}", env.path("bin").display()))
        .env("CI", "true")
        .current_dir(folder(env, block.example.as_ref()))
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let stdout = env.filter(&String::from_utf8(output.stdout).unwrap());
    (code, stdout, stderr)
}

/// The exit code that a comment behind a command announces.
fn announced(command: &str) -> i32 {
    let comment = command.split_once("# exit code ");
    comment.map_or(0, |(_, code)| code.trim().parse().unwrap())
}

fn check_console(env: &mut Environment, block: &Block) -> usize {
    let mut commands = 0;
    let mut lines = block.lines.iter().peekable();
    while let Some(line) = lines.next() {
        let command = line.strip_prefix("$ ").expect("output without a command");
        let mut expected = String::new();
        while let Some(output) = lines.next_if(|line| !line.starts_with("$ ")) {
            expected.push_str(output);
            expected.push('\n');
        }
        let (code, stdout, stderr) = run(env, block, command);
        assert_eq!(code, announced(command), "{command}\n{stderr}");
        if !expected.is_empty() {
            assert_eq!(stdout, env.filter(&expected), "{command}");
        }
        commands += 1;
    }
    commands
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "a tour that cannot be taken says so loudly"
)]
fn every_command_of_the_readme_does_what_it_says() {
    let text = fs::read_to_string(format!("{REPOSITORY}/README.md")).unwrap();
    let mut env = Environment::new();
    programs(&env);
    let mut commands = 0;
    for block in blocks(&text) {
        if EMULATOR.is_none() && matches!(block.example.as_deref(), Some("dingtalk" | "smh")) {
            eprintln!("SKIPPED: the tour of {:?} needs the emulator", block.lines);
            continue;
        }
        match block.kind {
            Kind::Console => commands += check_console(&mut env, &block),
            Kind::Script => {
                let fresh = folder(&env, block.example.as_ref());
                if block.lines.iter().any(|line| line.contains("plan.json")) {
                    fs::remove_dir_all(&fresh).unwrap();
                }
                let (code, _, stderr) = run(&mut env, &block, &block.lines.join("\n"));
                assert_eq!(code, 0, "{:?}\n{stderr}", block.lines);
                commands += block.lines.len();
            }
        }
    }
    assert!(commands >= 12, "only {commands} commands were found");
    assert!(env.exists("tmp-handbook/desk/team/Handbook/Welcome.txt"));
}

#[test]
fn the_manifest_in_the_readme_is_the_example() {
    let text = fs::read_to_string(format!("{REPOSITORY}/README.md")).unwrap();
    let manifest = text.split_once("```yaml\n").unwrap().1;
    let manifest = manifest.split_once("```").unwrap().0;
    let example = fs::read_to_string(format!("{REPOSITORY}/examples/handbook/reshelve.yaml"));
    assert!(example.unwrap().ends_with(manifest), "{manifest}");
}

#[test]
fn the_readme_names_every_command_and_exit_code() {
    let text = fs::read_to_string(format!("{REPOSITORY}/README.md")).unwrap();
    for command in commands(&mut Environment::new(), &[]) {
        let name = command.split(' ').next().unwrap();
        assert!(
            name == "help" || text.contains(&format!("`{name}")),
            "{name}"
        );
    }
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    for code in exit_codes() {
        let named = |row: &str| {
            let mut numbers = row[1..].split('|').next().unwrap().split(',');
            numbers.any(|number| number.trim() == code)
        };
        assert!(rows.iter().any(|row| named(row)), "{code}");
    }
}
