//! The provider over folders of this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::execute::{broken_off, execute};
use super::failure::explain;
use super::fetch::fetch;
use super::root::Root;
use super::scan::scan;
use super::sheet::sheet;
use crate::plan::{Capabilities, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Folders of this machine, one a space.
///
/// Each root is opened once, and everything is done through that handle, so that a link put in
/// the way of a run leads nowhere. A single listing is done where it is called: it takes well
/// under a millisecond on a local disk, and who lists many folders does so from threads that may
/// wait. Fetching and executing move to such a thread by themselves.
#[derive(Debug)]
pub struct LocalProvider {
    roots: Arc<Roots>,
}

/// The open roots by alias.
#[derive(Debug)]
pub(super) struct Roots(BTreeMap<SpaceAlias, Root>);

impl LocalProvider {
    /// Opens the root of each space.
    ///
    /// # Errors
    /// A root is missing, is not a folder or cannot be read; or one root is another's or lies in
    /// it, where one space would change behind the other's back.
    pub fn new(roots: &BTreeMap<SpaceAlias, PathBuf>) -> Result<Self, ProviderError> {
        let mut open = BTreeMap::new();
        let mut places: Vec<(&SpaceAlias, PathBuf)> = Vec::new();
        for (alias, path) in roots {
            open.insert(alias.clone(), Root::open(alias, path)?);
            let place = path.canonicalize().map_err(|error| {
                let message = format!("cannot resolve the root of the space `{alias}`: {error}");
                ProviderError::refused(ErrorKind::Other, message)
            })?;
            places.push((alias, place));
        }
        refuse_nested(&places)?;
        Ok(Self {
            roots: Arc::new(Roots(open)),
        })
    }

    fn list_now(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let root = self.roots.root(&request.space)?;
        let address = root.address(&request.folder);
        root.refuse_own(&request.folder, "list")?;
        let folder = root
            .folder(&request.folder)
            .map_err(|errno| explain(errno, "list", &address))?;
        scan(folder, &address)
    }
}

impl Roots {
    /// The root of a space.
    ///
    /// # Errors
    /// The space is none of this provider's.
    pub(super) fn root(&self, space: &SpaceAlias) -> Result<&Root, ProviderError> {
        self.0.get(space).ok_or_else(|| {
            let message = format!("the space `{space}` was not opened as a local folder");
            ProviderError::refused(ErrorKind::NotFound, message)
        })
    }
}

impl Provider for LocalProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        Ok(sheet(self.roots.root(space)?.longest_name()))
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async move { self.list_now(request) })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        let (roots, places) = (Arc::clone(&self.roots), places.to_vec());
        Box::pin(async move {
            tokio::task::spawn_blocking(move || fetch(&roots, &places))
                .await
                .map_err(|_| broken_off("reading entries"))?
        })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(execute(Arc::clone(&self.roots), request))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        // Nothing goes on after a reply, so no task can be known.
        Box::pin(async move { Ok(vec![TaskStatus::Unknown; tasks.len()]) })
    }
}

fn refuse_nested(places: &[(&SpaceAlias, PathBuf)]) -> Result<(), ProviderError> {
    for (position, (alias, path)) in places.iter().enumerate() {
        for (other, outer) in &places[..position] {
            let (outer_alias, inner_alias) =
                match (path.starts_with(outer), outer.starts_with(path)) {
                    (true, _) => (other, alias),
                    (false, true) => (alias, other),
                    (false, false) => continue,
                };
            let message = format!(
                "the spaces `{outer_alias}` and `{inner_alias}` overlap: the root of \
                 `{inner_alias}` is the root of `{outer_alias}` or lies in it; give each space a \
                 folder of its own, or use one space with longer paths"
            );
            return Err(ProviderError::refused(ErrorKind::Unsupported, message));
        }
    }
    Ok(())
}
