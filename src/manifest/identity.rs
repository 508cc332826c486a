//! Which storage root a space definition means.

use std::collections::BTreeMap;

use super::load::ProviderKeys;
use super::manifest::{Manifest, SpaceDefinition};
use crate::diagnostic::Diagnostic;
use crate::tree::SpaceAlias;

/// What makes two definitions mean one storage root: the provider and its keys, paths resolved
/// against the folder of the manifest. The credentials are no part of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    provider: String,
    keys: Vec<(String, String)>,
}

impl Identity {
    /// The identity of a definition in the manifest called `file`.
    pub(super) fn of(file: &str, space: &SpaceDefinition, providers: &[ProviderKeys]) -> Self {
        let known = providers.iter().find(|keys| keys.name == space.provider);
        let paths = known.map_or(&[][..], |keys| keys.paths);
        let keys = space.keys.iter().map(|(key, value)| {
            let value = if paths.contains(&key.as_str()) {
                resolve(file, value)
            } else {
                value.clone()
            };
            (key.clone(), value)
        });
        Self {
            provider: space.provider.clone(),
            keys: keys.collect(),
        }
    }
}

/// Reports aliases that mean different roots in different manifests, and roots that have several
/// aliases.
pub(super) fn clashing_spaces(
    manifests: &[Manifest],
    providers: &[ProviderKeys],
) -> Vec<Diagnostic> {
    let mut aliases: BTreeMap<&SpaceAlias, (&str, Identity)> = BTreeMap::new();
    let mut roots: BTreeMap<Identity, (&str, &SpaceAlias)> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for manifest in manifests {
        for (alias, space) in &manifest.spaces {
            let identity = || Identity::of(&manifest.file, space, providers);
            let (first, meaning) = aliases
                .entry(alias)
                .or_insert_with(|| (&manifest.file, identity()));
            if *meaning != identity() {
                diagnostics.push(two_meanings(alias, first, &manifest.file));
                continue;
            }
            let (first, other) = *roots.entry(identity()).or_insert((&manifest.file, alias));
            if other != alias {
                diagnostics.push(two_aliases(other.as_str(), first, alias.as_str()));
            }
        }
    }
    diagnostics
}

fn two_meanings(alias: &SpaceAlias, first: &str, second: &str) -> Diagnostic {
    let detail = format!(
        "`{alias}` is one storage root in {first} and another one in {second}; in one run an alias means one thing."
    );
    Diagnostic::error("two-meanings", "an alias means two spaces", detail)
        .with_hint("rename the alias in one of them, or run them one by one")
}

/// Two aliases that mean one root.
pub(super) fn two_aliases(first: &str, file: &str, second: &str) -> Diagnostic {
    let detail = format!(
        "`{second}` is the storage root that `{first}` already means in {file}; what is done to it under one alias would be hidden from the other."
    );
    Diagnostic::error("same-space", "two aliases mean one space", detail)
        .with_hint("use one alias for it")
}

/// A path relative to a manifest's folder, without `.` and `..` as far as the text alone tells.
fn resolve(file: &str, path: &str) -> String {
    let folder = file.rfind('/').map_or("", |end| &file[..end]);
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let absolute = path.starts_with('/') || file.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in whole.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if absolute => {}
            name => segments.push(name),
        }
    }
    let root = if absolute { "/" } else { "" };
    format!("{root}{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_what_they_name() {
        let check = |file: &str, path: &str, expected: &str| {
            assert_eq!(resolve(file, path), expected, "{path} beside {file}");
        };
        check("m.yaml", "./desk", "desk");
        check("a/m.yaml", "desk/", "a/desk");
        check("a/m.yaml", "../b/./desk", "b/desk");
        check("m.yaml", "../desk", "../desk");
        check("/x/m.yaml", "../../desk", "/desk");
        check("a/m.yaml", "/srv/desk", "/srv/desk");
    }
}
