//! What an emulator is told before it starts.

use std::path::PathBuf;
use std::time::Duration;

/// Which service an emulator stands in for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Vendor {
    /// DingTalk storage.
    #[default]
    Dingtalk,
    /// Tencent Smart Media Hosting.
    Smh,
}

/// The settings of one emulator. The defaults are what the vendor documents: see
/// [`Config::calls_per_second`].
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) vendor: Vendor,
    pub(crate) port: u16,
    pub(crate) seed: Option<String>,
    pub(crate) switches: Vec<String>,
    pub(crate) latency: Duration,
    pub(crate) calls_per_second: Option<u32>,
    pub(crate) faults: Option<String>,
    pub(crate) state: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vendor: Vendor::default(),
            port: 0,
            seed: None,
            switches: Vec::new(),
            latency: Duration::ZERO,
            calls_per_second: None,
            faults: None,
            state: None,
        }
    }
}

impl Config {
    /// Settings for a service, all others at their defaults.
    #[must_use]
    pub fn new(vendor: Vendor) -> Self {
        Self {
            vendor,
            ..Self::default()
        }
    }

    /// The port on the loopback interface; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What the drive holds at first, in YAML; a small sample where nothing is said.
    #[must_use]
    pub fn seed(mut self, yaml: impl Into<String>) -> Self {
        self.seed = Some(yaml.into());
        self
    }

    /// Sets a switch by `name=value`.
    #[must_use]
    pub fn switch(mut self, assignment: impl Into<String>) -> Self {
        self.switches.push(assignment.into());
        self
    }

    /// How long every reply takes at least.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// How many calls a second each app may make of each route, 0 for no limit. Where nothing is
    /// said it is what the vendor documents: 20 for DingTalk, no limit for SMH.
    #[must_use]
    pub fn calls_per_second(mut self, limit: u32) -> Self {
        self.calls_per_second = Some(limit);
        self
    }

    /// The faults to put in, in YAML.
    #[must_use]
    pub fn faults(mut self, yaml: impl Into<String>) -> Self {
        self.faults = Some(yaml.into());
        self
    }

    /// A file that the drive is kept in; where it exists, it is gone on from and the seed is not
    /// looked at.
    #[must_use]
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }
}
