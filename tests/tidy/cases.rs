//! Feeds every rule snippets that it must catch and snippets that it must let pass.

use crate::rules::{
    Rule, asynchrony, boolean_parameters, file_doc, file_length, folder_roots, function_length,
    imports, names, printing, purity, suppressions, vendors,
};
use crate::source::Source;
use crate::{unreached, unreached_tests};

/// Each case: the file's path, its text, and the lines that must be named.
fn check(rule: Rule, cases: &[(&str, &str, &[usize])]) {
    for (path, text, expected) in cases {
        let breaches = rule(&Source::new(path, text));
        let lines: Vec<usize> = breaches.iter().map(|breach| breach.line).collect();
        assert_eq!(lines, *expected, "{path}:\n{text}\n{breaches:?}");
        let told = breaches.iter().all(|breach| {
            let text = breach.to_string();
            text.starts_with(path) && text.contains(breach.rule) && breach.why.len() > 20
        });
        assert!(
            told,
            "a message names file, line, rule and why: {breaches:?}"
        );
    }
}

#[test]
fn imports_point_inward() {
    check(
        imports,
        &[
            ("src/tree/path.rs", "use crate::provider::Provider;", &[1]),
            ("src/tree/path.rs", "use crate::tree::Tree;", &[]),
            (
                "src/plan/a.rs",
                "use crate::{tree::{A, B},\n observe::C};",
                &[2],
            ),
            ("src/plan/a.rs", "use crate::{tree::{self, A}, state};", &[]),
            ("src/plan/a.rs", "\nfn f() { crate::store::write(); }", &[2]),
            ("src/plan/a.rs", "use super::super::store::Lock;", &[1]),
            ("src/plan/mod.rs", "use super::store::Lock;", &[1]),
            (
                "src/plan/a.rs",
                "use super::b::Lock;\npub(crate) fn f() {}",
                &[],
            ),
            (
                "src/plan/a.rs",
                "// use crate::store::A;\n/* crate::store */",
                &[],
            ),
            ("src/plan/a.rs", "const A: &str = \"crate::store::A\";", &[]),
            (
                "src/plan/a.rs",
                "const A: &str = r#\"\"crate::store::A\"#;",
                &[],
            ),
            ("src/report/a.rs", "use crate::provider::Provider;", &[1]),
            ("src/apply/a.rs", "use crate::store::FileJournal;", &[1]),
            ("src/emulator/a.rs", "use crate::tree::Tree;", &[1]),
            ("src/cli/a.rs", "use crate::{store, apply};", &[]),
            ("src/newcomer/a.rs", "fn f() {}", &[1]),
            (
                "src/tree/a.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::plan::Plan;\n}",
                &[],
            ),
        ],
    );
}

#[test]
fn pure_modules_stay_pure() {
    check(
        purity,
        &[
            ("src/plan/a.rs", "use std::fs;", &[1]),
            ("src/plan/a.rs", "use std::{fmt, fs::File};", &[1]),
            ("src/plan/a.rs", "use std::time::{Duration, Instant};", &[1]),
            ("src/plan/a.rs", "use std::time::Duration;", &[]),
            ("src/plan/a.rs", "fn f() {\n std::env::var(\"A\");\n}", &[2]),
            ("src/plan/a.rs", "use std::thread;", &[1]),
            ("src/plan/a.rs", "use std::net::TcpStream;", &[1]),
            ("src/plan/a.rs", "use tokio::task;", &[1]),
            ("src/plan/a.rs", "fn f() { rand::random(); }", &[1]),
            ("src/plan/a.rs", "fn f() { jiff::Timestamp::now(); }", &[1]),
            ("src/plan/a.rs", "use std::collections::HashMap;", &[1]),
            (
                "src/plan/a.rs",
                "use std::collections::HashMap;\nuse std::hash::BuildHasherDefault;",
                &[],
            ),
            ("src/plan/a.rs", "use std::io::{Read, Write};", &[]),
            ("src/plan/a.rs", "//! Never std::fs.\nuse std::fmt;", &[]),
            ("src/store/a.rs", "use std::fs;", &[]),
        ],
    );
}

