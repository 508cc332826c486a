//! What libraries hold at first, as a person writes it in YAML.
//!
//! ```yaml
//! libraries:
//!   - id: smhsample
//!     secret: sample-secret
//!     tenants: many                  # or one: such a library has the one space `-`
//!     recycle_bin: on                # or off
//!     history: off                   # or on: overwriting a file keeps its earlier content
//!     reading: private               # or public: reading needs no token
//!     spaces:
//!       - id: spaceone
//!         user: alice                # who made it; nobody where absent
//!         capacity: 1000000          # bytes; none where absent
//!         folders: [/Empty]
//!         files: {/Reports/2026/January.txt: 1200}
//!         entries:
//!           - {path: /a.txt, content: hello}             # size and checksum of this text
//!           - {path: /b.bin, size: 900, text: same}      # equal sizes and texts: equal checksums
//!           - {path: /c.bin, size: 900, crc64: 16293198345556339838, inode: 0a0b}
//!           - {path: /d.txt, size: 10, versions: 2}      # with two earlier versions
//!         generate: {below: /Bulk, folders: 200, files: 50, size: 100}
//! tokens:
//!   - token: sample-token
//!     library: smhsample
//!     spaces: [spaceone]             # all where absent
//!     user: alice
//!     grants: [admin]                # reading alone where absent
//!     period: 86400                  # seconds
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use super::drive::{Bin, History, Reading, Tenants};
use crate::emulator::seed::Generated;

/// A whole seed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seed {
    pub(crate) libraries: Vec<SeedLibrary>,
    pub(crate) tokens: Vec<SeedToken>,
}

/// A library and its spaces.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedLibrary {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) secret: String,
    #[serde(default)]
    pub(crate) tenants: Tenants,
    #[serde(default)]
    pub(crate) recycle_bin: Bin,
    #[serde(default)]
    pub(crate) history: History,
    #[serde(default)]
    pub(crate) reading: Reading,
    #[serde(default)]
    pub(crate) spaces: Vec<SeedSpace>,
}

/// A space and what is in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedSpace {
    #[serde(default = "only_space")]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) user: String,
    /// In bytes.
    #[serde(default)]
    pub(crate) capacity: Option<u64>,
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

fn only_space() -> String {
    super::drive::ONLY_SPACE.to_owned()
}

/// One file with more than a size.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedEntry {
    pub(crate) path: String,
    /// In bytes.
    #[serde(default)]
    pub(crate) size: u64,
    /// What the checksum is made from, beside the size; the path where absent.
    #[serde(default)]
    pub(crate) text: Option<String>,
    /// The bytes themselves, which give size and checksum.
    #[serde(default)]
    pub(crate) content: Option<String>,
    #[serde(default)]
    pub(crate) crc64: Option<u64>,
    #[serde(default)]
    pub(crate) inode: Option<String>,
    /// How many earlier versions it has.
    #[serde(default)]
    pub(crate) versions: u64,
}

/// An access token that is there from the beginning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedToken {
    pub(crate) token: String,
    pub(crate) library: String,
    #[serde(default)]
    pub(crate) spaces: Vec<String>,
    #[serde(default)]
    pub(crate) user: String,
    #[serde(default)]
    pub(crate) grants: Vec<String>,
    #[serde(default = "a_day")]
    pub(crate) period: u64,
}

fn a_day() -> u64 {
    86_400
}

impl Seed {
    /// What is there where nobody says anything.
    pub(crate) const SAMPLE: &str = "\
libraries:
  - {id: smhsample, secret: sample-secret, spaces: [{id: '-', files: {/Welcome.txt: 12}}]}
tokens:
  - {token: sample-token, library: smhsample, grants: [admin]}
";
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::emulator::seed::read;

    #[test]
    fn the_sample_in_the_documentation_and_the_default_are_seeds() {
        let text = include_str!("seed.rs");
        let lines = text.lines().skip_while(|line| *line != "//! ```yaml");
        let sample: Vec<&str> = lines
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        let seed: Seed = read(&sample.join("\n")).unwrap();
        let space = &seed.libraries[0].spaces[0];
        assert_eq!(space.entries[2].crc64, Some(16_293_198_345_556_339_838));
        assert_eq!(space.generate.as_ref().unwrap().folders, 200);
        assert_eq!(seed.tokens[0].period, 86_400);
        assert_eq!(read::<Seed>(Seed::SAMPLE).unwrap().libraries.len(), 1);
    }

    #[test]
    fn what_no_seed_has_is_refused() {
        let wrong = [
            "libraries: 3",
            "library: []",
            "libraries: [{id: a, tenants: some}]",
            "tokens: [{library: a}]",
        ];
        for wrong in wrong {
            assert!(read::<Seed>(wrong).is_err(), "{wrong}");
        }
    }
}
