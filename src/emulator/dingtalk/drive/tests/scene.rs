//! A drive that is described in a line, and what is done to it in another.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::super::carry::{Carriage, Grants, Verb};
use super::super::drive::Drive;
use super::super::entry::EntryId;
use super::super::removal::Removal;
use super::super::space::SpaceId;
use super::super::task::{TaskId, TaskStatus};
use super::super::{Act, Spoiled, Strategy};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::rules::Rules;
use crate::emulator::seed::{Seed, SeedEntry};
use std::collections::BTreeMap;

pub(super) const NOW: u64 = 1_800_000_000_000;
pub(super) const FIRST: SpaceId = 1_000_000_001;

pub(super) struct Scene {
    pub(super) drive: Drive,
    pub(super) rules: Rules,
    pub(super) person: &'static str,
    pub(super) spoiled: Spoiled,
}

impl Scene {
    pub(super) fn new(switches: &str, before: &str) -> Self {
        let mut rules = Rules::new();
        let mut person = "me";
        let mut spoiled = Spoiled::No;
        let mut seed = Seed::parse(
            "credentials: [{app_key: k, app_secret: s, union_ids: [me]}]\n\
             spaces: [{id: '1000000001', name: A, made: drive}, {id: '1000000002', name: B}]\n\
             roles: [{union_id: editor, space: '1000000001', role: EDITOR}, \
             {union_id: reader, space: '1000000001', role: READER}]",
        )
        .unwrap();
        for switch in switches.split_whitespace() {
            match switch.split_once('=').unwrap() {
                ("as", "editor") => person = "editor",
                ("as", "reader") => person = "reader",
                ("as", _) => person = "stranger",
                ("spoiled", _) => spoiled = Spoiled::OneEntry,
                ("quota", bytes) => seed.spaces[0].quota = Some(bytes.parse().unwrap()),
                ("quota2", bytes) => seed.spaces[1].quota = Some(bytes.parse().unwrap()),
                ("scene", bytes) => seed.quotas.scene = Some(bytes.parse().unwrap()),
                ("app", bytes) => seed.quotas.app = Some(bytes.parse().unwrap()),
                ("org", bytes) => seed.quotas.org = Some(bytes.parse().unwrap()),
                ("bin", _) => seed.spaces[0].bin = crate::emulator::seed::BinUse::Refused,
                _ => rules.set(switch).unwrap(),
            }
        }
        for token in before.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (space, token) = space_of(token);
            let index = usize::try_from(space - FIRST).unwrap();
            seed.spaces[index].entries.push(seed_entry(token));
        }
        let mut scene = Self {
            drive: Drive::new(1),
            rules,
            person,
            spoiled,
        };
        let rules = Rules::new();
        let act = Act {
            person: "me",
            app: "k",
            now: NOW,
            rules: &rules,
            spoiled: Spoiled::No,
        };
        scene.drive.plant(&act, &seed).unwrap();
        scene.drive.hold(&act);
        scene
    }

    pub(super) fn find(&self, path: &str) -> (SpaceId, EntryId) {
        let (space, path) = space_of(path);
        let Ok(found) = self.drive.space(space) else {
            return (space, EntryId::MAX);
        };
        let tree = &found.tree;
        let wanted = format!("/{}", path.trim_matches('/'));
        let mut entries = tree.entries();
        let found = entries.find(|entry| tree.path(entry.id) == wanted);
        (space, found.map_or(EntryId::MAX, |entry| entry.id))
    }

    pub(super) fn path(&self, (space, id): (SpaceId, EntryId)) -> String {
        let path = self.drive.space(space).unwrap().tree.path(id);
        let prefix = if space == FIRST { "" } else { "2:" };
        format!("{prefix}{}", path.trim_start_matches('/'))
    }

    /// Everything that is there.
    pub(super) fn written(&self) -> String {
        let mut lines = Vec::new();
        for space in self.drive.spaces.values() {
            for entry in space
                .tree
                .entries()
                .filter(|entry| entry.id != super::super::ROOT)
            {
                let mut line = self.path((space.id, entry.id));
                if space.tree.is_folder(entry.id) {
                    line.push('/');
                } else {
                    line.push_str(&format!("={}", entry.content.size));
                }
                if entry.content.version > 1 {
                    line.push_str(&format!("#{}", entry.content.version));
                }
                lines.push(line);
            }
        }
        lines.sort();
        lines.join(", ")
    }

    /// Does one thing and says how it ended.
    pub(super) fn run(&mut self, doing: &str) -> String {
        let words: Vec<&str> = doing.split_whitespace().collect();
        let rules = self.rules.clone();
        let act = Act {
            person: self.person,
            app: "k",
            now: NOW,
            rules: &rules,
            spoiled: self.spoiled,
        };
        let ended = match words[0] {
            "copy" => self.carry(&act, Verb::Copy, &words[1..]),
            "move" => self.carry(&act, Verb::Move, &words[1..]),
            "remove" => self.remove(&act, words[1], Removal::ForGood),
            "bin" => self.remove(&act, words[1], Removal::ToBin),
            "restore" => self.restore(&act, words[1], words.get(2)),
            "rename" => {
                let (space, id) = self.find(words[1]);
                let renamed = self.drive.rename(&act, space, id, words[2]);
                renamed.map(|()| (Some((space, id)), None))
            }
            "mkdir" => self.make(&act, &words[1..]),
            other => panic!("nothing is called {other}"),
        };
        match ended {
            Err(code) => code.wire().0.into_owned(),
            Ok((_, Some(task))) => self.finish(task),
            Ok((Some(place), None)) => format!("-> {}", self.path(place)),
            Ok((None, None)) => "done".to_owned(),
        }
    }

    pub(super) fn carry(&mut self, act: &Act<'_>, verb: Verb, words: &[&str]) -> Ended {
        let (from, id) = self.find(words[0]);
        let (to, folder) = self.find(words[2]);
        let carriage = Carriage {
            verb,
            from,
            to,
            folder,
            strategy: strategy(words.get(3)),
            grants: Grants::Dropped,
        };
        self.drive.examine_carriage(act, &carriage)?;
        let carried = self.drive.carry(act, &carriage, id)?;
        Ok((Some((carried.space, carried.id)), carried.task))
    }

    pub(super) fn remove(&mut self, act: &Act<'_>, path: &str, removal: Removal) -> Ended {
        let (space, id) = self.find(path);
        self.drive.examine_removal(act, space, removal)?;
        let removed = self.drive.remove(act, space, id, removal)?;
        Ok((None, removed.task))
    }

    pub(super) fn restore(&mut self, act: &Act<'_>, path: &str, word: Option<&&str>) -> Ended {
        let found = |item: &&super::super::BinItem| item.path.trim_matches('/') == path;
        let item = self.drive.bin_items().find(found).map_or(0, |item| item.id);
        let restored = self.drive.restore(act, item, strategy(word))?;
        Ok((Some((restored.space, restored.id)), restored.task))
    }

    pub(super) fn make(&mut self, act: &Act<'_>, words: &[&str]) -> Ended {
        let place = self.find(words[0]);
        let name = words[1].replace('_', " ").replace("TAB", "a\tb");
        let strategy = strategy(words.get(2));
        let made = self
            .drive
            .add_folder(act, place, &name, strategy, BTreeMap::new())?;
        Ok((Some((place.0, made)), None))
    }

    /// Lets a task end and says how.
    pub(super) fn finish(&mut self, task: TaskId) -> String {
        let rules = self.rules.clone();
        for _ in 0..10 {
            self.drive.tick(&rules, NOW);
        }
        let task = &self.drive.tasks[&task];
        let (succeeded, total) = (task.succeeded, task.total());
        assert_eq!(succeeded + task.failed, total);
        match task.status() {
            TaskStatus::Success => format!("SUCCESS {succeeded}/{total}"),
            TaskStatus::Fail => {
                let failure = task.failure.as_deref().unwrap();
                format!("FAIL {succeeded}/{total} {failure}")
            }
            TaskStatus::Init | TaskStatus::InProgress => "never ended".to_owned(),
        }
    }
}

type Ended = Result<(Option<(SpaceId, EntryId)>, Option<TaskId>), Code>;

fn space_of(token: &str) -> (SpaceId, &str) {
    match token.strip_prefix("2:") {
        Some(rest) => (FIRST + 1, rest),
        None => match token.strip_prefix("9:") {
            Some(rest) => (FIRST + 8, rest),
            None => (FIRST, token),
        },
    }
}

fn seed_entry(token: &str) -> SeedEntry {
    let (token, locked) = match token.strip_suffix('!') {
        Some(rest) => (rest, true),
        None => (token, false),
    };
    let (path, size) = token.split_once('=').unwrap_or((token, "0"));
    SeedEntry {
        path: format!("/{path}"),
        size: size.parse().unwrap(),
        id: None,
        locked,
        driver: None,
        status: None,
        grants: Vec::new(),
    }
}

fn strategy(word: Option<&&str>) -> Strategy {
    match word {
        None | Some(&"auto") => Strategy::AutoRename,
        Some(&"over") => Strategy::Overwrite,
        Some(&"existing") => Strategy::ReturnExisting,
        Some(&"error") => Strategy::ReturnError,
        Some(other) => panic!("no strategy is called {other}"),
    }
}
