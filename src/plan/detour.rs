//! How a cycle is broken: one of its operations goes by a temporary name.

use std::collections::BTreeMap;

use super::capabilities::Naming;
use super::choices::Choices;
use super::context::Context;
use super::graph::{Cause, Graph, TEMPORARY};
use super::lower::{place, replaced_disposal};
use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use super::steps::{about, set_target};
use super::stopover::{Obstacle, Stopovers};
use crate::manifest::Disposal;
use crate::tree::{Address, EntryKind, EntryPath};

/// What follows a later dot is no extension, and might make a temporary name too long.
const LONGEST_EXTENSION: usize = 16;

/// What is needed to find temporary names.
pub(super) struct Detours<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) choices: &'a Choices,
    pub(super) stopovers: Stopovers<'a>,
    /// How many temporary names were given.
    pub(super) given: usize,
}

/// How an operation goes by a temporary name.
struct Detour {
    stop: Place,
    strategy: Strategy,
    /// What replaces its target in a call of its own, where a rename cannot.
    room: Option<Action>,
    /// How it goes on from there.
    rename: Strategy,
    /// Which of its operations would not be needed otherwise.
    extra: Extra,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extra {
    First,
    Last,
}

/// Whether an operation can go by a temporary name, as far as its own kind is concerned.
pub(super) fn can_detour(operation: &Operation) -> bool {
    match operation.action.strategy() {
        Some(Strategy::Fail | Strategy::Overwrite(_)) => true,
        Some(Strategy::Rename) | None => false,
    }
}

impl Detours<'_, '_> {
    fn of(&mut self, operation: &Operation) -> Option<Detour> {
        let target = operation.action.to()?;
        let sheet = self.context.sheet(&target.space);
        let kept = sheet.is_some_and(|sheet| sheet.naming == Naming::Kept);
        let strategy = operation.action.strategy()?;
        if !kept || matches!(operation.action, Action::Rename { .. }) {
            return Some(Detour {
                stop: self.temporary_name(target, operation.kind),
                strategy: Strategy::Fail,
                room: None,
                rename: strategy,
                extra: Extra::First,
            });
        }
        let stop = self.stopovers.find(&target.address(), operation.kind);
        let room = match strategy {
            Strategy::Overwrite(_) => self.room(target),
            Strategy::Fail | Strategy::Rename => None,
        };
        Some(Detour {
            stop: Place::new(stop.space, stop.path),
            strategy: Strategy::Rename,
            room,
            rename: Strategy::Fail,
            extra: Extra::Last,
        })
    }

    fn room(&self, target: &Place) -> Option<Action> {
        let replaced = self.context.world.find(&target.address())?;
        let disposal: Disposal = replaced_disposal(self.context, &target.space);
        let at = place(self.context, &target.address(), replaced);
        Some(Action::Remove { at, disposal })
    }

    /// A name beside the target that nothing has. A file keeps its extension: some services take
    /// a name for another kind of file otherwise, and refuse it.
    pub(super) fn temporary_name(&mut self, target: &Place, kind: EntryKind) -> Place {
        let name = target.path.name().unwrap_or_default();
        let extension = match name.rfind('.') {
            Some(dot) if dot > 0 && kind == EntryKind::File => &name[dot..],
            _ => "",
        };
        let extension = if extension.len() <= LONGEST_EXTENSION {
            extension
        } else {
            ""
        };
        let parent = target.path.parent().unwrap_or_else(EntryPath::root);
        let mut number = self.given + 1;
        loop {
            let path = parent.join_trusted(&format!("{TEMPORARY}{number}{extension}"));
            let address = Address::new(target.space.clone(), path);
            if self.stopovers.obstacle(&address) == Obstacle::Nothing {
                self.stopovers.give(&address);
                self.given += 1;
                return Place::new(address.space, address.path);
            }
            number += 1;
        }
    }
}

impl Graph {
    /// Sends an operation to a temporary name first, and from there to its target.
    pub(super) fn detour(
        &mut self,
        position: usize,
        detours: &mut Detours<'_, '_>,
        followers: &mut Vec<Vec<usize>>,
    ) {
        let operation = self.operations[position].clone();
        let (Some(target), Some(detour)) = (operation.action.to().cloned(), detours.of(&operation))
        else {
            return;
        };
        let replaced = target.address();
        let first = &mut self.operations[position];
        first.reason = Reason::Temporary;
        set_target(&mut first.action, detour.stop.clone(), detour.strategy);
        let late = self.keep_early(position);
        let mut before = position;
        let has_room = detour.room.is_some();
        let rename = Action::Rename {
            from: detour.stop,
            to: target,
            strategy: detour.rename,
        };
        for action in detour.room.into_iter().chain([rename]) {
            let is_room = matches!(action, Action::Remove { .. });
            let mut step = Operation {
                id: OperationId(self.operations.len() as u32 + 1),
                action,
                relies_on: Vec::new(),
                ..operation.clone()
            };
            if is_room {
                (step.reason, step.entries) = (Reason::Replaced, 1);
                step.relies_on = about(&replaced, &operation);
            }
            let waits_for_others = is_room || !has_room;
            let mut after = late.clone();
            after.retain(|_, _| waits_for_others);
            after.insert(before, Cause::NameFreed);
            before = self.append(step, after, followers);
            if detour.extra == Extra::Last {
                self.extra.insert(before);
            }
        }
        if detour.extra == Extra::First {
            self.extra.insert(position);
        }
        self.hand_over(position, before, followers);
    }

    /// What an operation goes on waiting for when it stops on its way: all but what has to do with
    /// its target. Gives all that it waited for.
    pub(super) fn keep_early(&mut self, position: usize) -> BTreeMap<usize, Cause> {
        let early = [
            Cause::Parent,
            Cause::SourceRead,
            Cause::Step,
            Cause::Expected,
            Cause::Beside,
        ];
        let late = self.after[position].clone();
        self.after[position].retain(|_, cause| early.contains(cause));
        late
    }

    pub(super) fn append(
        &mut self,
        operation: Operation,
        after: BTreeMap<usize, Cause>,
        followers: &mut Vec<Vec<usize>>,
    ) -> usize {
        let position = self.operations.len();
        after
            .keys()
            .for_each(|other| followers[*other].push(position));
        followers.push(Vec::new());
        self.operations.push(operation);
        self.after.push(after);
        position
    }

    /// Those who need what an operation leads to wait for the last of its steps.
    pub(super) fn hand_over(&mut self, position: usize, last: usize, followers: &mut [Vec<usize>]) {
        for follower in followers[position].clone() {
            let before = &mut self.after[follower];
            let needs = [Cause::Parent, Cause::Step, Cause::Expected];
            let cause = before.get(&position).copied();
            if let Some(cause) = cause.filter(|cause| follower != last && needs.contains(cause)) {
                before.remove(&position);
                before.insert(last, cause);
                followers[last].push(follower);
            }
        }
        self.reaches
            .iter_mut()
            .filter(|reached| **reached == position)
            .for_each(|reached| *reached = last);
    }
}
