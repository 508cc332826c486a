//! From paths to ids: through what was seen before, and by listing folder after folder.

use std::collections::BTreeSet;

use super::decode::incomplete;
use super::provider::DingTalkProvider;
use super::sight::Sight;
use super::wire::{Dentry, DentryKind, DentryList, Id};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

/// What is at a path.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// A folder.
    Folder(Id),
    /// A file, or something that is left alone.
    Other,
    /// Nothing.
    Nothing,
}

/// The most pages of one folder: 5,000,000 entries.
const MOST_PAGES: usize = 100_000;

impl DingTalkProvider {
    /// What is at a path. Folders that are known by their ids are not looked at again.
    ///
    /// # Errors
    /// A folder on the way cannot be listed.
    pub(super) async fn find(
        &self,
        space: &SpaceAlias,
        path: &EntryPath,
    ) -> Result<Found, ProviderError> {
        match self.walk(space, path).await {
            Err(error) if error.kind == ErrorKind::NotFound => {
                // A folder on the way is not where it was seen before: look without that memory.
                for id in self.index.way(space, path) {
                    self.index.forget(space, &id);
                }
                self.walk(space, path).await
            }
            found => found,
        }
    }

    async fn walk(&self, space: &SpaceAlias, path: &EntryPath) -> Result<Found, ProviderError> {
        let mut folder = Id::root();
        let mut names = path.segments().peekable();
        while let Some(name) = names.next() {
            if let Some(known) = self.index.child(space, &folder, name) {
                folder = known;
                continue;
            }
            let entries = self.whole_folder(space, &folder).await?;
            match one(entries, name)? {
                Some(sight) if sight.kind == EntryKind::Folder => folder = sight.id,
                Some(_) if names.peek().is_none() => return Ok(Found::Other),
                Some(_) | None => return Ok(Found::Nothing),
            }
        }
        Ok(Found::Folder(folder))
    }

    /// The id of a folder that a call needs.
    ///
    /// # Errors
    /// It is not there, or it is no folder.
    pub(super) async fn folder(&self, address: &Address) -> Result<Id, ProviderError> {
        match self.find(&address.space, &address.path).await? {
            Found::Folder(id) => Ok(id),
            Found::Other => {
                let message = format!("`{address}` is not a folder");
                Err(ProviderError::refused(ErrorKind::Mismatch, message))
            }
            Found::Nothing => {
                let message = format!("the folder `{address}` is not there");
                Err(ProviderError::refused(ErrorKind::NotFound, message))
            }
        }
    }

    /// Everything that a folder holds.
    ///
    /// # Errors
    /// A page cannot be had, or pages go in a circle.
    pub(super) async fn whole_folder(
        &self,
        space: &SpaceAlias,
        folder: &Id,
    ) -> Result<Vec<Sight>, ProviderError> {
        let mut entries = Vec::new();
        let mut page: Option<String> = None;
        let mut seen = BTreeSet::new();
        loop {
            let (sights, next) = self.page(space, folder, page.as_deref()).await?;
            entries.extend(sights);
            let Some(next) = next else {
                return Ok(entries);
            };
            if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) {
                return Err(senseless("its pages go in a circle"));
            }
            page = Some(next);
        }
    }

    /// One page of what a folder holds; folders on it are remembered.
    ///
    /// # Errors
    /// The page cannot be had, or it is not one of this folder.
    pub(super) async fn page(
        &self,
        space: &SpaceAlias,
        folder: &Id,
        page: Option<&str>,
    ) -> Result<(Vec<Sight>, Option<String>), ProviderError> {
        let id = self.space(space)?;
        let reply = self.calls.list_dentries(&id, folder, page).await?;
        let (sights, next) = entries(&reply, &id, page).map_err(senseless)?;
        for sight in &sights {
            if sight.parent.as_ref().is_some_and(|parent| parent != folder) && !folder.is_root() {
                return Err(senseless("an entry is of another folder"));
            }
            if sight.kind == EntryKind::Folder {
                self.index.learn(space, folder, &sight.name, &sight.id);
            }
        }
        Ok((sights, next))
    }
}

/// The entries of a page of any listing, and where the next begins.
///
/// # Errors
/// The reply has no list, an entry of it cannot be spoken of or is of another space, or the page
/// names itself as the next.
pub(super) fn entries(
    reply: &DentryList,
    space: &Id,
    page: Option<&str>,
) -> Result<(Vec<Sight>, Option<String>), &'static str> {
    let dentries = reply
        .dentries
        .as_ref()
        .ok_or("it holds no list of entries")?;
    let other_space = |found: Option<&Id>| found.is_some_and(|found| found != space);
    if dentries
        .iter()
        .any(|dentry| other_space(dentry.space_id.known()))
    {
        return Err("an entry is of another space");
    }
    let next = match reply.next_token.known() {
        Some(next) if next.is_empty() => None,
        Some(next) if Some(next.as_str()) == page => return Err("a page names itself as the next"),
        Some(next) => Some(next.clone()),
        None if reply.next_token.is_absent() => None,
        None => return Err("the token of the next page makes no sense"),
    };
    let listed = dentries.iter().filter(|dentry| !is_root(dentry));
    let sights: Result<Vec<Sight>, _> = listed.map(Sight::of).collect();
    Ok((sights?, next))
}

/// Whether it is the root of a space, which may stand among what the space holds: it has the id 0,
/// or neither name nor folder.
fn is_root(dentry: &Dentry) -> bool {
    let nameless = dentry.name.known().is_none_or(String::is_empty);
    let is_folder = dentry.kind.known() == Some(&DentryKind::Folder);
    dentry.id.known().is_some_and(Id::is_root)
        || nameless && is_folder && dentry.parent_id.is_absent() && dentry.id.known().is_some()
}

/// The entry of that name.
///
/// # Errors
/// There are two.
pub(super) fn one(entries: Vec<Sight>, name: &str) -> Result<Option<Sight>, ProviderError> {
    let mut named = entries.into_iter().filter(|entry| entry.name == name);
    let first = named.next();
    // The same entry can stand on two pages while others come and go.
    let same = |other: &Sight| first.as_ref().is_some_and(|first| first.id == other.id);
    match named.find(|other| !same(other)) {
        None => Ok(first),
        Some(_) => {
            let message = format!("two entries of one folder are called `{name}`");
            Err(ProviderError::refused(ErrorKind::Mismatch, message))
        }
    }
}

fn senseless(why: &'static str) -> ProviderError {
    incomplete("listDentries", Nature::Reads, why)
}
