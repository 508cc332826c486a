//! Small worlds and manifests from a seed. Names, sizes and times come from tiny sets, so that
//! placements meet, clash and chain often.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use reshelve::diagnostic::SourceLocation;
use reshelve::manifest::{
    Disposal, Expect, Layout, OnConflict, OnMissing, Permissions, Placement, PlacementId,
    ProviderKeys, Prune, PruneScope, Target, Transfer, Update, Wish, validate_run,
};
use reshelve::plan::{Plan, Verdict};
use reshelve::tree::{
    Address, Entry, EntryKind, IdRef, Listing, ObservedSpace, ObservedWorld, Pattern, PatternSet,
    Selection, SpaceAlias, Timestamp, Tree,
};

use crate::dice::Dice;
use crate::laboratory::{Laboratory, Shape};
use crate::others::{NAMES, POOL};
use crate::setting::Setting;

/// Patterns that leave something out, and patterns that choose; made once, since that takes longer
/// than most histories.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let texts = ["*.t", "x", "**/y", "z/*", "*", "*.t", "**/x", "[xy]"];
    let parse = |text| Pattern::parse(text).expect("plain");
    texts.into_iter().map(parse).collect()
});

/// How many worlds are drawn until one has something to do.
const DRAWS: u32 = 50;

/// A world, a manifest, and the plan that both lead to if nothing goes wrong.
pub(crate) fn draw(setting: &Setting, dice: &mut Dice) -> (Laboratory, Plan) {
    let mut last = None;
    for _ in 0..DRAWS {
        let spaces = [folder(dice, 2), folder(dice, 2)];
        let count = dice.between(1, 4);
        let placements: Vec<Placement> = (0..count)
            .map(|number| placement(number, wish(dice)))
            .collect();
        let mut laboratory = setting.sheet.laboratory(placements, &spaces);
        let keys = ProviderKeys {
            name: "model",
            required: &["id"],
            optional: &[],
            paths: &[],
            limits: &[],
        };
        if !validate_run(std::slice::from_ref(&laboratory.manifest), &[keys]).is_empty() {
            continue;
        }
        for sheet in laboratory.sheets.values_mut() {
            *sheet = setting.tuned(sheet.clone());
        }
        let plan = laboratory.plan();
        let works = plan.verdict() == Verdict::Ready && !plan.operations.is_empty();
        last = Some((laboratory, plan));
        if works {
            break;
        }
    }
    last.expect("one of so many manifests is valid")
}

fn name(dice: &mut Dice) -> String {
    dice.one_of(&["x", "y", "z", "w.t"]).to_owned()
}

fn folder(dice: &mut Dice, depth: u32) -> BTreeMap<String, Shape> {
    let count = dice.below(4);
    (0..count)
        .map(|_| (name(dice), shape(dice, depth)))
        .collect()
}

fn shape(dice: &mut Dice, depth: u32) -> Shape {
    if depth == 0 || dice.chance(600) {
        return Shape::File(dice.between(1, 2), dice.between(1, 2) as i64);
    }
    Shape::Folder(folder(dice, depth - 1))
}

fn address(dice: &mut Dice) -> Address {
    let space = dice.one_of(&["a", "b"]);
    let names: Vec<String> = (0..dice.between(1, 2)).map(|_| name(dice)).collect();
    Address::parse(&format!("{space}:/{}", names.join("/"))).expect("names are plain")
}

fn patterns(dice: &mut Dice) -> PatternSet {
    if dice.chance(750) {
        return PatternSet::default();
    }
    PatternSet::new(vec![dice.one_of(&PATTERNS[..4])])
}

fn transfer(dice: &mut Dice) -> Transfer {
    use OnConflict::{Fail, Keep, Overwrite, Rename};
    let whole = dice.chance(750);
    let (source, target) = (address(dice), address(dice));
    let mut transfer = Transfer {
        source: Selection {
            base: source,
            below: None,
        },
        target: Target::Exactly(target),
        exclude: patterns(dice),
        on_conflict: dice.one_of(&[Fail, Keep, Overwrite, Overwrite, Rename]),
        on_missing: OnMissing::Ignore,
        expect: Expect::default(),
    };
    if !whole {
        let pattern = dice.one_of(&PATTERNS[4..]);
        let layout = dice.one_of(&[Layout::KeepFolders, Layout::Flatten]);
        transfer.source.below = Some(pattern);
        transfer.target = Target::Into(address(dice), layout);
    }
    transfer
}

fn exact(dice: &mut Dice) -> Transfer {
    loop {
        let transfer = transfer(dice);
        if transfer.source.below.is_none() {
            return transfer;
        }
    }
}

fn wish(dice: &mut Dice) -> Wish {
    use PruneScope::{All, Owned, Report};
    let update = dice.one_of(&[Update::Always, Update::Never]);
    match dice.below(12) {
        0..=3 => Wish::Copy(transfer(dice), update),
        4..=7 => Wish::Move(transfer(dice), Permissions::Inherit),
        8 | 9 => {
            let prune = Prune {
                scope: dice.one_of(&[Report, Owned, All]),
                keep: patterns(dice),
                disposal: Disposal::Recycle,
            };
            Wish::Mirror(exact(dice), update, prune)
        }
        10 => Wish::Folder(address(dice)),
        _ => {
            let base = address(dice);
            let selection = Selection { base, below: None };
            Wish::Absent(selection, Expect::default(), Disposal::Recycle)
        }
    }
}

pub(crate) fn placement(number: u64, wish: Wish) -> Placement {
    Placement {
        id: PlacementId::new(&format!("p{number}")),
        location: SourceLocation {
            file: "m.yaml".into(),
            line: 1,
            column: 1,
            length: 0,
            text: String::new(),
        },
        wish,
    }
}

/// The same spaces, and one with what other people bring along.
pub(crate) fn with_pool(observed: &ObservedWorld) -> ObservedWorld {
    let mut tree = Tree::new();
    let folders = ["1", "2", "3"];
    let entry = |name, kind, size| Entry {
        name,
        kind,
        id: IdRef::None,
        size,
        modified: Timestamp::from_nanoseconds(size as i64),
        version: 0,
        fingerprint: None,
    };
    let mut listing = Listing::new();
    for name in folders {
        listing.push(&entry(name, EntryKind::Folder, 0));
    }
    tree.attach(tree.root(), listing).expect("plain names");
    for (number, folder) in (11..).zip(folders) {
        let mut listing = Listing::new();
        for name in NAMES {
            listing.push(&entry(name, EntryKind::File, number));
        }
        let folder = tree.child(tree.root(), folder).expect("just attached");
        tree.attach(folder, listing).expect("plain names");
    }
    let mut with_pool = observed.clone();
    let alias = SpaceAlias::parse(POOL).expect("plain");
    let tree = Arc::new(tree);
    with_pool.spaces.insert(alias, ObservedSpace { tree });
    with_pool
}
