//! Credentials: from the environment, or from a file that nobody else may read. Never from a flag
//! and never from a manifest.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::manifest;
use crate::provider::{ErrorKind, Profiles, ProviderError};

/// The profiles of the person or program that runs a command.
///
/// The file is read when the first field is asked for that the environment lacks, so commands that
/// need no credentials never look for it.
pub(crate) struct StoredProfiles {
    environment: BTreeMap<String, String>,
    file: Option<PathBuf>,
    read: OnceLock<Result<ProfilesFile, ProviderError>>,
}

/// The content of `profiles.yaml`: fields by profile.
#[derive(Debug, Default, serde::Deserialize)]
struct ProfilesFile(BTreeMap<String, BTreeMap<String, Field>>);

/// Where the value of a field is.
#[derive(Debug)]
enum Field {
    /// It stands in the file.
    Text(SecretString),
    /// A program prints it.
    Command(Vec<String>),
}

/// The largest file of profiles, in bytes.
const LARGEST: u64 = 1 << 20;

impl StoredProfiles {
    /// Profiles of this environment, and of the file in its configuration folder.
    pub(crate) fn new(environment: &BTreeMap<String, String>) -> Self {
        let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let folder = match (set("XDG_CONFIG_HOME"), set("HOME")) {
            (Some(folder), _) => Some(PathBuf::from(folder)),
            (None, Some(home)) => Some(Path::new(home).join(".config")),
            (None, None) => None,
        };
        Self {
            environment: environment.clone(),
            file: folder.map(|folder| folder.join("reshelve").join("profiles.yaml")),
            read: OnceLock::new(),
        }
    }

    fn stored(&self, profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError> {
        let Some(path) = &self.file else {
            return Ok(None);
        };
        let file = self.read.get_or_init(|| read_file(path));
        let file = file.as_ref().map_err(Clone::clone)?;
        match file.0.get(profile).and_then(|fields| fields.get(field)) {
            None => Ok(None),
            Some(Field::Text(text)) => Ok(Some(text.clone())),
            Some(Field::Command(words)) => printed(words, profile, field).map(Some),
        }
    }
}

impl Profiles for StoredProfiles {
    fn field(&self, profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = self.environment.get(&variable(profile, field));
        match value.filter(|value| !value.is_empty()) {
            Some(value) => Ok(Some(SecretString::from(value.as_str()))),
            None => self.stored(profile, &field.to_ascii_lowercase()),
        }
    }
}

/// The environment variable of a field.
fn variable(profile: &str, field: &str) -> String {
    let upper = |text: &str| text.to_ascii_uppercase().replace('-', "_");
    format!("RESHELVE_{}_{}", upper(profile), upper(field))
}

fn read_file(path: &Path) -> Result<ProfilesFile, ProviderError> {
    let cannot = |error: io::Error| denied(format!("cannot read `{}`: {error}", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ProfilesFile::default()),
        Err(error) => return Err(cannot(error)),
    };
    check_private(path, &file.metadata().map_err(cannot)?)?;
    let mut text = String::new();
    let length = file
        .take(LARGEST + 1)
        .read_to_string(&mut text)
        .map_err(cannot)?;
    if length as u64 > LARGEST {
        return Err(denied(format!("`{}` is larger than 1 MiB", path.display())));
    }
    manifest::read_quietly(&text).map_err(|place| {
        let path = path.display();
        denied(format!(
            "`{path}` makes no sense at {place}; it holds profiles, each with fields whose value \
             is text in quotes or `{{command: [program, argument]}}`"
        ))
    })
}

/// Refuses a file of secrets that others may read.
fn check_private(path: &Path, metadata: &fs::Metadata) -> Result<(), ProviderError> {
    use std::os::unix::fs::MetadataExt;
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(denied(format!(
        "others may read or write `{path}`, which holds credentials; run `chmod 600 {path}`"
    )))
}

/// What a program prints, without the line break at its end.
fn printed(words: &[String], profile: &str, field: &str) -> Result<SecretString, ProviderError> {
    let trouble = |why: String| {
        denied(format!(
            "the command for `{field}` of the profile `{profile}` {why}"
        ))
    };
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| trouble("is empty".into()))?;
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::inherit());
    let output = command
        .output()
        .map_err(|error| trouble(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(trouble(format!("failed: {}", output.status)));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| trouble("printed something other than text".into()))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(trouble("printed nothing".into())),
        value => Ok(SecretString::from(value)),
    }
}

