//! Names that a provider does not take, or does not tell apart.

use reshelve::plan::{Capabilities, CaseRule, Naming};

use crate::bench::{laboratory, outcome};

/// The findings that refuse, where the sheet of the space `b` is changed first.
fn refusals(entries: &str, placements: &str, change: impl Fn(&mut Capabilities)) -> Vec<String> {
    let mut laboratory = laboratory(entries, placements);
    laboratory
        .sheets
        .iter_mut()
        .filter(|(space, _)| space.as_str() == "b")
        .for_each(|(_, sheet)| change(sheet));
    outcome(&laboratory.plan())
        .into_iter()
        .filter(|line| line.starts_with('!'))
        .collect()
}

#[test]
fn a_space_that_folds_case_refuses_twins() {
    let folding = |sheet: &mut Capabilities| sheet.case = CaseRule::Folding;
    let into = "  - {copy: 'a:/*', into: 'b:/'}";
    for (entries, expected) in [
        ("a:/x=1@1 a:/X=1@1", &["!equal-names"][..]),
        ("a:/x=1@1 b:/X=2@2", &["!equal-names"]),
        ("a:/é=1@1 b:/e\u{301}=2@2", &["!equal-names"]),
        ("a:/STRASSE=1@1 b:/straße=2@2", &["!equal-names"]),
        ("a:/d/x=1@1 a:/d/X=1@1", &["!equal-names"]),
        ("a:/x=1@1 b:/y=2@2", &[]),
        ("a:/x=1@1 b:/x=1@1", &[]),
    ] {
        assert_eq!(refusals(entries, into, folding), expected, "{entries}");
        assert!(refusals(entries, into, |_| {}).is_empty(), "{entries}");
    }
}

#[test]
fn a_name_that_is_freed_has_no_twin() {
    let folding = |sheet: &mut Capabilities| sheet.case = CaseRule::Folding;
    let renamed = "  - {move: 'b:/report', to: 'b:/Report'}";
    assert!(refusals("b:/report=1@1", renamed, folding).is_empty());
}

#[test]
fn long_and_forbidden_names_are_refused() {
    let copy = "  - {copy: 'a:/x', to: 'b:/a#b'}";
    let forbid = |sheet: &mut Capabilities| sheet.forbidden_characters.extend(['#']);
    assert_eq!(refusals("a:/x=1@1", copy, forbid), ["!name-refused"]);
    assert!(refusals("a:/x=1@1", copy, |_| {}).is_empty());
    for (longest, expected) in [(3, &[][..]), (2, &["!name-refused"])] {
        assert_eq!(
            refusals("a:/x=1@1", copy, |sheet| sheet.longest_name = longest),
            expected
        );
    }
}

#[test]
fn where_names_are_kept_and_none_is_found_a_taken_name_is_refused() {
    let keeps = |sheet: &mut Capabilities| sheet.naming = Naming::Kept;
    let renamed = "  - {copy: 'a:/x', to: 'b:/y'}";
    assert_eq!(
        refusals("a:/x=1@1 b:/x=2@2", renamed, keeps),
        ["!name-kept"]
    );
    assert!(refusals("a:/x=1@1", renamed, keeps).is_empty());
    let same = "  - {copy: 'a:/x', to: 'b:/x'}";
    assert!(refusals("a:/x=1@1", same, keeps).is_empty());
}
