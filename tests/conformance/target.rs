//! Every provider and every layer, each over a scene of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use reshelve::plan::{
    BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime, FingerprintRule,
    FolderTransfer, Identity, MissingParents, NameCheck, Naming, Overwriting,
};
use reshelve::provider::layer::{
    FaultLayer, FaultRates, ReadOnlyLayer, RetryReadsLayer, SystemPause, TraceLayer,
};
use reshelve::provider::{
    MemoryProvider, NoProfiles, Opening, Provider, Router, SpaceValues, open,
};
use reshelve::tree::SpaceAlias;
use tempfile::TempDir;

use crate::scene::{Row, SPACES, alias, build_folders, build_world};

/// A provider that the cases run against.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    base: Base,
    layer: Layer,
}

#[derive(Clone, Copy)]
enum Base {
    Local,
    Memory,
    /// Memory that lists two entries a page.
    Pages,
    /// A service on this machine.
    #[cfg(feature = "emulator")]
    Service(&'static crate::service::Manner),
    /// A service with libraries on this machine.
    #[cfg(feature = "emulator")]
    Media(crate::media::Switches),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    None,
    ReadOnly,
    Trace,
    RetryReads,
    /// A fault layer that does nothing: its faults have tests of their own.
    Fault,
    Router,
}

/// A provider over a scene.
pub(crate) struct Bench {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) writes: Writes,
    pub(crate) makes: Makes,
    /// Lives as long as the bench, and is removed with it.
    _folder: Option<TempDir>,
    /// Runs as long as the bench.
    #[cfg(feature = "emulator")]
    _service: Option<reshelve::emulator::Running>,
}

/// What a scene can hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Makes {
    Everything,
    /// Nothing that is neither file nor folder.
    #[cfg(feature = "emulator")]
    Ordinary,
}

/// Whether a target carries out calls that write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    Done,
    Refused,
}

const fn target(name: &'static str, base: Base, layer: Layer) -> Target {
    Target { name, base, layer }
}

pub(crate) const TARGETS: &[Target] = &[
    target("local", Base::Local, Layer::None),
    target("local/read-only", Base::Local, Layer::ReadOnly),
    target("local/trace", Base::Local, Layer::Trace),
    target("local/retry-reads", Base::Local, Layer::RetryReads),
    target("local/fault", Base::Local, Layer::Fault),
    target("local/router", Base::Local, Layer::Router),
    target("memory", Base::Memory, Layer::None),
    target("memory/read-only", Base::Memory, Layer::ReadOnly),
    target("memory/trace", Base::Memory, Layer::Trace),
    target("memory/retry-reads", Base::Memory, Layer::RetryReads),
    target("memory/fault", Base::Memory, Layer::Fault),
    target("memory/router", Base::Memory, Layer::Router),
    target("memory-pages", Base::Pages, Layer::None),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk",
        Base::Service(&crate::service::AS_DOCUMENTED),
        Layer::None,
    ),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk/read-only",
        Base::Service(&crate::service::AS_DOCUMENTED),
        Layer::ReadOnly,
    ),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk/router",
        Base::Service(&crate::service::AS_DOCUMENTED),
        Layer::Router,
    ),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk-otherwise",
        Base::Service(&crate::service::OTHERWISE),
        Layer::None,
    ),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk-at-last",
        Base::Service(&crate::service::AT_LAST),
        Layer::None,
    ),
    #[cfg(feature = "emulator")]
    target(
        "dingtalk-busy",
        Base::Service(&crate::service::BUSY),
        Layer::RetryReads,
    ),
    #[cfg(feature = "emulator")]
    target("smh", Base::Media(crate::media::AS_DOCUMENTED), Layer::None),
    #[cfg(feature = "emulator")]
    target(
        "smh/read-only",
        Base::Media(crate::media::AS_DOCUMENTED),
        Layer::ReadOnly,
    ),
    #[cfg(feature = "emulator")]
    target(
        "smh/router",
        Base::Media(crate::media::BY_TASKS),
        Layer::Router,
    ),
    #[cfg(feature = "emulator")]
    target(
        "smh-by-tasks",
        Base::Media(crate::media::BY_TASKS),
        Layer::None,
    ),
    #[cfg(feature = "emulator")]
    target(
        "smh-otherwise",
        Base::Media(crate::media::OTHERWISE),
        Layer::None,
    ),
    #[cfg(feature = "emulator")]
    target(
        "smh-at-last",
        Base::Media(crate::media::AT_LAST),
        Layer::RetryReads,
    ),
];

