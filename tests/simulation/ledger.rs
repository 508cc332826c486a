//! What really happened, kept for the judgement.

use std::collections::{BTreeMap, BTreeSet};

use reshelve::journal::{Evidence, Fact, Record};
use reshelve::plan::{Action, Node, Operation, OperationId, Place, Plan, Reason, Strategy, World};
use reshelve::tree::{Address, EntryId};

use crate::storage::subtree;

/// How long a service gets until absence is believed, in milliseconds.
const SETTLING: u64 = 120_000;

/// One item had its effect.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    pub(crate) sent: u64,
    pub(crate) run: String,
    pub(crate) operation: OperationId,
    /// Where something came to be.
    pub(crate) landed: Option<Address>,
    pub(crate) node: Option<Node>,
    /// Whether its call came late, or not for the first time.
    pub(crate) is_late: bool,
    /// The id that the service told.
    pub(crate) id: Option<EntryId>,
}

/// An operation that was sent and of which nobody said yet what became of it.
#[derive(Debug, Clone)]
struct Doubt {
    since: u64,
    /// How often its places were really looked at since.
    looks: u32,
    places: BTreeSet<Address>,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) effects: Vec<Effect>,
    /// When what each run relies on was observed.
    observed: BTreeMap<String, u64>,
    /// When other people last touched an entry.
    pub(crate) foreign: BTreeMap<Node, u64>,
    /// What came late, or once more, to a name from which a run had taken what it brought there.
    /// Where a service keeps names, a copy that gets another name passes through one; a second one
    /// of it that comes after that finds the name free again. Nothing but a folder of the run's own
    /// keeps that out of the target, which is what staging is for.
    pub(crate) passing: BTreeMap<Node, Address>,
    /// What came to be under a name that nobody planned.
    pub(crate) misplaced: BTreeMap<Node, String>,
    doubts: BTreeMap<(String, OperationId), Doubt>,
    /// How many calls that write were sent and not turned away.
    pub(crate) calls: u64,
    /// How many operations ended so that nobody knew how.
    pub(crate) ambiguities: u64,
    /// How many calls all plans together foresaw.
    pub(crate) planned: u64,
    pub(crate) wrongs: Vec<String>,
    /// Operations that take an entry to where it may be already.
    stays: BTreeSet<(String, OperationId)>,
}

impl Ledger {
    pub(crate) fn wrong(&mut self, what: impl Into<String>) -> Option<String> {
        let what = what.into();
        self.wrongs.push(what.clone());
        Some(what)
    }

    /// A run begins with what was observed at a time.
    pub(crate) fn begin(&mut self, run: &str, plan: &Plan, observed: u64) {
        self.observed.insert(run.to_owned(), observed);
        self.planned += plan.cost.calls;
        let finding = plan
            .operations
            .iter()
            .filter(|operation| operation.action.strategy() == Some(Strategy::Rename));
        let stays = finding.map(|operation| (run.to_owned(), operation.id));
        self.stays.extend(stays);
    }

    /// Notes an effect; what is wrong with it.
    pub(crate) fn take_effect(
        &mut self,
        before: &World,
        effect: Effect,
        operation: &Operation,
        slack: u64,
    ) -> Option<String> {
        let to = operation.action.to().map(Place::address);
        let key = (effect.run.clone(), effect.operation);
        let finds_names = self.stays.contains(&key);
        if let Some(node) = effect.node
            && effect.landed != to
            && !finds_names
        {
            let text = format!(
                "{} of {} landed at {:?}",
                effect.operation, effect.run, effect.landed
            );
            self.misplaced.insert(node, text);
        }
        let passes = matches!(operation.reason, Reason::Halfway | Reason::Temporary);
        let is_copy = match &operation.action {
            Action::Copy { .. } => true,
            // An empty folder of the run's own, in which nothing lands any more.
            Action::CreateFolder { at } => at.path.as_str().contains("/.reshelve-"),
            Action::Move { .. } | Action::Rename { .. } | Action::Remove { .. } => false,
        };
        if let (Some(node), Some(landed)) = (effect.node, &effect.landed)
            && passes
            && is_copy
            && effect.is_late
        {
            self.passing.insert(node, landed.clone());
        }
        let wrong = self.removed_of_others(before, &effect, operation, slack);
        self.effects.push(effect);
        wrong.and_then(|wrong| self.wrong(wrong))
    }

