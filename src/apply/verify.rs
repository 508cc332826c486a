//! What is there after a run, compared with what should be there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::contents::{contents, place_in};
use crate::journal::{Fact, RunProgress, Standing, Whereabouts};
use crate::plan::{
    Action, CopiedTime, Identity, Operation, OperationId, Place, Plan, Reason, Recording,
};
use crate::provider::{FetchedEntry, Provider};
use crate::state::Seen;
use crate::tree::{Address, Attributes, Entry, EntryId, EntryKind, Timestamp};

/// How many entries are read back at once.
pub(super) const CHUNK: usize = 1000;

/// What should be at an address after the operations that are done.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    Nothing,
    Entry {
        kind: EntryKind,
        id: Option<EntryId>,
        content: Option<Content>,
    },
}

/// What a file's content should look like.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    attributes: Attributes,
    time: CopiedTime,
}

/// All that is to be read back, at the addresses where it really is.
pub(super) struct Verification {
    expected: BTreeMap<Address, Expected>,
    /// The folders that came with whole-folder operations, to be listed, parents first.
    listed: VecDeque<Address>,
    /// Everything that the plan puts somewhere.
    placed: BTreeSet<Address>,
    ids: BTreeMap<Address, EntryId>,
}

impl Verification {
    /// What the operations that are done should have led to, without what was read back before.
    pub(super) fn new(provider: &dyn Provider, plan: &Plan, progress: &RunProgress) -> Self {
        let mut recordings: BTreeMap<OperationId, Vec<&Recording>> = BTreeMap::new();
        for recording in &plan.recordings {
            if let Some(operation) = recording.operation {
                recordings.entry(operation).or_default().push(recording);
            }
        }
        let mut verification = Self {
            expected: BTreeMap::new(),
            listed: VecDeque::new(),
            placed: plan.recordings.iter().map(|it| it.target.clone()).collect(),
            ids: BTreeMap::new(),
        };
        let mut whereabouts = Whereabouts::new(plan);
        for operation in &plan.operations {
            if progress.is_done(operation.id) {
                let departure = departure(&operation.action).map(|from| whereabouts.real(&from));
                departure
                    .into_iter()
                    .for_each(|from| verification.expect_departure(from));
                whereabouts.follow(operation, progress);
                let recordings = recordings.remove(&operation.id).unwrap_or_default();
                verification.expect(provider, progress, operation, &recordings, &whereabouts);
            }
        }
        let read = |address: &Address| {
            progress.verified.contains_key(address) || progress.differs.contains_key(address)
        };
        verification.expected.retain(|address, _| !read(address));
        verification
    }

    fn expect_departure(&mut self, from: Address) {
        let below = self.expected.range(&from..);
        let below: Vec<Address> = below
            .map(|(address, _)| address)
            .take_while(|address| address.is_at_or_below(&from))
            .cloned()
            .collect();
        for address in below {
            self.expected.remove(&address);
        }
        self.expected.insert(from, Expected::Nothing);
    }

    /// What an operation brought, and what the state will hold of it.
    fn expect(
        &mut self,
        provider: &dyn Provider,
        progress: &RunProgress,
        operation: &Operation,
        recordings: &[&Recording],
        whereabouts: &Whereabouts,
    ) {
        let id = match progress.operations.get(&operation.id) {
            Some(Standing::Done { id, .. }) => id.clone(),
            _ => None,
        };
        if let Some(to) = operation.action.to() {
            let to = whereabouts.real(&to.address());
            self.ids.extend(id.clone().map(|id| (to.clone(), id)));
            let (kind, content) = (operation.kind, None);
            self.expected
                .insert(to, Expected::Entry { kind, id, content });
        }
        for recording in recordings {
            let target = whereabouts.real(&recording.target);
            let kind = recording.provenance.kind;
            if kind == EntryKind::Folder && is_whole(operation) {
                self.listed.push_back(target.clone());
            }
            let id = match self.expected.get(&target) {
                Some(Expected::Entry { id, .. }) => id.clone(),
                Some(Expected::Nothing) | None => None,
            };
            let content = (kind == EntryKind::File).then(|| Content {
                attributes: recording.provenance.target.attributes.clone(),
                time: time_after(provider, operation, recording),
            });
            self.placed.insert(target.clone());
            self.expected
                .insert(target, Expected::Entry { kind, id, content });
        }
    }

    /// Reads the next part back, and gives what there is to say of its entries; `None` once
    /// everything was read. What lies in folders that were placed as a whole is seen in their
    /// listings; everything else is asked for, many entries at once.
    pub(super) async fn read_on(&mut self, provider: &dyn Provider) -> Option<Vec<Fact>> {
        if let Some(folder) = self.listed.pop_front() {
            return Some(self.list(provider, folder).await);
        }
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK
            && let Some(next) = self.expected.pop_first()
        {
            chunk.push(next);
        }
        if chunk.is_empty() {
            return None;
        }
        let places: Vec<Place> = chunk.iter().map(place).collect();
        Some(match provider.fetch(&places).await {
            Ok(fetched) if fetched.len() == places.len() => chunk
                .iter()
                .zip(fetched)
                .filter_map(|((address, expected), found)| compare(address, expected, found))
                .collect(),
            Ok(_) => unread(&chunk, "the answer has another number of entries"),
            Err(error) => unread(&chunk, &error.message),
        })
    }

