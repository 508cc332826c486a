//! The schema file is what the types say, and it agrees with the parser.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::fixtures;

const SCHEMA: &str = "schemas/manifest.v1.json";

/// A file as an editor hands it to the schema.
fn value(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let options = serde_yaml::options! {
        strict_booleans: true,
        merge_keys: serde_yaml::MergeKeyPolicy::AsOrdinary,
    };
    let text = text.replace('\t', " ");
    serde_yaml::from_str_with_options(&text, options).unwrap_or(Value::Null)
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft7::new(&reshelve::manifest::schema()).unwrap()
}

fn examples() -> Vec<PathBuf> {
    let folders = fs::read_dir("examples").unwrap();
    let files = folders.map(|folder| folder.unwrap().path().join("reshelve.yaml"));
    files.filter(|file| file.is_file()).collect()
}

#[test]
fn the_schema_file_is_what_the_types_say() {
    let made = format!("{:#}\n", reshelve::manifest::schema());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(SCHEMA, &made).unwrap();
    }
    let kept = fs::read_to_string(SCHEMA).unwrap_or_default();
    assert!(
        kept == made,
        "run the tests once with UPDATE_SCHEMAS=1 and look at {SCHEMA}"
    );
}

#[test]
fn the_schema_accepts_valid_manifests_and_examples() {
    let validator = validator();
    let examples = examples();
    assert!(!examples.is_empty());
    for file in fixtures("valid").into_iter().chain(examples) {
        let problems: Vec<String> = validator
            .iter_errors(&value(&file))
            .map(|problem| format!("{} at {}", problem, problem.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", file.display());
    }
}

#[test]
fn the_schema_refuses_invalid_manifests() {
    let validator = validator();
    let accepted: Vec<PathBuf> = fixtures("invalid")
        .into_iter()
        .filter(|file| validator.is_valid(&value(file)))
        .collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[test]
fn what_lies_beyond_the_schema_is_kept_apart() {
    let validator = validator();
    let seen: Vec<PathBuf> = fixtures("invalid-beyond-schema")
        .into_iter()
        .filter(|file| {
            let value = value(file);
            !value.is_null() && !validator.is_valid(&value)
        })
        .collect();
    assert!(
        seen.is_empty(),
        "the schema refuses these as well: {seen:#?}"
    );
}
