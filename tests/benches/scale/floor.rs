//! The floor: two tables of paths are parsed, built and joined by hash, and nothing else.

/// What the join of two tables found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Joined {
    /// Paths that both have.
    pub(crate) equal: u64,
    /// Paths that both have, with another size or time.
    pub(crate) changed: u64,
    /// Paths of the first that the second lacks.
    pub(crate) missing: u64,
    /// Paths of the second that the first lacks.
    pub(crate) extra: u64,
}

/// One table: paths in one arena, and their numbers by the hash of the path.
struct Table {
    paths: Vec<u8>,
    rows: Vec<Row>,
    /// A row's number plus 1; 0 where there is none.
    slots: Vec<u32>,
}

struct Row {
    start: u32,
    length: u32,
    size: u64,
    time: u64,
}

/// Parses both tables, and joins the first with the second.
pub(crate) fn join(desired: &str, observed: &str) -> Joined {
    let desired = Table::parse(desired);
    let observed = Table::parse(observed);
    let mut joined = Joined::default();
    let mut met = vec![false; observed.rows.len()];
    for row in &desired.rows {
        match observed.find(desired.path(row)) {
            None => joined.missing += 1,
            Some(number) => {
                met[number] = true;
                let other = &observed.rows[number];
                if (row.size, row.time) == (other.size, other.time) {
                    joined.equal += 1;
                } else {
                    joined.changed += 1;
                }
            }
        }
    }
    joined.extra = met.iter().filter(|met| !**met).count() as u64;
    joined
}

impl Table {
    fn parse(text: &str) -> Self {
        let mut table = Self {
            paths: Vec::with_capacity(text.len()),
            rows: Vec::new(),
            slots: Vec::new(),
        };
        for line in text.lines() {
            let mut fields = line.split('\t');
            let path = fields.next().unwrap_or_default().as_bytes();
            let mut number = || fields.next().and_then(|field| field.parse().ok());
            let (size, time) = (number().unwrap_or(0), number().unwrap_or(0));
            let start = table.paths.len() as u32;
            table.paths.extend_from_slice(path);
            let length = path.len() as u32;
            table.rows.push(Row {
                start,
                length,
                size,
                time,
            });
        }
        table.build();
        table
    }

    fn build(&mut self) {
        self.slots = vec![0; (self.rows.len() * 2).next_power_of_two()];
        let mask = self.slots.len() - 1;
        for (number, row) in self.rows.iter().enumerate() {
            let mut slot = hash(self.path(row)) as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = number as u32 + 1;
        }
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash(path) as usize & mask;
        loop {
            let number = (self.slots[slot] as usize).checked_sub(1)?;
            if self.path(&self.rows[number]) == path {
                return Some(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn path(&self, row: &Row) -> &[u8] {
        &self.paths[row.start as usize..][..row.length as usize]
    }
}

/// Eight bytes at a time, folded by one long multiplication each.
fn hash(bytes: &[u8]) -> u64 {
    let fold = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128;
        (product >> 64) as u64 ^ product as u64
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = words.iter().fold(bytes.len() as u64, |hash, word| {
        fold(hash, u64::from_le_bytes(*word))
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = fold(hash, u64::from_le_bytes(last));
    hash
}
