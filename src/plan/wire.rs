//! The JSON form of a plan's parts, apart from the types that the program works with.
//!
//! Everything here is written from borrowed parts and read into owned ones, so one set of types
//! serves both ways.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
use super::plan::Recording;
use crate::manifest::{Disposal, Permissions};
use crate::state::{PlacementRef, Proof, Provenance, RunId, Seen, Source};
use crate::tree::{
    Address, Attributes, Digest, EntryId, EntryKind, EntryPath, Fingerprint, SpaceAlias, Timestamp,
};

/// A time as RFC 3339 text.
#[derive(Clone, Copy)]
pub(super) struct Moment(pub(super) Timestamp);

/// An operation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationRow<'a> {
    id: OperationId,
    action: ActionWord,
    manifest: Cow<'a, str>,
    placement: Cow<'a, str>,
    reason: Reason,
    kind: EntryKind,
    entries: u64,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Cow<'a, Place>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Cow<'a, Place>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_conflict: Option<ConflictWord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recycle: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preserve_permissions: Option<bool>,
    relies_on: Vec<RelianceRow<'a>>,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum ActionWord {
    CreateFolder,
    Copy,
    Move,
    Rename,
    Remove,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum ConflictWord {
    Fail,
    Overwrite,
    Rename,
}

/// What an operation relies on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelianceRow<'a> {
    expect: ExpectWord,
    space: Cow<'a, SpaceAlias>,
    path: Cow<'a, EntryPath>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, EntryId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Cow<'a, Digest>>,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum ExpectWord {
    Absent,
    Folder,
    File,
    Subtree,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributesRow<'a> {
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Cow<'a, Fingerprint>>,
}

/// What the state will hold of an entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordingRow<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<OperationId>,
    manifest: Cow<'a, str>,
    placement: Cow<'a, str>,
    kind: EntryKind,
    proof: Proof,
    target: SeenRow<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wished: Option<Cow<'a, EntryPath>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SeenRow<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenRow<'a> {
    space: Cow<'a, SpaceAlias>,
    path: Cow<'a, EntryPath>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, EntryId>>,
    attributes: AttributesRow<'a>,
}

impl<'a> OperationRow<'a> {
    pub(super) fn of(operation: &'a Operation) -> Self {
        let action = &operation.action;
        let (action_word, disposal, permissions) = match action {
            Action::CreateFolder { .. } => (ActionWord::CreateFolder, None, None),
            Action::Copy { .. } => (ActionWord::Copy, None, None),
            Action::Move { permissions, .. } => (ActionWord::Move, None, Some(*permissions)),
            Action::Rename { .. } => (ActionWord::Rename, None, None),
            Action::Remove { disposal, .. } => (ActionWord::Remove, Some(*disposal), None),
        };
        let (conflict, replaced) = match action.strategy() {
            None => (None, None),
            Some(Strategy::Fail) => (Some(ConflictWord::Fail), None),
            Some(Strategy::Overwrite(disposal)) => (Some(ConflictWord::Overwrite), Some(disposal)),
            Some(Strategy::Rename) => (Some(ConflictWord::Rename), None),
        };
        Self {
            id: operation.id,
            action: action_word,
            manifest: Cow::Borrowed(&operation.placement.manifest),
            placement: Cow::Borrowed(&operation.placement.placement),
            reason: operation.reason,
            kind: operation.kind,
            entries: operation.entries,
            bytes: operation.bytes,
            from: action.from().map(Cow::Borrowed),
            to: action.to().map(Cow::Borrowed),
            on_conflict: conflict,
            recycle: disposal
                .or(replaced)
                .map(|disposal| disposal == Disposal::Recycle),
            preserve_permissions: permissions
                .map(|permissions| permissions == Permissions::Preserve),
            relies_on: operation.relies_on.iter().map(RelianceRow::of).collect(),
        }
    }

    pub(super) fn into_operation(self) -> Result<Operation, String> {
        let id = self.id;
        let wrong = |part: &str| format!("{id} lacks `{part}` or has one that does not fit");
        let from = self.from.map(Cow::into_owned);
        let to = self.to.map(Cow::into_owned);
        let strategy = match (self.on_conflict, self.recycle) {
            (Some(ConflictWord::Fail), _) => Some(Strategy::Fail),
            (Some(ConflictWord::Overwrite), Some(recycle)) => {
                Some(Strategy::Overwrite(disposal(recycle)))
            }
            (Some(ConflictWord::Overwrite), None) => return Err(wrong("recycle")),
            (Some(ConflictWord::Rename), _) => Some(Strategy::Rename),
            (None, _) => None,
        };
        let from = || from.clone().ok_or_else(|| wrong("from"));
        let to = || to.clone().ok_or_else(|| wrong("to"));
        let strategy = || strategy.ok_or_else(|| wrong("on_conflict"));
        let action = match self.action {
            ActionWord::CreateFolder => Action::CreateFolder { at: to()? },
            ActionWord::Copy => Action::Copy {
                from: from()?,
                to: to()?,
                strategy: strategy()?,
            },
            ActionWord::Move => Action::Move {
                from: from()?,
                to: to()?,
                strategy: strategy()?,
                permissions: match self.preserve_permissions {
                    Some(true) => Permissions::Preserve,
                    Some(false) => Permissions::Inherit,
                    None => return Err(wrong("preserve_permissions")),
                },
            },
            ActionWord::Rename => Action::Rename {
                from: from()?,
                to: to()?,
                strategy: strategy()?,
            },
            ActionWord::Remove => Action::Remove {
                at: from()?,
                disposal: disposal(self.recycle.ok_or_else(|| wrong("recycle"))?),
            },
        };
        let relies_on = self.relies_on.into_iter().map(RelianceRow::into_reliance);
        Ok(Operation {
            id,
            placement: placement(self.manifest, self.placement),
            reason: self.reason,
            kind: self.kind,
            entries: self.entries,
            bytes: self.bytes,
            action,
            relies_on: relies_on.collect::<Result<_, _>>()?,
        })
    }
}

