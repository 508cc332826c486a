//! What the user wrote, and what it means.

mod manifest;

pub use manifest::{
    Disposal, Expect, Guards, Layout, Limit, Manifest, ManifestName, OnConflict, OnMissing,
    Permissions, Placement, PlacementId, Protection, Prune, PruneScope, SpaceDefinition, Target,
    Transfer, Update, Wish,
};
