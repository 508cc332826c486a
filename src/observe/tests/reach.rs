//! What the scopes reach, folder by folder.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use crate::observe::{Limits, ObserveError, Observed, observe};
use crate::plan::{Reach, Scope};
use crate::provider::{LocalProvider, Provider};
use crate::tree::{Address, EntryKind, SpaceAlias};

fn scope(text: &str, reach: Reach) -> Scope {
    Scope {
        address: Address::parse(text).unwrap(),
        reach,
    }
}

fn local(path: &Path) -> Arc<dyn Provider> {
    let alias = SpaceAlias::parse("a").unwrap();
    Arc::new(LocalProvider::new(&[(alias, path.to_owned())].into()).unwrap())
}

/// Makes files, and folders where a name ends in `/`.
fn make(root: &Path, entries: &[&str]) {
    for entry in entries {
        let path = root.join(entry);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if entry.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::write(path, entry).unwrap();
        }
    }
}

async fn look(path: &Path, scopes: &[Scope], limits: Limits) -> Result<Observed, ObserveError> {
    observe(&local(path), scopes, limits, &|_| ()).await
}

/// All entries in the order of the arena; `?` marks a folder that is not listed.
fn text(observed: &Observed) -> String {
    let mut text = String::new();
    for space in observed.world.spaces.values() {
        let tree = &space.tree;
        let mut open = vec![tree.root()];
        while let Some(entry) = open.pop() {
            let folder = match (tree.kind(entry), tree.is_listed(entry)) {
                (EntryKind::Folder, true) => "/",
                (EntryKind::Folder, false) => "?",
                (EntryKind::File | EntryKind::Special, _) => "",
            };
            write!(text, "{}{folder} ", tree.name(entry)).unwrap();
            open.extend(tree.children(entry).rev());
        }
    }
    text.trim_end().to_owned()
}

#[tokio::test]
async fn lists_what_the_scopes_reach_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    make(
        folder.path(),
        &["x/y/z/f", "x/g", "w/h", "e/", ".reshelve/state"],
    );
    type Case<'a> = (&'a [(&'a str, Reach)], &'a str, u64);
    let cases: &[Case<'_>] = &[
        (&[("a:/", Reach::Entry)], "?", 0),
        (&[("a:/", Reach::Children)], "/ e? w? x?", 1),
        (&[("a:/x", Reach::Entry)], "/ e? w? x?", 1),
        (&[("a:/x", Reach::Children)], "/ e? w? x/ g y?", 2),
        (&[("a:/x", Reach::Subtree)], "/ e? w? x/ g y/ z/ f", 4),
        (&[("a:/x/y/z/f", Reach::Subtree)], "/ e? w? x/ g y/ z/ f", 4),
        (&[("a:/x/no/way", Reach::Subtree)], "/ e? w? x/ g y?", 2),
        (&[("a:/", Reach::Subtree)], "/ e/ w/ h x/ g y/ z/ f", 6),
        (
            &[("a:/x/y", Reach::Entry), ("a:/", Reach::Subtree)],
            "/ e/ w/ h x/ g y/ z/ f",
            6,
        ),
        (
            &[("a:/x/y", Reach::Subtree), ("a:/x", Reach::Children)],
            "/ e? w? x/ g y/ z/ f",
            4,
        ),
    ];
    for (scopes, expected, reads) in cases {
        let scopes: Vec<_> = scopes.iter().map(|(at, reach)| scope(at, *reach)).collect();
        let observed = look(folder.path(), &scopes, Limits::default())
            .await
            .unwrap();
        assert_eq!(text(&observed), *expected, "{scopes:?}");
        assert_eq!(observed.reads, *reads, "{scopes:?}");
    }
}

#[tokio::test]
async fn is_the_same_however_many_threads_look() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..200 {
        make(
            folder.path(),
            &[&format!("{}/{}/{number}", number % 7, number % 31)],
        );
    }
    let mut pictures = Vec::new();
    for concurrency in [1, 2, 8] {
        let limits = Limits {
            concurrency: NonZeroUsize::new(concurrency).unwrap(),
            ..Limits::default()
        };
        let observed = look(folder.path(), &[scope("a:/", Reach::Subtree)], limits)
            .await
            .unwrap();
        pictures.push(format!("{:?}", observed.world));
    }
    assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_limit_is_an_error_and_never_a_smaller_tree() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), &["x/y/1", "x/y/2", "x/y/3"]);
    let scopes = [scope("a:/", Reach::Subtree)];
    let few = Limits {
        entries: 4,
        ..Limits::default()
    };
    let error = look(folder.path(), &scopes, few).await.unwrap_err();
    assert!(matches!(error, ObserveError::TooMany(at, 4) if at.path.as_str() == "/x/y"));
    let shallow = Limits {
        depth: 2,
        ..Limits::default()
    };
    let error = look(folder.path(), &scopes, shallow).await.unwrap_err();
    assert!(matches!(error, ObserveError::TooDeep(at, 2) if at.path.as_str() == "/x/y"));
    let error = look(
        folder.path(),
        &[scope("b:/", Reach::Subtree)],
        Limits::default(),
    )
    .await
    .unwrap_err();
    assert!(matches!(error, ObserveError::Provider { .. }), "{error}");
}

#[tokio::test]
async fn notes_are_kept_up_to_a_number_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["1", "2", "3"] {
        std::os::unix::fs::symlink("nowhere", folder.path().join(name)).unwrap();
    }
    let limits = Limits {
        notes: 2,
        ..Limits::default()
    };
    let scopes = [scope("a:/", Reach::Subtree)];
    let observed = look(folder.path(), &scopes, limits).await.unwrap();
    assert_eq!(
        observed.notes,
        [
            "`a:/1` is a symbolic link and is left alone",
            "`a:/2` is a symbolic link and is left alone"
        ]
    );
    assert_eq!(observed.notes_left_out, 1);
}