fn disposal(recycle: bool) -> Disposal {
    if recycle {
        Disposal::Recycle
    } else {
        Disposal::Permanent
    }
}

fn placement(manifest: Cow<'_, str>, placement: Cow<'_, str>) -> PlacementRef {
    PlacementRef {
        manifest: manifest.into_owned().into(),
        placement: placement.into_owned().into(),
    }
}

impl<'a> RelianceRow<'a> {
    fn of(reliance: &'a Reliance) -> Self {
        let (expect, id, attributes, digest) = match reliance {
            Reliance::Absent { .. } => (ExpectWord::Absent, None, None, None),
            Reliance::Folder { id, .. } => (ExpectWord::Folder, id.as_ref(), None, None),
            Reliance::File { id, attributes, .. } => {
                (ExpectWord::File, id.as_ref(), Some(attributes), None)
            }
            Reliance::Subtree { id, digest, .. } => {
                (ExpectWord::Subtree, id.as_ref(), None, Some(digest))
            }
        };
        let address = reliance.address();
        Self {
            expect,
            space: Cow::Borrowed(&address.space),
            path: Cow::Borrowed(&address.path),
            id: id.map(Cow::Borrowed),
            attributes: attributes.map(AttributesRow::of),
            digest: digest.map(Cow::Borrowed),
        }
    }

    fn into_reliance(self) -> Result<Reliance, String> {
        let address = Address::new(self.space.into_owned(), self.path.into_owned());
        let id = self.id.map(Cow::into_owned);
        let lacks = |part: &str| format!("what is expected at {address} lacks `{part}`");
        match self.expect {
            ExpectWord::Absent => Ok(Reliance::Absent { address }),
            ExpectWord::Folder => Ok(Reliance::Folder { address, id }),
            ExpectWord::File => {
                let attributes = self.attributes.ok_or_else(|| lacks("attributes"))?;
                Ok(Reliance::File {
                    attributes: attributes.into_attributes(),
                    address,
                    id,
                })
            }
            ExpectWord::Subtree => {
                let digest = self.digest.ok_or_else(|| lacks("digest"))?;
                Ok(Reliance::Subtree {
                    digest: digest.into_owned(),
                    address,
                    id,
                })
            }
        }
    }
}

impl<'a> AttributesRow<'a> {
    fn of(attributes: &'a Attributes) -> Self {
        let modified = attributes.modified;
        Self {
            size: attributes.size,
            modified: (modified != Timestamp::default()).then_some(Moment(modified)),
            version: (attributes.version != 0).then_some(attributes.version),
            fingerprint: attributes.fingerprint.as_ref().map(Cow::Borrowed),
        }
    }

    fn into_attributes(self) -> Attributes {
        Attributes {
            size: self.size,
            modified: self.modified.map_or_else(Timestamp::default, |time| time.0),
            version: self.version.unwrap_or(0),
            fingerprint: self.fingerprint.map(Cow::into_owned),
        }
    }
}

impl<'a> RecordingRow<'a> {
    pub(super) fn of(recording: &'a Recording) -> Self {
        let provenance = &recording.provenance;
        Self {
            operation: recording.operation,
            manifest: Cow::Borrowed(&provenance.placement.manifest),
            placement: Cow::Borrowed(&provenance.placement.placement),
            kind: provenance.kind,
            proof: provenance.proof,
            target: SeenRow::of(&recording.target, &provenance.target),
            wished: provenance.wished.as_ref().map(Cow::Borrowed),
            source: provenance
                .source
                .as_ref()
                .map(|source| SeenRow::of(&source.address, &source.seen)),
        }
    }

    pub(super) fn into_recording(self) -> Recording {
        let (target, seen) = self.target.into_parts();
        Recording {
            target,
            provenance: Provenance {
                placement: placement(self.manifest, self.placement),
                kind: self.kind,
                wished: self.wished.map(Cow::into_owned),
                source: self.source.map(|source| {
                    let (address, seen) = source.into_parts();
                    Source { address, seen }
                }),
                target: seen,
                proof: self.proof,
                run: RunId::none(),
            },
            operation: self.operation,
        }
    }
}

impl<'a> SeenRow<'a> {
    fn of(address: &'a Address, seen: &'a Seen) -> Self {
        Self {
            space: Cow::Borrowed(&address.space),
            path: Cow::Borrowed(&address.path),
            id: seen.id.as_ref().map(Cow::Borrowed),
            attributes: AttributesRow::of(&seen.attributes),
        }
    }

    fn into_parts(self) -> (Address, Seen) {
        let seen = Seen {
            id: self.id.map(Cow::into_owned),
            attributes: self.attributes.into_attributes(),
        };
        let address = Address::new(self.space.into_owned(), self.path.into_owned());
        (address, seen)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}
