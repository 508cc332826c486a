//! What is at given places: a few are asked for one by one, many in one folder are found by
//! listing it.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::incomplete;
use super::list::about;
use super::provider::SmhProvider;
use super::sheet::PAGE_SIZE;
use super::sight::Sight;
use crate::plan::Place;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::FetchedEntry;
use crate::state::Seen;
use crate::tree::{Address, EntryKind};

/// What is there, by address. Where nothing is, there is nothing here.
pub(super) type Looked = BTreeMap<Address, Sight>;

/// So many entries of one folder are asked for one by one: more than two calls take as long as a
/// page, which has a thousand.
const FEW: usize = 2;

impl SmhProvider {
    /// The entries at places, in the order asked for.
    pub(super) async fn fetch_places(
        &self,
        places: &[Place],
    ) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
        let looked = self.look(places.iter().map(Place::address)).await?;
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            found.push(if place.path.is_root() {
                // The space is there if its root can be listed.
                let root = place.address();
                let page = self.page(&root, None).await;
                page.map_err(|error| about("list", &root, error))?;
                Some(FetchedEntry {
                    kind: EntryKind::Folder,
                    seen: Seen::default(),
                })
            } else {
                looked.get(&place.address()).map(|sight| FetchedEntry {
                    kind: sight.kind,
                    seen: sight.seen(),
                })
            });
        }
        Ok(found)
    }

    /// What is at these addresses. Roots are passed over.
    pub(super) async fn look(
        &self,
        addresses: impl Iterator<Item = Address>,
    ) -> Result<Looked, ProviderError> {
        let mut folders: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
        for address in addresses {
            self.space(&address.space)?;
            if let (Some(parent), Some(name)) = (address.path.parent(), address.path.name()) {
                let folder = Address::new(address.space.clone(), parent);
                folders.entry(folder).or_default().insert(name.to_owned());
            }
        }
        let mut looked = Looked::new();
        for (folder, names) in folders {
            let rest = if names.len() > FEW {
                self.look_through(&folder, names, &mut looked).await?
            } else {
                names
            };
            for name in rest {
                let address = child(&folder, &name);
                if let Some(sight) = self.info(&address).await? {
                    looked.insert(address, sight);
                }
            }
        }
        Ok(looked)
    }

    /// Looks for names in a folder page by page, and gives those back that are better asked for one
    /// by one, as more pages are left than names.
    async fn look_through(
        &self,
        folder: &Address,
        mut names: BTreeSet<String>,
        looked: &mut Looked,
    ) -> Result<BTreeSet<String>, ProviderError> {
        let mut marker: Option<String> = None;
        let mut read = 0;
        loop {
            let page = match self.page(folder, marker.as_deref()).await {
                Ok(page) => page,
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(BTreeSet::new()),
                Err(error) => return Err(about("list", folder, error)),
            };
            read += page.entries.len() as u64;
            for sight in page.entries {
                if names.remove(&sight.name) {
                    looked.insert(child(folder, &sight.name), sight);
                }
            }
            if names.is_empty() || page.next.is_none() {
                return Ok(BTreeSet::new());
            }
            let left = page.total.map(|total| total.saturating_sub(read));
            let pages = left.map(|left| left.div_ceil(u64::from(PAGE_SIZE)));
            if page.next == marker || pages.is_some_and(|pages| pages > names.len() as u64) {
                return Ok(names);
            }
            marker = page.next;
        }
    }

    /// The entry at an address; `None` where nothing is, or only something whose name differs.
    pub(super) async fn info(&self, address: &Address) -> Result<Option<Sight>, ProviderError> {
        let space = &self.space(&address.space)?.id;
        let calls = self.calls(&address.space)?;
        let entry = match calls.get_info(space, &address.path).await {
            Ok(entry) => entry,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(about("look at", address, error)),
        };
        let sight = Sight::of(&entry).map_err(|why| {
            about(
                "look at",
                address,
                incomplete("getInfo", Nature::Reads, why),
            )
        })?;
        let same = Some(sight.name.as_str()) == address.path.name();
        Ok(same.then_some(sight))
    }
}

fn child(folder: &Address, name: &str) -> Address {
    Address::new(folder.space.clone(), folder.path.join_trusted(name))
}
