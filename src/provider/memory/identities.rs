//! The ids and times that a service gives to entries as they come to be.

use std::collections::BTreeMap;

use crate::plan::{Capabilities, CopiedTime, Identity, Node, World};
use crate::state::Seen;
use crate::tree::{Entry, EntryId, EntryKind, IdRef, Listing, Timestamp};

/// Ids and times that the model gave, by entry. They stay with an entry wherever it goes.
#[derive(Debug, Clone)]
pub(super) struct Identities {
    identity: Identity,
    copied_time: CopiedTime,
    /// The highest number that was given so far.
    last: u64,
    /// What time it is, where somebody tells.
    now: Option<Timestamp>,
    given: BTreeMap<Node, Given>,
}

#[derive(Debug, Clone)]
struct Given {
    id: EntryId,
    /// The time of a copy, where copies do not keep the one of their source.
    modified: Option<Timestamp>,
}

/// When the first entry was given a time: a second for each number.
const BEGINNING: i64 = 1_795_251_300;

impl Identities {
    /// Numbers everything that has no id yet, where the sheet says that entries have ids.
    pub(super) fn new(world: &World, sheet: &Capabilities) -> Self {
        let mut identities = Self {
            identity: sheet.identity,
            copied_time: sheet.copied_time,
            last: 0,
            now: None,
            given: BTreeMap::new(),
        };
        if sheet.identity != Identity::Id {
            return identities;
        }
        let roots = || world.spaces().iter().filter_map(|space| world.root(space));
        for root in roots() {
            each(world, root, &mut |node| {
                let id = world.seen(node).id;
                let number = id.and_then(|id| id.as_str().parse().ok());
                identities.last = identities.last.max(number.unwrap_or(0));
            });
        }
        for root in roots() {
            let mut below = Vec::new();
            world.for_each_child(root, |_, node| below.push(node));
            for node in below {
                identities.number(world, node, None);
            }
        }
        identities
    }

    /// A number that nothing has, for an entry that is still to come.
    pub(super) fn reserve(&mut self) -> Option<EntryId> {
        (self.identity == Identity::Id).then(|| self.next())
    }

    /// Numbers an entry and everything below it that has no id yet; the entry itself gets the
    /// one that was reserved for it.
    pub(super) fn number(&mut self, world: &World, node: Node, reserved: Option<EntryId>) {
        if self.identity != Identity::Id {
            return;
        }
        let mut without = Vec::new();
        each(world, node, &mut |node| {
            if world.seen(node).id.is_none() && !self.given.contains_key(&node) {
                without.push(node);
            }
        });
        let mut reserved = reserved.filter(|_| without.first() == Some(&node));
        for entry in without {
            let id = reserved.take().unwrap_or_else(|| self.next());
            let is_copy =
                world.kind(entry) == EntryKind::File && world.content(entry) != Some(entry);
            let modified = (is_copy && self.copied_time == CopiedTime::New)
                .then(|| self.now.unwrap_or_else(|| self.counted()));
            self.given.insert(entry, Given { id, modified });
        }
    }

    /// Id and attributes of an entry as the service tells them.
    pub(super) fn seen(&self, world: &World, node: Node) -> Seen {
        let mut seen = world.seen(node);
        if let Some(given) = self.given.get(&node) {
            seen.id = Some(given.id.clone());
            seen.attributes.modified = given.modified.unwrap_or(seen.attributes.modified);
        }
        seen
    }

    /// What a folder holds as the service lists it.
    pub(super) fn listing(&self, world: &World, folder: Node) -> Listing {
        let mut listing = Listing::new();
        world.for_each_child(folder, |name, node| {
            self.list(world, (name, node), &mut listing);
        });
        listing
    }

    /// Puts an entry into a listing.
    pub(super) fn list(&self, world: &World, (name, node): (&str, Node), listing: &mut Listing) {
        let seen = self.seen(world, node);
        listing.push(&Entry {
            name,
            kind: world.kind(node),
            id: match &seen.id {
                Some(id) => IdRef::from_text(id.as_str()),
                None => IdRef::None,
            },
            size: seen.attributes.size,
            modified: seen.attributes.modified,
            version: seen.attributes.version,
            fingerprint: seen.attributes.fingerprint.as_ref(),
        });
    }

    /// What comes to be from now on has this time.
    pub(super) fn tell_time(&mut self, now: Timestamp) {
        self.now = Some(now);
    }

    fn counted(&self) -> Timestamp {
        Timestamp::from_parts(BEGINNING.saturating_add_unsigned(self.last), 0)
    }

    fn next(&mut self) -> EntryId {
        self.last = self.last.saturating_add(1);
        EntryId::new(&self.last.to_string())
    }
}

/// Visits an entry and everything below it, the entry first.
fn each(world: &World, node: Node, visit: &mut impl FnMut(Node)) {
    let mut open = vec![node];
    while let Some(next) = open.pop() {
        visit(next);
        let start = open.len();
        world.for_each_child(next, |_, child| open.push(child));
        open[start..].reverse();
    }
}
