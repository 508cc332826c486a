//! From paths on the command line to the manifests of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::args::{Assignment, Manifests};
use super::error::CommandError;
use super::exit::ExitCode;
use super::spaces::provider_keys;
use super::surroundings::Surroundings;
use crate::diagnostic::Diagnostic;
use crate::manifest::{self, Files, Inputs, Manifest};
use crate::store::StateFolder;
use crate::tree::Digest;

/// The manifests of a run, with what they were read from.
#[derive(Debug, Clone)]
pub(crate) struct ManifestSet {
    /// The manifests, in the order given.
    pub(crate) manifests: Vec<Manifest>,
    /// The files as the user named them, in the same order.
    pub(crate) files: Vec<PathBuf>,
    /// The values of `--var`.
    pub(crate) variables: BTreeMap<String, String>,
    /// Over what all of them mean.
    pub(crate) digest: Digest,
    /// Where their state is.
    pub(crate) state: StateFolder,
}

/// The manifest that is meant where none is named.
const DEFAULT: &str = "reshelve.yaml";
/// The folder of state and journals.
const STATE_FOLDER: &str = ".reshelve";
/// The most bytes of a manifest that are read.
pub(crate) const LARGEST: u64 = 64 << 20;

impl ManifestSet {
    /// Refuses to write over one of these manifests.
    ///
    /// # Errors
    /// That is asked for.
    pub(crate) fn spare<'f>(
        &self,
        written: impl Iterator<Item = &'f Path>,
    ) -> Result<(), CommandError> {
        spare(&self.files, written)
    }

    /// Reads, expands and checks everything that the paths name.
    ///
    /// # Errors
    /// A file cannot be read, or something is wrong in one: then all that is wrong in any.
    pub(crate) fn load(wanted: &Manifests, around: &Surroundings) -> Result<Self, CommandError> {
        let files = files(&wanted.paths)?;
        let folder = match &wanted.state.folder {
            Some(folder) => folder.clone(),
            None => folder_of(&files[0]).join(STATE_FOLDER),
        };
        let variables = variables(&wanted.variables)?;
        let mut set = Self {
            manifests: Vec::new(),
            files,
            variables,
            digest: Digest::of(b""),
            state: StateFolder::at(folder),
        };
        let problems = set.read(around)?;
        if problems.iter().any(Diagnostic::is_error) {
            return Err(CommandError::wrong_manifest(problems));
        }
        set.digest = digest(&set.manifests);
        Ok(set)
    }

    /// Reads all files; gives what is wrong with them, alone and together.
    fn read(&mut self, around: &Surroundings) -> Result<Vec<Diagnostic>, CommandError> {
        let providers = provider_keys();
        let mut problems = Vec::new();
        let mut unused: BTreeSet<&str> = self.variables.keys().map(String::as_str).collect();
        for file in &self.files {
            let text = read(file, around)?;
            unused.retain(|name| !text.contains(name));
            let beside = Beside(folder_of(file));
            let inputs = Inputs {
                variables: &self.variables,
                environment: &around.environment,
                files: &beside,
                providers: &providers,
            };
            match manifest::load(&file.to_string_lossy(), &text, &inputs) {
                Ok(manifest) => self.manifests.push(manifest),
                Err(found) => problems.extend(found),
            }
        }
        if let Some(name) = unused.first() {
            let message = format!("`--var {name}` is given, and no manifest speaks of `{name}`");
            return Err(CommandError::new(ExitCode::Wrong, message));
        }
        if problems.is_empty() && self.manifests.len() > 1 {
            problems = manifest::validate_run(&self.manifests, &providers);
        }
        Ok(problems)
    }
}

/// Refuses to write over what the arguments say to read.
///
/// # Errors
/// That is asked for, or a folder of manifests cannot be read.
pub(crate) fn spare_what_is_read<'f>(
    wanted: &Manifests,
    written: impl Iterator<Item = &'f Path>,
) -> Result<(), CommandError> {
    let mut written = written.peekable();
    match written.peek() {
        Some(_) => spare(&files(&wanted.paths)?, written),
        None => Ok(()),
    }
}

fn spare<'f>(
    read: &[PathBuf],
    written: impl Iterator<Item = &'f Path>,
) -> Result<(), CommandError> {
    for file in written {
        let same = |other: &PathBuf| match (file.canonicalize(), other.canonicalize()) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (Err(_), _) | (_, Err(_)) => false,
        };
        if read.iter().any(same) {
            let message = format!(
                "{} is a file that is being read; write to another one",
                file.display()
            );
            return Err(CommandError::new(ExitCode::Wrong, message));
        }
    }
    Ok(())
}

/// The folder that relative paths in a manifest count from; empty for the current one.
pub(crate) fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// The folder of state and journals where no manifest is read.
pub(crate) fn state_folder(given: Option<&PathBuf>) -> StateFolder {
    StateFolder::at(given.cloned().unwrap_or_else(|| STATE_FOLDER.into()))
}

/// The manifest files that the paths name; folders stand for the manifests in them.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
    if paths.is_empty() {
        return Ok(vec![PathBuf::from(DEFAULT)]);
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(manifests_in(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn manifests_in(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let unreadable = |error| CommandError::file("read", folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("yaml" | "yml")) && path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        let message = format!(
            "there is no manifest (`*.yaml`, `*.yml`) in `{}`",
            folder.display()
        );
        return Err(CommandError::new(ExitCode::Wrong, message)
            .hint("`reshelve init` writes one to start with"));
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path, around: &Surroundings) -> Result<String, CommandError> {
    if file == Path::new("-") {
        return around.stdin();
    }
    let unreadable = |error: std::io::Error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let problem = CommandError::file("read", file, error);
        if missing {
            let problem = CommandError {
                exit: ExitCode::Wrong,
                ..problem
            };
            problem.hint("name a manifest, or write one with `reshelve init`")
        } else {
            problem
        }
    };
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if size > LARGEST {
        let message = format!(
            "`{}` has {size} bytes; the most are {LARGEST}",
            file.display()
        );
        return Err(CommandError::new(ExitCode::Wrong, message));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!(
            "`{}` is no UTF-8 text: byte {at} belongs to no character",
            file.display()
        );
        CommandError::new(ExitCode::Wrong, message)
    })
}

fn variables(given: &[Assignment]) -> Result<BTreeMap<String, String>, CommandError> {
    let mut variables = BTreeMap::new();
    for assignment in given {
        let name = assignment.name.clone();
        if variables.insert(name, assignment.value.clone()).is_some() {
            let message = format!("`--var {}` is given twice", assignment.name);
            return Err(CommandError::new(ExitCode::Wrong, message));
        }
    }
    Ok(variables)
}

/// One digest over several manifests, whatever their order.
fn digest(manifests: &[Manifest]) -> Digest {
    let mut digests: Vec<Digest> = manifests.iter().map(Manifest::digest).collect();
    if let [only] = digests.as_slice() {
        return only.clone();
    }
    digests.sort();
    let texts: Vec<&str> = digests.iter().map(Digest::as_str).collect();
    Digest::of(texts.join("\n").as_bytes())
}

/// Files beside a manifest, which no link leads out of its folder.
struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<String, String> {
        let folder = Path::new(".").join(&self.0);
        let folder = folder.canonicalize().map_err(|error| error.to_string())?;
        let file = folder
            .join(path)
            .canonicalize()
            .map_err(|error| error.to_string())?;
        if !file.starts_with(&folder) {
            return Err("it leads out of the manifest's folder".to_owned());
        }
        std::fs::read_to_string(file).map_err(|error| error.to_string())
    }
}
