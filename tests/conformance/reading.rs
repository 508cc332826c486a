//! Cases that read.

use reshelve::plan::Place;
use reshelve::provider::{ErrorKind, ListRequest, Provider, TaskId, TaskStatus};
use reshelve::tree::{Address, EntryKind, EntryPath};

use crate::scene::{SPACES, alias, list_all, read_back, rows};
use crate::target::{Bench, Makes};

const SCENE: &[&str] = &[
    "a:/e=0",
    "a:/f=5",
    "a:/s@",
    "a:/x/",
    "a:/x/g=6",
    "a:/x/y/",
    "a:/x/y/h=7",
    "b:/new\nline=1",
    "b:/ca\u{301}f=2",
    "b:/c\u{e1}f=3",
];

/// A case that reads.
pub(crate) struct Reading {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&Bench, &tokio::runtime::Runtime),
    /// Whether a sheet allows the case; the reason where it does not.
    pub(crate) needs: fn(&reshelve::plan::Capabilities) -> Result<(), &'static str>,
}

pub(crate) fn scene() -> Vec<crate::scene::Row> {
    rows(SCENE)
}

pub(crate) const CASES: &[Reading] = &[
    Reading {
        name: "everything is listed with kind, size and time",
        check: |bench, runtime| {
            let mut found = runtime.block_on(read_back(provider(bench)));
            found.sort();
            let mut expected = SCENE.to_vec();
            expected.retain(|line| bench.makes == Makes::Everything || !line.ends_with('@'));
            expected.sort_unstable();
            assert_eq!(found, expected);
        },
        needs: |_| Ok(()),
    },
    Reading {
        name: "listing is stable and every entry has an id of its own",
        check: |bench, runtime| runtime.block_on(stable(provider(bench))),
        needs: |_| Ok(()),
    },
    Reading {
        name: "pages are no larger than the sheet says",
        check: |bench, runtime| runtime.block_on(pages(provider(bench))),
        needs: |sheet| match sheet.page_size {
            Some(size) if size < 4 => Ok(()),
            Some(_) | None => Err("the folder is one page"),
        },
    },
    Reading {
        name: "fetching sees what listing sees",
        check: |bench, runtime| runtime.block_on(fetching(provider(bench))),
        needs: |_| Ok(()),
    },
    Reading {
        name: "fetching answers in order and with nothing for what is not there",
        check: |bench, runtime| runtime.block_on(fetching_nothing(bench)),
        needs: |_| Ok(()),
    },
    Reading {
        name: "only folders can be listed",
        check: |bench, runtime| runtime.block_on(not_folders(bench)),
        needs: |_| Ok(()),
    },
    Reading {
        name: "spaces of others are refused",
        check: |bench, runtime| runtime.block_on(foreign(provider(bench))),
        needs: |_| Ok(()),
    },
    Reading {
        name: "tasks that nobody began are unknown",
        check: |bench, runtime| {
            let tasks = [TaskId("1".to_owned()), TaskId("0:x".to_owned())];
            let statuses = runtime.block_on(provider(bench).poll(&tasks)).unwrap();
            assert_eq!(statuses, [TaskStatus::Unknown, TaskStatus::Unknown]);
        },
        needs: |_| Ok(()),
    },
    Reading {
        name: "both spaces have one sheet, and paths that lead out cannot be formed",
        check: |bench, _| {
            let sheets = SPACES.map(|space| provider(bench).capabilities(&alias(space)).unwrap());
            assert_eq!(sheets[0], sheets[1]);
            for path in ["/..", "/x/../..", "/x/./y", "..", "/x//y", "/x\0"] {
                assert!(EntryPath::parse(path).is_err(), "{path:?}");
            }
            for name in ["..", ".", "", "x/y", "x\0"] {
                assert!(EntryPath::root().join(name).is_err(), "{name:?}");
            }
        },
        needs: |_| Ok(()),
    },
];

fn provider(bench: &Bench) -> &dyn Provider {
    bench.provider.as_ref()
}

fn place(text: &str) -> Place {
    let address = Address::parse(text).unwrap();
    Place::new(address.space, address.path)
}

