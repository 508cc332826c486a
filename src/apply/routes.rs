//! The routes of a run: what each of them may take, and what is left where one is closed.

use super::call::Site;
use super::limiter::{Limiter, Route, Started, Told};
use super::run::Run;
use super::schedule::{Call, Schedule};
use crate::journal::{Fact, JournalError};
use crate::plan::Batch;

/// The name of the limit in a manifest.
const LIMIT: &str = "calls_at_once";

impl Site<'_> {
    /// A limiter for all routes of a plan.
    pub(super) fn limiter(self, schedule: &Schedule<'_>) -> Limiter {
        let first = schedule.first_of_routes().into_iter();
        Limiter::new(first.map(|batch| Route {
            provider: batch.provider.clone(),
            most: self.most(batch),
        }))
    }

    /// The most calls like this one that may be under way, as the manifest says or else the sheet.
    fn most(self, batch: &Batch) -> Option<u32> {
        let operation = self.plan.operation(*batch.operations.first()?)?;
        let space = &operation.action.to().or(operation.action.from())?.space;
        let limits = self.plan.spaces.get(space).map(|space| &space.limits);
        if let Some(most) = limits.and_then(|limits| limits.get(LIMIT)) {
            return u32::try_from(*most).ok();
        }
        let sheet = self.provider.capabilities(space).ok()?;
        sheet.calls_at_once
    }
}

impl Run<'_, '_> {
    pub(super) fn route(&self, call: &Call) -> usize {
        self.schedule.route(call.batch).unwrap_or_default()
    }

    /// A call is no longer under way, and its reply says how many others may be.
    pub(super) fn heed(&mut self, call: &Call, started: Started, told: Told) {
        let route = self.route(call);
        self.limiter.end(route);
        self.limiter.heed(route, started, told);
        if told == Told::Closed
            && let Some(first) = call.operations.first()
        {
            self.limiter.close(route, *first);
        }
    }

    /// Records what no call is made for any more: because the run was stopped, or because its
    /// provider takes none.
    pub(super) fn leave_the_rest(&mut self) -> Result<(), JournalError> {
        for call in std::mem::take(&mut self.again) {
            for operation in call.operations {
                self.recorder.record(Fact::Absent { operation })?;
            }
        }
        for operation in self.schedule.rest() {
            let route = self.schedule.route_of(operation);
            let closed = route.and_then(|route| self.limiter.closed(route));
            let because = closed.unwrap_or(operation);
            self.recorder.record(Fact::Skipped { operation, because })?;
        }
        Ok(())
    }
}
