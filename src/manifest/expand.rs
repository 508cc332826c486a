//! From a document to what it means: variables filled in, defaults applied, `for_each` unrolled.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::document::{GuardsDocument, ManifestDocument};
use super::each::Element;
use super::interpolate::Scope;
use super::load::Inputs;
use super::manifest::{Guards, Manifest, ManifestName, Protection, SpaceDefinition};
use super::parse::in_order;
use super::source::{Place, Source};
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, Pattern, Selection, SpaceAlias};

/// One expansion: what is known so far, and everything found wrong.
pub(super) struct Expansion<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) patterns: BTreeMap<String, Pattern>,
    scope: Scope<'a>,
    aliases: BTreeSet<&'a str>,
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
    let name = expansion.name(document);
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
            aliases: aliases.map(|(alias, _)| &*alias.value.0).collect(),
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
            self.check_name(&name.value, name.place);
            self.scope.variables.insert(&name.value.0, &value.value.0);
        }
        for (name, value) in self.inputs.variables {
            self.scope.variables.insert(name, value);
        }
        for name in document.env.iter().flat_map(|names| &names.value.0) {
            self.check_name(&name.value, name.place);
            self.scope.readable.insert(&name.value.0);
        }
    }

    fn check_name(&mut self, name: &str, place: Place) {
        let rest = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        if !(name.starts_with(first) && name.chars().all(rest)) {
            let detail = format!("`{name}` cannot be read with `${{..}}`.");
            let diagnostic = Diagnostic::error("bad-name", "a name is malformed", detail)
                .with_hint("use letters, digits, `_` and `-`, and begin with a letter or `_`");
            self.report(place, diagnostic);
        }
    }

    fn name(&mut self, document: &ManifestDocument) -> Option<ManifestName> {
        let name = document.name.as_ref()?;
        let parsed = ManifestName::parse(&name.value);
        if parsed.is_none() {
            let detail = format!("`{}` cannot name a state.", &*name.value);
            let diagnostic = Diagnostic::error("bad-name", "a name is malformed", detail)
                .with_hint("use 1 to 64 small letters, digits and `-`");
            self.report(name.place, diagnostic);
        }
        parsed
    }

    fn spaces(&mut self, document: &ManifestDocument) -> BTreeMap<SpaceAlias, SpaceDefinition> {
        let mut spaces = BTreeMap::new();
        for (alias, space) in document.spaces.iter().flat_map(|spaces| &spaces.value.0) {
            let definition = self.space(&space.value, space.place);
            match SpaceAlias::parse(&alias.value) {
                Ok(alias) => spaces.extend(definition.map(|definition| (alias, definition))),
                Err(error) => self.report_path(alias.place, &error),
            }
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

    pub(super) fn report_path(&mut self, place: Place, error: &dyn std::fmt::Display) {
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
            Ok(address) => self.declared(&address.space, place).then_some(address),
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
            Ok(selection) => self
                .declared(&selection.base.space, place)
                .then_some(selection),
            Err(error) => {
                self.report_path(place, &error);
                None
            }
        }
    }

    fn declared(&mut self, alias: &SpaceAlias, place: Place) -> bool {
        let declared = self.aliases.contains(alias.as_str());
        if !declared {
            let detail = format!("`{alias}` is not declared under `spaces`.");
            let near = super::nearest::nearest(alias.as_str(), self.aliases.iter().copied());
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
pub(super) fn sentence(text: &str) -> String {
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
