//! In which order ids are asked for, so that calls are full to the last.

use std::collections::{BTreeSet, VecDeque};

use crate::tree::EntryPath;

/// How many calls are made at one time. It is a number of its own because what one call tells
/// decides what the next ones ask for: the number of calls must not depend on the machine.
const CALLS_AT_ONCE: usize = 4;

/// What is still to be asked for. Each reply names the folder of an entry, which may have to be
/// asked for in turn: entries that are expected in a folder of which nobody has spoken come first,
/// and the others fill the calls.
#[derive(Debug)]
pub(super) struct Agenda<T> {
    telling: VecDeque<(EntryPath, T)>,
    filling: VecDeque<(EntryPath, T)>,
    spoken_of: BTreeSet<EntryPath>,
}

impl<T> Agenda<T> {
    /// Nothing to ask for yet; these folders will be asked for.
    pub(super) fn new<'a>(folders: impl Iterator<Item = &'a EntryPath>) -> Self {
        let spoken_of = folders.cloned().chain([EntryPath::root()]).collect();
        Self {
            telling: VecDeque::new(),
            filling: VecDeque::new(),
            spoken_of,
        }
    }

    /// Adds what is expected at a path.
    pub(super) fn push(&mut self, path: EntryPath, item: T) {
        let folder = path.parent().unwrap_or_else(EntryPath::root);
        if self.spoken_of.insert(folder) {
            self.telling.push_back((path, item));
        } else {
            self.filling.push_back((path, item));
        }
    }

    /// What goes into the next calls, so many items each; nothing where nothing is left. A call
    /// that is not full waits for what the others tell.
    pub(super) fn next(&mut self, batch: usize) -> Vec<(EntryPath, T)> {
        let open = self.telling.len() + self.filling.len();
        let full = (open / batch).min(CALLS_AT_ONCE) * batch;
        let count = if full == 0 { open } else { full };
        let telling = count.min(self.telling.len());
        let mut next: Vec<_> = self.telling.drain(..telling).collect();
        next.extend(self.filling.drain(..count - telling));
        next
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    /// What is asked for in each round, two at a time, where nothing new comes.
    fn check(folders: &[&str], paths: &[&str], expected: &[&str]) {
        let parse = |path: &&str| EntryPath::parse(path).unwrap();
        let folders: Vec<EntryPath> = folders.iter().map(parse).collect();
        let mut agenda = Agenda::new(folders.iter());
        paths.iter().for_each(|path| agenda.push(parse(path), ()));
        let mut rounds = Vec::new();
        loop {
            let next = agenda.next(2);
            if next.is_empty() {
                break;
            }
            let names: Vec<&str> = next.iter().map(|(path, ())| path.as_str()).collect();
            rounds.push(names.join(" "));
        }
        assert_eq!(rounds, expected);
    }

    #[test]
    fn what_tells_of_a_folder_comes_first_and_calls_are_full() {
        check(&[], &[], &[]);
        check(&[], &["/a"], &["/a"]);
        check(&[], &["/x/a", "/x/b", "/y/a"], &["/x/a /y/a", "/x/b"]);
        check(&["/x"], &["/x/a", "/x/b", "/y/a"], &["/y/a /x/a", "/x/b"]);
        let nine: Vec<String> = (1..10).map(|number| format!("/{number}")).collect();
        let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
        check(&[], &nine, &["/1 /2 /3 /4 /5 /6 /7 /8", "/9"]);
    }
}