    /// Lists a folder that came as a part of a whole one: a service may have carried along what
    /// was added meanwhile, and may have left something out.
    async fn list(&mut self, provider: &dyn Provider, folder: Address) -> Vec<Fact> {
        let place = Place {
            id: self.ids.get(&folder).cloned(),
            space: folder.space,
            path: folder.path,
        };
        let listing = match contents(provider, &place).await {
            Ok(listing) => listing,
            Err(error) => {
                let message = format!("it could not be listed: {}", error.message);
                let target = place.address();
                return vec![Fact::Differs { target, message }];
            }
        };
        let mut facts = Vec::new();
        for entry in listing.entries() {
            let Ok(there) = place_in(&place, &entry) else {
                continue;
            };
            let address = there.address();
            if let Some(expected) = self.expected.remove(&address) {
                facts.extend(compare(&address, &expected, Some(fetched(&entry))));
            } else if !self.placed.contains(&address) {
                let message = "it is there and was not part of what was placed".into();
                let target = address.clone();
                facts.push(Fact::Differs { target, message });
            }
            self.ids.extend(there.id.map(|id| (address, id)));
        }
        for address in self.expected_in(&place.address()) {
            if let Some(expected) = self.expected.remove(&address) {
                facts.extend(compare(&address, &expected, None));
            }
        }
        facts
    }

    /// What is still expected directly in a folder.
    fn expected_in(&self, folder: &Address) -> Vec<Address> {
        let below = self.expected.range(folder..).map(|(address, _)| address);
        let below = below.take_while(|address| address.is_at_or_below(folder));
        let directly = below.filter(|address| address.path.parent().as_ref() == Some(&folder.path));
        directly.cloned().collect()
    }
}

fn place((address, expected): &(Address, Expected)) -> Place {
    Place {
        space: address.space.clone(),
        path: address.path.clone(),
        id: match expected {
            Expected::Nothing => None,
            Expected::Entry { id, .. } => id.clone(),
        },
    }
}

fn unread(expected: &[(Address, Expected)], reason: &str) -> Vec<Fact> {
    expected
        .iter()
        .map(|(address, _)| Fact::Differs {
            target: address.clone(),
            message: format!("it could not be read back: {reason}"),
        })
        .collect()
}

/// Where an entry was that is no longer there.
fn departure(action: &Action) -> Option<Address> {
    match action {
        Action::Move { from, .. } | Action::Rename { from, .. } => Some(from.address()),
        Action::Remove { at, .. } => Some(at.address()),
        Action::CreateFolder { .. } | Action::Copy { .. } => None,
    }
}

/// Whether an operation brought a folder with all that it holds, to stay.
fn is_whole(operation: &Operation) -> bool {
    let carries = match operation.action {
        Action::Copy { .. } | Action::Move { .. } | Action::Rename { .. } => true,
        Action::CreateFolder { .. } | Action::Remove { .. } => false,
    };
    let stays = !matches!(operation.reason, Reason::Temporary | Reason::Halfway);
    carries && stays && operation.kind == EntryKind::Folder
}

/// Whether an entry must still have the time that it had. Where ids survive, they tell that an
/// entry is the one that was moved, and some services count moving as a change.
fn time_after(provider: &dyn Provider, operation: &Operation, recording: &Recording) -> CopiedTime {
    let sheet = provider.capabilities(&recording.target.space);
    match (&operation.action, sheet) {
        (Action::Copy { .. }, Ok(sheet)) => sheet.copied_time,
        (Action::Copy { .. }, Err(_)) => CopiedTime::New,
        (_, Ok(sheet)) if sheet.identity == Identity::Id => CopiedTime::New,
        (_, Ok(_) | Err(_)) => CopiedTime::Kept,
    }
}

/// A listed entry as if it had been asked for.
fn fetched(entry: &Entry<'_>) -> FetchedEntry {
    FetchedEntry {
        kind: entry.kind,
        seen: Seen {
            id: entry.id.to_id(),
            attributes: Attributes {
                size: entry.size,
                modified: entry.modified,
                version: entry.version,
                fingerprint: entry.fingerprint.cloned(),
            },
        },
    }
}

/// What there is to say of an entry; nothing of one that is gone as it should be.
fn compare(address: &Address, expected: &Expected, found: Option<FetchedEntry>) -> Option<Fact> {
    let difference = match (expected, &found) {
        (Expected::Nothing, None) => return None,
        (Expected::Nothing, Some(_)) => Some("it is still there, or there again".to_owned()),
        (Expected::Entry { .. }, None) => Some("it is not there".to_owned()),
        (Expected::Entry { kind, content, .. }, Some(found)) => {
            if found.kind == *kind {
                let content = content.as_ref();
                content.and_then(|content| content.difference(&found.seen.attributes))
            } else {
                Some(format!("it is a {}, not a {kind}", found.kind))
            }
        }
    };
    let target = address.clone();
    match (difference, found) {
        (Some(message), _) => Some(Fact::Differs { target, message }),
        (None, Some(found)) => Some(Fact::Verified {
            target,
            kind: found.kind,
            seen: found.seen,
        }),
        (None, None) => None,
    }
}

impl Content {
    fn difference(&self, found: &Attributes) -> Option<String> {
        let expected = &self.attributes;
        if found.size != expected.size {
            return Some(format!(
                "it has {} bytes, not {}",
                found.size, expected.size
            ));
        }
        let fingerprints = expected
            .fingerprint
            .as_ref()
            .zip(found.fingerprint.as_ref());
        if fingerprints.is_some_and(|(ours, theirs)| ours != theirs) {
            return Some("it has another content".to_owned());
        }
        let stated = expected.modified != Timestamp::default();
        if self.time == CopiedTime::Kept && stated && found.modified != expected.modified {
            return Some(format!(
                "it was changed at {}, not at {}",
                found.modified, expected.modified
            ));
        }
        None
    }
}
