//! What happens where something else is at a target.

use super::diff::{Comparison, Pair, Pass, Remains};
use super::operation::Reason;
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::manifest::OnConflict;
use crate::tree::{Address, EntryKind};

impl Comparison<'_, '_> {
    pub(super) fn conflict(
        &mut self,
        pass: &Pass<'_>,
        mut pair: Pair,
        why: &'static str,
    ) -> Remains {
        let world = self.context.world;
        let both_files = world.kind(pair.source.node) == EntryKind::File
            && pair
                .found
                .is_some_and(|found| world.kind(found) == EntryKind::File);
        match pass.on_conflict {
            OnConflict::Fail => {
                self.differences.conflicts += 1;
                let finding = self.conflict_finding(pass, &pair, why);
                self.differences.findings.push(finding);
            }
            OnConflict::Keep => {
                self.differences.kept += 1;
                let finding = self.kept_finding(pass, &pair, why);
                self.differences.findings.push(finding);
            }
            OnConflict::Overwrite if both_files => {
                let found = pair.found;
                return self.place(pass, pair, Reason::Overwrite, found);
            }
            OnConflict::Overwrite => {
                self.differences.conflicts += 1;
                let finding = self.not_replaceable(pass, &pair);
                self.differences.findings.push(finding);
            }
            OnConflict::Rename => {
                let wished = pair
                    .wished
                    .take()
                    .unwrap_or_else(|| pair.target.path.clone());
                pair.target.path =
                    self.free_name(&pair.target.space, &wished, world.kind(pair.source.node));
                pair.found = None;
                pair.wished = Some(wished);
                return if both_files || world.kind(pair.source.node) == EntryKind::File {
                    self.place(pass, pair, Reason::Beside, None)
                } else {
                    self.folder(pass, pair)
                };
            }
        }
        Remains::Something
    }

    pub(super) fn blocked(&mut self, placement: usize, folder: &Address) {
        let placement = self.context.placement(placement);
        let detail = format!(
            "`{}` needs a folder at {folder}, and something else is there.",
            placement.id
        );
        self.differences.conflicts += 1;
        self.differences.findings.push(
            Diagnostic::error(
                "blocked",
                "something other than a folder is in the way",
                detail,
            )
            .at(placement.location.clone())
            .about(folder)
            .with_hint("move it away, or choose another target"),
        );
    }

    fn conflict_finding(&self, pass: &Pass<'_>, pair: &Pair, why: &str) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} ({}) is to be placed at {} ({}): {why}.",
            pair.source.address,
            self.describe(Some(pair.source.node)),
            pair.target,
            self.describe(pair.found)
        );
        Diagnostic::error("conflict", "something else is at the target", detail)
            .at(placement.location.clone())
            .about(&pair.target)
            .with_hint("settle it by hand, or say `on_conflict: keep`, `overwrite` or `rename`")
    }

    fn kept_finding(&self, pass: &Pass<'_>, pair: &Pair, why: &str) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} stays, and so does {}: {why}.",
            pair.target, pair.source.address
        );
        Diagnostic::note("kept", "a conflict is left alone", detail)
            .at(placement.location.clone())
            .about(&pair.target)
    }

    fn not_replaceable(&self, pass: &Pass<'_>, pair: &Pair) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} ({}) cannot replace {} ({}).",
            pair.source.address,
            self.describe(Some(pair.source.node)),
            pair.target,
            self.describe(pair.found)
        );
        Diagnostic::error("not-replaceable", "only a file can replace a file", detail)
            .at(placement.location.clone())
            .about(&pair.target)
            .with_hint("move the target away, or say `on_conflict: rename`")
    }

    fn describe(&self, node: Option<Node>) -> String {
        let Some(node) = node else {
            return "nothing".into();
        };
        match self.context.world.kind(node) {
            EntryKind::File => format!("file, {} bytes", self.context.world.size(node)),
            EntryKind::Folder => "folder".into(),
            EntryKind::Special => "neither file nor folder".into(),
        }
    }
}
