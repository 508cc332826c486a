//! A made problem of any size: two spaces, a manifest that names one entry in ten, and operations
//! for four entries in a hundred.
//!
//! Both spaces hold folders of 100 files. Of 20 placements for each pair of folders 12 find their
//! file in place, 4 copy one, 2 move one to another folder, 1 renames one and 1 wants one gone.

use std::fmt::Write as _;

use reshelve::tree::{
    Entry, EntryIndex, EntryKind, EntryPath, IdRef, Listing, Timestamp, Tree, TreeError,
};

const FILES: u64 = 100;
const PLACEMENTS: u64 = 20;
const IN_PLACE: u64 = 12;
const COPIED: u64 = 4;
const MOVED: u64 = 2;
const RENAMED: u64 = 1;
const UNWANTED: u64 = 1;
/// Folders in one folder.
const FOLDERS: u64 = 100;
/// Seconds of 2026-01-01T00:00:00Z since 1970.
const NEW_YEAR: u64 = 1_767_225_600;

/// A problem of about so many entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    /// How many folders of files each space has.
    folders: u64,
}

/// One of the two spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Where content comes from.
    Archive,
    /// Where it shall be.
    Shelf,
}

/// One entry of a folder.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) kind: EntryKind,
    pub(crate) id: u64,
    /// The id of the folder that it is in; 0 for the root.
    pub(crate) parent: u64,
    pub(crate) size: u64,
    pub(crate) seconds: u64,
}

impl Made {
    /// A checksum that files of one size share, as copies do.
    pub(crate) fn checksum(&self) -> u64 {
        mix(self.size) | 1 << 63
    }
}

/// Both spaces.
pub(crate) const SIDES: [Side; 2] = [Side::Archive, Side::Shelf];

impl Side {
    /// The alias, which is the id of the space as well.
    pub(crate) fn alias(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Shelf => "shelf",
        }
    }

    fn first_id(self) -> u64 {
        match self {
            Self::Archive => 70_000_000_000,
            Self::Shelf => 80_000_000_000,
        }
    }
}

impl Problem {
    /// The problem in which about so many entries are observed.
    pub(crate) fn of(entries: u64) -> Self {
        let folders = (entries / 10 / PLACEMENTS).max(10);
        Self { folders }
    }

    /// How many entries the spaces hold.
    pub(crate) fn entries(self) -> u64 {
        2 * (self.folders * (FILES + 1) + self.areas())
    }

    /// How many placements the manifest has.
    pub(crate) fn placements(self) -> u64 {
        self.folders * PLACEMENTS
    }

    /// How many operations the plan must have.
    pub(crate) fn operations(self) -> u64 {
        self.folders * (COPIED + MOVED + RENAMED + UNWANTED)
    }

    /// How many rows two tables must differ in: paths that are only wanted, and only there.
    pub(crate) fn differing(self) -> (u64, u64) {
        let (wanted, there) = (COPIED + MOVED + RENAMED, MOVED + RENAMED + UNWANTED);
        (self.folders * wanted, self.folders * there)
    }

    fn areas(self) -> u64 {
        self.folders.div_ceil(FOLDERS)
    }

    /// Everything that a space holds, folder by folder, a folder after the one that holds it.
    pub(crate) fn each_folder(self, side: Side, mut visit: impl FnMut(&str, Vec<Made>)) {
        let first = side.first_id();
        let folder_entry = |name: String, id: u64, parent: u64| Made {
            name,
            kind: EntryKind::Folder,
            id,
            parent,
            size: 0,
            seconds: NEW_YEAR,
        };
        let areas =
            (0..self.areas()).map(|area| folder_entry(area_name(area), first + area + 1, 0));
        visit("", areas.collect());
        let parts = first + self.areas() + 1;
        for area in 0..self.areas() {
            let folders = (area * FOLDERS..self.folders).take(FOLDERS as usize);
            let above = first + area + 1;
            let folders =
                folders.map(|number| folder_entry(folder_name(number), parts + number, above));
            visit(&format!("/{}", area_name(area)), folders.collect());
        }
        for folder in 0..self.folders {
            visit(&folder_path(folder), self.files(side, folder));
        }
    }