#[test]
fn only_the_edges_wait() {
    check(
        asynchrony,
        &[
            ("src/plan/a.rs", "\npub async fn f() {}", &[2]),
            ("src/report/a.rs", "fn f() { g().await }", &[1]),
            ("src/store/a.rs", "// async", &[]),
            ("src/apply/a.rs", "async fn f() {}", &[]),
        ],
    );
}

#[test]
fn only_one_file_prints() {
    check(
        printing,
        &[
            ("src/cli/plan.rs", "fn f() {\n println!(\"a\");\n}", &[2]),
            ("src/report/a.rs", "fn f() { std::io::stderr(); }", &[1]),
            ("src/main.rs", "use std::io::stdout;", &[1]),
            ("src/cli/plan.rs", "fn f() { dbg!(1); }", &[1]),
            (
                "src/cli/plan.rs",
                "fn f() { writeln!(out, \"println!\") }",
                &[],
            ),
            ("src/cli/plan.rs", "fn f() { command.stdout(pipe) }", &[]),
            ("src/cli/output.rs", "fn f() { println!(\"a\"); }", &[]),
        ],
    );
}

#[test]
fn files_say_what_they_are_for() {
    check(
        file_doc,
        &[
            ("src/plan/a.rs", "use std::fmt;", &[1]),
            ("src/plan/a.rs", "\n//! Late.", &[1]),
            ("src/plan/a.rs", "//! Plans.", &[]),
        ],
    );
}

#[test]
fn files_and_functions_stay_short() {
    let long = "fn f() {}\n".repeat(401);
    let tested = format!(
        "{}#[cfg(test)]\nmod tests {{\n{long}}}\n",
        "fn f() {}\n".repeat(400)
    );
    check(
        file_length,
        &[
            ("src/plan/a.rs", &long, &[401]),
            ("src/plan/a.rs", &long[10..], &[]),
            ("src/plan/a.rs", &tested, &[]),
        ],
    );
    let body = |lines: usize| {
        format!(
            "\nfn f(\n a: [u8; 4]) -> [u8; 4] {{\n{}}}",
            "a;\n".repeat(lines)
        )
    };
    check(
        function_length,
        &[
            ("src/plan/a.rs", &body(58), &[2]),
            ("src/plan/a.rs", &body(57), &[]),
            (
                "src/plan/a.rs",
                &format!("trait T {{ fn f(); }}{}", "\n".repeat(90)),
                &[],
            ),
            (
                "src/plan/a.rs",
                &format!("fn f() {{ '}}'; \"{{\"; }}{}", "\n".repeat(90)),
                &[],
            ),
        ],
    );
}

#[test]
fn public_functions_take_no_bool() {
    check(
        boolean_parameters,
        &[
            ("src/plan/a.rs", "pub fn f(a: u8, b: bool) {}", &[1]),
            (
                "src/plan/a.rs",
                "pub(crate) const fn f<A>(a: &A,\n b: &mut bool) {}",
                &[1],
            ),
            ("src/apply/a.rs", "pub async fn f(b: bool) {}", &[1]),
            (
                "src/plan/a.rs",
                "pub trait T {\n fn f(&self, b: bool);\n}",
                &[2],
            ),
            ("src/plan/a.rs", "pub fn f() -> bool { true }", &[]),
            ("src/plan/a.rs", "pub fn f(a: impl Fn(u8) -> bool) {}", &[]),
            ("src/plan/a.rs", "fn f(b: bool) {}", &[]),
            (
                "src/plan/a.rs",
                "pub(super) trait T {\n fn f(b: bool);\n}",
                &[],
            ),
            (
                "src/plan/a.rs",
                "pub struct A;\nimpl A {\n fn f(b: bool) {}\n}",
                &[],
            ),
        ],
    );
}

#[test]
fn lints_are_put_aside_with_a_reason() {
    check(
        suppressions,
        &[
            ("src/plan/a.rs", "#[allow(dead_code)]\nfn f() {}", &[1]),
            (
                "src/plan/a.rs",
                "\n#![allow(dead_code, reason = \"a\")]",
                &[2],
            ),
            ("src/plan/a.rs", "#[cfg_attr(unix, allow(dead_code))]", &[1]),
            ("src/plan/a.rs", "#[expect(dead_code)]", &[1]),
            ("src/plan/a.rs", "#[expect(dead_code, reason = \"a\")]", &[]),
            (
                "src/plan/a.rs",
                "#[derive(Debug)]\nfn allow() { allow(); }",
                &[],
            ),
            (
                "tests/it/a.rs",
                "#[cfg(test)]\nmod t {\n #[allow(unused)]\n}",
                &[3],
            ),
        ],
    );
}

