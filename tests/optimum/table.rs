//! The planner's numbers of calls beside the least, family by family.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::dice::Dice;
use crate::judgement::{Gap, Judgement, judge};
use crate::sheets::Sheet;
use crate::worlds::Small;

/// What many worlds come to on one sheet.
#[derive(Default)]
pub(crate) struct Table {
    /// The worlds that were decided.
    pub(crate) decided: usize,
    pub(crate) undecided: Vec<String>,
    pub(crate) broken: Vec<String>,
    pub(crate) families: BTreeMap<String, Family>,
}

/// Worlds in which plans are worse in the same way.
pub(crate) struct Family {
    pub(crate) worlds: usize,
    /// The smallest of these, made as small as can be.
    example: (Small, Gap),
}

impl Table {
    /// Looks at so many worlds.
    pub(crate) fn new(seed: u64, worlds: usize, sheet: Sheet) -> Self {
        let mut dice = Dice::new(seed);
        let mut table = Self::default();
        for _ in 0..worlds {
            table.add(&dice.world(), sheet);
        }
        table
    }

    fn add(&mut self, world: &Small, sheet: Sheet) {
        match judge(world, sheet) {
            Judgement::Nothing => {}
            Judgement::Fewest => self.decided += 1,
            Judgement::Undecided => self.undecided.push(world.to_string()),
            Judgement::Broken(why) => self.broken.push(format!("{world}\n{why}")),
            Judgement::Worse(gap) => {
                self.decided += 1;
                self.add_gap(shrunk(world, gap, sheet));
            }
        }
    }

    fn add_gap(&mut self, (world, gap): (Small, Gap)) {
        let key = gap.family.clone();
        match self.families.get_mut(&key) {
            None => {
                let example = (world, gap);
                self.families.insert(key, Family { worlds: 1, example });
            }
            Some(family) => {
                family.worlds += 1;
                if world.size() < family.example.0.size() {
                    family.example = (world, gap);
                }
            }
        }
    }

    /// All of it, for a reader.
    pub(crate) fn written(&self, sheet: Sheet) -> String {
        let worse: usize = self.families.values().map(|family| family.worlds).sum();
        let (undecided, broken) = (self.undecided.len(), self.broken.len());
        let mut text = format!(
            "{sheet:?}: {} worlds, {worse} worse, {undecided} undecided, {broken} broken\n",
            self.decided
        );
        let mut families: Vec<_> = self.families.iter().collect();
        families.sort_by_key(|(name, family)| (usize::MAX - family.worlds, name.as_str()));
        for (name, family) in families {
            let (world, gap) = &family.example;
            let _ = writeln!(
                text,
                "\n== {sheet:?} {name}: {} worlds; {} too many in\n{world}\n{}",
                family.worlds, gap.calls, gap.story
            );
        }
        for world in &self.undecided {
            let _ = writeln!(text, "\n?? undecided\n{world}");
        }
        for world in &self.broken {
            let _ = writeln!(text, "\n!! {world}");
        }
        text
    }
}

/// A world from which nothing can be taken without its plan being good.
fn shrunk(world: &Small, gap: Gap, sheet: Sheet) -> (Small, Gap) {
    let mut least = (world.clone(), gap);
    loop {
        let worse = |less: Small| match judge(&less, sheet) {
            Judgement::Worse(gap) => Some((less, gap)),
            Judgement::Nothing
            | Judgement::Fewest
            | Judgement::Broken(_)
            | Judgement::Undecided => None,
        };
        match least.0.smaller().into_iter().find_map(worse) {
            Some(less) => least = less,
            None => return least,
        }
    }
}
