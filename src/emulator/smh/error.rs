//! The error codes, each with the HTTP status it comes with.

use serde::{Deserialize, Serialize};

/// What a call, or one item of it, is refused with. Variants are called as the API writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Code {
    AccessTokenNotMatchSpace,
    BadCrc64,
    BadRequest,
    DirectoryNameLengthExceed,
    DirectoryNotFound,
    DuplicateQuota,
    EmptyAccessToken,
    EmptyLibraryIdOrSecret,
    EmptyPath,
    FileNameLengthExceed,
    FileNotFound,
    FileTypeNotMatched,
    GatewayTimeout,
    InternalServerError,
    InvalidAccessToken,
    InvalidConflictResolutionStrategy,
    InvalidDestinationPath,
    InvalidSourcePath,
    LibraryNotFound,
    NoPermission,
    NoQuota,
    NotFound,
    NotMultiSpaceLibrary,
    OrderByNotAllowed,
    OrderByTypeNotAllowed,
    ParamInvalid,
    PathNotFound,
    QuotaLimitReached,
    RecycleBinNotEnabled,
    RecycledItemNotFound,
    RootDirectoryNotAllowed,
    SameNameDirectoryOrFileExists,
    ServiceUnavailable,
    SourceDirectoryIsParentOfDestination,
    SourceDirectoryNotFound,
    SourceFileNotFound,
    SourcePathNotFound,
    SpaceNotFound,
    TaskNotFound,
    TooManyRequests,
    UploadIncomplete,
    UploadNotFound,
    WrongLibraryIdOrSecret,
}

impl Code {
    /// The code as it is written.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// The HTTP status, of the reply or of the item.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::BadCrc64
            | Self::BadRequest
            | Self::DirectoryNameLengthExceed
            | Self::EmptyAccessToken
            | Self::EmptyLibraryIdOrSecret
            | Self::EmptyPath
            | Self::FileNameLengthExceed
            | Self::FileTypeNotMatched
            | Self::InvalidConflictResolutionStrategy
            | Self::InvalidDestinationPath
            | Self::InvalidSourcePath
            | Self::NotMultiSpaceLibrary
            | Self::OrderByNotAllowed
            | Self::OrderByTypeNotAllowed
            | Self::ParamInvalid
            | Self::QuotaLimitReached
            | Self::RecycleBinNotEnabled
            | Self::RootDirectoryNotAllowed
            | Self::SourceDirectoryIsParentOfDestination => 400,
            Self::AccessTokenNotMatchSpace | Self::InvalidAccessToken | Self::NoPermission => 403,
            Self::DirectoryNotFound
            | Self::FileNotFound
            | Self::LibraryNotFound
            | Self::NoQuota
            | Self::NotFound
            | Self::PathNotFound
            | Self::RecycledItemNotFound
            | Self::SourceDirectoryNotFound
            | Self::SourceFileNotFound
            | Self::SourcePathNotFound
            | Self::SpaceNotFound
            | Self::TaskNotFound
            | Self::UploadIncomplete
            | Self::UploadNotFound
            | Self::WrongLibraryIdOrSecret => 404,
            Self::DuplicateQuota | Self::SameNameDirectoryOrFileExists => 409,
            Self::TooManyRequests => 429,
            Self::InternalServerError => 500,
            Self::ServiceUnavailable => 503,
            Self::GatewayTimeout => 504,
        }
    }

    /// A sentence for people.
    pub(crate) fn message(self) -> String {
        let known = MESSAGES.iter().find(|(code, _)| *code == self);
        known.map_or_else(
            || format!("The call was refused: {}.", self.name()),
            |(_, message)| (*message).to_owned(),
        )
    }
}

/// The sentences that samples show.
const MESSAGES: &[(Code, &str)] = &[
    (
        Code::SameNameDirectoryOrFileExists,
        "A directory or file with the same name already exists.",
    ),
    (Code::DirectoryNotFound, "Directory not found."),
    (Code::RecycledItemNotFound, "Recycled item not found."),
    (Code::SourceFileNotFound, "Source file not found."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_status_of_the_documents() {
        let cases = [
            (Code::InvalidAccessToken, "InvalidAccessToken", 403),
            (Code::WrongLibraryIdOrSecret, "WrongLibraryIdOrSecret", 404),
            (Code::QuotaLimitReached, "QuotaLimitReached", 400),
            (Code::BadCrc64, "BadCrc64", 400),
            (
                Code::SameNameDirectoryOrFileExists,
                "SameNameDirectoryOrFileExists",
                409,
            ),
        ];
        for (code, name, status) in cases {
            assert_eq!((code.name().as_str(), code.status()), (name, status));
        }
    }
}
