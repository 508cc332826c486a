//! What the calls send. Every option that has a default is stated, as the defaults do harm: copies
//! and moves of files rename themselves, and lists end after twenty entries.

use serde::Serialize;

/// `conflictResolutionStrategy`, String: what happens where the name is taken. The service's
/// default is `ask` for directories and `rename` for files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConflictStrategy {
    /// Nobody is asked: the item is refused with 409 `SameNameDirectoryOrFileExists`.
    Ask,
    /// The entry gets a free name, as in `1 (1).jpg`.
    Rename,
    /// A file there is replaced. A directory, arriving or there, is refused as under `ask`. Where
    /// the file there has earlier versions, the service may refuse as well.
    Overwrite,
}

/// One item of the body of `batchCopy` (page 75493), which is an array of at most 1,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CopyItem<'a> {
    /// `copyFrom`, String, required: the path of the source, with what is in it.
    pub copy_from: &'a str,
    /// `to`, String, required: the path that it is to have.
    pub to: &'a str,
    /// `conflictResolutionStrategy`, String.
    pub conflict_resolution_strategy: ConflictStrategy,
    /// `copyFromSpaceId`, String: the space of the source. It must not be sent for a copy inside
    /// one space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_from_space_id: Option<&'a str>,
}

/// One item of the body of `batchMove` (page 75495), which is an array.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoveItem<'a> {
    /// `from`, String, required: the path that it has.
    pub from: &'a str,
    /// `to`, String, required: the path that it is to have.
    pub to: &'a str,
    /// `conflictResolutionStrategy`, String.
    pub conflict_resolution_strategy: ConflictStrategy,
    /// `moveAuthority`, Boolean: whether permissions set on a directory go along. The service's
    /// default is false.
    pub move_authority: bool,
    /// `fromSpaceId`, String: the space that it is in. It must not be sent for a move inside one
    /// space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_space_id: Option<&'a str>,
}

/// One item of the body of `batchDelete` (page 75494), which is an array of at most 1,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteItem<'a> {
    /// `path`, String, required.
    pub path: &'a str,
    /// `permanent`, Boolean: whether it is gone for good. Where the library has no recycle bin it
    /// is so in any case. The service's default is false.
    pub permanent: bool,
}

/// The body of the calls that copy one item (pages 75446 and 75459).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SingleCopy<'a> {
    /// `copyFrom`, String, required.
    pub copy_from: &'a str,
    /// `copyFromSpaceId`, String: of a directory that comes from another space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_from_space_id: Option<&'a str>,
}

/// The body of the calls that move one item (pages 75445 and 75458).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SingleMove<'a> {
    /// `from`, String, required.
    pub from: &'a str,
}

impl ConflictStrategy {
    /// The word, as queries have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Rename => "rename",
            Self::Overwrite => "overwrite",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn items_are_written_as_the_documents_have_them() {
        let copy = |space| CopyItem {
            copy_from: "bar",
            to: "foo/bar",
            conflict_resolution_strategy: ConflictStrategy::Ask,
            copy_from_space_id: space,
        };
        let carried = MoveItem {
            from: "a",
            to: "b/a",
            conflict_resolution_strategy: ConflictStrategy::Overwrite,
            move_authority: true,
            from_space_id: Some("spaceone"),
        };
        let removed = DeleteItem {
            path: "a",
            permanent: false,
        };
        let cases = [
            (
                serde_json::to_string(&copy(Some("spaceNJsnjdiq"))),
                r#"{"copyFrom":"bar","to":"foo/bar","conflictResolutionStrategy":"ask","copyFromSpaceId":"spaceNJsnjdiq"}"#,
            ),
            (
                serde_json::to_string(&copy(None)),
                r#"{"copyFrom":"bar","to":"foo/bar","conflictResolutionStrategy":"ask"}"#,
            ),
            (
                serde_json::to_string(&carried),
                r#"{"from":"a","to":"b/a","conflictResolutionStrategy":"overwrite","moveAuthority":true,"fromSpaceId":"spaceone"}"#,
            ),
            (
                serde_json::to_string(&removed),
                r#"{"path":"a","permanent":false}"#,
            ),
        ];
        for (written, expected) in cases {
            assert_eq!(written.unwrap(), expected);
        }
    }
}
