//! A sealed place to run the program in: its own folder, no environment, fixed time and chance.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use regex::Regex;
use tempfile::TempDir;

/// A folder with nothing but what a test puts there.
pub(crate) struct Environment {
    folder: TempDir,
    /// Seconds since 1970 that the program believes it is.
    now: u64,
    commands: u64,
}

/// When every story begins: a morning in September 2026.
const START: u64 = 1_790_000_000;

impl Environment {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            now: START,
            commands: 0,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now += seconds;
    }

    /// Writes a file that was last changed two days before the story begins.
    pub(crate) fn write(&self, name: &str, content: &str) {
        self.write_at(name, content, START - 2 * 86_400);
    }

    /// Writes a file that was last changed at a time.
    pub(crate) fn write_at(&self, name: &str, content: &str, seconds: u64) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// All files and folders below a folder, one a line, files with their content.
    pub(crate) fn tree(&self, name: &str) -> String {
        let mut lines = String::new();
        list(&self.path(name), "", &mut lines);
        lines
    }

    /// The program with arguments, ready to start.
    pub(crate) fn command(&mut self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reshelve"));
        command.args(arguments);
        self.seal(&mut command);
        command
    }

    /// Takes everything from around a command away, and counts it.
    pub(crate) fn seal(&mut self, command: &mut Command) {
        self.commands += 1;
        self.now += 1;
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("RESHELVE_TEST_NOW", self.now.to_string())
            .env("RESHELVE_TEST_CHANCE", format!("{:016x}", self.commands))
            .stdin(Stdio::null());
    }

    /// Runs the program; gives exit code, stdout and stderr in one block, without what differs
    /// from machine to machine.
    #[must_use]
    pub(crate) fn run(&mut self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        self.block(arguments, &output)
    }

    /// Runs the program and gives its exit code alone.
    #[must_use]
    pub(crate) fn code(&mut self, arguments: &[&str]) -> i32 {
        self.command(arguments)
            .output()
            .unwrap()
            .status
            .code()
            .unwrap()
    }

    pub(crate) fn block(&self, arguments: &[&str], output: &Output) -> String {
        let mut block = format!("$ reshelve {}\n", arguments.join(" "));
        let code = output
            .status
            .code()
            .map_or("signal".to_owned(), |code| code.to_string());
        writeln!(block, "exit code: {code}").unwrap();
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                let text = String::from_utf8_lossy(bytes);
                writeln!(block, "----- {name} -----\n{}", text.trim_end()).unwrap();
            }
        }
        self.filter(&block)
    }

    /// Puts words in place of folders, ids and whatever else differs from run to run.
    pub(crate) fn filter(&self, text: &str) -> String {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let mut text = text.replace(&folder, "[FOLDER]");
        let filters = [
            (r"plan [0-9a-f]{8}…[0-9a-f]{2}", "plan [PLAN]"),
            (r"sha256:[0-9a-f]{64}", "sha256:[PLAN]"),
            (r"blake3:[0-9a-f]{64}", "blake3:[DIGEST]"),
            (r#""id": ?"\d+""#, "\"id\": \"[INODE]\""),
            (r"(?m)^id +\d+$", "id [INODE]"),
            (r"process \d+", "process [PROCESS]"),
            (r"request [0-9A-Za-z]{16,}", "request [REQUEST]"),
        ];
        for (pattern, word) in filters {
            text = Regex::new(pattern)
                .unwrap()
                .replace_all(&text, word)
                .into_owned();
        }
        text
    }
}

fn list(folder: &Path, prefix: &str, lines: &mut String) {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    for name in names {
        let path = folder.join(&name);
        let shown = format!("{prefix}{}", name.to_string_lossy());
        if path.is_dir() {
            if name != ".reshelve" {
                writeln!(lines, "{shown}/").unwrap();
                list(&path, &format!("{shown}/"), lines);
            }
        } else {
            let content = fs::read_to_string(&path).unwrap_or_default();
            writeln!(lines, "{shown}: {}", content.trim_end()).unwrap();
        }
    }
}

/// The beginning and the end of a long block, and how many lines are between.
pub(crate) fn shortened(block: &str) -> String {
    let lines: Vec<&str> = block.lines().collect();
    let (begin, rest) = lines.split_at(lines.len().min(40));
    let (between, end) = rest.split_at(rest.len().saturating_sub(5));
    let between = format!("[… {} more lines]", between.len());
    [begin, &[&between], end].concat().join("\n")
}
