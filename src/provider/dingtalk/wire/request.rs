//! What the calls send. Every option that has a default is stated, as the defaults do harm: copies
//! rename themselves, removal is final, permissions are dropped, listings come newest first.

use serde::{Serialize, Serializer};

use super::field::Id;

/// `conflictStrategy`, String: what happens where the name is taken. The service's default is
/// `AUTO_RENAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ConflictStrategy {
    /// The entry gets a free name.
    #[serde(rename = "AUTO_RENAME")]
    AutoRename,
    /// The entry there is replaced; for folders no page says how.
    #[serde(rename = "OVERWRITE")]
    Overwrite,
    /// Nothing is done, and the entry there is given back as if it had been.
    #[serde(rename = "RETURN_DENTRY_IF_EXISTS")]
    ReturnDentryIfExists,
    /// The call or the item is refused with `dentryAlreadyExist`.
    #[serde(rename = "RETURN_ERROR_IF_EXISTS")]
    ReturnErrorIfExists,
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The body of `getAccessToken` (page `obtain-the-access-token-of-an-internal-app`). It holds a
/// secret, so it cannot be printed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRequest<'a> {
    /// `appKey`, String.
    pub app_key: &'a str,
    /// `appSecret`, String.
    pub app_secret: &'a str,
}

/// The body of `batchCopy` and `batchMove` (pages `copy-files-or-folders-in-bulk`,
/// `bulk-move-files-or-folders`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchTransfer<'a> {
    /// `targetSpaceId`, String, required: the space to go to.
    pub target_space_id: &'a Id,
    /// `targetFolderId`, String, required: the folder to go to; `0` is the root.
    pub target_folder_id: &'a Id,
    /// `dentryIds`, Array of String, required: at most 3 to copy, at most 30 to move.
    pub dentry_ids: &'a [Id],
    /// `option`, Object.
    pub option: BatchTransferOption,
}

/// `option` of a batch of copies or moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchTransferOption {
    /// `conflictStrategy`.
    pub conflict_strategy: ConflictStrategy,
    /// `preservePermissions`, Boolean, of moves only: whether permissions set on the entry stay.
    /// The service's default is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_permissions: Option<bool>,
}

/// The body of `batchRemove` (page `delete-files-or-folders-in-bulk`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRemove<'a> {
    /// `dentryIds`, Array of String, required: at most 50.
    pub dentry_ids: &'a [Id],
    /// `option`, Object.
    pub option: BatchRemoveOption,
}

/// `option` of a batch of removals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRemoveOption {
    /// `toRecycleBin`, Boolean: whether the entries can be had back. The service's default is
    /// false, for good.
    pub to_recycle_bin: bool,
}

/// The body of `copyDentry` and `moveDentry` (pages `copy-an-object`, `move-a-file-or-folder`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SingleTransfer<'a, O> {
    /// `targetSpaceId`, String, required: the space to go to.
    pub target_space_id: &'a Id,
    /// `targetFolderId`, String, required: the folder to go to; `0` is the root.
    pub target_folder_id: &'a Id,
    /// `option`, Object: [`StrategyOption`] of a copy, [`SingleMoveOption`] of a move.
    pub option: O,
}

/// `option` with a strategy alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StrategyOption {
    /// `conflictStrategy`.
    pub conflict_strategy: ConflictStrategy,
}

/// `option` of a single move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SingleMoveOption {
    /// `conflictStrategy`.
    pub conflict_strategy: ConflictStrategy,
    /// `presevePermissions`, Boolean: whether permissions set on the entry stay. The wire name
    /// lacks a letter here, in the page and in the SDKs, and has it in the batch call.
    #[serde(rename = "presevePermissions")]
    pub preserve_permissions: bool,
}

/// The body of `renameDentry` (page `rename-a-file-or-folder`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rename<'a> {
    /// `newName`, String, required: with its extension.
    pub new_name: &'a str,
}

/// The body of `addFolder` (page `add-folder`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddFolder<'a> {
    /// `name`, String, required.
    pub name: &'a str,
    /// `option`, Object. Its `appProperties` are not used: there are three slots for all apps.
    pub option: AddFolderOption,
}

/// `option` of a new folder.
pub type AddFolderOption = StrategyOption;

/// The body of `listAllDentries` (page `get-a-list-of-all-files-or-folders-under-a`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListAll<'a> {
    /// `option`, Object.
    pub option: ListAllOption<'a>,
}

/// `option` of a flat listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAllOption<'a> {
    /// `nextToken`, String: where the page begins; not sent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<&'a str>,
    /// `maxResults`, Integer: at most 50.
    pub max_results: u32,
    /// `order`, String: `ASC` by modified time can repeat an entry that changes meanwhile; `DESC`
    /// can lose one.
    pub order: &'static str,
    /// `withThumbnail`, Boolean: makes the call slow.
    pub with_thumbnail: bool,
}

/// The body of `getDentry` (page `obtain-file-or-folder-information`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueryOptions {
    /// `option`, Object.
    pub option: QueryOption,
}

/// `option` of a query. Its `appIdsForAppProperties` are not sent: nothing is made of what they
/// would add.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryOption {
    /// `withThumbnail`, Boolean: makes the call slow.
    pub with_thumbnail: bool,
}

/// The body of `getDentries` (page `get-file-or-folder-information-in-bulk`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryMany<'a> {
    /// `dentryIds`, Array of String, required: at most 30.
    pub dentry_ids: &'a [Id],
    /// `option`, Object.
    pub option: QueryOption,
}

/// The body of `restoreRecycleItem` (page `restore-recycle-items`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Restore {
    /// `option`, Object.
    pub option: StrategyOption,
}
