//! Where entries really are, and under which ids, after what a run has done so far.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::replay::{RunProgress, Standing};
use crate::plan::{Action, Operation, Place, Plan, Reliance};
use crate::tree::{Address, EntryId, EntryPath};

/// What a run has brought to which place, where a plan could not know it: the ids of entries that
/// came to be in the run, and names that the service chose.
///
/// Everything is found by the address that the plan gives an entry at that point of the run. Done
/// operations must be taken in an order in which they can have been done.
#[derive(Debug, Clone, Default)]
pub struct Whereabouts {
    /// Places whose id a later operation needs and the plan does not know.
    awaited: BTreeSet<Address>,
    arrivals: BTreeMap<Address, Arrival>,
}

/// What came to a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Arrival {
    id: Option<EntryId>,
    /// The name, where it is not the one that the plan expects.
    name: Option<Box<str>>,
    /// Whether what is below has other ids than when it was observed.
    below_changed: bool,
}

impl Whereabouts {
    /// Before the first operation of a plan.
    pub fn new(plan: &Plan) -> Self {
        Self {
            awaited: awaited(plan),
            arrivals: BTreeMap::new(),
        }
    }

    /// After all operations that are done.
    pub fn after(plan: &Plan, progress: &RunProgress) -> Self {
        let mut whereabouts = Self::new(plan);
        for operation in &plan.operations {
            whereabouts.follow(operation, progress);
        }
        whereabouts
    }

    /// Takes an operation over if it is done.
    pub fn follow(&mut self, operation: &Operation, progress: &RunProgress) {
        if let Some(Standing::Done { id, name, .. }) = progress.operations.get(&operation.id) {
            self.take(operation, id.as_ref(), name.as_deref());
        }
    }

    /// Takes over that an operation of the plan was done, with what the service said of it.
    pub fn take(&mut self, operation: &Operation, id: Option<&EntryId>, name: Option<&str>) {
        let from = operation.action.from();
        let carried = match (&operation.action, from) {
            (Action::CreateFolder { .. }, _) | (_, None) => BTreeMap::new(),
            (Action::Copy { .. }, Some(from)) => self.copied_names(&from.address()),
            (Action::Move { .. } | Action::Rename { .. } | Action::Remove { .. }, Some(from)) => {
                self.depart(&from.address())
            }
        };
        let Some(to) = operation.action.to() else {
            return;
        };
        self.depart(&to.address());
        self.arrive(operation, to, carried, Said { id, name });
    }

    fn arrive(
        &mut self,
        operation: &Operation,
        to: &Place,
        carried: BTreeMap<Address, Arrival>,
        said: Said<'_>,
    ) {
        let target = to.address();
        let from = operation.action.from().map(|from| (from, from.address()));
        let before = from.as_ref().filter(|_| is_move(&operation.action));
        let before = before.and_then(|(place, address)| {
            let known = carried.get(address).and_then(|known| known.id.as_ref());
            known.or(place.id.as_ref()).cloned()
        });
        let id = said.id.or(before.as_ref());
        let below_changed = before.is_some() && id != before.as_ref();
        let keeps_id = below_changed || self.awaited.contains(&target);
        let name = said.name.filter(|name| {
            let possible = EntryPath::root().join(name).is_ok();
            possible && to.path.name() != Some(name)
        });
        let arrival = Arrival {
            id: id.filter(|_| keeps_id).cloned(),
            name: name.map(Into::into),
            below_changed,
        };
        for (address, mut below) in carried {
            let rest = from
                .as_ref()
                .and_then(|(_, from)| address.path.below(&from.path));
            if let Some(rest) = rest.filter(|rest| !rest.is_root()) {
                below.id = below.id.filter(|_| !below_changed);
                let address = Address::new(target.space.clone(), target.path.append(&rest));
                self.arrivals.insert(address, below);
            }
        }
        if arrival != Arrival::default() {
            self.arrivals.insert(target, arrival);
        }
    }

