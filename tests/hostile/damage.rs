//! Ways to damage bytes, each with words that say which.

use std::fmt;

/// One way to damage a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Only so many bytes are left.
    Cut(usize),
    /// One bit of a byte is another.
    Flip(usize, u8),
    /// A byte is zero.
    Blank(usize),
    /// Everything from here on is zero, as after a crash on some file systems.
    ZeroFrom(usize),
    /// A byte was put in.
    Insert(usize, u8),
    /// A byte was taken out.
    Drop(usize),
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(length) => write!(out, "cut off after {length} bytes"),
            Self::Flip(position, bit) => write!(out, "bit {bit} of byte {position} altered"),
            Self::Blank(position) => write!(out, "byte {position} zero"),
            Self::ZeroFrom(position) => write!(out, "zero from byte {position}"),
            Self::Insert(position, byte) => write!(out, "{byte:#04x} put in at byte {position}"),
            Self::Drop(position) => write!(out, "byte {position} taken out"),
        }
    }
}

impl Damage {
    /// The damaged bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        match self {
            Self::Cut(length) => damaged.truncate(length),
            Self::Flip(position, bit) => damaged[position] ^= 1 << bit,
            Self::Blank(position) => damaged[position] = 0,
            Self::ZeroFrom(position) => damaged[position..].fill(0),
            Self::Insert(position, byte) => damaged.insert(position, byte),
            Self::Drop(position) => drop(damaged.remove(position)),
        }
        damaged
    }
}

/// The first byte that is not as it was.
pub(crate) fn place(golden: &[u8], damaged: &[u8]) -> usize {
    let same = golden.iter().zip(damaged).take_while(|(a, b)| a == b);
    same.count()
}

/// Every length that a file of that many bytes can be cut off to.
pub(crate) fn every_cut(length: usize) -> impl Iterator<Item = Damage> {
    (0..length).map(Damage::Cut)
}

/// Every single bit that can be altered.
pub(crate) fn every_flip(length: usize) -> impl Iterator<Item = Damage> {
    (0..length).flat_map(|position| (0..8).map(move |bit| Damage::Flip(position, bit)))
}

/// What is neither a cut nor a bit, at every byte.
pub(crate) fn every_other(length: usize) -> impl Iterator<Item = Damage> {
    (0..length).flat_map(|at| {
        let byte = b" 0\n\0\xff"[at % 5];
        [
            Damage::Blank(at),
            Damage::ZeroFrom(at),
            Damage::Insert(at, byte),
            Damage::Drop(at),
        ]
    })
}

/// Some of all these, spread over the whole file.
pub(crate) fn sample(length: usize, count: usize) -> Vec<Damage> {
    let places = (0..count).map(|number| number * length / count);
    places
        .enumerate()
        .map(|(number, at)| match number % 3 {
            0 => Damage::Flip(at, (number % 8) as u8),
            1 => Damage::Cut(at),
            _ => Damage::ZeroFrom(at),
        })
        .collect()
}

/// All ways to damage a file, without those that leave it as it is.
pub(crate) fn all(bytes: &[u8]) -> impl Iterator<Item = (Damage, Vec<u8>)> {
    let length = bytes.len();
    every_cut(length)
        .chain(every_flip(length))
        .chain(every_other(length))
        .map(|damage| (damage, damage.of(bytes)))
        .filter(move |(_, damaged)| damaged != bytes)
}
