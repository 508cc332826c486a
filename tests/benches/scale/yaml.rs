//! The bare parse of a manifest: the same parser reads the same text into structs of plain texts,
//! which know no place, check nothing and mean nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A manifest as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is read is what is measured")]
pub(crate) struct Written {
    version: u64,
    name: String,
    spaces: BTreeMap<String, BTreeMap<String, String>>,
    guards: BTreeMap<String, String>,
    pub(crate) placements: Vec<Placement>,
}

/// A placement as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is read is what is measured")]
pub(crate) struct Placement {
    copy: Option<String>,
    #[serde(rename = "move")]
    moved: Option<String>,
    absent: Option<String>,
    to: Option<String>,
    on_conflict: Option<String>,
    on_missing: Option<String>,
    recycle: Option<bool>,
}

/// Reads a manifest's text and nothing more.
///
/// # Errors
/// The text is no manifest.
pub(crate) fn parse(text: &str) -> Result<Written, serde_yaml::Error> {
    let most = text.len();
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: most,
            max_events: most,
            max_total_scalar_bytes: most,
        },
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options)
}
