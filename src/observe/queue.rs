//! Folders that wait to be listed, shared by the threads that list them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::provider::ListRequest;

/// A folder to list.
#[derive(Debug)]
pub(super) struct Job {
    /// Its place in the order in which results are taken over.
    pub(super) number: u64,
    /// What to ask for first.
    pub(super) request: ListRequest,
}

/// The folders that wait, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// Closes the queue when the walk ends, however it ends, so that no thread waits for ever.
pub(super) struct CloseOnDrop<'a>(pub(super) &'a Queue);

impl Queue {
    /// Adds folders.
    pub(super) fn push(&self, jobs: impl IntoIterator<Item = Job>) {
        self.lock().jobs.extend(jobs);
        self.changed.notify_all();
    }

    /// Waits for the next folder; `None` once the walk has ended.
    pub(super) fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next folder, if one waits.
    pub(super) fn waiting(&self) -> Option<Job> {
        self.lock().jobs.pop_front()
    }

    /// Returns once the walk has ended: what is still being asked for then is not needed.
    pub(super) async fn ended(&self) {
        let ended = self.ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        if !self.lock().closed {
            ended.await;
        }
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
        self.ended.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
