//! Limits and protections, at their edges.

use crate::bench::check;

fn files(count: usize) -> String {
    (0..count)
        .map(|number| format!("b:/t/f{number:03}=1@1 "))
        .collect()
}

/// Removes `removed` of `all` entries; the folder itself counts as one of them.
fn removing(all: usize, removed: usize, guard: &str) -> Vec<String> {
    let kept: String = (removed..all - 1)
        .map(|number| format!("a:/s/f{number:03}=1@1 "))
        .collect();
    let entries = format!("a:/s/ {kept} {}", files(all - 1));
    let placements =
        format!("guards: {{{guard}}}\nplacements:\n  - {{mirror: 'a:/s', to: 'b:/t', prune: all}}");
    let laboratory = crate::bench::laboratory(&entries, &placements);
    let outcome = crate::bench::outcome(&laboratory.plan());
    outcome
        .into_iter()
        .filter(|line| line.starts_with('!'))
        .collect()
}

#[test]
fn a_count_is_a_limit() {
    assert!(removing(20, 4, "max_removes: 5").is_empty());
    assert!(removing(20, 5, "max_removes: 5").is_empty());
    assert_eq!(removing(20, 6, "max_removes: 5"), ["!guard"]);
    assert_eq!(removing(5, 1, "max_removes: 0"), ["!guard"]);
}

#[test]
fn a_share_is_a_limit_from_ten_entries_up() {
    assert!(removing(20, 5, "max_removes: 30%").is_empty());
    assert!(removing(20, 6, "max_removes: 30%").is_empty());
    assert_eq!(removing(20, 7, "max_removes: 30%"), ["!guard"]);
    assert!(removing(9, 8, "max_removes: 30%").is_empty());
    assert_eq!(removing(10, 4, "max_removes: 30%"), ["!guard"]);
}

#[test]
fn other_limits() {
    let moves = |limit| {
        format!("guards: {{max_moves: {limit}}}\nplacements:\n  - {{move: 'a:/d', to: 'b:/d'}}")
    };
    let entries = "a:/d/x=1@1 a:/d/y=1@1";
    check(entries, &moves(3), &["move a:/d -> b:/d"]);
    check(entries, &moves(2), &["move a:/d -> b:/d", "!guard"]);
    let over = |limit| {
        format!(
            "guards: {{max_overwrites: {limit}}}\nplacements:\n  - {{copy: 'a:/x', to: 'b:/x', on_conflict: overwrite}}"
        )
    };
    check("a:/x=1@1 b:/x=2@2", &over(1), &["copy a:/x -> b:/x over"]);
    check(
        "a:/x=1@1 b:/x=2@2",
        &over(0),
        &["copy a:/x -> b:/x over", "!guard"],
    );
    let calls = |limit| {
        format!("guards: {{max_calls: {limit}}}\nplacements:\n  - {{copy: 'a:/x', to: 'b:/p/x'}}")
    };
    check(
        "a:/x=1@1",
        &calls(2),
        &["create-folder b:/p", "copy a:/x -> b:/p/x"],
    );
    check(
        "a:/x=1@1",
        &calls(1),
        &["create-folder b:/p", "copy a:/x -> b:/p/x", "!guard"],
    );
}

#[test]
fn seconds_are_counted_at_the_rate_of_the_sheet() {
    let copies: String = (0..6)
        .map(|it| format!("  - {{copy: 'a:/x', to: 'b:/d{it}/x'}}\n"))
        .collect();
    let folders: String = (0..6).map(|it| format!("b:/d{it}/ ")).collect();
    let taking = |limit: &str, accepted: &[&str]| {
        let placements = format!("guards: {{max_time: {limit}}}\nplacements:\n{copies}");
        let entries = format!("a:/x=1@1 {folders}");
        let mut laboratory = crate::bench::laboratory(&entries, &placements);
        for sheet in laboratory.sheets.values_mut() {
            sheet.calls_per_second = Some(2);
            sheet.copy.items = Some(1);
        }
        let accepted = accepted.iter().map(ToString::to_string).collect();
        let plan = laboratory.ask(|input| {
            reshelve::plan::plan(&reshelve::plan::PlanInput {
                accepted: &accepted,
                ..*input
            })
        });
        let mut findings = plan.findings.into_iter().map(|finding| finding.detail);
        (plan.cost.seconds, findings.next())
    };
    assert_eq!(taking("3s", &[]), (3.0, None));
    assert_eq!(taking("2s", &["max_time"]), (3.0, None));
    let detail = "The plan for `m` takes 3 seconds at least, and the limit is 2 (`max_time`).";
    assert_eq!(taking("2s", &[]), (3.0, Some(detail.to_owned())));
}

#[test]
fn protected_entries_stay_whatever_asks() {
    let protect = |pattern: &str, placement: &str| {
        format!("protect: ['{pattern}']\nplacements:\n  - {placement}")
    };
    let absent = "{absent: 'b:/o'}";
    check(
        "b:/o/x=1@1",
        &protect("b:/o/**", absent),
        &["remove b:/o", "!protected"],
    );
    check(
        "b:/o/x=1@1",
        &protect("b:/o", absent),
        &["remove b:/o", "!protected"],
    );
    check(
        "b:/o/x=1@1",
        &protect("b:/**/x", absent),
        &["remove b:/o", "!protected"],
    );
    check("b:/o/x=1@1", &protect("b:/o/y", absent), &["remove b:/o"]);
    check(
        "b:/o/d/x=1@1",
        &protect("b:/o", "{absent: 'b:/o/d/x'}"),
        &["remove b:/o/d/x", "!protected"],
    );
    check(
        "b:/m=1@1",
        &protect("b:/*", "{move: 'b:/m', to: 'a:/m'}"),
        &["move b:/m -> a:/m", "!protected"],
    );
    let over = "{copy: 'a:/x', to: 'b:/x', on_conflict: overwrite}";
    check(
        "a:/x=1@1 b:/x=2@2",
        &protect("b:/x", over),
        &["copy a:/x -> b:/x over", "!protected"],
    );
    check("a:/x=1@1", &protect("b:/x", over), &["copy a:/x -> b:/x"]);
}
