//! The next state, as a fold over the last one, a plan and the records of its run.

use std::collections::BTreeMap;

use super::replay::{RunProgress, Standing};
use super::whereabouts::Whereabouts;
use crate::plan::{Action, OperationId, Plan, Recording};
use crate::state::{ListingCalls, PlanId, Provenance, RunId, State};
use crate::tree::{Address, Digest, EntryId};

/// The state after a run, whether it came to its end or not.
///
/// What an operation places, moves or removes counts once it is done; an entry that was read back
/// and is not as simulated is not recorded as ours. Adoptions and forgettings need no call and rely
/// on nothing but the state that the plan was made for. They count where no other run was recorded
/// since: once the serial went past the plan's, none of them does, because what was recorded later
/// knows better. The next plan finds anew what of them still holds. `previous` is the digest of the
/// state that this one follows.
#[must_use]
pub fn advance(
    state: State,
    previous: Option<Digest>,
    plan: &Plan,
    progress: &RunProgress,
) -> State {
    let run = progress
        .start
        .as_ref()
        .map_or_else(RunId::none, |start| start.run.clone());
    let is_first = is_first_since(plan, &state, progress);
    let mut next = state;
    next.serial += 1;
    next.previous = previous;
    forget_other_spaces(&mut next, plan);
    remember_listings(&mut next, plan);
    for address in plan.forgotten.iter().filter(|_| is_first) {
        next.records.remove(address);
    }
    let mut fold = Fold {
        plan,
        records: &mut next.records,
        progress,
        run,
    };
    if is_first {
        for adoption in plan.adoptions.iter() {
            fold.record(&adoption);
        }
    }
    fold.operations();
    remember(&mut next, plan.id.clone());
    next
}

/// Whether no other run was recorded between the plan and this run. A state that was restored may
/// be older than the plan, which loses nothing.
fn is_first_since(plan: &Plan, state: &State, progress: &RunProgress) -> bool {
    let started = progress.start.as_ref().map_or(0, |start| start.serial);
    state.serial.max(started) <= plan.based_on.serial
}

/// An alias that means another space now does not inherit the records of the old one.
fn forget_other_spaces(state: &mut State, plan: &Plan) {
    for (alias, definition) in &plan.spaces {
        let identity = definition.identity();
        let before = state.spaces.insert(alias.clone(), identity.clone());
        if before.is_some_and(|before| before != identity) {
            state.records.retain(|address, _| address.space != *alias);
            state.listings.remove(alias);
        }
    }
}

/// What the plan's look at each space took tells what the next one will.
fn remember_listings(state: &mut State, plan: &Plan) {
    for reading in &plan.cost.readings {
        let calls = state.listings.entry(reading.space.clone()).or_default();
        *calls = reading.listing_calls(*calls);
    }
    state
        .listings
        .retain(|_, calls| *calls != ListingCalls::default());
}

/// A plan that is resumed or that has nothing to do comes by more than once.
fn remember(state: &mut State, plan: PlanId) {
    if !state.has_used(&plan) {
        state.use_plan(plan);
    }
}

struct Fold<'a> {
    plan: &'a Plan,
    records: &'a mut BTreeMap<Address, Provenance>,
    progress: &'a RunProgress,
    run: RunId,
}