fn request(text: &str) -> ListRequest {
    let place = place(text);
    ListRequest {
        space: place.space,
        folder: place.path,
        id: None,
        page: None,
    }
}

async fn stable(provider: &dyn Provider) {
    let root = Address::parse("a:/").unwrap();
    let (first, second) = (
        list_all(provider, &root).await,
        list_all(provider, &root).await,
    );
    let names = |listing: &reshelve::tree::Listing| -> Vec<String> {
        listing
            .entries()
            .map(|entry| entry.name.to_owned())
            .collect()
    };
    assert_eq!(names(&first), names(&second));
    let mut ids: Vec<_> = first.entries().map(|entry| entry.id.to_id()).collect();
    assert!(ids.iter().all(Option::is_some));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), first.len());
}

async fn pages(provider: &dyn Provider) {
    let size = provider.capabilities(&alias("a")).unwrap().page_size;
    let mut request = request("a:/");
    let mut sizes = Vec::new();
    loop {
        let page = provider.list(&request).await.unwrap();
        sizes.push(page.listing.len() as u32);
        match page.next {
            Some(next) => request.page = Some(next),
            None => break,
        }
    }
    assert!(sizes.len() > 1);
    assert!(sizes.iter().all(|len| Some(*len) <= size), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<u32>(), 4);
}

async fn fetching(provider: &dyn Provider) {
    for folder in ["a:/", "a:/x", "a:/x/y", "b:/"] {
        let folder = Address::parse(folder).unwrap();
        let listing = list_all(provider, &folder).await;
        let places: Vec<Place> = listing
            .entries()
            .map(|entry| Place::new(folder.space.clone(), folder.path.join(entry.name).unwrap()))
            .collect();
        let found = provider.fetch(&places).await.unwrap();
        assert_eq!(found.len(), listing.len());
        for (entry, found) in listing.entries().zip(found) {
            let found = found.unwrap();
            assert_eq!(found.kind, entry.kind, "{}", entry.name);
            assert_eq!(found.seen.id, entry.id.to_id(), "{}", entry.name);
            assert_eq!(found.seen.attributes.size, entry.size, "{}", entry.name);
            let modified = found.seen.attributes.modified;
            assert_eq!(modified, entry.modified, "{}", entry.name);
        }
    }
}

async fn fetching_nothing(bench: &Bench) {
    let provider = provider(bench);
    let special = (bench.makes == Makes::Everything).then_some(EntryKind::Special);
    let cases = [
        ("a:/f", Some(EntryKind::File)),
        ("a:/no", None),
        ("b:/f", None),
        ("a:/f/below", None),
        ("a:/s/below", None),
        ("a:/x/y/h", Some(EntryKind::File)),
        ("a:/x/Y/h", None),
        ("a:/", Some(EntryKind::Folder)),
        ("a:/s", special),
    ];
    let places = cases.map(|(text, _)| place(text));
    let found = provider.fetch(&places).await.unwrap();
    let kinds: Vec<_> = found
        .iter()
        .map(|entry| entry.as_ref().map(|entry| entry.kind))
        .collect();
    assert_eq!(kinds, cases.map(|(_, kind)| kind));
    assert!(provider.fetch(&[]).await.unwrap().is_empty());
}

async fn not_folders(bench: &Bench) {
    let provider = provider(bench);
    let special = match bench.makes {
        Makes::Everything => ErrorKind::Mismatch,
        #[cfg(feature = "emulator")]
        Makes::Ordinary => ErrorKind::NotFound,
    };
    for (text, kind) in [
        ("a:/f", ErrorKind::Mismatch),
        ("a:/s", special),
        ("a:/no", ErrorKind::NotFound),
        ("a:/x/no/way", ErrorKind::NotFound),
    ] {
        let error = provider.list(&request(text)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{text}: {error}");
        assert!(error.message.contains(text), "{text}: {error}");
    }
}

async fn foreign(provider: &dyn Provider) {
    let kinds = [
        provider.capabilities(&alias("c")).unwrap_err().kind,
        provider.list(&request("c:/")).await.unwrap_err().kind,
        provider.fetch(&[place("c:/f")]).await.unwrap_err().kind,
    ];
    assert_eq!(kinds, [ErrorKind::NotFound; 3]);
}
