//! Entries by their places: those with an id in calls of thirty, the others by listing their
//! folders.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::{incomplete, item_error};
use super::folders::{Found, one};
use super::provider::DingTalkProvider;
use super::sheet::FETCH_BATCH;
use super::sight::Sight;
use super::wire::{DentryStatus, Id, QueryItem};
use crate::plan::Place;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::{FetchedEntry, SeekRequest, SpacePage};
use crate::state::Seen;
use crate::tree::{Address, EntryId, EntryKind, EntryPath, SpaceAlias};

/// What was learnt by id in one fetch: `None` for an id that is no longer there.
type Known = BTreeMap<Id, Option<Sight>>;

/// What was learnt by listing in one fetch, by folder and name. A folder that is not there has no
/// names.
pub(super) type Listed = BTreeMap<Address, BTreeMap<String, Vec<Sight>>>;

const ROUTE: &str = "getDentries";

impl DingTalkProvider {
    /// The entries at places, in the order asked for.
    pub(super) async fn fetch_places(
        &self,
        places: &[Place],
    ) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
        let mut by_id: BTreeMap<&SpaceAlias, Vec<&Place>> = BTreeMap::new();
        for place in places {
            self.space(&place.space)?;
            if place.id.is_some() && !place.path.is_root() {
                by_id.entry(&place.space).or_default().push(place);
            }
        }
        let mut known: BTreeMap<&SpaceAlias, Known> = BTreeMap::new();
        for (space, places) in by_id {
            known.insert(space, self.ask(space, &places).await?);
        }
        let mut listed = Listed::new();
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            found.push(match (known.get(&place.space), &place.id) {
                (Some(known), Some(id)) if !place.path.is_root() => {
                    let sight = Id::new(id.as_str()).and_then(|id| at(known, &id, &place.path));
                    sight.map(entry)
                }
                _ => self.look(place, &mut listed).await?,
            });
        }
        Ok(found)
    }

    /// Asks for the entries of places with ids, and for their folders up to the root, until every
    /// way up is known. Folders whose ids are known are asked for in the same calls.
    async fn ask(&self, space: &SpaceAlias, places: &[&Place]) -> Result<Known, ProviderError> {
        let mut wanted = BTreeSet::new();
        for place in places {
            wanted.extend(place.id.as_ref().and_then(|id| Id::new(id.as_str())));
            let parent = place.path.parent().unwrap_or_else(EntryPath::root);
            wanted.extend(self.index.way(space, &parent));
        }
        let mut known = Known::new();
        loop {
            wanted.retain(|id| !id.is_root() && !known.contains_key(id));
            if wanted.is_empty() {
                return Ok(known);
            }
            let ids: Vec<Id> = std::mem::take(&mut wanted).into_iter().collect();
            for ids in ids.chunks(FETCH_BATCH as usize) {
                for (id, sight) in self.query(space, ids).await? {
                    wanted.extend(sight.as_ref().and_then(|sight| sight.parent.clone()));
                    known.insert(id, sight);
                }
            }
        }
    }

    /// The entries with these ids, in one call. What is gone, or in no folder that the service
    /// tells, is left out.
    pub(super) async fn sought(&self, request: &SeekRequest) -> Result<SpacePage, ProviderError> {
        let ids = request.ids.iter().filter_map(|id| Id::new(id.as_str()));
        let ids: Vec<Id> = ids.filter(|id| !id.is_root()).collect();
        let mut page = SpacePage::default();
        if ids.is_empty() {
            return Ok(page);
        }
        for sight in self.query(&request.space, &ids).await?.values().flatten() {
            if let Some(parent) = &sight.parent {
                page.listing.push(&sight.entry());
                let parent = (!parent.is_root()).then(|| EntryId::new(parent.as_str()));
                page.parents.push(parent);
            }
        }
        Ok(page)
    }

    /// Entries by their ids, in one call of up to thirty.
    ///
    /// # Errors
    /// The call failed, or its reply does not speak of all ids.
    pub(super) async fn query(
        &self,
        space: &SpaceAlias,
        ids: &[Id],
    ) -> Result<Known, ProviderError> {
        let id = self.space(space)?;
        let reply = self.calls.get_dentries(&id, ids).await?;
        let senseless = |why| incomplete(ROUTE, Nature::Reads, why);
        let items = reply
            .result_items
            .ok_or_else(|| senseless("it holds no list of entries"))?;
        let mut known = Known::new();
        for id in ids {
            let spoken = |item: &&QueryItem| item.dentry_id.known() == Some(id);
            let item = items.iter().find(spoken);
            let item = item.ok_or_else(|| senseless("it says nothing of one of the ids"))?;
            let sight = answered(id, item)?;
            match &sight {
                Some(sight) if sight.kind == EntryKind::Folder => {
                    if let Some(parent) = &sight.parent {
                        self.index.learn(space, parent, &sight.name, id);
                    }
                }
                Some(_) | None => self.index.forget(space, id),
            }
            known.insert(id.clone(), sight);
        }
        Ok(known)
    }

    /// The entry at a place without an id.
    async fn look(
        &self,
        place: &Place,
        listed: &mut Listed,
    ) -> Result<Option<FetchedEntry>, ProviderError> {
        if place.path.is_root() {
            // The space is there if its root can be listed.
            self.page(&place.space, &Id::root(), None).await?;
            return Ok(Some(FetchedEntry {
                kind: EntryKind::Folder,
                seen: Seen::default(),
            }));
        }
        let sight = self.sight(place, listed).await?;
        Ok(sight.map(|sight| entry(&sight)))
    }

    /// What is at a place, found by listing its folder. Each folder is listed once for all places
    /// that share `listed`.
    pub(super) async fn sight(
        &self,
        place: &Place,
        listed: &mut Listed,
    ) -> Result<Option<Sight>, ProviderError> {
        let (Some(parent), Some(name)) = (place.path.parent(), place.path.name()) else {
            return Ok(None);
        };
        let folder = Address::new(place.space.clone(), parent);
        if !listed.contains_key(&folder) {
            let entries = self.content(&folder).await?;
            listed.insert(folder.clone(), by_name(entries.unwrap_or_default()));
        }
        let named = listed.get(&folder).and_then(|names| names.get(name));
        one(named.cloned().unwrap_or_default(), name)
    }

    /// Everything in a folder; `None` where there is no such folder. A folder that is remembered
    /// and gone is looked for once more.
    async fn content(&self, folder: &Address) -> Result<Option<Vec<Sight>>, ProviderError> {
        for _ in 0..2 {
            let Found::Folder(id) = self.find(&folder.space, &folder.path).await? else {
                return Ok(None);
            };
            match self.whole_folder(&folder.space, &id).await {
                Err(error) if error.kind == ErrorKind::NotFound && !id.is_root() => {
                    self.index.forget(&folder.space, &id);
                }
                answer => return answer.map(Some),
            }
        }
        Ok(None)
    }
}

