//! A small world in which plans are made and applied again and again, without any storage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reshelve::manifest::{Guards, Manifest, ManifestName, Placement, SpaceDefinition};
use reshelve::plan::{
    BasedOn, BatchKey, BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime,
    FingerprintRule, FolderTransfer, Identity, MissingParents, NameCheck, Naming, Overwriting,
    Plan, PlanInput, World,
};
use reshelve::state::{Lineage, State};
use reshelve::tree::{
    Digest, Entry, EntryKind, EntryPath, Fingerprint, IdRef, Listing, ObservedSpace, ObservedWorld,
    SpaceAlias, Timestamp, Tree,
};

/// One folder's content: names with a file (size and time) or a folder.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    File(u64, i64),
    Folder(BTreeMap<String, Self>),
}

/// A world in which plans are made again and again.
pub(crate) struct Laboratory {
    pub(crate) manifest: Manifest,
    pub(crate) observed: ObservedWorld,
    pub(crate) state: State,
    pub(crate) sheets: BTreeMap<SpaceAlias, Capabilities>,
}

impl Laboratory {
    /// A manifest of these placements alone, over the spaces `a` and `b`.
    pub(crate) fn new(placements: Vec<Placement>, spaces: &[BTreeMap<String, Shape>; 2]) -> Self {
        let definition = |alias: &SpaceAlias| SpaceDefinition {
            provider: "model".into(),
            profile: "model".into(),
            keys: BTreeMap::from([("id".to_owned(), alias.to_string())]),
            limits: BTreeMap::new(),
            name_check: None,
        };
        let manifest = Manifest {
            file: "m.yaml".into(),
            name: ManifestName::parse("m").expect("plain"),
            spaces: aliases()
                .iter()
                .map(|alias| (alias.clone(), definition(alias)))
                .collect(),
            placements,
            guards: Guards::default(),
            protect: Vec::new(),
        };
        Self::with(manifest, spaces)
    }

    pub(crate) fn with(manifest: Manifest, spaces: &[BTreeMap<String, Shape>; 2]) -> Self {
        let sheets = aliases()
            .into_iter()
            .map(|alias| (alias, sheet()))
            .collect();
        let state = State::new(Lineage::new("l"));
        let mut laboratory = Self {
            manifest,
            observed: ObservedWorld::default(),
            state,
            sheets,
        };
        laboratory.observe(spaces);
        laboratory
    }

    /// From now on this is what is there.
    pub(crate) fn observe(&mut self, spaces: &[BTreeMap<String, Shape>; 2]) {
        self.observed.spaces = aliases().into_iter().zip(spaces.iter().map(tree)).collect();
    }

    /// What is there.
    pub(crate) fn shapes(&self) -> [BTreeMap<String, Shape>; 2] {
        aliases().map(|alias| {
            let tree = self.observed.tree(&alias).expect("both spaces are there");
            shapes(tree, tree.root())
        })
    }

    pub(crate) fn plan(&self) -> Plan {
        self.ask(reshelve::plan::plan)
    }

    /// Asks for something that is made from all that a plan is made from.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&PlanInput<'_>) -> T) -> T {
        let based_on = BasedOn {
            manifest: Digest::of(b"m"),
            files: vec!["m.yaml".into()],
            names: vec!["m".into()],
            variables: BTreeMap::new(),
            lineage: self.state.lineage.clone(),
            serial: self.state.serial,
        };
        question(&PlanInput {
            manifests: std::slice::from_ref(&self.manifest),
            observed: &self.observed,
            recorded: &self.state,
            sheets: &self.sheets,
            accepted: &BTreeSet::new(),
            based_on: &based_on,
            now: Timestamp::from_nanoseconds(1),
            reads: 0,
        })
    }

    /// Carries out the first operations of a plan, and records what they did.
    pub(crate) fn apply(&mut self, plan: &Plan, count: usize) {
        let mut world = World::new(&self.observed);
        for operation in &plan.operations[..count] {
            world
                .apply(operation)
                .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
            for place in operation
                .action
                .from()
                .into_iter()
                .filter(|_| operation.action.word() != "copy")
            {
                self.state
                    .records
                    .retain(|address, _| !address.is_at_or_below(&place.address()));
            }
        }
        for recording in &plan.recordings {
            if recording
                .operation
                .is_some_and(|operation| operation.0 as usize <= count)
            {
                let target = recording.target.clone();
                if world.find(&target).is_some() {
                    self.state
                        .records
                        .insert(target, recording.provenance.clone());
                }
            }
        }
        for adopted in plan.adoptions.iter() {
            self.state
                .records
                .insert(adopted.target.clone(), adopted.provenance.clone());
        }
        self.state.records.retain(|address, _| {
            !plan.forgotten.contains(address) || world.find(address).is_some()
        });
        self.observed = materialise(&world);
    }
}

