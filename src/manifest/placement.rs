//! From one placement of a document to the wishes it stands for.

use super::container::List;
use super::document::{DefaultsDocument, Field, ManifestDocument, PlacementDocument};
use super::each::Element;
use super::expand::Expansion;
use super::manifest::{
    Disposal, Expect, Layout, OnConflict, OnMissing, Permissions, Placement, PlacementId, Prune,
    PruneScope, Target, Transfer, Update, Wish,
};
use super::scalar::{PatternText, Switch};
use super::source::{Place, Spot};
use super::verb::Verb;
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, Pattern, PatternSet, Selection};

/// One placement of the document, with what applies to it.
struct Wished<'d> {
    document: &'d PlacementDocument,
    defaults: &'d DefaultsDocument,
    verb: Verb,
    each: Option<&'d Element>,
}

impl Expansion<'_> {
    /// All placements, `for_each` unrolled.
    pub(super) fn placements(&mut self, document: &ManifestDocument) -> Vec<Placement> {
        let none = DefaultsDocument::default();
        let defaults = document.defaults.as_ref().map_or(&none, |spot| &spot.value);
        let listed = document.placements.iter().flat_map(|list| &list.value.0);
        let mut placements = Vec::new();
        for spot in listed {
            let verb = self.verb(&spot.value, spot.place);
            let elements = self.elements(&spot.value);
            let (Some(verb), Some(elements)) = (verb, elements) else {
                continue;
            };
            for each in elements.iter().map(Option::as_ref) {
                placements.extend(self.placement(&Wished {
                    document: &spot.value,
                    defaults,
                    verb,
                    each,
                }));
            }
        }
        placements
    }

    /// What the placement is repeated for: once for nothing, where it has no `for_each`.
    fn elements(&mut self, document: &PlacementDocument) -> Option<Vec<Option<Element>>> {
        let Some(spot) = &document.for_each else {
            return Some(vec![None]);
        };
        match spot
            .value
            .elements(spot.place, self.source, self.inputs.files)
        {
            Ok(elements) => Some(elements.into_iter().map(Some).collect()),
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    fn placement(&mut self, wished: &Wished<'_>) -> Option<Placement> {
        let place = wished.verb.place(wished.document);
        let wish = self.wish(wished);
        let id = self.id(wished, wish.as_ref());
        Some(Placement {
            id: id?,
            location: self.source.locate(place),
            wish: wish?,
        })
    }

    fn wish(&mut self, wished: &Wished<'_>) -> Option<Wish> {
        let (document, defaults) = (wished.document, wished.defaults);
        let update = choose(&document.update, &defaults.update, Update::Always);
        match wished.verb {
            Verb::Copy => Some(Wish::Copy(self.transfer(wished, &document.copy)?, update)),
            Verb::Move => {
                let preserve = &document.preserve_permissions;
                let preserve = choose(preserve, &defaults.preserve_permissions, Switch(false));
                let permissions = if preserve.0 {
                    Permissions::Preserve
                } else {
                    Permissions::Inherit
                };
                let transfer = self.transfer(wished, &document.move_from)?;
                Some(Wish::Move(transfer, permissions))
            }
            Verb::Mirror => {
                let transfer = self.transfer(wished, &document.mirror);
                let prune = Prune {
                    scope: choose(&document.prune, &defaults.prune, PruneScope::Report),
                    keep: self.pattern_set(&document.keep, wished.each)?,
                    disposal: disposal(document, defaults),
                };
                Some(Wish::Mirror(transfer?, update, prune))
            }
            Verb::Folder => {
                let spot = document.folder.as_ref()?;
                Some(Wish::Folder(self.address(
                    &spot.value,
                    spot.place,
                    wished.each,
                )?))
            }
            Verb::Absent => {
                let spot = document.absent.as_ref()?;
                let selection = self.selection(&spot.value, spot.place, wished.each)?;
                let expect = self.expect(document, &selection)?;
                self.no_root(&selection, spot.place, "removed")?;
                Some(Wish::Absent(
                    selection,
                    expect,
                    disposal(document, defaults),
                ))
            }
        }
    }

    fn transfer(
        &mut self,
        wished: &Wished<'_>,
        source: &Field<super::scalar::SelectionText>,
    ) -> Option<Transfer> {
        let (document, defaults) = (wished.document, wished.defaults);
        let spot = source.as_ref()?;
        let source = self.selection(&spot.value, spot.place, wished.each);
        let exclude = self.pattern_set(&document.exclude, wished.each);
        let target = self.target(wished, source.as_ref());
        let source = source?;
        if wished.verb == Verb::Move {
            self.no_root(&source, spot.place, "moved")?;
        }
        self.check_pattern_keys(wished, spot.place, &source)?;
        Some(Transfer {
            expect: self.expect(document, &source)?,
            source,
            target: target?,
            exclude: exclude?,
            on_conflict: choose(
                &document.on_conflict,
                &defaults.on_conflict,
                OnConflict::Fail,
            ),
            on_missing: choose(&document.on_missing, &defaults.on_missing, OnMissing::Fail),
        })
    }

    fn target(&mut self, wished: &Wished<'_>, source: Option<&Selection>) -> Option<Target> {
        let document = wished.document;
        let to = document.to.as_ref();
        let into = document.into.as_ref();
        let to = to.map(|spot| self.address(&spot.value, spot.place, wished.each));
        let folder = into.map(|spot| self.address(&spot.value, spot.place, wished.each));
        let source = source?;
        match (to, folder) {
            (Some(to), _) => Some(Target::Exactly(to?)),
            (None, Some(folder)) if source.below.is_some() => {
                let flatten = document.flatten.as_ref().is_some_and(|spot| spot.value.0);
                let layout = if flatten {
                    Layout::Flatten
                } else {
                    Layout::KeepFolders
                };
                Some(Target::Into(folder?, layout))
            }
            (None, Some(folder)) => self.named_into(wished, source, folder?),
            (None, None) => None,
        }
    }

    /// `into` with a named source: the exact path under that name.
    fn named_into(
        &mut self,
        wished: &Wished<'_>,
        source: &Selection,
        folder: Address,
    ) -> Option<Target> {
        let Some(name) = source.base.path.name() else {
            let detail = "The root of a space has no name that it could keep.";
            let diagnostic = Diagnostic::error("bad-target", "a target does not fit", detail)
                .with_hint("name the target with `to`");
            self.report(wished.verb.place(wished.document), diagnostic);
            return None;
        };
        let path = folder.path.join_trusted(name);
        Some(Target::Exactly(Address::new(folder.space, path)))
    }

    /// Reports keys that fit only a pattern, or only a named source.
    fn check_pattern_keys(
        &mut self,
        wished: &Wished<'_>,
        place: Place,
        source: &Selection,
    ) -> Option<()> {
        let document = wished.document;
        let before = self.diagnostics.len();
        if source.below.is_some() {
            if wished.verb == Verb::Mirror {
                let detail = "A mirror takes one whole folder, but its source is a pattern.";
                let hint = "name the folder, and leave out with `exclude` what is not wanted";
                self.report(place, bad_target(detail, hint));
            } else if let Some(to) = &document.to {
                let detail = "A pattern may match several entries, but `to` is one exact path.";
                self.report(to.place, bad_target(detail, "name the folder with `into`"));
            }
            if let Some(on_missing) = &document.on_missing {
                let detail = "A pattern that matches nothing is never missing.";
                let hint = "take `on_missing` out; `expect: {min: 1}` asks for a match";
                self.report(on_missing.place, misplaced(detail, hint));
            }
        } else if let Some(flatten) = &document.flatten {
            let detail =
                "`flatten` drops the folders of a pattern's matches, but the source is one entry.";
            self.report(flatten.place, misplaced(detail, "take `flatten` out"));
        }
        (self.diagnostics.len() == before).then_some(())
    }

    fn no_root(&mut self, selection: &Selection, place: Place, what: &str) -> Option<()> {
        if selection.below.is_some() || !selection.base.path.is_root() {
            return Some(());
        }
        let detail = format!("The root of a space cannot be {what}.");
        let diagnostic = Diagnostic::error("bad-path", "a path is malformed", detail)
            .with_hint(format!("`{selection}*` means everything in it"));
        self.report(place, diagnostic);
        None
    }

    fn expect(&mut self, document: &PlacementDocument, selection: &Selection) -> Option<Expect> {
        let Some(spot) = &document.expect else {
            return Some(Expect::default());
        };
        let number = |field: &Field<super::scalar::WholeNumber>| field.as_ref().map(|n| n.value.0);
        let expect = Expect {
            min: number(&spot.value.min),
            max: number(&spot.value.max),
        };
        let problem = if selection.below.is_none() {
            let detail = "`expect` counts the matches of a pattern, but one entry is named.";
            misplaced(detail, "take `expect` out")
        } else if expect.min > expect.max && expect.max.is_some() {
            let detail = "`min` is more than `max`: no number of matches fits.";
            Diagnostic::error("bad-value", "a value is not allowed", detail)
        } else {
            return Some(expect);
        };
        self.report(spot.place, problem);
        None
    }

    fn pattern_set(
        &mut self,
        field: &Field<List<PatternText>>,
        each: Option<&Element>,
    ) -> Option<PatternSet> {
        let listed = field.iter().flat_map(|list| &list.value.0);
        let patterns: Vec<Option<Pattern>> = listed.map(|spot| self.pattern(spot, each)).collect();
        let patterns: Option<Vec<Pattern>> = patterns.into_iter().collect();
        Some(PatternSet::new(patterns?))
    }

    fn pattern(&mut self, spot: &Spot<PatternText>, each: Option<&Element>) -> Option<Pattern> {
        let text = self.fill(&spot.value, spot.place, each)?;
        if let Some(pattern) = self.patterns.get(&*text) {
            return Some(pattern.clone());
        }
        match Pattern::parse(&text) {
            Ok(pattern) => {
                self.patterns.insert(text.into_owned(), pattern.clone());
                Some(pattern)
            }
            Err(error) => {
                self.report_pattern(spot.place, &error);
                None
            }
        }
    }

    /// The given id, or verb, source and target; with the element's key unless the id uses it.
    fn id(&mut self, wished: &Wished<'_>, wish: Option<&Wish>) -> Option<PlacementId> {
        let (text, uses_each) = match &wished.document.id {
            Some(id) => {
                let filled = self.fill_some(&id.value, id.place, wished.each)?;
                (filled.into_owned(), id.value.contains("${each."))
            }
            None => (default_id(wish?), false),
        };
        Some(PlacementId::new(&match wished.each {
            Some(element) if !uses_each => format!("{text}[{}]", element.key),
            _ => text,
        }))
    }
}

fn default_id(wish: &Wish) -> String {
    let verb = wish.verb();
    match wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            let (word, target) = match &transfer.target {
                Target::Exactly(address) => ("to", address),
                Target::Into(address, _) => ("into", address),
            };
            format!("{verb} {} {word} {target}", transfer.source)
        }
        Wish::Folder(address) => format!("{verb} {address}"),
        Wish::Absent(selection, ..) => format!("{verb} {selection}"),
    }
}

fn disposal(document: &PlacementDocument, defaults: &DefaultsDocument) -> Disposal {
    if choose(&document.recycle, &defaults.recycle, Switch(true)).0 {
        Disposal::Recycle
    } else {
        Disposal::Permanent
    }
}

fn choose<T: Copy>(own: &Field<T>, default: &Field<T>, otherwise: T) -> T {
    own.as_ref()
        .or(default.as_ref())
        .map_or(otherwise, |spot| spot.value)
}

fn bad_target(detail: &str, hint: &str) -> Diagnostic {
    Diagnostic::error("bad-target", "a target does not fit", detail).with_hint(hint)
}

fn misplaced(detail: &str, hint: &str) -> Diagnostic {
    Diagnostic::error("misplaced-key", "a key does not fit", detail).with_hint(hint)
}
