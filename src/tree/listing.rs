//! The content of one folder on its way into a tree, in the tree's own rows.

use super::entry::{EntryId, EntryKind, Fingerprint, Timestamp};

/// The content of one folder on its way into a tree, in any order, perhaps page by page.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub(super) names: String,
    pub(super) ids: String,
    pub(super) rows: Vec<Row>,
}

/// One entry as a service lists it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The name, unchecked.
    pub name: &'a str,
    /// What it is.
    pub kind: EntryKind,
    /// The service's id.
    pub id: IdRef<'a>,
    /// The size in bytes; 0 for a folder.
    pub size: u64,
    /// When the content was changed; 0 where the service does not say.
    pub modified: Timestamp,
    /// The service's version number; 0 where it has none.
    pub version: u64,
    /// The content hash, where the service states one.
    pub fingerprint: Option<&'a Fingerprint>,
}

/// An id without an allocation: most services count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRef<'a> {
    /// The service has no ids.
    None,
    /// A decimal number without leading zeros.
    Number(u64),
    /// Any other text.
    Text(&'a str),
}

/// Stands for "none" in index fields.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    pub(super) id: u64,
    pub(super) name_start: u32,
    /// The row of the folder table that holds this entry.
    pub(super) parent: u32,
    /// The row of the folder table that this entry is, for folders.
    pub(super) folder: u32,
    pub(super) name_length: u16,
    pub(super) kind: EntryKind,
    pub(super) id_form: IdForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    None,
    Number,
    /// Start and length in the buffer of ids, in the upper and lower half of `id`.
    Text,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Detail {
    pub(super) version: u64,
    pub(super) fingerprint: Option<Fingerprint>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    name: (u32, u32),
    pub(super) record: Record,
    pub(super) detail: Detail,
}

impl Listing {
    /// An empty folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one more entry. Names are checked when the listing is attached to a tree.
    pub fn push(&mut self, entry: &Entry<'_>) {
        let (id, id_form) = match entry.id {
            IdRef::None => (0, IdForm::None),
            IdRef::Number(number) => (number, IdForm::Number),
            IdRef::Text(text) => {
                let start = self.ids.len() as u64;
                self.ids.push_str(text);
                (start << 32 | text.len() as u64, IdForm::Text)
            }
        };
        let name = (self.names.len() as u32, entry.name.len() as u32);
        self.names.push_str(entry.name);
        let record = Record {
            size: entry.size,
            modified: entry.modified,
            id,
            name_start: 0,
            parent: NONE,
            folder: NONE,
            name_length: u16::try_from(entry.name.len()).unwrap_or(u16::MAX),
            kind: entry.kind,
            id_form,
        };
        let detail = Detail {
            version: entry.version,
            fingerprint: entry.fingerprint.cloned(),
        };
        self.rows.push(Row {
            name,
            record,
            detail,
        });
    }

    /// Takes all entries of a further page.
    pub fn extend(&mut self, page: &Self) {
        for position in 0..page.len() {
            self.push(&page.entry(position));
        }
    }

    /// Gives back the memory that was set aside for further entries.
    pub fn shrink(&mut self) {
        self.names.shrink_to_fit();
        self.ids.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// How many entries were taken.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the folder is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The entry at a position below `len`, in the order taken.
    pub fn entry(&self, position: usize) -> Entry<'_> {
        let row = &self.rows[position];
        let id = match row.record.id_form {
            IdForm::None => IdRef::None,
            IdForm::Number => IdRef::Number(row.record.id),
            IdForm::Text => IdRef::Text(text_of(&self.ids, row.record.id)),
        };
        Entry {
            name: self.name(position),
            kind: row.record.kind,
            id,
            size: row.record.size,
            modified: row.record.modified,
            version: row.detail.version,
            fingerprint: row.detail.fingerprint.as_ref(),
        }
    }

    /// All entries, in the order taken.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..self.len()).map(|position| self.entry(position))
    }

    pub(super) fn name(&self, position: usize) -> &str {
        let (start, length) = self.rows[position].name;
        &self.names[start as usize..start as usize + length as usize]
    }

    pub(super) fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| self.name(a as usize).cmp(self.name(b as usize)));
        order
    }
}

impl<'a> IdRef<'a> {
    /// The shortest form of an id that a service wrote as text.
    pub fn from_text(text: &'a str) -> Self {
        match text.parse::<u64>() {
            Ok(number) if !text.starts_with(['0', '+']) || text == "0" => Self::Number(number),
            _ => Self::Text(text),
        }
    }

    /// The id as an owned value.
    pub fn to_id(self) -> Option<EntryId> {
        match self {
            Self::None => None,
            Self::Number(number) => Some(EntryId::new(&number.to_string())),
            Self::Text(text) => Some(EntryId::new(text)),
        }
    }
}

pub(super) fn text_of(buffer: &str, packed: u64) -> &str {
    let start = (packed >> 32) as usize;
    &buffer[start..start + (packed & u64::from(u32::MAX)) as usize]
}
