//! What Tencent SMH can do, each value with the document that says so.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::plan::{
    BatchKey, BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime, Fact,
    FingerprintRule, FolderTransfer, Identity, MissingParents, NameCheck, Naming, Overwriting,
};

/// The most entries of one page of any listing, which is always asked for.
pub(super) const PAGE_SIZE: u32 = 1_000;
/// Calls a second of each kind. No document has a limit; this one keeps other users of the library
/// from noticing.
pub(super) const CALLS_PER_SECOND: u32 = 20;
/// The most items of a batch.
const ITEMS: u32 = 1_000;
/// 255 characters of four bytes each; the service counts them.
const LONGEST_NAME: u32 = 1_020;

/// The capability sheet of every space.
pub(super) fn sheet() -> Capabilities {
    use BatchKey::{SourceSpace, TargetSpace};
    Capabilities {
        provider: Cow::Borrowed("smh"),
        copy: rule("batchCopy", ITEMS, &[TargetSpace]),
        moving: rule("batchMove", ITEMS, &[TargetSpace]),
        rename: None,
        remove: rule("batchDelete", ITEMS, &[SourceSpace]),
        create_folder: rule("createDirectory", 1, &[]),
        naming: Naming::Free,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::MadeForFolders,
        page_size: Some(PAGE_SIZE),
        flat_page_size: None,
        fetch_batch: None,
        fingerprint: FingerprintRule::Listed,
        bin: Bin::ServiceTells,
        identity: Identity::Path,
        case: CaseRule::Sensitive,
        longest_name: LONGEST_NAME,
        forbidden_characters: BTreeSet::new(),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::NotWithHistory,
        copied_time: CopiedTime::New,
        carrier: Carrier::Service,
        beside: Beside::Chosen,
        calls_per_second: Some(CALLS_PER_SECOND),
        calls_at_once: None,
        calls_per_month: None,
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
        "75493: at most 1,000 items, each with its source space and strategy",
        "2026-11-21",
    ),
    (
        "move",
        "75495: as copies; the limit is that of all batch calls in the Go SDK (138980)",
        "2026-11-21",
    ),
    ("remove", "75494: at most 1,000 items", "2026-11-21"),
    ("create_folder", "75456: one a call", "2026-11-21"),
    (
        "parents",
        "75456, 75458, 75459: made for folders; 75445, 75446: not for files",
        "2026-11-21",
    ),
    (
        "overwriting",
        "75493: refused where the target space has earlier versions of the file",
        "2026-11-21",
    ),
    (
        "page_size",
        "75453 and 138975: `limit` at most 1,000, 20 where none is stated",
        "2026-11-21",
    ),
    (
        "fingerprint",
        "75453: `crc64` of every file; CRC-64/XZ",
        "2026-11-21",
    ),
    (
        "bin",
        "75494: a switch of the library; without it everything is removed for good",
        "2026-11-21",
    ),
    (
        "identity",
        "75493: paths; `inode` tells whether an entry is still the same",
        "2026-11-21",
    ),
    (
        "case",
        "no page speaks of case or Unicode; names are taken byte for byte",
        "2026-11-21",
    ),
    (
        "longest_name",
        "75500: 255 characters, of up to four bytes each",
        "2026-11-21",
    ),
    (
        "name_check",
        "75493: `ask` refuses a taken name; no page says when the names of tasks are checked",
        "2026-11-21",
    ),
    (
        "copied_time",
        "no page says; a copy is taken to have times of its own",
        "2026-11-21",
    ),
    (
        "calls_per_second",
        "no page has a limit; a precaution",
        "2026-11-21",
    ),
];

fn facts() -> Vec<Fact> {
    let fact = |&(field, page, read): &(&'static str, &'static str, &'static str)| Fact {
        field: Cow::Borrowed(field),
        source: match page.starts_with(|first: char| first.is_ascii_digit()) {
            true => Cow::Owned(format!("tencentcloud.com/document/product/1283/{page}")),
            false => Cow::Borrowed(page),
        },
        read: Cow::Borrowed(read),
    };
    FACTS.iter().map(fact).collect()
}
