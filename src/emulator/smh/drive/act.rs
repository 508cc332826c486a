//! Who acts, when, by which rules, and with which rights.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::emulator::calendar::Moment;
use crate::emulator::smh::error::Code;
use crate::emulator::switch::Switches;

/// What every change is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) rights: &'a Rights,
    /// The person in whose name it is made; empty for nobody.
    pub(crate) user: &'a str,
    pub(crate) now: Moment,
    pub(crate) rules: &'a Switches,
    pub(crate) mischief: &'a Mischief,
}

/// What the holder of a token may do beyond reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rights {
    pub(crate) grants: BTreeSet<String>,
    /// The spaces it is for; all where there are none.
    pub(crate) spaces: BTreeSet<String>,
}

/// What shall go wrong with the items and tasks of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mischief {
    /// The items that fail, counted from 1.
    pub(crate) items: Vec<usize>,
    /// How many times slower its task is; 0 for no slower.
    pub(crate) slowness: u64,
    pub(crate) task: TaskFate,
}

/// Whether a task comes to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TaskFate {
    #[default]
    Ends,
    /// It stops half way.
    Fails,
}

/// What happens where the name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Strategy {
    Ask,
    Rename,
    Overwrite,
}

impl Strategy {
    pub(crate) fn parse(word: &str) -> Result<Self, Code> {
        match word {
            "ask" => Ok(Self::Ask),
            "rename" => Ok(Self::Rename),
            "overwrite" => Ok(Self::Overwrite),
            _ => Err(Code::InvalidConflictResolutionStrategy),
        }
    }
}

impl Rights {
    /// The right to do everything everywhere.
    pub(crate) fn all() -> Self {
        Self {
            grants: BTreeSet::from(["admin".to_owned()]),
            spaces: BTreeSet::new(),
        }
    }

    fn has(&self, grant: &str) -> bool {
        self.grants.contains(grant)
    }

    /// Whether it is one of those that may do everything.
    pub(crate) fn governs(&self) -> bool {
        self.has("admin") || self.has("space_admin")
    }

    /// Whether it may do what one of these grants allows.
    pub(crate) fn needs(&self, grants: &[&str]) -> Result<(), Code> {
        if self.governs() || grants.iter().any(|grant| self.has(grant)) {
            Ok(())
        } else {
            Err(Code::NoPermission)
        }
    }

    /// Whether it is for a space.
    pub(crate) fn enters(&self, space: &str) -> bool {
        self.spaces.is_empty() || self.spaces.contains(space)
    }

    /// Whether it may bring something from one space to another.
    pub(crate) fn crosses(&self, from: &str, to: &str) -> Result<(), Code> {
        let both = self.has("space_admin") && self.enters(from) && self.enters(to);
        if self.has("admin") || both {
            Ok(())
        } else {
            Err(Code::NoPermission)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_follow_from_grants_and_spaces() {
        // Grants, spaces, what is needed, whether that is given, whether it goes from a to b.
        let cases = [
            ("", "", "copy_file", false, false),
            ("copy_file", "", "copy_file", true, false),
            ("copy_file", "", "copy_file_force", false, false),
            ("admin", "a", "copy_file_force", true, true),
            ("space_admin", "a", "copy_file", true, false),
            ("space_admin", "a b", "copy_file", true, true),
        ];
        for (grants, spaces, needed, given, crossing) in cases {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            let rights = Rights {
                grants: words(grants),
                spaces: words(spaces),
            };
            let case = format!("{grants} in {spaces}");
            assert_eq!(rights.needs(&[needed]).is_ok(), given, "{case}");
            assert_eq!(rights.crosses("a", "b").is_ok(), crossing, "{case}");
        }
    }
}
