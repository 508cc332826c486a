//! Small random worlds and manifests. Names, sizes and times come from tiny sets, so that
//! placements meet, clash and chain often.

use std::collections::BTreeMap;

use proptest::prelude::*;
use reshelve::diagnostic::SourceLocation;
use reshelve::manifest::{
    Disposal, Expect, Layout, OnConflict, OnMissing, Permissions, Placement, PlacementId,
    ProviderKeys, Prune, PruneScope, Target, Transfer, Update, Wish, validate_run,
};
use reshelve::tree::{Address, Pattern, PatternSet, Selection};

use crate::changing::Edit;
use crate::laboratory::{Laboratory, Shape, lines};

/// A manifest's placements and the trees of the spaces `a` and `b`.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) spaces: [BTreeMap<String, Shape>; 2],
    pub(crate) placements: Vec<Placement>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            formatter,
            "\n{}",
            lines(&self.laboratory().observed).join("\n")
        )?;
        for placement in &self.placements {
            let text = serde_json::to_string(&placement.wish).map_err(|_| std::fmt::Error)?;
            writeln!(formatter, "{} {text}", placement.id)?;
        }
        Ok(())
    }
}

impl Case {
    pub(crate) fn laboratory(&self) -> Laboratory {
        Laboratory::new(self.placements.clone(), &self.spaces)
    }

    fn is_valid(&self) -> bool {
        let keys = ProviderKeys {
            name: "model",
            required: &["id"],
            optional: &[],
            paths: &[],
            limits: &[],
        };
        validate_run(&[self.laboratory().manifest], &[keys]).is_empty()
    }
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let spaces = [folder(3), folder(3)];
    let placements = prop::collection::vec(wish(), 1..5).prop_map(|wishes| {
        let numbered = wishes.into_iter().enumerate();
        numbered
            .map(|(number, wish)| placement(number, wish))
            .collect::<Vec<_>>()
    });
    (spaces, placements)
        .prop_map(|(spaces, placements)| Case { spaces, placements })
        .prop_filter(
            "a manifest that is refused without observing",
            Case::is_valid,
        )
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "y", "z", "w.t"]).prop_map(str::to_owned)
}

fn folder(depth: u32) -> BoxedStrategy<BTreeMap<String, Shape>> {
    prop::collection::btree_map(name(), shape(depth), 0..4).boxed()
}

fn shape(depth: u32) -> BoxedStrategy<Shape> {
    let file = (1..3_u64, 1..3_i64).prop_map(|(size, time)| Shape::File(size, time));
    if depth == 0 {
        return file.boxed();
    }
    prop_oneof![3 => file, 2 => folder(depth - 1).prop_map(Shape::Folder)].boxed()
}

fn address() -> impl Strategy<Value = Address> {
    let space = prop::sample::select(vec!["a", "b"]);
    (space, prop::collection::vec(name(), 1..3)).prop_map(|(space, names)| {
        Address::parse(&format!("{space}:/{}", names.join("/"))).expect("names are plain")
    })
}

/// Cases with mirrors of full folders that take away what the folders no longer hold, among other
/// placements.
pub(crate) fn mirrors() -> impl Strategy<Value = Case> {
    let full = || prop::collection::btree_map(name(), shape(2), 2..5).prop_map(Shape::Folder);
    let sources = (full(), full())
        .prop_map(|(one, other)| BTreeMap::from([("x".to_owned(), one), ("z".to_owned(), other)]));
    let more = prop::collection::vec(prop_oneof![3 => pruning("z", "z"), 1 => wish()], 0..3);
    (sources, folder(1), pruning("x", "y"), more)
        .prop_map(|(sources, targets, first, more)| {
            let wishes = [first].into_iter().chain(more).enumerate();
            Case {
                spaces: [sources, targets],
                placements: wishes
                    .map(|(number, wish)| placement(number, wish))
                    .collect(),
            }
        })
        .prop_filter(
            "a manifest that is refused without observing",
            Case::is_valid,
        )
}

