//! Which call may be made next: batches in the order of what they follow, and nothing that rests
//! on something that was not done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::blocked::Blocked;
use crate::plan::{Action, Batch, BatchId, Operation, OperationId, Plan};
use crate::tree::{Address, EntryPath};

/// How many items of a batch without a limit are sent at once, so that a stop or a crash leaves
/// few in doubt.
pub(super) const SLICE: usize = 1000;

/// What is left of a plan.
pub(super) struct Schedule<'p> {
    plan: &'p Plan,
    batches: Vec<BatchState>,
    /// The batch of each operation, by position.
    batch_of: Vec<usize>,
    /// The route of each batch: which provider is called, and in which way.
    routes: Vec<usize>,
    /// Batches whose turn has come, for each route.
    ready: Vec<BTreeSet<usize>>,
    /// Batches that are ready but for a folder that a call in flight writes into, by that folder.
    parked: BTreeMap<Address, BTreeSet<usize>>,
    /// The folders that calls in flight put entries into.
    busy: BTreeSet<Address>,
    /// Operations that are not to be tried, each with the one that it rests on.
    skips: VecDeque<(OperationId, OperationId)>,
    blocked: Blocked,
}

/// One call to make, or a part of one where the provider sets no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) batch: BatchId,
    /// How often these operations were tried before.
    pub(super) attempt: u32,
    pub(super) operations: Vec<OperationId>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    Call(Call),
    /// An operation is not to be tried.
    Skip {
        operation: OperationId,
        because: OperationId,
    },
}

/// Whether an operation came to its end as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Done,
    NotDone,
}

#[derive(Default)]
struct BatchState {
    waiting: VecDeque<OperationId>,
    in_flight: usize,
    /// How many batches that it follows are not finished.
    follows: usize,
    followers: Vec<usize>,
    /// The first operation, here or in what it follows, that was not done.
    taint: Option<OperationId>,
    /// The folders that its call in flight puts entries into.
    folders: BTreeSet<Address>,
    /// The folder that it was let on for and did not take yet.
    let_on_for: Option<Address>,
}

