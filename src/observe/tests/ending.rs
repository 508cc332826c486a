//! A walk that ends early leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use crate::observe::{Limits, observe};
use crate::plan::sample::address;
use crate::plan::{Capabilities, Place, Reach, Scope};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, LocalProvider, Page,
    Provider, ProviderError, TaskId, TaskStatus,
};
use crate::tree::{Entry, EntryKind, IdRef, SpaceAlias, Timestamp};

/// Has two folders: the one cannot be listed, the other takes for ever.
struct Halves {
    sheet: LocalProvider,
    /// Hears when somebody begins to wait, and when he gives up.
    heard: Sender<&'static str>,
}

struct TellOnDrop(Sender<&'static str>);

impl Drop for TellOnDrop {
    fn drop(&mut self) {
        let _ = self.0.send("left");
    }
}

impl Provider for Halves {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.sheet.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async move {
            match request.folder.name() {
                None => Ok(two_folders()),
                Some("endless") => {
                    let _tell = TellOnDrop(self.heard.clone());
                    self.heard.send("waits").unwrap();
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    Ok(Page::default())
                }
                Some(_) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Err(ProviderError::refused(ErrorKind::PermissionDenied, "no"))
                }
            }
        })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.sheet.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        self.sheet.execute(request)
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.sheet.poll(tasks)
    }
}

fn two_folders() -> Page {
    let mut page = Page::default();
    for name in ["closed", "endless"] {
        page.listing.push(&Entry {
            name,
            kind: EntryKind::Folder,
            id: IdRef::None,
            size: 0,
            modified: Timestamp::default(),
            version: 0,
            fingerprint: None,
        });
    }
    page
}

#[test]
fn a_call_in_flight_is_left_when_another_one_fails() {
    let (heard, hears) = channel();
    let folder = tempfile::tempdir().unwrap();
    let root = (SpaceAlias::parse("a").unwrap(), folder.path().to_owned());
    let sheet = LocalProvider::new(&[root].into()).unwrap();
    let provider: Arc<dyn Provider> = Arc::new(Halves { sheet, heard });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let everything = [Scope {
        address: address("a:/"),
        reach: Reach::Subtree,
    }];
    let looked = runtime.block_on(observe(
        &provider,
        &everything[..],
        Limits::default(),
        &|_| (),
    ));
    assert!(looked.is_err());
    assert_eq!(hears.recv_timeout(Duration::from_secs(60)), Ok("waits"));
    assert_eq!(hears.recv_timeout(Duration::from_secs(60)), Ok("left"));
}
