//! Placements from lines as a manifest has them, without the cost of parsing a whole manifest.

use std::collections::BTreeMap;

use reshelve::diagnostic::SourceLocation;
use reshelve::manifest::{
    Disposal, Expect, Layout, Manifest, OnConflict, OnMissing, Permissions, Placement, PlacementId,
    ProviderKeys, Prune, PruneScope, Target, Transfer, Update, Wish, validate_run,
};
use reshelve::tree::{Address, Pattern, PatternSet, Selection};

/// The placement of a line such as `move: 'a:/x', to: 'b:/y', on_conflict: overwrite`.
pub(crate) fn placement(number: usize, line: &str) -> Option<Placement> {
    let disposal = Disposal::Recycle;
    let pairs = line.split(", ").map(|pair| pair.split_once(": "));
    let pairs: Option<BTreeMap<&str, &str>> = pairs.collect();
    let values: BTreeMap<&str, &str> = pairs?
        .into_iter()
        .map(|(key, value)| (key, value.trim_matches('\'')))
        .collect();
    let transfer = |verb: &str| transfer(values.get(verb)?, &values);
    let address = |verb: &str| Address::parse(values.get(verb)?).ok();
    let wish = if let Some(transfer) = transfer("copy") {
        Wish::Copy(transfer, Update::Always)
    } else if let Some(transfer) = transfer("move") {
        Wish::Move(transfer, Permissions::Inherit)
    } else if let Some(transfer) = transfer("mirror") {
        let scope = match values.get("prune") {
            Some(_) => PruneScope::All,
            None => PruneScope::Report,
        };
        let keep = PatternSet::default();
        Wish::Mirror(
            transfer,
            Update::Always,
            Prune {
                scope,
                keep,
                disposal,
            },
        )
    } else if let Some(base) = address("absent") {
        Wish::Absent(Selection { base, below: None }, Expect::default(), disposal)
    } else {
        Wish::Folder(address("folder")?)
    };
    Some(Placement {
        id: PlacementId::new(&format!("p{number}")),
        location: SourceLocation {
            file: "m.yaml".into(),
            line: 1,
            column: 1,
            length: 0,
            text: String::new(),
        },
        wish,
    })
}

fn transfer(source: &str, values: &BTreeMap<&str, &str>) -> Option<Transfer> {
    let (base, below) = match source.strip_suffix("/*") {
        Some(base) => (base, Pattern::parse("*").ok()),
        None => (source, None),
    };
    let target = match (values.get("to"), values.get("into")) {
        (Some(to), _) => Target::Exactly(Address::parse(to).ok()?),
        (None, into) => {
            let layout = match values.get("flatten") {
                Some(_) => Layout::Flatten,
                None => Layout::KeepFolders,
            };
            Target::Into(Address::parse(into?).ok()?, layout)
        }
    };
    let on_conflict = match values.get("on_conflict") {
        Some(&"overwrite") => OnConflict::Overwrite,
        Some(&"rename") => OnConflict::Rename,
        Some(&"keep") => OnConflict::Keep,
        _ => OnConflict::Fail,
    };
    let on_missing = match values.get("on_missing") {
        Some(_) => OnMissing::Ignore,
        None => OnMissing::Fail,
    };
    Some(Transfer {
        source: Selection {
            base: Address::parse(base).ok()?,
            below,
        },
        target,
        exclude: PatternSet::default(),
        on_conflict,
        on_missing,
        expect: Expect::default(),
    })
}

/// Whether a manifest is not refused without observing.
pub(crate) fn is_valid(manifest: &Manifest) -> bool {
    let keys = ProviderKeys {
        name: "model",
        required: &["id"],
        optional: &[],
        paths: &[],
        limits: &[],
    };
    validate_run(std::slice::from_ref(manifest), &[keys]).is_empty()
}