    /// What other people put there after the last look before a removal was not to be removed.
    fn removed_of_others(
        &self,
        before: &World,
        effect: &Effect,
        operation: &Operation,
        slack: u64,
    ) -> Option<String> {
        let Action::Remove { at, .. } = &operation.action else {
            return None;
        };
        let observed = self.observed.get(&effect.run).copied().unwrap_or(0);
        let node = before.find(&at.address())?;
        let nodes = subtree(before, node);
        let touched = nodes.iter().filter_map(|node| self.foreign.get(node));
        let unseen = touched
            .copied()
            .find(|touched| *touched > observed && touched + slack < effect.sent)?;
        Some(format!(
            "{} of {} removed {at}, where somebody put something at {unseen}",
            effect.operation, effect.run
        ))
    }

    /// An operation is sent, and lets the service find a name only where its plan says so.
    pub(crate) fn sent(&mut self, now: u64, run: &str, operation: &Operation) {
        let finds_names = operation.action.strategy() == Some(Strategy::Rename);
        if finds_names && !self.stays.contains(&(run.to_owned(), operation.id)) {
            let operation = operation.id;
            self.wrong(format!("{operation} of {run} lets the service find a name"));
        }
        let ends = [operation.action.from(), operation.action.to()];
        let places = ends.into_iter().flatten().map(Place::address).collect();
        let doubt = Doubt {
            since: now,
            looks: 0,
            places,
        };
        self.doubts.insert((run.to_owned(), operation.id), doubt);
    }

    /// The caller was told what became of an operation.
    pub(crate) fn told(&mut self, run: &str, operation: OperationId) {
        self.doubts.remove(&(run.to_owned(), operation));
    }

    /// Somebody really looked at an address.
    pub(crate) fn looked_at(&mut self, address: &Address) {
        let meant = |doubt: &&mut Doubt| {
            let mut places = doubt.places.iter();
            places.any(|place| place.is_at_or_below(address) || address.is_at_or_below(place))
        };
        for doubt in self.doubts.values_mut().filter(meant) {
            doubt.looks += 1;
        }
    }

    /// What a service is said to have said must be what it did.
    fn must_be_true(&mut self, run: &str, record: &Record) {
        let Fact::Done {
            operation,
            evidence: Evidence::Reply,
            id,
            ..
        } = &record.fact
        else {
            return;
        };
        let stays = self.stays.contains(&(run.to_owned(), *operation));
        let mut effects = self.effects.iter();
        let is_true = effects
            .any(|effect| effect.run == run && effect.operation == *operation && effect.id == *id);
        if !is_true && !stays {
            self.wrong(format!(
                "{operation} of {run} is not done as its reply said"
            ));
        }
    }

    /// What a run records must be so.
    pub(crate) fn take_record(&mut self, now: u64, run: &str, record: &Record, settles: bool) {
        self.must_be_true(run, record);
        let (operation, is_absent) = match &record.fact {
            Fact::Absent { operation } => (*operation, true),
            Fact::Done { operation, .. } | Fact::Failed { operation, .. } => (*operation, false),
            Fact::RunStart { .. }
            | Fact::Intent { .. }
            | Fact::Tasks { .. }
            | Fact::Unknown { .. }
            | Fact::Skipped { .. }
            | Fact::Verified { .. }
            | Fact::Differs { .. }
            | Fact::Resumed { .. }
            | Fact::Checkpoint { .. }
            | Fact::RunEnd { .. } => return,
        };
        let Some(doubt) = self.doubts.remove(&(run.to_owned(), operation)) else {
            return;
        };
        let waited = now - doubt.since;
        if is_absent && settles && (waited < SETTLING || doubt.looks < 2) {
            self.wrong(format!(
                "{operation} of {run} is believed to be absent after {waited} ms and {} looks",
                doubt.looks
            ));
        }
    }
}
