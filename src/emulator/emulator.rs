//! Starting an emulator in this process, and stopping it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::calendar;
use super::call_log::CallRecord;
use super::config::{Config, Vendor};
use super::dingtalk::DingTalk;
use super::exchange::Service;
use super::server::{Serving, serve};
use super::state_file::StateFile;

/// A storage service in this process, for tests.
///
/// ```
/// use reshelve::emulator::{Config, Emulator, Vendor};
///
/// let emulator = Emulator::start(Config::new(Vendor::Dingtalk))?;
/// assert!(emulator.endpoint().starts_with("http://127.0.0.1:"));
/// assert!(emulator.tree().contains("/Welcome.txt"));
/// # Ok::<(), reshelve::emulator::StartError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Emulator;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The seed, a switch or the faults say what cannot be.
    #[error("{0}")]
    Settings(String),
    /// The port is taken, or the machine gives no thread.
    #[error("the emulator cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the machine said.
        source: io::Error,
    },
    /// The state file cannot be read or written.
    #[error("the state file cannot be read or written")]
    State(#[source] io::Error),
}

/// A running emulator, which stops when this is dropped.
pub struct Running {
    address: SocketAddr,
    serving: Arc<Serving>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator on a thread and a runtime of its own, so tests need not be async.
    ///
    /// # Errors
    /// The settings say what cannot be, the port is taken, or the state file cannot be used.
    pub fn start(config: Config) -> Result<Running, StartError> {
        let port = config.port;
        let failed = |source| StartError::Listen { port, source };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed)?;
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let serving = Arc::new(serving(config, address)?);
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&serving);
        let thread = std::thread::Builder::new()
            .name("emulator".to_owned())
            .spawn(move || run(&runtime, listener, shared, stopped))
            .map_err(failed)?;
        Ok(Running {
            address,
            serving,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

fn run(
    runtime: &Runtime,
    listener: TcpListener,
    serving: Arc<Serving>,
    stopped: oneshot::Receiver<()>,
) {
    // A listener that fails ends the thread; clients see the connection refused.
    let _ = runtime.block_on(serve(listener, serving, stopped));
}

fn serving(config: Config, address: SocketAddr) -> Result<Serving, StartError> {
    let state = config.state.as_deref().map(StateFile::new);
    let kept = match &state {
        Some(file) => file.read().map_err(StartError::State)?,
        None => None,
    };
    let endpoint = format!("http://{address}");
    let now = calendar::now();
    let mut service: Box<dyn Service> = match config.vendor {
        Vendor::Dingtalk => {
            let service = DingTalk::new(&config, &endpoint, kept.as_deref(), now);
            Box::new(service.map_err(StartError::Settings)?)
        }
    };
    if let (Some(file), Some(bytes)) = (&state, service.unsaved()) {
        file.write(&bytes).map_err(StartError::State)?;
    }
    Ok(Serving {
        service: Mutex::new(service),
        latency: config.latency,
        state,
    })
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address with its scheme, as clients want it: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every call so far, in the order in which they were answered.
    #[must_use]
    pub fn log(&self) -> Vec<CallRecord> {
        self.with(|service| service.log().to_vec())
    }

    /// Forgets the calls so far.
    pub fn clear_log(&self) {
        self.with(|service| service.clear_log());
    }

    /// The whole drive as JSON lines, in order of space and path.
    #[must_use]
    pub fn tree(&self) -> String {
        self.with(|service| service.tree())
    }

    /// Adds what a seed in YAML says.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the seed.
    pub fn plant(&self, yaml: &str) -> Result<(), String> {
        self.with(|service| service.plant(yaml, calendar::now()))
    }

    /// Sets a switch by `name=value`.
    ///
    /// # Errors
    /// A sentence that says which switches and values there are.
    pub fn set_switch(&self, assignment: &str) -> Result<(), String> {
        self.with(|service| service.set_switch(assignment))
    }

    /// Replaces the faults by those in YAML.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn set_faults(&self, yaml: &str) -> Result<(), String> {
        self.with(|service| service.set_faults(yaml))
    }

    /// Ends it; open connections end too.
    pub fn stop(mut self) {
        self.end();
    }

    fn with<T>(&self, ask: impl FnOnce(&mut dyn Service) -> T) -> T {
        let locked = self.serving.service.lock();
        let mut service = locked.unwrap_or_else(PoisonError::into_inner);
        ask(service.as_mut())
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A thread that ended by itself hears nothing any more.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
