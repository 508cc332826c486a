//! What operations must have in common to share a call.

use super::capabilities::{BatchKey, BatchRule, Capabilities};
use super::operation::{Action, Operation, Strategy};
use crate::manifest::{Disposal, Permissions};
use crate::tree::{EntryPath, SpaceAlias};

/// What operations of one call have in common. The kind of call comes first, so that keys order
/// as calls should: folders before what goes into them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    kind: CallKind,
    provider: String,
    source_space: Option<SpaceAlias>,
    target_space: Option<SpaceAlias>,
    target_folder: Option<EntryPath>,
    strategy: Option<Strategy>,
    permissions: Option<Permissions>,
    disposal: Option<Disposal>,
}

/// The kinds of calls, in the order of preference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CallKind {
    /// Makes folders.
    #[default]
    CreateFolder,
    /// Copies.
    Copy,
    /// Moves, and renames where they are moves like any other.
    Move,
    /// Renames that are calls of their own.
    Rename,
    /// Removes.
    Remove,
}

impl Key {
    /// The key of an operation, and the rule of its sheet.
    pub(super) fn new<'s>(operation: &Operation, sheet: &'s Capabilities) -> (Self, &'s BatchRule) {
        Self::of(&operation.action, sheet)
    }

    /// The key of an action, and the rule of its sheet.
    pub(super) fn of<'s>(action: &Action, sheet: &'s Capabilities) -> (Self, &'s BatchRule) {
        let kind = match action {
            Action::CreateFolder { .. } => CallKind::CreateFolder,
            Action::Copy { .. } => CallKind::Copy,
            Action::Rename { .. } if sheet.rename.is_some() => CallKind::Rename,
            Action::Move { .. } | Action::Rename { .. } => CallKind::Move,
            Action::Remove { .. } => CallKind::Remove,
        };
        let rule = sheet.rule(action);
        let mut key = Self {
            kind,
            provider: sheet.provider.to_string(),
            ..Self::default()
        };
        for shared in &rule.shared {
            key.take(*shared, action);
        }
        (key, rule)
    }

    /// The same for all strategies.
    pub(super) fn whatever_the_strategy(self) -> Self {
        Self {
            strategy: None,
            ..self
        }
    }

    /// The same for calls that refuse a taken name.
    pub(super) fn failing(self) -> Self {
        Self {
            strategy: self.strategy.map(|_| Strategy::Fail),
            ..self
        }
    }

    /// The same for calls that find free names.
    pub(super) fn finding(&self) -> Self {
        Self {
            strategy: self.strategy.map(|_| Strategy::Rename),
            ..self.clone()
        }
    }

    /// Which kind of call it is.
    pub(super) fn kind(&self) -> CallKind {
        self.kind
    }

    /// The provider that is called.
    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    fn take(&mut self, shared: BatchKey, action: &Action) {
        match shared {
            BatchKey::SourceSpace => {
                self.source_space = action.from().map(|from| from.space.clone());
            }
            BatchKey::TargetSpace => {
                self.target_space = action
                    .to()
                    .or(action.from())
                    .map(|place| place.space.clone());
            }
            BatchKey::TargetFolder => {
                self.target_folder = action.to().and_then(|to| to.path.parent());
            }
            BatchKey::Strategy => self.strategy = action.strategy(),
            BatchKey::Permissions => {
                if let Action::Move { permissions, .. } = action {
                    self.permissions = Some(*permissions);
                }
            }
            BatchKey::Disposal => {
                if let Action::Remove { disposal, .. } = action {
                    self.disposal = Some(*disposal);
                }
            }
        }
    }
}
