//! The byte form of a journal: frames with length, checksum and a hash chain.
//!
//! A file begins with a header of 20 bytes: `reshelve-journal` and the version of the form. A
//! frame is `length u32 | crc32c u32 | kind u8 | sequence u64 | previous [u8; 16] | payload`, all
//! numbers little-endian. The length is that of the payload; the checksum covers everything after
//! itself and the length; `previous` begins the BLAKE3 digest of the frame before, or of the
//! header. The payload is the record's time and fact as JSON.

use serde::{Deserialize, Serialize};

use super::record::{Fact, Record};
use super::sink::JournalError;
use crate::tree::Timestamp;

const MAGIC: &[u8; 16] = b"reshelve-journal";
/// The version that this program writes, and the newest that it reads.
const VERSION: u32 = 1;
const HEADER: usize = MAGIC.len() + 4;
/// What stands before the payload of a frame.
const HEAD: usize = 4 + 4 + 1 + 8 + 16;
/// The largest payload, in bytes.
const LARGEST: usize = 1 << 20;
/// The largest kind number.
const LAST_KIND: u8 = 13;

/// Brings records into frames, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoder {
    sequence: u64,
    previous: [u8; 16],
}

/// What the bytes of a journal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The records up to the end or to the first damage.
    pub records: Vec<Record>,
    /// How many bytes these records take, the header counted.
    pub length: u64,
    /// What stands after them.
    pub tail: Tail,
    /// Goes on after the last of the records.
    pub encoder: Encoder,
}

/// What stands after the last good record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// Nothing, or space that was set aside.
    Clean,
    /// A frame that was not written to its end before the machine stopped. It is to be cut off;
    /// nothing that depends on it was done.
    Torn,
    /// Damage with good frames after it: what the run did cannot be told from the journal.
    Damaged {
        /// What is wrong there.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Payload<F> {
    at: Timestamp,
    #[serde(flatten)]
    fact: F,
}

/// One frame, taken apart.
struct Frame<'a> {
    kind: u8,
    sequence: u64,
    previous: &'a [u8],
    payload: &'a [u8],
    whole: &'a [u8],
}

impl Encoder {
    /// The encoder of a new journal, and the header that stands before its first frame.
    pub fn begin() -> (Self, Vec<u8>) {
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        (Self::after_header(&header), header)
    }

    fn after_header(header: &[u8]) -> Self {
        Self {
            sequence: 0,
            previous: link(header),
        }
    }

    /// Makes the next record of a fact and appends its frame to `out`.
    ///
    /// # Errors
    /// The fact is larger than a frame can be; nothing is appended.
    pub fn encode(
        &mut self,
        at: Timestamp,
        fact: Fact,
        out: &mut Vec<u8>,
    ) -> Result<Record, JournalError> {
        let payload = serde_json::to_vec(&Payload { at, fact: &fact })
            .map_err(|error| JournalError::Write(error.to_string()))?;
        if payload.len() > LARGEST {
            let message = format!("a record of {} bytes is too large", payload.len());
            return Err(JournalError::Write(message));
        }
        let start = out.len();
        out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(kind(&fact));
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.previous);
        out.extend_from_slice(&payload);
        let checksum = checksum(&out[start + 8..]);
        out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
        let sequence = self.sequence;
        self.previous = link(&out[start..]);
        self.sequence += 1;
        Ok(Record { sequence, at, fact })
    }
}

/// Reads a journal up to its end or to the first damage.
///
/// # Errors
/// The header is damaged, or of a newer version.
pub fn decode(bytes: &[u8]) -> Result<Decoded, JournalError> {
    let header = checked_header(bytes)?;
    let mut decoded = Decoded {
        records: Vec::new(),
        length: header.len() as u64,
        tail: Tail::Clean,
        encoder: Encoder::after_header(header),
    };
    let mut rest = &bytes[HEADER..];
    loop {
        if rest.iter().all(|&byte| byte == 0) {
            return Ok(decoded);
        }
        match decoded.next(rest) {
            Ok(length) => {
                decoded.length += length as u64;
                rest = &rest[length..];
            }
            Err(reason) => {
                // A frame that is whole was written to its end, whatever is wrong with it.
                let is_whole = Frame::parse(rest).is_ok();
                decoded.tail = if is_whole || holds_a_later_frame(rest, decoded.encoder.sequence) {
                    Tail::Damaged { reason }
                } else {
                    Tail::Torn
                };
                return Ok(decoded);
            }
        }
    }
}

