//! Carrying out a call on a thread that may wait, while whoever listens hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::local::Roots;
use super::work::{Heard, Work};
use crate::plan::Operation;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{BatchReply, BatchRequest, ItemReply};

/// Carries out the items of a call in their order.
///
/// # Errors
/// Nothing is known of what would survive a loss of power.
pub(super) async fn execute(
    roots: Arc<Roots>,
    request: &BatchRequest<'_>,
) -> Result<BatchReply, ProviderError> {
    let operations: Vec<Operation> = request
        .operations
        .iter()
        .map(|&item| item.clone())
        .collect();
    let run = request.run.to_owned();
    let (sender, mut heard) = unbounded_channel();
    let stop = StopOnDrop::default();
    let stopped = Arc::clone(&stop.0);
    let work = tokio::task::spawn_blocking(move || {
        carry_out(&roots, &run, &operations, &sender, &stopped)
    });
    while let Some(word) = heard.recv().await {
        match word {
            Heard::Bytes(count) => request.progress.bytes(count),
            Heard::Item => request.progress.item(),
        }
    }
    let items = work.await.map_err(|_| broken_off("a call"))??;
    Ok(BatchReply {
        items,
        tasks: Vec::new(),
    })
}

fn carry_out(
    roots: &Roots,
    run: &str,
    operations: &[Operation],
    sender: &UnboundedSender<Heard>,
    stopped: &AtomicBool,
) -> Result<Vec<ItemReply>, ProviderError> {
    // Nobody may be listening any more; the work is finished all the same.
    let heard = |word| {
        let _ = sender.send(word);
    };
    let mut work = Work::new(roots, run, &heard);
    for operation in operations {
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        work.begin(operation);
    }
    work.finish()
}

/// Tells the thread to begin no further item once nobody waits for the call.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The error of work whose thread ended without an answer.
pub(super) fn broken_off(work: &str) -> ProviderError {
    let message = format!("{work} broke off inside the program; please report this");
    ProviderError::ambiguous(ErrorKind::Other, message)
}
