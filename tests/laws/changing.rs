//! Laws of a second run, after sources changed and others moved what was placed.

use std::collections::BTreeMap;

use proptest::prelude::*;
use reshelve::plan::{Plan, Verdict, file, soundness};
use reshelve::tree::{Address, EntryPath};

use crate::laboratory::{Laboratory, Shape, fingerprinted, lines, listed_backwards};
use crate::random;
use crate::service::{carry_out, followed, judge, keeping};
use crate::worlds::{Case, edits, mirrors};

/// What happens to an entry between two runs. Entries and folders are given by their numbers in
/// the order of paths, counted round and round.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// It gets a place in a folder of its space, if that is free.
    Rename(usize, usize, String),
    /// It swaps its path with another entry of its space.
    Swap(usize, usize),
    /// It gets other content, if it is a file.
    Write(usize, u64, i64),
}

/// The spaces while they change, and where each entry was at first.
struct Changing {
    spaces: [BTreeMap<String, Shape>; 2],
    was: BTreeMap<Address, Option<Address>>,
}

impl Changing {
    fn folder(&mut self, address: &Address) -> Option<&mut BTreeMap<String, Shape>> {
        let mut folder = &mut self.spaces[usize::from(address.space.as_str() == "b")];
        for name in address.path.parent()?.segments() {
            match folder.get_mut(name) {
                Some(Shape::Folder(content)) => folder = content,
                Some(Shape::File(..)) | None => return None,
            }
        }
        Some(folder)
    }

    fn has(&mut self, address: &Address) -> bool {
        let name = address.path.name().unwrap_or_default().to_owned();
        self.folder(address)
            .is_some_and(|folder| folder.contains_key(&name))
    }

    fn apply(&mut self, edit: &Edit) {
        let (Edit::Rename(entry, ..) | Edit::Swap(entry, _) | Edit::Write(entry, ..)) = edit;
        let all = self.all(|_, _| true);
        let Some(entry) = all.get(entry % all.len().max(1)) else {
            return;
        };
        match edit {
            Edit::Rename(_, folder, name) => {
                let folders = self.all(|address, shape| {
                    address.space == entry.space && matches!(shape, Shape::Folder(_))
                });
                let folder = folders.get(folder % (folders.len() + 1));
                let folder = folder.map_or(EntryPath::root(), |folder| folder.path.clone());
                let path = folder.join(name).expect("names are plain");
                self.rename(entry, &Address::new(entry.space.clone(), path));
            }
            Edit::Swap(_, other) => {
                let others = self.all(|address, _| {
                    let apart = !address.is_at_or_below(entry) && !entry.is_at_or_below(address);
                    apart && address.space == entry.space
                });
                let path = EntryPath::root().join("aside").expect("a name");
                let aside = Address::new(entry.space.clone(), path);
                if let Some(other) = others.get(other % others.len().max(1)) {
                    self.rename(entry, &aside);
                    self.rename(other, entry);
                    self.rename(&aside, other);
                }
            }
            Edit::Write(_, size, time) => {
                let name = entry.path.name().unwrap_or_default().to_owned();
                let file = self.folder(entry).and_then(|folder| folder.get_mut(&name));
                if let Some(Shape::File(old_size, old_time)) = file {
                    (*old_size, *old_time) = (*size, *time);
                }
            }
        }
    }

    /// The addresses of all entries that suit.
    fn all(&self, suits: impl Fn(&Address, &Shape) -> bool) -> Vec<Address> {
        let mut all = Vec::new();
        let roots = ["a:/", "b:/"].map(|root| Address::parse(root).expect("a root"));
        let mut open: Vec<_> = roots.into_iter().zip(&self.spaces).collect();
        while let Some((folder, content)) = open.pop() {
            for (name, shape) in content {
                let path = folder.path.join(name).expect("names are plain");
                let address = Address::new(folder.space.clone(), path);
                if suits(&address, shape) {
                    all.push(address.clone());
                }
                if let Shape::Folder(below) = shape {
                    open.push((address, below));
                }
            }
        }
        all.sort();
        all
    }

    fn rename(&mut self, from: &Address, to: &Address) {
        let (Some(name), Some(new)) = (from.path.name(), to.path.name()) else {
            return;
        };
        let around = to.is_at_or_below(from) || from.is_at_or_below(to);
        if around || from.space != to.space || self.has(to) || self.folder(to).is_none() {
            return;
        }
        let taken = self.folder(from).and_then(|folder| folder.remove(name));
        let Some(shape) = taken else {
            return;
        };
        let folder = self.folder(to).expect("it was there a moment ago");
        folder.insert(new.to_owned(), shape);
        let mut moved = vec![(to.clone(), self.origin(from))];
        self.was.retain(|address, was| {
            let below = address.path.below(&from.path);
            let below = below.filter(|_| address.space == from.space);
            let path = below.as_ref().map(|below| to.path.append(below));
            let path = path.map(|path| Address::new(to.space.clone(), path));
            moved.extend(path.map(|path| (path, was.clone())));
            below.is_none()
        });
        self.was.insert(from.clone(), None);
        self.was.extend(moved);
    }

