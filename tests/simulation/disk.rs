//! A disk on which only what was synced survives a loss of power.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::TryLockError;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reshelve::store::{Disk, DiskFile, Listed, ListedKind, Purpose};

use crate::dice::Dice;
use crate::room::{Room, lock};

/// What the disk holds, and what it will hold once it is synced.
#[derive(Debug, Default)]
pub(crate) struct Platter {
    files: BTreeMap<u64, Content>,
    folders: BTreeMap<PathBuf, Names>,
    last: u64,
    /// Who holds the lock of which file, by the number of an open file.
    locks: BTreeMap<u64, u64>,
    /// Whether locks keep nobody out, as on some network drives.
    pub(crate) locks_are_void: bool,
    /// What was put at the path of a state: what was there, and what came.
    pub(crate) states: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    torn: Dice,
}

#[derive(Debug, Default)]
struct Content {
    durable: Vec<u8>,
    bytes: Vec<u8>,
    pending: Vec<Write>,
}

#[derive(Debug, Clone)]
enum Write {
    Bytes(u64, Vec<u8>),
    Size(u64),
}

#[derive(Debug, Default)]
struct Names {
    durable: BTreeMap<String, Entry>,
    names: BTreeMap<String, Entry>,
    pending: Vec<Naming>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    File(u64),
    Folder,
}

#[derive(Debug, Clone)]
enum Naming {
    Put(String, Entry),
    Renamed(String, String),
    Gone(String),
}

impl Default for Dice {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Write {
    fn to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Size(size) => bytes.resize(*size as usize, 0),
            Self::Bytes(offset, written) => {
                let start = *offset as usize;
                let end = start + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[start..end].copy_from_slice(written);
            }
        }
    }
}

impl Content {
    fn write(&mut self, write: Write) {
        write.to(&mut self.bytes);
        self.pending.push(write);
    }

    fn sync(&mut self) {
        self.durable.clone_from(&self.bytes);
        self.pending.clear();
    }

    /// Of what was not synced, some of the first writes survive, and a part of the next one.
    fn lose_power(&mut self, dice: &mut Dice) {
        let whole = dice.below(self.pending.len() as u64 + 1) as usize;
        for write in &self.pending[..whole] {
            write.to(&mut self.durable);
        }
        if let Some(Write::Bytes(offset, written)) = self.pending.get(whole) {
            let part = dice.below(written.len() as u64 + 1) as usize;
            Write::Bytes(*offset, written[..part].to_vec()).to(&mut self.durable);
        }
        self.bytes.clone_from(&self.durable);
        self.pending.clear();
    }
}

impl Names {
    fn change(&mut self, naming: Naming) {
        naming.clone().to(&mut self.names);
        self.pending.push(naming);
    }

    fn sync(&mut self) {
        self.durable.clone_from(&self.names);
        self.pending.clear();
    }

    fn lose_power(&mut self, dice: &mut Dice) {
        let survive = dice.below(self.pending.len() as u64 + 1) as usize;
        for naming in self.pending.drain(..).take(survive) {
            naming.to(&mut self.durable);
        }
        self.names.clone_from(&self.durable);
    }
}

impl Naming {
    fn to(self, names: &mut BTreeMap<String, Entry>) {
        match self {
            Self::Put(name, entry) => {
                names.insert(name, entry);
            }
            Self::Renamed(from, to) => {
                if let Some(entry) = names.remove(&from) {
                    names.insert(to, entry);
                }
            }
            Self::Gone(name) => {
                names.remove(&name);
            }
        }
    }
}

fn parts(path: &Path) -> io::Result<(PathBuf, String)> {
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or(io::Error::from(ErrorKind::InvalidInput))?;
    Ok((folder, name.to_owned()))
}

impl Platter {
    /// A disk with one empty folder.
    pub(crate) fn new(folder: &Path, dice: Dice) -> Self {
        let mut folders = BTreeMap::from([(PathBuf::from("/"), Names::default())]);
        let mut path = PathBuf::from("/");
        for name in folder.iter().skip(1) {
            let name = name.to_string_lossy().into_owned();
            if let Some(above) = folders.get_mut(&path) {
                above.change(Naming::Put(name.clone(), Entry::Folder));
                above.sync();
            }
            path.push(name);
            folders.insert(path.clone(), Names::default());
        }
        Self {
            folders,
            torn: dice,
            ..Self::default()
        }
    }

