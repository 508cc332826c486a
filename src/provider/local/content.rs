//! The bytes of one file, carried by the cheapest way that the kernel offers for these two places.

use std::os::fd::OwnedFd;

use rustix::io::{Errno, read, write};

/// How many bytes are carried between two words to whoever listens.
#[cfg(target_os = "linux")]
const CHUNK: usize = 8 << 20;
/// The buffer where content passes through this program.
const BUFFER: usize = 256 << 10;

/// What was carried.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: u64,
    pub(super) way: Way,
}

/// How bytes get from one file to another, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Both files share their blocks until one of them is changed.
    #[cfg(target_os = "linux")]
    SharedBlocks,
    /// The kernel copied; no byte came into this program.
    #[cfg(target_os = "linux")]
    InsideKernel,
    /// Read and written.
    ThroughProgram,
}

/// Carries the bytes of a file and counts them. A file that grows under the reader is given up
/// soon after its first size.
///
/// # Errors
/// Something cannot be read or written; part of it may have been written then.
pub(super) fn carry_content(
    source: &OwnedFd,
    target: &OwnedFd,
    size: u64,
    heard: &dyn Fn(u64),
) -> Result<Content, Errno> {
    // A file without a size may have content all the same, as those of `/proc`.
    #[cfg(target_os = "linux")]
    if size > 0 {
        if rustix::fs::ioctl_ficlone(target, source).is_ok() {
            heard(size);
            let way = Way::SharedBlocks;
            return Ok(Content { bytes: size, way });
        }
        let bytes = inside_kernel(source, target, size, heard)?;
        if bytes > 0 {
            let way = Way::InsideKernel;
            return Ok(Content { bytes, way });
        }
    }
    let bytes = through_program(source, target, size, heard)?;
    let way = Way::ThroughProgram;
    Ok(Content { bytes, way })
}

/// Lets the kernel copy; 0 where it cannot.
#[cfg(target_os = "linux")]
fn inside_kernel(
    source: &OwnedFd,
    target: &OwnedFd,
    size: u64,
    heard: &dyn Fn(u64),
) -> Result<u64, Errno> {
    let mut written = 0;
    while written <= size {
        match rustix::fs::copy_file_range(source, None, target, None, CHUNK) {
            Ok(0) => return Ok(written),
            Ok(count) => {
                written += count as u64;
                heard(count as u64);
            }
            Err(Errno::INTR) => {}
            Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM)
                if written == 0 =>
            {
                return Ok(0);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(written)
}

fn through_program(
    source: &OwnedFd,
    target: &OwnedFd,
    size: u64,
    heard: &dyn Fn(u64),
) -> Result<u64, Errno> {
    let mut buffer = vec![0; BUFFER];
    let mut written = 0;
    while written <= size {
        let count = match read(source, &mut *buffer) {
            Ok(0) => return Ok(written),
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            match write(target, rest) {
                Ok(0) => return Err(Errno::IO),
                Ok(count) => rest = &rest[count..],
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        written += count as u64;
        heard(count as u64);
    }
    Ok(written)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::cell::Cell;
    use std::fs::File;
    use std::io::Write as _;
    use std::path::Path;

    use super::*;

    /// Larger than one chunk, and not a multiple of any block.
    const SIZE: usize = CHUNK + 12_345;

    fn bytes() -> Vec<u8> {
        (0..SIZE).map(|position| (position % 251) as u8).collect()
    }

    fn create(folder: &Path, name: &str) -> OwnedFd {
        File::create_new(folder.join(name)).unwrap().into()
    }

    /// Carries into a new file; checks what arrives and what is heard of it.
    fn check(folder: &Path, source: &OwnedFd, size: usize, expected: &[u8]) -> Way {
        let target = create(folder, "target");
        let heard = Cell::new(0);
        let hear = |count| heard.set(heard.get() + count);
        let content = carry_content(source, &target, size as u64, &hear).unwrap();
        assert_eq!(content.bytes, expected.len() as u64);
        assert_eq!(heard.get(), content.bytes);
        assert!(std::fs::read(folder.join("target")).unwrap() == expected);
        content.way
    }

    /// The cheapest way between two files of a folder, asked of the kernel itself.
    fn offered(folder: &Path, source: &OwnedFd) -> Way {
        let target = create(folder, "offered");
        if rustix::fs::ioctl_ficlone(&target, source).is_ok() {
            return Way::SharedBlocks;
        }
        let (mut from, mut to) = (0, 0);
        match rustix::fs::copy_file_range(source, Some(&mut from), &target, Some(&mut to), 1) {
            Ok(1) => Way::InsideKernel,
            Ok(_) | Err(_) => Way::ThroughProgram,
        }
    }

    #[test]
    fn the_cheapest_way_that_the_kernel_offers_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("source"), bytes()).unwrap();
        let source = File::open(folder.path().join("source")).unwrap().into();
        let offered = offered(folder.path(), &source);
        assert_eq!(check(folder.path(), &source, SIZE, &bytes()), offered);
    }

    #[test]
    fn where_the_kernel_offers_nothing_the_same_bytes_arrive() {
        let folder = tempfile::tempdir().unwrap();
        let (source, mut pipe) = std::io::pipe().unwrap();
        let writer = std::thread::spawn(move || pipe.write_all(&bytes()).unwrap());
        let way = check(folder.path(), &source.into(), SIZE, &bytes());
        assert_eq!(way, Way::ThroughProgram);
        writer.join().unwrap();
    }

    #[test]
    fn a_file_that_says_to_be_empty_is_read_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let source = File::open("/proc/version").unwrap().into();
        let expected = std::fs::read("/proc/version").unwrap();
        let way = check(folder.path(), &source, 0, &expected);
        assert_eq!(way, Way::ThroughProgram);
    }
}
