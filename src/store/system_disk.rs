//! The disk of this machine.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, Listed, ListedKind, Purpose};

/// Files as the operating system keeps them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).mode(0o600);
        match purpose {
            Purpose::Read => &mut options,
            Purpose::Write => options.write(true),
            Purpose::Create => options.write(true).create_new(true),
            Purpose::Lock => options.write(true).create(true).truncate(false),
        };
        Ok(Box::new(options.open(path)?))
    }

    fn temporary(&self, folder: &Path) -> io::Result<(PathBuf, Box<dyn DiskFile>)> {
        let file = tempfile::Builder::new()
            .prefix(".writing-")
            .tempfile_in(folder)?;
        let (file, path) = file.keep().map_err(|error| error.error)?;
        Ok((path, Box::new(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_folder = entry.file_type()?.is_dir();
            let kind = if is_folder {
                ListedKind::Folder
            } else {
                ListedKind::Other
            };
            if let Ok(name) = entry.file_name().into_string() {
                listed.push(Listed { name, kind });
            }
        }
        Ok(listed)
    }

    fn kind(&self, path: &Path) -> Option<ListedKind> {
        let found = fs::metadata(path).ok()?;
        Some(if found.is_dir() {
            ListedKind::Folder
        } else {
            ListedKind::Other
        })
    }
}

impl DiskFile for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        self.rewind()?;
        let mut bytes = Vec::with_capacity(self.metadata()?.len().min(limit) as usize);
        Read::take(self, limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn set_size(&mut self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }

    #[cfg(target_os = "linux")]
    fn set_aside(&mut self, size: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(self, FallocateFlags::KEEP_SIZE, 0, size) {
            Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn set_aside(&mut self, _size: u64) -> io::Result<()> {
        Ok(())
    }

    fn sync_data(&mut self) -> io::Result<()> {
        Self::sync_data(self)
    }

    fn sync_all(&mut self) -> io::Result<()> {
        Self::sync_all(self)
    }

    fn try_lock(&self) -> Result<(), TryLockError> {
        Self::try_lock(self)
    }
}
