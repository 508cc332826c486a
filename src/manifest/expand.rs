//! From a document to what it means: variables filled in, defaults applied, `for_each` unrolled.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::document::{GuardsDocument, ManifestDocument};
use super::each::Element;
use super::identity::{Identity, two_aliases};
use super::interpolate::Scope;
use super::load::Inputs;
use super::manifest::{Guards, Manifest, ManifestName, Protection, SpaceDefinition};
use super::parse::in_order;
use super::source::{Place, Source};
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, PathError, Pattern, PatternError, Selection, SpaceAlias};

/// One expansion: what is known so far, and everything found wrong.
pub(super) struct Expansion<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) patterns: BTreeMap<String, Pattern>,
    scope: Scope<'a>,
    /// One text for each alias, which all addresses share.
    aliases: BTreeMap<&'a str, SpaceAlias>,
}

/// Turns a document into a manifest.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub(super) fn expand(
    document: &ManifestDocument,
    source: &Source<'_>,
    inputs: &Inputs<'_>,
) -> Result<Manifest, Vec<Diagnostic>> {
    let mut expansion = Expansion::new(document, source, inputs);
    let name = document
        .name
        .as_ref()
        .and_then(|name| ManifestName::parse(&name.value));
    let spaces = expansion.spaces(document);
    let protect = expansion.protect(document);
    let placements = expansion.placements(document);
    let mut diagnostics = expansion.diagnostics;
    match name {
        Some(name) if diagnostics.is_empty() => Ok(Manifest {
            file: source.file.into(),
            name,
            spaces,
            placements,
            guards: document
                .guards
                .as_ref()
                .map(|guards| limits(&guards.value))
                .unwrap_or_default(),
            protect,
        }),
        _ => {
            in_order(&mut diagnostics);
            Err(diagnostics)
        }
    }
}

impl<'a> Expansion<'a> {
    fn new(document: &'a ManifestDocument, source: &'a Source<'a>, inputs: &'a Inputs<'a>) -> Self {
        let aliases = document.spaces.iter().flat_map(|spaces| &spaces.value.0);
        let mut expansion = Self {
            source,
            inputs,
            diagnostics: Vec::new(),
            patterns: BTreeMap::new(),
            scope: Scope {
                variables: BTreeMap::new(),
                readable: BTreeSet::new(),
                environment: inputs.environment,
            },
            aliases: aliases
                .filter_map(|(alias, _)| {
                    let text = &*alias.value.0;
                    Some((text, SpaceAlias::parse(text).ok()?))
                })
                .collect(),
        };
        expansion.declare(document);
        expansion
    }

    fn declare(&mut self, document: &'a ManifestDocument) {
        for (name, value) in document
            .variables
            .iter()
            .flat_map(|variables| &variables.value.0)
        {
            self.scope.variables.insert(&name.value.0, &value.value.0);
        }
        for (name, value) in self.inputs.variables {
            self.scope.variables.insert(name, value);
        }
        for name in document.env.iter().flat_map(|names| &names.value.0) {
            self.scope.readable.insert(&name.value.0);
        }
    }

    fn spaces(&mut self, document: &ManifestDocument) -> BTreeMap<SpaceAlias, SpaceDefinition> {
        let mut spaces = BTreeMap::new();
        let mut seen = BTreeMap::new();
        for (alias, space) in document.spaces.iter().flat_map(|spaces| &spaces.value.0) {
            let definition = self.space(&space.value, space.place);
            let Some(definition) = definition else {
                continue;
            };
            let identity = Identity::of(self.source.file, &definition, self.inputs.providers);
            if let Some((first, place)) = seen.insert(identity, (&alias.value, alias.place)) {
                let diagnostic = two_aliases(first, self.source.file, &alias.value)
                    .with_related("first named here", self.source.locate(place));
                self.report(alias.place, diagnostic);
            }
            spaces.extend(SpaceAlias::parse(&alias.value).ok().zip(Some(definition)));
        }
        spaces
    }

    fn protect(&mut self, document: &ManifestDocument) -> Vec<Protection> {
        let mut protect = Vec::new();
        for spot in document.protect.iter().flat_map(|protect| &protect.value.0) {
            if let Some(selection) = self.selection(&spot.value, spot.place, None) {
                let location = self.source.locate(spot.place);
                protect.push(Protection {
                    selection,
                    location,
                });
            }
        }
        protect
    }

