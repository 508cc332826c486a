//! A space in memory that can be listed in both ways, and whose listings may contradict
//! themselves.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::plan::{Capabilities, Identity, Place};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, LocalProvider, Page,
    PageToken, Provider, ProviderError, SeekRequest, SpaceListRequest, SpacePage, TaskId,
    TaskStatus,
};
use crate::tree::{Entry, EntryId, EntryKind, IdRef, Listing, SpaceAlias, Timestamp};

/// One entry as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Empty where the service gave none.
    pub(super) id: String,
    /// The id of its folder; empty at the root.
    pub(super) folder: String,
    pub(super) kind: EntryKind,
    pub(super) name: String,
    pub(super) size: u64,
}

/// The most ids of one call.
pub(super) const FETCH_BATCH: u32 = 3;

/// The space `a`. Each flat reading shows the next of `readings`, and the last one from then on,
/// which is also what folders hold.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) readings: Vec<Vec<Row>>,
    pub(super) page_size: u32,
    pub(super) flat_page_size: u32,
    /// How many calls of each kind were made: listings of folders, of the space, and by id.
    pub(super) calls: Mutex<[u64; 3]>,
    /// Lets the flat listing name its first page as its last's next.
    pub(super) never_ends: bool,
    begun: Mutex<usize>,
    sheet: Capabilities,
}

impl Shelf {
    pub(super) fn new(readings: Vec<Vec<Row>>, page_size: u32, flat_page_size: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let alias = SpaceAlias::parse("a").unwrap();
        let roots = BTreeMap::from([(alias.clone(), folder.path().to_owned())]);
        let local = LocalProvider::new(&roots).unwrap();
        Self {
            readings,
            page_size,
            flat_page_size,
            calls: Mutex::default(),
            never_ends: false,
            begun: Mutex::new(0),
            sheet: Capabilities {
                page_size: Some(page_size),
                flat_page_size: Some(flat_page_size),
                fetch_batch: Some(FETCH_BATCH),
                identity: Identity::Id,
                ..local.capabilities(&alias).unwrap()
            },
        }
    }

    fn count(&self, kind: usize) {
        self.calls.lock().unwrap()[kind] += 1;
    }

    fn now(&self) -> &[Row] {
        self.readings.last().unwrap()
    }
}

/// Rows from words: `12 7 x/` is a folder called `x` with the id 12 in the folder 7, `13 - y 5` a
/// file of five bytes at the root. An id `-` is none.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let text = text.split(',').map(str::trim).filter(|row| !row.is_empty());
    text.map(|row| {
        let words: Vec<&str> = row.split(' ').collect();
        let id = |word: &str| word.replace('-', "");
        Row {
            id: id(words[0]),
            folder: id(words[1]),
            kind: match words[2].ends_with('/') {
                true => EntryKind::Folder,
                false => EntryKind::File,
            },
            name: words[2].trim_end_matches('/').to_owned(),
            size: words.get(3).map_or(0, |size| size.parse().unwrap()),
        }
    })
    .collect()
}

fn push(listing: &mut Listing, row: &Row) {
    listing.push(&Entry {
        name: &row.name,
        kind: row.kind,
        id: match &*row.id {
            "" => IdRef::None,
            id => IdRef::from_text(id),
        },
        size: row.size,
        modified: Timestamp::default(),
        version: 0,
        fingerprint: None,
    });
}

fn window(token: Option<&PageToken>, length: usize, size: u32) -> (usize, usize) {
    let start = token.map_or(0, |token| token.0.parse().unwrap());
    (start, length.min(start + size as usize))
}

fn no_more<T>() -> Result<T, ProviderError> {
    Err(ProviderError::refused(ErrorKind::Unsupported, "lists only"))
}

impl Provider for Shelf {
    fn capabilities(&self, _space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        Ok(self.sheet.clone())
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.count(0);
        let id = request.id.as_ref().map_or("", EntryId::as_str);
        let rows: Vec<&Row> = (self.now().iter()).filter(|row| row.folder == id).collect();
        let (start, end) = window(request.page.as_ref(), rows.len(), self.page_size);
        let mut page = Page::default();
        rows[start..end]
            .iter()
            .for_each(|row| push(&mut page.listing, row));
        page.next = (end < rows.len()).then(|| PageToken(end.to_string()));
        Box::pin(async move { Ok(page) })
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        self.count(1);
        let mut begun = self.begun.lock().unwrap();
        *begun += usize::from(request.page.is_none());
        let rows = &self.readings[(*begun - 1).min(self.readings.len() - 1)];
        let (start, end) = window(request.page.as_ref(), rows.len(), self.flat_page_size);
        let mut page = SpacePage::default();
        for row in &rows[start..end] {
            push(&mut page.listing, row);
            let folder = (!row.folder.is_empty()).then(|| EntryId::new(&row.folder));
            page.parents.push(folder);
        }
        let last = self.never_ends.then(|| PageToken("0".into()));
        page.next = match end < rows.len() {
            true => Some(PageToken(end.to_string())),
            false => last,
        };
        Box::pin(async move { Ok(page) })
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        self.count(2);
        assert!(request.ids.len() <= FETCH_BATCH as usize);
        let asked = |row: &&Row| request.ids.iter().any(|id| id.as_str() == row.id);
        let mut page = SpacePage::default();
        for row in self.now().iter().filter(asked) {
            push(&mut page.listing, row);
            let folder = (!row.folder.is_empty()).then(|| EntryId::new(&row.folder));
            page.parents.push(folder);
        }
        Box::pin(async move { Ok(page) })
    }

    fn fetch<'a>(&'a self, _places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(async { no_more() })
    }

    fn execute<'a>(&'a self, _request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async { no_more() })
    }

    fn poll<'a>(&'a self, _tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(async { no_more() })
    }
}
