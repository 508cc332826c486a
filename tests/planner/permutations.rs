//! All permutations of up to six names in one folder, on every sheet.

use std::collections::BTreeMap;

use reshelve::plan::{Plan, Verdict};

use crate::laboratory::{Laboratory, Shape};
use crate::service::simulated;
use crate::sheets::Sheet;

/// All orders of the numbers below `count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = permutations(last);
    let longer = shorter.iter().flat_map(|order| {
        (0..count).map(move |position| {
            let mut order = order.clone();
            order.insert(position, last);
            order
        })
    });
    longer.collect()
}

/// How many numbers leave their places, and on how many cycles they do.
fn cycles(order: &[usize]) -> (usize, usize) {
    let mut seen = vec![false; order.len()];
    let (mut leaving, mut cycles) = (0, 0);
    for start in (0..order.len()).filter(|start| order[*start] != *start) {
        leaving += 1;
        cycles += usize::from(!seen[start]);
        let mut next = start;
        while !std::mem::replace(&mut seen[next], true) {
            next = order[next];
        }
    }
    (leaving, cycles)
}

fn name(number: usize) -> String {
    format!("n{number}.t")
}

/// The files of one folder, each of a size of its own, with the sizes in this order.
fn files(sizes: &[usize]) -> [BTreeMap<String, Shape>; 2] {
    let file = |(number, size): (usize, &usize)| {
        let size = *size as u64 + 1;
        (name(number), Shape::File(size, size as i64))
    };
    let folder = sizes.iter().enumerate().map(file).collect();
    let spaces = BTreeMap::from([("d".to_owned(), Shape::Folder(folder))]);
    [spaces, BTreeMap::new()]
}

/// The wish that each file has the name of the one at its place in this order.
fn wished(order: &[usize]) -> String {
    let moves = order.iter().enumerate().filter(|(from, to)| from != *to);
    let line = |(from, to): (usize, &usize)| {
        let (from, to) = (name(from), name(*to));
        format!("  - {{move: 'a:/d/{from}', to: 'a:/d/{to}'}}\n")
    };
    moves.map(line).collect()
}

/// What a plan for this order breaks on a sheet.
fn broken(order: &[usize], sheet: Sheet, laboratory: &Laboratory, plan: &Plan) -> Option<String> {
    let (leaving, cycles) = cycles(order);
    if plan.verdict() != Verdict::Ready {
        return Some(format!("{:#?}", plan.findings));
    }
    let mut sizes = vec![0; order.len()];
    order
        .iter()
        .enumerate()
        .for_each(|(from, to)| sizes[*to] = from);
    let expected = sheet.laboratory(Vec::new(), &files(&sizes));
    let nothing = expected.plan();
    let (found, expected) = (simulated(laboratory, plan), simulated(&expected, &nothing));
    if found != expected {
        return Some(format!("it leads to {found:#?}"));
    }
    let is_final =
        |path: &str| (0..order.len()).any(|number| path == format!("/d/{}", name(number)));
    let stops = plan
        .operations
        .iter()
        .filter_map(|operation| operation.action.to());
    let stops = stops.filter(|to| !is_final(to.path.as_str())).count();
    if stops > cycles || plan.operations.len() > leaving + cycles {
        return Some(format!(
            "{stops} stops for {cycles} cycles: {:#?}",
            plan.operations
        ));
    }
    None
}

#[test]
fn files_of_a_folder_change_names_in_every_way() {
    for count in 0..=6 {
        for order in permutations(count) {
            let wished = wished(&order);
            if wished.is_empty() {
                continue;
            }
            let sorted: Vec<usize> = (0..count).collect();
            let placements = crate::bench::laboratory("", &wished).manifest.placements;
            for sheet in Sheet::WITH_STAGED {
                let laboratory = sheet.laboratory(placements.clone(), &files(&sorted));
                let broken = broken(&order, sheet, &laboratory, &laboratory.plan());
                assert_eq!(broken, None, "{order:?} on {sheet:?}");
            }
        }
    }
}
