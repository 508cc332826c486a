//! Steps 6 and 7 together, more than once where a choice shows only in the number of calls.
//!
//! First a few ways are tried that decide alike for the whole plan. Where a small plan could still
//! take fewer calls, one thing after another is done in another way, then two or three at once, and
//! what helps is kept.

use std::collections::BTreeSet;

use super::batch::{Batched, batch};
use super::bound::cost;
use super::capabilities::{MissingParents, Naming};
use super::change::{Change, Extent, Origin};
use super::choices::{Alternative, Choices, Reached, Stops, holds_folders_alone};
use super::context::Context;
use super::lower::lower;
use super::plan::Cost;
use super::planner::Derived;
use super::prove::proven;
use super::turns::take_turns;
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, EntryKind};

/// How many plans are made in search of fewer calls.
const MOST_TRIES: usize = 96;
/// How many changes these plans have together: the search is for small plans.
const MOST_CHANGES: usize = 4_096;
/// How many things are done in another way at once.
const MOST_AT_ONCE: usize = 3;

/// The operations in calls and their cost: of all ways that are tried the first with the fewest
/// calls.
pub(super) fn fewest(context: &Context<'_>, derived: &Derived) -> (Batched, Cost) {
    let search = Search { context, derived };
    let mut best = search.alike();
    if !derived.findings().any(Diagnostic::is_error) {
        best = search.near(best);
    }
    (best.batched, best.cost)
}

struct Search<'s, 'c> {
    context: &'s Context<'c>,
    derived: &'s Derived,
}

/// A plan with the choices that it was made with.
#[derive(Default)]
struct Trial {
    choices: Choices,
    batched: Batched,
    cost: Cost,
    /// Whether no change takes several steps.
    is_direct: bool,
}

impl Trial {
    fn is_better_than(&self, other: &Self) -> bool {
        let calls = |it: &Self| (it.batched.left_out, it.cost.calls);
        calls(self) < calls(other)
    }

    fn is_at_its_bound(&self) -> bool {
        self.cost.calls == self.cost.lower_bound
    }
}

impl Search<'_, '_> {
    fn changes(&self) -> &[Change] {
        &self.derived.differences.changes
    }

    fn trial(&self, choices: Choices) -> Trial {
        let changes = choices.taken(self.changes());
        let lowered = lower(self.context, &changes, &self.derived.removals, &choices);
        let is_direct = lowered.links.is_empty();
        let batched = batch(self.context, lowered, &choices);
        let cost = cost(self.context, &batched);
        Trial {
            choices,
            batched,
            cost,
            is_direct,
        }
    }

    /// The best of those plans that decide alike for all changes.
    fn alike(&self) -> Trial {
        let mut best: Option<Trial> = None;
        for apart in [
            Apart::Nothing,
            Apart::OnTheWay,
            Apart::FoldersAlone,
            Apart::Small,
        ] {
            let turned = apart.turned(self.context, self.changes());
            if turned.is_empty() && apart != Apart::Nothing {
                continue;
            }
            for stops in [Stops::Before, Stops::After] {
                let trial = self.trial(Choices::alike(turned.clone(), stops));
                let is_last = trial.is_direct || trial.is_at_its_bound();
                if best.as_ref().is_none_or(|best| trial.is_better_than(best)) {
                    best = Some(trial);
                }
                if is_last {
                    break;
                }
            }
        }
        best.unwrap_or_default()
    }

    /// The best plan that can be reached from one by doing few things in another way at a time.
    fn near(&self, mut best: Trial) -> Trial {
        let most = MOST_CHANGES / self.changes().len().max(1);
        let mut tries = most.min(MOST_TRIES);
        while tries > 0 {
            match self.better(&best, &mut tries) {
                Some(better) => best = better,
                None => break,
            }
        }
        best
    }

