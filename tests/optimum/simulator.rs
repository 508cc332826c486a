//! What calls do, path by path: slow, short, and with no part in the search.

use std::collections::BTreeMap;

use reshelve::tree::{EntryKind, ObservedWorld};

use crate::call::{How, Step, Verb};

/// All spaces: each path with what is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spaces {
    pub(crate) things: BTreeMap<String, Thing>,
    /// What went: entries that were there at first, and how.
    pub(crate) gone: BTreeMap<usize, How>,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) kind: EntryKind,
    pub(crate) origin: Origin,
}

/// Which entry it is, or whose content it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The entry with this number, in the order of paths at first.
    Same(usize),
    /// A new file with the content of that entry.
    Copy(usize),
    /// A new folder, made or copied.
    Made,
}

/// Who makes the folders on the way to a new folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parents {
    /// Nobody.
    Missing,
    /// The service does.
    Made,
}

impl Spaces {
    pub(crate) fn new(observed: &ObservedWorld) -> Self {
        let mut kinds = BTreeMap::new();
        for (alias, space) in &observed.spaces {
            let mut open = vec![space.tree.root()];
            while let Some(folder) = open.pop() {
                for entry in space.tree.children(folder) {
                    let path = format!("{alias}:{}", space.tree.path(entry));
                    kinds.insert(path, space.tree.kind(entry));
                    if space.tree.kind(entry) == EntryKind::Folder {
                        open.push(entry);
                    }
                }
            }
        }
        let numbered = kinds.into_iter().enumerate();
        let thing = |(number, (path, kind))| {
            let origin = Origin::Same(number);
            (path, Thing { kind, origin })
        };
        Self {
            things: numbered.map(thing).collect(),
            gone: BTreeMap::new(),
        }
    }

    /// Carries out the items of a call one after another.
    pub(crate) fn call(
        &mut self,
        steps: impl Iterator<Item = Step>,
        parents: Parents,
    ) -> Result<(), String> {
        for step in steps {
            self.step(&step, parents)
                .map_err(|why| format!("{step}: {why}"))?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, parents: Parents) -> Result<(), String> {
        let moved = match &step.from {
            Some(from) => self.subtree(from)?,
            None => vec![(
                String::new(),
                Thing {
                    kind: EntryKind::Folder,
                    origin: Origin::Made,
                },
            )],
        };
        if let (Verb::Move | Verb::Rename | Verb::Remove, Some(from)) = (step.verb, &step.from) {
            self.things.retain(|path, _| !is_at_or_below(path, from));
        }
        let Some(to) = &step.to else {
            self.went(&moved, step.how);
            return Ok(());
        };
        if step
            .from
            .as_ref()
            .is_some_and(|from| is_at_or_below(to, from) && to != from)
        {
            return Err("into itself".into());
        }
        let top = moved[0].1;
        self.make_room(to, top.kind, step.how)?;
        self.parent(to, step.verb, parents)?;
        for (below, thing) in moved {
            let thing = match step.verb {
                Verb::Copy => copied(thing),
                Verb::Create | Verb::Move | Verb::Rename | Verb::Remove => thing,
            };
            self.things.insert(format!("{to}{below}"), thing);
        }
        Ok(())
    }

    fn subtree(&self, from: &str) -> Result<Vec<(String, Thing)>, String> {
        let below = self.things.iter();
        let below = below.filter(|(path, _)| is_at_or_below(path, from));
        let found: Vec<_> = below
            .map(|(path, thing)| (path[from.len()..].to_owned(), *thing))
            .collect();
        match found.first() {
            Some((path, _)) if path.is_empty() => Ok(found),
            _ => Err("it is not there".into()),
        }
    }

    fn went(&mut self, things: &[(String, Thing)], how: How) {
        for (_, thing) in things {
            if let Origin::Same(number) = thing.origin {
                self.gone.insert(number, how);
            }
        }
    }

    fn make_room(&mut self, to: &str, kind: EntryKind, how: How) -> Result<(), String> {
        let Some(there) = self.things.get(to).copied() else {
            return Ok(());
        };
        let files = kind == EntryKind::File && there.kind == EntryKind::File;
        if how != How::Replace || !files {
            return Err("the name is taken".into());
        }
        self.things.remove(to);
        self.went(&[(String::new(), there)], How::Replace);
        Ok(())
    }

    fn parent(&mut self, to: &str, verb: Verb, parents: Parents) -> Result<(), String> {
        let parent = parent_of(to);
        if parent.ends_with(":/") {
            return Ok(());
        }
        match self.things.get(&parent).map(|thing| thing.kind) {
            Some(EntryKind::Folder) => Ok(()),
            None if parents == Parents::Made && verb == Verb::Create => {
                self.parent(&parent, verb, parents)?;
                let kind = EntryKind::Folder;
                let origin = Origin::Made;
                self.things.insert(parent, Thing { kind, origin });
                Ok(())
            }
            _ => Err(format!("there is no folder {parent}")),
        }
    }
}

/// The folder that holds a path.
pub(crate) fn parent_of(path: &str) -> String {
    let end = path.rfind('/').expect("an address");
    let root = path.find('/').expect("an address");
    path[..end.max(root + usize::from(end == root))].to_owned()
}

/// The name of a path in its folder.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().expect("an address")
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn copied(thing: Thing) -> Thing {
    let origin = match (thing.kind, thing.origin) {
        (EntryKind::File, Origin::Same(number) | Origin::Copy(number)) => Origin::Copy(number),
        _ => Origin::Made,
    };
    Thing { origin, ..thing }
}
