//! A storage root and the keys that its provider knows.

use super::document::SpaceDocument;
use super::expand::Expansion;
use super::load::ProviderKeys;
use super::manifest::SpaceDefinition;
use super::nearest::nearest;
use super::source::Place;
use crate::diagnostic::Diagnostic;

impl Expansion<'_> {
    /// A storage root; `None` after reporting what is wrong with it.
    pub(super) fn space(&mut self, space: &SpaceDocument, place: Place) -> Option<SpaceDefinition> {
        let provider = space.provider.as_ref()?;
        let known = self.inputs.providers;
        let Some(keys) = known.iter().find(|keys| keys.name == &*provider.value.0) else {
            self.unknown_provider(&provider.value, provider.place);
            return None;
        };
        let before = self.diagnostics.len();
        self.check_space_keys(space, place, keys);
        let mut definition = SpaceDefinition {
            provider: provider.value.to_string(),
            profile: provider.value.to_string(),
            keys: Default::default(),
            limits: Default::default(),
            name_check: space.name_check.as_ref().map(|check| check.value),
        };
        if let Some(profile) = &space.profile
            && let Some(filled) = self.fill_some(&profile.value, profile.place, None)
        {
            definition.profile = filled.into_owned();
        }
        for (key, value) in &space.keys {
            if let Some(filled) = self.fill_some(&value.value, value.place, None) {
                definition.keys.insert(key.clone(), filled.into_owned());
            }
        }
        for (name, value) in space.limits.iter().flat_map(|limits| &limits.value.0) {
            definition
                .limits
                .insert(name.value.to_string(), value.value.0);
        }
        (self.diagnostics.len() == before).then_some(definition)
    }

    fn unknown_provider(&mut self, provider: &str, place: Place) {
        let known: Vec<&str> = self.inputs.providers.iter().map(|keys| keys.name).collect();
        let hint = match nearest(provider, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let detail = format!("There is no provider `{provider}`.");
        let diagnostic = Diagnostic::error("unknown-provider", "a provider is not known", detail);
        self.report(place, diagnostic.with_hint(hint));
    }

    fn check_space_keys(&mut self, space: &SpaceDocument, place: Place, keys: &ProviderKeys) {
        let provider = keys.name;
        for missing in keys.required {
            if !space.keys.iter().any(|(key, _)| key == missing) {
                let detail =
                    format!("A space of the provider `{provider}` needs the key `{missing}`.");
                self.report(
                    place,
                    Diagnostic::error("missing-key", "a key is missing", detail),
                );
            }
        }
        for (key, value) in &space.keys {
            let known = keys.required.iter().chain(keys.optional).copied();
            if !known.clone().any(|known| known == key) {
                let all = known.chain(["provider", "profile", "limits", "name_check"]);
                let place = self.source.key_before(value.place, key);
                self.unknown_space_key(place, key, provider, all);
            }
        }
        for (name, _) in space.limits.iter().flat_map(|limits| &limits.value.0) {
            if !keys.limits.contains(&&*name.value.0) {
                let all = keys.limits.iter().copied();
                self.unknown_space_key(name.place, &name.value, provider, all);
            }
        }
    }

    fn unknown_space_key<'k>(
        &mut self,
        place: Place,
        key: &str,
        provider: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let detail = format!("`{key}` is not known in a space of the provider `{provider}`.");
        let hint = match nearest(key, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
        };
        let diagnostic = Diagnostic::error("unknown-key", "a key is not known", detail);
        self.report(place, diagnostic.with_hint(hint));
    }
}
