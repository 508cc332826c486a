//! The file form of a state: one line of JSON, and below it the digest of all bytes above.
//!
//! Placements and runs repeat in every record, so they stand once in tables and records name
//! their row. A newer program that changes the form raises `VERSION` and keeps the last line as
//! it is, so that an older program can tell a newer file from a damaged one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use super::header::{Foreign, Header};
use super::state::{
    Lineage, ListingCalls, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source, State,
};
use crate::tree::{Address, Attributes, Digest, EntryId, EntryKind, EntryPath, SpaceAlias};

/// What the first field of every state file says.
const FORMAT: &str = "reshelve-state";
/// The version that this program writes, and the newest that it reads.
const VERSION: u32 = 1;

/// Why bytes are no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateFileError {
    /// The bytes are not as they were written.
    #[error("the state file is damaged: {0}")]
    Damaged(String),
    /// The file is whole and of another kind.
    #[error("the file is no state: its format is `{0}`")]
    Format(String),
    /// A newer program wrote it.
    #[error("the state file has format version {found}, this program reads up to {known}")]
    Version {
        /// The file's version.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// The state cannot be brought into the file form.
    #[error("the state cannot be written: {0}")]
    Unwritable(String),
}

/// The bytes of a state file, and the digest by which the next state names this one.
///
/// # Errors
/// `Unwritable`, for a state that breaks its own rules.
pub fn write(state: &State) -> Result<(Vec<u8>, Digest), StateFileError> {
    let document = WrittenDocument::of(state);
    let mut bytes = serde_json::to_vec(&document)
        .map_err(|error| StateFileError::Unwritable(error.to_string()))?;
    bytes.push(b'\n');
    let digest = Digest::of(&bytes);
    bytes.extend_from_slice(digest.as_str().as_bytes());
    bytes.push(b'\n');
    Ok((bytes, digest))
}

/// The state that the bytes of a file hold, and its digest.
///
/// # Errors
/// The bytes were altered or cut off, or they are of another kind or of a newer version.
pub fn read(bytes: &[u8]) -> Result<(State, Digest), StateFileError> {
    let (body, digest) = checked(bytes)?;
    Header::check(body, FORMAT, VERSION)?;
    let document: ReadDocument = serde_json::from_slice(body).map_err(damaged)?;
    Ok((document.into_state()?, digest))
}

/// The digest of a state file whose bytes are as they were written, without reading them further.
///
/// # Errors
/// `Damaged`.
pub fn digest(bytes: &[u8]) -> Result<Digest, StateFileError> {
    checked(bytes).map(|(_, digest)| digest)
}

/// The bytes above the last line, once that line has proven them.
fn checked(bytes: &[u8]) -> Result<(&[u8], Digest), StateFileError> {
    let whole = bytes
        .strip_suffix(b"\n")
        .ok_or_else(|| damaged("its last line is cut off"))?;
    let end = whole
        .iter()
        .rposition(|&byte| byte == b'\n')
        .ok_or_else(|| damaged("it has no line with its digest"))?;
    let (body, stated) = (&bytes[..=end], &whole[end + 1..]);
    let digest = Digest::of(body);
    if digest.as_str().as_bytes() == stated {
        Ok((body, digest))
    } else {
        Err(damaged("its content does not match the digest below it"))
    }
}

fn damaged(reason: impl ToString) -> StateFileError {
    StateFileError::Damaged(reason.to_string())
}

impl From<Foreign> for StateFileError {
    fn from(foreign: Foreign) -> Self {
        match foreign {
            Foreign::Unreadable(reason) => Self::Damaged(reason),
            Foreign::Format(format) => Self::Format(format),
            Foreign::Version { found, known } => Self::Version { found, known },
        }
    }
}

#[derive(Serialize)]
struct WrittenDocument<'a> {
    format: &'static str,
    version: u32,
    lineage: &'a Lineage,
    serial: u64,
    previous: &'a Option<Digest>,
    spaces: &'a BTreeMap<SpaceAlias, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    listings: &'a BTreeMap<SpaceAlias, ListingCalls>,
    used_plans: &'a [PlanId],
    placements: Vec<&'a PlacementRef>,
    runs: Vec<&'a RunId>,
    #[serde(serialize_with = "write_records")]
    records: Tables<'a>,
}

