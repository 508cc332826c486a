//! Ctrl-C and the system's wish to stop, as a wish that a run can fulfil in good order.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::CommandError;
use super::exit::ExitCode;
use super::output::Output;
use crate::apply::Stop;

/// Hears of the two signals.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on the signals no longer end the process by themselves.
    ///
    /// # Errors
    /// The system does not let us listen.
    pub(crate) fn listen() -> Result<Self, CommandError> {
        let listen = |kind| {
            signal(kind).map_err(|error| anyhow::Error::new(error).context("cannot hear signals"))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Works until it is done. The first signal asks it to stop; the second ends it at once.
    ///
    /// Gives the work's result with the exit code of the first signal, if there was one.
    ///
    /// # Errors
    /// A second signal came.
    pub(crate) async fn guard<T>(
        &mut self,
        work: impl Future<Output = T>,
        stop: &Stop,
        output: Output,
    ) -> Result<(T, Option<ExitCode>), CommandError> {
        let mut work = std::pin::pin!(work);
        let mut heard: Option<ExitCode> = None;
        loop {
            tokio::select! {
                result = &mut work => return Ok((result, heard)),
                exit = self.next() => {
                    if heard.is_some() {
                        let message = "stopped at once; what is in flight was not waited for";
                        return Err(CommandError::new(exit, message)
                            .hint("`reshelve resume` finds out what became of it and goes on"));
                    }
                    heard = Some(exit);
                    stop.request();
                    output.remark("stopping: nothing new is sent, what is in flight is recorded");
                }
            }
        }
    }

    async fn next(&mut self) -> ExitCode {
        tokio::select! {
            _ = self.interrupt.recv() => ExitCode::Interrupted,
            _ = self.terminate.recv() => ExitCode::Terminated,
        }
    }
}