fn checked_header(bytes: &[u8]) -> Result<&[u8], JournalError> {
    let damaged = |reason: &str| JournalError::Damaged {
        offset: 0,
        reason: reason.to_owned(),
    };
    let header = bytes
        .get(..HEADER)
        .ok_or_else(|| damaged("it is too short for a journal"))?;
    if !header.starts_with(MAGIC) {
        return Err(damaged("it does not begin as a journal does"));
    }
    match number(&header[MAGIC.len()..]) {
        0 => Err(damaged("its version is 0")),
        VERSION => Ok(header),
        found => Err(JournalError::Version {
            found,
            known: VERSION,
        }),
    }
}

impl Decoded {
    /// Takes the frame at the start of `bytes`; gives its length.
    fn next(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let frame = Frame::parse(bytes)?;
        if frame.sequence != self.encoder.sequence || frame.previous != self.encoder.previous {
            return Err("its frames do not belong together".into());
        }
        let payload: Payload<Fact> =
            serde_json::from_slice(frame.payload).map_err(|error| error.to_string())?;
        if kind(&payload.fact) != frame.kind {
            return Err("a frame says that it is another kind of record".into());
        }
        self.records.push(Record {
            sequence: frame.sequence,
            at: payload.at,
            fact: payload.fact,
        });
        self.encoder.sequence += 1;
        self.encoder.previous = link(frame.whole);
        Ok(frame.whole.len())
    }
}

impl<'a> Frame<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let cut_off = || "a frame is cut off".to_owned();
        let head = bytes.get(..HEAD).ok_or_else(cut_off)?;
        let length = number(head) as usize;
        if length > LARGEST {
            return Err("a frame states an impossible length".into());
        }
        let whole = bytes.get(..HEAD + length).ok_or_else(cut_off)?;
        if checksum(&whole[8..]) != number(&head[4..]) {
            return Err("a frame does not match its checksum".into());
        }
        Ok(Self {
            kind: head[8],
            sequence: sequence(head),
            previous: &head[17..HEAD],
            payload: &whole[HEAD..],
            whole,
        })
    }
}

