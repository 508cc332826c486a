//! The switches, and the rules of the drive that follow from them.

use crate::emulator::switch::{Switch, Switches, choice, number};

/// What the drive does where the documents leave a choice.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    switches: Switches,
}

impl Rules {
    pub(crate) fn new() -> Self {
        Self {
            switches: Switches::new(SWITCHES),
        }
    }

    /// Sets a switch by `name=value`; the sentence says what is wrong with it.
    pub(crate) fn set(&mut self, assignment: &str) -> Result<(), String> {
        self.switches.set(assignment)
    }

    /// Whether a switch stands at a value.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.switches.is(name, value)
    }

    /// The value of a switch that takes a number, as a count or as milliseconds.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.switches.number(name)
    }

    /// The same, as the length of something in memory.
    pub(crate) fn length(&self, name: &str) -> usize {
        self.switches.length(name)
    }
}

/// Every switch. The first value of a choice is its default.
pub(crate) const SWITCHES: &[Switch] = &[
    number(
        "copy-limit",
        "3",
        "Most ids of one batchCopy: 3 in the documents, 30 in older clients.",
    ),
    choice(
        "move-id-same-space",
        &["keep", "change"],
        "Whether a move within a space keeps the id.",
    ),
    choice(
        "move-id-cross-space",
        &["change", "keep"],
        "Whether a move to another space keeps the id.",
    ),
    choice(
        "move-in-place",
        &["keep", "rename"],
        "A move to the folder it is in: nothing happens, or the name clashes with itself.",
    ),
    choice(
        "auto-rename",
        &["tight", "spaced"],
        "AUTO_RENAME gives `a(1).txt` or `a (1).txt`.",
    ),
    choice(
        "overwrite-folder",
        &["merge", "replace", "error"],
        "What OVERWRITE does with a folder.",
    ),
    choice(
        "overwrite-copy",
        &["version", "replace"],
        "A file copied over a file adds a version to it, or takes its place.",
    ),
    choice(
        "overwrite-move",
        &["replace", "version"],
        "A file moved over a file takes its place, or adds a version to it.",
    ),
    choice(
        "file-folder-names",
        &["clash", "allowed"],
        "Whether a file and a folder of one name can be in one folder.",
    ),
    choice(
        "names",
        &["sensitive", "insensitive"],
        "Whether names that differ in case only are different.",
    ),
    choice(
        "odd-names",
        &["accept", "refuse"],
        "Names with `:`, `?`, a backslash or control characters.",
    ),
    number(
        "name-length",
        "0",
        "Most characters of a name, 0 for no limit.",
    ),
    number(
        "depth",
        "0",
        "Most folders above one another, 0 for no limit.",
    ),
    choice(
        "missing-source",
        &["item", "call"],
        "An id that is not there fails its item, or the whole batch.",
    ),
    choice(
        "conflict-error",
        &["item", "call"],
        "A name that exists fails its item, or the whole batch, under RETURN_ERROR_IF_EXISTS.",
    ),
    choice(
        "into-itself",
        &["call", "item"],
        "A folder carried into itself fails the whole batch, or its item.",
    ),
    choice(
        "rename-suffix",
        &["literal", "keep"],
        "A rename takes the name as it is, or puts the old suffix behind it where it lacks.",
    ),
    choice(
        "modified-on-move",
        &["touch", "keep"],
        "Whether moves and renames count as modification.",
    ),
    choice(
        "modified-on-child",
        &["keep", "touch"],
        "Whether a folder is modified when an entry comes or goes.",
    ),
    choice(
        "dates",
        &["iso", "iso-minutes", "java"],
        "How dates are written: with seconds, without, or as Java's Date.toString.",
    ),
    choice(
        "app-properties",
        &["map", "array"],
        "appProperties as a map by owner, or as a bare array.",
    ),
    choice(
        "folder-size",
        &["absent", "zero"],
        "Whether folders carry a size.",
    ),
    choice(
        "async-dentry",
        &["target", "source", "absent"],
        "What `dentry` holds when a single copy or move goes on after the reply.",
    ),
    choice(
        "item-order",
        &["request", "shuffled"],
        "The order of the items of a batch reply.",
    ),
    choice(
        "last-token",
        &["absent", "empty"],
        "nextToken on the last page.",
    ),
    number(
        "short-pages",
        "0",
        "Every so manieth page holds half of what it could, 0 for never.",
    ),
    choice(
        "list-over-limit",
        &["400", "500"],
        "The status when a page of more than 50 is asked for.",
    ),
    choice(
        "list-all-root",
        &["absent", "present"],
        "Whether listAll shows the root itself.",
    ),
    number(
        "list-delay-calls",
        "0",
        "For so many listings after a write, lists show what was there before it.",
    ),
    number(
        "list-delay-milliseconds",
        "0",
        "For so long after a write, lists show what was there before it.",
    ),
    choice(
        "task-pace",
        &["calls", "time"],
        "Tasks go on with every call, or as time passes.",
    ),
    number(
        "task-length",
        "3",
        "How many calls or milliseconds a task takes; 0 has it done with the reply.",
    ),
    number(
        "task-retention",
        "0",
        "For how many milliseconds an ended task can be asked for, 0 for ever.",
    ),
    choice(
        "task-partial",
        &["fail", "success"],
        "How a task ends of which some entries failed.",
    ),
    choice(
        "busy-tree",
        &["allow", "refuse"],
        "Writes where a task is at work: let through, or operationConcurrentControl.",
    ),
    number(
        "write-hold",
        "0",
        "For how many milliseconds a write holds its folder against others, which get \
         operationConcurrentControl.",
    ),
    choice(
        "restore-id",
        &["change", "keep"],
        "Whether what comes back from the recycle bin has a new id.",
    ),
    choice(
        "restore-orphan",
        &["root", "error"],
        "Where an entry goes back to whose folder is gone.",
    ),
    choice(
        "bin-scopes",
        &["org", "all"],
        "Which scopes a recycle bin is found by: ORG alone, or APP and SPACE too.",
    ),
    choice(
        "upload-key-reuse",
        &["refuse", "allow"],
        "Whether an uploadKey can be committed twice.",
    ),
    number(
        "monthly-calls",
        "0",
        "How many calls the organisation has, 0 for no limit.",
    ),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn every_switch_has_a_name_of_its_own_and_takes_its_default() {
        let mut names: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SWITCHES.len());
        for switch in SWITCHES {
            let Switch { name, default, .. } = switch;
            Rules::new().set(&format!("{name}={default}")).unwrap();
        }
    }
}