    fn entry(&self, path: &Path) -> Option<Entry> {
        if path == Path::new("/") {
            return Some(Entry::Folder);
        }
        let (folder, name) = parts(path).ok()?;
        self.folders.get(&folder)?.names.get(&name).copied()
    }

    fn names(&mut self, folder: &Path) -> io::Result<&mut Names> {
        let names = self.folders.get_mut(folder);
        names.ok_or(io::Error::from(ErrorKind::NotFound))
    }

    fn file(&self, path: &Path) -> io::Result<u64> {
        match self.entry(path) {
            Some(Entry::File(file)) => Ok(file),
            Some(Entry::Folder) => Err(io::Error::from(ErrorKind::IsADirectory)),
            None => Err(io::Error::from(ErrorKind::NotFound)),
        }
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn make_file(&mut self, path: &Path) -> io::Result<u64> {
        let (folder, name) = parts(path)?;
        let file = self.number();
        self.names(&folder)?
            .change(Naming::Put(name, Entry::File(file)));
        self.files.insert(file, Content::default());
        Ok(file)
    }

    /// What a file held if the power went now and took all with it that was not synced.
    pub(crate) fn durable(&self, path: &Path) -> Option<&[u8]> {
        let mut above = PathBuf::from("/");
        let mut found = Entry::Folder;
        for name in path.iter().skip(1) {
            let names = self.folders.get(&above)?;
            found = *names.durable.get(name.to_str()?)?;
            above.push(name);
        }
        match found {
            Entry::File(file) => Some(&self.files.get(&file)?.durable),
            Entry::Folder => None,
        }
    }

    /// The process is gone, and with it its locks.
    pub(crate) fn close_all(&mut self) {
        self.locks.clear();
    }

    /// The power is gone, and with it what was not synced.
    pub(crate) fn lose_power(&mut self) {
        let dice = &mut self.torn;
        for content in self.files.values_mut() {
            content.lose_power(dice);
        }
        for names in self.folders.values_mut() {
            names.lose_power(dice);
        }
        let mut gone: Vec<PathBuf> = Vec::new();
        for path in self.folders.keys() {
            let lost = gone.iter().any(|above| path.starts_with(above));
            if lost || self.entry(path) != Some(Entry::Folder) {
                gone.push(path.clone());
            }
        }
        for path in gone {
            self.folders.remove(&path);
        }
    }
}

/// The disk as processes see it.
#[derive(Clone)]
pub(crate) struct RoomDisk(pub(crate) Arc<Room>);

impl fmt::Debug for RoomDisk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RoomDisk")
    }
}

impl RoomDisk {
    fn step(&self, what: &str, path: &Path) -> io::Result<()> {
        self.0
            .step()
            .map_err(|_| io::Error::other("the machine stopped"))?;
        self.0.note(format_args!("disk {what} {}", path.display()));
        Ok(())
    }

    fn opened(&self, path: &Path, file: u64) -> Box<dyn DiskFile> {
        let number = lock(&self.0.disk).number();
        Box::new(RoomFile {
            disk: self.clone(),
            path: path.to_owned(),
            file,
            number,
        })
    }
}

impl Disk for RoomDisk {
    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn DiskFile>> {
        self.step("open", path)?;
        let file = {
            let mut disk = lock(&self.0.disk);
            match (disk.file(path), purpose) {
                (Ok(_), Purpose::Create) => Err(io::Error::from(ErrorKind::AlreadyExists)),
                (Ok(file), Purpose::Read | Purpose::Write | Purpose::Lock) => Ok(file),
                (Err(error), Purpose::Create | Purpose::Lock)
                    if error.kind() == ErrorKind::NotFound =>
                {
                    disk.make_file(path)
                }
                (Err(error), _) => Err(error),
            }
        }?;
        Ok(self.opened(path, file))
    }

