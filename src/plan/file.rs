//! The file form of a plan: JSON whose every byte is bound by the plan's id.
//!
//! A plan has exactly one sequence of bytes, so a reader writes what it understood and compares:
//! an unknown field, a reordered or altered one, even a blank, is refused. The id covers the
//! document without `id` and `adoptions`; for the adoptions it covers their digest, because a
//! first plan over a large tree that is already right has a million of them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::adoption::Adoptions;
use super::adoption_row;
use super::operation::{Operation, OperationId};
use super::plan::{BasedOn, Batch, BatchId, Cost, Plan, Recording, Summary, Verdict};
use super::wire::{Moment, OperationRow, RecordingRow};
use crate::diagnostic::Diagnostic;
use crate::manifest::SpaceDefinition;
use crate::state::{Foreign, Header, PlanId};
use crate::tree::{Address, Digest, SpaceAlias, SpelledOut};

/// What the first field of every plan file says.
const FORMAT: &str = "reshelve-plan";
/// The version that this program writes, and the newest that it reads.
const VERSION: u32 = 1;

/// How many bytes are gathered before they are hashed or compared.
const GATHERED: usize = 64 * 1024;

/// Why bytes are no plan that can be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// It is no plan at all, or cut off.
    #[error("the file is no saved plan: {0}")]
    NotAPlan(String),
    /// A newer program wrote it.
    #[error("the plan has format version {found}, this program reads up to {known}")]
    Version {
        /// The file's version.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// It was a plan once and is not as it was written.
    #[error("the plan was altered after it was made: {0}")]
    Altered(String),
}

/// The plan with the id that belongs to its content.
#[must_use]
pub fn seal(mut plan: Plan) -> Plan {
    plan.id = id_of(&plan);
    plan
}

/// Writes the one byte sequence of a sealed plan.
///
/// # Errors
/// The writer's.
pub fn write(plan: &Plan, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, &WrittenDocument::whole(plan))?;
    out.write_all(b"\n")
}

/// The plan that the bytes of a file hold, proven to be as it was sealed.
///
/// # Errors
/// The bytes are no plan, of a newer version, or not as they were written.
pub fn read(bytes: &[u8]) -> Result<Plan, PlanFileError> {
    Header::check(bytes, FORMAT, VERSION)?;
    let document: ReadDocument = serde_json::from_slice(bytes).map_err(altered)?;
    let plan = document.into_plan().map_err(altered)?;
    check_structure(&plan).map_err(altered)?;
    if id_of(&plan) != plan.id {
        return Err(altered("its content does not match its id"));
    }
    if is_written_as(&plan, bytes) {
        Ok(plan)
    } else {
        Err(altered("it is not written as this program writes it"))
    }
}

/// Whether writing the plan gives exactly these bytes, be it to a file or to where a person may
/// see it.
fn is_written_as(plan: &Plan, bytes: &[u8]) -> bool {
    let gives = |write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let mut out = BufWriter::with_capacity(GATHERED, Comparison { rest: bytes });
        let written = write(&mut out).and_then(|()| out.flush());
        written.is_ok() && out.get_ref().rest.is_empty()
    };
    gives(&|out| write(plan, out)) || gives(&|out| write(plan, &mut SpelledOut::new(out)))
}

impl From<Foreign> for PlanFileError {
    fn from(foreign: Foreign) -> Self {
        match foreign {
            Foreign::Unreadable(reason) => Self::NotAPlan(reason),
            Foreign::Format(format) => Self::NotAPlan(format!("its format is `{format}`")),
            Foreign::Version { found, known } => Self::Version { found, known },
        }
    }
}

fn altered(reason: impl ToString) -> PlanFileError {
    PlanFileError::Altered(reason.to_string())
}