    /// Where the entry really is that the plan has at an address.
    pub fn real(&self, address: &Address) -> Address {
        if self.arrivals.is_empty() {
            return address.clone();
        }
        let mut planned = Address::new(address.space.clone(), EntryPath::root());
        let mut real = planned.clone();
        for segment in address.path.segments() {
            planned.path = planned.path.join_trusted(segment);
            let name = self
                .arrivals
                .get(&planned)
                .and_then(|arrival| arrival.name.as_deref());
            real.path = real.path.join_trusted(name.unwrap_or(segment));
        }
        real
    }

    /// The operation as it is to be sent: with the ids and real paths of what the run itself has
    /// brought about.
    pub fn resolve<'p>(&self, operation: &'p Operation) -> Cow<'p, Operation> {
        if self.arrivals.is_empty() {
            return Cow::Borrowed(operation);
        }
        let mut resolved = operation.clone();
        let (from, to) = ends(&mut resolved.action);
        if let Some(from) = from {
            from.id = self.id(from);
            self.relocate(from);
        }
        if let Some(to) = to {
            self.relocate(to);
        }
        for reliance in &mut resolved.relies_on {
            let address = address_of(reliance);
            *address = self.real(address);
        }
        if resolved == *operation {
            Cow::Borrowed(operation)
        } else {
            Cow::Owned(resolved)
        }
    }

    fn relocate(&self, place: &mut Place) {
        place.path = self.real(&place.address()).path;
    }

    /// The id of the entry that the plan has at a place, as far as it is known.
    fn id(&self, place: &Place) -> Option<EntryId> {
        let address = place.address();
        if let Some(id) = self.arrivals.get(&address).and_then(|it| it.id.clone()) {
            return Some(id);
        }
        let above = address.path.ancestors().into_iter();
        let changed = above.filter(|path| *path != address.path).any(|path| {
            let above = Address::new(address.space.clone(), path);
            self.arrivals
                .get(&above)
                .is_some_and(|arrival| arrival.below_changed)
        });
        place.id.clone().filter(|_| !changed)
    }

    /// Takes out what is known of a place and of everything below it.
    fn depart(&mut self, address: &Address) -> BTreeMap<Address, Arrival> {
        let gone = at_or_below(self.arrivals.range(address..).map(|(key, _)| key), address);
        gone.into_iter()
            .filter_map(|address| self.arrivals.remove_entry(&address))
            .collect()
    }

    /// Names that the copies of entries have, too. Nobody knows the ids of these copies.
    fn copied_names(&self, from: &Address) -> BTreeMap<Address, Arrival> {
        let there = self.arrivals.range(from..);
        let there = there.take_while(|(address, _)| address.is_at_or_below(from));
        there
            .filter(|(_, arrival)| arrival.name.is_some())
            .map(|(address, arrival)| {
                let name = arrival.name.clone();
                let copy = Arrival {
                    name,
                    ..Arrival::default()
                };
                (address.clone(), copy)
            })
            .collect()
    }
}

/// What a service said of an operation that is done.
#[derive(Clone, Copy)]
struct Said<'a> {
    id: Option<&'a EntryId>,
    name: Option<&'a str>,
}

/// The places from which operations take an entry without knowing its id, and the places from
/// which folders on the way of such entries come: found from the end of the plan to its start.
fn awaited(plan: &Plan) -> BTreeSet<Address> {
    let mut awaited = BTreeSet::new();
    for operation in plan.operations.iter().rev() {
        let from = operation.action.from();
        let to = operation.action.to();
        if let (Some(from), Some(to)) = (from, to)
            && is_move(&operation.action)
            && !awaited.is_empty()
        {
            let to = to.address();
            for address in at_or_below(awaited.range(&to..), &to) {
                if let Some(rest) = address.path.below(&to.path) {
                    awaited.insert(Address::new(from.space.clone(), from.path.append(&rest)));
                }
            }
        }
        if let Some(from) = from.filter(|from| from.id.is_none()) {
            awaited.insert(from.address());
        }
    }
    awaited
}

