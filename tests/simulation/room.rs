//! Everything that outlives a process: time, disk, service, and the log of it all.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use reshelve::clock::Clock;
use reshelve::provider::layer::Pause;
use reshelve::tree::Timestamp;

use crate::disk::Platter;
use crate::log::Log;
use crate::storage::Service;

/// When histories begin, in seconds since 1970.
const BEGINNING: i64 = 1_795_251_300;
/// How long a process may go on, in milliseconds of virtual time.
const LONGEST: u64 = 12 * 3600 * 1000;
/// How often everything else gets its turn before time goes on.
const TURNS: u32 = 2;

/// The one room of a history.
pub(crate) struct Room {
    pub(crate) time: Mutex<Time>,
    pub(crate) log: Mutex<Log>,
    pub(crate) steps: Mutex<Steps>,
    pub(crate) disk: Mutex<Platter>,
    pub(crate) service: Mutex<Service>,
}

/// Virtual time, in milliseconds since the beginning.
#[derive(Debug, Default)]
pub(crate) struct Time {
    now: u64,
    last: u64,
    sleepers: std::collections::BTreeMap<(u64, u64), Waker>,
}

/// Every call over a seam is a step, and before each of them the machine may stop.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) taken: u64,
    /// At which step the machine stops.
    pub(crate) stop_at: Option<u64>,
    pub(crate) stopped: bool,
}

/// The machine stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room {
    pub(crate) fn now(&self) -> u64 {
        lock(&self.time).now
    }

    pub(crate) fn note(&self, event: fmt::Arguments<'_>) {
        let now = self.now();
        lock(&self.log).note(now, event);
    }

    /// Counts a fault that fired.
    pub(crate) fn fired(&self, fault: &'static str) {
        *lock(&self.log).fired.entry(fault).or_default() += 1;
    }

    /// Takes a step over a seam.
    pub(crate) fn step(&self) -> Result<(), Stopped> {
        let mut steps = lock(&self.steps);
        if steps.stopped {
            return Err(Stopped);
        }
        if steps.stop_at == Some(steps.taken) {
            steps.stopped = true;
            return Err(Stopped);
        }
        steps.taken += 1;
        Ok(())
    }

    pub(crate) fn is_stopped(&self) -> bool {
        lock(&self.steps).stopped
    }

    /// Waits until a time.
    pub(crate) fn sleep_until(self: &Arc<Self>, until: u64) -> Sleep {
        Sleep {
            room: Arc::clone(self),
            until,
            ticket: None,
        }
    }

    pub(crate) fn sleep(self: &Arc<Self>, time: u64) -> Sleep {
        self.sleep_until(self.now() + time)
    }

    /// Lets time go on to the next thing that happens; whether there is any before `end`.
    fn go_on(&self, end: u64) -> bool {
        let sleeper = lock(&self.time).sleepers.keys().next().map(|key| key.0);
        let event = lock(&self.service).next_event();
        let Some(next) = sleeper.into_iter().chain(event).min() else {
            return false;
        };
        if next > end {
            return false;
        }
        {
            let mut time = lock(&self.time);
            time.now = time.now.max(next);
        }
        if event == Some(next) {
            Service::happen(self);
        } else if let Some((_, waker)) = lock(&self.time).sleepers.pop_first() {
            waker.wake();
        }
        true
    }

    /// Lets time pass while no process is there.
    pub(crate) fn let_pass(&self, time: u64) {
        let end = self.now() + time;
        while self.go_on(end) {}
        lock(&self.time).now = end;
    }

    /// Runs a process to its end; `None` where the machine stopped before.
    pub(crate) fn run<T>(self: &Arc<Self>, process: impl Future<Output = T>) -> Option<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("it needs nothing");
        let end = self.now() + LONGEST;
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut process = pin!(process);
        let mut quiet = 0;
        let ended = std::future::poll_fn(|context| {
            if self.is_stopped() {
                return Poll::Ready(None);
            }
            context.waker().wake_by_ref();
            if flag.0.swap(false, Ordering::Relaxed) {
                quiet = 0;
                let polled = process.as_mut().poll(&mut Context::from_waker(&waker));
                return match polled {
                    Poll::Ready(_) if self.is_stopped() => Poll::Ready(None),
                    Poll::Ready(value) => Poll::Ready(Some(value)),
                    Poll::Pending => Poll::Pending,
                };
            }
            quiet += 1;
            if quiet > TURNS {
                quiet = 0;
                let goes_on = self.go_on(end);
                let lines = || lock(&self.log).lines().join("\n");
                assert!(goes_on, "{}\nthe process does not come to its end", lines());
            }
            Poll::Pending
        });
        runtime.block_on(ended)
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Is ready at its time.
pub(crate) struct Sleep {
    room: Arc<Room>,
    until: u64,
    ticket: Option<(u64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let room = Arc::clone(&self.room);
        let mut time = lock(&room.time);
        if time.now >= self.until {
            if let Some(ticket) = self.ticket.take() {
                time.sleepers.remove(&ticket);
            }
            return Poll::Ready(());
        }
        let ticket = self.ticket.unwrap_or_else(|| {
            time.last += 1;
            (self.until, time.last)
        });
        self.ticket = Some(ticket);
        time.sleepers.insert(ticket, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            lock(&self.room.time).sleepers.remove(&ticket);
        }
    }
}

/// The clock and the pauses of processes in a room.
#[derive(Clone)]
pub(crate) struct RoomClock(pub(crate) Arc<Room>);

impl Clock for RoomClock {
    fn now(&self) -> Timestamp {
        time_of_day(self.0.now())
    }
}

/// The time of day so many milliseconds after the beginning.
pub(crate) fn time_of_day(now: u64) -> Timestamp {
    let nanoseconds = (now % 1000) * 1_000_000;
    Timestamp::from_parts(
        BEGINNING.saturating_add_unsigned(now / 1000),
        nanoseconds as i64,
    )
}

impl Pause for RoomClock {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.0.sleep(time.as_millis() as u64))
    }
}
