//! Which exchanges make a plan cheaper: an entry is moved where that takes fewer calls than to
//! copy its content and to remove it, or as many calls and fewer operations.

use std::collections::BTreeMap;

use super::capabilities::{Capabilities, Carrier, Naming};
use super::change::{Change, Extent};
use super::context::Context;
use super::exchange::Exchange;
use super::keep::Removal;
use super::key::Key;
use super::leaving::{Leaving, Release};
use super::lower::action;
use super::operation::{Action, Place, Strategy};
use super::removing::removal_action;
use super::reuse::exchanged;
use super::staging::goes_by_staging;
use crate::manifest::Permissions;
use crate::tree::EntryPath;

/// How often all kinds of exchanges are gone through in search of something better.
const ROUNDS: usize = 8;

/// Chooses among exchanges.
///
/// Calls are counted by what their items share, as if nothing else stood between them. From all
/// exchanges, and from none, the number of each kind is changed as long as that helps; the better
/// end of the two is taken. Where this machine carries the bytes of copies, calls count for
/// nothing and everything is moved; so is what goes back to where others took it from, because
/// otherwise it would stay where it does not belong.
pub(super) fn thrifty(
    context: &Context<'_>,
    changes: &[Change],
    removals: &[Removal],
    leaving: &Leaving<'_, '_>,
    exchanges: Vec<Exchange>,
) -> Vec<Exchange> {
    let mut tally = Tally::default();
    let kinds = tally.take_in(context, changes, removals, (leaving, &exchanges));
    let all = tally.descend(&kinds, Start::All);
    let none = tally.descend(&kinds, Start::None);
    let (_, counts) = if none.0 < all.0 { none } else { all };
    let mut chosen: Vec<Exchange> = Vec::with_capacity(exchanges.len());
    for (kind, count) in kinds.iter().zip(counts) {
        chosen.extend(
            kind.members[..count]
                .iter()
                .map(|member| exchanges[*member]),
        );
    }
    chosen.sort_unstable_by_key(|exchange| exchange.position);
    chosen
}

/// How many items each kind of call has, by the number of the kind.
#[derive(Default)]
struct Tally {
    numbers: BTreeMap<Key, usize>,
    /// The most items of one call.
    most: Vec<u64>,
    items: Vec<u64>,
}

/// Exchanges that cost the same and save the same.
struct Kind {
    /// The calls that carry an item less with each of them, and those that carry one more.
    saves: Vec<usize>,
    costs: Vec<usize>,
    is_certain: bool,
    /// The exchanges, in the order of targets.
    members: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Start {
    All,
    None,
}

impl Tally {
    /// Counts what no exchange changes, and sorts the exchanges by what they do to calls.
    fn take_in(
        &mut self,
        context: &Context<'_>,
        changes: &[Change],
        removals: &[Removal],
        (leaving, exchanges): (&Leaving<'_, '_>, &[Exchange]),
    ) -> Vec<Kind> {
        let mut of_removal: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, removal) in removals.iter().enumerate() {
            let call = self.calls(context, &removal_action(context, removal));
            call.into_iter().for_each(|call| {
                self.items[call] += 1;
                of_removal.insert(number, call);
            });
        }
        let mut kinds: BTreeMap<(bool, Vec<usize>, Vec<usize>), Vec<usize>> = BTreeMap::new();
        let mut of_change: Vec<Vec<usize>> = Vec::with_capacity(changes.len());
        for change in changes {
            let is_carried = change.extent == Extent::Carried;
            let action = (!is_carried).then(|| action(context, change));
            let calls = action.map(|action| self.calls(context, &action));
            let calls = calls.unwrap_or_default();
            calls.iter().for_each(|call| self.items[*call] += 1);
            of_change.push(calls);
        }
        for (member, exchange) in exchanges.iter().enumerate() {
            let leaver = leaving.get(exchange.leaver);
            let block = &of_change[exchange.position..exchange.end];
            let mut saves: Vec<usize> = block.iter().flatten().copied().collect();
            if let Release::Removal(number) = leaver.release
                && leaving.is_top(exchange.leaver)
            {
                saves.extend(of_removal.get(&number));
            }
            let change = exchanged(&changes[exchange.position], leaver, None);
            let mut costs = self.calls(context, &action(context, &change));
            saves.sort_unstable();
            costs.sort_unstable();
            let sheet = context.sheet(&change.target.space);
            let here = sheet.is_some_and(|sheet| sheet.carrier == Carrier::ThisMachine);
            let is_certain = here || leaver.release == Release::Strayed;
            let kind = kinds.entry((is_certain, saves, costs)).or_default();
            kind.push(member);
        }
        let kinds = kinds.into_iter();
        let kind = |((is_certain, saves, costs), members)| Kind {
            saves,
            costs,
            is_certain,
            members,
        };
        kinds.map(kind).collect()
    }

