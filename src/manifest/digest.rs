//! A digest over what a manifest means, so that a plan can tell that the manifest changed.

use serde::Serialize;

use super::manifest::Manifest;
use crate::tree::{Digest, Selection};

impl Manifest {
    /// The digest of the meaning: names, spaces, wishes, guards and protections. Comments, the
    /// order of keys and placements, the file's name and line numbers are no part of it.
    pub fn digest(&self) -> Digest {
        let mut parts: Vec<Digest> = self
            .placements
            .iter()
            .map(|placement| part(&(&placement.id, &placement.wish)))
            .collect();
        parts.sort();
        let mut protect: Vec<&Selection> = self
            .protect
            .iter()
            .map(|protection| &protection.selection)
            .collect();
        protect.sort_by_key(|selection| selection.to_string());
        part(&(&self.name, &self.spaces, &self.guards, protect, parts))
    }
}

/// The digest of a value's JSON, which has one form only: maps in it are sorted.
fn part(value: &impl Serialize) -> Digest {
    // Only maps whose keys are no text and failing writers make JSON impossible; here are none.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    Digest::of(&bytes)
}
