//! Every documented code, and what follows from it.

use crate::provider::error::ErrorKind;
use crate::provider::http::{BREAKS, End, Row, row};

const NO_ENTRY: &str = "the entry is not there";
const NO_SOURCE: &str = "what was to be copied, moved or restored is not there";
const NO_FOLDER: &str = "the folder is not there";
const NO_SPACE: &str = "there is no such space in the library; look at `id` in the manifest";
const NO_LIBRARY: &str = "there is no such library; look at `library` in the manifest";
const WRONG: &str = "the service does not take an argument of the call; please report this";
const LONG: &str = "the name is longer than 255 characters";
const NAME: &str = "the service does not take the name";
const PATH: &str = "the service does not take the path";
const FULL: &str = "make room or buy more; nothing was changed";
const LEVELS: &str =
    "the library is for media: it has no folders or one level of them, and no other files";
const CREDENTIALS: &str = "the library's id or its secret is wrong";
const NO_RIGHT: &str = "the access token lacks a right: overwriting, removing for good and going \
     to another space each need one of their own";
const NO_BIN: &str =
    "the library has no recycle bin; switch it on, or remove for good with `recycle: false`";
const TAKEN: &str = "the name is taken there";
const INTO_ITSELF: &str = "a folder cannot go into itself";
const LATER: &str = "the library cannot be used now";

/// A code that refuses before anything is done.
const fn on(status: u16, code: &'static str, kind: ErrorKind, advice: &'static str) -> (u16, Row) {
    (status, row(code, kind, End::Refused, advice))
}

