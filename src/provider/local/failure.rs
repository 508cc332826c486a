//! What the kernel's error numbers mean to a person and to a retry: one table.

use std::fmt::Display;

use rustix::io::Errno;

use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};

/// One row: number, kind, whether a pause helps, what is wrong and what to do.
struct Row(Errno, ErrorKind, Passing, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Passing {
    Stays,
    May,
}

use Passing::{May, Stays};

const TABLE: &[Row] = &[
    Row(
        Errno::NOENT,
        ErrorKind::NotFound,
        Stays,
        "it, or a folder on the way to it, is not there; look at it again with a new plan",
    ),
    Row(
        Errno::EXIST,
        ErrorKind::AlreadyExists,
        Stays,
        "the name is taken; look at what is there and plan again",
    ),
    Row(
        Errno::NOTEMPTY,
        ErrorKind::AlreadyExists,
        Stays,
        "a folder that is not empty is there; look at it and plan again",
    ),
    Row(
        Errno::NOTDIR,
        ErrorKind::Mismatch,
        Stays,
        "a folder was expected and something else is there; plan again",
    ),
    Row(
        Errno::LOOP,
        ErrorKind::Mismatch,
        Stays,
        "a symbolic link is there, and links are never followed; replace it by what it points at",
    ),
    Row(
        Errno::ISDIR,
        ErrorKind::Mismatch,
        Stays,
        "a file was expected and a folder is there; plan again",
    ),
    Row(
        Errno::ACCESS,
        ErrorKind::PermissionDenied,
        Stays,
        "the permissions of the entry or of its folder do not allow it; change them or run as \
         their owner",
    ),
    Row(
        Errno::PERM,
        ErrorKind::PermissionDenied,
        Stays,
        "the system does not permit it; look at the owner and at flags such as immutable",
    ),
    Row(
        Errno::ROFS,
        ErrorKind::PermissionDenied,
        Stays,
        "the file system is mounted read-only; mount it writable",
    ),
    Row(
        Errno::NOSPC,
        ErrorKind::Quota,
        Stays,
        "the file system is full; make room and run again",
    ),
    Row(
        Errno::DQUOT,
        ErrorKind::Quota,
        Stays,
        "the quota is used up; make room and run again",
    ),
    Row(
        Errno::FBIG,
        ErrorKind::Quota,
        Stays,
        "the file is larger than the file system takes",
    ),
    Row(
        Errno::NAMETOOLONG,
        ErrorKind::Unsupported,
        Stays,
        "the name or the path is longer than the file system takes; choose a shorter one",
    ),
    Row(
        Errno::INVAL,
        ErrorKind::Unsupported,
        Stays,
        "the file system does not take this name or cannot do this here",
    ),
    Row(
        Errno::ILSEQ,
        ErrorKind::Unsupported,
        Stays,
        "the file system does not take the bytes of this name",
    ),
    Row(
        Errno::XDEV,
        ErrorKind::Unsupported,
        Stays,
        "another file system is mounted there",
    ),
    Row(
        Errno::OPNOTSUPP,
        ErrorKind::Unsupported,
        Stays,
        "the file system cannot do this",
    ),
    Row(
        Errno::MLINK,
        ErrorKind::Unsupported,
        Stays,
        "the folder holds as many entries as the file system takes",
    ),
    Row(
        Errno::MFILE,
        ErrorKind::Unavailable,
        May,
        "this program has too many files open; raise `ulimit -n`",
    ),
    Row(
        Errno::NFILE,
        ErrorKind::Unavailable,
        May,
        "the system has too many files open; try again later",
    ),
    Row(
        Errno::NOMEM,
        ErrorKind::Unavailable,
        May,
        "the system is out of memory; try again later",
    ),
    Row(
        Errno::BUSY,
        ErrorKind::Unavailable,
        May,
        "it is in use, perhaps as a mount point; free it and try again",
    ),
    Row(
        Errno::TXTBSY,
        ErrorKind::Unavailable,
        May,
        "the program in it is running; stop it and try again",
    ),
    Row(
        Errno::STALE,
        ErrorKind::Unavailable,
        May,
        "the file server lost sight of it; try again",
    ),
];

/// The error of a system call that failed while `doing` something to `what`.
///
/// A number that the table does not know may have had an effect: nobody knows better.
pub(super) fn explain(errno: Errno, doing: &str, what: &dyn Display) -> ProviderError {
    let Some(Row(_, kind, passing, words)) = TABLE.iter().find(|row| row.0 == errno) else {
        let message = format!("cannot {doing} `{what}`: {errno}");
        return ProviderError::ambiguous(ErrorKind::Other, message);
    };
    ProviderError {
        kind: *kind,
        retry: match passing {
            May => Retry::Backoff,
            Stays => Retry::Never,
        },
        effect: Effect::NotApplied,
        message: format!("cannot {doing} `{what}`: {words}"),
    }
}

/// The same error, where something had been done before it came.
pub(super) fn halfway(error: ProviderError, done: &str) -> ProviderError {
    ProviderError {
        retry: Retry::Never,
        effect: Effect::MayHaveApplied,
        message: format!("{}; {done}", error.message),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_one_row_and_the_rest_is_in_doubt() {
        for (position, row) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|other| other.0 == row.0);
            assert_eq!(first, Some(position));
            let error = explain(row.0, "copy", &"a:/b");
            assert_eq!(error.effect, Effect::NotApplied);
            assert!(error.message.starts_with("cannot copy `a:/b`: "));
        }
        let error = explain(Errno::IO, "copy", &"a:/b");
        assert_eq!(
            (error.effect, error.retry),
            (Effect::MayHaveApplied, Retry::Never)
        );
    }

    #[test]
    fn tells_what_can_pass_from_what_stays() {
        let cases = [
            (Errno::NOSPC, ErrorKind::Quota, Retry::Never),
            (Errno::ROFS, ErrorKind::PermissionDenied, Retry::Never),
            (Errno::ACCESS, ErrorKind::PermissionDenied, Retry::Never),
            (Errno::BUSY, ErrorKind::Unavailable, Retry::Backoff),
            (Errno::NAMETOOLONG, ErrorKind::Unsupported, Retry::Never),
        ];
        for (errno, kind, retry) in cases {
            let error = explain(errno, "move", &"a:/b");
            assert_eq!((error.kind, error.retry), (kind, retry), "{errno:?}");
        }
    }
}
