//! The fewest calls among all orders of few operations.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::share::{Calls, Work};

/// How many beginnings of a plan are looked into before the search gives up.
const MOST_LOOKS: usize = 20_000;
/// How many ways to fill one call are tried.
const MOST_FILLINGS: usize = 64;

/// Looks for fewer calls than a number that is known to do. `None` if there are none, or none
/// were found among the beginnings that it looks into.
pub(super) fn search(work: &Work, fewer_than: usize) -> Option<Calls> {
    Search::new(work).run(fewer_than)
}

/// A set of operations, one bit each.
type Set = u64;

struct Search<'w> {
    work: &'w Work,
    all: Set,
    before: Vec<Set>,
    followers: Vec<Set>,
    of_kind: Vec<Set>,
    /// For each operation, how many of its kind lie on the longest way from it to an end: they
    /// cannot share calls.
    chain: Vec<usize>,
}

/// A beginning of a plan: what is done, and how it came to be.
struct Beginning {
    done: Set,
    calls: usize,
    came_from: usize,
    call: Set,
}

impl<'w> Search<'w> {
    fn new(work: &'w Work) -> Self {
        let set = |positions: &Vec<usize>| positions.iter().fold(0, |set, it| set | 1 << it);
        let mut of_kind = vec![0; work.most.len()];
        for (position, kind) in work.kinds.iter().enumerate() {
            of_kind[*kind] |= 1 << position;
        }
        let count = work.kinds.len() as u32;
        let mut search = Self {
            work,
            all: Set::MAX.checked_shr(Set::BITS - count).unwrap_or(0),
            before: work.before.iter().map(set).collect(),
            followers: work.followers().iter().map(set).collect(),
            of_kind,
            chain: Vec::new(),
        };
        search.chain = search.chains();
        search
    }

    /// The beginnings in which the fewest calls may follow come first.
    fn run(&self, fewer_than: usize) -> Option<Calls> {
        let mut beginnings = vec![Beginning {
            done: 0,
            calls: 0,
            came_from: 0,
            call: 0,
        }];
        let mut open = BinaryHeap::from([Reverse((self.least(0), Reverse(0), 0))]);
        let mut fewest: BTreeMap<Set, usize> = BTreeMap::new();
        while let Some(Reverse((least, _, index))) = open.pop() {
            let Beginning { done, calls, .. } = beginnings[index];
            if done == self.all {
                return Some(self.story(&beginnings, index));
            }
            if least >= fewer_than || beginnings.len() > MOST_LOOKS {
                return None;
            }
            for call in self.next_calls(done) {
                let (done, calls) = (done | call, calls + 1);
                let known = fewest.entry(done).or_insert(usize::MAX);
                if *known <= calls {
                    continue;
                }
                *known = calls;
                let least = calls + self.least(done);
                if least < fewer_than {
                    open.push(Reverse((least, Reverse(calls), beginnings.len())));
                    let came_from = index;
                    beginnings.push(Beginning {
                        done,
                        calls,
                        came_from,
                        call,
                    });
                }
            }
        }
        None
    }

    fn story(&self, beginnings: &[Beginning], mut index: usize) -> Calls {
        let mut calls = Vec::new();
        while index != 0 {
            calls.push(positions(beginnings[index].call).collect());
            index = beginnings[index].came_from;
        }
        calls.reverse();
        calls
    }

    /// No fewer calls can do the rest: each kind is full calls, and one for each on a chain.
    fn least(&self, done: Set) -> usize {
        let kinds = self.of_kind.iter().zip(&self.work.most);
        let calls = kinds.map(|(of_kind, most)| {
            let left = of_kind & !done;
            let chain = positions(left).map(|it| self.chain[it]).max().unwrap_or(0);
            (left.count_ones() as usize).div_ceil(*most).max(chain)
        });
        calls.sum()
    }

    /// The calls with which a fewest number can go on. What is whole never comes too early; any
    /// other kind takes all that is ready, or as much as a call carries.
    fn next_calls(&self, done: Set) -> Vec<Set> {
        let ready = positions(self.all & !done)
            .filter(|it| self.before[*it] & !done == 0)
            .fold(0, |set, it| set | 1 << it);
        let mut calls = Vec::new();
        for (kind, of_kind) in self.of_kind.iter().enumerate() {
            let (left, ready) = (of_kind & !done, of_kind & ready);
            if ready == 0 {
                continue;
            }
            let fillings = self.fillings(ready, self.work.most[kind]);
            if left == ready {
                return fillings.into_iter().take(1).collect();
            }
            calls.extend(fillings);
        }
        calls
    }

    /// The ways to fill a call with operations that are ready. Those for which the same others
    /// wait are as good as each other.
    fn fillings(&self, ready: Set, most: usize) -> Vec<Set> {
        if ready.count_ones() as usize <= most {
            return vec![ready];
        }
        let mut alike: BTreeMap<Set, Vec<usize>> = BTreeMap::new();
        for position in positions(ready) {
            let others = self.followers[position];
            alike.entry(others).or_default().push(position);
        }
        let mut fillings: Vec<(Set, usize)> = vec![(0, 0)];
        for group in alike.values() {
            let mut longer = Vec::new();
            for (filling, count) in fillings {
                let mut filling = filling;
                longer.push((filling, count));
                for (taken, position) in (1..).zip(group).take(most - count) {
                    filling |= 1 << position;
                    longer.push((filling, count + taken));
                }
            }
            fillings = longer;
            fillings.truncate(MOST_FILLINGS * MOST_FILLINGS);
        }
        fillings.retain(|(_, count)| *count == most);
        fillings.truncate(MOST_FILLINGS);
        fillings.into_iter().map(|(filling, _)| filling).collect()
    }

    fn chains(&self) -> Vec<usize> {
        let count = self.work.kinds.len();
        // For each operation and kind, the most operations of that kind on a way from it.
        let mut ways: Vec<Vec<usize>> = vec![Vec::new(); count];
        for position in self.backwards() {
            let mut most = vec![0; self.work.most.len()];
            for follower in positions(self.followers[position]) {
                for (most, way) in most.iter_mut().zip(&ways[follower]) {
                    *most = (*most).max(*way);
                }
            }
            most[self.work.kinds[position]] += 1;
            ways[position] = most;
        }
        let own = |(way, kind): (&Vec<usize>, &usize)| way.get(*kind).copied().unwrap_or(1);
        ways.iter().zip(&self.work.kinds).map(own).collect()
    }

    /// All operations, each after those that wait for it.
    fn backwards(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut left = self.all;
        while let Some(next) = positions(left).find(|it| self.followers[*it] & left == 0) {
            order.push(next);
            left &= !(1 << next);
        }
        order
    }
}

fn positions(set: Set) -> impl Iterator<Item = usize> {
    (0..Set::BITS as usize).filter(move |position| set & (1 << position) != 0)
}
