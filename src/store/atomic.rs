//! Files that are there as a whole or not at all, whenever the machine stops.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::disk::{Disk, DiskFile};

/// Puts what `write` writes at `path`, in place of what is there.
///
/// The file is private to its owner, and durable with its name once this returns. On an error
/// the old file stays as it is.
pub(super) fn replace(
    disk: &dyn Disk,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path);
    let (temporary, mut file) = disk.temporary(folder)?;
    let written = fill(&mut *file, write).and_then(|()| disk.rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = disk.remove(&temporary);
    }
    written?;
    disk.sync_folder(folder)
}

fn fill(
    file: &mut dyn DiskFile,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let appending = Appending { file, length: 0 };
    let mut buffered = BufWriter::with_capacity(1 << 16, appending);
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.sync_all()
}

/// A new file, written from its beginning to its end.
struct Appending<'f> {
    file: &'f mut dyn DiskFile,
    length: u64,
}

impl Write for Appending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_at(self.length, bytes)?;
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The folder that holds `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::store::SystemDisk;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        replace(&SystemDisk, &path, |file| file.write_all(b"old")).unwrap();
        let failed = replace(&SystemDisk, &path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_new_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        std::fs::write(&path, "old and open to everyone").unwrap();
        replace(&SystemDisk, &path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
