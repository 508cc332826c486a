//! Names that a provider does not take: too long, with forbidden characters, changed where names
//! are kept, or equal to a sibling's in all that the provider looks at.

use std::collections::{BTreeMap, BTreeSet};

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::ability::inability;
use super::capabilities::{Capabilities, CaseRule};
use super::context::Context;
use super::operation::{Action, Operation, Place, Reason};
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, EntryKind, is_unseen};

/// Finds the names in a finished plan that a provider would refuse or take for another.
pub(super) fn refused_names(context: &Context<'_>, operations: &[Operation]) -> Vec<Diagnostic> {
    let single = operations.iter().filter_map(|operation| {
        let to = operation.action.to()?;
        let sheet = context.sheet(&to.space)?;
        refused_characters(to, sheet).or_else(|| changed_name(operation, to, sheet))
    });
    let mut findings: Vec<Diagnostic> = single.collect();
    // A name on the way is the one of the source, or one that the service finds.
    let stays = |operation: &&Operation| operation.reason != Reason::Halfway;
    let staying = || operations.iter().filter(stays);
    findings.extend(staying().filter_map(|operation| odd_name(operation.action.to()?)));
    let mut siblings = Siblings::new(context, operations);
    findings.extend(staying().filter_map(|operation| siblings.take(operation)));
    findings
}

fn refused_characters(to: &Place, sheet: &Capabilities) -> Option<Diagnostic> {
    let name = to.path.name()?;
    let forbidden = name
        .chars()
        .any(|character| sheet.forbidden_characters.contains(&character));
    if !forbidden && name.len() <= sheet.longest_name as usize {
        return None;
    }
    let detail = format!("{to} has a name that `{}` does not take.", sheet.provider);
    Some(
        Diagnostic::error("name-refused", "a provider does not take a name", detail)
            .about(to)
            .with_hint("choose a name without special characters and not too long"),
    )
}

/// A name that people cannot see as it is. It is carried byte for byte.
fn odd_name(to: &Place) -> Option<Diagnostic> {
    let name = to.path.name()?;
    if name.trim() == name && !name.contains(is_unseen) {
        return None;
    }
    let detail = format!("{to} has blanks at an end, control or invisible characters in its name.");
    Some(Diagnostic::warning("odd-name", "a name does not look as it is", detail).about(to))
}

/// A new name that would have to be given while the entry is placed.
fn changed_name(operation: &Operation, to: &Place, sheet: &Capabilities) -> Option<Diagnostic> {
    let detail = format!("{}.", inability(operation, sheet)?);
    Some(
        Diagnostic::error(
            "name-kept",
            "a provider cannot give a new name while it places",
            detail,
        )
        .about(to)
        .with_hint("keep the name of the source, or free it at the target"),
    )
}

/// The names of folders in spaces that do not tell all names apart, as they will be.
struct Siblings<'a, 'c> {
    context: &'a Context<'c>,
    leaving: BTreeSet<Address>,
    folders: BTreeMap<Address, BTreeMap<String, String>>,
}

impl<'a, 'c> Siblings<'a, 'c> {
    fn new(context: &'a Context<'c>, operations: &[Operation]) -> Self {
        let leaves = |operation: &Operation| match &operation.action {
            Action::Move { from, .. } | Action::Rename { from, .. } => Some(from.address()),
            Action::Remove { at, .. } => Some(at.address()),
            Action::CreateFolder { .. } | Action::Copy { .. } => None,
        };
        let leaving = operations.iter().filter_map(leaves).collect();
        Self {
            context,
            leaving,
            folders: BTreeMap::new(),
        }
    }

    /// Takes the target of an operation into its folder, unless a sibling looks equal.
    fn take(&mut self, operation: &Operation) -> Option<Diagnostic> {
        let to = operation.action.to()?;
        if self.context.sheet(&to.space)?.case != CaseRule::Folding {
            return None;
        }
        let folder = Address::new(to.space.clone(), to.path.parent()?);
        let name = to.path.name()?;
        let taken = self.names(folder).insert(folded(name), name.to_owned());
        let equal = taken
            .filter(|taken| taken != name)
            .or_else(|| self.twins_inside(operation))?;
        Some(equal_names(to, &equal))
    }

    fn names(&mut self, folder: Address) -> &mut BTreeMap<String, String> {
        let (context, leaving) = (self.context, &self.leaving);
        self.folders.entry(folder.clone()).or_insert_with(|| {
            let children = context
                .world
                .find(&folder)
                .map(|node| context.world.children(node))
                .unwrap_or_default();
            let stays = |name: &str| {
                let path = folder.path.join_trusted(name);
                !leaving.contains(&Address::new(folder.space.clone(), path))
            };
            children
                .into_iter()
                .filter(|(name, _)| stays(name))
                .map(|(name, _)| (folded(name), name.to_owned()))
                .collect()
        })
    }

    /// A name inside a whole folder that has a twin beside it.
    fn twins_inside(&self, operation: &Operation) -> Option<String> {
        let from = operation
            .action
            .from()
            .filter(|_| operation.kind == EntryKind::Folder)?;
        let mut open: Vec<Node> = self
            .context
            .world
            .find(&from.address())
            .into_iter()
            .collect();
        while let Some(folder) = open.pop() {
            let mut names = BTreeSet::new();
            for (name, child) in self.context.world.children(folder) {
                if !names.insert(folded(name)) {
                    return Some(name.to_owned());
                }
                open.push(child);
            }
        }
        None
    }
}

/// What is left of a name when case and normalisation do not count.
pub(super) fn folded(name: &str) -> String {
    name.nfd().default_case_fold().nfc().collect()
}

fn equal_names(to: &Place, other: &str) -> Diagnostic {
    let detail = format!("{to} and its sibling `{other}` differ in case or normalisation only.");
    Diagnostic::error(
        "equal-names",
        "a space does not tell two names apart",
        detail,
    )
    .about(to)
    .with_hint("rename one of the two at its source, or `exclude` it")
}