/// Each code with the status that the documents give it, or that the vendor's SDKs group it under.
/// The status of a reply goes first: a code under another one of those that speak for themselves
/// says nothing.
pub(super) const ROWS: &[(u16, Row)] = {
    use End::{Busy, Unclear};
    use ErrorKind::{
        AlreadyExists, Mismatch, NotFound, Other, PermissionDenied, Quota, Unauthenticated,
        Unavailable, Unsupported,
    };
    &[
        // Page 75500: arguments.
        on(400, "EmptyLibraryIdOrSecret", Unauthenticated, CREDENTIALS),
        on(400, "EmptyLibrarySecret", Unauthenticated, CREDENTIALS),
        on(400, "EmptyLibraryId", Unauthenticated, CREDENTIALS),
        on(
            400,
            "NotMultiSpaceLibrary",
            Other,
            "the library has a single space; write `id: \"-\"` in the manifest",
        ),
        on(
            400,
            "EmptyAccessToken",
            Unauthenticated,
            "the access token is empty",
        ),
        on(
            400,
            "EmptyPath",
            Unsupported,
            "the root of a space stays as it is",
        ),
        on(400, "DirectoryNameLengthExceed", Unsupported, LONG),
        on(400, "DirectoryNotAllowed", Unsupported, LEVELS),
        on(400, "DirectoryLevelExceed", Unsupported, LEVELS),
        on(400, "EmptyFileName", Unsupported, NAME),
        on(400, "FileNameLengthExceed", Unsupported, LONG),
        on(
            400,
            "ExtnameNotAllowed",
            Unsupported,
            "the space does not take files with this extension",
        ),
        on(400, "UploadToRootDirectoryNotAllowed", Unsupported, LEVELS),
        on(400, "CoverNotSupportedInFileLibrary", Unsupported, WRONG),
        on(400, "CoverNotSupportedInRootDirectory", Unsupported, WRONG),
        on(400, "InvalidSourceDirectory", Unsupported, PATH),
        on(400, "InvalidSourceFile", Unsupported, PATH),
        on(
            400,
            "FileTypeNotMatched",
            Unsupported,
            "a file keeps its type: the new name needs an extension of the same kind",
        ),
        // Page 75500: who calls.
        on(
            403,
            "InvalidAccessToken",
            Unauthenticated,
            "the access token is wrong or no longer good",
        ),
        on(
            403,
            "AccessTokenNotMatchSpace",
            PermissionDenied,
            "the access token is for other spaces",
        ),
        on(403, "NoPermission", PermissionDenied, NO_RIGHT),
        on(403, "UploadNotBelongYou", PermissionDenied, WRONG),
        // Page 75500: what is not there.
        on(404, "LibraryNotFound", Other, NO_LIBRARY),
        on(404, "SpaceNotFound", Other, NO_SPACE),
        on(404, "WrongLibraryIdOrSecret", Unauthenticated, CREDENTIALS),
        on(404, "DirectoryNotFound", NotFound, NO_FOLDER),
        on(404, "UploadNotFound", NotFound, NO_ENTRY),
        on(404, "UploadIncomplete", NotFound, NO_ENTRY),
        on(404, "FileNotFound", NotFound, NO_ENTRY),
        on(404, "SourceDirectoryNotFound", NotFound, NO_SOURCE),
        on(404, "SourceFileNotFound", NotFound, NO_SOURCE),
        // Page 75500: what is in the way.
        on(409, "SameNameDirectoryOrFileExists", AlreadyExists, TAKEN),
        on(
            451,
            "SensitiveContentRecognized",
            Unsupported,
            "the service refuses the content",
        ),
        (
            500,
            row("InternalServerError", Unavailable, Unclear, BREAKS),
        ),
        // SDKs: arguments.
        on(400, "BadRequest", Other, WRONG),
        on(
            400,
            "UserIdLengthExceed",
            Unauthenticated,
            "the user id is too long",
        ),
        on(400, "ClientIdLengthExceed", Other, WRONG),
        on(
            400,
            "SourceDirectoryIsParentOfDestination",
            Unsupported,
            INTO_ITSELF,
        ),
        on(400, "InvalidSourcePath", Unsupported, PATH),
        on(400, "InvalidTargetFile", Unsupported, PATH),
        on(400, "InvalidDestinationPath", Unsupported, PATH),
        on(400, "MultipartUploadIncomplete", NotFound, NO_ENTRY),
        on(400, "QuotaLimitReached", Quota, FULL),
        on(400, "LibraryQuotaLimitReached", Quota, FULL),
        on(400, "ParamInvalid", Other, WRONG),
        on(400, "RecycleBinNotEnabled", Unsupported, NO_BIN),
        on(400, "InvalidConflictResolutionStrategy", Other, WRONG),
        on(400, "OrderByNotAllowed", Other, WRONG),
        on(400, "OrderByTypeNotAllowed", Other, WRONG),
        on(400, "DirectoryHistoryNotBeDeleted", Unsupported, WRONG),
        on(
            400,
            "BadCrc64",
            Mismatch,
            "the content is not what was said",
        ),
        on(
            400,
            "RootDirectoryNotAllowed",
            Unsupported,
            "the root of a space stays as it is",
        ),
        on(
            400,
            "FileRemovedByQuota",
            Mismatch,
            "the service took the file's content away for want of room",
        ),
        (
            400,
            row(
                "ProcessTimeout",
                Unavailable,
                Unclear,
                "the service took too long",
            ),
        ),
        on(400, "DirectoryNameNotAvailable", Unsupported, NAME),
        on(400, "TaskNotCancelable", Unsupported, WRONG),
        on(
            400,
            "TooManyFiles",
            Unsupported,
            "there are more files than the service takes at once",
        ),
        (
            400,
            row(
                "TaskCancelled",
                Unavailable,
                Unclear,
                "somebody broke the task off",
            ),
        ),
        on(
            400,
            "ApiDeprecated",
            Unsupported,
            "the service no longer has this call; please report this",
        ),
        // SDKs: who calls, and when.
        on(
            403,
            "LibraryServiceTimeExpired",
            PermissionDenied,
            "the library's time is over; renew it",
        ),
        (403, row("LibraryInitializing", Unavailable, Busy, LATER)),
        on(
            403,
            "DirectoryHistoryCountLimitReached",
            Quota,
            "there are as many versions as the library keeps",
        ),
        on(
            403,
            "RecoveryTimeExceeded",
            NotFound,
            "it was in the recycle bin for too long",
        ),
        on(403, "InvalidFilePath", Unsupported, PATH),
        // SDKs: what is not there.
        on(404, "NotMultipartUpload", NotFound, NO_ENTRY),
        on(404, "PathNotFound", NotFound, NO_ENTRY),
        on(404, "SourcePathNotFound", NotFound, NO_SOURCE),
        on(404, "NoQuota", NotFound, "the space has no quota"),
        on(
            404,
            "RecycledItemNotFound",
            NotFound,
            "it is not in the recycle bin",
        ),
        on(
            404,
            "TaskNotFound",
            NotFound,
            "the task was forgotten or never was",
        ),
        on(
            404,
            "DirectoryHistoryNotFound",
            NotFound,
            "there is no such version",
        ),
        // SDKs: what is in the way.
        on(
            409,
            "DuplicateQuota",
            AlreadyExists,
            "there is such a quota",
        ),
        on(
            409,
            "CircleSymlink",
            Unsupported,
            "the link leads to itself",
        ),
        on(
            409,
            "TargetBeingCoEdited",
            Mismatch,
            "somebody is editing the file there; try again when they are done",
        ),
        on(
            409,
            "ContentCasConflict",
            Mismatch,
            "the file there was changed since the plan was made; plan again",
        ),
    ]
};
