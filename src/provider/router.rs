//! Several providers as one: each call goes to the provider that has the space.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::{ErrorKind, ProviderError};
use super::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::plan::{Capabilities, Operation, Place};
use crate::tree::SpaceAlias;

/// Several providers as one.
#[derive(Clone, Default)]
pub struct Router {
    routes: BTreeMap<SpaceAlias, Arc<dyn Provider>>,
    /// In the order in which they were added; a task's id begins with the position here.
    providers: Vec<Arc<dyn Provider>>,
    /// Spaces of others that a provider can take entries from, by its position.
    reaches: BTreeSet<(usize, SpaceAlias)>,
}

impl Router {
    /// A router that knows no space yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends the calls for these spaces to `provider`. A space that was known before goes there
    /// from now on.
    pub fn add(
        &mut self,
        spaces: impl IntoIterator<Item = SpaceAlias>,
        provider: &Arc<dyn Provider>,
    ) {
        if !self
            .providers
            .iter()
            .any(|other| Arc::ptr_eq(other, provider))
        {
            self.providers.push(Arc::clone(provider));
        }
        for space in spaces {
            self.routes.insert(space, Arc::clone(provider));
        }
    }

    /// Lets a provider that was added take entries from these spaces, which calls of their own
    /// reach by another way: the same service with the credentials of another profile.
    pub fn lend(
        &mut self,
        spaces: impl IntoIterator<Item = SpaceAlias>,
        provider: &Arc<dyn Provider>,
    ) {
        let number = self.number(provider);
        self.reaches
            .extend(spaces.into_iter().map(|space| (number, space)));
    }

    fn route(&self, space: &SpaceAlias) -> Result<&Arc<dyn Provider>, ProviderError> {
        self.routes.get(space).ok_or_else(|| {
            let message = format!("the space `{space}` was not opened");
            ProviderError::refused(ErrorKind::NotFound, message)
        })
    }

    fn number(&self, provider: &Arc<dyn Provider>) -> usize {
        let same = |other: &Arc<dyn Provider>| Arc::ptr_eq(other, provider);
        self.providers.iter().position(same).unwrap_or_default()
    }

    /// The provider of a batch: that of the targets, which reaches the sources as well.
    fn route_of_batch(
        &self,
        operations: &[&Operation],
    ) -> Result<Option<&Arc<dyn Provider>>, ProviderError> {
        let mut chosen: Option<&Arc<dyn Provider>> = None;
        for operation in operations {
            let (from, to) = (operation.action.from(), operation.action.to());
            let Some(own) = to.or(from) else {
                continue;
            };
            let provider = self.route(&own.space)?;
            if chosen.is_some_and(|chosen| !Arc::ptr_eq(chosen, provider)) {
                return Err(another_provider(own));
            }
            if let Some(from) = from.filter(|from| !self.is_reached(&from.space, provider)) {
                self.route(&from.space)?;
                return Err(another_provider(from));
            }
            chosen = Some(provider);
        }
        Ok(chosen)
    }

    fn is_reached(&self, space: &SpaceAlias, provider: &Arc<dyn Provider>) -> bool {
        let lent = (self.number(provider), space.clone());
        let own = self.routes.get(space);
        own.is_some_and(|own| Arc::ptr_eq(own, provider)) || self.reaches.contains(&lent)
    }

    async fn fetch_all(
        &self,
        places: &[Place],
    ) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
        let mut found = vec![None; places.len()];
        for provider in &self.providers {
            let mut positions = Vec::new();
            let mut asked = Vec::new();
            for (position, place) in places.iter().enumerate() {
                if Arc::ptr_eq(self.route(&place.space)?, provider) {
                    positions.push(position);
                    asked.push(place.clone());
                }
            }
            if asked.is_empty() {
                continue;
            }
            let answers = provider.fetch(&asked).await?;
            if answers.len() != asked.len() {
                return Err(wrong_count("entries", asked.len(), answers.len()));
            }
            for (position, entry) in positions.iter().zip(answers) {
                found[*position] = entry;
            }
        }
        Ok(found)
    }

    /// Asks each provider for all of its tasks at once.
    async fn poll_all(&self, tasks: &[TaskId]) -> Result<Vec<TaskStatus>, ProviderError> {
        let mut asked = vec![(Vec::new(), Vec::new()); self.providers.len()];
        for (position, task) in tasks.iter().enumerate() {
            let Some((number, rest)) = task.0.split_once(':') else {
                continue;
            };
            let number = number.parse::<usize>().ok();
            if let Some((positions, own)) = number.and_then(|number| asked.get_mut(number)) {
                positions.push(position);
                own.push(TaskId(rest.to_owned()));
            }
        }
        let mut statuses = vec![TaskStatus::Unknown; tasks.len()];
        for (provider, (positions, own)) in self.providers.iter().zip(asked) {
            if own.is_empty() {
                continue;
            }
            let answers = provider.poll(&own).await?;
            if answers.len() != own.len() {
                return Err(wrong_count("tasks", own.len(), answers.len()));
            }
            for (position, status) in positions.into_iter().zip(answers) {
                statuses[position] = status;
            }
        }
        Ok(statuses)
    }
}

impl Provider for Router {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.route(space)?.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        match self.route(&request.space) {
            Ok(provider) => provider.list(request),
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        match self.route(&request.space) {
            Ok(provider) => provider.list_space(request),
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        match self.route(&request.space) {
            Ok(provider) => provider.seek(request),
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(self.fetch_all(places))
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            let Some(provider) = self.route_of_batch(request.operations)? else {
                return Ok(BatchReply::default());
            };
            let number = self.number(provider);
            let mut reply = provider.execute(request).await?;
            for task in &mut reply.tasks {
                task.task.0 = format!("{number}:{}", task.task.0);
            }
            Ok(reply)
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(self.poll_all(tasks))
    }
}

fn another_provider(place: &Place) -> ProviderError {
    let message = format!(
        "cannot work on `{place}` in one call with spaces of another provider; nothing can be \
         placed from one provider to another"
    );
    ProviderError::refused(ErrorKind::Unsupported, message)
}

fn wrong_count(what: &str, asked: usize, answered: usize) -> ProviderError {
    let message = format!("{asked} {what} were asked for and {answered} answers came");
    ProviderError::passing(ErrorKind::InvalidReply, message)
}
