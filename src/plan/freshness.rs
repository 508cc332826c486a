//! Whether a saved plan still speaks of the world as it is.

use std::fmt;

use super::operation::{OperationId, Place, Reliance};
use super::plan::{Plan, Verdict};
use super::scope::{Reach, Scope};
use crate::state::{Lineage, PlanId, State};
use crate::tree::{
    Address, Attributes, Digest, EntryIndex, EntryKind, EntryPath, ObservedWorld, Timestamp, Tree,
    subtree_digest,
};

/// How many differences are named.
const NAMED: usize = 5;

/// Why a plan must not be applied any more. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// Its time is over.
    #[error("the plan expired at {0}")]
    Expired(Timestamp),
    /// A plan is applied at most once.
    #[error("the plan {0} was applied before")]
    Used(PlanId),
    /// It was made for another state.
    #[error("the plan was made for the state `{planned}`, and {}", found_state(found.as_ref()))]
    Lineage {
        /// The state that it was made for.
        planned: Lineage,
        /// The state that is there, if any.
        found: Option<Lineage>,
    },
    /// The manifest means something else now.
    #[error("the manifest was changed since the plan was made")]
    Manifest,
    /// It does not keep what every plan of this program keeps.
    #[error("the plan is none that this program makes: {0}")]
    Unsound(String),
    /// It would take away or overwrite what the manifest protects.
    #[error("{operation} would touch {entry}, which `{rule}` protects")]
    Protected {
        /// The operation.
        operation: OperationId,
        /// The entry.
        entry: Address,
        /// The protection.
        rule: String,
    },
    /// What it relies on changed.
    #[error("{0}")]
    Entries(Differences),
}

/// Entries that are not as a plan relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// The first of them, one sentence fragment each.
    pub named: Vec<String>,
    /// How many there are.
    pub count: usize,
}

/// What has to be read again before the first write: everything that an operation relies on.
pub fn relied_on(plan: &Plan) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = reliances(plan)
        .map(|reliance| Scope {
            address: reliance.address().clone(),
            reach: match reliance {
                Reliance::Absent { .. } | Reliance::Folder { .. } | Reliance::File { .. } => {
                    Reach::Entry
                }
                Reliance::Subtree { .. } => Reach::Subtree,
            },
        })
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// What a fresh plan relies on and the observed world does not show: an absence in a folder that
/// was not listed, or a folder of which only a part is known. Once that is observed as well, the
/// plan has to be made anew.
pub fn unproven(plan: &Plan, observed: &ObservedWorld) -> Vec<Scope> {
    let relied = reliances(plan).filter_map(|reliance| {
        let address = reliance.address();
        let is_known = match reliance {
            Reliance::Subtree { .. } => is_whole(observed, address),
            Reliance::Absent { .. } | Reliance::Folder { .. } | Reliance::File { .. } => {
                !matches!(look(observed, address), Sight::Unseen)
            }
        };
        (!is_known).then_some(address)
    });
    let targets = plan.operations.iter().filter_map(|it| it.action.to());
    let targets: Vec<Address> = targets.map(Place::address).collect();
    let beside = targets.iter().filter(|target| {
        let folder = target.path.parent().unwrap_or_else(EntryPath::root);
        let folder = Address::new(target.space.clone(), folder);
        match look(observed, &folder) {
            Sight::Unseen => true,
            Sight::Entry(tree, entry) => {
                tree.kind(entry) == EntryKind::Folder && !tree.is_listed(entry)
            }
            Sight::Nothing => false,
        }
    });
    let mut scopes: Vec<Scope> = (relied.chain(beside).cloned())
        .map(|address| Scope {
            address,
            reach: Reach::Subtree,
        })
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Whether all that is at an address is known, down to the deepest folder: that nothing is there,
/// as well.
pub fn is_whole(observed: &ObservedWorld, address: &Address) -> bool {
    let (tree, entry) = match look(observed, address) {
        Sight::Unseen => return false,
        Sight::Nothing => return true,
        Sight::Entry(tree, entry) => (tree, entry),
    };
    let mut open = vec![entry];
    while let Some(next) = open.pop() {
        if tree.kind(next) == EntryKind::Folder && !tree.is_listed(next) {
            return false;
        }
        open.extend(tree.children(next));
    }
    true
}

/// Checks what needs no look at storage: time, state, single use and manifest.
///
/// A state that was written since, without touching what the plan relies on, does no harm: what
/// the plan would adopt or forget is then left out of the next state, and its operations rely on
/// nothing recorded.
///
/// # Errors
/// The first reason that forbids to apply the plan.
pub fn check_origin(
    plan: &Plan,
    state: Option<&State>,
    manifest: &Digest,
    now: Timestamp,
) -> Result<(), Stale> {
    let based_on = &plan.based_on;
    let same_state = match state {
        Some(state) => state.lineage == based_on.lineage,
        None => based_on.serial == 0,
    };
    if plan.verdict() != Verdict::NothingToDo && state.is_some_and(|it| it.has_used(&plan.id)) {
        return Err(Stale::Used(plan.id.clone()));
    }
    if !same_state {
        return Err(Stale::Lineage {
            planned: based_on.lineage.clone(),
            found: state.map(|state| state.lineage.clone()),
        });
    }
    if based_on.manifest != *manifest {
        return Err(Stale::Manifest);
    }
    if now >= plan.expires {
        return Err(Stale::Expired(plan.expires));
    }
    Ok(())
}

/// Checks everything that the plan's operations rely on against what was just observed.
///
/// # Errors
/// `Entries`, naming the first differences. What could not be seen counts as different.
pub fn check(plan: &Plan, observed: &ObservedWorld) -> Result<(), Stale> {
    let mut named = Vec::new();
    let mut count = 0;
    for reliance in reliances(plan) {
        if let Err(difference) = holds(reliance, observed) {
            if named.contains(&difference) {
                continue;
            }
            count += 1;
            if named.len() < NAMED {
                named.push(difference);
            }
        }
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Stale::Entries(Differences { named, count }))
    }
}

