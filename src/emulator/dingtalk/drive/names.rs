//! Names: which are allowed, which clash, and what a free one looks like.

use super::entry::{Entry, EntryId, Kind};
use super::tree::{Tree, folded};
use crate::emulator::dingtalk::rules::Rules;

/// A name as the drive keeps it: without blanks around it; `None` where it is not allowed.
pub(crate) fn admitted(name: &str, rules: &Rules) -> Option<String> {
    let name = name.trim();
    let forbidden = |letter: char| matches!(letter, '\t' | '*' | '"' | '<' | '>' | '|' | '/');
    let odd = |letter: char| letter.is_control() || matches!(letter, ':' | '?' | '\\');
    let longest = rules.length("name-length");
    let refused = name.is_empty()
        || name.ends_with('.')
        || name.contains(forbidden)
        || rules.is("odd-names", "refuse") && name.contains(odd)
        || longest > 0 && name.chars().count() > longest;
    (!refused).then(|| name.to_owned())
}

/// The entry of a folder that a new one of this name and kind would clash with. An entry that is
/// itself on its way (`own`) clashes with nothing.
pub(crate) fn rival<'a>(
    tree: &'a Tree,
    folder: EntryId,
    (name, kind): (&str, Kind),
    own: Option<EntryId>,
    rules: &Rules,
) -> Option<&'a Entry> {
    let same_name = |entry: &&Entry| {
        Some(entry.id) != own && (rules.is("names", "insensitive") || entry.name == name)
    };
    let clashes = |entry: &&Entry| entry.kind == kind || rules.is("file-folder-names", "clash");
    let mut alike = tree.alike(folder, name).filter(same_name).filter(clashes);
    alike.next()
}

/// The first name with a number that nothing in the folder has.
pub(crate) fn free(tree: &Tree, folder: EntryId, name: &str, kind: Kind, rules: &Rules) -> String {
    let (stem, suffix) = match kind {
        Kind::File => divided(name),
        Kind::Folder => (name, ""),
    };
    let gap = if rules.is("auto-rename", "spaced") {
        " "
    } else {
        ""
    };
    let numbered = |number: u64| format!("{stem}{gap}({number}){suffix}");
    let mut number = 1;
    while rival(tree, folder, (&numbered(number), kind), None, rules).is_some() {
        number += 1;
    }
    numbered(number)
}

/// A file's name before and from its last dot. A dot at the beginning divides nothing.
pub(crate) fn divided(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

/// A file's extension without its dot.
pub(crate) fn extension(name: &str) -> &str {
    divided(name).1.trim_start_matches('.')
}

/// The name that a file gets when it is renamed.
pub(crate) fn renamed(old: &Entry, new: &str, rules: &Rules) -> String {
    let (_, suffix) = divided(&old.name);
    let keeps = old.kind == Kind::File && rules.is("rename-suffix", "keep");
    if keeps && !folded(new).ends_with(&folded(suffix)) {
        return format!("{new}{suffix}");
    }
    new.to_owned()
}
