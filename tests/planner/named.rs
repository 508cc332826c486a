//! Worlds that people have, and the calls that each service needs for them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use reshelve::plan::Capabilities;
use reshelve::provider::layer::SystemPause;
use reshelve::provider::{NoProfiles, Opening, open, providers};
use reshelve::tree::SpaceAlias;

use crate::bench::{laboratory, laboratory_with};
use crate::laboratory::Laboratory;
use crate::service::{judge, numbered};

/// The sheet of a service as the program ships it.
fn sheet(name: &str) -> Capabilities {
    let keys = providers().iter().find(|keys| keys.name == name);
    let required = keys.expect("it is one of ours").required.iter();
    let values = required.map(|key| ((*key).to_owned(), ".".to_owned()));
    let alias = SpaceAlias::parse("sheet").expect("plain");
    let spaces = BTreeMap::from([(alias.clone(), values.collect())]);
    let opening = Opening {
        spaces: &spaces,
        base: Path::new(""),
        profile: name,
        profiles: Arc::new(NoProfiles),
        calls_per_second: None,
        pause: Arc::new(SystemPause),
    };
    let provider = open(name, &opening).expect("nothing is asked yet");
    provider.capabilities(&alias).expect("one sheet for all")
}

fn with_sheet(mut laboratory: Laboratory, name: &str) -> Laboratory {
    let sheet = sheet(name);
    for own in laboratory.sheets.values_mut() {
        *own = sheet.clone();
    }
    laboratory.observed = numbered(&laboratory.observed, &Default::default());
    laboratory
}

