//! The rules that one file alone keeps or breaks.

use std::fmt;

use crate::source::Source;
use crate::tokens::{Token, words_of};
use crate::{ASYNC, EVERYTHING, MAY_IMPORT, PURE};

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) why: String,
}

pub(crate) type Rule = fn(&Source) -> Vec<Breach>;

/// The rules for files below `src`.
pub(crate) const SHIPPED_RULES: &[Rule] = &[
    imports,
    purity,
    asynchrony,
    printing,
    file_doc,
    file_length,
    function_length,
    boolean_parameters,
    suppressions,
    names,
    vendors,
    folder_roots,
];
/// The rules for test code, which may print, wait and be long.
pub(crate) const TEST_RULES: &[Rule] = &[file_doc, suppressions];

/// What a pure module must not name, as the beginning of a path.
const IMPURE_PATHS: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::thread",
    "std::process",
    "std::os",
    "std::sync::mpsc",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::time::UNIX_EPOCH",
    "std::io::stdin",
    "std::hash::RandomState",
    "std::collections::hash_map::RandomState",
    "anstream",
    "async_std",
    "dialoguer",
    "fastrand",
    "futures",
    "getrandom",
    "ignore",
    "indicatif",
    "rand",
    "rayon",
    "reqwest",
    "rustix",
    "tempfile",
    "tokio",
    "tracing",
    "uuid",
];
const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];
const BANNED_MODULES: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "misc", "imp",
];
const WRONG_ADJECTIVES: &[&str] = &["actual", "live", "remote", "current"];
const TREE_WORDS: &[&str] = &["tree", "trees", "entry", "entries", "world", "listing"];
/// Words that name a vendor, and the folder of its provider.
const VENDORS: &[(&str, &str)] = &[
    ("dingtalk", "dingtalk"),
    ("alibaba", "dingtalk"),
    ("tencent", "smh"),
    ("smh", "smh"),
];

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

pub(crate) fn imports(source: &Source) -> Vec<Breach> {
    let home = source.module();
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == home) else {
        let why = format!("module `{home}` has no row in MAY_IMPORT: decide what it may import");
        return vec![source.breach(1, "imports", why)];
    };
    let mut breaches = Vec::new();
    for named in source.paths() {
        let Some(target) = source.crate_module(&named.segments) else {
            continue;
        };
        if target == home || *allowed == EVERYTHING || allowed.contains(&target.as_str()) {
            continue;
        }
        let why = format!("`{home}` may import {allowed:?} and not `{target}`");
        breaches.push(source.breach(named.line, "imports", why));
    }
    breaches
}

pub(crate) fn purity(source: &Source) -> Vec<Breach> {
    if !PURE.contains(&source.module().as_str()) {
        return Vec::new();
    }
    let seeded = source.names("BuildHasher") || source.names("BuildHasherDefault");
    let mut breaches = Vec::new();
    for named in source.paths() {
        let path = named.segments.join("::");
        let outside = IMPURE_PATHS
            .iter()
            .any(|banned| path == *banned || path.starts_with(&format!("{banned}::")));
        let random =
            matches!(named.last(), "HashMap" | "HashSet") && path.starts_with("std::") && !seeded;
        let clock = named.segments.len() > 1 && named.last() == "now";
        if outside || random || clock {
            let why = format!(
                "`{path}` in a pure module: clock, files, environment, randomness, network, \
                 threads and output come in as values (a hash map needs a fixed hasher)"
            );
            breaches.push(source.breach(named.line, "purity", why));
        }
    }
    breaches
}

pub(crate) fn asynchrony(source: &Source) -> Vec<Breach> {
    if ASYNC.contains(&source.module().as_str()) {
        return Vec::new();
    }
    source
        .shipped()
        .filter(|token| matches!(token.text.as_str(), "async" | "await"))
        .map(|token| {
            let why = format!("`{}` belongs in {ASYNC:?} only", token.text);
            source.breach(token.line, "async", why)
        })
        .collect()
}

pub(crate) fn printing(source: &Source) -> Vec<Breach> {
    // The emulator's program is no part of `reshelve`'s own output.
    let printers = ["src/cli/output.rs", "src/bin/reshelve-emulator.rs"];
    if printers.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let macros = source
        .shipped_windows(2)
        .filter(|pair| PRINTING.contains(&pair[0].text.as_str()) && pair[1].text == "!")
        .map(|pair| (pair[0].line, format!("{}!", pair[0].text)));
    let streams = source
        .paths()
        .into_iter()
        .filter(|named| named.segments.len() > 1)
        .filter(|named| matches!(named.last(), "stdout" | "stderr" | "Stdout" | "Stderr"))
        .map(|named| (named.line, named.segments.join("::")));
    macros
        .chain(streams)
        .map(|(line, what)| {
            let why = format!("`{what}`: only src/cli/output.rs writes to stdout and stderr");
            source.breach(line, "output", why)
        })
        .collect()
}

pub(crate) fn file_doc(source: &Source) -> Vec<Breach> {
    if source.text.starts_with("//!") {
        return Vec::new();
    }
    let why = "a file begins with `//!` and says what it is for".to_owned();
    vec![source.breach(1, "file doc", why)]
}

