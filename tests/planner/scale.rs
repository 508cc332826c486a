//! Many placements at once: what has no limit, and what is counted. `tests/benches/scale.rs` looks
//! at the time and the memory of a hundred times as many.

use std::fmt::Write as _;

use reshelve::plan::Verdict;

use crate::bench::laboratory;

#[test]
fn a_manifest_of_more_than_250_000_nodes_is_no_error() {
    let mut placements = String::new();
    for number in 0..23_000 {
        let keys = "on_conflict: fail, on_missing: ignore, update: never";
        let _ = writeln!(
            placements,
            "  - {{copy: \"a:/x {number}\", to: \"b:/x {number}\", {keys}}}"
        );
    }
    let plan = laboratory("a:/y=1@1 b:/y=1@1", &placements).plan();
    assert_eq!(plan.findings, []);
    assert_eq!(plan.verdict(), Verdict::NothingToDo);
}

#[test]
fn every_placement_of_many_has_its_operation() {
    let (mut entries, mut placements) = (String::from("b:/gone/z=1@1 "), String::new());
    for number in 0..400 {
        let folder = number % 20;
        let _ = write!(entries, "a:/f{folder}/x{number}=3@7 b:/f{folder}/y=1@1 ");
        let _ = match number % 5 {
            0 => {
                let _ = write!(entries, "b:/f{folder}/x{number}=3@7 ");
                let at = format!("f{folder}/x{number}");
                writeln!(placements, "  - {{copy: \"a:/{at}\", to: \"b:/{at}\"}}")
            }
            1 => {
                let at = format!("f{folder}/x{number}");
                writeln!(placements, "  - {{copy: \"a:/{at}\", to: \"b:/{at}\"}}")
            }
            2 => {
                let _ = write!(entries, "b:/f{folder}/x{number}=9@9 ");
                let at = format!("f{folder}/x{number}");
                let keys = "on_conflict: overwrite";
                writeln!(
                    placements,
                    "  - {{copy: \"a:/{at}\", to: \"b:/{at}\", {keys}}}"
                )
            }
            3 => {
                let (from, to) = (format!("f{folder}/x{number}"), format!("f0/x{number}"));
                let moved = format!("move: \"a:/{from}\", to: \"a:/moved/{to}\"");
                writeln!(placements, "  - {{{moved}}}")
            }
            _ => {
                let _ = write!(entries, "b:/gone/x{number}=3@7 ");
                writeln!(placements, "  - {{absent: \"b:/gone/x{number}\"}}")
            }
        };
    }
    let plan = laboratory(&entries, &placements).plan();
    assert_eq!(plan.verdict(), Verdict::Ready, "{:#?}", plan.findings);
    let summary = &plan.summary;
    let counts = [summary.adopted, summary.copied, summary.overwritten];
    assert_eq!(counts, [80, 160, 80]);
    assert_eq!([summary.moved, summary.removed], [80, 80]);
    // Beside the placements there are the folders `/moved` and `/moved/f0`.
    assert_eq!(plan.operations.len(), 4 * 80 + 2);
}
