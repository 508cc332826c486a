//! Looking until a plan has no open questions: what it relies on must have been seen.

use std::sync::Arc;

use super::observe::{Limits, ObserveError, Observed, Progress, Sought, observe, observe_further};
use crate::plan::freshness::unproven;
use crate::plan::{Plan, Scope};
use crate::provider::Provider;

/// How often a plan may ask for more before all that it could ask for is listed at once.
const LOOKS: u32 = 8;

/// Observes what is sought, and plans; where the plan relies on what was not seen, observes that as
/// well and plans anew. The plan is the one that listing everything would have led to.
///
/// # Errors
/// Anything that keeps the picture from being complete.
pub async fn observe_for_plan(
    provider: &Arc<dyn Provider>,
    sought: Sought<'_>,
    limits: Limits,
    watch: &(dyn Fn(Progress) + Send + Sync),
    plan_over: impl Fn(&Observed) -> Plan,
) -> Result<(Observed, Plan), ObserveError> {
    let scopes = sought.scopes;
    let mut observed = observe(provider, sought, limits, watch).await?;
    let mut plan = plan_over(&observed);
    let mut looks = 0;
    loop {
        let further = if looks < LOOKS {
            open_questions(&plan, &observed, scopes)
        } else {
            observed.known_in_part(scopes)
        };
        if further.is_empty() {
            break;
        }
        looks += 1;
        observed = observe_further(provider, observed, &further, scopes, limits, watch).await?;
        plan = plan_over(&observed);
    }
    plan.cost.readings = observed.readings.values().cloned().collect();
    Ok((observed, plan))
}

/// What a plan relies on and nobody has seen yet: where known entries were asked for by their ids,
/// nothing is known of what else is in their folders. Where something is taken away, shares of
/// what is at the targets count all of it.
fn open_questions(plan: &Plan, observed: &Observed, scopes: &[Scope]) -> Vec<Scope> {
    let mut further = unproven(plan, &observed.world);
    further.retain(|scope| observed.is_known_in_part(&scope.address.space));
    if plan.summary.removed + plan.summary.overwritten > 0 {
        further.extend(observed.known_in_part(scopes));
    }
    further
}