/// Whether a frame that was written later stands anywhere behind the start of `bytes`.
fn holds_a_later_frame(bytes: &[u8], sequence_here: u64) -> bool {
    (1..bytes.len().saturating_sub(HEAD)).any(|start| {
        let bytes = &bytes[start..];
        let plausible = (1..=LAST_KIND).contains(&bytes[8]) && sequence(bytes) >= sequence_here;
        plausible && Frame::parse(bytes).is_ok()
    })
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn sequence(head: &[u8]) -> u64 {
    u64::from(number(&head[9..])) | u64::from(number(&head[13..])) << 32
}

fn checksum(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

fn link(bytes: &[u8]) -> [u8; 16] {
    let mut link = [0; 16];
    link.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    link
}

fn kind(fact: &Fact) -> u8 {
    match fact {
        Fact::RunStart { .. } => 1,
        Fact::Intent { .. } => 2,
        Fact::Done { .. } => 3,
        Fact::Failed { .. } => 4,
        Fact::Unknown { .. } => 5,
        Fact::Absent { .. } => 6,
        Fact::Skipped { .. } => 7,
        Fact::Verified { .. } => 8,
        Fact::Differs { .. } => 9,
        Fact::Checkpoint { .. } => 10,
        Fact::RunEnd { .. } => 11,
        Fact::Tasks { .. } => 12,
        Fact::Resumed { .. } => LAST_KIND,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::journal::sample;

    fn bytes_of(facts: Vec<Fact>) -> Vec<u8> {
        let (mut encoder, mut bytes) = Encoder::begin();
        for fact in facts {
            encoder.encode(sample::AT, fact, &mut bytes).unwrap();
        }
        bytes
    }

    /// Where each frame begins, and where the last one ends.
    fn frames(bytes: &[u8]) -> Vec<usize> {
        let mut starts = vec![HEADER];
        while let Some(&start) = starts.last().filter(|&&start| start < bytes.len()) {
            starts.push(start + HEAD + number(&bytes[start..]) as usize);
        }
        starts
    }

    #[test]
    fn what_was_written_is_read() {
        let facts = sample::facts();
        let bytes = bytes_of(facts.clone());
        let decoded = decode(&bytes).unwrap();
        let read: Vec<_> = decoded.records.iter().map(|it| it.fact.clone()).collect();
        assert_eq!(read, facts);
        assert_eq!(
            (decoded.length, decoded.tail),
            (bytes.len() as u64, Tail::Clean)
        );
        let kinds: std::collections::BTreeSet<_> = facts.iter().map(kind).collect();
        assert_eq!(kinds, (1..=LAST_KIND).collect());
    }

    /// The samples of the format, with the facts that they hold.
    fn samples() -> [(&'static str, Vec<Fact>); 2] {
        [
            ("every-fact", sample::facts()),
            ("facts-of-a-service", sample::facts_of_a_service()),
        ]
    }

    const SAMPLES: &str = "tests/fixtures/formats/journal/v1";

    #[test]
    fn the_first_version_is_read_for_ever() {
        for (name, facts) in samples() {
            let bytes = std::fs::read(format!("{SAMPLES}/{name}")).unwrap();
            let records = sample::record_all(facts.clone());
            assert_eq!(decode(&bytes).unwrap().records, records, "{name}");
            assert_eq!(bytes_of(facts), bytes, "{name}");
        }
    }

    #[test]
    #[ignore = "writes the samples anew; only before a version is released"]
    fn write_the_samples() {
        for (name, facts) in samples() {
            std::fs::write(format!("{SAMPLES}/{name}"), bytes_of(facts)).unwrap();
        }
    }

    #[test]
    fn a_torn_tail_is_cut_and_written_over() {
        let facts = sample::facts();
        let bytes = bytes_of(facts.clone());
        let starts = frames(&bytes);
        for length in HEADER..bytes.len() {
            for set_aside in [0, 100] {
                let mut torn = bytes[..length].to_vec();
                torn.resize(length + set_aside, 0);
                let mut decoded = decode(&torn).unwrap();
                let whole = starts.iter().filter(|&&start| start <= length).count() - 1;
                assert_eq!(decoded.records.len(), whole, "{length}");
                assert_eq!(decoded.length as usize, starts[whole]);
                let clean = starts[whole] == length;
                assert_eq!(decoded.tail == Tail::Clean, clean, "{length}");
                torn.truncate(starts[whole]);
                for fact in &facts[whole..] {
                    decoded
                        .encoder
                        .encode(sample::AT, fact.clone(), &mut torn)
                        .unwrap();
                }
                assert_eq!(torn, bytes);
            }
        }
    }

    #[test]
    fn no_altered_bit_changes_what_is_read() {
        let bytes = bytes_of(sample::facts());
        let records = decode(&bytes).unwrap().records;
        let starts = frames(&bytes);
        for position in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[position] ^= 1 << bit;
                let Ok(decoded) = decode(&altered) else {
                    assert!(position < HEADER);
                    continue;
                };
                let good = starts.iter().filter(|&&start| start <= position).count() - 1;
                assert_eq!(decoded.records, records[..good], "{position} {bit}");
                let is_last = good + 1 == records.len();
                let torn = decoded.tail == Tail::Torn;
                assert_eq!(torn, is_last, "{position} {bit}");
                assert_ne!(decoded.tail, Tail::Clean);
            }
        }
    }

    #[test]
    fn frames_of_two_journals_do_not_mix() {
        let bytes = bytes_of(sample::facts());
        let starts = frames(&bytes);
        let mut spliced = bytes[..starts[1]].to_vec();
        spliced.extend_from_slice(&bytes[starts[2]..]);
        let decoded = decode(&spliced).unwrap();
        assert_eq!(decoded.records.len(), 1);
        assert!(matches!(decoded.tail, Tail::Damaged { .. }));
    }

    #[test]
    fn a_record_that_is_too_large_is_refused() {
        let (mut encoder, mut bytes) = Encoder::begin();
        let before = (encoder.clone(), bytes.clone());
        let message = "x".repeat(LARGEST);
        let operation = crate::plan::OperationId(1);
        let fact = Fact::Unknown { operation, message };
        encoder.encode(sample::AT, fact, &mut bytes).unwrap_err();
        assert_eq!((encoder, bytes), before);
    }
}