/// How many calls of which kind a plan takes, and how many more than its bound.
fn cost(laboratory: &Laboratory) -> String {
    let plan = laboratory.plan();
    let errors: Vec<_> = plan.findings.iter().filter(|it| it.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for batch in &plan.batches {
        *kinds.entry(&batch.call).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(call, count)| format!("{count} {call}"))
        .collect();
    let beyond = match plan.cost.calls - plan.cost.lower_bound {
        0 => String::new(),
        beyond => format!(" (+{beyond})"),
    };
    format!("{}: {}{beyond}", plan.cost.calls, kinds.join(", "))
}

/// The cost of a world with DingTalk and with SMH. Worlds that are small are tried to the end.
fn check(entries: &str, placements: &str, dingtalk: &str, smh: &str) {
    for (name, expected) in [("dingtalk", dingtalk), ("smh", smh)] {
        let make = || with_sheet(laboratory(entries, placements), name);
        assert_eq!(cost(&make()), expected, "{name}");
        if entries.len() < 2_000 {
            judge(&make, 1).unwrap_or_else(|broken| panic!("{name}: {broken}"));
        }
    }
}

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// The days of a year, as `MM-DD`.
fn days() -> impl Iterator<Item = String> {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months = (1..).zip(lengths);
    months.flat_map(|(month, length)| (1..=length).map(move |day| format!("{month:02}-{day:02}")))
}

#[test]
fn a_year_of_daily_reports_goes_into_its_months() {
    let of_day = |day: String| many(28, |number| format!("a:/in/{day}-{number:02}.xlsx=1@1 "));
    let entries = days().map(of_day).collect::<String>() + "a:/reports/";
    assert_eq!(entries.split_whitespace().count(), 10_220 + 1);
    let month =
        |number| format!("  - {{move: 'a:/in/{number:02}-*', into: 'a:/reports/{number:02}'}}\n");
    let until_today = (1..=9).map(month).collect::<String>()
        + "  - {move: 'a:/in/10-01-*', into: 'a:/reports/10'}\n";
    check(
        &entries,
        &until_today,
        "267: 10 addFolder, 257 batchMove",
        "18: 8 batchMove, 10 createDirectory",
    );
}

#[test]
fn one_folder_of_fifty_files_goes_to_two_hundred_spaces() {
    let files = many(50, |number| format!("a:/kit/f{number:02}=1@1 "));
    let fan = many(200, |number| {
        format!("  - {{copy: 'a:/kit', to: 's{}:/kit'}}\n", number + 1)
    });
    let spaces: Vec<String> = (1..=200).map(|number| format!("s{number}")).collect();
    for (name, expected) in [
        ("dingtalk", "200: 200 batchCopy"),
        ("smh", "200: 200 batchCopy"),
    ] {
        let world = with_sheet(laboratory_with(&spaces, &files, &fan), name);
        assert_eq!(cost(&world), expected, "{name}");
    }
}

#[test]
fn a_folder_lacks_one_file_of_a_thousand() {
    let files = |folder: &str, from| {
        (from..1_000)
            .map(|number| format!("{folder}/f{number:03}=1@1 "))
            .collect::<String>()
    };
    let entries = files("a:/s", 0) + &files("b:/t", 1);
    let mirror = "  - {mirror: 'a:/s', to: 'b:/t'}";
    check(&entries, mirror, "1: 1 batchCopy", "1: 1 batchCopy");
}

#[test]
fn two_names_of_one_folder_are_swapped() {
    let swap = "  - {move: 'a:/x', to: 'a:/y'}\n  - {move: 'a:/y', to: 'a:/x'}";
    check(
        "a:/x=1@1 a:/y=2@2",
        swap,
        "3: 3 rename (+1)",
        "3: 3 batchMove (+2)",
    );
}

fn pairs(count: usize) -> (String, String) {
    let entries = many(count, |number| {
        format!("a:/p/f{number:02}=1@1 a:/q/f{number:02}=2@2 ")
    });
    let swap = many(count, |number| {
        format!(
            "  - {{move: 'a:/p/f{number:02}', to: 'a:/q/f{number:02}'}}\n  \
             - {{move: 'a:/q/f{number:02}', to: 'a:/p/f{number:02}'}}\n"
        )
    });
    (entries, swap)
}

#[test]
fn equal_names_of_two_folders_are_swapped() {
    let (entries, swap) = pairs(30);
    let dingtalk = "5: 1 addFolder, 3 batchMove, 1 batchRemove (+3)";
    check(&entries, &swap, dingtalk, "3: 3 batchMove (+2)");
    let (entries, swap) = pairs(1);
    check(
        &entries,
        &swap,
        "3: 2 batchMove, 1 rename (+1)",
        "3: 3 batchMove (+2)",
    );
}

#[test]
fn the_whole_content_of_two_folders_is_swapped() {
    let entries = many(20, |number| {
        format!("a:/p/f{number:02}=1@1 a:/q/g{number:02}=2@2 ")
    });
    let swap = "  - {move: 'a:/p', to: 'a:/q'}\n  - {move: 'a:/q', to: 'a:/p'}";
    check(&entries, swap, "3: 3 rename (+1)", "3: 3 batchMove (+2)");
}

#[test]
fn folders_in_folders_are_made_one_by_one_or_at_once() {
    let deep = "  - {folder: 'a:/p/q/r/s'}";
    check("a:/x=1@1", deep, "4: 4 addFolder", "1: 1 createDirectory");
    let wide = "  - {folder: 'a:/p/q/r'}\n  - {folder: 'a:/p/s'}\n  - {folder: 'a:/p'}";
    check("a:/x=1@1", wide, "4: 4 addFolder", "2: 2 createDirectory");
    let held = "  - {move: 'a:/x', to: 'a:/p/x'}\n  - {move: 'a:/y', to: 'a:/p/q/r/y'}";
    let smh = "2: 1 batchMove, 1 createDirectory";
    check(
        "a:/x=1@1 a:/y=1@1",
        held,
        "5: 3 addFolder, 2 batchMove",
        smh,
    );
}

#[test]
fn an_empty_folder_makes_the_folders_on_its_way_where_the_service_does() {
    let copy = "  - {copy: 'a:/y', to: 'b:/n/y'}";
    check(
        "a:/y/",
        copy,
        "2: 1 addFolder, 1 batchCopy",
        "1: 1 createDirectory",
    );
    let shared = "  - {copy: 'a:/y', to: 'b:/y'}\n  - {copy: 'a:/x', to: 'b:/x'}";
    check("a:/y/ a:/x=1@1", shared, "1: 1 batchCopy", "1: 1 batchCopy");
}
