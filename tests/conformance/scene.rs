//! Storage as text: what is there before a case and what shall be there after it.
//!
//! `a:/x/` is a folder, `a:/x/f=5` a file of five bytes and `a:/x/s@` an entry that is neither.
//! The time of a file follows from its size, so that a time that was not kept shows.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reshelve::plan::CopiedTime;
use reshelve::provider::{ListRequest, Provider};
use reshelve::tree::{
    Address, Entry, EntryKind, EntryPath, IdRef, Listing, ObservedSpace, ObservedWorld, SpaceAlias,
    Timestamp, Tree,
};

/// The spaces that every case has.
pub(crate) const SPACES: [&str; 2] = ["a", "b"];
/// The time of an empty file, in seconds since 1970; one more for each byte.
const FIRST_TIME: u64 = 1_600_000_000;

/// One entry of a scene.
pub(crate) struct Row {
    pub(crate) address: Address,
    pub(crate) kind: EntryKind,
    pub(crate) size: u64,
}

pub(crate) fn alias(text: &str) -> SpaceAlias {
    SpaceAlias::parse(text).unwrap()
}

/// Reads the lines of a scene, parents before what they hold.
pub(crate) fn rows<L: AsRef<str>>(lines: &[L]) -> Vec<Row> {
    let mut rows: Vec<Row> = lines.iter().map(|line| row(line.as_ref())).collect();
    rows.sort_by(|a, b| a.address.cmp(&b.address));
    rows
}

fn row(line: &str) -> Row {
    let (address, kind, size) = if let Some(folder) = line.strip_suffix('/') {
        (folder, EntryKind::Folder, 0)
    } else if let Some(special) = line.strip_suffix('@') {
        (special, EntryKind::Special, 0)
    } else {
        let (file, size) = line.rsplit_once('=').unwrap();
        (file, EntryKind::File, size.parse().unwrap())
    };
    Row {
        address: Address::parse(address).unwrap(),
        kind,
        size,
    }
}

/// Makes the scene in real folders, one a space.
pub(crate) fn build_folders(root: &Path, rows: &[Row]) {
    for space in SPACES {
        fs::create_dir(root.join(space)).unwrap();
    }
    for row in rows {
        let relative = &row.address.path.as_str()[1..];
        let path = root.join(row.address.space.as_str()).join(relative);
        match row.kind {
            EntryKind::Folder => fs::create_dir(path).unwrap(),
            EntryKind::Special => std::os::unix::fs::symlink("/", path).unwrap(),
            EntryKind::File => {
                fs::write(&path, content(row.size)).unwrap();
                let time = SystemTime::UNIX_EPOCH + Duration::from_secs(FIRST_TIME + row.size);
                File::options()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_modified(time)
                    .unwrap();
            }
        }
    }
}

/// The bytes of a file of that size.
pub(crate) fn content(size: u64) -> Vec<u8> {
    (0..size).map(|byte| b'a' + (byte % 26) as u8).collect()
}

/// Makes the scene as if it had been observed.
pub(crate) fn build_world(rows: &[Row]) -> ObservedWorld {
    let mut world = ObservedWorld::default();
    for (number, space) in SPACES.into_iter().enumerate() {
        let mut listings: BTreeMap<EntryPath, Listing> = BTreeMap::new();
        listings.insert(EntryPath::root(), Listing::new());
        let here = rows
            .iter()
            .filter(|row| row.address.space.as_str() == space);
        for (position, row) in here.enumerate() {
            let path = &row.address.path;
            if row.kind == EntryKind::Folder {
                listings.insert(path.clone(), Listing::new());
            }
            let parent = listings.get_mut(&path.parent().unwrap()).unwrap();
            parent.push(&Entry {
                name: path.name().unwrap(),
                kind: row.kind,
                id: IdRef::Number((number * 1000 + position + 1) as u64),
                size: row.size,
                modified: time_of(row.kind, row.size),
                version: 0,
                fingerprint: None,
            });
        }
        let mut tree = Tree::new();
        for (path, listing) in listings {
            let folder = tree.find(&path).unwrap();
            tree.attach(folder, listing).unwrap();
        }
        let tree = Arc::new(tree);
        world.spaces.insert(alias(space), ObservedSpace { tree });
    }
    world
}

fn time_of(kind: EntryKind, size: u64) -> Timestamp {
    match kind {
        EntryKind::File => Timestamp::from_parts((FIRST_TIME + size).cast_signed(), 0),
        EntryKind::Folder | EntryKind::Special => Timestamp::default(),
    }
}

/// All pages of a folder.
pub(crate) async fn list_all(provider: &dyn Provider, folder: &Address) -> Listing {
    let mut request = ListRequest {
        space: folder.space.clone(),
        folder: folder.path.clone(),
        id: None,
        page: None,
    };
    let mut listing = Listing::new();
    loop {
        let page = provider.list(&request).await.unwrap();
        listing.extend(&page.listing);
        match page.next {
            Some(next) => request.page = Some(next),
            None => return listing,
        }
    }
}

/// What is there, as the lines of a scene, in order.
pub(crate) async fn read_back(provider: &dyn Provider) -> Vec<String> {
    let mut lines = Vec::new();
    for space in SPACES {
        let sheet = provider.capabilities(&alias(space)).unwrap();
        let mut open = vec![Address::new(alias(space), EntryPath::root())];
        while let Some(folder) = open.pop() {
            for entry in list_all(provider, &folder).await.entries() {
                let path = folder.path.join(entry.name).unwrap();
                let address = Address::new(folder.space.clone(), path);
                lines.push((address.clone(), line(&address, &entry, sheet.copied_time)));
                if entry.kind == EntryKind::Folder {
                    open.push(address);
                }
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(address: &Address, entry: &Entry<'_>, times: CopiedTime) -> String {
    match entry.kind {
        EntryKind::Folder => format!("{address}/"),
        EntryKind::Special => format!("{address}@"),
        EntryKind::File
            if times == CopiedTime::New || entry.modified == time_of(entry.kind, entry.size) =>
        {
            format!("{address}={}", entry.size)
        }
        EntryKind::File => format!(
            "{address}={} changed at {}",
            entry.size,
            entry.modified.seconds()
        ),
    }
}
