//! The one `check` that all cases go through, with its small language.
//!
//! Entries are `a:/x=3@7` (a file of three bytes, changed at time 7) and `a:/d/` (a folder), with
//! folders on the way made as needed. Expected are operations, `!code` for findings that refuse,
//! `?code` for remarks, and `= n` for entries in place.

use std::collections::BTreeMap;

use reshelve::diagnostic::Severity;
use reshelve::manifest::{Files, Inputs, Manifest, ProviderKeys, load};
use reshelve::plan::{Plan, Strategy, Verdict};
use reshelve::tree::{Address, SpaceAlias};

use crate::laboratory::{Laboratory, Shape, fingerprinted};
use crate::service::{carry_out, followed, judge, keeping};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<String, String> {
        Err(format!("there is no {path}"))
    }
}

pub(crate) fn check(entries: &str, placements: &str, expected: &[&str]) {
    let laboratory = laboratory(entries, placements);
    assert_eq!(
        outcome(&laboratory.plan()),
        expected,
        "\n{entries}\n{placements}"
    );
}

/// Plans, applies, lets `meanwhile` happen, and looks at the next plan.
pub(crate) fn check_again(
    entries: &str,
    placements: &str,
    meanwhile: impl Fn(&mut Entries),
    expected: &[&str],
) {
    let mut first = laboratory(entries, placements);
    let plan = first.plan();
    assert_ne!(plan.verdict(), Verdict::Refused, "{:#?}", plan.findings);
    first.apply(&plan, plan.operations.len());
    let mut entries = Entries(first.shapes(), BTreeMap::new());
    meanwhile(&mut entries);
    first.observe(&entries.0);
    assert_eq!(outcome(&first.plan()), expected);
}

/// Plans where names are free, and files have fingerprints: those of equal times are equal, and
/// at time 0 there is none. Calls come last.
pub(crate) fn printed(entries: &str, placements: &str, expected: &[&str]) {
    let mut first = laboratory(entries, placements);
    fingerprinted(&mut first);
    assert_eq!(
        with_calls(&first.plan()),
        expected,
        "\n{entries}\n{placements}"
    );
}

/// The same after a first run, and after `meanwhile` happened. Without state the outcome is
/// the other one.
pub(crate) fn printed_again(
    entries: &str,
    placements: &str,
    meanwhile: impl Fn(&mut Entries),
    expected: [&[&str]; 2],
) {
    let mut first = laboratory(entries, placements);
    fingerprinted(&mut first);
    let plan = first.plan();
    assert_ne!(plan.verdict(), Verdict::Refused, "{:#?}", plan.findings);
    first.apply(&plan, plan.operations.len());
    let mut entries = Entries(first.shapes(), BTreeMap::new());
    meanwhile(&mut entries);
    first.observe(&entries.0);
    fingerprinted(&mut first);
    assert_eq!(with_calls(&first.plan()), expected[0], "with state");
    first.state.records.clear();
    assert_eq!(with_calls(&first.plan()), expected[1], "without state");
}

fn with_calls(plan: &Plan) -> Vec<String> {
    let mut lines = outcome(plan);
    if plan.cost.calls > 0 {
        lines.push(format!("# {}", plan.cost.calls));
    }
    lines
}

/// The same where names are kept and calls carry 3, 30 and 50 items. Calls come last, with their
/// bound where it is lower: `# 3` or `# 4 of 3`. A plan that can be applied keeps all laws.
pub(crate) fn kept(entries: &str, placements: &str, expected: &[&str]) {
    let make = || keeping(laboratory(entries, placements), [3, 30, 50]);
    let plan = make().plan();
    let mut found = outcome(&plan);
    if plan.cost.calls > 0 {
        let bound = match plan.cost.lower_bound {
            bound if bound == plan.cost.calls => String::new(),
            bound => format!(" of {bound}"),
        };
        found.push(format!("# {}{bound}", plan.cost.calls));
    }
    assert_eq!(found, expected, "\n{entries}\n{placements}");
    for seed in 0..3 {
        judge(&make, seed).unwrap_or_else(|broken| panic!("{broken}\n{entries}\n{placements}"));
    }
}

