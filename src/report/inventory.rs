//! What a space holds, as a table.

use super::escape::{escape, escape_markdown};
use super::layout::{columns, counted, instant, thousands};
use crate::tree::{EntryIndex, EntryKind, SpaceAlias, Timestamp, Tree};

/// All entries at and below one, in the order of a walk: kind, size, time, path.
pub fn inventory_text(space: &SpaceAlias, tree: &Tree, from: EntryIndex) -> String {
    let entries = walk(tree, from);
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| row(space, tree, *entry))
        .collect();
    let mut text = columns(&rows, "", 60);
    text.push_str(&counted(entries.len() as u64, "entry"));
    text.push('\n');
    text
}

/// The same as a Markdown table.
pub fn inventory_markdown(space: &SpaceAlias, tree: &Tree, from: EntryIndex) -> String {
    let mut text = "| kind | size | modified | entry |\n|---|---|---|---|\n".to_owned();
    for entry in walk(tree, from) {
        let cells: Vec<String> = row(space, tree, entry)
            .iter()
            .map(|cell| escape_markdown(cell))
            .collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn row(space: &SpaceAlias, tree: &Tree, entry: EntryIndex) -> Vec<String> {
    let (kind, size) = match tree.kind(entry) {
        EntryKind::File => ("file", thousands(tree.size(entry))),
        EntryKind::Folder => ("folder", String::new()),
        EntryKind::Special => ("special", String::new()),
    };
    let modified = tree.modified(entry);
    let time = if modified == Timestamp::default() {
        String::new()
    } else {
        instant(modified)
    };
    let path = format!("{space}:{}", tree.path(entry));
    vec![kind.to_owned(), size, time, escape(&path).into_owned()]
}

fn walk(tree: &Tree, from: EntryIndex) -> Vec<EntryIndex> {
    let mut found = Vec::new();
    let mut open = vec![from];
    while let Some(entry) = open.pop() {
        if entry != tree.root() {
            found.push(entry);
        }
        let children: Vec<EntryIndex> = tree.children(entry).collect();
        open.extend(children.into_iter().rev());
    }
    found
}