    fn files(self, side: Side, folder: u64) -> Vec<Made> {
        let own = match side {
            Side::Archive => FILES,
            Side::Shelf => IN_PLACE,
        };
        let first = side.first_id() + self.areas() + self.folders + folder * FILES + 1;
        let file = |number: u64| {
            let name = if number < own {
                file_name(folder, number)
            } else {
                other_name(folder, number)
            };
            let mixed = mix(folder * FILES + number);
            Made {
                name,
                kind: EntryKind::File,
                id: first + number,
                parent: side.first_id() + self.areas() + 1 + folder,
                size: 20 + mixed % 1_000_000,
                seconds: NEW_YEAR + mixed % 10_000_000,
            }
        };
        (0..FILES).map(file).collect()
    }

    /// A space as it is observed.
    pub(crate) fn tree(self, side: Side) -> Result<Tree, TreeError> {
        let mut tree = Tree::new();
        let mut failure = None;
        self.each_folder(side, |path, entries| {
            let mut listing = Listing::new();
            for made in &entries {
                listing.push(&Entry {
                    name: &made.name,
                    kind: made.kind,
                    id: IdRef::Number(made.id),
                    size: made.size,
                    modified: Timestamp::from_parts(made.seconds as i64, 0),
                    version: u64::from(made.kind == EntryKind::File),
                    fingerprint: None,
                });
            }
            if let Some(folder) = found(&tree, path) {
                failure = tree.attach(folder, listing).err().or(failure.take());
            }
        });
        failure.map_or(Ok(tree), Err)
    }

    /// The manifest, in YAML.
    pub(crate) fn manifest(self) -> String {
        let mut text = String::from(
            "version: 1\nname: scale\nspaces:\n  archive: {provider: dingtalk, id: archive}\n  \
             shelf: {provider: dingtalk, id: shelf}\nguards: {max_removes: 100%, \
             max_overwrites: 100%, max_moves: 100%}\nplacements:\n",
        );
        for folder in 0..self.folders {
            for number in 0..PLACEMENTS {
                let (verb, from, to) = self.placement(folder, number);
                let _ = writeln!(text, "  - {verb}: \"{from}\"");
                if let Some(to) = to {
                    let _ = writeln!(text, "    to: \"{to}\"");
                    let _ = writeln!(text, "    on_conflict: fail\n    on_missing: fail");
                } else {
                    let _ = writeln!(text, "    recycle: true");
                }
            }
        }
        text
    }

    /// A manifest that speaks of everything in both spaces of a service.
    pub(crate) fn mirrors(self, service: &str) -> String {
        let space = |side: Side| {
            let alias = side.alias();
            let library = if service == "smh" {
                ", library: scale"
            } else {
                ""
            };
            format!("  {alias}: {{provider: {service}, id: {alias}{library}}}\n")
        };
        let spaces: String = SIDES.into_iter().map(space).collect();
        format!(
            "version: 1\nname: scale\nspaces:\n{spaces}placements:\n  - mirror: \"archive:/\"\n    to: \"shelf:/\"\n"
        )
    }

    /// The verb of a placement, what it speaks of, and the target.
    fn placement(self, folder: u64, number: u64) -> (&'static str, String, Option<String>) {
        let from = format!(
            "archive:{}/{}",
            folder_path(folder),
            file_name(folder, number)
        );
        let moved = IN_PLACE + COPIED;
        if number < moved {
            let to = format!(
                "shelf:{}/{}",
                folder_path(folder),
                file_name(folder, number)
            );
            ("copy", from, Some(to))
        } else if number < moved + MOVED {
            let other = self.other_folder(folder, number);
            let to = format!(
                "archive:{}/{}",
                folder_path(other),
                file_name(folder, number)
            );
            ("move", from, Some(to))
        } else if number < moved + MOVED + RENAMED {
            let to = format!(
                "archive:{}/{}",
                folder_path(folder),
                new_name(folder, number)
            );
            ("move", from, Some(to))
        } else {
            let gone = format!(
                "shelf:{}/{}",
                folder_path(folder),
                other_name(folder, number)
            );
            ("absent", gone, None)
        }
    }

