//! What folders of this machine can do.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::plan::{
    BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime, Fact, FingerprintRule,
    FolderTransfer, Identity, MissingParents, NameCheck, Naming, Overwriting,
};

/// More calls at once only make the disk seek.
const CALLS_AT_ONCE: u32 = 2;

/// The capability sheet of a local space whose file system takes names of so many bytes.
pub(super) fn sheet(longest_name: u32) -> Capabilities {
    Capabilities {
        provider: Cow::Borrowed("local"),
        copy: worklist("copy"),
        moving: worklist("move"),
        rename: None,
        remove: worklist("remove"),
        create_folder: worklist("create-folder"),
        naming: Naming::Free,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::Refused,
        page_size: None,
        flat_page_size: None,
        fetch_batch: None,
        fingerprint: FingerprintRule::SizeAndTime,
        bin: Bin::Present,
        identity: Identity::Path,
        case: if cfg!(target_os = "macos") {
            CaseRule::Folding
        } else {
            CaseRule::Sensitive
        },
        longest_name,
        forbidden_characters: BTreeSet::new(),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::Allowed,
        copied_time: CopiedTime::Kept,
        carrier: Carrier::ThisMachine,
        beside: Beside::Chosen,
        calls_per_second: None,
        calls_at_once: Some(CALLS_AT_ONCE),
        calls_per_month: None,
        facts: vec![Fact {
            field: Cow::Borrowed("longest_name"),
            source: Cow::Borrowed("asked of the file system with statvfs"),
            read: Cow::Borrowed("at every start"),
        }],
    }
}

/// A batch of any length, whose items need nothing in common.
fn worklist(call: &'static str) -> BatchRule {
    BatchRule {
        items: None,
        shared: BTreeSet::new(),
        call: Cow::Borrowed(call),
    }
}
