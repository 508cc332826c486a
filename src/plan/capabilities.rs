//! What a provider can do, as data: the sheet that drives the planner.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::operation::Action;
use crate::manifest::NameCheck;

/// The capability sheet of one space.
///
/// The planner knows no vendor; it reads these values. Each value that a vendor defined stands in
/// `facts` with its source and the date on which it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// The provider's name. Nothing can be placed from one provider to another.
    pub provider: Cow<'static, str>,
    /// How copies share a call.
    pub copy: BatchRule,
    /// How moves share a call.
    #[serde(rename = "move")]
    pub moving: BatchRule,
    /// How renames share a call; `None` where a rename is a move like any other.
    #[serde(default)]
    pub rename: Option<BatchRule>,
    /// How removals share a call.
    pub remove: BatchRule,
    /// How new folders share a call.
    pub create_folder: BatchRule,
    /// Whether a copy or move can give a new name.
    pub naming: Naming,
    /// Whether a whole folder is one item.
    pub folders: FolderTransfer,
    /// Who makes the missing folders on the way to a target.
    pub parents: MissingParents,
    /// The most entries of one page of a listing; `None` where a folder is one page.
    pub page_size: Option<u32>,
    /// The most entries of one page of the flat listing of a whole space; `None` where the service
    /// has no such listing.
    #[serde(default)]
    pub flat_page_size: Option<u32>,
    /// The most entries that one call asks for by id; `None` where there is no such call.
    #[serde(default)]
    pub fetch_batch: Option<u32>,
    /// What the service states about content.
    pub fingerprint: FingerprintRule,
    /// Where removed entries can go.
    pub bin: Bin,
    /// What names an entry in a call.
    pub identity: Identity,
    /// Which sibling names are the same to the service.
    pub case: CaseRule,
    /// The longest name in bytes.
    pub longest_name: u32,
    /// Characters that no name may have, besides `/` and NUL.
    pub forbidden_characters: BTreeSet<char>,
    /// Whether a name is checked together with the effect of a call. Where it is not, copies go by a
    /// folder of the run's own.
    pub name_check: NameCheck,
    /// Whether a file can be overwritten whatever became of it before.
    #[serde(default)]
    pub overwriting: Overwriting,
    /// Whether a copy keeps the time of its source.
    pub copied_time: CopiedTime,
    /// Which machine carries the bytes of a copy.
    pub carrier: Carrier,
    /// The name that an entry gets which is put beside one of the same name.
    #[serde(default)]
    pub beside: Beside,
    /// Calls a second that the service allows, for each kind of call; `None` where it sets no
    /// limit.
    pub calls_per_second: Option<u32>,
    /// The most calls of one kind that may be under way at once; `None` where nothing is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_at_once: Option<u32>,
    /// Calls a month that the account has, for everything that uses it; `None` where it sets no
    /// limit.
    #[serde(default)]
    pub calls_per_month: Option<u32>,
    /// Where the values come from.
    pub facts: Vec<Fact>,
}

impl Capabilities {
    /// How items of this kind share a call.
    pub fn rule(&self, action: &Action) -> &BatchRule {
        match action {
            Action::CreateFolder { .. } => &self.create_folder,
            Action::Copy { .. } => &self.copy,
            Action::Move { .. } => &self.moving,
            Action::Rename { .. } => self.rename.as_ref().unwrap_or(&self.moving),
            Action::Remove { .. } => &self.remove,
        }
    }
}

/// How many items of one kind share a call, and what they must have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRule {
    /// The most items; `None` where there is no limit.
    pub items: Option<u32>,
    /// What all items of a call share.
    pub shared: BTreeSet<BatchKey>,
    /// The name of the call in plans and logs.
    pub call: Cow<'static, str>,
}

/// Something that all items of a call share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchKey {
    /// The space that items come from.
    SourceSpace,
    /// The space that items go to.
    TargetSpace,
    /// The folder that items go to.
    TargetFolder,
    /// What happens where the name is taken.
    Strategy,
    /// Whether permissions are kept.
    Permissions,
    /// Whether removed items go to the bin.
    Disposal,
}

/// Whether a copy or move can give a new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// Any name at the target.
    Free,
    /// The name is kept; a rename is a call of its own.
    Kept,
}

/// Whether a whole folder is one item of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderTransfer {
    /// One item carries the whole subtree.
    WholeSubtree,
    /// Folders are made and filled entry by entry.
    EntryByEntry,
}

/// Who makes missing folders on the way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingParents {
    /// Only a call of its own does.
    Refused,
    /// The service makes them for folders, not for files.
    MadeForFolders,
}

/// What the service states about content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FingerprintRule {
    /// Nothing: equal size counts as equal content, unverified.
    Size,
    /// Nothing, but times are kept: equal size and time count as equal content.
    SizeAndTime,
    /// A hash in every listing.
    Listed,
}

/// Where removed entries can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bin {
    /// Nowhere: removal is for good.
    None,
    /// A bin that the sheet vouches for.
    Present,
    /// Some spaces have one; the service tells when asked to use it.
    ServiceTells,
}

/// What names an entry in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// Its path; a replaced entry has the same address.
    Path,
    /// An id that survives moves.
    Id,
}

/// Which sibling names are the same to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseRule {
    /// Names with equal bytes.
    Sensitive,
    /// Names that differ in case or Unicode normalisation only are the same.
    Folding,
}

/// The name that an entry gets which is put beside one of the same name: the number stands at the
/// end, before the extension of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// The planner's choice, as in `name (1).txt`.
    #[default]
    Chosen,
    /// The service's choice, expected as in `name(1).txt`. The call says `rename` and the reply
    /// tells the name.
    Numbered,
}

/// Whether a file can be overwritten whatever became of it before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overwriting {
    /// Any file can.
    #[default]
    Allowed,
    /// The service may refuse it where it keeps earlier versions of the file.
    NotWithHistory,
}

/// Whether a copy keeps the time of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopiedTime {
    /// It does.
    Kept,
    /// It gets the time of the copy.
    New,
}

/// Which machine carries the bytes of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// The service's.
    Service,
    /// The one that this program runs on.
    ThisMachine,
}

/// Where a value of the sheet comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The field.
    pub field: Cow<'static, str>,
    /// The document, or `measured`.
    pub source: Cow<'static, str>,
    /// The day on which it was read, as `2026-11-21`.
    pub read: Cow<'static, str>,
}
