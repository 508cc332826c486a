//! The switches: every choice that the documents leave open, or answer in two ways.

use crate::emulator::switch::{Switch, choice, number};

/// Every switch. The first value of a choice is its default.
pub(crate) const SWITCHES: &[Switch] = &[
    choice(
        "copy-echo",
        &["string", "array"],
        "How a batch copy repeats a `copyFrom` of one name: bare, or as an array of one.",
    ),
    choice(
        "item-status",
        &["number", "text"],
        "The status of an item of a batch.",
    ),
    choice(
        "item-error",
        &["told", "bare"],
        "Whether a failed item says its code and message.",
    ),
    choice(
        "item-order",
        &["request", "reversed"],
        "The order of the items of a result.",
    ),
    choice(
        "task-key",
        &["taskId", "id", "both"],
        "What a task calls its id when it is asked for.",
    ),
    choice(
        "task-id",
        &["number", "text"],
        "How the id of a task is written.",
    ),
    choice(
        "task-unknown",
        &["omit", "refuse"],
        "An id that no task has: left out, or TaskNotFound for the whole call.",
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
        "2592000000",
        "For how many milliseconds an ended task can be asked for, 0 for ever.",
    ),
    number(
        "async-items",
        "100",
        "A batch with more items than this becomes a task, 0 for never.",
    ),
    number(
        "async-entries",
        "100",
        "A copied directory with more entries than this becomes a task, 0 for never.",
    ),
    choice(
        "directory-copy",
        &["by-size", "always"],
        "Whether a copy of one directory becomes a task by its size, or always.",
    ),
    choice(
        "directory-task",
        &["path", "bare"],
        "A directory copied as a task under `ask` ends with 200 and its path, or with a bare 204.",
    ),
    choice(
        "task-refusal",
        &["500", "code"],
        "The status of a directory's task that could not begin: 500, or that of its code.",
    ),
    choice(
        "file-path",
        &["present", "null"],
        "The path that a single copy or move of a file answers with.",
    ),
    choice("marker", &["number", "text"], "How nextMarker is written."),
    choice(
        "version-id",
        &["number", "text"],
        "How versionId is written.",
    ),
    choice(
        "crc64",
        &["unsigned", "signed"],
        "How checksums of entries are written.",
    ),
    choice(
        "history-crc64",
        &["signed", "unsigned"],
        "How checksums of earlier versions are written.",
    ),
    choice(
        "error-status",
        &["absent", "present"],
        "Whether the body of an error repeats the status.",
    ),
    choice(
        "not-modified",
        &["on", "off"],
        "Whether a list answers 304 where If-None-Match has the tag of the directory.",
    ),
    choice(
        "names",
        &["sensitive", "insensitive"],
        "Whether names that differ in case only are different.",
    ),
    choice(
        "numbered-suffix",
        &["last", "first"],
        "A free name for `a.tar.gz`: `a.tar (1).gz`, or `a (1).tar.gz`.",
    ),
    choice(
        "type-change",
        &["refuse", "allow"],
        "A file moved to a name of another type: FileTypeNotMatched, or done.",
    ),
    choice(
        "overwrite-directory",
        &["ask", "invalid"],
        "`overwrite` where a directory arrives acts as `ask`, or is refused as a word.",
    ),
    choice(
        "overwrite-history",
        &["refuse", "allow"],
        "Overwriting a file that has earlier versions.",
    ),
    choice(
        "batch-parents",
        &["by-kind", "create", "refuse"],
        "Missing parents in a batch: made for directories alone, always, or never.",
    ),
    choice(
        "batch-missing",
        &["path", "file"],
        "A missing source of a batch is SourcePathNotFound, or SourceFileNotFound.",
    ),
    choice(
        "same-space",
        &["refuse", "accept"],
        "An item that names the space it is in as its source space.",
    ),
    choice(
        "leading-slash",
        &["accept", "refuse"],
        "A path in a body that begins with a slash.",
    ),
    choice(
        "move-in-place",
        &["keep", "conflict"],
        "A move to where it is: nothing happens, or the name clashes with itself.",
    ),
    choice(
        "move-time",
        &["keep", "touch"],
        "Whether a move counts as modification.",
    ),
    choice(
        "move-inode",
        &["keep", "change"],
        "Whether a move to another space keeps the inode.",
    ),
    choice(
        "copy-time",
        &["now", "keep"],
        "The creation and modification times of a copy.",
    ),
    choice("copy-tag", &["change", "keep"], "The eTag of a copy."),
    choice(
        "copy-quota",
        &["check", "ignore"],
        "Whether copies are refused that do not fit.",
    ),
    choice(
        "restore-conflict",
        &["ask", "rename"],
        "What a single restore does with a taken name where nothing is said.",
    ),
    choice(
        "bulk-restore-conflict",
        &["rename", "ask"],
        "What a bulk restore does with a taken name.",
    ),
    number(
        "bin-days",
        "30",
        "For how many days the recycle bin keeps an item, as remainingTime tells it.",
    ),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::emulator::switch::Switches;

    #[test]
    fn every_switch_has_a_name_of_its_own_and_takes_its_default() {
        let mut names: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SWITCHES.len());
        for switch in SWITCHES {
            let Switch { name, default, .. } = switch;
            let mut switches = Switches::new(SWITCHES);
            switches.set(&format!("{name}={default}")).unwrap();
        }
    }
}
