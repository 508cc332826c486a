//! Manifests as files: what is valid, what is said about what is not, and the schema.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod examples;
mod robust;
mod run;
mod schema;
mod support;

use std::path::Path;

use support::{fixtures, load_file, render};

#[test]
fn valid_manifests_load() {
    let mut refused = String::new();
    for file in fixtures("valid") {
        if let Err(diagnostics) = load_file(&file) {
            refused += &format!("{}:\n{}\n", file.display(), render(&diagnostics));
        }
    }
    assert!(refused.is_empty(), "{refused}");
}

#[test]
fn invalid_manifests_are_refused_with_their_message() {
    for folder in ["invalid", "invalid-beyond-schema"] {
        for file in fixtures(folder) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let diagnostics = load_file(&file).expect_err(name);
            assert!(!diagnostics.is_empty(), "{name} is refused without a word");
            insta::with_settings!({
                snapshot_path => Path::new("../fixtures/manifests").join(folder).join("snapshots"),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(name, render(&diagnostics));
            });
        }
    }
}