/// The same after a first run, and after `meanwhile` happened.
pub(crate) fn kept_again(
    entries: &str,
    placements: &str,
    meanwhile: impl Fn(&mut Entries),
    expected: &[&str],
) {
    let make = || kept_then(entries, placements, &meanwhile);
    assert_eq!(
        outcome(&make().plan()),
        expected,
        "\n{entries}\n{placements}"
    );
    judge(&make, 1).unwrap_or_else(|broken| panic!("{broken}\n{entries}\n{placements}"));
}

/// The plan after a first run, and after `meanwhile` happened, where names are kept.
pub(crate) fn planned_again(
    entries: &str,
    placements: &str,
    meanwhile: impl Fn(&mut Entries),
) -> Plan {
    kept_then(entries, placements, &meanwhile).plan()
}

/// The next plan after a first run that was cut off after so many operations, and after `meanwhile`
/// happened.
pub(crate) fn kept_cut_off(
    entries: &str,
    placements: &str,
    count: usize,
    meanwhile: impl Fn(&mut Entries),
    expected: &[&str],
) {
    let after = kept_after(entries, placements, count, &meanwhile);
    assert_eq!(
        outcome(&after.plan()),
        expected,
        "\n{entries}\n{placements}"
    );
}

/// A service whose entries keep their names after a first run, and after `meanwhile` happened.
pub(crate) fn kept_then(
    entries: &str,
    placements: &str,
    meanwhile: &dyn Fn(&mut Entries),
) -> Laboratory {
    kept_after(entries, placements, usize::MAX, meanwhile)
}

fn kept_after(
    entries: &str,
    placements: &str,
    count: usize,
    meanwhile: &dyn Fn(&mut Entries),
) -> Laboratory {
    let mut first = keeping(laboratory(entries, placements), [3, 30, 50]);
    let plan = first.plan();
    assert_ne!(plan.verdict(), Verdict::Refused, "{:#?}", plan.findings);
    let all = plan.operations.iter().map(|it| it.id);
    let all: Vec<_> = all.take(count).collect();
    carry_out(&mut first, &plan, &all);
    let mut entries = Entries(first.shapes(), BTreeMap::new());
    meanwhile(&mut entries);
    let before = first.observed.clone();
    first.observe(&entries.0);
    let was = |address: &Address| entries.was(address);
    first.observed = followed(&first.observed, &before, &was);
    first
}

pub(crate) fn laboratory(entries: &str, placements: &str) -> Laboratory {
    laboratory_with(&[], entries, placements)
}

/// The same with more spaces, which are empty.
pub(crate) fn laboratory_with(empty: &[String], entries: &str, placements: &str) -> Laboratory {
    let mut spaces = Entries::default();
    entries
        .split_whitespace()
        .for_each(|entry| spaces.put(entry));
    let mut laboratory = Laboratory::with(manifest(empty, placements), &spaces.0);
    let (of_b, sheet) = laboratory.sheets.last_key_value().expect("two spaces");
    let (of_b, sheet) = (of_b.clone(), sheet.clone());
    let nothing = Laboratory::with(manifest(&[], "  []"), &Entries::default().0);
    for alias in empty {
        let alias = SpaceAlias::parse(alias).expect("plain");
        let space = nothing.observed.spaces[&of_b].clone();
        laboratory.sheets.insert(alias.clone(), sheet.clone());
        laboratory.observed.spaces.insert(alias, space);
    }
    laboratory
}

fn manifest(empty: &[String], placements: &str) -> Manifest {
    let (head, placements) = match placements.split_once("placements:") {
        Some((head, rest)) => (head.to_owned(), rest.to_owned()),
        None => (String::new(), placements.to_owned()),
    };
    let space = |alias: &String| format!("  {alias}: {{provider: model, id: {alias}}}\n");
    let two = ["a".to_owned(), "b".to_owned()];
    let spaces: String = two.iter().chain(empty).map(space).collect();
    let text = format!("version: 1\nname: m\nspaces:\n{spaces}{head}\nplacements:\n{placements}\n");
    let inputs = Inputs {
        variables: &BTreeMap::new(),
        environment: &BTreeMap::new(),
        files: &NoFiles,
        providers: &[ProviderKeys {
            name: "model",
            required: &["id"],
            optional: &[],
            paths: &[],
            limits: &[],
        }],
    };
    load("m.yaml", &text, &inputs).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"))
}

