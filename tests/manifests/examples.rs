//! The examples set themselves up in an empty folder and load as they stand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{load_file, render};

fn examples() -> Vec<PathBuf> {
    let folders = fs::read_dir("examples").unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    folders
        .filter(|folder| folder.join("setup.sh").is_file())
        .collect()
}

fn set_up(example: &Path, arguments: &[&Path]) -> Output {
    Command::new("sh")
        .arg(example.join("setup.sh"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn examples_set_themselves_up_and_load() {
    assert!(!examples().is_empty());
    for example in examples() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("new");
        let made = set_up(&example, &[&folder]);
        assert!(made.status.success(), "{}: {made:?}", example.display());
        let manifest = load_file(&folder.join("reshelve.yaml"));
        let manifest = manifest.unwrap_or_else(|problems| panic!("{}", render(&problems)));
        for space in manifest.spaces.values() {
            if let Some(root) = space.key("root") {
                let root = folder.join(root);
                assert!(root.is_dir(), "{} is missing", root.display());
            }
        }
    }
}

#[test]
fn examples_write_only_into_an_empty_folder() {
    for example in examples() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        assert_eq!(set_up(&example, &[folder.path()]).status.code(), Some(4));
        assert_eq!(set_up(&example, &[]).status.code(), Some(3));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