/// The digest of the document without id and without the list of adoptions.
fn id_of(plan: &Plan) -> PlanId {
    let mut out = BufWriter::with_capacity(GATHERED, HashingWriter(Sha256::new()));
    // Hashing cannot fail; were a part not writable, no reader would accept the empty id.
    let written = serde_json::to_writer(&mut out, &WrittenDocument::body(plan));
    match (written, out.into_inner()) {
        (Ok(()), Ok(hasher)) => {
            PlanId::new(&format!("sha256:{}", hexadecimal(&hasher.0.finalize())))
        }
        (Err(_), _) | (_, Err(_)) => PlanId::new(""),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the executor takes for granted: numbers in order, every operation in exactly one batch,
/// and no batch that follows itself or a later one.
fn check_structure(plan: &Plan) -> Result<(), String> {
    for (position, operation) in plan.operations.iter().enumerate() {
        if operation.id.0 as usize != position + 1 {
            return Err(format!("{} stands where another belongs", operation.id));
        }
    }
    let mut batched = vec![false; plan.operations.len()];
    for (position, batch) in plan.batches.iter().enumerate() {
        if batch.id.0 as usize != position + 1 {
            return Err(format!("{} stands where another belongs", batch.id));
        }
        let follows_earlier = |after: &BatchId| after.0 > 0 && after.0 < batch.id.0;
        if !batch.after.iter().all(follows_earlier) {
            return Err(format!(
                "{} follows a batch that is not before it",
                batch.id
            ));
        }
        for id in &batch.operations {
            let slot = (id.0 as usize).checked_sub(1);
            match slot.and_then(|slot| batched.get_mut(slot)) {
                Some(taken) if !*taken => *taken = true,
                _ => return Err(format!("{} lists {id} wrongly", batch.id)),
            }
        }
    }
    if let Some(position) = batched.iter().position(|taken| !taken) {
        return Err(format!("op-{} is in no batch", position + 1));
    }
    let unknown = |id: &OperationId| plan.operation(*id).is_none();
    let mut recorded = plan.recordings.iter().filter_map(|row| row.operation);
    match recorded.find(unknown) {
        Some(id) => Err(format!("{id} is recorded and does not exist")),
        None => Ok(()),
    }
}

#[derive(Serialize)]
struct WrittenDocument<'a> {
    format: &'static str,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a PlanId>,
    created: Moment,
    expires: Moment,
    based_on: &'a BasedOn,
    verdict: Verdict,
    spaces: &'a BTreeMap<SpaceAlias, SpaceDefinition>,
    #[serde(serialize_with = "write_operations")]
    operations: &'a [Operation],
    batches: &'a [Batch],
    findings: &'a [Diagnostic],
    #[serde(serialize_with = "write_recordings")]
    recordings: &'a [Recording],
    forgotten: &'a [Address],
    adopted: u64,
    unverified: u64,
    summary: &'a Summary,
    cost: &'a Cost,
    adoptions_digest: Digest,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_adoptions"
    )]
    adoptions: Option<&'a Adoptions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadDocument {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u32,
    id: PlanId,
    created: Moment,
    expires: Moment,
    based_on: BasedOn,
    #[serde(rename = "verdict")]
    _verdict: Verdict,
    spaces: BTreeMap<SpaceAlias, SpaceDefinition>,
    operations: Vec<OperationRow<'static>>,
    batches: Vec<Batch>,
    findings: Vec<Diagnostic>,
    recordings: Vec<RecordingRow<'static>>,
    forgotten: Vec<Address>,
    #[serde(rename = "adopted")]
    _adopted: u64,
    #[serde(rename = "unverified")]
    _unverified: u64,
    summary: Summary,
    cost: Cost,
    #[serde(rename = "adoptions_digest")]
    _adoptions_digest: Digest,
    adoptions: Vec<RecordingRow<'static>>,
}

impl<'a> WrittenDocument<'a> {
    fn whole(plan: &'a Plan) -> Self {
        Self {
            id: Some(&plan.id),
            adoptions: Some(&plan.adoptions),
            ..Self::body(plan)
        }
    }

    fn body(plan: &'a Plan) -> Self {
        Self {
            format: FORMAT,
            version: VERSION,
            id: None,
            created: Moment(plan.created),
            expires: Moment(plan.expires),
            based_on: &plan.based_on,
            verdict: plan.verdict(),
            spaces: &plan.spaces,
            operations: &plan.operations,
            batches: &plan.batches,
            findings: &plan.findings,
            recordings: &plan.recordings,
            forgotten: &plan.forgotten,
            adopted: plan.summary.adopted,
            unverified: plan.summary.unverified,
            summary: &plan.summary,
            cost: &plan.cost,
            adoptions_digest: adoption_row::digest(&plan.adoptions),
            adoptions: None,
        }
    }
}

fn write_operations<S: Serializer>(
    operations: &[Operation],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(operations.iter().map(OperationRow::of))
}

fn write_recordings<S: Serializer>(
    recordings: &[Recording],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(recordings.iter().map(RecordingRow::of))
}

fn write_adoptions<S: Serializer>(
    adoptions: &Option<&Adoptions>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut rows = serializer.serialize_seq(None)?;
    for recording in adoptions.iter().flat_map(|adoptions| adoptions.iter()) {
        rows.serialize_element(&RecordingRow::of(&recording))?;
    }
    rows.end()
}

impl ReadDocument {
    fn into_plan(self) -> Result<Plan, String> {
        let operations = self.operations.into_iter();
        let recordings = self.recordings.into_iter();
        let adoptions = self.adoptions.into_iter();
        Ok(Plan {
            id: self.id,
            created: self.created.0,
            expires: self.expires.0,
            based_on: self.based_on,
            spaces: self.spaces,
            operations: operations
                .map(OperationRow::into_operation)
                .collect::<Result<_, _>>()?,
            batches: self.batches,
            findings: self.findings,
            recordings: recordings.map(RecordingRow::into_recording).collect(),
            adoptions: Adoptions::written(adoptions.map(RecordingRow::into_recording).collect()),
            forgotten: self.forgotten,
            summary: self.summary,
            cost: self.cost,
        })
    }
}

