//! What happened, in order: the same seed must lead to the same log.

use std::collections::BTreeMap;
use std::fmt;

/// The events of one history.
#[derive(Debug)]
pub(crate) struct Log {
    /// Over all lines.
    digest: u64,
    /// The lines themselves, where somebody wants to read them.
    lines: Option<Vec<String>>,
    /// How often each fault fired.
    pub(crate) fired: BTreeMap<&'static str, u64>,
}

/// Whether the lines are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    Digest,
    Lines,
}

impl Log {
    pub(crate) fn new(keeping: Keeping) -> Self {
        Self {
            digest: 0xCBF2_9CE4_8422_2325,
            lines: (keeping == Keeping::Lines).then(Vec::new),
            fired: BTreeMap::new(),
        }
    }

    pub(crate) fn note(&mut self, time: u64, event: fmt::Arguments<'_>) {
        let line = format!("{:>9}.{:03} {event}", time / 1000, time % 1000);
        for byte in line.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    pub(crate) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
