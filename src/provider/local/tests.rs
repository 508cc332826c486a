//! Cases that need real folders: what is listed, what is left alone, what is refused.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use super::LocalProvider;
use crate::plan::Place;
use crate::provider::{ErrorKind, ListRequest, Page, Provider, ProviderError};
use crate::tree::{EntryKind, EntryPath, SpaceAlias};

fn alias(text: &str) -> SpaceAlias {
    SpaceAlias::parse(text).unwrap()
}

fn open(roots: &[(&str, PathBuf)]) -> Result<LocalProvider, ProviderError> {
    let roots: BTreeMap<_, _> = roots
        .iter()
        .map(|(name, path)| (alias(name), path.clone()))
        .collect();
    LocalProvider::new(&roots)
}

fn provider(root: &Path) -> LocalProvider {
    open(&[("a", root.to_owned())]).unwrap()
}

fn at(path: &str) -> Place {
    Place::new(alias("a"), EntryPath::parse(path).unwrap())
}

async fn list(provider: &LocalProvider, folder: &str) -> Result<Page, ProviderError> {
    let request = ListRequest {
        space: alias("a"),
        folder: EntryPath::parse(folder).unwrap(),
        id: None,
        page: None,
    };
    provider.list(&request).await
}

fn rows(page: &Page) -> Vec<(String, EntryKind)> {
    let mut rows: Vec<_> = page
        .listing
        .entries()
        .map(|entry| (entry.name.to_owned(), entry.kind))
        .collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn what_is_special_is_listed_as_such_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("file"), "12345").unwrap();
    fs::create_dir_all(root.join("folder/.reshelve")).unwrap();
    fs::create_dir(root.join(".reshelve")).unwrap();
    symlink("folder", root.join("link")).unwrap();
    let _listener = UnixListener::bind(root.join("socket")).unwrap();
    fs::write(root.join(OsStr::from_bytes(b"bad\xff")), "").unwrap();
    fs::write(root.join(OsStr::from_bytes(b"bad\xfe")), "").unwrap();
    fs::write(root.join("bad\u{fffd}"), "").unwrap();
    let provider = provider(root);
    let page = list(&provider, "/").await.unwrap();
    let expected = [
        ("bad\u{fffd}", EntryKind::File),
        ("bad\u{fffd} (2)", EntryKind::Special),
        ("bad\u{fffd} (3)", EntryKind::Special),
        ("file", EntryKind::File),
        ("folder", EntryKind::Folder),
        ("link", EntryKind::Special),
        ("socket", EntryKind::Special),
    ];
    assert_eq!(
        rows(&page),
        expected.map(|(name, kind)| (name.to_owned(), kind))
    );
    assert_eq!(
        page.notes,
        [
            "`a:/bad\u{fffd} (2)` is left alone: its name is not UTF-8; rename it to let it take part",
            "`a:/bad\u{fffd} (3)` is left alone: its name is not UTF-8; rename it to let it take part",
            "`a:/link` is a symbolic link and is left alone",
            "`a:/socket` is a socket and is left alone",
        ]
    );
    let deeper = list(&provider, "/folder").await.unwrap();
    assert_eq!(
        rows(&deeper),
        [(".reshelve".to_owned(), EntryKind::Special)]
    );
}

#[tokio::test]
async fn fetching_sees_what_listing_sees() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("x/y/.reshelve")).unwrap();
    fs::create_dir(root.join(".reshelve")).unwrap();
    fs::write(root.join("x/f"), "12345").unwrap();
    symlink("y", root.join("x/link")).unwrap();
    let provider = provider(root);
    let page = list(&provider, "/x").await.unwrap();
    for entry in page.listing.entries() {
        let place = at(&format!("/x/{}", entry.name));
        let found = provider.fetch(&[place]).await.unwrap().remove(0).unwrap();
        assert_eq!(found.kind, entry.kind);
        assert_eq!(found.seen.id, entry.id.to_id());
        assert_eq!(found.seen.attributes.size, entry.size);
        assert_eq!(found.seen.attributes.modified, entry.modified);
    }
    let places = [
        "/",
        "/no",
        "/x/f",
        "/x/f/below",
        "/x/link/.reshelve",
        "/.reshelve",
        "/x/y",
    ];
    let found = provider.fetch(&places.map(at)).await.unwrap();
    let there: Vec<_> = found.iter().map(Option::is_some).collect();
    assert_eq!(there, [true, false, true, false, false, false, true]);
}

#[tokio::test]
async fn links_and_our_own_folder_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("real/below")).unwrap();
    fs::create_dir(root.join(".reshelve")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    symlink("/", root.join("out")).unwrap();
    symlink("real", root.join("in")).unwrap();
    let provider = provider(root);
    let cases = [
        ("/no", ErrorKind::NotFound),
        ("/file", ErrorKind::Mismatch),
        ("/out", ErrorKind::Mismatch),
        ("/out/etc", ErrorKind::Mismatch),
        ("/in", ErrorKind::Mismatch),
        ("/in/below", ErrorKind::Mismatch),
        ("/.reshelve", ErrorKind::Unsupported),
        ("/real/.reshelve/x", ErrorKind::Unsupported),
    ];
    for (path, kind) in cases {
        let error = list(&provider, path).await.unwrap_err();
        assert_eq!(error.kind, kind, "{path}: {error}");
        assert!(error.message.contains(&format!("`a:{path}`")), "{error}");
    }
}

#[tokio::test]
async fn a_root_that_was_taken_away_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let provider = provider(&root);
    assert!(list(&provider, "/").await.unwrap().listing.is_empty());
    fs::remove_dir(&root).unwrap();
    let error = list(&provider, "/").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[test]
fn roots_must_be_there_and_apart() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("x/y")).unwrap();
    fs::create_dir(root.join("xy")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    symlink(root.join("x"), root.join("same")).unwrap();
    type Case = (&'static [&'static str], Option<(ErrorKind, &'static str)>);
    let cases: [Case; 6] = [
        (&["x", "xy"], None),
        (&["no"], Some((ErrorKind::NotFound, "mkdir -p"))),
        (&["file"], Some((ErrorKind::Mismatch, "not a folder"))),
        (&["x", "x"], Some((ErrorKind::Unsupported, "overlap"))),
        (
            &["x/y", "x"],
            Some((ErrorKind::Unsupported, "`s1` and `s0` overlap")),
        ),
        (&["x", "same"], Some((ErrorKind::Unsupported, "overlap"))),
    ];
    for (names, expected) in cases {
        let roots: BTreeMap<_, _> = (names.iter().enumerate())
            .map(|(number, name)| (alias(&format!("s{number}")), root.join(name)))
            .collect();
        match (LocalProvider::new(&roots), expected) {
            (Ok(_), None) => {}
            (Err(error), Some((kind, words))) => {
                assert_eq!(error.kind, kind, "{error}");
                assert!(error.message.contains(words), "{error}");
            }
            (result, expected) => panic!("{names:?}: {result:?}, expected {expected:?}"),
        }
    }
}
