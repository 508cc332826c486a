//! Looks at whole spaces: what the scopes reach, and the same picture whatever the way.

mod by_id;
mod ending;
mod flat;
mod reach;
mod shelf;
