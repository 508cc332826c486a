//! What of a space is asked for by its id, and what has to be listed whatever is known.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::Agenda;
use super::demand::Demand;
use crate::plan::{KnownEntries, KnownEntry, Reach, Scope};
use crate::tree::{Address, EntryId, EntryKind, EntryPath, SpaceAlias};

/// An entry that is asked for by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) kind: EntryKind,
    pub(super) id: EntryId,
    /// What has to be listed where it is no longer there.
    pub(super) instead: Reach,
}

/// The scopes of a space in two parts.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// What is asked for, by the path at which it is expected.
    pub(super) asked: BTreeMap<EntryPath, Asked>,
    /// The known ids of folders on the way to it, which prove where it is.
    pub(super) above: BTreeMap<EntryPath, EntryId>,
    /// What is listed.
    pub(super) listed: Vec<Scope>,
}

/// Divides the scopes of a space.
///
/// A scope is asked for where what is known covers it: a file, a single entry, or all that earlier
/// runs placed below. What lies in a folder that is listed anyway is not asked for.
pub(super) fn split(space: &SpaceAlias, scopes: &[Scope], known: &KnownEntries) -> Split {
    let mut split = Split::default();
    for scope in scopes.iter().filter(|scope| scope.address.space == *space) {
        match covering(scope, known) {
            Some(entries) => entries
                .into_iter()
                .for_each(|(path, asked)| split.ask(path, asked)),
            None => split.listed.push(scope.clone()),
        }
    }
    split.leave_out_what_is_listed(space);
    let ways: BTreeSet<EntryPath> = (split.asked.keys())
        .flat_map(EntryPath::ancestors)
        .collect();
    for path in ways {
        let entry = known.get(&Address::new(space.clone(), path.clone()));
        let folder = entry.filter(|entry| entry.kind == EntryKind::Folder);
        if let Some(id) = folder.and_then(|entry| entry.id.clone()) {
            split.above.insert(path, id);
        }
    }
    split
}

/// What has to be asked for instead of listing a scope; `None` where too little is known.
fn covering(scope: &Scope, known: &KnownEntries) -> Option<Vec<(EntryPath, Asked)>> {
    let asked = |path: &EntryPath, entry: &KnownEntry| {
        let (kind, id) = (entry.kind, entry.id.clone()?);
        let instead = match kind {
            EntryKind::Folder => Reach::Entry,
            // A folder may have taken its place.
            EntryKind::File | EntryKind::Special => scope.reach,
        };
        let asked = Asked { kind, id, instead };
        (!path.is_root()).then(|| (path.clone(), asked))
    };
    let own = known.get(&scope.address);
    let path = &scope.address.path;
    match scope.reach {
        Reach::Entry => Some(vec![asked(path, own?)?]),
        Reach::Subtree => {
            let file = own.filter(|entry| entry.kind == EntryKind::File)?;
            Some(vec![asked(path, file)?])
        }
        Reach::Children => None,
        Reach::Placed => {
            let placed = known.at_or_below(&scope.address);
            let entries: Option<Vec<_>> = placed
                .map(|(address, entry)| asked(&address.path, entry))
                .collect();
            entries.filter(|entries| !entries.is_empty())
        }
    }
}

impl Asked {
    /// What has to be listed to know what asking did not tell.
    pub(super) fn listed_instead(&self, space: &SpaceAlias, path: &EntryPath) -> Scope {
        Scope {
            address: Address::new(space.clone(), path.clone()),
            reach: self.instead,
        }
    }
}

impl Split {
    fn ask(&mut self, path: EntryPath, asked: Asked) {
        let instead = asked.instead;
        let known = self.asked.entry(path).or_insert(asked);
        known.instead = known.instead.max(instead);
    }

    fn leave_out_what_is_listed(&mut self, space: &SpaceAlias) {
        let Some(demand) = Demand::merge(&self.listed).remove(space) else {
            return;
        };
        let mut free = Vec::new();
        self.asked.retain(|path, asked| {
            let is_listed = path
                .parent()
                .is_some_and(|folder| demand.reaches_into(&folder));
            if is_listed {
                free.push(asked.listed_instead(space, path));
            }
            !is_listed
        });
        self.listed.extend(free);
    }

    /// How many calls asking takes if everything is where it was.
    pub(super) fn calls(&self, batch: u32) -> u64 {
        let batch = batch.max(1) as usize;
        let mut met: BTreeSet<EntryPath> = self.first().map(|(path, _)| path.clone()).collect();
        let mut agenda = self.agenda(|_| ());
        let mut calls = 0;
        loop {
            let wave = agenda.next(batch);
            if wave.is_empty() {
                break;
            }
            calls += wave.len().div_ceil(batch) as u64;
            for (path, ()) in wave {
                let folder = path.parent().filter(|folder| !folder.is_root());
                if let Some(folder) = folder.filter(|folder| met.insert(folder.clone())) {
                    agenda.push(folder, ());
                }
            }
        }
        calls
    }

    /// What is asked for first: everything whose id is known.
    fn first(&self) -> impl Iterator<Item = (&EntryPath, &EntryId)> {
        let above = self.above.iter();
        let above = above.filter(|(path, _)| !self.asked.contains_key(*path));
        let asked = self.asked.iter().map(|(path, asked)| (path, &asked.id));
        above.chain(asked)
    }

    /// All ids that are known.
    pub(super) fn ids(&self) -> BTreeSet<EntryId> {
        self.first().map(|(_, id)| id.clone()).collect()
    }

    /// The beginning of asking, with an item of the caller's for each id.
    pub(super) fn agenda<T>(&self, item: impl Fn(&EntryId) -> T) -> Agenda<T> {
        let folders = self
            .asked
            .iter()
            .filter(|(_, asked)| asked.kind == EntryKind::Folder);
        let folders = folders.map(|(path, _)| path).chain(self.above.keys());
        let mut agenda = Agenda::new(folders);
        let mut met = BTreeSet::new();
        for (path, id) in self.first().filter(|(_, id)| met.insert(*id)) {
            agenda.push(path.clone(), item(id));
        }
        agenda
    }
}
