//! The planner: a total, pure function in nine steps.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::Capabilities;
use super::plan::BasedOn;
use crate::manifest::Manifest;
use crate::state::State;
use crate::tree::{ObservedWorld, SpaceAlias, Timestamp};

/// Everything that a plan is made from. Same input, same bytes.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// What is wished.
    pub manifests: &'a [Manifest],
    /// What was observed, at least within `scopes(manifests)`.
    pub observed: &'a ObservedWorld,
    /// What earlier runs recorded.
    pub recorded: &'a State,
    /// What the provider of each space can do.
    pub sheets: &'a BTreeMap<SpaceAlias, Capabilities>,
    /// Guards that a person lifted for this plan, by name.
    pub accepted: &'a BTreeSet<String>,
    /// What the plan will say it is based on.
    pub based_on: &'a BasedOn,
    /// When the plan is made.
    pub now: Timestamp,
    /// Reading calls that observing took.
    pub reads: u64,
}