fn denied(message: String) -> ProviderError {
    ProviderError::refused(ErrorKind::Unauthenticated, message)
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text, or a map with `command`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(SecretString::from(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        let unknown = || serde::de::Error::custom("only `command` is known here");
        match map.next_key::<String>()?.as_deref() {
            Some("command") => {}
            Some(_) | None => return Err(unknown()),
        }
        let words = map.next_value()?;
        match map.next_key::<String>()? {
            None => Ok(Field::Command(words)),
            Some(_) => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    const MARKER: &str = "marker-3b1f";

    /// Asks for a field with this environment and this file of that mode; what comes of it, with
    /// secrets shown.
    fn check(environment: &[(&str, &str)], file: &str, mode: u32, field: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reshelve/profiles.yaml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, file).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let mut variables: BTreeMap<String, String> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        variables.insert(
            "XDG_CONFIG_HOME".into(),
            folder.path().display().to_string(),
        );
        let profiles = StoredProfiles::new(&variables);
        let found = match profiles.field("hr-eu", field) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some(secret)) => secret.expose_secret().to_owned(),
            Err(error) => {
                let message = error.message.replace(&path.display().to_string(), "FILE");
                assert!(!message.contains(MARKER), "{message}");
                assert_eq!(error.kind, ErrorKind::Unauthenticated);
                message
            }
        };
        assert!(
            found.contains(expected),
            "{environment:?} {file:?} {field}: {found}"
        );
    }

    #[test]
    fn a_field_comes_from_the_environment_before_the_file() {
        let file = "hr-eu:\n  union_id: from-file\n  app_key: \"7\"\n";
        let name = "RESHELVE_HR_EU_UNION_ID";
        check(
            &[(name, "from-there")],
            file,
            0o600,
            "UNION_ID",
            "from-there",
        );
        check(&[(name, "")], file, 0o600, "UNION_ID", "from-file");
        check(&[], file, 0o600, "UNION_ID", "from-file");
        check(&[], file, 0o600, "APP_KEY", "7");
        check(&[], file, 0o600, "APP_SECRET", "nothing");
        check(&[], "other: {union_id: x}", 0o600, "UNION_ID", "nothing");
    }

    #[test]
    fn a_program_may_print_a_field() {
        let echo = "hr-eu: {app_secret: {command: [echo, it is here]}}";
        check(&[], echo, 0o600, "APP_SECRET", "it is here");
        let fails = "hr-eu: {app_secret: {command: [\"false\"]}}";
        check(&[], fails, 0o600, "APP_SECRET", "failed: exit status: 1");
        let silent = "hr-eu: {app_secret: {command: [\"true\"]}}";
        check(&[], silent, 0o600, "APP_SECRET", "printed nothing");
        let missing = "hr-eu: {app_secret: {command: [no-such-program-here]}}";
        check(&[], missing, 0o600, "APP_SECRET", "cannot be run");
        let empty = "hr-eu: {app_secret: {command: []}}";
        check(&[], empty, 0o600, "APP_SECRET", "is empty");
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_without_showing_what_it_holds() {
        let cases = [
            format!("hr-eu: {{app_key: {MARKER}"),
            format!("hr-eu: [{MARKER}]"),
            format!("hr-eu: {{app_key: {{program: {MARKER}}}}}"),
            format!("hr-eu: {{app_key: {{command: {MARKER}}}}}"),
            format!("hr-eu: {{app_key: [{MARKER}]}}"),
            MARKER.to_owned(),
        ];
        for file in cases {
            check(&[], &file, 0o600, "APP_KEY", "makes no sense at line");
        }
        let open = format!("hr-eu: {{app_key: {MARKER}}}");
        for mode in [0o644, 0o640, 0o606] {
            check(&[], &open, mode, "APP_KEY", "run `chmod 600 FILE`");
        }
    }
}