    /// Where an entry was at first.
    fn origin(&self, address: &Address) -> Option<Address> {
        let mut paths = address.path.ancestors();
        paths.push(address.path.clone());
        let known = paths.iter().rev().find_map(|path| {
            let renamed = Address::new(address.space.clone(), path.clone());
            Some((path, self.was.get(&renamed)?))
        });
        let Some((path, was)) = known else {
            return Some(address.clone());
        };
        let (was, below) = (was.as_ref()?, address.path.below(path)?);
        Some(Address::new(was.space.clone(), was.path.append(&below)))
    }
}

fn change(laboratory: &mut Laboratory, edits: &[Edit]) -> Changing {
    let mut changing = Changing {
        spaces: laboratory.shapes(),
        was: BTreeMap::new(),
    };
    edits.iter().for_each(|edit| changing.apply(edit));
    laboratory.observe(&changing.spaces);
    changing
}

/// A service with ids after a first run and some changes; `None` where nothing could be planned.
fn with_ids(case: &Case, edits: &[Edit]) -> Option<Laboratory> {
    let mut laboratory = keeping(case.laboratory(), [2, 2, 2]);
    let plan = laboratory.plan();
    if plan.verdict() == Verdict::Refused {
        return None;
    }
    let all: Vec<_> = plan.operations.iter().map(|it| it.id).collect();
    carry_out(&mut laboratory, &plan, &all);
    let before = laboratory.observed.clone();
    let changing = change(&mut laboratory, edits);
    laboratory.observed = followed(&laboratory.observed, &before, &|it| changing.origin(it));
    Some(laboratory)
}

/// A service with fingerprints after a first run and some changes.
fn with_fingerprints(case: &Case, edits: &[Edit]) -> Option<Laboratory> {
    let mut laboratory = case.laboratory();
    fingerprinted(&mut laboratory);
    let plan = laboratory.plan();
    if plan.verdict() == Verdict::Refused {
        return None;
    }
    laboratory.apply(&plan, plan.operations.len());
    change(&mut laboratory, edits);
    fingerprinted(&mut laboratory);
    Some(laboratory)
}

/// A plan as its file holds it.
fn bytes(plan: Plan) -> String {
    let mut bytes = Vec::new();
    file::write(&file::seal(plan), &mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("JSON is text")
}

proptest! {
    #![proptest_config(random(200))]

    /// A second plan is proven and sound, and leads where it says, in any order that its calls
    /// allow and wherever it breaks off.
    #[test]
    fn a_second_run_leads_where_it_says(case in mirrors(), edits in edits(), seed in 0..1000_usize) {
        prop_assume!(with_ids(&case, &edits).is_some());
        let make = || with_ids(&case, &edits).expect("it was planned a moment ago");
        prop_assert_eq!(judge(&make, seed), Ok(()));
    }

    /// The same where content is known by fingerprints, with state and without.
    #[test]
    fn fingerprints_lead_to_the_same(case in mirrors(), edits in edits(), share in 0..=100_usize) {
        let second = with_fingerprints(&case, &edits);
        prop_assume!(second.is_some());
        let mut whole = second.expect("it is some");
        let plan = whole.plan();
        let internal = plan.findings.iter().find(|finding| finding.code == "internal");
        prop_assert!(internal.is_none(), "{:#?}", internal);
        prop_assume!(plan.verdict() == Verdict::Ready);
        let manifests = std::slice::from_ref(&whole.manifest);
        let sound = soundness::check(&plan, manifests, &whole.state, plan.created);
        prop_assert_eq!(sound, Ok(()), "{:#?}", plan.operations);
        let mut cut = with_fingerprints(&case, &edits).expect("it was some");
        whole.apply(&plan, plan.operations.len());
        let next = whole.plan();
        prop_assert_eq!(next.verdict(), Verdict::NothingToDo, "{:#?}", next.operations);
        cut.apply(&plan, plan.operations.len() * share / 100);
        let rest = cut.plan();
        prop_assert!(rest.verdict() != Verdict::Refused, "{:#?}", rest.findings);
        cut.apply(&rest, rest.operations.len());
        prop_assert_eq!(lines(&whole.observed), lines(&cut.observed));
    }

    /// The order in which entries are listed changes no byte.
    #[test]
    fn order_does_not_matter_in_a_second_run(case in mirrors(), edits in edits()) {
        let second = with_fingerprints(&case, &edits);
        prop_assume!(second.is_some());
        let mut second = second.expect("it is some");
        let first = bytes(second.plan());
        second.observed = listed_backwards(&second.observed);
        prop_assert_eq!(first, bytes(second.plan()));
    }
}