#[test]
fn names_say_one_thing() {
    check(
        names,
        &[
            ("src/plan/util.rs", "fn f() {}", &[1]),
            ("src/helpers/mod.rs", "mod a;", &[1]),
            ("src/plan/a.rs", "\nlet dry_run = 1;", &[2]),
            ("src/plan/a.rs", "struct DryRun;", &[1]),
            ("src/plan/a.rs", "fn f(actual_tree: Tree) {}", &[1]),
            ("src/plan/a.rs", "struct RemoteTree;", &[1]),
            ("src/plan/a.rs", "let the_live_entries = 1;", &[1]),
            ("src/plan/a.rs", "// The current tree and a dry run.", &[]),
            ("src/plan/a.rs", "let observed_tree = current;", &[]),
        ],
    );
}

#[test]
fn vendors_stay_in_their_folders() {
    check(
        vendors,
        &[
            ("src/plan/a.rs", "\n// As DingTalk does.", &[2]),
            ("src/cli/a.rs", "const A: &str = \"smh\";", &[1]),
            ("src/provider/dingtalk/a.rs", "struct Dingtalk;", &[]),
            ("src/provider/dingtalk/a.rs", "struct SmhReply;", &[1]),
            (
                "src/provider/mod.rs",
                "mod dingtalk;\nfn f() { dingtalk() }",
                &[2],
            ),
            ("src/provider/registry.rs", "\"tencent\"", &[]),
            ("src/emulator/a.rs", "\"alibaba\"", &[]),
            (
                "src/manifest/a.rs",
                "const DURATION: &str = \"[0-9]+[smh]\";",
                &[],
            ),
            (
                "src/plan/a.rs",
                "#[cfg(test)]\nmod tests {\n //! smh\n}",
                &[],
            ),
        ],
    );
}

#[test]
fn folder_roots_hold_no_code() {
    check(
        folder_roots,
        &[
            ("src/plan/mod.rs", "mod a;\nconst A: u8 = 1;", &[2]),
            (
                "src/plan/mod.rs",
                "//! Plans.\nmod a;\npub use a::{A, B};",
                &[],
            ),
            ("src/plan/a.rs", "const A: u8 = 1;", &[]),
        ],
    );
}

#[test]
fn forgotten_files_are_found() {
    let sources = [
        Source::new("src/lib.rs", "pub mod plan;\npub mod clock;"),
        Source::new("src/clock.rs", ""),
        Source::new("src/plan/mod.rs", "mod plan;\n// mod lost;"),
        Source::new("src/plan/plan.rs", ""),
        Source::new("src/plan/lost.rs", ""),
    ];
    let breaches = unreached(&sources.iter().collect::<Vec<_>>());
    let files: Vec<&str> = breaches.iter().map(|breach| breach.file.as_str()).collect();
    assert_eq!(files, ["src/plan/lost.rs"]);

    let tests = [
        Source::new("tests/tidy.rs", ""),
        Source::new(
            "tests/it/main.rs",
            "mod plan;\n#[path = \"../support/mod.rs\"]\nmod support;",
        ),
        Source::new("tests/it/plan.rs", ""),
        Source::new("tests/it/lost.rs", ""),
        Source::new("tests/support/mod.rs", "mod folders;"),
        Source::new("tests/support/folders.rs", ""),
        Source::new("tests/benches/local.rs", ""),
        Source::new("tests/benches/lost.rs", ""),
    ];
    let cargo = "[[bench]]\nname = \"local\"\npath = \"tests/benches/local.rs\"\n";
    let breaches = unreached_tests(&tests, cargo);
    let files: Vec<&str> = breaches.iter().map(|breach| breach.file.as_str()).collect();
    assert_eq!(files, ["tests/it/lost.rs", "tests/benches/lost.rs"]);
}