struct HashingWriter(Sha256);

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes only the bytes that are expected.
struct Comparison<'a> {
    rest: &'a [u8],
}

impl Write for Comparison<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.rest.strip_prefix(bytes) {
            Some(rest) => {
                self.rest = rest;
                Ok(bytes.len())
            }
            None => Err(io::Error::other("another byte was expected")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::sample;

    fn bytes_of(plan: &Plan) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(plan, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_was_written_is_read() {
        let empty = sample::plan_of(Vec::new(), &[]);
        for plan in [sample::plan(), empty] {
            assert_eq!(read(&bytes_of(&plan)).unwrap(), plan);
        }
    }

    #[test]
    fn what_was_shown_is_read() {
        let plan = sample::plan();
        let mut shown = Vec::new();
        write(&plan, &mut SpelledOut::new(&mut shown)).unwrap();
        assert_ne!(shown, bytes_of(&plan));
        assert_eq!(read(&shown).unwrap(), plan);
    }

    #[test]
    fn the_first_version_is_read_for_ever() {
        let bytes = include_bytes!("../../tests/fixtures/formats/plan/v1/one-of-everything.json");
        let plan = sample::plan();
        assert_eq!(read(bytes).unwrap(), plan);
        assert_eq!(bytes_of(&plan), bytes);
    }

    #[test]
    #[ignore = "writes the sample anew; only before a version is released"]
    fn write_the_sample() {
        let path = "tests/fixtures/formats/plan/v1/one-of-everything.json";
        std::fs::write(path, bytes_of(&sample::plan())).unwrap();
    }

    #[test]
    fn no_altered_or_shortened_file_is_accepted() {
        let bytes = bytes_of(&sample::plan());
        for length in 0..bytes.len() {
            read(&bytes[..length]).unwrap_err();
        }
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 1 << (position % 8);
            assert!(read(&altered).is_err(), "byte {position}");
        }
    }

    #[test]
    fn edits_that_keep_the_meaning_are_refused_too() {
        let text = String::from_utf8(bytes_of(&sample::plan())).unwrap();
        let check = |from: &str, to: &str, expected: &str| {
            assert!(text.contains(from), "{from}");
            let error = read(text.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(error.to_string().contains(expected), "{from}: {error}");
        };
        check(
            "\"version\":1",
            "\"version\":2",
            "version 2, this program reads up to 1",
        );
        check("reshelve-plan", "reshelve-state", "no saved plan");
        check("\"version\":1,", "\"version\":1, ", "not written as");
        check(
            "\"lineage\":\"4f2a\"",
            "\"lineage\":\"4f2\\u0061\"",
            "not written as",
        );
        check(
            "\"verdict\":\"ready\"",
            "\"verdict\":\"refused\"",
            "not written as",
        );
        check(
            "\"recycle\":true",
            "\"recycle\":false",
            "does not match its id",
        );
        check("desk:/x", "desk:/y", "does not match its id");
        check("/there", "/where", "does not match its id");
        check("\"version\":1,", "\"version\":1,\"x\":0,", "unknown field");
        check(
            "\"path\":\"/old\"",
            "\"path\":\"/../old\"",
            "no meaning here",
        );
        let longer = format!("{text}\n");
        assert!(read(longer.as_bytes()).is_err());
    }

    #[test]
    fn a_plan_without_sense_is_refused_although_its_id_fits() {
        let check = |expected: &str, spoil: fn(&mut Plan)| {
            let mut plan = sample::plan();
            spoil(&mut plan);
            let error = read(&bytes_of(&seal(plan))).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("op-1 is in no batch", |plan| {
            plan.batches[0].operations.clear();
        });
        check("b-2 lists op-1 wrongly", |plan| {
            plan.batches[1].operations[0].0 = 1;
        });
        check("b-1 lists op-0 wrongly", |plan| {
            plan.batches[0].operations[0].0 = 0;
        });
        check("b-1 lists op-99 wrongly", |plan| {
            plan.batches[0].operations[0].0 = 99;
        });
        check("b-2 follows", |plan| plan.batches[1].after[0].0 = 2);
        check("b-3 follows", |plan| plan.batches[2].after[0].0 = 0);
        check("b-9 stands where", |plan| plan.batches[3].id.0 = 9);
        check("op-9 stands where", |plan| plan.operations[3].id.0 = 9);
        check("op-7 is recorded", |plan| {
            plan.recordings[0].operation = Some(OperationId(7));
        });
    }
}