impl Target {
    pub(crate) fn open(&self, rows: &[Row]) -> Bench {
        let (base, folder): (Arc<dyn Provider>, _) = match self.base {
            Base::Local => {
                let folder = tempfile::tempdir().unwrap();
                build_folders(folder.path(), rows);
                let spaces = SPACES.map(|space| {
                    let values = [("root".to_owned(), space.to_owned())];
                    (alias(space), BTreeMap::from(values))
                });
                let provider = open("local", &opening(&spaces.into(), folder.path())).unwrap();
                (provider, Some(folder))
            }
            Base::Memory => (memory(rows, None), None),
            Base::Pages => (memory(rows, Some(2)), None),
            #[cfg(feature = "emulator")]
            Base::Media(switches) => {
                let service = crate::media::start(switches, rows);
                let provider = Arc::new(crate::media::provider(&service));
                return Bench {
                    provider: self.wrap(provider),
                    writes: self.writes(),
                    makes: Makes::Ordinary,
                    _folder: None,
                    _service: Some(service),
                };
            }
            #[cfg(feature = "emulator")]
            Base::Service(manner) => {
                let service = crate::service::start(manner, rows);
                let provider = Arc::new(crate::service::provider(&service, manner));
                return Bench {
                    provider: self.wrap(provider),
                    writes: self.writes(),
                    makes: Makes::Everything,
                    _folder: None,
                    _service: Some(service),
                };
            }
        };
        Bench {
            provider: self.wrap(base),
            writes: self.writes(),
            makes: Makes::Everything,
            _folder: folder,
            #[cfg(feature = "emulator")]
            _service: None,
        }
    }

    fn writes(&self) -> Writes {
        match self.layer {
            Layer::ReadOnly => Writes::Refused,
            Layer::None | Layer::Trace | Layer::RetryReads | Layer::Fault | Layer::Router => {
                Writes::Done
            }
        }
    }

    fn wrap(&self, base: Arc<dyn Provider>) -> Arc<dyn Provider> {
        match self.layer {
            Layer::None => base,
            Layer::ReadOnly => Arc::new(ReadOnlyLayer::new(base)),
            Layer::Trace => Arc::new(TraceLayer::new(base)),
            Layer::RetryReads => Arc::new(RetryReadsLayer::new(base, Arc::new(SystemPause))),
            Layer::Fault => Arc::new(FaultLayer::new(base, FaultRates::default(), 1)),
            Layer::Router => {
                let mut router = Router::new();
                router.add(SPACES.map(alias), &base);
                Arc::new(router)
            }
        }
    }
}

/// An opening without credentials.
pub(crate) fn opening<'a>(
    spaces: &'a BTreeMap<SpaceAlias, SpaceValues>,
    base: &'a Path,
) -> Opening<'a> {
    Opening {
        spaces,
        base,
        profile: "none",
        profiles: Arc::new(NoProfiles),
        calls_per_second: None,
        pause: Arc::new(SystemPause),
    }
}

/// The model over a scene.
pub(crate) fn memory(rows: &[Row], page_size: Option<u32>) -> Arc<dyn Provider> {
    Arc::new(MemoryProvider::new(&build_world(rows), sheet(page_size)))
}

pub(crate) fn sheet(page_size: Option<u32>) -> Capabilities {
    let rule = |call| BatchRule {
        items: None,
        shared: BTreeSet::new(),
        call: Cow::Borrowed(call),
    };
    Capabilities {
        provider: Cow::Borrowed("memory"),
        copy: rule("copy"),
        moving: rule("move"),
        rename: None,
        remove: rule("remove"),
        create_folder: rule("create-folder"),
        naming: Naming::Free,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::Refused,
        page_size,
        flat_page_size: None,
        fetch_batch: None,
        fingerprint: FingerprintRule::SizeAndTime,
        bin: Bin::Present,
        identity: Identity::Path,
        case: CaseRule::Sensitive,
        longest_name: 255,
        forbidden_characters: BTreeSet::new(),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::Allowed,
        copied_time: CopiedTime::Kept,
        carrier: Carrier::Service,
        beside: Beside::Chosen,
        calls_per_second: None,
        calls_at_once: None,
        calls_per_month: None,
        facts: Vec::new(),
    }
}
