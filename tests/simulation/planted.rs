//! Six bugs, each planted over a seam, so that nothing of them is in the program: what judges the
//! histories must find them all.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reshelve::journal::{Fact, JournalError, JournalSink, Record};
use reshelve::plan::{Action, Capabilities, Operation, OperationId, Place, Strategy};
use reshelve::provider::layer::Pause;
use reshelve::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, ProviderError,
    SeekRequest, SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use reshelve::tree::{SpaceAlias, Timestamp};

use crate::room::{RoomClock, lock};

/// A bug that is there on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Planted {
    /// What is sent again lets the service find a name.
    NamesOnRetry,
    /// The intent is written down once the call is over.
    IntentAfterCall,
    /// Nobody waits until the service has settled.
    NoSettling,
    /// The items of a reply are taken for those of the call in their order.
    ByPosition,
    /// The second look repeats what the first one saw.
    OneLook,
    /// The state is written whatever was written since it was read.
    BlindState,
}

impl Planted {
    pub(crate) const ALL: [Self; 6] = [
        Self::NamesOnRetry,
        Self::IntentAfterCall,
        Self::NoSettling,
        Self::ByPosition,
        Self::OneLook,
        Self::BlindState,
    ];
}

/// The provider with its bug, if there is one.
pub(crate) fn wrapped(inner: Arc<dyn Provider>, planted: Option<Planted>) -> Arc<dyn Provider> {
    match planted {
        Some(bug @ (Planted::NamesOnRetry | Planted::ByPosition | Planted::OneLook)) => {
            Arc::new(Wrong {
                inner,
                bug,
                sent: Mutex::default(),
                seen: Mutex::default(),
            })
        }
        Some(Planted::IntentAfterCall | Planted::NoSettling | Planted::BlindState) | None => inner,
    }
}

/// The journal with its bug, if there is one.
pub(crate) fn sink<'j>(
    inner: &'j mut dyn JournalSink,
    planted: Option<Planted>,
) -> Box<dyn JournalSink + 'j> {
    let holds_back = planted == Some(Planted::IntentAfterCall);
    Box::new(Late {
        inner,
        holds_back,
        held_back: Vec::new(),
    })
}

/// The pauses with their bug, if there is one.
pub(crate) fn pause(clock: RoomClock, planted: Option<Planted>) -> Box<dyn Pause> {
    match planted {
        Some(Planted::NoSettling) => Box::new(Impatient(clock)),
        _ => Box::new(clock),
    }
}

type Seen = BTreeMap<Vec<Place>, Vec<Option<FetchedEntry>>>;

struct Wrong {
    inner: Arc<dyn Provider>,
    bug: Planted,
    sent: Mutex<BTreeSet<OperationId>>,
    seen: Mutex<Seen>,
}

impl Wrong {
    async fn call(&self, request: &BatchRequest<'_>) -> Result<BatchReply, ProviderError> {
        let mut operations: Vec<Operation> =
            request.operations.iter().map(|it| (*it).clone()).collect();
        if self.bug == Planted::NamesOnRetry {
            let mut sent = lock(&self.sent);
            for operation in &mut operations {
                if !sent.insert(operation.id) {
                    find_name(operation);
                }
            }
        }
        let sent: Vec<&Operation> = operations.iter().collect();
        let request = BatchRequest {
            run: request.run,
            operations: &sent,
            progress: request.progress,
        };
        let mut reply = self.inner.execute(&request).await?;
        if self.bug == Planted::ByPosition {
            for (item, operation) in reply.items.iter_mut().zip(&operations) {
                item.operation = operation.id;
            }
        }
        Ok(reply)
    }
}

fn find_name(operation: &mut Operation) {
    if let Action::Copy { strategy, .. } | Action::Move { strategy, .. } = &mut operation.action
        && *strategy == Strategy::Fail
    {
        *strategy = Strategy::Rename;
    }
}

impl Provider for Wrong {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        self.inner.list_space(request)
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        self.inner.seek(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(async move {
            if self.bug != Planted::OneLook {
                return self.inner.fetch(places).await;
            }
            if let Some(seen) = lock(&self.seen).get(places) {
                return Ok(seen.clone());
            }
            let seen = self.inner.fetch(places).await?;
            lock(&self.seen).insert(places.to_vec(), seen.clone());
            Ok(seen)
        })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(self.call(request))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

/// A journal that may hold intents back until there is something else to write.
struct Late<'j> {
    inner: &'j mut dyn JournalSink,
    holds_back: bool,
    held_back: Vec<Fact>,
}

impl JournalSink for Late<'_> {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        if self.holds_back && matches!(fact, Fact::Intent { .. }) {
            self.held_back.push(fact.clone());
            return Ok(Record {
                sequence: 0,
                at: Timestamp::default(),
                fact,
            });
        }
        for fact in self.held_back.drain(..) {
            self.inner.append(fact)?;
        }
        self.inner.append(fact)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.inner.sync()
    }
}

/// Does not wait long.
struct Impatient(RoomClock);

impl Pause for Impatient {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let time = time.min(Duration::from_secs(30));
        self.0.pause(time)
    }
}