    /// The calls that carry an action, by number: two where name and place are given apart.
    fn calls(&mut self, context: &Context<'_>, action: &Action) -> Vec<usize> {
        let place = action.to().or(action.from());
        let Some(sheet) = place.and_then(|place| context.sheet(&place.space)) else {
            return Vec::new();
        };
        let (key, rule) = Key::of(action, sheet);
        let direct = (key, rule.items);
        let rename = match (action, action.from(), action.to()) {
            (Action::Copy { .. } | Action::Move { .. }, Some(from), Some(to))
                if sheet.naming == Naming::Kept && from.path.name() != to.path.name() =>
            {
                let rename = Action::Rename {
                    from: from.clone(),
                    to: to.clone(),
                    strategy: Strategy::Fail,
                };
                let (key, rule) = Key::of(&rename, sheet);
                Some(((key, rule.items), is_in_place(action, from, to)))
            }
            _ => None,
        };
        let mut calls = match rename {
            Some((rename, true)) => vec![rename],
            Some((rename, false)) => vec![direct, rename],
            None => vec![direct],
        };
        calls.extend(move_of_staged(action, sheet));
        calls.into_iter().map(|call| self.number(call)).collect()
    }

    fn number(&mut self, (key, most): (Key, Option<u32>)) -> usize {
        let next = self.items.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.most
                .push(most.map_or(u64::MAX, |most| u64::from(most.max(1))));
            self.items.push(0);
        }
        number
    }

    /// The best numbers of exchanges of each kind that are found from one start on, and the cost.
    fn descend(&self, kinds: &[Kind], start: Start) -> ((u64, u64), Vec<usize>) {
        let mut items = self.items.clone();
        let mut counts = vec![0; kinds.len()];
        for (kind, count) in kinds.iter().zip(&mut counts) {
            if kind.is_certain || matches!(start, Start::All) {
                shift(&mut items, kind, (*count, kind.members.len()));
                *count = kind.members.len();
            }
        }
        for _ in 0..ROUNDS {
            let before = counts.clone();
            for (kind, count) in kinds.iter().zip(&mut counts) {
                if !kind.is_certain {
                    *count = self.best(&mut items, kind, *count);
                }
            }
            if before == counts {
                break;
            }
        }
        let calls = (0..items.len()).map(|call| self.sent(&items, call)).sum();
        ((calls, items.iter().sum()), counts)
    }

    /// The best number of exchanges of one kind while all others stay: the most of those that
    /// cost the least.
    fn best(&self, items: &mut [u64], kind: &Kind, count: usize) -> usize {
        let touched: std::collections::BTreeSet<usize> =
            kind.saves.iter().chain(&kind.costs).copied().collect();
        let (mut at, mut best) = (count, (u64::MAX, u64::MAX, count));
        for next in (0..=kind.members.len()).rev() {
            shift(items, kind, (at, next));
            at = next;
            let calls = touched.iter().map(|call| self.sent(items, *call)).sum();
            let operations = touched.iter().map(|call| items[*call]).sum();
            if (calls, operations) < (best.0, best.1) {
                best = (calls, operations, next);
            }
        }
        shift(items, kind, (at, best.2));
        best.2
    }

    fn sent(&self, items: &[u64], call: usize) -> u64 {
        items[call].div_ceil(self.most[call])
    }
}

/// The move that follows a copy into a folder of the run's own.
fn move_of_staged(action: &Action, sheet: &Capabilities) -> Option<(Key, Option<u32>)> {
    let to = action.to().filter(|_| goes_by_staging(action, sheet))?;
    let action = Action::Move {
        from: Place::new(to.space.clone(), EntryPath::root()),
        to: to.clone(),
        strategy: Strategy::Fail,
        permissions: Permissions::Inherit,
    };
    let (key, rule) = Key::of(&action, sheet);
    Some((key, rule.items))
}

/// Whether an entry is renamed in its folder.
fn is_in_place(action: &Action, from: &Place, to: &Place) -> bool {
    let moves = matches!(action, Action::Move { .. });
    moves && from.space == to.space && from.path.parent() == to.path.parent()
}

/// Counts another number of exchanges of a kind.
fn shift(items: &mut [u64], kind: &Kind, (from, to): (usize, usize)) {
    let (more, less) = if to > from {
        (&kind.costs, &kind.saves)
    } else {
        (&kind.saves, &kind.costs)
    };
    let by = from.abs_diff(to) as u64;
    more.iter().for_each(|call| items[*call] += by);
    less.iter().for_each(|call| items[*call] -= by);
}
