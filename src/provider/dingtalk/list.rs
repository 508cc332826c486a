//! Listing a folder, or everything in a space.

use super::decode::{decode, incomplete, undoubted};
use super::folders::{Found, entries};
use super::provider::DingTalkProvider;
use super::sight::Sight;
use super::wire::{DentryList, Id};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::{Nature, Reply};
use crate::provider::provider::{ListRequest, Page, PageToken, SpaceListRequest, SpacePage};
use crate::tree::{Address, EntryId, EntryKind, EntryPath};

impl DingTalkProvider {
    pub(super) async fn list_folder(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let address = Address::new(request.space.clone(), request.folder.clone());
        let page = self.list_one(request, &address).await;
        page.map_err(|error| about(&address, error))
    }

    async fn list_one(
        &self,
        request: &ListRequest,
        address: &Address,
    ) -> Result<Page, ProviderError> {
        let token = request.page.as_ref().map(|page| page.0.as_str());
        let mut folder = self.listed_folder(request).await?;
        let mut answer = self.page(&request.space, &folder, token).await;
        let gone = |error: &ProviderError| error.kind == ErrorKind::NotFound;
        if answer.as_ref().is_err_and(gone) && !folder.is_root() {
            self.index.forget(&request.space, &folder);
            if request.id.is_none() && token.is_none() {
                // Its id came from memory, and another folder may have taken its place.
                folder = self.listed_folder(request).await?;
                answer = self.page(&request.space, &folder, token).await;
            }
        }
        let (sights, next) = answer?;
        self.place(request, &folder);
        Ok(page(&sights, next, address))
    }

    /// The id of the folder that is to be listed.
    async fn listed_folder(&self, request: &ListRequest) -> Result<Id, ProviderError> {
        if let Some(id) = &request.id {
            return known(id);
        }
        match self.find(&request.space, &request.folder).await? {
            Found::Folder(id) => Ok(id),
            Found::Other => {
                let message = "it is not a folder";
                Err(ProviderError::refused(ErrorKind::Mismatch, message))
            }
            Found::Nothing => {
                let message = "it is not there";
                Err(ProviderError::refused(ErrorKind::NotFound, message))
            }
        }
    }

    /// Remembers a folder that was asked for by its id, where the folder it is in is known.
    fn place(&self, request: &ListRequest, folder: &Id) {
        let (Some(parent), Some(name)) = (request.folder.parent(), request.folder.name()) else {
            return;
        };
        let way = self.index.way(&request.space, &parent);
        if let Some(above) = way.last().filter(|_| way.len() == parent.depth() + 1) {
            self.index.learn(&request.space, above, name, folder);
        }
    }

    pub(super) async fn list_everything(
        &self,
        request: &SpaceListRequest,
    ) -> Result<SpacePage, ProviderError> {
        let root = Address::new(request.space.clone(), EntryPath::root());
        let page = self.list_flat(request).await;
        page.map_err(|error| about(&root, error))
    }

    async fn list_flat(&self, request: &SpaceListRequest) -> Result<SpacePage, ProviderError> {
        let space = self.space(&request.space)?;
        let token = request.page.as_ref().map(|page| page.0.as_str());
        let reply = self.calls.list_all_dentries(&space, token).await?;
        let senseless = |why| incomplete("listAllDentries", Nature::Reads, why);
        let (sights, next) = entries(&reply, &space, token).map_err(senseless)?;
        let placed = placed(&sights).map_err(senseless)?;
        let mut page = SpacePage {
            next: next.map(PageToken),
            ..SpacePage::default()
        };
        for (sight, parent) in placed {
            if sight.kind == EntryKind::Folder {
                let space = &request.space;
                self.index.learn(space, parent, &sight.name, &sight.id);
            }
            page.listing.push(&sight.entry());
            let parent = (!parent.is_root()).then(|| EntryId::new(parent.as_str()));
            page.parents.push(parent);
            page.notes.extend(sight.note_in_space(&request.space));
        }
        Ok(page)
    }
}

/// The page of a folder that a recorded reply to `listDentries` holds. `space` is the id of the
/// folder's space.
///
/// # Errors
/// It is a refusal, or it is no page of this space.
pub(in crate::provider) fn recorded(
    folder: &Address,
    space: &str,
    body: &[u8],
) -> Result<Page, ProviderError> {
    let space = known(&EntryId::new(space))?;
    let list: DentryList = match undoubted(body) {
        Some(list) => list,
        None => decode("listDentries", Nature::Reads, &Reply::good(body))?,
    };
    let senseless = |why| incomplete("listDentries", Nature::Reads, why);
    let (sights, next) = entries(&list, &space, None).map_err(senseless)?;
    Ok(page(&sights, next, folder))
}

fn page(sights: &[Sight], next: Option<String>, folder: &Address) -> Page {
    let mut page = Page {
        next: next.map(PageToken),
        ..Page::default()
    };
    for sight in sights {
        page.listing.push(&sight.entry());
        page.notes.extend(sight.note(folder));
    }
    page
}

/// The entries of a flat listing with their folders, without the root itself.
///
/// # Errors
/// Something that is not the root is in no folder.
pub(super) fn placed(sights: &[Sight]) -> Result<Vec<(&Sight, &Id)>, &'static str> {
    let mut placed = Vec::new();
    let mut has_root = false;
    for sight in sights {
        match &sight.parent {
            Some(parent) => placed.push((sight, parent)),
            // By the documents the folder without a parent is the root, whatever its id.
            None if sight.kind == EntryKind::Folder && !std::mem::replace(&mut has_root, true) => {}
            None => return Err("an entry is in no folder"),
        }
    }
    Ok(placed)
}

/// The id as the wire wants it.
///
/// # Errors
/// No service of this kind gave such an id.
pub(super) fn known(id: &EntryId) -> Result<Id, ProviderError> {
    Id::new(id.as_str()).ok_or_else(|| {
        let message = format!("`{id}` is no id of this service");
        ProviderError::refused(ErrorKind::NotFound, message)
    })
}

fn about(address: &Address, mut error: ProviderError) -> ProviderError {
    error.message = format!("cannot list `{address}`: {}", error.message);
    error
}
