//! `init`: a manifest to start with.

use std::io::Write;
use std::path::Path;

use super::schema::text_of;
use crate::cli::args::{Init, SchemaKind};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::report::escape;

const MANIFEST: &str = "reshelve.yaml";
const SCHEMA: &str = "reshelve.schema.json";

const STARTER: &str = "\
# yaml-language-server: $schema=./reshelve.schema.json
version: 1
name: NAME
spaces:
  desk: {provider: local, root: .}
placements:
  - folder: desk:/archive
  # What comes into the inbox goes to the archive, and keeps its folders:
  # - move: desk:/inbox/**/*.pdf
  #   into: desk:/archive
  # The handbook is always what was approved:
  # - mirror: desk:/approved
  #   to: desk:/handbook
";

/// Writes the manifest and the schema that editors check it by; never over an existing file.
pub(crate) fn init(arguments: &Init, output: Output) -> Result<ExitCode, CommandError> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder).map_err(|error| CommandError::file("make", folder, error))?;
    let manifest = folder.join(MANIFEST);
    write_new(&manifest, &STARTER.replace("NAME", &name_for(folder)))?;
    write_new(&folder.join(SCHEMA), &text_of(SchemaKind::Manifest)?)?;
    let shown = manifest.to_string_lossy().into_owned();
    output.text(&format!("wrote {}\n", escape(&shown)))?;
    output.remark("edit it, then run `reshelve plan`");
    Ok(ExitCode::Done)
}

fn write_new(path: &Path, text: &str) -> Result<(), CommandError> {
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| CommandError::file("write", path, error))
}

/// The folder's name as far as a manifest's name can hold it.
fn name_for(folder: &Path) -> String {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = full
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let fitting = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(fitting).take(64).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "shelf".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_takes_its_folders_name_as_far_as_it_can() {
        let cases = [
            ("/srv/Team Handbook", "team-handbook"),
            ("/srv/休假", "shelf"),
            ("/srv/.hidden", "hidden"),
            ("/", "shelf"),
        ];
        for (folder, expected) in cases {
            assert_eq!(name_for(Path::new(folder)), expected, "{folder}");
        }
    }
}