/// The records together with the numbers of what they name.
struct Tables<'a> {
    records: &'a BTreeMap<Address, Provenance>,
    placements: BTreeMap<&'a PlacementRef, usize>,
    runs: BTreeMap<&'a RunId, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadDocument {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u32,
    lineage: Lineage,
    serial: u64,
    previous: Option<Digest>,
    spaces: BTreeMap<SpaceAlias, String>,
    #[serde(default)]
    listings: BTreeMap<SpaceAlias, ListingCalls>,
    used_plans: Vec<PlanId>,
    placements: Vec<PlacementRef>,
    runs: Vec<RunId>,
    records: Vec<Row<'static>>,
}

/// One record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    target: Sight<'a>,
    kind: EntryKind,
    placement: usize,
    proof: Proof,
    run: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wished: Option<Cow<'a, EntryPath>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Sight<'a>>,
}

/// An entry and how it was seen, side by side.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sight<'a> {
    space: Cow<'a, SpaceAlias>,
    path: Cow<'a, EntryPath>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, EntryId>>,
    attributes: Cow<'a, Attributes>,
}

impl<'a> WrittenDocument<'a> {
    fn of(state: &'a State) -> Self {
        let placements = numbered(state.records.values().map(|record| &record.placement));
        let runs = numbered(state.records.values().map(|record| &record.run));
        Self {
            format: FORMAT,
            version: VERSION,
            lineage: &state.lineage,
            serial: state.serial,
            previous: &state.previous,
            spaces: &state.spaces,
            listings: &state.listings,
            used_plans: &state.used_plans,
            placements: placements.keys().copied().collect(),
            runs: runs.keys().copied().collect(),
            records: Tables {
                records: &state.records,
                placements,
                runs,
            },
        }
    }
}

/// The values that occur, each with its place in their order.
fn numbered<'a, T: Ord>(values: impl Iterator<Item = &'a T>) -> BTreeMap<&'a T, usize> {
    let mut numbers: BTreeMap<&T, usize> = values.map(|value| (value, 0)).collect();
    for (number, slot) in numbers.values_mut().enumerate() {
        *slot = number;
    }
    numbers
}

fn write_records<S: Serializer>(tables: &Tables<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut rows = serializer.serialize_seq(Some(tables.records.len()))?;
    for (address, record) in tables.records {
        let row = Row {
            target: Sight::of(address, &record.target),
            kind: record.kind,
            placement: number(&tables.placements, &record.placement)?,
            proof: record.proof,
            run: number(&tables.runs, &record.run)?,
            wished: record.wished.as_ref().map(Cow::Borrowed),
            source: record
                .source
                .as_ref()
                .map(|source| Sight::of(&source.address, &source.seen)),
        };
        rows.serialize_element(&row)?;
    }
    rows.end()
}

fn number<T: Ord, E: serde::ser::Error>(
    table: &BTreeMap<&T, usize>,
    value: &T,
) -> Result<usize, E> {
    table
        .get(value)
        .copied()
        .ok_or_else(|| E::custom("a record names something that stands in no table"))
}

impl ReadDocument {
    fn into_state(self) -> Result<State, StateFileError> {
        let mut records = Vec::with_capacity(self.records.len());
        for row in self.records {
            let record = row.into_record(&self.placements, &self.runs)?;
            if records.last().is_some_and(|(last, _)| *last >= record.0) {
                return Err(damaged(format!("`{}` stands out of order", record.0)));
            }
            records.push(record);
        }
        Ok(State {
            lineage: self.lineage,
            serial: self.serial,
            previous: self.previous,
            spaces: self.spaces,
            listings: self.listings,
            records: records.into_iter().collect(),
            used_plans: self.used_plans,
        })
    }
}

impl Row<'_> {
    fn into_record(
        self,
        placements: &[PlacementRef],
        runs: &[RunId],
    ) -> Result<(Address, Provenance), StateFileError> {
        let (address, target) = self.target.into_parts();
        let missing = || damaged(format!("the record of `{address}` names a missing row"));
        let provenance = Provenance {
            placement: placements.get(self.placement).ok_or_else(missing)?.clone(),
            kind: self.kind,
            wished: self.wished.map(Cow::into_owned),
            source: self.source.map(|source| {
                let (address, seen) = source.into_parts();
                Source { address, seen }
            }),
            target,
            proof: self.proof,
            run: runs.get(self.run).ok_or_else(missing)?.clone(),
        };
        Ok((address, provenance))
    }
}

impl<'a> Sight<'a> {
    fn of(address: &'a Address, seen: &'a Seen) -> Self {
        Self {
            space: Cow::Borrowed(&address.space),
            path: Cow::Borrowed(&address.path),
            id: seen.id.as_ref().map(Cow::Borrowed),
            attributes: Cow::Borrowed(&seen.attributes),
        }
    }

