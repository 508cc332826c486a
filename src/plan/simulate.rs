//! What each operation does to the model, and the proof that a plan does what it says.

use super::operation::{Action, Operation, Place, Strategy};
use super::world::{Node, World};
use crate::tree::{Address, EntryKind, EntryPath};

/// Why an operation cannot be carried out in the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    /// There is nothing at the source.
    #[error("there is nothing at {0}")]
    NotFound(Address),
    /// The folder that is to hold the target is not there.
    #[error("there is no folder {0} to put an entry into")]
    NoParent(Address),
    /// The target's name is taken.
    #[error("there is already an entry at {0}")]
    AlreadyExists(Address),
    /// Something other than a file is to be overwritten, or a file by something else.
    #[error("only a file can replace a file, which is not so at {0}")]
    NotReplaceable(Address),
    /// A folder is to be put into itself.
    #[error("{0} cannot be put into itself")]
    IntoItself(Address),
    /// A rename would take an entry to another folder.
    #[error("a rename cannot take an entry to {0}, which is in another folder")]
    OtherFolder(Address),
    /// The entry is neither a file nor a folder, or holds one that is neither.
    #[error("{0} is or holds an entry that is never touched")]
    Special(Address),
}

impl World {
    /// Carries out one operation in the model.
    ///
    /// # Errors
    /// The operation cannot be done; the model is then unchanged.
    pub fn apply(&mut self, operation: &Operation) -> Result<(), SimulationError> {
        match &operation.action {
            Action::CreateFolder { at } => {
                self.make_way(operation)?;
                let (parent, name) = self.free_name(at, None)?;
                self.make_folder(parent, &name);
            }
            Action::Copy { from, to, strategy } => {
                let source = self.transferable(from)?;
                let (parent, name) = self.target(to, from, source, *strategy)?;
                self.copy_to(source, parent, &name);
            }
            Action::Rename { from, to, .. } if !in_one_folder(from, to) => {
                return Err(SimulationError::OtherFolder(to.address()));
            }
            Action::Move {
                from, to, strategy, ..
            }
            | Action::Rename { from, to, strategy } => {
                let source = self.existing(from)?;
                let (parent, name) = self.target(to, from, source, *strategy)?;
                self.take(from);
                self.attach(parent, &name, source);
            }
            Action::Remove { at, .. } => {
                self.transferable(at)?;
                self.take(at);
            }
        }
        Ok(())
    }

    /// Makes the folders on the way to a new one that the operation makes as well.
    fn make_way(&mut self, operation: &Operation) -> Result<(), SimulationError> {
        let way = operation.parents_made();
        let Some(top) = way.last() else {
            return Ok(());
        };
        let above = self.parent_of(top);
        if above.is_none_or(|(parent, _)| self.kind(parent) != EntryKind::Folder) {
            return Err(SimulationError::NoParent(top.clone()));
        }
        for folder in way.iter().rev() {
            if let Some((parent, name)) = self.parent_of(folder)
                && self.child(parent, &name).is_none()
            {
                self.make_folder(parent, &name);
            }
        }
        Ok(())
    }

    fn existing(&self, place: &Place) -> Result<Node, SimulationError> {
        let address = place.address();
        let node = self.find(&address).filter(|_| !address.path.is_root());
        node.ok_or(SimulationError::NotFound(address))
    }

    /// The entry at a place, if neither it nor anything below it is special.
    fn transferable(&self, place: &Place) -> Result<Node, SimulationError> {
        let node = self.existing(place)?;
        let mut special = None;
        self.walk(node, |path, entry| {
            if self.kind(entry) == EntryKind::Special && special.is_none() {
                special = Some(Address::new(place.space.clone(), place.path.append(path)));
            }
        });
        special.map_or(Ok(node), |address| Err(SimulationError::Special(address)))
    }

    fn target(
        &mut self,
        to: &Place,
        from: &Place,
        source: Node,
        strategy: Strategy,
    ) -> Result<(Node, String), SimulationError> {
        if to.address().is_strictly_below(&from.address()) {
            return Err(SimulationError::IntoItself(from.address()));
        }
        match strategy {
            Strategy::Fail | Strategy::Rename => self.free_name(to, None),
            Strategy::Overwrite(_) => self.free_name(to, Some(self.kind(source))),
        }
    }

    /// The folder and the name of a target, once the name is free. A file is replaced only by a
    /// file, and only where `replacement` says what comes.
    fn free_name(
        &mut self,
        to: &Place,
        replacement: Option<EntryKind>,
    ) -> Result<(Node, String), SimulationError> {
        let address = to.address();
        let (Some(folder), Some(name)) = (to.path.parent(), to.path.name()) else {
            return Err(SimulationError::AlreadyExists(address));
        };
        let folder = Address::new(to.space.clone(), folder);
        let parent = self
            .find(&folder)
            .filter(|node| self.kind(*node) == EntryKind::Folder);
        let parent = parent.ok_or(SimulationError::NoParent(folder))?;
        match (self.child(parent, name), replacement) {
            (None, _) => {}
            (Some(_), None) => return Err(SimulationError::AlreadyExists(address)),
            (Some(node), Some(EntryKind::File)) if self.kind(node) == EntryKind::File => {
                self.detach(parent, name);
            }
            (Some(_), Some(_)) => return Err(SimulationError::NotReplaceable(address)),
        }
        Ok((parent, name.to_owned()))
    }

    fn take(&mut self, place: &Place) {
        let (Some(folder), Some(name)) = (place.path.parent(), place.path.name()) else {
            return;
        };
        if let Some(parent) = self.find(&Address::new(place.space.clone(), folder)) {
            self.detach(parent, name);
        }
    }
}

fn in_one_folder(from: &Place, to: &Place) -> bool {
    from.space == to.space && from.path.parent() == to.path.parent()
}

impl World {
    /// The folder that holds an address, and the name in it.
    pub(super) fn parent_of(&self, address: &Address) -> Option<(Node, String)> {
        let folder = Address::new(address.space.clone(), address.path.parent()?);
        Some((
            self.find(&folder)?,
            EntryPath::name(&address.path)?.to_owned(),
        ))
    }
}
