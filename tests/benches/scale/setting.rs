//! Everything that a plan is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use reshelve::manifest::{Files, Inputs, Manifest, ProviderKeys, load};
use reshelve::plan::{BasedOn, Capabilities, Plan, PlanInput, plan};
use reshelve::provider::layer::SystemPause;
use reshelve::provider::{NoProfiles, Opening, open, providers};
use reshelve::state::{Lineage, State};
use reshelve::tree::{Digest, ObservedSpace, ObservedWorld, SpaceAlias, Timestamp, Tree};

use crate::problem::{Problem, SIDES};

/// A problem, ready to be planned.
pub(crate) struct Setting {
    manifests: [Manifest; 1],
    observed: ObservedWorld,
    recorded: State,
    sheets: BTreeMap<SpaceAlias, Capabilities>,
    based_on: BasedOn,
}

impl Setting {
    /// A problem in spaces of one service.
    pub(crate) fn new(problem: Problem, service: &str) -> Result<Self, Box<dyn Error>> {
        let mut trees = BTreeMap::new();
        for side in SIDES {
            let alias = SpaceAlias::parse(side.alias())?;
            trees.insert(alias, Arc::new(problem.tree(side)?));
        }
        let manifest = load_manifest("scale.yaml", &problem.manifest())?;
        Self::with(manifest, trees, service)
    }

    /// A manifest, and what its spaces hold.
    pub(crate) fn with(
        manifest: Manifest,
        trees: BTreeMap<SpaceAlias, Arc<Tree>>,
        service: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let mut observed = ObservedWorld::default();
        let mut sheets = BTreeMap::new();
        for (alias, tree) in trees {
            let space = ObservedSpace { tree };
            observed.spaces.insert(alias.clone(), space);
            sheets.insert(alias, sheet(service)?);
        }
        let recorded = no_state();
        let based_on = BasedOn {
            manifest: Digest::of(b"scale"),
            files: vec!["scale.yaml".to_owned()],
            names: vec!["scale".to_owned()],
            variables: BTreeMap::new(),
            lineage: recorded.lineage.clone(),
            serial: recorded.serial,
        };
        Ok(Self {
            manifests: [manifest],
            observed,
            recorded,
            sheets,
            based_on,
        })
    }

    /// The plan.
    pub(crate) fn plan(&self) -> Plan {
        plan(&PlanInput {
            manifests: &self.manifests,
            observed: &self.observed,
            recorded: &self.recorded,
            sheets: &self.sheets,
            accepted: &BTreeSet::new(),
            based_on: &self.based_on,
            now: Timestamp::from_parts(1_795_251_300, 0),
            reads: 0,
        })
    }
}

/// What is recorded before the first run.
pub(crate) fn no_state() -> State {
    State::new(Lineage::new("scale"))
}

/// What a service can do.
pub(crate) fn sheet(service: &str) -> Result<Capabilities, Box<dyn Error>> {
    let alias = SpaceAlias::parse("any")?;
    let keys = ["id", "library"].map(|key| (key.to_owned(), "any".to_owned()));
    let provider = open(
        service,
        &Opening {
            spaces: &BTreeMap::from([(alias.clone(), BTreeMap::from(keys))]),
            base: Path::new(""),
            profile: service,
            profiles: Arc::new(NoProfiles),
            calls_per_second: None,
            pause: Arc::new(SystemPause),
        },
    )?;
    Ok(provider.capabilities(&alias)?)
}

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<String, String> {
        Err(format!("there is no {path}"))
    }
}

/// Reads a manifest to its end.
pub(crate) fn load_manifest(file: &str, text: &str) -> Result<Manifest, Box<dyn Error>> {
    let keys = providers().iter().map(|keys| ProviderKeys {
        name: keys.name,
        required: keys.required,
        optional: keys.optional,
        paths: keys.paths,
        limits: &[],
    });
    let keys: Vec<ProviderKeys> = keys.collect();
    let inputs = Inputs {
        variables: &BTreeMap::new(),
        environment: &BTreeMap::new(),
        files: &NoFiles,
        providers: &keys,
    };
    load(file, text, &inputs).map_err(|found| format!("{:#?}", found.first()).into())
}
