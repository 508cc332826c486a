//! The five verbs and the keys that go with each.

use super::document::PlacementDocument;
use super::expand::Expansion;
use super::form::Fields;
use super::source::Place;
use crate::diagnostic::Diagnostic;

/// What kind of wish a placement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Copy,
    Move,
    Mirror,
    Folder,
    Absent,
}

/// The verbs that each key goes with; keys that are not listed go with all.
const KEYS: &[(&str, &[Verb])] = &[
    ("to", &[Verb::Copy, Verb::Move, Verb::Mirror]),
    ("into", &[Verb::Copy, Verb::Move]),
    ("flatten", &[Verb::Copy, Verb::Move]),
    ("exclude", &[Verb::Copy, Verb::Move, Verb::Mirror]),
    ("on_conflict", &[Verb::Copy, Verb::Move, Verb::Mirror]),
    ("update", &[Verb::Copy, Verb::Mirror]),
    ("prune", &[Verb::Mirror]),
    ("keep", &[Verb::Mirror]),
    ("recycle", &[Verb::Absent, Verb::Mirror]),
    ("preserve_permissions", &[Verb::Move]),
    ("on_missing", &[Verb::Copy, Verb::Move, Verb::Mirror]),
    ("expect", &[Verb::Copy, Verb::Move, Verb::Absent]),
];

impl Verb {
    /// All verbs.
    pub(super) const ALL: [Self; 5] = [
        Self::Copy,
        Self::Move,
        Self::Mirror,
        Self::Folder,
        Self::Absent,
    ];

    /// The verb as the manifest writes it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Move => "move",
            Self::Mirror => "mirror",
            Self::Folder => "folder",
            Self::Absent => "absent",
        }
    }

    /// The keys that do not go with this verb, other verbs included.
    pub(super) fn strangers(self) -> impl Iterator<Item = &'static str> {
        let verbs = Self::ALL
            .into_iter()
            .filter(move |verb| *verb != self)
            .map(Self::word);
        let keys = KEYS.iter().filter(move |(_, verbs)| !verbs.contains(&self));
        verbs.chain(keys.map(|(key, _)| *key))
    }

    /// Whether the verb has a target of its own.
    pub(super) fn is_transfer(self) -> bool {
        match self {
            Self::Copy | Self::Move | Self::Mirror => true,
            Self::Folder | Self::Absent => false,
        }
    }

    /// Where the verb's value stands; unknown where the placement has another verb.
    pub(super) fn place(self, document: &PlacementDocument) -> Place {
        let place = match self {
            Self::Copy => document.copy.as_ref().map(|spot| spot.place),
            Self::Move => document.move_from.as_ref().map(|spot| spot.place),
            Self::Mirror => document.mirror.as_ref().map(|spot| spot.place),
            Self::Folder => document.folder.as_ref().map(|spot| spot.place),
            Self::Absent => document.absent.as_ref().map(|spot| spot.place),
        };
        place.unwrap_or_default()
    }
}

impl Expansion<'_> {
    /// The placement's verb; `None` after reporting that there is not exactly one, or that its
    /// keys do not go with it.
    pub(super) fn verb(&mut self, document: &PlacementDocument, whole: Place) -> Option<Verb> {
        let mut given = Verb::ALL
            .into_iter()
            .filter(|verb| !verb.place(document).is_unknown());
        let Some(verb) = given.next() else {
            let detail = "A placement needs exactly one of copy, move, mirror, folder and absent.";
            self.report(
                whole,
                Diagnostic::error("verb", "a placement needs one verb", detail),
            );
            return None;
        };
        let mut sound = true;
        for second in given {
            sound = false;
            let (one, other) = (verb.word(), second.word());
            let detail = format!("`{other}` stands beside `{one}`; a placement says one thing.");
            let diagnostic = Diagnostic::error("verb", "a placement needs one verb", detail)
                .with_related("the other verb", self.source.locate(verb.place(document)))
                .with_hint("make two placements of it");
            self.report(second.place(document), diagnostic);
        }
        (self.check_keys(document, verb) && sound).then_some(verb)
    }

    fn check_keys(&mut self, document: &PlacementDocument, verb: Verb) -> bool {
        let before = self.diagnostics.len();
        document.each_given(&mut |key, place| {
            let fits = KEYS.iter().find(|(known, _)| *known == key);
            if let Some((_, verbs)) = fits
                && !verbs.contains(&verb)
            {
                self.misplaced_key(key, place, verb, verbs);
            }
        });
        match (&document.to, &document.into) {
            (Some(_), Some(into)) if verb != Verb::Mirror => {
                let detail =
                    "`to` is the exact path and `into` the parent folder; only one can count.";
                let diagnostic = Diagnostic::error("bad-target", "a target does not fit", detail);
                self.report(into.place, diagnostic.with_hint("keep one of the two"));
            }
            (None, None) if verb.is_transfer() => {
                let word = verb.word();
                let keys = if verb == Verb::Mirror {
                    "`to`"
                } else {
                    "`to` or `into`"
                };
                let detail = format!("A placement with `{word}` needs {keys}.");
                let diagnostic = Diagnostic::error("missing-key", "a key is missing", detail);
                self.report(verb.place(document), diagnostic);
            }
            _ => {}
        }
        self.diagnostics.len() == before
    }

    fn misplaced_key(&mut self, key: &str, place: Place, verb: Verb, verbs: &[Verb]) {
        let words: Vec<&str> = verbs.iter().map(|verb| verb.word()).collect();
        let word = verb.word();
        let detail = format!(
            "`{key}` says nothing beside `{word}`; it goes with {}.",
            words.join(", ")
        );
        let diagnostic = Diagnostic::error("misplaced-key", "a key does not fit", detail);
        let place = self.source.key_before(place, key);
        self.report(place, diagnostic.with_hint(format!("take `{key}` out")));
    }
}