fn is_move(action: &Action) -> bool {
    matches!(action, Action::Move { .. } | Action::Rename { .. })
}

/// The first addresses of an ordered walk from `top` on, as far as they are it or below it.
fn at_or_below<'a>(walk: impl Iterator<Item = &'a Address>, top: &Address) -> Vec<Address> {
    walk.take_while(|address| address.is_at_or_below(top))
        .cloned()
        .collect()
}

fn ends(action: &mut Action) -> (Option<&mut Place>, Option<&mut Place>) {
    match action {
        Action::CreateFolder { at } => (None, Some(at)),
        Action::Copy { from, to, .. }
        | Action::Move { from, to, .. }
        | Action::Rename { from, to, .. } => (Some(from), Some(to)),
        Action::Remove { at, .. } => (Some(at), None),
    }
}

fn address_of(reliance: &mut Reliance) -> &mut Address {
    match reliance {
        Reliance::Absent { address }
        | Reliance::Folder { address, .. }
        | Reliance::File { address, .. }
        | Reliance::Subtree { address, .. } => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Disposal, Permissions};
    use crate::plan::Strategy;
    use crate::plan::sample::{address, operation, place, plan_of};

    /// An operation from words: `copy a:/x#7 a:/y = 8 name` was done, with the id and the name
    /// that the service gave; without the sign it is asked for. `-` stands for nothing.
    fn step(number: u32, words: &str) -> (Operation, Option<EntryId>, Option<String>) {
        let (action, said) = words.split_once(" = ").unwrap_or((words, "-"));
        let place = |text: &str| {
            let (path, id) = text.split_once('#').unwrap_or((text, ""));
            let mut place = place(path);
            place.id = (!id.is_empty()).then(|| EntryId::new(id));
            place
        };
        let strategy = Strategy::Fail;
        let action = match *action.split(' ').collect::<Vec<_>>() {
            ["folder", at] => Action::CreateFolder { at: place(at) },
            ["copy", from, to] => Action::Copy {
                from: place(from),
                to: place(to),
                strategy,
            },
            ["move", from, to] => Action::Move {
                from: place(from),
                to: place(to),
                strategy,
                permissions: Permissions::Inherit,
            },
            ["rename", from, to] => Action::Rename {
                from: place(from),
                to: place(to),
                strategy,
            },
            ["remove", at] => Action::Remove {
                at: place(at),
                disposal: Disposal::Recycle,
            },
            _ => panic!("{words}"),
        };
        let mut said = said.splitn(2, ' ');
        let id = said.next().filter(|id| *id != "-").map(EntryId::new);
        (operation(number, action), id, said.next().map(Into::into))
    }

    /// What the last of these operations is sent as, after the others were done.
    fn check(steps: &[&str], expected: &str) {
        let all: Vec<_> = (1..)
            .zip(steps)
            .map(|(number, words)| step(number, words))
            .collect();
        let operations = all
            .iter()
            .map(|(operation, ..)| operation.clone())
            .collect();
        let plan = plan_of(operations, &[]);
        let mut whereabouts = Whereabouts::new(&plan);
        let (last, before) = all.split_last().expect("there is a last step");
        for (operation, id, name) in before {
            whereabouts.take(operation, id.as_ref(), name.as_deref());
        }
        let sent = whereabouts.resolve(&last.0);
        let ends = [sent.action.from(), sent.action.to()];
        let words: Vec<_> = ends
            .into_iter()
            .flatten()
            .map(|place| match &place.id {
                Some(id) => format!("{place}#{id}"),
                None => place.to_string(),
            })
            .collect();
        assert_eq!(words.join(" "), expected, "{steps:?}");
    }

    #[test]
    fn later_operations_have_the_ids_that_earlier_ones_brought() {
        // A copy is renamed; what was observed keeps the id that the plan knows.
        check(
            &["copy a:/x#7 a:/t/x = 8", "rename a:/t/x a:/t/y"],
            "a:/t/x#8 a:/t/y",
        );
        check(
            &["copy a:/x#7 a:/t/x = -", "rename a:/t/x a:/t/y"],
            "a:/t/x a:/t/y",
        );
        check(
            &["copy a:/x#7 a:/t/x = 8", "move a:/x#7 a:/z"],
            "a:/x#7 a:/z",
        );
        // A folder that was made, and what was put into it, go on.
        check(&["folder a:/t = 5", "move a:/t b:/t"], "a:/t#5 b:/t");
        check(
            &[
                "folder a:/t = 5",
                "copy a:/x#7 a:/t/x = 8",
                "rename a:/t a:/u = 5",
                "move a:/u/x a:/x2",
            ],
            "a:/u/x#8 a:/x2",
        );
        // The same where the service says nothing of the id of what it moved.
        check(
            &[
                "copy a:/x#7 a:/t = 8",
                "move a:/t a:/u = -",
                "move a:/u a:/w",
            ],
            "a:/u#8 a:/w",
        );
        // A name that was freed and taken again.
        check(
            &[
                "copy a:/x#7 a:/t = 8",
                "remove a:/t = -",
                "copy a:/y#6 a:/t = 9",
                "move a:/t a:/w",
            ],
            "a:/t#9 a:/w",
        );
    }

    #[test]
    fn an_id_that_a_move_changed_is_not_used_any_more() {
        check(
            &["move a:/f#5 b:/f = 6", "rename b:/f#5 b:/g"],
            "b:/f#6 b:/g",
        );
        check(
            &["move a:/f#5 b:/f = 6", "rename b:/f/x#7 b:/f/y"],
            "b:/f/x b:/f/y",
        );
        check(
            &["move a:/f#5 b:/f = 5", "rename b:/f/x#7 b:/f/y"],
            "b:/f/x#7 b:/f/y",
        );
        check(
            &[
                "copy a:/x#1 a:/f/x = 2",
                "move a:/f#5 b:/f = 6",
                "rename b:/f/x b:/f/y",
            ],
            "b:/f/x b:/f/y",
        );
    }

    #[test]
    fn a_name_that_the_service_gave_holds_for_everything_below() {
        let beside = "copy a:/x#7 a:/t/x(1) = 8 x(2)";
        check(&[beside, "rename a:/t/x(1) a:/t/y"], "a:/t/x(2)#8 a:/t/y");
        check(&[beside, "copy a:/z#3 a:/t/x(1)/z"], "a:/z#3 a:/t/x(2)/z");
        check(&[beside, "copy a:/z#3 a:/t/x(10)"], "a:/z#3 a:/t/x(10)");
        check(
            &[beside, "move a:/t#4 a:/u = 4", "remove a:/u/x(1)"],
            "a:/u/x(2)#8",
        );
        check(
            &[beside, "copy a:/t#4 a:/u = 9", "remove a:/u/x(1)"],
            "a:/u/x(2)",
        );
        check(
            &[beside, "rename a:/t/x(1) a:/t/y = 8", "remove a:/t/y"],
            "a:/t/y#8",
        );
        // A name that no entry can have is not believed.
        check(
            &["copy a:/x#7 a:/t/x = 8 ../z", "remove a:/t/x"],
            "a:/t/x#8",
        );
    }

    #[test]
    fn what_the_plan_expects_is_found_where_it_is() {
        let (operation, id, name) = step(1, "copy a:/x#7 a:/t/x(1) = 8 x(2)");
        let plan = plan_of(vec![operation.clone()], &[&[1]]);
        let mut whereabouts = Whereabouts::new(&plan);
        whereabouts.take(&operation, id.as_ref(), name.as_deref());
        for (planned, real) in [
            ("a:/t/x(1)", "a:/t/x(2)"),
            ("a:/t/x(1)/y", "a:/t/x(2)/y"),
            ("a:/t/x", "a:/t/x"),
            ("b:/t/x(1)", "b:/t/x(1)"),
        ] {
            assert_eq!(whereabouts.real(&address(planned)), address(real));
        }
    }
}
