//! The service as processes see it: a call goes out, and perhaps an answer comes.

use std::path::PathBuf;
use std::sync::Arc;

use reshelve::journal::codec::decode;
use reshelve::journal::{RunProgress, Standing};
use reshelve::plan::{Capabilities, Place};
use reshelve::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, MemoryProvider, Page, Provider,
    ProviderError, SeekRequest, SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use reshelve::tree::{Address, EntryPath, Listing, SpaceAlias};

use crate::FOLDER;
use crate::fate::{Fate, WAY, reading};
use crate::room::{Room, lock};
use crate::setting::Order;

/// Speaks to the service of a room.
#[derive(Clone)]
pub(crate) struct RoomProvider(pub(crate) Arc<Room>);

impl RoomProvider {
    /// Takes a step; where the machine stops there, nothing happens any more.
    async fn step(&self) {
        if self.0.step().is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A look at what is there.
    async fn look(&self, what: &str, at: &[Address]) -> Result<MemoryProvider, ProviderError> {
        self.step().await;
        self.0.sleep(WAY).await;
        self.step().await;
        let mut service = lock(&self.0.service);
        let setting = service.setting.clone();
        let fate = reading(&setting, &mut service.dice);
        self.0
            .note(format_args!("{what} {at:?} {:?}", fate.is_ok()));
        if fate.is_err() {
            self.0.fired("reading-fails");
        }
        fate?;
        for address in at {
            service.ledger.looked_at(address);
        }
        Ok(service.view(&self.0))
    }

    fn order(&self) -> Order {
        lock(&self.0.service).setting.order
    }

    /// What is wrong with a call whose intent would not survive a loss of power.
    fn without_intent(&self, request: &BatchRequest<'_>) -> Option<String> {
        let path = PathBuf::from(FOLDER)
            .join("runs")
            .join(request.run)
            .join("journal");
        let disk = lock(&self.0.disk);
        let Some(decoded) = disk.durable(&path).and_then(|bytes| decode(bytes).ok()) else {
            return Some(format!(
                "a call of {} before its journal is durable",
                request.run
            ));
        };
        // Whatever came before: the last word on each operation must be an intent.
        let progress = RunProgress::of(&decoded.records);
        let missing = request.operations.iter().find(|operation| {
            let standing = progress.operations.get(&operation.id);
            !matches!(standing, Some(Standing::InDoubt { .. }))
        });
        missing.map(|operation| {
            format!(
                "{} of {} is sent without an intent",
                operation.id, request.run
            )
        })
    }

    async fn call(&self, request: &BatchRequest<'_>) -> Result<BatchReply, ProviderError> {
        self.step().await;
        let (call, fate, fault) = self.send(request);
        self.0.sleep(fate.answered).await;
        self.step().await;
        let mut service = lock(&self.0.service);
        let reply = fate
            .error
            .clone()
            .map_or_else(|| Ok(service.reply(call)), Err);
        self.0.note(format_args!("answer {call} {fault} {reply:?}"));
        let operations = request.operations.iter().map(|operation| operation.id);
        match reply {
            Err(error) => {
                let operations: Vec<_> = operations.collect();
                if fate.is_clear() {
                    for operation in operations {
                        service.ledger.told(request.run, operation);
                    }
                    service.ledger.calls -= 1;
                } else {
                    service.ledger.ambiguities += operations.len() as u64;
                }
                Err(error)
            }
            Ok(mut reply) => {
                if let Some(silent) = fate.silent
                    && !reply.items.is_empty()
                {
                    let position = (silent % reply.items.len() as u64) as usize;
                    reply.items.remove(position);
                    service.ledger.ambiguities += 1;
                }
                for item in &reply.items {
                    service.ledger.told(request.run, item.operation);
                }
                service.ledger.ambiguities += reply.tasks.len() as u64;
                Ok(reply)
            }
        }
    }

    fn send(&self, request: &BatchRequest<'_>) -> (u64, Fate, &'static str) {
        let wrong = self.without_intent(request);
        let now = self.0.now();
        let mut service = lock(&self.0.service);
        if let Some(wrong) = wrong {
            self.0.note(format_args!("WRONG {wrong}"));
            service.ledger.wrong(wrong);
        }
        let setting = service.setting.clone();
        let (fate, fault) = Fate::draw(&setting, &mut service.dice);
        for operation in request.operations {
            service.ledger.sent(now, request.run, operation);
        }
        service.ledger.calls += 1;
        let call = service.send(now, request, &fate);
        let operations: Vec<String> = request
            .operations
            .iter()
            .map(|it| format!("{} {}", it.id, crate::storage::described(it)))
            .collect();
        self.0.note(format_args!(
            "call {call} of {} {fault} {:?}: {}",
            request.run,
            fate.arrivals,
            operations.join(", ")
        ));
        if !fault.is_empty() {
            self.0.fired(fault);
        }
        (call, fate, fault)
    }
}

impl Provider for RoomProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        lock(&self.0.service).inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async move {
            let address = Address::new(request.space.clone(), request.folder.clone());
            let seen = self.look("list", &[address]).await?;
            let mut page = seen.list(request).await?;
            if self.order() == Order::NewestFirst {
                page.listing = backwards(&page.listing);
            }
            Ok(page)
        })
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        Box::pin(async move {
            let root = Address::new(request.space.clone(), EntryPath::root());
            let seen = self.look("list-space", &[root]).await?;
            seen.list_space(request).await
        })
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        Box::pin(async move {
            let root = Address::new(request.space.clone(), EntryPath::root());
            let seen = self.look("seek", &[root]).await?;
            seen.seek(request).await
        })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(async move {
            let addresses: Vec<Address> = places.iter().map(Place::address).collect();
            let seen = self.look("fetch", &addresses).await?;
            seen.fetch(places).await
        })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(self.call(request))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(async move {
            self.look("poll", &[]).await?;
            let states = lock(&self.0.service).poll(&self.0, tasks);
            self.0.note(format_args!("tasks {tasks:?} are {states:?}"));
            Ok(states)
        })
    }
}

fn backwards(listing: &Listing) -> Listing {
    let entries: Vec<_> = listing.entries().collect();
    let mut backwards = Listing::new();
    entries.iter().rev().for_each(|entry| backwards.push(entry));
    backwards
}
