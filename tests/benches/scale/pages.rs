//! Recorded replies of services, and a provider that reads them as if it had just called.

use std::collections::HashMap;
use std::fmt::Write as _;

use reshelve::plan::{Capabilities, Place};
use reshelve::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, Page, Provider,
    ProviderError, TaskId, TaskStatus, recorded_page,
};
use reshelve::tree::{Address, EntryKind, EntryPath, PathError, SpaceAlias};

use crate::problem::{Made, Problem, SIDES, Side};

/// The replies of one service, page by page.
pub(crate) struct Recording {
    service: &'static str,
    sheet: Capabilities,
    pages: HashMap<Address, Vec<Vec<u8>>>,
}

impl Recording {
    /// Lists a problem's spaces as a service does, in pages of its size.
    ///
    /// # Errors
    /// A path is none, which does not happen.
    pub(crate) fn of(
        problem: Problem,
        service: &'static str,
        mut sheet: Capabilities,
    ) -> Result<Self, PathError> {
        // Only listings by folder are recorded.
        (sheet.flat_page_size, sheet.fetch_batch) = (None, None);
        let size = sheet.page_size.map_or(usize::MAX, |size| size as usize);
        let mut pages = HashMap::new();
        for side in SIDES {
            let alias = SpaceAlias::parse(side.alias())?;
            let mut failure = None;
            problem.each_folder(side, |path, entries| {
                let path = if path.is_empty() { "/" } else { path };
                match EntryPath::parse(path) {
                    Ok(path) => {
                        let listed = listed(service, side, &path, &entries, size);
                        pages.insert(Address::new(alias.clone(), path), listed);
                    }
                    Err(error) => failure = Some(error),
                }
            });
            if let Some(error) = failure {
                return Err(error);
            }
        }
        Ok(Self {
            service,
            sheet,
            pages,
        })
    }

    /// The bytes of all replies.
    pub(crate) fn bytes(&self) -> usize {
        self.pages.values().flatten().map(Vec::len).sum()
    }

    fn page(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let address = Address::new(request.space.clone(), request.folder.clone());
        let number = request.page.as_ref().map_or("0", |page| page.0.as_str());
        let number: usize = number.parse().unwrap_or(usize::MAX);
        let body = self.pages.get(&address).and_then(|pages| pages.get(number));
        let body = body.ok_or_else(|| {
            ProviderError::refused(ErrorKind::NotFound, "this reply was not recorded")
        })?;
        recorded_page(self.service, &address, request.space.as_str(), body)
    }
}

fn listed(
    service: &str,
    side: Side,
    path: &EntryPath,
    entries: &[Made],
    size: usize,
) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut rest = entries.chunks(size).peekable();
    while let Some(entries) = rest.next() {
        let next = rest.peek().map(|_| pages.len() + 1);
        let page = match service {
            "smh" => smh_page(path, entries, next),
            _ => dingtalk_page(side, path, entries, next),
        };
        pages.push(page.into_bytes());
    }
    pages
}

fn dingtalk_page(side: Side, path: &EntryPath, entries: &[Made], next: Option<usize>) -> String {
    let mut page = String::from("{\"dentries\":[");
    for (position, made) in entries.iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        let kind = match made.kind {
            EntryKind::Folder => "FOLDER",
            EntryKind::File | EntryKind::Special => "FILE",
        };
        let extension = made
            .name
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension);
        let (id, name, size, time) = (made.id, &made.name, made.size, moment(made.seconds, "Z"));
        let space = side.alias();
        let _ = write!(
            page,
            "{comma}{{\"id\":\"{id}\",\"spaceId\":\"{space}\",\"parentId\":\"{}\",\
             \"type\":\"{kind}\",\"name\":\"{name}\",\"size\":{size},\"path\":\"{path}/{name}\",\
             \"version\":1,\"status\":\"NORMAL\",\"extension\":\"{extension}\",\
             \"creatorId\":\"x1Uu7Qz0kQhTrPd3sYt9cgiEiE\",\
             \"modifierId\":\"x1Uu7Qz0kQhTrPd3sYt9cgiEiE\",\"createTime\":\"{time}\",\
             \"modifiedTime\":\"{time}\",\"properties\":{{\"readOnly\":false}},\
             \"uuid\":\"gvNG4YZ7JnQwqlRk{id}Vn6oWbEr\",\
             \"partitionType\":\"PUBLIC_OSS_PARTITION\",\"storageDriver\":\"DINGTALK\"}}",
            made.parent,
        );
    }
    page.push(']');
    if let Some(next) = next {
        let _ = write!(page, ",\"nextToken\":\"{next}\"");
    }
    page.push('}');
    page
}

fn smh_page(path: &EntryPath, entries: &[Made], next: Option<usize>) -> String {
    let names: Vec<String> = path.segments().map(|name| format!("\"{name}\"")).collect();
    let mut page = format!("{{\"path\":[{}]", names.join(","));
    if let Some(next) = next {
        let _ = write!(page, ",\"nextMarker\":{next}");
    }
    page.push_str(",\"contents\":[");
    for (position, made) in entries.iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        let (id, name, size) = (made.id, &made.name, made.size);
        let time = moment(made.seconds, ".000Z");
        let _ = match made.kind {
            EntryKind::Folder => write!(
                page,
                "{comma}{{\"name\":\"{name}\",\"type\":\"dir\",\"inode\":\"{id:032x}\",\
                 \"creationTime\":\"{time}\",\"modificationTime\":\"{time}\",\"userId\":\"7\"}}",
            ),
            EntryKind::File | EntryKind::Special => write!(
                page,
                "{comma}{{\"name\":\"{name}\",\"type\":\"file\",\"inode\":\"{id:032x}\",\
                 \"creationTime\":\"{time}\",\"modificationTime\":\"{time}\",\
                 \"size\":\"{size}\",\"eTag\":\"\\\"{:032x}\\\"\",\"crc64\":\"{}\",\
                 \"versionId\":1,\"contentType\":\"application/pdf\",\"fileType\":\"pdf\",\
                 \"category\":\"\",\"labels\":[],\"metaData\":{{}},\"previewByDoc\":true,\
                 \"previewByCI\":true,\"previewAsIcon\":false,\"userId\":\"7\",\
                 \"historySize\":\"0\",\"removedByQuota\":false,\"virusAuditStatus\":2}}",
                size * 31,
                made.checksum(),
            ),
        };
    }
    page.push_str("]}");
    page
}

/// A time of the year 2026 as services write it.
fn moment(seconds: u64, end: &str) -> String {
    let time = reshelve::tree::Timestamp::from_parts(seconds as i64, 0).to_string();
    format!("{}{end}", time.trim_end_matches('Z'))
}

fn no_more<T>() -> Result<T, ProviderError> {
    Err(ProviderError::refused(
        ErrorKind::Unsupported,
        "recorded listings only",
    ))
}

impl Provider for Recording {
    fn capabilities(&self, _space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        Ok(self.sheet.clone())
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async { self.page(request) })
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
