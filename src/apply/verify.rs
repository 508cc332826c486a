//! What is there after a run, compared with what should be there.

use std::collections::BTreeMap;

use crate::journal::{Fact, RunProgress, Standing};
use crate::plan::{Action, CopiedTime, Operation, OperationId, Place, Plan, Recording};
use crate::provider::{FetchedEntry, Provider};
use crate::tree::{Address, Attributes, EntryId, EntryKind, Timestamp};

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

/// All that is to be read back, in chunks.
pub(super) struct Verification {
    expected: Vec<(Address, Expected)>,
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
        let mut expected = BTreeMap::new();
        for operation in &plan.operations {
            let Some(Standing::Done { id, .. }) = progress.operations.get(&operation.id) else {
                continue;
            };
            expect_departure(&mut expected, &operation.action);
            expect_arrival(&mut expected, operation, id.clone());
            for recording in recordings.remove(&operation.id).unwrap_or_default() {
                expect_recording(&mut expected, provider, operation, recording);
            }
        }
        let read = |address: &Address| {
            progress.verified.contains_key(address) || progress.differs.contains_key(address)
        };
        expected.retain(|address, _| !read(address));
        Self {
            expected: expected.into_iter().collect(),
        }
    }

    /// How many chunks there are.
    pub(super) fn chunks(&self) -> usize {
        self.expected.len().div_ceil(CHUNK)
    }

    /// Reads one chunk back; gives what there is to say of its entries.
    pub(super) async fn read(&self, provider: &dyn Provider, chunk: usize) -> Vec<Fact> {
        let start = chunk * CHUNK;
        let end = self.expected.len().min(start + CHUNK);
        let expected = &self.expected[start..end];
        let places: Vec<Place> = expected.iter().map(place).collect();
        match provider.fetch(&places).await {
            Ok(fetched) if fetched.len() == places.len() => expected
                .iter()
                .zip(fetched)
                .filter_map(|((address, expected), found)| compare(address, expected, found))
                .collect(),
            Ok(_) => unread(expected, "the answer has another number of entries"),
            Err(error) => unread(expected, &error.message),
        }
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

fn expect_departure(expected: &mut BTreeMap<Address, Expected>, action: &Action) {
    let from = match action {
        Action::Move { from, .. } | Action::Rename { from, .. } => from.address(),
        Action::Remove { at, .. } => at.address(),
        Action::CreateFolder { .. } | Action::Copy { .. } => return,
    };
    let below: Vec<Address> = expected
        .range(&from..)
        .map(|(address, _)| address)
        .take_while(|address| address.is_at_or_below(&from))
        .cloned()
        .collect();
    for address in below {
        expected.remove(&address);
    }
    expected.insert(from, Expected::Nothing);
}

fn expect_arrival(
    expected: &mut BTreeMap<Address, Expected>,
    operation: &Operation,
    id: Option<EntryId>,
) {
    if let Some(to) = operation.action.to() {
        let kind = operation.kind;
        let content = None;
        expected.insert(to.address(), Expected::Entry { kind, id, content });
    }
}

fn expect_recording(
    expected: &mut BTreeMap<Address, Expected>,
    provider: &dyn Provider,
    operation: &Operation,
    recording: &Recording,
) {
    let time = match operation.action {
        Action::Copy { .. } => provider
            .capabilities(&recording.target.space)
            .map_or(CopiedTime::New, |sheet| sheet.copied_time),
        Action::CreateFolder { .. }
        | Action::Move { .. }
        | Action::Rename { .. }
        | Action::Remove { .. } => CopiedTime::Kept,
    };
    let kind = recording.provenance.kind;
    let content = (kind == EntryKind::File).then(|| Content {
        attributes: recording.provenance.target.attributes.clone(),
        time,
    });
    let id = match expected.get(&recording.target) {
        Some(Expected::Entry { id, .. }) => id.clone(),
        Some(Expected::Nothing) | None => None,
    };
    let entry = Expected::Entry { kind, id, content };
    expected.insert(recording.target.clone(), entry);
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
