//! Listing a folder.

use super::decode::{incomplete, object, undoubted};
use super::provider::SmhProvider;
use super::sight::Sight;
use super::wire::{DirectoryList, Field};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::{Nature, Reply};
use crate::provider::provider::{ListRequest, Page, PageToken};
use crate::tree::{Address, EntryKind};

/// A page of a folder in our words.
pub(super) struct Sights {
    /// Its entries.
    pub(super) entries: Vec<Sight>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
    /// How many entries the folder has, where the service says so.
    pub(super) total: Option<u64>,
}

impl SmhProvider {
    pub(super) async fn list_folder(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let address = Address::new(request.space.clone(), request.folder.clone());
        let marker = request.page.as_ref().map(|page| page.0.as_str());
        let sights = match self.page(&address, marker).await {
            Ok(sights) => sights,
            Err(error) => {
                let error = self.why_not(&address, error).await;
                return Err(about("list", &address, error));
            }
        };
        Ok(page(sights, &address))
    }

    /// A page of a folder, from a marker on.
    pub(super) async fn page(
        &self,
        folder: &Address,
        marker: Option<&str>,
    ) -> Result<Sights, ProviderError> {
        let space = &self.space(&folder.space)?.id;
        let calls = self.calls(&folder.space)?;
        let list = calls.list_directory(space, &folder.path, marker).await?;
        sights(&list).map_err(|why| incomplete("listDirectory", Nature::Reads, why))
    }

    /// The service says of a file, too, that there is no such directory.
    async fn why_not(&self, folder: &Address, error: ProviderError) -> ProviderError {
        if error.kind != ErrorKind::NotFound || folder.path.is_root() {
            return error;
        }
        match self.info(folder).await {
            Ok(Some(sight)) if sight.kind != EntryKind::Folder => {
                let message = format!("it is no folder but a {}", sight.kind);
                ProviderError::refused(ErrorKind::Mismatch, message)
            }
            Ok(_) | Err(_) => error,
        }
    }
}

/// The page of a folder that a recorded reply to `listDirectory` holds.
///
/// # Errors
/// It is a refusal, or it is no page.
pub(in crate::provider) fn recorded(folder: &Address, body: &[u8]) -> Result<Page, ProviderError> {
    let list: DirectoryList = match undoubted(body) {
        Some(list) => list,
        None => object("listDirectory", Nature::Reads, &Reply::good(body))?,
    };
    let sights = sights(&list).map_err(|why| incomplete("listDirectory", Nature::Reads, why))?;
    Ok(page(sights, folder))
}

fn page(sights: Sights, folder: &Address) -> Page {
    let mut page = Page {
        next: sights.next.map(PageToken),
        ..Page::default()
    };
    for sight in &sights.entries {
        page.listing.push(&sight.entry());
        page.notes.extend(sight.note(folder));
    }
    page
}

/// The entries of a page, and where the next one begins.
///
/// # Errors
/// It has no list, its marker makes no sense, or an entry has no name: it is no page.
pub(super) fn sights(list: &DirectoryList) -> Result<Sights, &'static str> {
    let contents = list
        .contents
        .as_ref()
        .ok_or("it holds no list of entries")?;
    let next = match &list.next_marker {
        Field::Given(marker) => Some(marker.as_str().to_owned()),
        Field::Absent => None,
        Field::Odd => return Err("it holds a marker that makes no sense"),
    };
    let entries: Result<Vec<Sight>, _> = contents.iter().map(Sight::of).collect();
    let counts = (list.file_count.known(), list.sub_dir_count.known());
    let sum = match counts {
        (Some(files), Some(folders)) => files.checked_add(*folders),
        _ => None,
    };
    Ok(Sights {
        entries: entries?,
        next,
        total: list.total_num.known().copied().or(sum),
    })
}

pub(super) fn about(doing: &str, address: &Address, mut error: ProviderError) -> ProviderError {
    error.message = format!("cannot {doing} `{address}`: {}", error.message);
    error
}
