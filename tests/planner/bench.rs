//! The one `check` that all cases go through, with its small language.
//!
//! Entries are `a:/x=3@7` (a file of three bytes, changed at time 7) and `a:/d/` (a folder), with
//! folders on the way made as needed. Expected are operations, `!code` for findings that refuse,
//! `?code` for remarks, and `= n` for entries in place.

use std::collections::BTreeMap;

use reshelve::diagnostic::Severity;
use reshelve::manifest::{Files, Inputs, Manifest, ProviderKeys, load};
use reshelve::plan::{Plan, Strategy, Verdict};

use crate::laboratory::{Laboratory, Shape};

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
    let mut entries = Entries(first.shapes());
    meanwhile(&mut entries);
    first.observe(&entries.0);
    assert_eq!(outcome(&first.plan()), expected);
}

pub(crate) fn laboratory(entries: &str, placements: &str) -> Laboratory {
    let mut spaces = Entries::default();
    entries
        .split_whitespace()
        .for_each(|entry| spaces.put(entry));
    Laboratory::with(manifest(placements), &spaces.0)
}

fn manifest(placements: &str) -> Manifest {
    let (head, placements) = match placements.split_once("placements:") {
        Some((head, rest)) => (head.to_owned(), rest.to_owned()),
        None => (String::new(), placements.to_owned()),
    };
    let text = format!(
        "version: 1\nname: m\nspaces:\n  a: {{provider: model, id: a}}\n  b: {{provider: model, id: b}}\n\
         {head}\nplacements:\n{placements}\n"
    );
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
    let over = matches!(operation.action.strategy(), Some(Strategy::Overwrite(_)));
    let places: Vec<String> = operation
        .action
        .from()
        .into_iter()
        .chain(operation.action.to())
        .map(ToString::to_string)
        .collect();
    format!(
        "{word} {}{}",
        places.join(" -> "),
        if over { " over" } else { "" }
    )
}

/// The content of the spaces `a` and `b`.
#[derive(Default)]
pub(crate) struct Entries([BTreeMap<String, Shape>; 2]);

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

    /// Takes an entry away.
    pub(crate) fn take(&mut self, path: &str) -> Shape {
        let (folder, name) = self.parent(path);
        folder.remove(&name).expect("it is there")
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
