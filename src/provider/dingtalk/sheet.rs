//! What DingTalk storage can do, each value with the document that says so.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::plan::{
    BatchKey, BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime, Fact,
    FingerprintRule, FolderTransfer, Identity, MissingParents, NameCheck, Naming, Overwriting,
};

/// The most entries of one page of any listing.
pub(super) const PAGE_SIZE: u32 = 50;
/// The most entries of one query by id.
pub(super) const FETCH_BATCH: u32 = 30;
/// Calls a second of the standard edition, for each app and kind of call.
pub(super) const CALLS_PER_SECOND: u32 = 20;
/// Calls a month of the standard edition, for all apps of an organisation together.
const CALLS_PER_MONTH: u32 = 5_000;
/// No length is documented. 255 characters of four bytes each are more than any file system takes.
const LONGEST_NAME: u32 = 1_020;
/// Characters that the documents forbid, and those that stand for folders, drives and patterns in
/// most programs that open such files.
const FORBIDDEN: [char; 10] = ['\t', '*', '"', '<', '>', '|', '/', '\\', ':', '?'];

/// The capability sheet of every space.
pub(super) fn sheet() -> Capabilities {
    use BatchKey::{Disposal, Permissions, SourceSpace, Strategy, TargetFolder, TargetSpace};
    let to_folder = [SourceSpace, TargetSpace, TargetFolder, Strategy];
    Capabilities {
        provider: Cow::Borrowed("dingtalk"),
        copy: rule("batchCopy", 3, &to_folder),
        moving: rule("batchMove", 30, &[&to_folder[..], &[Permissions]].concat()),
        rename: Some(rule("rename", 1, &[SourceSpace])),
        remove: rule("batchRemove", 50, &[SourceSpace, Disposal]),
        create_folder: rule("addFolder", 1, &[]),
        naming: Naming::Kept,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::Refused,
        page_size: Some(PAGE_SIZE),
        flat_page_size: Some(PAGE_SIZE),
        fetch_batch: Some(FETCH_BATCH),
        fingerprint: FingerprintRule::Size,
        bin: Bin::ServiceTells,
        identity: Identity::Id,
        case: CaseRule::Sensitive,
        longest_name: LONGEST_NAME,
        forbidden_characters: BTreeSet::from(FORBIDDEN),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::Allowed,
        copied_time: CopiedTime::New,
        carrier: Carrier::Service,
        beside: Beside::Numbered,
        calls_per_second: Some(CALLS_PER_SECOND),
        calls_at_once: None,
        calls_per_month: Some(CALLS_PER_MONTH),
        facts: facts(),
    }
}

fn rule(call: &'static str, items: u32, shared: &[BatchKey]) -> BatchRule {
    BatchRule {
        items: Some(items),
        shared: shared.iter().copied().collect(),
        call: Cow::Borrowed(call),
    }
}

/// Field, page and what it says, and the day on which it was read.
const FACTS: &[(&str, &str, &str)] = &[
    (
        "copy",
        "copy-files-or-folders-in-bulk: at most 3; comments in SDKs of 2023 say 30",
        "2026-11-21",
    ),
    (
        "move",
        "bulk-move-files-or-folders: at most 30",
        "2026-11-21",
    ),
    (
        "remove",
        "delete-files-or-folders-in-bulk: at most 50",
        "2026-11-21",
    ),
    (
        "bin",
        "delete-files-or-folders-in-bulk: recycleBinNotSupportForSpace",
        "2026-11-21",
    ),
    (
        "page_size",
        "get-a-list-of-files-or-folders: at most 50",
        "2026-08-22",
    ),
    (
        "flat_page_size",
        "get-a-list-of-all-files-or-folders-under-a: at most 50",
        "2026-08-22",
    ),
    (
        "fetch_batch",
        "get-file-or-folder-information-in-bulk: at most 30",
        "2026-08-22",
    ),
    (
        "forbidden_characters",
        "rename-a-file-or-folder, and / \\ : ? as a precaution",
        "2026-08-22",
    ),
    (
        "longest_name",
        "no page states a length; a precaution",
        "2026-08-22",
    ),
    (
        "name_check",
        "copy-files-or-folders-in-bulk: RETURN_ERROR_IF_EXISTS; no page says when names are checked",
        "2026-11-21",
    ),
    (
        "calls_per_second",
        "call-frequency-limit: standard edition",
        "2026-08-22",
    ),
    (
        "calls_per_month",
        "notice-on-the-equity-adjustment: standard edition since 2025-11-19",
        "2026-08-22",
    ),
];

fn facts() -> Vec<Fact> {
    let fact = |&(field, page, read): &(&'static str, &str, &'static str)| Fact {
        field: Cow::Borrowed(field),
        source: Cow::Owned(format!("help.dingtalk.io/open/development/{page}")),
        read: Cow::Borrowed(read),
    };
    FACTS.iter().map(fact).collect()
}
