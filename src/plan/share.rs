//! Which operations share a call: the fewest calls for operations that wait for one another.
//!
//! A call that is sent once all that it could carry is ready is never too early. Where no such
//! call is left, something has to be sent that others of its kind will follow in a call of
//! their own, and which one is best depends on all that comes later. The straight way takes the
//! first; where that takes more calls than it need, the plan is also put together from its end,
//! and all orders of few operations are searched.

use std::collections::BTreeSet;

use super::search::search;

/// How many operations are few enough to search all orders.
const FEW: usize = u64::BITS as usize;

/// Operations by position: what kind of call each needs, and what it waits for.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// The kind of call of each operation. Kinds are numbered in the order of preference.
    pub(super) kinds: Vec<usize>,
    /// The most operations of one call, for each kind.
    pub(super) most: Vec<usize>,
    /// What each operation waits for; nothing waits for itself in the end.
    pub(super) before: Vec<Vec<usize>>,
}

/// The operations of each call, in an order in which the calls can be made.
pub(super) type Calls = Vec<Vec<usize>>;

impl Work {
    /// The fewest calls that can be found.
    pub(super) fn calls(&self) -> Calls {
        let bound = self.bound();
        let mut best = Straight::new(self).calls();
        if best.len() > bound {
            let mut backwards = Straight::new(&self.reversed()).calls();
            if backwards.len() < best.len() {
                backwards.reverse();
                best = backwards;
            }
        }
        if best.len() > bound && self.kinds.len() <= FEW {
            best = search(self, best.len()).unwrap_or(best);
        }
        best
    }

    /// The calls that take all operations if none had to wait.
    fn bound(&self) -> usize {
        let mut of_kind = vec![0_usize; self.most.len()];
        self.kinds.iter().for_each(|kind| of_kind[*kind] += 1);
        let calls = of_kind.iter().zip(&self.most);
        calls.map(|(items, most)| items.div_ceil(*most)).sum()
    }

    /// What waits for each operation.
    pub(super) fn followers(&self) -> Vec<Vec<usize>> {
        let mut followers = vec![Vec::new(); self.before.len()];
        for (position, before) in self.before.iter().enumerate() {
            before
                .iter()
                .for_each(|other| followers[*other].push(position));
        }
        followers
    }

    /// The same from its end.
    fn reversed(&self) -> Self {
        Self {
            before: self.followers(),
            ..self.clone()
        }
    }
}

/// The straight way: what is whole goes, and where nothing is, the first that is not.
struct Straight<'w> {
    work: &'w Work,
    followers: Vec<Vec<usize>>,
    /// For each operation, how many it still waits for.
    waiting: Vec<usize>,
    /// For each kind, how many operations are in no call yet, and which of them are ready.
    left: Vec<usize>,
    ready: Vec<BTreeSet<usize>>,
    /// Kinds of which all that is left is ready, and those of which something else is.
    whole: BTreeSet<usize>,
    partly: BTreeSet<usize>,
    calls: Calls,
}

impl<'w> Straight<'w> {
    fn new(work: &'w Work) -> Self {
        let kinds = work.most.len();
        let mut straight = Self {
            work,
            followers: work.followers(),
            waiting: work.before.iter().map(Vec::len).collect(),
            left: vec![0; kinds],
            ready: vec![BTreeSet::new(); kinds],
            whole: BTreeSet::new(),
            partly: BTreeSet::new(),
            calls: Vec::new(),
        };
        for (position, kind) in work.kinds.iter().enumerate() {
            straight.left[*kind] += 1;
            if straight.waiting[position] == 0 {
                straight.ready[*kind].insert(position);
            }
        }
        (0..kinds).for_each(|kind| straight.sort(kind));
        straight
    }

    fn calls(mut self) -> Calls {
        loop {
            if let Some(kind) = self.whole.pop_first() {
                self.send(kind, self.left[kind]);
            } else if let Some(kind) = self.partly.first().copied() {
                let ready = self.ready[kind].len();
                let in_full_calls = ready - ready % self.work.most[kind];
                let some = if in_full_calls > 0 {
                    in_full_calls
                } else {
                    ready
                };
                self.send(kind, some);
            } else {
                return self.calls;
            }
        }
    }

    /// Sends the first of those that are ready.
    fn send(&mut self, kind: usize, some: usize) {
        let rest = match self.ready[kind].iter().nth(some).copied() {
            Some(next) => self.ready[kind].split_off(&next),
            None => BTreeSet::new(),
        };
        let sent: Vec<usize> = std::mem::replace(&mut self.ready[kind], rest)
            .into_iter()
            .collect();
        self.left[kind] -= sent.len();
        let calls = sent.chunks(self.work.most[kind]);
        self.calls.extend(calls.map(<[usize]>::to_vec));
        for position in sent {
            for follower in std::mem::take(&mut self.followers[position]) {
                self.waiting[follower] -= 1;
                if self.waiting[follower] == 0 {
                    let kind = self.work.kinds[follower];
                    self.ready[kind].insert(follower);
                    self.sort(kind);
                }
            }
        }
        self.sort(kind);
    }

