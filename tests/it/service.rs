//! The program and a storage service that the emulator stands in for.

use std::collections::BTreeMap;
use std::process::Command;

use reshelve::emulator::{CallRecord, Config, Emulator, Running};
use serde_json::Value;

use super::environment::Environment;

/// The program, and the service that it talks to.
pub(crate) struct Story {
    pub(crate) env: Environment,
    pub(crate) emulator: Running,
    variables: Vec<(String, String)>,
}

impl Story {
    /// A manifest, a service, and the fields of the profile that reaches it.
    pub(crate) fn new(
        manifest: &str,
        config: Config,
        profile: &str,
        fields: &[(&str, &str)],
    ) -> Self {
        let mut story = Self {
            env: Environment::new(),
            emulator: Emulator::start(config).unwrap(),
            variables: Vec::new(),
        };
        story.env.write("reshelve.yaml", manifest);
        let endpoint = story.emulator.endpoint();
        story.know(profile, &[("ENDPOINT", &endpoint)]);
        story.know(profile, fields);
        story
    }

    /// Adds fields of a profile.
    pub(crate) fn know(&mut self, profile: &str, fields: &[(&str, &str)]) {
        for (field, value) in fields {
            let name = format!("RESHELVE_{profile}_{field}");
            self.variables.push((name, (*value).to_owned()));
        }
    }

    /// The program with arguments and credentials, ready to start.
    pub(crate) fn command(&mut self, arguments: &[&str]) -> Command {
        let mut command = self.env.command(arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program; gives exit code, stdout and stderr in one block.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        self.env.block(arguments, &output)
    }

    /// Runs the program and gives its exit code alone.
    pub(crate) fn code(&mut self, arguments: &[&str]) -> i32 {
        let output = self.command(arguments).output().unwrap();
        output.status.code().unwrap()
    }

    /// Runs the program with every log on; what it said on both streams.
    pub(crate) fn overheard(&mut self, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        let output = command.env("RESHELVE_LOG", "trace").output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        stdout + &String::from_utf8_lossy(&output.stderr)
    }

    /// The calls among these that the service saw.
    pub(crate) fn calls(&self, routes: &[&str]) -> Vec<CallRecord> {
        let mut calls = self.emulator.log();
        calls.retain(|call| routes.contains(&call.route));
        calls
    }

    /// The calls that changed something and are none of these.
    pub(crate) fn strangers(&self, routes: &[&str]) -> Vec<CallRecord> {
        let mut calls = self.emulator.log();
        calls.retain(|call| call.effect && !routes.contains(&call.route));
        calls
    }
}

/// How often each call was made.
pub(crate) fn counted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    counts
}

/// The calls that a plan lists, by name.
pub(crate) fn planned(plan: &str) -> BTreeMap<String, u64> {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let batches = plan["batches"].as_array().unwrap().iter();
    counted(batches.map(|batch| batch["call"].as_str().unwrap()))
}

/// The paths, kinds and sizes of a tree, without ids.
pub(crate) fn names(tree: &str) -> String {
    let rows = tree.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let fields = row.as_object_mut().unwrap();
        fields.retain(|name, _| ["space", "path", "kind", "size"].contains(&name.as_str()));
        row.to_string()
    });
    rows.collect::<Vec<String>>().join("\n")
}

/// The content of every file below a folder.
pub(crate) fn everything(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&everything(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    text
}