impl<'p> Schedule<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut batches: Vec<BatchState> = Vec::new();
        let mut batch_of = vec![0; plan.operations.len()];
        for (index, batch) in plan.batches.iter().enumerate() {
            for operation in &batch.operations {
                if let Some(slot) = batch_of.get_mut((operation.0 as usize).wrapping_sub(1)) {
                    *slot = index;
                }
            }
            let after: BTreeSet<usize> = batch
                .after
                .iter()
                .filter_map(|after| (after.0 as usize).checked_sub(1))
                .filter(|&after| after < index)
                .collect();
            for &before in &after {
                batches[before].followers.push(index);
            }
            batches.push(BatchState {
                waiting: batch.operations.iter().copied().collect(),
                follows: after.len(),
                ..BatchState::default()
            });
        }
        let routes = routes(plan);
        let count = routes.iter().max().map_or(0, |last| last + 1);
        let mut schedule = Self {
            plan,
            batches,
            batch_of,
            routes,
            ready: vec![BTreeSet::new(); count],
            parked: BTreeMap::new(),
            busy: BTreeSet::new(),
            skips: VecDeque::new(),
            blocked: Blocked::default(),
        };
        for index in 0..schedule.batches.len() {
            if schedule.batches[index].follows == 0 {
                schedule.make_ready(index);
            }
        }
        schedule
    }

    /// What comes next; `None` while everything that is left waits for calls in flight or for
    /// routes that are not free. `slice` tells how many items of a batch go into one call.
    ///
    /// A batch that has to wait for a folder is put aside, so that each call looks at few batches
    /// however many there are.
    pub(super) fn next(
        &mut self,
        slice: &dyn Fn(&Operation) -> usize,
        is_free: &dyn Fn(usize) -> bool,
    ) -> Option<Next> {
        let mut from = vec![0; self.ready.len()];
        let free: Vec<usize> = (0..from.len()).filter(|&route| is_free(route)).collect();
        loop {
            if let Some((operation, because)) = self.skips.pop_front() {
                return Some(Next::Skip { operation, because });
            }
            let next = |route: &usize| self.ready[*route].range(from[*route]..).next();
            let index = *free.iter().filter_map(next).min()?;
            from[self.routes[index]] = index + 1;
            if self.batches[index].in_flight == 0
                && let Some(call) = self.call_of(index, slice)
            {
                return Some(Next::Call(call));
            }
        }
    }

    /// The route of a batch; `None` where the plan has no such batch.
    pub(super) fn route(&self, batch: BatchId) -> Option<usize> {
        let index = (batch.0 as usize).checked_sub(1)?;
        self.routes.get(index).copied()
    }

    /// The route of an operation; `None` where the plan has no such operation.
    pub(super) fn route_of(&self, operation: OperationId) -> Option<usize> {
        let index = (operation.0 as usize).checked_sub(1)?;
        let batch = self.batch_of.get(index)?;
        self.routes.get(*batch).copied()
    }

    /// The first batch of each route.
    pub(super) fn first_of_routes(&self) -> Vec<&'p Batch> {
        (0..self.ready.len())
            .filter_map(|route| {
                let first = self.routes.iter().position(|other| *other == route)?;
                self.plan.batches.get(first)
            })
            .collect()
    }

    /// A batch whose items are only partly hindered still goes out in one call: what is hindered
    /// is skipped first.
    fn call_of(&mut self, index: usize, slice: &dyn Fn(&Operation) -> usize) -> Option<Call> {
        let first = *self.batches[index].waiting.front()?;
        let most = self.plan.operation(first).map_or(1, slice).max(1);
        if self.skip_hindered(index, most) {
            return None;
        }
        let waiting = self.batches[index].waiting.iter().copied();
        let operations: Vec<OperationId> = waiting.take(most).collect();
        let folders = self.folders(&operations);
        if let Some(busy) = folders.iter().find(|folder| self.busy.contains(*folder)) {
            self.park(index, busy.clone());
            return None;
        }
        self.busy.extend(folders.iter().cloned());
        let state = &mut self.batches[index];
        state.waiting.drain(..operations.len());
        state.in_flight = operations.len();
        state.folders = folders;
        if let Some(folder) = state.let_on_for.take() {
            self.let_on(&folder);
        }
        Some(Call {
            batch: self.plan.batches[index].id,
            attempt: 0,
            operations,
        })
    }

    /// Whether any of the next items must not be tried; all of these are then to be skipped.
    fn skip_hindered(&mut self, index: usize, most: usize) -> bool {
        if self.blocked.is_empty() && self.batches[index].taint.is_none() {
            return false;
        }
        let next = self.batches[index].waiting.iter().take(most);
        let hindered: Vec<(OperationId, OperationId)> = next
            .filter_map(|&operation| Some((operation, self.obstacle(index, operation)?)))
            .collect();
        let names: BTreeSet<OperationId> =
            hindered.iter().map(|(operation, _)| *operation).collect();
        let state = &mut self.batches[index];
        state.waiting.retain(|operation| !names.contains(operation));
        state.in_flight += hindered.len();
        self.skips.extend(hindered);
        !names.is_empty()
    }

    fn park(&mut self, index: usize, folder: Address) {
        self.ready[self.routes[index]].remove(&index);
        let before = self.batches[index].let_on_for.take();
        self.parked.entry(folder).or_default().insert(index);
        if let Some(before) = before {
            self.let_on(&before);
        }
    }

    /// Lets one batch on that waits for a folder, if no call writes into it. Whoever is let on and
    /// does not take the folder lets the next on.
    fn let_on(&mut self, folder: &Address) {
        if self.busy.contains(folder) {
            return;
        }
        let Some(parked) = self.parked.get_mut(folder) else {
            return;
        };
        if let Some(index) = parked.pop_first() {
            self.batches[index].let_on_for = Some(folder.clone());
            self.ready[self.routes[index]].insert(index);
        }
        if parked.is_empty() {
            self.parked.remove(folder);
        }
    }

    /// An operation came to its end; what follows its batch may become ready.
    pub(super) fn settle(&mut self, operation: OperationId, settled: Settled) {
        let Some(&index) = self.batch_of.get((operation.0 as usize).wrapping_sub(1)) else {
            return;
        };
        if settled == Settled::NotDone {
            if let Some(operation) = self.plan.operation(operation) {
                self.blocked.add(operation);
            }
            self.batches[index].taint.get_or_insert(operation);
        }
        let state = &mut self.batches[index];
        state.in_flight = state.in_flight.saturating_sub(1);
        if state.in_flight > 0 {
            return;
        }
        let is_over = state.waiting.is_empty();
        let mut freed = std::mem::take(&mut state.folders);
        freed.iter().for_each(|folder| {
            self.busy.remove(folder);
        });
        if is_over {
            freed.extend(self.batches[index].let_on_for.take());
            self.finish(index);
        }
        freed.iter().for_each(|folder| self.let_on(folder));
    }

    /// The operations that no call was made for yet.
    pub(super) fn rest(&self) -> Vec<OperationId> {
        let mut rest: Vec<_> = self
            .batches
            .iter()
            .flat_map(|batch| batch.waiting.iter().copied())
            .collect();
        rest.sort_unstable();
        rest
    }

    fn make_ready(&mut self, index: usize) {
        if self.batches[index].waiting.is_empty() {
            self.finish(index);
        } else {
            self.ready[self.routes[index]].insert(index);
        }
    }

    fn finish(&mut self, index: usize) {
        self.ready[self.routes[index]].remove(&index);
        let taint = self.batches[index].taint;
        for follower in std::mem::take(&mut self.batches[index].followers) {
            let state = &mut self.batches[follower];
            state.taint = state.taint.or(taint);
            state.follows = state.follows.saturating_sub(1);
            if state.follows == 0 {
                self.make_ready(follower);
            }
        }
    }

    /// The operation that was not done and that this one rests on. A removal rests on everything
    /// that its batch follows.
    fn obstacle(&self, index: usize, operation: OperationId) -> Option<OperationId> {
        let operation = self.plan.operation(operation)?;
        match operation.action {
            Action::Remove { .. } => self
                .inherited_taint(index)
                .or_else(|| self.blocked.obstacle(operation)),
            Action::CreateFolder { .. }
            | Action::Copy { .. }
            | Action::Move { .. }
            | Action::Rename { .. } => self.blocked.obstacle(operation),
        }
    }

    /// A taint that came from another batch.
    fn inherited_taint(&self, index: usize) -> Option<OperationId> {
        let taint = self.batches[index].taint?;
        let own = self.batch_of.get((taint.0 as usize).wrapping_sub(1));
        (own != Some(&index)).then_some(taint)
    }

    fn folders(&self, operations: &[OperationId]) -> BTreeSet<Address> {
        operations
            .iter()
            .filter_map(|&operation| self.plan.operation(operation)?.action.to())
            .map(|to| {
                let parent = to.path.parent().unwrap_or_else(EntryPath::root);
                Address::new(to.space.clone(), parent)
            })
            .collect()
    }
}