fn reliances(plan: &Plan) -> impl Iterator<Item = &Reliance> {
    plan.operations
        .iter()
        .flat_map(|operation| &operation.relies_on)
}

/// What is at an address, as far as it was observed.
enum Sight<'a> {
    Nothing,
    Entry(&'a Tree, EntryIndex),
    Unseen,
}

fn look<'a>(observed: &'a ObservedWorld, address: &Address) -> Sight<'a> {
    let Some(tree) = observed.tree(&address.space) else {
        return Sight::Unseen;
    };
    let mut entry = tree.root();
    for name in address.path.segments() {
        if tree.kind(entry) != EntryKind::Folder {
            return Sight::Nothing;
        }
        match tree.child(entry, name) {
            Some(child) => entry = child,
            None if tree.is_listed(entry) => return Sight::Nothing,
            None => return Sight::Unseen,
        }
    }
    Sight::Entry(tree, entry)
}

fn holds(reliance: &Reliance, observed: &ObservedWorld) -> Result<(), String> {
    let address = reliance.address();
    let (tree, entry) = match (look(observed, address), reliance) {
        (Sight::Unseen, _) => return Err(format!("{address} could not be read again")),
        (Sight::Nothing, Reliance::Absent { .. }) => return Ok(()),
        (Sight::Nothing, _) => return Err(format!("{address} is gone")),
        (Sight::Entry(tree, entry), Reliance::Absent { .. }) => {
            return Err(format!("{address} is there now, a {}", tree.kind(entry)));
        }
        (Sight::Entry(tree, entry), _) => (tree, entry),
    };
    let (kind, id) = match reliance {
        Reliance::Absent { .. } => return Ok(()),
        Reliance::File { id, .. } => (EntryKind::File, id),
        Reliance::Folder { id, .. } | Reliance::Subtree { id, .. } => (EntryKind::Folder, id),
    };
    if tree.kind(entry) != kind {
        return Err(format!("{address} is a {} now", tree.kind(entry)));
    }
    let is_root = entry == tree.root();
    if !is_root && tree.id(entry) != *id {
        return Err(format!("{address} is another {kind} now"));
    }
    match reliance {
        Reliance::File { attributes, .. } => same_content(address, attributes, tree, entry),
        Reliance::Subtree { digest, .. } if subtree_digest(tree, entry) != *digest => {
            Err(format!("{address} holds something else now"))
        }
        Reliance::Absent { .. } | Reliance::Folder { .. } | Reliance::Subtree { .. } => Ok(()),
    }
}