    fn sort(&mut self, kind: usize) {
        let ready = self.ready[kind].len();
        self.whole.remove(&kind);
        self.partly.remove(&kind);
        if ready > 0 && ready == self.left[kind] {
            self.whole.insert(kind);
        } else if ready > 0 {
            self.partly.insert(kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    /// Operations as `kind` or `kind<before,before`, calls of so many items for each kind, and the
    /// calls that are found.
    fn check(operations: &str, most: &[usize], expected: &str) {
        let mut work = Work {
            kinds: Vec::new(),
            most: most.to_vec(),
            before: Vec::new(),
        };
        for operation in operations.split_whitespace() {
            let (kind, before) = operation.split_once('<').unwrap_or((operation, ""));
            let kind = kind.bytes().next().expect("a letter") - b'a';
            work.kinds.push(usize::from(kind));
            let before = before.split(',').filter(|text| !text.is_empty());
            let before = before.map(|text| text.parse().expect("a position"));
            work.before.push(before.collect());
        }
        let found: Vec<String> = work
            .calls()
            .iter()
            .map(|call| {
                let items: Vec<String> = call.iter().map(usize::to_string).collect();
                items.join("+")
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{operations}");
    }

    #[test]
    fn what_is_free_goes_in_full_calls() {
        check("", &[2], "");
        check("a a a", &[2], "0+1 2");
        check("a a a", &[usize::MAX], "0+1+2");
        check("a b a b", &[2, 2], "0+2 1+3");
        check("b a", &[1, 1], "1 0");
    }

    #[test]
    fn a_call_waits_for_all_that_it_can_carry() {
        check("a b<0 b", &[2, 2], "0 1+2");
        check("b a<0 b", &[2, 2], "0+2 1");
        check("a b<0 a<1 b", &[2, 2], "0 1+3 2");
        // Two of a kind that wait for one another are two calls.
        check("a a<0", &[2], "0 1");
    }

    #[test]
    fn the_order_of_kinds_is_searched() {
        // Whoever sends the first of `a` alone takes five calls.
        check("a b a<1 b<4 c b<0", &[2, 2, 2], "4 1+3 0+2 5");
        check("a b<0 a<1 b a<3 b<4", &[3, 3], "0 1+3 2+4 5");
    }

    #[test]
    fn what_does_not_fill_a_call_waits_for_more() {
        check("a a a b<0 a<3", &[2, 2], "0+1 3 2+4");
    }

    /// The fewest calls, found by trying every call that can be made.
    fn fewest(work: &Work) -> usize {
        let count = work.kinds.len();
        let mut reached = BTreeSet::from([0_u32]);
        for calls in 0.. {
            if reached.contains(&((1 << count) - 1)) {
                return calls;
            }
            let next = reached.iter().flat_map(|done| {
                (1..1_u32 << count)
                    .filter(move |call| call & done == 0 && is_call(work, *done, *call))
                    .map(move |call| done | call)
            });
            reached = next.collect();
        }
        unreachable!("one operation is always ready")
    }

    fn is_call(work: &Work, done: u32, call: u32) -> bool {
        let members = (0..work.kinds.len()).filter(|it| call & 1 << it != 0);
        let kinds: BTreeSet<usize> = members.clone().map(|it| work.kinds[it]).collect();
        let is_ready = |it: usize| work.before[it].iter().all(|it| done & 1 << it != 0);
        kinds.len() == 1
            && kinds
                .iter()
                .all(|kind| call.count_ones() as usize <= work.most[*kind])
            && members.clone().all(is_ready)
    }

    fn works() -> impl Strategy<Value = Work> {
        let operations = prop::collection::vec((0..3_usize, any::<u8>(), any::<u8>()), 1..8);
        (operations, prop::collection::vec(1..4_usize, 3)).prop_map(|(operations, most)| Work {
            kinds: operations.iter().map(|(kind, ..)| *kind).collect(),
            most,
            before: (0..operations.len())
                .map(|it| {
                    let (_, one, other) = operations[it];
                    (0..it)
                        .filter(|before| one & other & 1 << before != 0)
                        .collect()
                })
                .collect(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(500) })]

        /// Of few operations no order takes fewer calls.
        #[test]
        fn the_calls_are_the_fewest(work in works()) {
            prop_assert_eq!(work.calls().len(), fewest(&work));
        }

        /// Every operation is in one call, of its own kind, after all that it waits for.
        #[test]
        fn calls_can_be_made(work in works()) {
            let mut done = 0;
            for call in work.calls() {
                let call = call.iter().fold(0, |set, it| set | 1 << it);
                prop_assert!(call & done == 0 && is_call(&work, done, call));
                done |= call;
            }
            prop_assert_eq!(done, (1 << work.kinds.len()) - 1);
        }
    }

    #[test]
    fn many_operations_take_no_longer_than_they_should() {
        let pairs = 50_000;
        let work = Work {
            kinds: (0..2 * pairs).map(|it| it % pairs).collect(),
            most: vec![2; pairs],
            before: (0..2 * pairs)
                .map(|it| if it < pairs { vec![] } else { vec![it - pairs] })
                .collect(),
        };
        assert_eq!(work.calls().len(), 2 * pairs);
    }
}