/// What a plan comes to, in the order of its calls; findings after operations.
pub(crate) fn outcome(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan.operations.iter().map(operation).collect();
    lines.extend(plan.findings.iter().map(|finding| match finding.severity {
        Severity::Error => format!("!{}", finding.code),
        Severity::Warning | Severity::Note => format!("?{}", finding.code),
    }));
    if plan.summary.in_place > 0 {
        lines.push(format!("= {}", plan.summary.in_place));
    }
    lines
}

fn operation(operation: &reshelve::plan::Operation) -> String {
    let word = operation.action.word();
    let how = match operation.action.strategy() {
        Some(Strategy::Overwrite(_)) => " over",
        Some(Strategy::Rename) => " free",
        Some(Strategy::Fail) | None => "",
    };
    let places: Vec<String> = operation
        .action
        .from()
        .into_iter()
        .chain(operation.action.to())
        .map(ToString::to_string)
        .collect();
    format!("{word} {}{how}", places.join(" -> "))
}

/// The content of the spaces `a` and `b`.
#[derive(Default)]
pub(crate) struct Entries(
    [BTreeMap<String, Shape>; 2],
    /// Where entries were before they were renamed; `None` for what came anew.
    BTreeMap<Address, Option<Address>>,
);

impl Entries {
    /// Puts a file or a folder, replacing what is there.
    pub(crate) fn put(&mut self, entry: &str) {
        let (path, shape) = match entry.split_once('=') {
            Some((path, content)) => {
                let (size, time) = content.split_once('@').expect("size@time");
                (
                    path,
                    Shape::File(size.parse().expect("a size"), time.parse().expect("a time")),
                )
            }
            None => (entry.trim_end_matches('/'), Shape::Folder(BTreeMap::new())),
        };
        let (folder, name) = self.parent(path);
        folder.insert(name, shape);
    }

    /// Gives a file other content. It stays the same entry.
    pub(crate) fn edit(&mut self, entry: &str) {
        self.put(entry);
        let (path, _) = entry.split_once('=').expect("a file");
        let address = Address::parse(path).expect("an address");
        let was = self.was(&address);
        self.1.insert(address, was);
    }

    /// Takes an entry away.
    pub(crate) fn take(&mut self, path: &str) -> Shape {
        let (folder, name) = self.parent(path);
        folder.remove(&name).expect("it is there")
    }

    /// Gives an entry another path in its space. It stays the same entry.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let shape = self.take(from);
        let (folder, name) = self.parent(to);
        assert!(folder.insert(name, shape).is_none(), "{to} is taken");
        let [from, to] = [from, to].map(|text| Address::parse(text).expect("an address"));
        let mut moved = vec![(to.clone(), self.was(&from))];
        self.1.retain(|address, was| {
            let below = address.path.below(&from.path);
            let below = below.filter(|_| address.space == from.space);
            if let Some(below) = &below {
                let address = Address::new(to.space.clone(), to.path.append(below));
                moved.push((address, was.clone()));
            }
            below.is_none()
        });
        self.1.insert(from, None);
        self.1.extend(moved);
    }

    /// Where an entry was at first.
    fn was(&self, address: &Address) -> Option<Address> {
        let mut above = address.path.ancestors();
        above.push(address.path.clone());
        let all = above.iter().rev();
        let mut known = all.filter_map(|path| {
            let renamed = Address::new(address.space.clone(), path.clone());
            Some((path, self.1.get(&renamed)?))
        });
        let Some((path, was)) = known.next() else {
            return Some(address.clone());
        };
        let (was, below) = (was.as_ref()?, address.path.below(path)?);
        Some(Address::new(was.space.clone(), was.path.append(&below)))
    }

    fn parent(&mut self, address: &str) -> (&mut BTreeMap<String, Shape>, String) {
        let (space, path) = address.split_once(":/").expect("a space");
        let mut folder = &mut self.0[usize::from(space == "b")];
        let (way, name) = path.rsplit_once('/').unwrap_or(("", path));
        for step in way.split('/').filter(|step| !step.is_empty()) {
            let next = folder
                .entry(step.to_owned())
                .or_insert_with(|| Shape::Folder(BTreeMap::new()));
            folder = match next {
                Shape::Folder(content) => content,
                Shape::File(..) => panic!("{step} is a file"),
            };
        }
        (folder, name.to_owned())
    }
}