impl Fold<'_> {
    fn operations(&mut self) {
        let plan = self.plan;
        let mut recordings: BTreeMap<OperationId, Vec<&Recording>> = BTreeMap::new();
        for recording in &plan.recordings {
            match recording.operation {
                Some(operation) => recordings.entry(operation).or_default().push(recording),
                None => self.record(recording),
            }
        }
        let mut whereabouts = Whereabouts::new(plan);
        for operation in &plan.operations {
            if !self.progress.is_done(operation.id) {
                continue;
            }
            match &operation.action {
                Action::Move { from, .. } | Action::Rename { from, .. } => {
                    self.drop_subtree(&whereabouts.real(&from.address()));
                }
                Action::Remove { at, .. } => {
                    self.drop_subtree(&whereabouts.real(&at.address()));
                }
                Action::CreateFolder { .. } | Action::Copy { .. } => {}
            }
            whereabouts.follow(operation, self.progress);
            for recording in recordings.remove(&operation.id).unwrap_or_default() {
                self.record_at(whereabouts.real(&recording.target), recording);
            }
        }
    }

    /// Paths order like a walk, so that everything below an entry stands right behind it.
    fn drop_subtree(&mut self, address: &Address) {
        let gone: Vec<Address> = self
            .records
            .range(address..)
            .map(|(other, _)| other)
            .take_while(|other| other.is_at_or_below(address))
            .cloned()
            .collect();
        for address in gone {
            self.records.remove(&address);
        }
    }

    fn record(&mut self, recording: &Recording) {
        self.record_at(recording.target.clone(), recording);
    }

    /// The service may have given another name than the planned one, even the wished one itself.
    fn record_at(&mut self, target: Address, recording: &Recording) {
        if self.progress.differs.contains_key(&target) {
            self.records.remove(&target);
            return;
        }
        let mut provenance = recording.provenance.clone();
        provenance.run = self.run.clone();
        provenance.wished = provenance.wished.filter(|wished| *wished != target.path);
        if let Some((_, seen)) = self.progress.verified.get(&target) {
            provenance.target = seen.clone();
        } else if let Some(id) = self.stated_id(recording) {
            provenance.target.id = Some(id);
        }
        self.records.insert(target, provenance);
    }

    /// The id that the service gave with its reply, where it speaks of this very entry.
    fn stated_id(&self, recording: &Recording) -> Option<EntryId> {
        let operation = self.plan.operation(recording.operation?)?;
        let is_it = operation.action.to()?.address() == recording.target;
        match self.progress.operations.get(&operation.id)? {
            Standing::Done { id, .. } if is_it => id.clone(),
            Standing::Done { .. }
            | Standing::InDoubt { .. }
            | Standing::Absent
            | Standing::Failed { .. }
            | Standing::Skipped { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::sample::record_all;
    use crate::journal::{Evidence, Fact};
    use crate::manifest::{Disposal, Permissions};
    use crate::plan::sample::{address, operation, place, plan_of, recording, seen};
    use crate::plan::{Adoptions, Reason, Strategy};
    use crate::state::{Lineage, Proof};

    fn rename(number: u32, from: &str, to: &str) -> crate::plan::Operation {
        operation(
            number,
            Action::Move {
                from: place(from),
                to: place(to),
                strategy: Strategy::Fail,
                permissions: Permissions::Inherit,
            },
        )
    }

    /// `desk:/a` and `desk:/b` change places; a folder goes; one file is adopted, one forgotten.
    fn plan() -> Plan {
        let mut first = rename(1, "desk:/a", "desk:/.temporary");
        first.reason = Reason::Temporary;
        let remove = Action::Remove {
            at: place("desk:/old"),
            disposal: Disposal::Recycle,
        };
        let operations = vec![
            first,
            rename(2, "desk:/b", "desk:/a"),
            rename(3, "desk:/.temporary", "desk:/b"),
            operation(4, remove),
        ];
        let mut plan = plan_of(operations, &[&[1], &[2], &[3], &[4]]);
        plan.recordings = vec![
            recording("desk:/a", 22, Some(2)),
            recording("desk:/b", 11, Some(3)),
        ];
        plan.adoptions = Adoptions::written(vec![recording("desk:/there", 4, None)]);
        plan.forgotten = vec![address("desk:/forgotten")];
        plan
    }

    fn state(addresses: &[&str]) -> State {
        let mut state = State::new(Lineage::new("4f2a"));
        state.serial = 3;
        for text in addresses {
            let mut record = recording(text, 1, Some(1)).provenance;
            record.run = RunId::new("before");
            state.records.insert(address(text), record);
        }
        state
    }

    fn done(number: u32) -> Fact {
        Fact::Done {
            operation: OperationId(number),
            evidence: Evidence::Reply,
            id: seen(100 + u64::from(number)).id,
            name: None,
            bin: None,
        }
    }

    fn start() -> Fact {
        Fact::RunStart {
            run: RunId::new("now"),
            plan: PlanId::new("sha256:00"),
            lineage: Lineage::new("4f2a"),
            serial: 3,
            program: "test".into(),
        }
    }

    const BEFORE: [&str; 6] = [
        "desk:/a",
        "desk:/b",
        "desk:/forgotten",
        "desk:/old",
        "desk:/old/x",
        "desk:/old one",
    ];

    /// What the state holds after a run with these facts: addresses with their runs.
    fn check(facts: Vec<Fact>, expected: &[(&str, &str)]) -> State {
        let mut all = vec![start()];
        all.extend(facts);
        let previous = Digest::of(b"previous");
        let next = advance(
            state(&BEFORE),
            Some(previous.clone()),
            &plan(),
            &RunProgress::of(&record_all(all)),
        );
        let held: Vec<_> = next
            .records
            .iter()
            .map(|(address, record)| (address.to_string(), record.run.to_string()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(address, run)| ((*address).to_owned(), (*run).to_owned()))
            .collect();
        assert_eq!(held, expected);
        assert_eq!((next.serial, &next.previous), (4, &Some(previous)));
        assert!(next.has_used(&plan().id));
        next
    }

    #[test]
    fn what_is_done_counts_and_nothing_else() {
        let old = ("desk:/old", "before");
        let below = ("desk:/old/x", "before");
        let beside = ("desk:/old one", "before");
        let there = ("desk:/there", "now");
        let (a, b) = (("desk:/a", "before"), ("desk:/b", "before"));
        check(vec![], &[a, b, old, below, beside, there]);
        check(vec![done(1)], &[b, old, below, beside, there]);
        let new_a = ("desk:/a", "now");
        check(vec![done(1), done(2)], &[new_a, old, below, beside, there]);
        let new_b = ("desk:/b", "now");
        let all = [new_a, new_b, beside, there];
        let facts = vec![done(1), done(2), done(3), done(4)];
        let next = check(facts, &all);
        let record = &next.records[&address("desk:/b")];
        assert_eq!(record.target.id, seen(103).id);
        assert_eq!(record.target.attributes, seen(11).attributes);
        assert_eq!(record.proof, Proof::Placed);
        assert_eq!(
            next.records[&address("desk:/there")].proof,
            Proof::Unverified
        );
    }

    #[test]
    fn what_was_read_back_replaces_what_was_expected() {
        let verified = Fact::Verified {
            target: address("desk:/a"),
            kind: crate::tree::EntryKind::File,
            seen: seen(77),
        };
        let differs = Fact::Differs {
            target: address("desk:/b"),
            message: "it is not there".into(),
        };
        let facts = vec![done(1), done(2), done(3), verified, differs];
        let next = check(
            facts,
            &[
                ("desk:/a", "now"),
                ("desk:/old", "before"),
                ("desk:/old/x", "before"),
                ("desk:/old one", "before"),
                ("desk:/there", "now"),
            ],
        );
        assert_eq!(next.records[&address("desk:/a")].target, seen(77));
    }

    #[test]
    fn the_state_holds_the_names_that_a_service_gave() {
        let beside = Action::Copy {
            from: place("desk:/from"),
            to: place("desk:/t(1)"),
            strategy: Strategy::Rename,
        };
        let check = |name: Option<&str>, seen_there: &str, expected: &[(&str, Option<&str>)]| {
            let mut plan = plan_of(vec![operation(1, beside.clone())], &[&[1]]);
            plan.recordings = vec![
                recording("desk:/t(1)", 1, Some(1)),
                recording("desk:/t(1)/x", 2, Some(1)),
            ];
            plan.recordings[0].provenance.wished = Some(address("desk:/t").path);
            let done = Fact::Done {
                operation: OperationId(1),
                evidence: Evidence::Reply,
                id: None,
                name: name.map(Into::into),
                bin: None,
            };
            let verified = Fact::Verified {
                target: address(seen_there),
                kind: crate::tree::EntryKind::File,
                seen: seen(77),
            };
            let progress = RunProgress::of(&record_all(vec![start(), done, verified]));
            let next = advance(state(&[]), None, &plan, &progress);
            let held: Vec<_> = next.records.iter().collect();
            assert_eq!(held[0].1.target, seen(77));
            let held: Vec<_> = held
                .into_iter()
                .map(|(address, record)| {
                    let wished = record.wished.as_ref().map(ToString::to_string);
                    (address.to_string(), wished)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(address, wished)| ((*address).to_owned(), wished.map(ToOwned::to_owned)))
                .collect();
            assert_eq!(held, expected, "{name:?}");
        };
        let expected = [("desk:/t(1)", Some("/t")), ("desk:/t(1)/x", None)];
        check(None, "desk:/t(1)", &expected);
        let expected = [("desk:/t(3)", Some("/t")), ("desk:/t(3)/x", None)];
        check(Some("t(3)"), "desk:/t(3)", &expected);
        // The name was free again, so that nothing stands beside it.
        let expected = [("desk:/t", None), ("desk:/t/x", None)];
        check(Some("t"), "desk:/t", &expected);
    }

    #[test]
    fn a_plan_that_others_came_before_adopts_and_forgets_nothing() {
        let check = |of_state: u64, of_start: u64, counts: bool| {
            let mut before = state(&["desk:/forgotten", "desk:/there"]);
            before.serial = of_state;
            let mut start = start();
            if let Fact::RunStart { serial, .. } = &mut start {
                *serial = of_start;
            }
            let progress = RunProgress::of(&record_all(vec![start, done(1), done(2)]));
            let next = advance(before, None, &plan(), &progress);
            let forgets = !next.records.contains_key(&address("desk:/forgotten"));
            let adopts = next.records[&address("desk:/there")].run == RunId::new("now");
            let case = format!("state {of_state}, start {of_start}");
            assert_eq!((forgets, adopts), (counts, counts), "{case}");
            assert!(next.records.contains_key(&address("desk:/a")), "{case}");
        };
        check(3, 3, true);
        check(1, 3, true);
        check(4, 3, false);
        check(4, 4, false);
        check(3, 4, false);
    }

    #[test]
    fn an_alias_with_another_meaning_inherits_nothing() {
        let plan = plan_of(Vec::new(), &[]);
        let mut before = state(&["desk:/a", "team:/a"]);
        let alias = address("desk:/a").space;
        before
            .spaces
            .insert(alias.clone(), "local root=./other".into());
        let next = advance(before, None, &plan, &RunProgress::default());
        let held: Vec<_> = next.records.keys().map(ToString::to_string).collect();
        assert_eq!(held, ["team:/a"]);
        assert_eq!(next.spaces[&alias], plan.spaces[&alias].identity());
        let again = advance(next.clone(), None, &plan, &RunProgress::default());
        assert_eq!(again.used_plans, next.used_plans);
    }
}