/// Gives all files fingerprints, equal ones where times are equal and none at time 0, and sheets
/// that know of them, with calls for many items.
pub(crate) fn fingerprinted(laboratory: &mut Laboratory) {
    let listed = |listing: Listing| {
        let mut printed = Listing::new();
        for entry in listing.entries() {
            let content = entry.modified.nanoseconds();
            let fingerprint = Fingerprint::new("crc64", &content.to_string());
            let known = entry.kind == EntryKind::File && content != 0;
            printed.push(&Entry {
                fingerprint: known.then_some(&fingerprint),
                ..entry
            });
        }
        printed
    };
    laboratory.observed = attach_all(&World::new(&laboratory.observed), listed);
    for sheet in laboratory.sheets.values_mut() {
        sheet.fingerprint = FingerprintRule::Listed;
        let target = BTreeSet::from([BatchKey::TargetSpace]);
        for rule in [&mut sheet.copy, &mut sheet.moving, &mut sheet.remove] {
            rule.items = Some(1000);
            rule.shared.clone_from(&target);
        }
    }
}

fn aliases() -> [SpaceAlias; 2] {
    ["a", "b"].map(|text| SpaceAlias::parse(text).expect("plain"))
}

fn shapes(tree: &Tree, folder: reshelve::tree::EntryIndex) -> BTreeMap<String, Shape> {
    let shape = |entry| match tree.kind(entry) {
        EntryKind::Folder => Shape::Folder(shapes(tree, entry)),
        EntryKind::File | EntryKind::Special => {
            Shape::File(tree.size(entry), tree.modified(entry).nanoseconds())
        }
    };
    tree.children(folder)
        .map(|entry| (tree.name(entry).to_owned(), shape(entry)))
        .collect()
}

/// Every entry of all spaces as one line, for comparing worlds.
pub(crate) fn lines(observed: &ObservedWorld) -> Vec<String> {
    world_lines(&World::new(observed))
}

/// The same of a world with its edits.
pub(crate) fn world_lines(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for space in world.spaces() {
        let Some(root) = world.root(space) else {
            continue;
        };
        world.walk(root, |path, node| {
            let content = match world.kind(node) {
                EntryKind::File => format!("{:?}", world.seen(node).attributes),
                EntryKind::Folder | EntryKind::Special => String::new(),
            };
            lines.push(format!("{space}:{path} {:?} {content}", world.kind(node)));
        });
    }
    lines
}

/// The same entries, as a service would list them that goes backwards.
pub(crate) fn listed_backwards(observed: &ObservedWorld) -> ObservedWorld {
    attach_all(&World::new(observed), |listing| {
        let entries: Vec<_> = listing.entries().collect();
        let mut backwards = Listing::new();
        entries.iter().rev().for_each(|entry| backwards.push(entry));
        backwards
    })
}

fn materialise(world: &World) -> ObservedWorld {
    attach_all(world, |listing| listing)
}

/// A world as it is listed folder by folder, each listing as `order` gives it.
fn attach_all(world: &World, order: impl Fn(Listing) -> Listing) -> ObservedWorld {
    let mut observed = ObservedWorld::default();
    for space in world.spaces() {
        let mut tree = Tree::new();
        let mut open = vec![EntryPath::root()];
        while let Some(path) = open.pop() {
            let listing = world
                .listing(space, &path)
                .expect("it was a folder a moment ago");
            let folders = listing
                .entries()
                .filter(|entry| entry.kind == EntryKind::Folder);
            open.extend(folders.map(|entry| path.join(entry.name).expect("a name of a tree")));
            let folder = tree.find(&path).expect("parents are attached first");
            tree.attach(folder, order(listing))
                .expect("names of a tree");
        }
        observed.spaces.insert(
            space.clone(),
            ObservedSpace {
                tree: Arc::new(tree),
            },
        );
    }
    observed
}

fn tree(content: &BTreeMap<String, Shape>) -> ObservedSpace {
    let mut tree = Tree::new();
    let mut open = vec![(tree.root(), content)];
    while let Some((folder, content)) = open.pop() {
        let mut listing = Listing::new();
        for (name, shape) in content {
            let (kind, size, time) = match shape {
                Shape::File(size, time) => (EntryKind::File, *size, *time),
                Shape::Folder(_) => (EntryKind::Folder, 0, 0),
            };
            let modified = Timestamp::from_nanoseconds(time);
            listing.push(&Entry {
                name,
                kind,
                id: IdRef::None,
                size,
                modified,
                version: 0,
                fingerprint: None,
            });
        }
        tree.attach(folder, listing).expect("a map has no twins");
        for (name, shape) in content {
            if let Shape::Folder(below) = shape {
                open.push((tree.child(folder, name).expect("just attached"), below));
            }
        }
    }
    ObservedSpace {
        tree: Arc::new(tree),
    }
}

fn sheet() -> Capabilities {
    let rule = |call: &'static str| BatchRule {
        items: None,
        shared: BTreeSet::new(),
        call: call.into(),
    };
    Capabilities {
        provider: "model".into(),
        copy: rule("copy"),
        moving: rule("move"),
        rename: None,
        remove: rule("remove"),
        create_folder: rule("create-folder"),
        naming: Naming::Free,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::Refused,
        page_size: None,
        flat_page_size: None,
        fetch_batch: None,
        fingerprint: FingerprintRule::SizeAndTime,
        bin: Bin::Present,
        identity: Identity::Path,
        case: CaseRule::Sensitive,
        longest_name: 255,
        forbidden_characters: BTreeSet::new(),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::Allowed,
        copied_time: CopiedTime::Kept,
        carrier: Carrier::Service,
        beside: Beside::Chosen,
        calls_per_second: None,
        calls_at_once: None,
        calls_per_month: None,
        facts: Vec::new(),
    }
}