/// A number for each batch; two have the same if they call the same provider in the same way.
fn routes(plan: &Plan) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    let batches = plan.batches.iter();
    batches
        .map(|batch| {
            let next = numbers.len();
            *numbers
                .entry((&batch.provider, &batch.call))
                .or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::scene::{copy, relocate, remove};
    use crate::plan::Strategy;
    use crate::plan::sample::{operation, plan_of};

    /// A plan of these actions, one a batch, with what each batch follows.
    fn plan(actions: Vec<(Action, &[u32])>) -> Plan {
        let numbers: Vec<u32> = (1..=actions.len() as u32).collect();
        let batches: Vec<&[u32]> = numbers.iter().map(std::slice::from_ref).collect();
        let (actions, after): (Vec<_>, Vec<_>) = actions.into_iter().unzip();
        let operations = (1..).zip(actions);
        let operations = operations.map(|(number, action)| operation(number, action));
        let mut plan = plan_of(operations.collect(), &batches);
        for (batch, after) in plan.batches.iter_mut().zip(after) {
            batch.after = after.iter().copied().map(BatchId).collect();
        }
        plan
    }

    /// Everything that comes next until something in flight has to come to its end.
    fn round(schedule: &mut Schedule<'_>) -> Vec<String> {
        let mut round = Vec::new();
        while let Some(next) = schedule.next(&|_| SLICE, &|_| true) {
            match next {
                Next::Call(call) => {
                    let operations: Vec<_> = call.operations.iter().map(|id| id.0).collect();
                    round.push(format!("{operations:?}"));
                }
                Next::Skip { operation, because } => {
                    round.push(format!("{} because of {}", operation.0, because.0));
                    schedule.settle(operation, Settled::NotDone);
                }
            }
        }
        round
    }

    #[test]
    fn batches_start_when_what_they_follow_is_done() {
        let fail = Strategy::Fail;
        let plan = plan(vec![
            (copy("a:/1", "b:/x/1", fail), &[]),
            (copy("a:/2", "b:/x/2", fail), &[]),
            (copy("a:/3", "b:/y/3", fail), &[]),
            (copy("a:/4", "b:/z/4", fail), &[1, 3]),
        ]);
        let mut schedule = Schedule::new(&plan);
        // The second goes into the same folder as the first.
        assert_eq!(round(&mut schedule), ["[1]", "[3]"]);
        schedule.settle(OperationId(1), Settled::Done);
        assert_eq!(round(&mut schedule), ["[2]"]);
        assert_eq!(schedule.rest(), [OperationId(4)]);
        schedule.settle(OperationId(3), Settled::Done);
        assert_eq!(round(&mut schedule), ["[4]"]);
        schedule.settle(OperationId(2), Settled::Done);
        schedule.settle(OperationId(4), Settled::Done);
        assert_eq!(round(&mut schedule), [""; 0]);
        assert_eq!(schedule.rest(), []);
    }

    #[test]
    fn one_call_at_a_time_writes_into_a_folder() {
        let fail = Strategy::Fail;
        let mut actions = vec![(copy("a:/0", "b:/y/0", fail), [].as_slice())];
        let names: Vec<String> = (1..=400).map(|number| format!("b:/x/{number}")).collect();
        actions.extend(
            names
                .iter()
                .map(|name| (copy("a:/1", name, fail), [].as_slice())),
        );
        let plan = plan(actions);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(round(&mut schedule), ["[1]", "[2]"]);
        for number in 2..400 {
            schedule.settle(OperationId(number), Settled::Done);
            assert_eq!(round(&mut schedule), [format!("[{}]", number + 1)]);
        }
        assert!(schedule.ready[0].len() < 4, "{:?}", schedule.ready);
        assert_eq!(schedule.rest(), [OperationId(401)]);
    }

    #[test]
    fn a_batch_that_is_let_on_and_skipped_lets_the_next_on() {
        let fail = Strategy::Fail;
        let plan = plan(vec![
            (relocate("a:/f", "b:/x/1"), &[]),
            (copy("a:/f/2", "b:/x/2", fail), &[]),
            (copy("a:/3", "b:/x/3", fail), &[]),
        ]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(round(&mut schedule), ["[1]"]);
        schedule.settle(OperationId(1), Settled::NotDone);
        assert_eq!(round(&mut schedule), ["2 because of 1", "[3]"]);
        schedule.settle(OperationId(3), Settled::Done);
        assert_eq!(round(&mut schedule), [""; 0]);
        assert!(schedule.ready.iter().all(BTreeSet::is_empty) && schedule.busy.is_empty());
    }

    #[test]
    fn a_batch_is_one_call_even_where_items_in_its_middle_are_skipped() {
        let fail = Strategy::Fail;
        let actions = [
            relocate("a:/f", "b:/x/1"),
            copy("a:/2", "b:/y/2", fail),
            copy("a:/f/3", "b:/y/3", fail),
            copy("a:/4", "b:/y/4", fail),
        ];
        let operations = (1..).zip(actions);
        let operations = operations.map(|(number, action)| operation(number, action));
        let plan = plan_of(operations.collect(), &[&[1], &[2, 3, 4]]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(round(&mut schedule), ["[1]"]);
        schedule.settle(OperationId(1), Settled::NotDone);
        assert_eq!(round(&mut schedule), ["3 because of 1", "[2, 4]"]);
    }

    #[test]
    fn only_what_rests_on_a_failure_is_skipped() {
        let fail = Strategy::Fail;
        let check = |second: Action, expected: &str| {
            let first = relocate("a:/f/1", "b:/x/1");
            let plan = plan(vec![(first, &[]), (second, &[1])]);
            let mut schedule = Schedule::new(&plan);
            assert_eq!(round(&mut schedule), ["[1]"]);
            schedule.settle(OperationId(1), Settled::NotDone);
            assert_eq!(round(&mut schedule), [expected]);
        };
        let skipped = "2 because of 1";
        check(copy("a:/2", "b:/y/2", fail), "[2]");
        check(copy("a:/2", "b:/x/2", fail), "[2]");
        check(copy("a:/2", "b:/x/1/2", fail), skipped);
        check(copy("a:/2", "b:/x", fail), skipped);
        check(copy("a:/f", "b:/y/2", fail), skipped);
        check(copy("a:/f/1", "b:/y/2", fail), skipped);
        check(copy("a:/f/10", "b:/x/10", fail), "[2]");
        check(relocate("b:/2", "a:/f/1"), skipped);
        check(remove("a:/unrelated"), skipped);
    }

    #[test]
    fn a_route_that_is_not_free_leaves_others_alone() {
        let fail = Strategy::Fail;
        let mut plan = plan(vec![
            (copy("a:/1", "b:/x/1", fail), &[]),
            (copy("a:/2", "b:/y/2", fail), &[]),
            (relocate("a:/3", "b:/z/3"), &[]),
        ]);
        plan.batches[2].call = "another".to_owned();
        let mut schedule = Schedule::new(&plan);
        let routes = [1, 2, 3, 4].map(|batch| schedule.route(BatchId(batch)));
        assert_eq!(routes, [Some(0), Some(0), Some(1), None]);
        let first: Vec<_> = schedule
            .first_of_routes()
            .iter()
            .map(|it| it.id.0)
            .collect();
        assert_eq!(first, [1, 3]);
        let mut next = |free: usize| schedule.next(&|_| SLICE, &|route| route == free);
        let batch = |next: Option<Next>| match next {
            Some(Next::Call(call)) => Some(call.batch.0),
            Some(Next::Skip { .. }) | None => None,
        };
        let batches = [1, 1, 0, 7, 0, 0].map(|free| batch(next(free)));
        assert_eq!(batches, [Some(3), None, Some(1), None, Some(2), None]);
    }

    #[test]
    fn readers_do_not_hinder_readers_but_those_who_take_away() {
        let fail = Strategy::Fail;
        let plan = plan(vec![
            (copy("a:/1", "b:/x/1", fail), &[]),
            (copy("a:/1", "b:/y/1", fail), &[1]),
            (relocate("a:/1", "b:/z/1"), &[1]),
            (copy("b:/z/1", "b:/w/1", fail), &[3]),
            (remove("a:/2"), &[2]),
            (remove("a:/3"), &[]),
        ]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(round(&mut schedule), ["[1]", "[6]"]);
        schedule.settle(OperationId(1), Settled::NotDone);
        assert_eq!(
            round(&mut schedule),
            ["[2]", "3 because of 1", "4 because of 3"]
        );
        schedule.settle(OperationId(2), Settled::Done);
        assert_eq!(round(&mut schedule), ["5 because of 1"]);
    }
}
