//! What the user wrote, and what it means.

mod claims;
mod container;
mod digest;
mod document;
mod each;
mod expand;
mod form;
mod identity;
mod interpolate;
mod load;
mod manifest;
mod nearest;
mod parse;
mod placement;
mod problem;
mod scalar;
mod schema;
mod source;
mod space;
mod space_document;
mod validate;
mod verb;
mod yaml;

pub use load::{Files, Inputs, ProviderKeys, load};
pub use manifest::{
    Disposal, Expect, Guards, Layout, Limit, Manifest, ManifestName, NameCheck, OnConflict,
    OnMissing, Permissions, Placement, PlacementId, Protection, Prune, PruneScope, SpaceDefinition,
    Target, Transfer, Update, Wish,
};
pub(crate) use nearest::nearest;
pub use schema::schema;
pub use validate::validate_run;
pub use yaml::read_quietly;
