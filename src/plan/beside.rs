//! Names beside names: the one that an entry gets where its own is taken, and the one under which
//! it was placed before.

use super::capabilities::Beside;
use super::diff::{Comparison, Mode, Pair, Pass};
use super::expand::{Root, SourceEntry, SourceNaming};
use super::numbering::numbered;
use super::recorded::is_as_recorded;
use super::world::Node;
use crate::state::Provenance;
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

impl Comparison<'_, '_> {
    /// The first of `name (1).ext`, `name (2).ext`, … that nothing has and nothing gets; of
    /// `name(1).ext`, … where the service finds the name.
    pub(super) fn free_name(
        &self,
        space: &SpaceAlias,
        wished: &EntryPath,
        kind: EntryKind,
    ) -> EntryPath {
        let name = wished.name().unwrap_or_default();
        let parent = wished.parent().unwrap_or_else(EntryPath::root);
        let sheet = self.context.sheet(space);
        let beside = sheet.map_or(Beside::Chosen, |sheet| sheet.beside);
        let mut number = 1_u64;
        loop {
            let name = match beside {
                Beside::Chosen => chosen(name, number),
                Beside::Numbered => numbered(name, kind, number),
            };
            let address = Address::new(space.clone(), parent.join_trusted(&name));
            let taken = self.context.world.find(&address).is_some();
            let free = (!taken || self.context.records.halfway(&address).is_some())
                && !self.folders.contains(&address)
                && !self.taken.contains(&address)
                && !self.is_wanted(&address);
            if free {
                return address.path;
            }
            number += 1;
        }
    }

    /// Where the entry was placed beside its name before, that is where it belongs; where it was
    /// left on its way, that is where it comes from.
    pub(super) fn beside(&self, pass: &Pass<'_>, mut pair: Pair) -> Pair {
        let records = &self.context.records;
        let reference = self.context.reference(pass.root.placement);
        let moves_file = matches!(pass.mode, Mode::Move)
            && pass.root.naming != SourceNaming::Temporary
            && self.context.world.kind(pair.source.node) == EntryKind::File;
        if records.has_none_beside() || moves_file {
            return pair;
        }
        if let Some(stop) = records.interrupted(&pair.target, reference)
            && let Some(node) = self.context.world.find(stop)
        {
            let address = stop.clone();
            pair.source = SourceEntry { address, node };
        }
        let Some(address) = records.beside(&pair.target) else {
            return pair;
        };
        let Some(node) = self.find(address) else {
            return pair;
        };
        let ours = records
            .of(node)
            .is_some_and(|record| record.placement == *reference);
        if ours {
            pair.wished = Some(pair.target.path);
            pair.target = address.clone();
            pair.found = Some(node);
        }
        pair
    }

    /// Whether an interrupted run left an entry of a moved folder on its way, which has a root of
    /// its own then.
    pub(super) fn goes_on_alone(&self, pass: &Pass<'_>, node: Node) -> bool {
        let records = &self.context.records;
        let is_ours =
            |record: &Provenance| record.placement == *self.context.reference(pass.root.placement);
        matches!(pass.mode, Mode::Move)
            && records.is_on_its_way(node)
            && records.of(node).is_some_and(is_ours)
    }

    /// The rest of the way of a folder of a copy that an interrupted run left halfway: it is moved
    /// from there, and nothing stays where it waited.
    pub(super) fn interrupted_folder(&self, pass: &Pass<'_>, pair: &Pair) -> Option<Root> {
        let copies = matches!(pass.mode, Mode::Copy(_));
        let waits = copies && self.context.records.halfway(&pair.source.address).is_some();
        waits.then(|| Root {
            naming: SourceNaming::Temporary,
            ..pass.root.clone()
        })
    }

    /// Whether what is at a target is what an interrupted run was about to replace.
    pub(super) fn is_our_older_one(&self, pass: &Pass<'_>, found: Node) -> bool {
        let reference = self.context.reference(pass.root.placement);
        let record = self.context.records.of(found);
        pass.root.naming == SourceNaming::Temporary
            && self.context.world.kind(found) == EntryKind::File
            && record.is_some_and(|record| {
                record.placement == *reference && is_as_recorded(self.context.world, found, record)
            })
    }

    /// Whether another placement wants this very address.
    pub(super) fn is_wanted(&self, address: &Address) -> bool {
        self.wanted.binary_search(address).is_ok()
    }
}

/// The planner's own choice of a name: `report (1).txt`.
fn chosen(name: &str, number: u64) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    format!("{stem} ({number}){extension}")
}
