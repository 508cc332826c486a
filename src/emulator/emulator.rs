//! Starting an emulator in this process, and stopping it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::calendar;
use super::call_log::CallRecord;
use super::config::{Config, Vendor};
use super::dingtalk::DingTalk;
use super::exchange::Service;
use super::server::{Serving, serve};
use super::smh::Smh;
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
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed)?;
        let serving = Arc::new(serving(config, address)?);
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&serving);
        // The runtime lives and ends on that thread: a caller may have a runtime of its own.
        let thread = std::thread::Builder::new()
            .name("emulator".to_owned())
            .spawn(move || {
                // A listener that fails ends the thread; clients see the connection refused.
                let _ = runtime.block_on(serve(listener, shared, stopped));
            })
            .map_err(failed)?;
        Ok(Running {
            address,
            serving,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
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
        Vendor::Smh => {
            let service = Smh::new(&config, &endpoint, kept.as_deref(), now);
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    use super::*;

    /// All that comes back for a request, the head included; empty where the connection ended.
    fn ask(running: &Running, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(running.address()).unwrap();
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        // A connection that is cut may end in an error.
        let _ = stream.read_to_string(&mut reply);
        reply
    }

    const TOKEN: &str = "{\"appKey\": \"sample-key\", \"appSecret\": \"sample-secret\"}";

    #[test]
    fn it_speaks_http_and_keeps_a_log() {
        let latency = Duration::from_millis(60);
        let config = Config::new(Vendor::Dingtalk).latency(latency);
        let running = Emulator::start(config).unwrap();
        let before = Instant::now();
        let reply = ask(&running, "POST /v1.0/oauth2/accessToken", TOKEN);
        assert!(before.elapsed() >= latency);
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("content-type: application/json"), "{reply}");
        assert!(reply.contains("\"expireIn\":7200"), "{reply}");
        assert_eq!(running.log()[0].route, "accessToken");
        running.clear_log();
        assert!(running.log().is_empty());
    }

    #[test]
    fn paths_flags_and_headers_pass_through_http() {
        let seed = "
libraries: [{id: lib, spaces: [{files: {'/a b/文.txt': 3}}]}]
tokens: [{token: t, library: lib, grants: [admin]}]";
        let running = Emulator::start(Config::new(Vendor::Smh).seed(seed)).unwrap();
        let cases = [
            ("GET", "directory/lib/-/?", "200", "\"subDirCount\":1"),
            ("GET", "directory/lib/-?", "200", "\"subDirCount\":1"),
            ("GET", "directory/lib/-/a%20b?", "200", "文.txt"),
            (
                "GET",
                "directory/lib/-/a%20b%2F%E6%96%87.txt?info&",
                "200",
                "\"size\":\"3\"",
            ),
            (
                "HEAD",
                "file/lib/-/a%20b/%E6%96%87.txt?",
                "200",
                "x-smh-size: 3\r\n",
            ),
            ("HEAD", "file/lib/-/none?", "404", "\r\n\r\n"),
            (
                "GET",
                "file/lib/-/a%20b/%E6%96%87.txt?",
                "302",
                "location: http://127.0.0.1:",
            ),
            (
                "PUT",
                "directory/lib/-/new?",
                "201",
                "content-length: 0\r\n",
            ),
        ];
        for (method, target, status, part) in cases {
            let head = format!("{method} /api/v1/{target}access_token=t");
            let reply = ask(&running, &head, "");
            assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{reply}");
            assert!(reply.contains(part), "{head} {reply}");
        }
    }

    #[test]
    fn a_cut_ends_the_connection_before_the_reply() {
        let running = Emulator::start(Config::default()).unwrap();
        running
            .set_faults("rules: [{route: accessToken, nth: 1, kind: cut-after}]")
            .unwrap();
        assert_eq!(ask(&running, "POST /v1.0/oauth2/accessToken", TOKEN), "");
        let second = ask(&running, "POST /v1.0/oauth2/accessToken", TOKEN);
        assert!(second.contains("accessToken"), "{second}");
    }

    #[test]
    fn tests_of_other_processes_look_and_change_beside_the_api() {
        let running = Emulator::start(Config::default()).unwrap();
        let seed = "spaces: [{id: '5', name: New, files: {/x.txt: 3}}]";
        let cases = [
            ("POST /_emulator/seed", seed, "200", "done"),
            ("POST /_emulator/seed", "spaces: 3", "400", "expected"),
            ("GET /_emulator/tree", "", "200", "\"path\":\"/x.txt\""),
            (
                "POST /_emulator/switches",
                "copy-limit=30\ndates=java\n",
                "200",
                "done",
            ),
            (
                "POST /_emulator/switches",
                "dates=odd",
                "400",
                "iso or iso-minutes or java",
            ),
            ("POST /_emulator/faults", "rules: []", "200", "done"),
            ("POST /_emulator/faults", "rules: 3", "400", "expected"),
            ("GET /_emulator/log", "", "200", ""),
            ("DELETE /_emulator/log", "", "200", "done"),
            ("GET /_emulator/other", "", "404", "no such page"),
        ];
        for (head, body, status, part) in cases {
            let reply = ask(&running, head, body);
            assert!(
                reply.starts_with(&format!("HTTP/1.1 {status}")),
                "{head} {reply}"
            );
            assert!(reply.contains(part), "{head} {reply}");
        }
    }

    #[test]
    fn it_can_be_started_where_another_runtime_runs_and_frees_its_port() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let running = runtime.block_on(async { Emulator::start(Config::default()).unwrap() });
        let port = running.address().port();
        let taken = Emulator::start(Config::default().port(port));
        assert!(matches!(taken, Err(StartError::Listen { .. })));
        runtime.block_on(async { running.stop() });
        Emulator::start(Config::default().port(port)).unwrap();
    }

    #[test]
    fn wrong_settings_are_refused_before_it_listens() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        std::fs::write(&state, "{}").unwrap();
        let cases = [
            (Config::default().seed("spaces: 3"), "expected"),
            (Config::default().switch("copy-limit"), "write name=value"),
            (Config::default().faults("rules: [{route: x}]"), "kind"),
            (
                Config::default().state(&state),
                "the state file is none of this program",
            ),
            (
                Config::default().state(folder.path()),
                "state file cannot be read",
            ),
        ];
        for (config, part) in cases {
            let Err(error) = Emulator::start(config) else {
                panic!("started in spite of {part}");
            };
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
