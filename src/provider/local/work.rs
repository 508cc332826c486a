//! One call at work: its operations one after another, each to its end or without a trace.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use super::bin::RunBin;
use super::carry::Spot;
use super::copying::Waiting;
use super::durable::{Touched, Written};
use super::failure::{explain, halfway};
use super::local::Roots;
use super::relied;
use super::root::look;
use super::sight::Sight;
use super::staging::Staging;
use crate::plan::{Action, Operation, OperationId, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{ItemDone, ItemReply};
use crate::tree::{Address, SpaceAlias};

/// What whoever listens hears.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heard {
    /// So many more bytes were carried.
    Bytes(u64),
    /// One more item is done.
    Item,
}

/// One call at work.
pub(super) struct Work<'a> {
    pub(super) roots: &'a Roots,
    run: String,
    pub(super) heard: &'a dyn Fn(Heard),
    stagings: BTreeMap<SpaceAlias, Staging>,
    bins: BTreeMap<SpaceAlias, RunBin>,
    touched: Touched,
    /// Copies that are written but have no name yet.
    pub(super) waiting: Vec<Waiting<'a>>,
    pub(super) waiting_bytes: u64,
    /// The names that they will have.
    pub(super) targets: BTreeSet<Address>,
    /// What they wrote, by target space.
    pub(super) written: BTreeMap<SpaceAlias, Written>,
    replies: Vec<ItemReply>,
    removed: u64,
}

/// An entry that an operation speaks of, found as it should be.
pub(super) struct Found<'a> {
    pub(super) folder: OwnedFd,
    pub(super) name: &'a str,
    pub(super) address: Address,
    pub(super) sight: Sight,
}

impl Found<'_> {
    /// Where it is.
    pub(super) fn spot(&self) -> Spot<'_> {
        Spot {
            folder: self.folder.as_fd(),
            name: self.name,
            address: &self.address,
        }
    }
}

impl<'a> Work<'a> {
    pub(super) fn new(roots: &'a Roots, run: &str, heard: &'a dyn Fn(Heard)) -> Self {
        Self {
            roots,
            run: run_folder(run),
            heard,
            stagings: BTreeMap::new(),
            bins: BTreeMap::new(),
            touched: Touched::default(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            targets: BTreeSet::new(),
            written: BTreeMap::new(),
            replies: Vec::new(),
            removed: 0,
        }
    }

    /// Does one operation, or the first half of a copy.
    pub(super) fn begin(&mut self, operation: &'a Operation) {
        if self.depends_on_waiting(operation) {
            self.settle();
        }
        let end = match &operation.action {
            Action::Copy { from, to, strategy } => {
                match self.stage(operation, from, to, *strategy) {
                    Ok(()) => return,
                    Err(error) => Err(error),
                }
            }
            Action::CreateFolder { at } => self.create_folder(at),
            Action::Move {
                from, to, strategy, ..
            }
            | Action::Rename { from, to, strategy } => self.move_to(operation, from, to, *strategy),
            Action::Remove { at, disposal } => self.remove(operation, at, *disposal),
        };
        self.reply(operation.id, end);
    }

    /// Ends the call: every copy has its name and everything survives a loss of power.
    ///
    /// # Errors
    /// Nobody knows what would survive.
    pub(super) fn finish(mut self) -> Result<Vec<ItemReply>, ProviderError> {
        self.settle();
        let bins = self.bins.values().try_for_each(RunBin::sync);
        bins.and_then(|()| self.touched.sync()).map_err(|errno| {
            let message = format!(
                "what was done may not survive a loss of power: the folders cannot be written to \
                 the disk ({errno})"
            );
            ProviderError::ambiguous(ErrorKind::Unavailable, message)
        })?;
        Ok(self.replies)
    }

    pub(super) fn reply(&mut self, operation: OperationId, end: Result<ItemDone, ProviderError>) {
        if end.is_ok() {
            (self.heard)(Heard::Item);
        }
        self.replies.push(ItemReply { operation, end });
    }

    /// Whether an operation speaks of an entry that a waiting copy is about to make.
    fn depends_on_waiting(&self, operation: &Operation) -> bool {
        let is_copy = matches!(operation.action, Action::Copy { .. });
        if !is_copy || self.targets.is_empty() {
            return !self.targets.is_empty();
        }
        let ends = [operation.action.from(), operation.action.to()];
        ends.into_iter().flatten().any(|place| {
            let address = place.address();
            let next = self.targets.range(&address..).next();
            next.is_some_and(|next| next.is_at_or_below(&address))
                || (address.path.ancestors().into_iter()).any(|path| {
                    self.targets
                        .contains(&Address::new(place.space.clone(), path))
                })
        })
    }

    /// The entry that an operation takes from, if it is what the plan speaks of.
    pub(super) fn find<'p>(
        &self,
        operation: &Operation,
        place: &'p Place,
        doing: &str,
    ) -> Result<Found<'p>, ProviderError> {
        let root = self.roots.root(&place.space)?;
        let address = place.address();
        let (folder, name) = root.parent(&place.path, doing)?;
        let sight = look(folder.as_fd(), name)
            .and_then(|sight| sight.ok_or(Errno::NOENT))
            .map_err(|errno| explain(errno, doing, &address))?;
        if sight.kind != operation.kind || !sight.is_meant_by(place) {
            let message = format!(
                "cannot {doing} `{address}`: another entry has taken its place since the plan was \
                 made (a {} was expected, a {} is there); plan again",
                operation.kind, sight.kind
            );
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        Ok(Found {
            folder,
            name,
            address,
            sight,
        })
    }