    fn temporary(&self, folder: &Path) -> io::Result<(PathBuf, Box<dyn DiskFile>)> {
        self.step("temporary", folder)?;
        let (path, file) = {
            let mut disk = lock(&self.0.disk);
            let path = folder.join(format!(".writing-{}", disk.last));
            let file = disk.make_file(&path)?;
            (path, file)
        };
        let opened = self.opened(&path, file);
        Ok((path, opened))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", to)?;
        let mut disk = lock(&self.0.disk);
        let came = disk.file(from)?;
        let (folder, old) = parts(from)?;
        let (other, new) = parts(to)?;
        if folder != other {
            return Err(io::Error::from(ErrorKind::CrossesDevices));
        }
        if new == "state.json" {
            let was = disk.file(to).ok();
            let was = was.map(|file| disk.files[&file].bytes.clone());
            let came = disk.files[&came].bytes.clone();
            disk.states.push((was, came));
        }
        disk.names(&folder)?.change(Naming::Renamed(old, new));
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("link", to)?;
        let mut disk = lock(&self.0.disk);
        let file = disk.file(from)?;
        let (folder, name) = parts(to)?;
        if disk.entry(to).is_some() {
            return Err(io::Error::from(ErrorKind::AlreadyExists));
        }
        disk.names(&folder)?
            .change(Naming::Put(name, Entry::File(file)));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path)?;
        let mut disk = lock(&self.0.disk);
        disk.file(path)?;
        let (folder, name) = parts(path)?;
        disk.names(&folder)?.change(Naming::Gone(name));
        Ok(())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step("make", path)?;
        let mut disk = lock(&self.0.disk);
        let mut missing: Vec<&Path> = path.ancestors().collect();
        missing.retain(|path| disk.entry(path).is_none());
        for path in missing.into_iter().rev() {
            let (folder, name) = parts(path)?;
            disk.names(&folder)?
                .change(Naming::Put(name, Entry::Folder));
            disk.folders.insert(path.to_owned(), Names::default());
        }
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step("sync", path)?;
        lock(&self.0.disk).names(path)?.sync();
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.step("list", folder)?;
        let mut disk = lock(&self.0.disk);
        let names = disk.names(folder)?.names.iter();
        Ok(names
            .map(|(name, entry)| Listed {
                name: name.clone(),
                kind: kind_of(*entry),
            })
            .collect())
    }

    fn kind(&self, path: &Path) -> Option<ListedKind> {
        lock(&self.0.disk).entry(path).map(kind_of)
    }
}

fn kind_of(entry: Entry) -> ListedKind {
    match entry {
        Entry::File(_) => ListedKind::Other,
        Entry::Folder => ListedKind::Folder,
    }
}

struct RoomFile {
    disk: RoomDisk,
    path: PathBuf,
    file: u64,
    /// Its own among all files that were ever opened.
    number: u64,
}

impl fmt::Debug for RoomFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RoomFile({})", self.path.display())
    }
}

impl RoomFile {
    fn with<T>(&self, what: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        let mut disk = lock(&self.disk.0.disk);
        let content = disk.files.get_mut(&self.file);
        let content = content.ok_or(io::Error::from(ErrorKind::NotFound))?;
        Ok(what(content))
    }
}

impl DiskFile for RoomFile {
    fn size(&self) -> io::Result<u64> {
        self.with(|content| content.bytes.len() as u64)
    }

    fn read(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        self.disk.step("read", &self.path)?;
        self.with(|content| {
            let end = content.bytes.len().min(limit as usize);
            content.bytes[..end].to_vec()
        })
    }

    /// Where the machine stops in the middle of a write, a part of it is written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let was_stopped = self.disk.0.is_stopped();
        let step = self.disk.step("write", &self.path);
        if step.is_err() && !was_stopped {
            let part = lock(&self.disk.0.disk).torn.below(bytes.len() as u64 + 1) as usize;
            self.with(|content| content.write(Write::Bytes(offset, bytes[..part].to_vec())))?;
        }
        step?;
        self.with(|content| content.write(Write::Bytes(offset, bytes.to_vec())))
    }

    fn set_size(&mut self, size: u64) -> io::Result<()> {
        self.disk.step("size", &self.path)?;
        self.with(|content| content.write(Write::Size(size)))
    }

    fn set_aside(&mut self, _size: u64) -> io::Result<()> {
        Ok(())
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.disk.step("sync", &self.path)?;
        self.with(Content::sync)
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn try_lock(&self) -> Result<(), TryLockError> {
        self.disk
            .step("lock", &self.path)
            .map_err(TryLockError::Error)?;
        let mut disk = lock(&self.disk.0.disk);
        if disk.locks.contains_key(&self.file) && !disk.locks_are_void {
            return Err(TryLockError::WouldBlock);
        }
        disk.locks.insert(self.file, self.number);
        Ok(())
    }
}

impl Drop for RoomFile {
    fn drop(&mut self) {
        let mut disk = lock(&self.disk.0.disk);
        if disk.locks.get(&self.file) == Some(&self.number) {
            disk.locks.remove(&self.file);
        }
    }
}