pub(crate) fn file_length(source: &Source) -> Vec<Breach> {
    let lines = match source.tokens.get(source.shipped) {
        Some(test) => test.line - 1,
        None => source.text.lines().count(),
    };
    if lines <= FILE_LINES {
        return Vec::new();
    }
    let why = format!("{lines} lines before the tests, {FILE_LINES} allowed: divide it by subject");
    vec![source.breach(lines, "file length", why)]
}

pub(crate) fn function_length(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, pair) in source.shipped_windows(2).enumerate() {
        if pair[0].text != "fn" || !pair[1].is_word() {
            continue;
        }
        let Some(open) = source.body_of(at) else {
            continue;
        };
        let lines = source.tokens[source.closing(open)].line - pair[0].line + 1;
        if lines > FUNCTION_LINES {
            let name = &pair[1].text;
            let why = format!("`{name}` has {lines} lines, {FUNCTION_LINES} allowed: name a step");
            breaches.push(source.breach(pair[0].line, "function length", why));
        }
    }
    breaches
}

pub(crate) fn boolean_parameters(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, pair) in source.shipped_windows(2).enumerate() {
        if pair[0].text != "fn" || !pair[1].is_word() || !source.is_public(at) {
            continue;
        }
        let Some(open) = source.find(at, "(") else {
            continue;
        };
        let parameters = &source.tokens[open..source.closing(open)];
        if parameters.windows(2).any(is_boolean) {
            let why = format!(
                "`{}` takes a bool: callers read an enum better",
                pair[1].text
            );
            breaches.push(source.breach(pair[0].line, "boolean parameter", why));
        }
    }
    breaches
}

pub(crate) fn is_boolean(pair: &[Token]) -> bool {
    matches!(pair[0].text.as_str(), ":" | "&" | "mut") && pair[1].text == "bool"
}

pub(crate) fn suppressions(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        let opens = source.tokens.get(at + 1).is_some_and(|next| {
            next.text == "["
                || next.text == "!" && source.tokens.get(at + 2).is_some_and(|it| it.text == "[")
        });
        if token.text != "#" || !opens {
            continue;
        }
        let Some(open) = source.find(at, "[") else {
            continue;
        };
        let attribute = &source.tokens[open..=source.closing(open)];
        let calls = |name: &str| {
            let called = |pair: &[Token]| pair[0].text == name && pair[1].text == "(";
            attribute.windows(2).any(called)
        };
        let reasoned = attribute.iter().any(|token| token.text == "reason");
        if calls("allow") || calls("expect") && !reasoned {
            let why = "a lint is put aside with `#[expect(lint, reason = \"...\")]` only";
            breaches.push(source.breach(token.line, "suppression", why.to_owned()));
        }
    }
    breaches
}

pub(crate) fn names(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for part in source.path.trim_end_matches(".rs").split('/') {
        if BANNED_MODULES.contains(&part) {
            let why = format!("`{part}` says nothing: put it where its noun lives");
            breaches.push(source.breach(1, "module name", why));
        }
    }
    for token in source.shipped().filter(|token| token.is_word()) {
        let words = words_of(&token.text);
        let synonym = words.windows(2).any(|pair| {
            WRONG_ADJECTIVES.contains(&pair[0].as_str()) && TREE_WORDS.contains(&pair[1].as_str())
        });
        if synonym || words == ["dry", "run"] {
            let why = format!(
                "`{}`: trees are desired, observed or recorded, and reading commands get a \
                 read-only provider",
                token.text
            );
            breaches.push(source.breach(token.line, "word", why));
        }
    }
    breaches
}

pub(crate) fn vendors(source: &Source) -> Vec<Breach> {
    let path = source.path.as_str();
    let own_folder = |folder: &str| {
        path.starts_with(&format!("src/provider/{folder}/")) || path.starts_with("src/emulator/")
    };
    if path == "src/provider/registry.rs" {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let last = source.tokens.get(source.shipped).map(|token| token.line);
    for (line, text) in source
        .text
        .lines()
        .enumerate()
        .take(last.unwrap_or(usize::MAX))
    {
        let declares = path == "src/provider/mod.rs"
            && ["mod ", "pub mod ", "pub use "]
                .iter()
                .any(|start| text.starts_with(start));
        let named = |vendor: &str| {
            // A class of letters in a pattern for durations is no vendor.
            let text = text.replace("[smh]", "");
            let short = words_of(&text).iter().any(|word| word == vendor);
            short || vendor.len() > 3 && text.to_lowercase().contains(vendor)
        };
        for (vendor, folder) in VENDORS {
            if !own_folder(folder) && !declares && named(vendor) {
                let why = format!("`{vendor}` belongs in its folder, the registry and tests only");
                breaches.push(source.breach(line + 1, "vendor", why));
            }
        }
    }
    breaches
}

pub(crate) fn folder_roots(source: &Source) -> Vec<Breach> {
    if !source.path.ends_with("/mod.rs") {
        return Vec::new();
    }
    let items = [
        "fn",
        "struct",
        "enum",
        "impl",
        "trait",
        "const",
        "static",
        "type",
        "macro_rules",
    ];
    source
        .shipped()
        .find(|token| items.contains(&token.text.as_str()))
        .map(|token| {
            let why = format!(
                "`{}`: a mod.rs holds doc, mod lines and re-exports",
                token.text
            );
            source.breach(token.line, "mod.rs", why)
        })
        .into_iter()
        .collect()
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            rule,
            why,
        } = self;
        write!(formatter, "{file}:{line}: {rule}: {why}")
    }
}
