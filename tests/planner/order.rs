//! Calls: what shares one, what follows what, and what they cost.

use crate::bench::{kept, laboratory};

/// The batches of a plan as `call[operations] after`.
fn batches(entries: &str, placements: &str) -> Vec<String> {
    let plan = laboratory(entries, placements).plan();
    let ids = |ids: Vec<String>| ids.join(" ");
    let line = |batch: &reshelve::plan::Batch| {
        let operations = ids(batch.operations.iter().map(ToString::to_string).collect());
        let after = ids(batch.after.iter().map(ToString::to_string).collect());
        format!("{} {}[{operations}] {after}", batch.id, batch.call)
    };
    let cost = format!("{} of {}", plan.cost.calls, plan.cost.lower_bound);
    plan.batches.iter().map(line).chain([cost]).collect()
}

#[test]
fn folders_first_then_what_goes_in_then_removals() {
    let placements =
        "  - {copy: 'a:/x', to: 'b:/p/q/x'}\n  - {copy: 'a:/y', to: 'b:/y'}\n  - {absent: 'b:/o'}";
    let expected = [
        "b-1 create-folder[op-1] ",
        "b-2 create-folder[op-2] b-1",
        "b-3 copy[op-3 op-4] b-2",
        "b-4 remove[op-5] b-3",
        "4 of 4",
    ];
    assert_eq!(batches("a:/x=1@1 a:/y=1@1 b:/o=1@1", placements), expected);
}

#[test]
fn a_swap_costs_a_call_more_than_the_bound_says() {
    let swap = "  - {move: 'a:/x', to: 'a:/y'}\n  - {move: 'a:/y', to: 'a:/x'}";
    let expected = [
        "b-1 move[op-1] ",
        "b-2 move[op-2] b-1",
        "b-3 move[op-3] b-1 b-2",
        "3 of 1",
    ];
    assert_eq!(batches("a:/x=1@1 a:/y=2@2", swap), expected);
}

#[test]
fn nothing_is_overwritten_before_it_is_read() {
    let placements =
        "  - {copy: 'a:/y', to: 'a:/z'}\n  - {copy: 'a:/x', to: 'a:/y', on_conflict: overwrite}";
    let plan = laboratory("a:/x=1@1 a:/y=2@2", placements).plan();
    let read = plan.operations.iter().position(|operation| {
        operation.action.word() == "copy"
            && operation
                .action
                .to()
                .is_some_and(|to| to.path.as_str() == "/z")
    });
    assert_eq!(read, Some(0));
    assert_eq!(plan.batches.len(), 2);
}

#[test]
fn many_swaps_take_one_temporary_name_each() {
    let mut entries = String::new();
    let mut placements = String::new();
    for number in 0..300 {
        entries += &format!("a:/x{number}=1@1 a:/y{number}=2@2 ");
        placements += &format!("  - {{move: 'a:/x{number}', to: 'a:/y{number}'}}\n");
        placements += &format!("  - {{move: 'a:/y{number}', to: 'a:/x{number}'}}\n");
    }
    let plan = laboratory(&entries, &placements).plan();
    assert_eq!(plan.operations.len(), 900);
    assert_eq!(plan.batches.len(), 3);
}

#[test]
fn nobody_stops_where_a_carried_folder_brings_an_entry() {
    let both = "  - {move: 'b:/y', to: 'a:/x/z'}\n  - {move: 'a:/w.t', to: 'a:/x'}";
    let expected = [
        "rename a:/w.t -> a:/x",
        "move b:/y -> a:/x/y(1) free",
        "rename a:/x/y(1) -> a:/x/z",
        "# 3",
    ];
    kept("a:/w.t/y=1@1 b:/y=1@1", both, &expected);
}
