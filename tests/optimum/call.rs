//! Calls by path: what both the planner's plans and the sequences of the search are written in.

use std::fmt;

use reshelve::plan::{Action, Disposal, Place, Plan, Strategy};

/// One item of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) verb: Verb,
    /// What is read, moved or removed.
    pub(crate) from: Option<String>,
    /// Where something comes to be.
    pub(crate) to: Option<String>,
    pub(crate) how: How,
}

/// What an item does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verb {
    Create,
    Copy,
    Move,
    Rename,
    Remove,
}

/// What happens to a name that is taken, or to what goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum How {
    /// The name is free.
    Exclusive,
    /// A file is replaced.
    Replace,
    /// The service finds a name.
    Found,
    /// What goes can be found in the bin.
    Recycled,
    /// What goes is gone.
    Gone,
}

/// The calls of a plan.
pub(crate) fn calls(plan: &Plan) -> Vec<Vec<Step>> {
    let step = |id| step(&plan.operation(id).expect("it is the plan's").action);
    let batches = plan.batches.iter();
    batches
        .map(|batch| batch.operations.iter().copied().map(step).collect())
        .collect()
}

fn step(action: &Action) -> Step {
    let verb = match action {
        Action::CreateFolder { .. } => Verb::Create,
        Action::Copy { .. } => Verb::Copy,
        Action::Move { .. } => Verb::Move,
        Action::Rename { .. } => Verb::Rename,
        Action::Remove { .. } => Verb::Remove,
    };
    let how = match (action, action.strategy()) {
        (Action::Remove { disposal, .. }, _) if *disposal == Disposal::Recycle => How::Recycled,
        (Action::Remove { .. }, _) => How::Gone,
        (_, Some(Strategy::Overwrite(_))) => How::Replace,
        (_, Some(Strategy::Rename)) => How::Found,
        (_, Some(Strategy::Fail) | None) => How::Exclusive,
    };
    let path = |place: &Place| place.address().to_string();
    Step {
        verb,
        from: action.from().map(path),
        to: action.to().map(path),
        how,
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.verb {
            Verb::Create => "create",
            Verb::Copy => "copy",
            Verb::Move => "move",
            Verb::Rename => "rename",
            Verb::Remove => "remove",
        };
        let places: Vec<&str> = self.from.iter().chain(&self.to).map(|it| &**it).collect();
        let how = match self.how {
            How::Exclusive | How::Recycled => "",
            How::Replace => " over",
            How::Found => " free",
            How::Gone => " for good",
        };
        write!(formatter, "{verb} {}{how}", places.join(" -> "))
    }
}

/// One line a call.
pub(crate) fn written(calls: &[Vec<Step>]) -> String {
    let line = |(number, call): (usize, &Vec<Step>)| {
        let steps: Vec<String> = call.iter().map(ToString::to_string).collect();
        format!("    {}. {}\n", number + 1, steps.join("; "))
    };
    calls.iter().enumerate().map(line).collect()
}