    /// The entry that an operation takes from, unchanged since the plan was made.
    pub(super) fn find_unchanged<'p>(
        &self,
        operation: &Operation,
        place: &'p Place,
        doing: &str,
    ) -> Result<Found<'p>, ProviderError> {
        let found = self.find(operation, place, doing)?;
        relied::check(operation, doing, found.spot(), &found.sight)?;
        Ok(found)
    }

    /// The folder that a target goes to, and its name there.
    pub(super) fn target<'p>(
        &self,
        place: &'p Place,
        doing: &str,
    ) -> Result<(OwnedFd, &'p str), ProviderError> {
        self.roots.root(&place.space)?.parent(&place.path, doing)
    }

    /// The private folder of this call in a space.
    pub(super) fn staging(&mut self, space: &SpaceAlias) -> Result<&Staging, ProviderError> {
        if !self.stagings.contains_key(space) {
            let staging = Staging::open(self.roots.root(space)?, &self.run)?;
            self.stagings.insert(space.clone(), staging);
        }
        self.stagings.get(space).ok_or_else(|| lost(space))
    }

    /// This run's part of the bin of a space.
    pub(super) fn bin(&mut self, space: &SpaceAlias) -> Result<&RunBin, ProviderError> {
        if !self.bins.contains_key(space) {
            let bin = RunBin::open(self.roots.root(space)?, &self.run)?;
            self.bins.insert(space.clone(), bin);
        }
        self.bins.get(space).ok_or_else(|| lost(space))
    }

    /// A name in the private folder for a folder that is being removed.
    pub(super) fn next_removed(&mut self) -> String {
        self.removed += 1;
        format!("removed-{}", self.removed)
    }

    /// Remembers that names came to or went from a folder.
    pub(super) fn touch(
        &mut self,
        folder: BorrowedFd<'_>,
        address: &Address,
    ) -> Result<(), ProviderError> {
        self.touched.add(folder).map_err(|errno| {
            let error = explain(errno, "write to the disk the folder of", address);
            halfway(error, "the change itself is done")
        })
    }
}

fn lost(space: &SpaceAlias) -> ProviderError {
    let message = format!("the space `{space}` was lost inside the program; please report this");
    ProviderError::refused(ErrorKind::Other, message)
}

/// A run's name as the name of a folder.
fn run_folder(run: &str) -> String {
    let name: String = run
        .chars()
        .take(100)
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    if name.is_empty() {
        "run".to_owned()
    } else {
        name
    }
}