fn by_name(entries: Vec<Sight>) -> BTreeMap<String, Vec<Sight>> {
    let mut names: BTreeMap<String, Vec<Sight>> = BTreeMap::new();
    for entry in entries {
        names.entry(entry.name.clone()).or_default().push(entry);
    }
    names
}

/// What a reply says of an id; `None` where the entry is gone or in the bin.
pub(super) fn answered(id: &Id, item: &QueryItem) -> Result<Option<Sight>, ProviderError> {
    let senseless = |why| incomplete(ROUTE, Nature::Reads, why);
    match (item.success.known(), &item.dentry) {
        (Some(false), _) | (None, None) => {
            let code = item.error_code.known().map_or("", String::as_str);
            if code.eq_ignore_ascii_case("dentryNotExist") {
                return Ok(None);
            }
            let mut error = item_error(ROUTE, code);
            if error.kind == ErrorKind::InvalidReply {
                error = senseless("it says neither what an entry is nor why not");
            }
            Err(error)
        }
        (Some(true), None) => Err(senseless("it holds no entry where it says so")),
        (Some(true) | None, Some(dentry)) => {
            if dentry.status.known() == Some(&DentryStatus::Deleted) {
                return Ok(None);
            }
            let sight = Sight::of(dentry).map_err(senseless)?;
            if sight.id != *id {
                return Err(senseless("it gives another entry than it was asked for"));
            }
            Ok(Some(sight))
        }
    }
}

/// The entry with an id, if names and folders from it up to the root are those of the path.
fn at<'k>(known: &'k Known, id: &Id, path: &EntryPath) -> Option<&'k Sight> {
    let sight = known.get(id)?.as_ref()?;
    let mut here = sight;
    let names: Vec<&str> = path.segments().collect();
    for (height, name) in names.iter().rev().enumerate() {
        if here.name != *name {
            return None;
        }
        let is_top = height + 1 == names.len();
        let parent = here.parent.clone().unwrap_or_else(Id::root);
        if parent.is_root() || is_top {
            return (parent.is_root() && is_top).then_some(sight);
        }
        here = known.get(&parent)?.as_ref()?;
    }
    None
}

fn entry(sight: &Sight) -> FetchedEntry {
    FetchedEntry {
        kind: sight.kind,
        seen: sight.seen(),
    }
}