    fn other_folder(self, folder: u64, number: u64) -> u64 {
        (folder + 1 + 3 * (number % 2)) % self.folders
    }

    /// All entries as rows `space:path`, size and time, as they are observed.
    pub(crate) fn observed_table(self) -> String {
        let mut table = String::new();
        for side in SIDES {
            self.each_folder(side, |path, entries| {
                for made in &entries {
                    row(&mut table, side, path, &made.name, made);
                }
            });
        }
        table
    }

    /// All entries as they are wanted, in rows like those of `observed_table`.
    pub(crate) fn desired_table(self) -> String {
        let mut table = String::new();
        for side in SIDES {
            self.each_folder(side, |path, entries| {
                for (number, made) in entries.iter().enumerate() {
                    self.desired_row(&mut table, side, path, (number as u64, made));
                }
            });
        }
        for folder in 0..self.folders {
            let files = self.files(Side::Archive, folder);
            for made in &files[IN_PLACE as usize..(IN_PLACE + COPIED) as usize] {
                row(
                    &mut table,
                    Side::Shelf,
                    &folder_path(folder),
                    &made.name,
                    made,
                );
            }
        }
        table
    }

    fn desired_row(self, table: &mut String, side: Side, path: &str, entry: (u64, &Made)) {
        let (number, made) = entry;
        let moved = IN_PLACE + COPIED;
        if made.kind == EntryKind::Folder {
            return row(table, side, path, &made.name, made);
        }
        let folder = (made.id - side.first_id() - self.areas() - self.folders - 1) / FILES;
        match side {
            Side::Archive if (moved..moved + MOVED).contains(&number) => {
                let other = folder_path(self.other_folder(folder, number));
                row(table, side, &other, &made.name, made);
            }
            Side::Archive if number == moved + MOVED => {
                row(table, side, path, &new_name(folder, number), made);
            }
            Side::Shelf if number == PLACEMENTS - 1 => {}
            Side::Archive | Side::Shelf => row(table, side, path, &made.name, made),
        }
    }
}

fn row(table: &mut String, side: Side, path: &str, name: &str, made: &Made) {
    let (space, size, time) = (side.alias(), made.size, made.seconds);
    let _ = writeln!(table, "{space}:{path}/{name}\t{size}\t{time}");
}

fn found(tree: &Tree, path: &str) -> Option<EntryIndex> {
    let path = if path.is_empty() { "/" } else { path };
    tree.find(&EntryPath::parse(path).ok()?)
}

fn folder_path(folder: u64) -> String {
    format!("/{}/{}", area_name(folder / FOLDERS), folder_name(folder))
}

fn area_name(area: u64) -> String {
    format!("财务部 {area:02}")
}

fn folder_name(folder: u64) -> String {
    format!("reports of 2026, part {folder:05}")
}

fn file_name(folder: u64, number: u64) -> String {
    format!("{folder:05}-{number:03} figures #4, final.pdf")
}

fn new_name(folder: u64, number: u64) -> String {
    format!("{folder:05}-{number:03} figures #5, final.pdf")
}

fn other_name(folder: u64, number: u64) -> String {
    format!("{folder:05}-{number:03} notes of the desk.txt")
}

/// The bits of a number, well mixed.
fn mix(number: u64) -> u64 {
    let mixed = (number ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 29).wrapping_mul(0x94d0_49bb_1331_11eb) >> 20
}
