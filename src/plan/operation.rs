//! One item of a call: what a batch carries and a journal speaks of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::manifest::{Disposal, Permissions};
use crate::state::PlacementRef;
use crate::tree::{Address, Attributes, Digest, EntryId, EntryKind, EntryPath, SpaceAlias};

/// One item of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its number in the plan, from 1, written `op-1`.
    pub id: OperationId,
    /// The placement that asks for it.
    pub placement: PlacementRef,
    /// Why it is needed.
    pub reason: Reason,
    /// What the entry is.
    pub kind: EntryKind,
    /// How many entries it touches: 1, those of the whole subtree, or a new folder with those that
    /// are made on the way to it.
    pub entries: u64,
    /// How many bytes of content these entries have.
    pub bytes: u64,
    /// What is done.
    pub action: Action,
    /// What must still be so when it is carried out.
    pub relies_on: Vec<Reliance>,
}

/// The number of an operation in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperationId(pub u32);

/// What is done to one entry, or to a folder with all that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Makes one folder. Its parent exists by then, unless the operation touches more than one
    /// entry: then the service makes the nearest folders on the way as well.
    CreateFolder {
        /// The new folder.
        at: Place,
    },
    /// Makes a second entry with the same content.
    Copy {
        /// The source.
        from: Place,
        /// The new entry.
        to: Place,
        /// What happens where the name is taken.
        strategy: Strategy,
    },
    /// Takes an entry to another folder, perhaps under a new name.
    Move {
        /// Where it is.
        from: Place,
        /// Where it goes.
        to: Place,
        /// What happens where the name is taken.
        strategy: Strategy,
        /// Whether it keeps its permissions.
        permissions: Permissions,
    },
    /// Gives an entry a new name in its folder.
    Rename {
        /// Where it is.
        from: Place,
        /// Its path with the new name.
        to: Place,
        /// What happens where the name is taken.
        strategy: Strategy,
    },
    /// Takes an entry away.
    Remove {
        /// What goes.
        at: Place,
        /// Where it goes.
        disposal: Disposal,
    },
}

/// What happens where a name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// The call refuses.
    Fail,
    /// The file there is replaced, and goes where the disposal says.
    Overwrite(Disposal),
    /// The service finds a free name and tells it. The target of the operation has the name that
    /// is expected.
    Rename,
}

/// An entry in a call. The id is `None` where the provider has none, or where the entry comes to
/// be in the same plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The space.
    pub space: SpaceAlias,
    /// The path.
    pub path: EntryPath,
    /// The service's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EntryId>,
}

/// Why an operation is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The target is not there.
    Missing,
    /// The source changed since it was placed.
    Changed,
    /// Something else is there and is to be replaced.
    Overwrite,
    /// Something else is there; this goes beside it.
    Beside,
    /// The entry is at its old place.
    Misplaced,
    /// The target is not there, and an entry with its content would have to go: it is moved
    /// instead of one being copied and one removed.
    Leaving,
    /// Others took the entry away from its target, unchanged: it goes back.
    Strayed,
    /// A folder on the way to a target is not there.
    Parent,
    /// A name must be freed before it is taken.
    Temporary,
    /// The entry cannot get its name and its place in one call; this is the way to the other.
    Halfway,
    /// What has the name makes room for what replaces it, which is there already.
    Replaced,
    /// A moved folder was emptied.
    Emptied,
    /// A mirror's target holds more than its source.
    Extra,
    /// Nothing shall be there.
    Unwanted,
}

/// What an operation relies on; read again before the first write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "expect")]
pub enum Reliance {
    /// Nothing is at the address.
    Absent {
        /// The address.
        address: Address,
    },
    /// A folder is there; what it holds does not matter.
    Folder {
        /// The folder.
        address: Address,
        /// Its id, where the service has ids.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EntryId>,
    },
    /// This very file is there, unchanged.
    File {
        /// The file.
        address: Address,
        /// Its id, where the service has ids.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EntryId>,
        /// What tells its content.
        attributes: Attributes,
    },
    /// This folder is there and everything in it is unchanged.
    Subtree {
        /// The folder.
        address: Address,
        /// Its id, where the service has ids.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EntryId>,
        /// Over everything below it.
        digest: Digest,
    },
}

impl Action {
    /// The word of the plan's JSON form.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CreateFolder { .. } => "create-folder",
            Self::Copy { .. } => "copy",
            Self::Move { .. } => "move",
            Self::Rename { .. } => "rename",
            Self::Remove { .. } => "remove",
        }
    }

    /// The entry that is read, moved or removed; `None` for a new folder.
    pub fn from(&self) -> Option<&Place> {
        match self {
            Self::CreateFolder { .. } => None,
            Self::Copy { from, .. } | Self::Move { from, .. } | Self::Rename { from, .. } => {
                Some(from)
            }
            Self::Remove { at, .. } => Some(at),
        }
    }

    /// The entry that comes to be; `None` for a removal.
    pub fn to(&self) -> Option<&Place> {
        match self {
            Self::CreateFolder { at } => Some(at),
            Self::Copy { to, .. } | Self::Move { to, .. } | Self::Rename { to, .. } => Some(to),
            Self::Remove { .. } => None,
        }
    }

    /// What happens where the target's name is taken; `None` for actions without a target name of
    /// their own choice.
    pub fn strategy(&self) -> Option<Strategy> {
        match self {
            Self::Copy { strategy, .. }
            | Self::Move { strategy, .. }
            | Self::Rename { strategy, .. } => Some(*strategy),
            Self::CreateFolder { .. } | Self::Remove { .. } => None,
        }
    }
}

impl Place {
    /// An entry without an id.
    pub fn new(space: SpaceAlias, path: EntryPath) -> Self {
        Self {
            space,
            path,
            id: None,
        }
    }

    /// Space and path alone.
    pub fn address(&self) -> Address {
        Address::new(self.space.clone(), self.path.clone())
    }
}

impl Reliance {
    /// The address that is read again.
    pub fn address(&self) -> &Address {
        match self {
            Self::Absent { address }
            | Self::Folder { address, .. }
            | Self::File { address, .. }
            | Self::Subtree { address, .. } => address,
        }
    }
}

impl From<OperationId> for String {
    fn from(id: OperationId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for OperationId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text
            .strip_prefix("op-")
            .and_then(|number| number.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no operation id; one looks like `op-1`"))
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "op-{}", self.0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.space, self.path)
    }
}