    fn into_parts(self) -> (Address, Seen) {
        let seen = Seen {
            id: self.id.map(Cow::into_owned),
            attributes: self.attributes.into_owned(),
        };
        let address = Address::new(self.space.into_owned(), self.path.into_owned());
        (address, seen)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::tree::{Fingerprint, Timestamp};

    fn sample() -> State {
        let mut state = State::new(Lineage::new("4f2a"));
        state.serial = 7;
        state.previous = Some(Digest::of(b"the one before"));
        let team = SpaceAlias::parse("team").unwrap();
        state.spaces.insert(team, "local root=./team".into());
        state.use_plan(PlanId::new("sha256:00"));
        state.use_plan(PlanId::new("sha256:01"));
        for (path, kind, wished, source) in [
            ("team:/Handbook", EntryKind::Folder, None, None),
            (
                "team:/Handbook/Leave.docx",
                EntryKind::File,
                None,
                Some("source:/Leave.docx"),
            ),
            (
                "team:/Handbook/报告 \u{202e}\n.pdf",
                EntryKind::File,
                Some("/Handbook/报告.pdf"),
                Some("source:/报告.pdf"),
            ),
        ] {
            let seen = |id: &str| Seen {
                id: Some(EntryId::new(id)),
                attributes: Attributes {
                    size: u64::MAX,
                    modified: Timestamp::from_nanoseconds(i64::MIN),
                    version: 3,
                    fingerprint: Some(Fingerprint::new("crc64", "9")),
                },
            };
            let record = Provenance {
                placement: PlacementRef {
                    manifest: "team-handbook".into(),
                    placement: "handbook".into(),
                },
                kind,
                wished: wished.map(|path| EntryPath::parse(path).unwrap()),
                source: source.map(|text| Source {
                    address: Address::parse(text).unwrap(),
                    seen: seen("s-1"),
                }),
                target: seen("12"),
                proof: Proof::Placed,
                run: RunId::new("20261121T090000Z-1"),
            };
            state.records.insert(Address::parse(path).unwrap(), record);
        }
        state
    }

    #[test]
    fn what_was_written_is_read() {
        let mut listed = sample();
        let calls = ListingCalls {
            flat: 21,
            by_folder: 0,
        };
        let team = SpaceAlias::parse("team").unwrap();
        listed.listings.insert(team, calls);
        for state in [State::new(Lineage::new("")), sample(), listed] {
            let (bytes, digest) = write(&state).unwrap();
            assert_eq!(read(&bytes).unwrap(), (state, digest));
        }
    }

    #[test]
    fn no_altered_or_shortened_file_is_accepted() {
        let (bytes, _) = write(&sample()).unwrap();
        for length in 0..bytes.len() {
            let error = read(&bytes[..length]).unwrap_err();
            assert!(matches!(error, StateFileError::Damaged(_)), "{length}");
        }
        for position in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[position] ^= 1 << bit;
                let error = read(&altered).unwrap_err();
                assert!(
                    matches!(error, StateFileError::Damaged(_)),
                    "{position} {bit}"
                );
            }
        }
    }

    fn with_digest(body: &str) -> Vec<u8> {
        let body = format!("{body}\n");
        format!("{body}{}\n", Digest::of(body.as_bytes())).into_bytes()
    }

    #[test]
    fn whole_files_of_another_kind_say_what_they_are() {
        let (bytes, _) = write(&sample()).unwrap();
        let body = String::from_utf8(bytes).unwrap();
        let body = body.lines().next().unwrap();
        let check = |from: &str, to: &str, expected: &str| {
            assert!(body.contains(from), "{from}");
            let error = read(&with_digest(&body.replacen(from, to, 1))).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(
            "\"version\":1",
            "\"version\":2",
            "format version 2, this program reads up to 1",
        );
        check(
            "reshelve-state",
            "reshelve-plan",
            "its format is `reshelve-plan`",
        );
        check(
            "\"serial\":7",
            "\"serial\":7,\"extra\":1",
            "unknown field `extra`",
        );
        check("\"placement\":0", "\"placement\":9", "names a missing row");
        check("\"serial\":7,", "", "missing field `serial`");
        check("/Handbook/Leave.docx", "/Handbook", "stands out of order");
        check("/Handbook/Leave.docx", "/Handbook/../x", "`..`");
    }

    #[test]
    fn the_first_version_is_read_for_ever() {
        let bytes = include_bytes!("../../tests/fixtures/formats/state/v1/three-records.json");
        let (state, _) = read(bytes).unwrap();
        assert_eq!(state, sample());
        assert_eq!(write(&state).unwrap().0, bytes);
    }
}
