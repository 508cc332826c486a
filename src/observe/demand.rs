//! Which folders have to be listed: all scopes of a space merged, so that none is listed twice.

use std::collections::BTreeMap;

use crate::plan::{Reach, Scope};
use crate::tree::{EntryIndex, EntryKind, EntryPath, SpaceAlias, Tree};

/// What has to be known of one space, as a tree of names.
#[derive(Debug)]
pub(super) struct Demand {
    nodes: Vec<Node>,
}

/// What has to be known of one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Everything below it.
    Everything,
    /// What the demand says at this node.
    Node(usize),
}

#[derive(Debug, Default)]
struct Node {
    reach: Option<Reach>,
    children: BTreeMap<Box<str>, usize>,
}

impl Demand {
    /// Merges the scopes by space.
    pub(super) fn merge(scopes: &[Scope]) -> BTreeMap<SpaceAlias, Self> {
        let mut demands: BTreeMap<SpaceAlias, Self> = BTreeMap::new();
        for scope in scopes {
            demands
                .entry(scope.address.space.clone())
                .or_insert_with(|| Self {
                    nodes: vec![Node::default()],
                })
                .add(&scope.address.path, scope.reach);
        }
        demands
    }

    fn add(&mut self, path: &EntryPath, reach: Reach) {
        let mut here = 0;
        for name in path.segments() {
            let next = self.nodes.len();
            here = match self.nodes[here].children.get(name) {
                Some(&child) => child,
                None => {
                    self.nodes[here].children.insert(name.into(), next);
                    self.nodes.push(Node::default());
                    next
                }
            };
        }
        let node = &mut self.nodes[here];
        node.reach = node.reach.max(Some(reach));
    }

    /// What has to be known of the root.
    pub(super) fn root(&self) -> Need {
        self.need(0)
    }

    /// Whether a folder must be listed.
    pub(super) fn must_list(&self, need: Need) -> bool {
        match need {
            Need::Everything => true,
            Need::Node(node) => {
                let node = &self.nodes[node];
                !node.children.is_empty() || node.reach > Some(Reach::Entry)
            }
        }
    }

    /// The folders in a listed folder that must be listed, too, in the order of names.
    pub(super) fn needed_in(
        &self,
        tree: &Tree,
        folder: EntryIndex,
        need: Need,
    ) -> Vec<(EntryIndex, Need)> {
        let mut needed: Vec<(EntryIndex, Need)> = match need {
            Need::Everything => tree
                .children(folder)
                .map(|child| (child, Need::Everything))
                .collect(),
            Need::Node(node) => (self.nodes[node].children.iter())
                .filter_map(|(name, &child)| Some((tree.child(folder, name)?, self.need(child))))
                .collect(),
        };
        needed.retain(|(child, need)| {
            tree.kind(*child) == EntryKind::Folder && self.must_list(*need)
        });
        needed
    }

    /// Whether a folder at this path must be listed.
    pub(super) fn reaches_into(&self, path: &EntryPath) -> bool {
        let mut need = self.root();
        for name in path.segments() {
            let Need::Node(node) = need else {
                return true;
            };
            match self.nodes[node].children.get(name) {
                Some(&child) => need = self.need(child),
                None => return false,
            }
        }
        self.must_list(need)
    }

    fn need(&self, node: usize) -> Need {
        if self.nodes[node].reach >= Some(Reach::Placed) {
            Need::Everything
        } else {
            Need::Node(node)
        }
    }
}