/// A mirror from a folder of `a` to one of `b`.
fn pruning(from: &'static str, to: &'static str) -> impl Strategy<Value = Wish> {
    let scopes = vec![
        PruneScope::Owned,
        PruneScope::All,
        PruneScope::All,
        PruneScope::Report,
    ];
    let settings = (
        prop::sample::select(scopes),
        patterns(),
        patterns(),
        on_conflict(),
    );
    settings.prop_map(move |(scope, keep, exclude, on_conflict)| {
        let transfer = Transfer {
            source: Selection {
                base: Address::parse(&format!("a:/{from}")).expect("plain"),
                below: None,
            },
            target: Target::Exactly(Address::parse(&format!("b:/{to}")).expect("plain")),
            exclude,
            on_conflict,
            on_missing: OnMissing::Ignore,
            expect: Expect::default(),
        };
        let disposal = Disposal::Recycle;
        Wish::Mirror(
            transfer,
            Update::Always,
            Prune {
                scope,
                keep,
                disposal,
            },
        )
    })
}

/// A few changes between two runs.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let entry = || 0..30_usize;
    let edit = prop_oneof![
        4 => (entry(), entry(), name()).prop_map(|(it, folder, name)| Edit::Rename(it, folder, name)),
        2 => (entry(), entry()).prop_map(|(one, other)| Edit::Swap(one, other)),
        1 => (entry(), 1..3_u64, 1..4_i64).prop_map(|(it, size, time)| Edit::Write(it, size, time)),
    ];
    prop::collection::vec(edit, 1..5)
}

fn patterns() -> impl Strategy<Value = PatternSet> {
    let pattern = prop::sample::select(vec!["*.t", "x", "**/y", "z/*"]);
    prop_oneof![
        3 => Just(PatternSet::default()),
        1 => pattern.prop_map(|text| PatternSet::new(vec![Pattern::parse(text).expect("plain")])),
    ]
}

fn on_conflict() -> impl Strategy<Value = OnConflict> {
    use OnConflict::{Fail, Keep, Overwrite, Rename};
    prop::sample::select(vec![Fail, Keep, Overwrite, Overwrite, Rename])
}

fn transfer() -> impl Strategy<Value = Transfer> {
    (address(), address(), patterns(), on_conflict()).prop_map(
        |(source, target, exclude, on_conflict)| Transfer {
            source: Selection {
                base: source,
                below: None,
            },
            target: Target::Exactly(target),
            exclude,
            on_conflict,
            on_missing: OnMissing::Ignore,
            expect: Expect::default(),
        },
    )
}

fn matching_transfer() -> impl Strategy<Value = Transfer> {
    let pattern = prop::sample::select(vec!["*", "*.t", "**/x", "[xy]"]);
    let layout = prop::sample::select(vec![Layout::KeepFolders, Layout::Flatten]);
    (transfer(), pattern, address(), layout).prop_map(|(transfer, pattern, into, layout)| {
        Transfer {
            source: Selection {
                below: Some(Pattern::parse(pattern).expect("plain")),
                ..transfer.source
            },
            target: Target::Into(into, layout),
            ..transfer
        }
    })
}

fn wish() -> impl Strategy<Value = Wish> {
    let either = || prop_oneof![3 => transfer(), 1 => matching_transfer()];
    let update = || prop::sample::select(vec![Update::Always, Update::Never]);
    let scope = prop::sample::select(vec![PruneScope::Report, PruneScope::Owned, PruneScope::All]);
    let prune = (scope, patterns()).prop_map(|(scope, keep)| Prune {
        scope,
        keep,
        disposal: Disposal::Recycle,
    });
    prop_oneof![
        3 => (either(), update()).prop_map(|(transfer, update)| Wish::Copy(transfer, update)),
        4 => either().prop_map(|transfer| Wish::Move(transfer, Permissions::Inherit)),
        3 => (transfer(), update(), prune).prop_map(|(transfer, update, prune)| Wish::Mirror(transfer, update, prune)),
        1 => address().prop_map(Wish::Folder),
        1 => address().prop_map(|base| {
            Wish::Absent(Selection { base, below: None }, Expect::default(), Disposal::Recycle)
        }),
    ]
}

pub(crate) fn placement(number: usize, wish: Wish) -> Placement {
    let location = SourceLocation {
        file: "m.yaml".into(),
        line: 1,
        column: 1,
        length: 0,
        text: String::new(),
    };
    Placement {
        id: PlacementId::new(&format!("p{number}")),
        location,
        wish,
    }
}