    /// Adds a diagnostic at a place.
    pub(super) fn report(&mut self, place: Place, diagnostic: Diagnostic) {
        self.diagnostics
            .push(diagnostic.at(self.source.locate(place)));
    }

    pub(super) fn report_pattern(&mut self, place: Place, error: &PatternError) {
        let detail = sentence(&error.to_string());
        self.report(
            place,
            Diagnostic::error("bad-pattern", "a pattern is malformed", detail),
        );
    }

    fn report_path(&mut self, place: Place, error: &PathError) {
        let detail = sentence(&error.to_string());
        self.report(
            place,
            Diagnostic::error("bad-path", "a path is malformed", detail),
        );
    }

    /// The text with everything filled in; `None` after reporting what cannot be.
    pub(super) fn fill<'t>(
        &mut self,
        text: &'t str,
        place: Place,
        each: Option<&Element>,
    ) -> Option<Cow<'t, str>> {
        match self.scope.fill(text, each) {
            Ok(filled) => Some(filled),
            Err(problems) => {
                for unset in problems {
                    let found = self.source.token_in(place, &unset.token);
                    let diagnostic = Diagnostic::error("unset", "a value is not set", unset.detail);
                    let diagnostic = match unset.hint {
                        Some(hint) => diagnostic.with_hint(hint),
                        None => diagnostic,
                    };
                    self.report(found, diagnostic);
                }
                None
            }
        }
    }

    /// As [`fill`](Self::fill), where nothing is left is wrong as well.
    pub(super) fn fill_some<'t>(
        &mut self,
        text: &'t str,
        place: Place,
        each: Option<&Element>,
    ) -> Option<Cow<'t, str>> {
        let filled = self.fill(text, place, each)?;
        if filled.is_empty() {
            let detail = format!("`{text}` is empty once it is filled in.");
            let diagnostic = Diagnostic::error("bad-value", "a value is not allowed", detail);
            self.report(place, diagnostic);
            return None;
        }
        Some(filled)
    }

    /// An address whose alias is declared.
    pub(super) fn address(
        &mut self,
        text: &str,
        place: Place,
        each: Option<&Element>,
    ) -> Option<Address> {
        let text = self.fill(text, place, each)?;
        match Address::parse(&text) {
            Ok(address) if address.path.as_str().contains('*') => {
                let detail =
                    format!("`{text}` holds a `*`, but only one exact path can stand here.");
                let diagnostic = Diagnostic::error("bad-path", "a path is malformed", detail)
                    .with_hint("patterns belong into the source; name the folder with `into`");
                self.report(place, diagnostic);
                None
            }
            Ok(address) => {
                let space = self.declared(&address.space, place)?;
                Some(Address { space, ..address })
            }
            Err(error) => {
                self.report_path(place, &error);
                None
            }
        }
    }

    /// An address or pattern whose alias is declared.
    pub(super) fn selection(
        &mut self,
        text: &str,
        place: Place,
        each: Option<&Element>,
    ) -> Option<Selection> {
        let text = self.fill(text, place, each)?;
        match Selection::parse(&text) {
            Ok(mut selection) => {
                selection.base.space = self.declared(&selection.base.space, place)?;
                Some(selection)
            }
            Err(PatternError::Path(error)) => {
                self.report_path(place, &error);
                None
            }
            Err(error) => {
                self.report_pattern(place, &error);
                None
            }
        }
    }

    fn declared(&mut self, alias: &SpaceAlias, place: Place) -> Option<SpaceAlias> {
        let declared = self.aliases.get(alias.as_str()).cloned();
        if declared.is_none() {
            let detail = format!("`{alias}` is not declared under `spaces`.");
            let near = super::nearest::nearest(alias.as_str(), self.aliases.keys().copied());
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add `{alias}` to `spaces`"),
            };
            let diagnostic = Diagnostic::error("unknown-space", "a space is not declared", detail);
            self.report(place, diagnostic.with_hint(hint));
        }
        declared
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

fn limits(guards: &GuardsDocument) -> Guards {
    Guards {
        max_removes: guards.max_removes.as_ref().map(|spot| spot.value),
        max_overwrites: guards.max_overwrites.as_ref().map(|spot| spot.value),
        max_moves: guards.max_moves.as_ref().map(|spot| spot.value),
        max_calls: guards.max_calls.as_ref().map(|spot| spot.value.0),
        max_time: guards.max_time.as_ref().map(|spot| spot.value.0),
    }
}