    /// A better plan that does few things in another way.
    fn better(&self, best: &Trial, tries: &mut usize) -> Option<Trial> {
        let alternatives = self.alternatives(best);
        for count in 1..=MOST_AT_ONCE.min(alternatives.len()) {
            let mut set: Vec<usize> = (0..count).collect();
            loop {
                *tries = tries.checked_sub(1)?;
                let others: Vec<&Alternative> = set.iter().map(|it| &alternatives[*it]).collect();
                let mut trial = self.trial(best.choices.with(&others));
                if trial.is_better_than(best) && self.is_proven(&mut trial) {
                    return Some(trial);
                }
                if !next_set(&mut set, alternatives.len()) {
                    break;
                }
            }
        }
        None
    }

    fn alternatives(&self, best: &Trial) -> Vec<Alternative> {
        if best.cost.calls <= 1 {
            return Vec::new();
        }
        let reached = if best.is_at_its_bound() {
            Reached::ItsBound
        } else {
            Reached::More(&best.batched.on_circles)
        };
        (best.choices).alternatives(self.context, self.changes(), &reached)
    }

    fn is_proven(&self, trial: &mut Trial) -> bool {
        take_turns(&mut trial.batched);
        proven(self.context, self.derived, &trial.batched).is_ok()
    }
}

/// The next set of as many positions below an end; `false` after the last.
fn next_set(set: &mut [usize], end: usize) -> bool {
    let count = set.len();
    let Some(position) = (0..count).rev().find(|it| set[*it] < end - count + it) else {
        return false;
    };
    let first = set[position] + 1;
    for (value, place) in (first..).zip(&mut set[position..]) {
        *place = value;
    }
    true
}

/// Which copied folders are not one item but made and filled, with all folders in them. It takes
/// more operations, which may fit into the calls of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    Nothing,
    /// Those that hold nothing but folders and go into a folder that is made too, where the service
    /// makes it with them.
    OnTheWay,
    /// Those that hold nothing but folders.
    FoldersAlone,
    /// Those that would take a rename more, and hold no more entries than a call.
    Small,
}

impl Apart {
    /// The positions of these folders.
    fn turned(self, context: &Context<'_>, changes: &[Change]) -> BTreeSet<usize> {
        let mut turned = BTreeSet::new();
        if self == Self::Nothing {
            return turned;
        }
        let mut open: Option<&Address> = None;
        for (position, change) in changes.iter().enumerate() {
            let is_below = || open.is_some_and(|open| change.target.is_strictly_below(open));
            if change.extent == Extent::Subtree && self.takes(context, change) {
                open = Some(&change.target);
                turned.insert(position);
            } else if change.extent == Extent::Carried
                && change.kind == EntryKind::Folder
                && is_below()
            {
                turned.insert(position);
            }
        }
        turned
    }

    fn takes(self, context: &Context<'_>, change: &Change) -> bool {
        let Some(source) = change
            .source
            .as_ref()
            .filter(|_| change.origin == Origin::Copied)
        else {
            return false;
        };
        let world = context.world;
        let sheet = context.sheet(&change.target.space);
        match self {
            Self::Nothing => false,
            Self::OnTheWay => {
                let folder = change.target.path.parent();
                let folder = folder.map(|path| Address::new(change.target.space.clone(), path));
                let is_new = folder.is_some_and(|folder| world.find(&folder).is_none());
                let is_made = sheet.is_some_and(|it| it.parents == MissingParents::MadeForFolders);
                is_new && is_made && holds_folders_alone(world, source.node)
            }
            Self::FoldersAlone => holds_folders_alone(world, source.node),
            Self::Small => sheet.is_some_and(|sheet| {
                let renamed = change.target.path.name() != source.address.path.name();
                let most = sheet
                    .copy
                    .items
                    .filter(|_| sheet.naming == Naming::Kept && renamed);
                most.is_some_and(|most| world.measure(source.node).0 - 1 <= u64::from(most))
            }),
        }
    }
}