fn same_content(
    address: &Address,
    planned: &Attributes,
    tree: &Tree,
    entry: EntryIndex,
) -> Result<(), String> {
    let found = tree.attributes(entry);
    if found == *planned {
        Ok(())
    } else if found.size != planned.size {
        Err(format!(
            "{address} has {} bytes instead of {}",
            found.size, planned.size
        ))
    } else if found.modified != planned.modified {
        Err(format!(
            "{address} was changed at {} instead of {}",
            found.modified, planned.modified
        ))
    } else {
        Err(format!("{address} has other content now"))
    }
}

fn found_state(found: Option<&Lineage>) -> String {
    match found {
        Some(lineage) => format!("the state here is `{lineage}`"),
        None => "there is no state here".into(),
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = if self.count == 1 { "entry" } else { "entries" };
        let (count, named) = (self.count, self.named.join("; "));
        write!(
            formatter,
            "{count} {entries} changed since the plan was made: {named}"
        )?;
        match count - self.named.len() {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::plan::sample::{self, address, seen};
    use crate::plan::{Action, file};
    use crate::tree::{Entry, IdRef, Listing, ObservedSpace, SpaceAlias};

    type Row<'a> = (&'a str, EntryKind, u64);

    /// What was observed: files directly in `desk:/`, and the folder `d` with the rest.
    fn observed(top: &[Row<'_>], below: Option<&[Row<'_>]>) -> ObservedWorld {
        let listing = |rows: &[Row<'_>]| {
            let mut listing = Listing::new();
            for (name, kind, size) in rows {
                let seen = seen(*size);
                listing.push(&Entry {
                    name,
                    kind: *kind,
                    id: IdRef::Text(seen.id.as_ref().unwrap().as_str()),
                    size: *size,
                    modified: seen.attributes.modified,
                    version: 0,
                    fingerprint: None,
                });
            }
            listing
        };
        let mut tree = Tree::new();
        tree.attach(tree.root(), listing(top)).unwrap();
        if let (Some(folder), Some(below)) = (tree.child(tree.root(), "d"), below) {
            tree.attach(folder, listing(below)).unwrap();
        }
        let space = ObservedSpace {
            tree: Arc::new(tree),
        };
        ObservedWorld {
            spaces: BTreeMap::from([(SpaceAlias::parse("desk").unwrap(), space)]),
        }
    }

    fn plan_relying_on(reliance: Reliance) -> Plan {
        let at = sample::place("desk:/new");
        let mut operation = sample::operation(1, Action::CreateFolder { at });
        operation.relies_on = vec![reliance.clone(), reliance];
        sample::plan_of(vec![operation], &[&[1]])
    }

    #[test]
    fn an_entry_that_matters_and_changed_is_named() {
        use EntryKind::{File, Folder};
        let check = |reliance: &Reliance, world: &ObservedWorld, expected: &str| {
            let text = check(&plan_relying_on(reliance.clone()), world)
                .err()
                .map_or(String::new(), |stale| stale.to_string());
            match expected {
                "" => assert_eq!(text, ""),
                _ => assert!(
                    text.starts_with("1 entry") && text.contains(expected),
                    "{text}"
                ),
            }
        };
        let top = |rows: &[Row<'_>]| observed(rows, None);
        let absent = Reliance::Absent {
            address: address("desk:/a"),
        };
        check(&absent, &top(&[("b", File, 1)]), "");
        check(
            &absent,
            &top(&[("a", File, 1)]),
            "desk:/a is there now, a file",
        );
        let deep = Reliance::Absent {
            address: address("desk:/d/x/y"),
        };
        check(&deep, &top(&[]), "");
        check(&deep, &top(&[("d", File, 1)]), "");
        check(&deep, &top(&[("d", Folder, 1)]), "could not be read again");
        check(&deep, &ObservedWorld::default(), "could not be read again");

        let file = Reliance::File {
            address: address("desk:/a"),
            id: seen(5).id,
            attributes: seen(5).attributes,
        };
        check(&file, &top(&[("a", File, 5)]), "");
        check(&file, &top(&[]), "desk:/a is gone");
        check(&file, &top(&[("a", Folder, 5)]), "desk:/a is a folder now");
        check(
            &file,
            &top(&[("a", File, 6)]),
            "desk:/a is another file now",
        );
        let changed = |change: fn(&mut Attributes)| {
            let mut attributes = seen(5).attributes;
            change(&mut attributes);
            let (address, id) = (address("desk:/a"), seen(5).id);
            Reliance::File {
                address,
                id,
                attributes,
            }
        };
        let world = top(&[("a", File, 5)]);
        check(
            &changed(|it| it.size = 6),
            &world,
            "desk:/a has 5 bytes instead of 6",
        );
        check(
            &changed(|it| it.modified = Timestamp::default()),
            &world,
            "instead of 1970-01-01T00:00:00Z",
        );
        check(
            &changed(|it| it.version = 9),
            &world,
            "desk:/a has other content now",
        );

        let folder = Reliance::Folder {
            address: address("desk:/d"),
            id: seen(5).id,
        };
        check(
            &folder,
            &observed(&[("d", Folder, 5)], Some(&[("new", File, 1)])),
            "",
        );
        check(
            &folder,
            &top(&[("d", Folder, 6)]),
            "desk:/d is another folder now",
        );
        let root = Reliance::Folder {
            address: address("desk:/"),
            id: seen(5).id,
        };
        check(&root, &top(&[]), "");

        let before = observed(&[("d", Folder, 5)], Some(&[("x", File, 1)]));
        let (tree, entry) = before.find(&address("desk:/d")).unwrap();
        let subtree = Reliance::Subtree {
            address: address("desk:/d"),
            id: seen(5).id,
            digest: subtree_digest(tree, entry),
        };
        check(&subtree, &before, "");
        let after = observed(&[("d", Folder, 5)], Some(&[("x", File, 2)]));
        check(&subtree, &after, "desk:/d holds something else now");
        check(
            &subtree,
            &top(&[("d", Folder, 5)]),
            "desk:/d holds something else now",
        );
    }

    #[test]
    fn only_the_first_differences_are_named() {
        let mut plan = sample::plan();
        for (number, operation) in plan.operations.iter_mut().enumerate() {
            operation.relies_on = vec![Reliance::Folder {
                address: address(&format!("desk:/{number}")),
                id: None,
            }];
        }
        let text = check(&plan, &observed(&[], None)).unwrap_err().to_string();
        assert!(text.starts_with("6 entries changed"), "{text}");
        assert!(text.ends_with("desk:/4 is gone; and 1 more"), "{text}");
    }

    #[test]
    fn each_entry_is_read_once() {
        let scopes = relied_on(&sample::plan());
        let subtrees = scopes.iter().filter(|it| it.reach == Reach::Subtree);
        assert_eq!(subtrees.count(), 1);
        assert!(scopes.is_sorted());
        let folder = address("desk:/new");
        let again = scopes.iter().filter(|it| it.address == folder);
        assert_eq!(again.count(), 1);
    }

    #[test]
    fn the_origin_decides_first() {
        let plan = sample::plan();
        let manifest = plan.based_on.manifest.clone();
        let mut state = State::new(plan.based_on.lineage.clone());
        state.serial = 9;
        let now = plan.created;
        let late = plan.expires;
        assert_eq!(check_origin(&plan, Some(&state), &manifest, now), Ok(()));
        assert_eq!(
            check_origin(&plan, Some(&state), &manifest, late),
            Err(Stale::Expired(late))
        );
        assert_eq!(
            check_origin(&plan, Some(&state), &Digest::of(b"other"), now),
            Err(Stale::Manifest)
        );
        let other = State::new(Lineage::new("other"));
        for found in [None, Some(&other)] {
            let stale = check_origin(&plan, found, &manifest, now).unwrap_err();
            assert!(matches!(stale, Stale::Lineage { .. }), "{stale}");
        }
        let mut first = plan.clone();
        first.based_on.serial = 0;
        assert_eq!(check_origin(&first, None, &manifest, now), Ok(()));
        state.use_plan(plan.id.clone());
        assert_eq!(
            check_origin(&plan, Some(&state), &manifest, now),
            Err(Stale::Used(plan.id.clone()))
        );
        let nothing = file::seal(sample::plan_of(Vec::new(), &[]));
        state.use_plan(nothing.id.clone());
        assert_eq!(check_origin(&nothing, Some(&state), &manifest, now), Ok(()));
    }
}
