//! What a drive holds at first, as a person writes it in YAML.
//!
//! ```yaml
//! credentials:
//!   - {app_key: key, app_secret: secret, corp_id: corp, union_ids: [me]}
//! spaces:
//!   - id: "1000000001"
//!     name: Team
//!     made: drive              # or storage: such a space has no recycle bin
//!     quota: 1000000           # bytes; none where absent
//!     folders: [/Empty]
//!     files: {/Reports/2026/January.txt: 1200}
//!     entries:
//!       - {path: /Reports/Sealed.txt, size: 10, locked: true}
//!     generate: {below: /Bulk, folders: 2000, files: 50, size: 100}
//! roles:
//!   - {union_id: guest, space: "1000000001", role: EDITOR}
//! quotas: {org: 5000000}
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A whole seed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seed {
    /// Apps that may call.
    pub(crate) credentials: Vec<Credentials>,
    pub(crate) spaces: Vec<SeedSpace>,
    /// People with fewer rights than all; everybody else named above may do everything.
    pub(crate) roles: Vec<SeedRole>,
    pub(crate) quotas: SeedQuotas,
}

/// An app, the organisation it belongs to and the people in whose name it may call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
    #[serde(default = "default_corporation")]
    pub(crate) corp_id: String,
    #[serde(default)]
    pub(crate) union_ids: Vec<String>,
}

fn default_corporation() -> String {
    "dingcorp".to_owned()
}

/// A space and what is in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedSpace {
    /// Decimal digits; one is made where absent.
    #[serde(default)]
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) made: Made,
    /// In bytes.
    #[serde(default)]
    pub(crate) quota: Option<u64>,
    /// Whether entries may go to the recycle bin, where the kind of space allows it at all.
    #[serde(default)]
    pub(crate) bin: BinUse,
    #[serde(default)]
    pub(crate) folders: Vec<String>,
    /// Path to size in bytes.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, u64>,
    #[serde(default)]
    pub(crate) entries: Vec<SeedEntry>,
    #[serde(default)]
    pub(crate) generate: Option<Generated>,
}

/// By which call a space was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Made {
    #[default]
    Storage,
    Drive,
}

/// Whether a space takes part in the recycle bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BinUse {
    #[default]
    Usual,
    Refused,
}

/// One entry with more than a size; a path that ends in `/` is a folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedEntry {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) size: u64,
    /// Decimal digits; one is made where absent.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Nobody may copy, move, rename or remove it.
    #[serde(default)]
    pub(crate) locked: bool,
    /// Another driver than the usual, such as `ALIDOC`.
    #[serde(default)]
    pub(crate) driver: Option<String>,
    /// Another status than `NORMAL`, such as `EXPIRED`.
    #[serde(default)]
    pub(crate) status: Option<String>,
    /// People with rights of their own on it, which moves drop unless told otherwise.
    #[serde(default)]
    pub(crate) grants: Vec<String>,
}

/// Many folders with many files each, for benchmarks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generated {
    #[serde(default)]
    pub(crate) below: String,
    pub(crate) folders: u64,
    /// In each folder.
    pub(crate) files: u64,
    /// Of each file, in bytes.
    #[serde(default)]
    pub(crate) size: u64,
}

/// What one person may do in one space.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedRole {
    pub(crate) union_id: String,
    pub(crate) space: String,
    pub(crate) role: String,
}

/// Limits in bytes beyond those of single spaces.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SeedQuotas {
    pub(crate) scene: Option<u64>,
    pub(crate) app: Option<u64>,
    pub(crate) org: Option<u64>,
}

impl Seed {
    /// What a drive holds where nobody says anything.
    pub(crate) const SAMPLE: &str = "\
credentials:
  - {app_key: sample-key, app_secret: sample-secret, union_ids: [sample-union]}
spaces:
  - {id: \"1000000001\", name: Sample, made: drive, files: {/Welcome.txt: 12}}
";

    /// Reads a seed; the sentence says what is wrong with it and where.
    pub(crate) fn parse(yaml: &str) -> Result<Self, String> {
        read(yaml)
    }
}

/// Reads a seed of any service, which may be large; the sentence says what is wrong with it.
pub(crate) fn read<S: DeserializeOwned>(yaml: &str) -> Result<S, String> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: 20_000_000,
            max_events: 40_000_000,
        },
    };
    serde_yaml::from_str_with_options(yaml, options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn the_sample_in_the_documentation_and_the_default_are_seeds() {
        let text = include_str!("seed.rs");
        let lines = text.lines().skip_while(|line| *line != "//! ```yaml");
        let sample: Vec<&str> = lines
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        let seed = Seed::parse(&sample.join("\n")).unwrap();
        assert_eq!(seed.spaces[0].made, Made::Drive);
        assert_eq!(seed.spaces[0].generate.as_ref().unwrap().folders, 2000);
        assert_eq!(seed.quotas.org, Some(5_000_000));
        assert_eq!(Seed::parse(Seed::SAMPLE).unwrap().spaces.len(), 1);
    }

    #[test]
    fn what_no_seed_has_is_refused() {
        for wrong in ["spaces: 3", "spaced: []", "spaces: [{nam: x}]"] {
            assert!(Seed::parse(wrong).is_err(), "{wrong}");
        }
    }
}
