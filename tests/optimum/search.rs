//! The search: which sequence has the fewest calls?

use std::collections::{BTreeMap, HashMap};

use crate::bound::{Bounds, removals};
use crate::call::{Step, Verb};
use crate::item::{Item, Key};
use crate::items::items;
use crate::rules::Rule;
use crate::state::{NodeId, State};
use crate::task::{Role, Task};

/// The most calls that are tried for one world.
const BUDGET: usize = 300_000;

/// What a search comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// No sequence is as short.
    None,
    /// None is shorter than this one.
    Least(Vec<Vec<Step>>),
    /// There are too many states to look at.
    Undecided,
}

struct Search {
    task: Task,
    bounds: Bounds,
    /// The most calls.
    most: usize,
    /// The states that were reached, and with how few calls.
    seen: HashMap<State, usize>,
    budget: usize,
    calls: Vec<Vec<Step>>,
}

/// Looks for the shortest sequence of at most so many calls.
pub(crate) fn least(task: &Task, calls: usize) -> Answer {
    let mut search = Search {
        task: task.clone(),
        bounds: Bounds::new(task),
        most: 0,
        seen: HashMap::new(),
        budget: BUDGET,
        calls: Vec::new(),
    };
    let start = search.task.start;
    let bound = search.bounds.of(task, &start);
    for most in bound..=calls {
        search.most = most;
        search.seen.clear();
        if search.finds(&start, 0) {
            return Answer::Least(search.calls);
        }
        if search.budget == 0 {
            return Answer::Undecided;
        }
    }
    Answer::None
}

impl Search {
    /// Whether the end can be reached from a state with the calls that are left.
    fn finds(&mut self, state: &State, used: usize) -> bool {
        if self.budget == 0 {
            return false;
        }
        if self.is_done(state) {
            self.remove_the_rest(state);
            return true;
        }
        let mut next = self.successors(state, used + 1);
        next.sort_by_key(|(bound, _, _)| *bound);
        for (_, items, after) in next {
            if self
                .seen
                .get(&after)
                .is_some_and(|before| *before <= used + 1)
            {
                continue;
            }
            self.seen.insert(after, used + 1);
            let steps = items
                .iter()
                .map(|item| item.step(&self.task, state, &after));
            self.calls.push(steps.collect());
            if self.finds(&after, used + 1) {
                return true;
            }
            self.calls.pop();
        }
        false
    }

    fn is_done(&self, state: &State) -> bool {
        let task = &self.task;
        task.ids()
            .filter(|id| task.node(*id).goal.is_some())
            .all(|id| state.is_placed(task, id))
    }

    /// The states that one call leads to, as far as the end can be near enough.
    fn successors(&mut self, state: &State, used: usize) -> Vec<(usize, Vec<Item>, State)> {
        let mut groups: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
        for item in items(&mut self.task, &self.bounds, state) {
            groups
                .entry(item.key(&self.task, state))
                .or_default()
                .push(item);
        }
        let mut next = Vec::new();
        for (key, items) in &groups {
            let rule: Rule = self.task.rules.of(key.0).clone();
            let mut chosen = Vec::new();
            self.choose(state, used, items, &rule, &mut chosen, &mut next);
        }
        next
    }

    /// All calls of some of these items.
    fn choose(
        &mut self,
        state: &State,
        used: usize,
        items: &[Item],
        rule: &Rule,
        chosen: &mut Vec<Item>,
        next: &mut Vec<(usize, Vec<Item>, State)>,
    ) {
        for (position, item) in items.iter().enumerate() {
            if self.budget == 0 || chosen.iter().any(|other| other.needs_order(item, state)) {
                continue;
            }
            chosen.push(item.clone());
            next.extend(self.after(state, used, chosen));
            if chosen.len() < rule.most {
                self.choose(state, used, &items[position + 1..], rule, chosen, next);
            }
            chosen.pop();
        }
    }

    fn after(
        &mut self,
        state: &State,
        used: usize,
        items: &[Item],
    ) -> Option<(usize, Vec<Item>, State)> {
        self.budget = self.budget.checked_sub(1)?;
        let mut after = *state;
        for item in items {
            item.apply(&mut self.task, &mut after)?;
        }
        if after.stops > self.task.stops {
            return None;
        }
        let bound = self.bounds.of(&self.task, &after);
        (used + bound <= self.most).then(|| (bound, items.to_vec(), after))
    }

    /// The calls that take away the rest.
    fn remove_the_rest(&mut self, state: &State) {
        let task = &self.task;
        let goes = |id: NodeId| {
            let node = task.node(id);
            node.role != Role::Root && node.goal.is_none() && state.is_there(id)
        };
        let mut groups: BTreeMap<_, Vec<Step>> = BTreeMap::new();
        let rule = task.rules.of(Verb::Remove);
        for id in task
            .ids()
            .filter(|id| goes(*id) && !goes(state.spot(*id).folder))
        {
            let item = Item::removal(id, task.node(id).goes);
            let step = item.step(task, state, state);
            groups.entry(item.key(task, state)).or_default().push(step);
        }
        let calls = groups.into_values();
        let calls: Vec<Vec<Step>> = calls
            .flat_map(|steps| {
                let most = rule.most.min(steps.len());
                steps.chunks(most).map(<[Step]>::to_vec).collect::<Vec<_>>()
            })
            .collect();
        debug_assert_eq!(calls.len(), removals(task, state));
        self.calls.extend(calls);
    }
}
