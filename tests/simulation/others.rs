//! Other people, who work in the same spaces meanwhile.

use reshelve::plan::{Action, Disposal, Operation, Place, Strategy};
use reshelve::provider::Provider;
use reshelve::tree::{Address, EntryKind, EntryPath, SpaceAlias};

use crate::room::Room;
use crate::storage::{Service, deed, described, ready, subtree};

/// What somebody does.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// Puts a file into some folder.
    Add,
    /// Makes a folder.
    Folder,
    /// Puts another content into a file.
    Edit,
    /// Gives an entry another name.
    Rename,
    /// Takes an entry away.
    Remove,
    /// Takes a name that a plan is about to use.
    Take(Address),
}

/// The names of files that other people have.
pub(crate) const NAMES: [&str; 5] = ["x", "y", "z", "w.t", "v"];
/// Where they have them: a space that no manifest speaks of.
pub(crate) const POOL: &str = "pool";

impl Service {
    pub(crate) fn do_deed(&mut self, room: &Room, deed: Deed) {
        let Some(operation) = self.of_deed(&deed) else {
            return;
        };
        let reply = self.execute(&operation);
        for task in &reply.tasks {
            let tasks = [task.task.clone()];
            let _ = ready(self.inner.poll(&tasks));
        }
        let is_done = reply.items.iter().all(|item| item.end.is_ok());
        room.note(format_args!(
            "others {}: {}",
            described(&operation),
            if is_done { "done" } else { "refused" }
        ));
        if !is_done {
            return;
        }
        room.fired(match deed {
            Deed::Add => "others-add",
            Deed::Folder => "others-folder",
            Deed::Edit => "others-edit",
            Deed::Rename => "others-rename",
            Deed::Remove => "others-remove",
            Deed::Take(_) => "others-take",
        });
        let world = self.inner.world();
        let there = operation.action.to().map(Place::address);
        if let Some(node) = there.and_then(|there| world.find(&there)) {
            for node in subtree(&world, node) {
                self.ledger.foreign.insert(node, room.now());
            }
        }
    }

    fn of_deed(&mut self, deed_of: &Deed) -> Option<Operation> {
        let entries = self.entries();
        match deed_of {
            Deed::Add => {
                let folder = self.some_folder(&entries)?;
                let name = self.dice.one_of(&NAMES);
                self.put(&folder, name, Strategy::Fail)
            }
            Deed::Take(address) => {
                let folder = Address::new(address.space.clone(), address.path.parent()?);
                self.put(&folder, address.path.name()?, Strategy::Fail)
            }
            Deed::Folder => {
                let folder = self.some_folder(&entries)?;
                let name = self.dice.one_of(&NAMES);
                let at = Place::new(folder.space, folder.path.join(name).ok()?);
                Some(deed(Action::CreateFolder { at }, EntryKind::Folder))
            }
            Deed::Edit => {
                let files: Vec<_> = entries
                    .iter()
                    .filter(|(_, kind)| *kind == EntryKind::File)
                    .collect();
                let (file, _) = self.dice.pick(&files)?;
                let folder = Address::new(file.space.clone(), file.path.parent()?);
                let over = Strategy::Overwrite(Disposal::Permanent);
                self.put(&folder, file.path.name()?, over)
            }
            Deed::Rename => {
                let (entry, _) = self.dice.pick(&entries)?.clone();
                let (from, kind) = self.placed(Place::new(entry.space.clone(), entry.path))?;
                let name = self.dice.one_of(&NAMES);
                let path = from.path.parent()?.join(name).ok()?;
                let to = Place::new(entry.space, path);
                let strategy = Strategy::Fail;
                Some(deed(Action::Rename { from, to, strategy }, kind))
            }
            Deed::Remove => {
                let (entry, _) = self.dice.pick(&entries)?.clone();
                self.removal(Place::new(entry.space, entry.path))
            }
        }
    }

    /// A file of the pool comes to a folder under a name.
    fn put(&mut self, folder: &Address, name: &str, strategy: Strategy) -> Option<Operation> {
        let keeps = NAMES.contains(&name);
        let source = if keeps { name } else { "x" };
        let number = self.dice.between(1, 3);
        let path = EntryPath::parse(&format!("/{number}/{source}")).ok()?;
        let pool = SpaceAlias::parse(POOL).ok()?;
        let (from, kind) = self.placed(Place::new(pool, path))?;
        let to = Place::new(folder.space.clone(), folder.path.join(name).ok()?);
        Some(deed(Action::Copy { from, to, strategy }, kind))
    }

    fn some_folder(&mut self, entries: &[(Address, EntryKind)]) -> Option<Address> {
        let mut folders: Vec<Address> = ["a", "b"]
            .iter()
            .filter_map(|alias| {
                Some(Address::new(
                    SpaceAlias::parse(alias).ok()?,
                    EntryPath::root(),
                ))
            })
            .collect();
        let below = entries
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::Folder);
        folders.extend(below.map(|(address, _)| address.clone()));
        self.dice.pick(&folders).cloned()
    }

    /// Everything that the spaces of the manifest hold. What runs keep under names of their own is
    /// left alone by people.
    fn entries(&self) -> Vec<(Address, EntryKind)> {
        let world = self.inner.world();
        let mut entries = Vec::new();
        for space in world.spaces().iter().filter(|space| space.as_str() != POOL) {
            let Some(root) = world.root(space) else {
                continue;
            };
            world.walk(root, |path, node| {
                if !path.is_root() && !path.as_str().contains("/.") {
                    entries.push((Address::new(space.clone(), path.clone()), world.kind(node)));
                }
            });
        }
        entries
    }

    /// Other people will do so many things within a time.
    pub(crate) fn invite(&mut self, now: u64, targets: &[Address]) {
        let is_open = |target: &&Address| !target.path.as_str().contains("/.");
        let targets: Vec<Address> = targets.iter().filter(is_open).cloned().collect();
        let count = if self.is_calm { 0 } else { self.setting.others };
        for _ in 0..count {
            let deed = match self.dice.below(7) {
                0 => Deed::Add,
                1 => Deed::Folder,
                2 => Deed::Edit,
                3 => Deed::Rename,
                4 => Deed::Remove,
                _ => match self.dice.pick(&targets) {
                    Some(target) => Deed::Take(target.clone()),
                    None => Deed::Add,
                },
            };
            let span = self.dice.one_of(&[500, 5_000, 200_000]);
            let time = now + self.dice.below(span);
            self.plan_deed(time, deed);
        }
    }
}
