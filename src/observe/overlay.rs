//! One tree of two looks at a space: what was known in part, and what was listed since.

use std::collections::{BTreeMap, VecDeque};

use crate::tree::{EntryId, EntryIndex, EntryKind, Listing, Tree};

/// The listed folders as they were listed, and the others as they were known before. `None` where
/// the two looks contradict each other: an entry went from one folder to another in between.
pub(super) fn overlay(before: &Tree, listed: &Tree) -> Option<Tree> {
    let mut tree = Tree::new();
    let mut open: VecDeque<(EntryIndex, Option<EntryIndex>, Option<EntryIndex>)> = VecDeque::new();
    open.push_back((tree.root(), Some(before.root()), Some(listed.root())));
    while let Some((folder, old, new)) = open.pop_front() {
        let new = new.filter(|new| listed.is_listed(*new));
        let (from, source) = match (new, old) {
            (Some(new), _) => (listed, new),
            (None, Some(old)) => (before, old),
            (None, None) => continue,
        };
        let is_whole = from.is_listed(source);
        let mut listing = Listing::new();
        from.children(source)
            .for_each(|child| listing.push(&from.entry(child)));
        if is_whole {
            tree.attach(folder, listing).ok()?;
        } else if !listing.is_empty() {
            tree.attach_part(folder, listing).ok()?;
        }
        for child in tree.children(folder) {
            if tree.kind(child) != EntryKind::Folder {
                continue;
            }
            let name = tree.name(child);
            let same = |other: &Tree, at: EntryIndex| {
                other.kind(at) == EntryKind::Folder && other.id_ref(at) == tree.id_ref(child)
            };
            let old = old.and_then(|old| before.child(old, name));
            let new = new.and_then(|new| listed.child(new, name));
            open.push_back((
                child,
                old.filter(|old| same(before, *old)),
                new.filter(|new| same(listed, *new)),
            ));
        }
    }
    has_each_entry_once(&tree).then_some(tree)
}

/// Whether no id stands at two places.
fn has_each_entry_once(tree: &Tree) -> bool {
    let mut met: BTreeMap<EntryId, EntryIndex> = BTreeMap::new();
    let mut open = vec![tree.root()];
    while let Some(entry) = open.pop() {
        if let Some(id) = tree.id(entry)
            && met.insert(id, entry).is_some()
        {
            return false;
        }
        open.extend(tree.children(entry));
    }
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::tree::{Entry, IdRef, Timestamp};

    /// A tree from words: `/x/` is a listed folder, `/x?` one known in part, `/x/f` a file, each
    /// with `#id`. Folders stand before what they hold.
    fn tree(text: &str) -> Tree {
        let mut folders: BTreeMap<String, (bool, Listing)> = BTreeMap::new();
        let (root, rest) = text.split_once(' ').unwrap_or((text, ""));
        folders.insert(String::new(), (root == "/", Listing::new()));
        for word in rest.split_whitespace() {
            let (path, id) = word.split_once('#').unwrap();
            let bare = path.trim_end_matches(['/', '?']);
            let (parent, name) = bare.rsplit_once('/').unwrap();
            let kind = match bare == path {
                true => EntryKind::File,
                false => EntryKind::Folder,
            };
            folders.get_mut(parent).unwrap().1.push(&Entry {
                name,
                kind,
                id: IdRef::from_text(id),
                size: 0,
                modified: Timestamp::default(),
                version: 0,
                fingerprint: None,
            });
            if kind == EntryKind::Folder {
                folders.insert(bare.to_owned(), (path.ends_with('/'), Listing::new()));
            }
        }
        let mut tree = Tree::new();
        for (path, (is_whole, listing)) in folders {
            let path = if path.is_empty() { "/" } else { &path };
            let folder = tree.find(&crate::tree::EntryPath::parse(path).unwrap());
            match (is_whole, listing.is_empty()) {
                (true, _) => tree.attach(folder.unwrap(), listing).unwrap(),
                (false, false) => tree.attach_part(folder.unwrap(), listing).unwrap(),
                (false, true) => {}
            }
        }
        tree
    }

    fn text(tree: &Tree) -> String {
        let mut words = Vec::new();
        let mut open = vec![tree.root()];
        while let Some(entry) = open.pop() {
            let mark = match (tree.kind(entry), tree.is_listed(entry)) {
                (EntryKind::Folder, true) => "/",
                (EntryKind::Folder, false) => "?",
                (EntryKind::File | EntryKind::Special, _) => "",
            };
            let path = tree.path(entry);
            let path = path.as_str().trim_end_matches('/');
            words.push(match tree.id(entry) {
                Some(id) => format!("{path}{mark}#{id}"),
                None => mark.to_owned(),
            });
            open.extend(tree.children(entry).rev());
        }
        words.join(" ")
    }

    #[test]
    fn what_is_listed_counts_and_the_rest_stays() {
        let cases = [
            // Nothing is listed, or nothing was known.
            ("? /x?#1 /x/f#2", "?", Some("? /x?#1 /x/f#2")),
            ("?", "/ /x?#1", Some("/ /x?#1")),
            // The root is listed, and a folder in it stays known in part.
            (
                "? /x?#1 /x/f#2",
                "/ /w#3 /x?#1",
                Some("/ /w#3 /x?#1 /x/f#2"),
            ),
            // A folder is listed: what it no longer has is gone, with what was in it.
            (
                "? /x?#1 /x/y?#2 /x/y/f#3",
                "/ /x/#1 /x/g#4",
                Some("/ /x/#1 /x/g#4"),
            ),
            // Another folder took its name.
            ("? /x?#1 /x/f#2", "/ /x?#5", Some("/ /x?#5")),
            // What was listed before and is not now stays listed.
            ("/ /x/#1 /x/f#2", "/ /x?#1", Some("/ /x/#1 /x/f#2")),
            // One entry at two places.
            ("? /x?#1 /x/f#2", "/ /f#2 /x?#1", None),
        ];
        for (before, listed, expected) in cases {
            let found = overlay(&tree(before), &tree(listed));
            assert_eq!(
                found.as_ref().map(text).as_deref(),
                expected,
                "{before} {listed}"
            );
        }
    }
}
