//! Entries that a service put under another name than they were to get.

use std::collections::BTreeMap;

use super::replay::{RunProgress, Standing};
use super::whereabouts::Whereabouts;
use crate::plan::{Operation, OperationId, Plan, Strategy, is_staged};
use crate::tree::Address;

/// The operations that were done under a name of the service's own although the plan chose one,
/// each with the address where its entry is. What a later operation took on from there is not
/// misplaced any more, and neither is what goes with a folder of the run's own.
#[must_use]
pub fn misplaced(plan: &Plan, progress: &RunProgress) -> BTreeMap<OperationId, Address> {
    let renamed = |operation: &&Operation| {
        let standing = progress.operations.get(&operation.id);
        let has_name = matches!(standing, Some(Standing::Done { name: Some(_), .. }));
        let staged = operation
            .action
            .to()
            .is_some_and(|to| is_staged(&to.address()));
        has_name && !staged && operation.action.strategy() != Some(Strategy::Rename)
    };
    let mut renamed = plan.operations.iter().filter(renamed).peekable();
    if renamed.peek().is_none() {
        return BTreeMap::new();
    }
    let whereabouts = Whereabouts::after(plan, progress);
    renamed
        .filter_map(|operation| {
            let to = operation.action.to()?;
            let there = whereabouts.real(&to.address());
            (there.path.name() != to.path.name()).then_some((operation.id, there))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::sample::record_all;
    use crate::journal::{Evidence, Fact};
    use crate::plan::Action;
    use crate::plan::sample::{operation, place, plan_of};

    fn copy(number: u32, from: &str, to: &str, strategy: Strategy) -> Operation {
        let (from, to) = (place(from), place(to));
        operation(number, Action::Copy { from, to, strategy })
    }

    /// The misplaced entries after these operations got these names.
    fn check(operations: Vec<Operation>, names: &[Option<&str>], expected: &[&str]) {
        let facts = operations.iter().zip(names).map(|(operation, name)| {
            let name = name.map(str::to_owned);
            let (operation, evidence) = (operation.id, Evidence::Reply);
            let (id, bin) = (None, None);
            Fact::Done {
                operation,
                evidence,
                id,
                name,
                bin,
            }
        });
        let progress = RunProgress::of(&record_all(facts.collect()));
        let found = misplaced(&plan_of(operations, &[]), &progress);
        let found: Vec<String> = found.values().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{names:?}");
    }

    #[test]
    fn only_a_name_that_the_plan_chose_can_be_missed() {
        let fails = || vec![copy(1, "desk:/a", "desk:/t/a", Strategy::Fail)];
        check(fails(), &[None], &[]);
        check(fails(), &[Some("a(1)")], &["desk:/t/a(1)"]);
        let finds = copy(1, "desk:/a", "desk:/t/a", Strategy::Rename);
        check(vec![finds], &[Some("a(1)")], &[]);
        let mut goes_on = fails();
        let (from, to) = (place("desk:/t/a"), place("desk:/t/b"));
        let strategy = Strategy::Fail;
        goes_on.push(operation(2, Action::Rename { from, to, strategy }));
        check(goes_on, &[Some("a(1)"), None], &[]);
    }
}
