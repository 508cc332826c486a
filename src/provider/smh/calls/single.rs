//! Calls that change one entry, for what only they can do, or to compare with.

use super::calls::{Asked, Calls};
use crate::plan::{Disposal, Permissions};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;
use crate::provider::smh::decode::object_or_nothing;
use crate::provider::smh::wire::{
    ConflictStrategy, RemovedReply, SingleCopy, SingleMove, TransferReply,
};
use crate::tree::EntryPath;

const STRATEGY: &str = "conflict_resolution_strategy";

impl Calls {
    /// `copyFile`: copies one file inside a space. The directory that it goes to must be there.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn copy_file(
        &self,
        space: &str,
        from: &EntryPath,
        to: &EntryPath,
        strategy: ConflictStrategy,
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["file"], space);
        path.extend(to.segments());
        let asked = Asked::write("copyFile", Method::Put, &path);
        let asked = asked.query(STRATEGY, strategy.word());
        self.call(asked.body(&copy(None, from))?, object_or_nothing)
            .await
    }

    /// `moveFile`: moves one file inside a space, perhaps under another name.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn move_file(
        &self,
        space: &str,
        from: &EntryPath,
        to: &EntryPath,
        strategy: ConflictStrategy,
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["file"], space);
        path.extend(to.segments());
        let body = SingleMove { from: raw(from) };
        let asked = Asked::write("moveFile", Method::Put, &path);
        let asked = asked.query(STRATEGY, strategy.word());
        self.call(asked.body(&body)?, object_or_nothing).await
    }

    /// `copyDirectory`: copies one directory with what is in it inside a space, and makes the
    /// directories on the way. A large one becomes a task.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn copy_directory(
        &self,
        space: &str,
        from: &EntryPath,
        to: &EntryPath,
        strategy: ConflictStrategy,
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(to.segments());
        let asked = Asked::write("copyDirectory", Method::Put, &path);
        let asked = asked.query(STRATEGY, strategy.word());
        self.call(asked.body(&copy(None, from))?, object_or_nothing)
            .await
    }

    /// `copyDirectoryAcross`: copies one directory of another space of the library.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn copy_directory_across(
        &self,
        (from_space, from): (&str, &EntryPath),
        (to_space, to): (&str, &EntryPath),
        strategy: ConflictStrategy,
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["cross-space", "directory"], to_space);
        path.push("copy");
        path.extend(to.segments());
        let asked = Asked::write("copyDirectoryAcross", Method::Put, &path);
        let asked = asked.query(STRATEGY, strategy.word());
        self.call(
            asked.body(&copy(Some(from_space), from))?,
            object_or_nothing,
        )
        .await
    }

    /// `moveDirectory`: moves one directory with what is in it inside a space, and makes the
    /// directories on the way.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn move_directory(
        &self,
        space: &str,
        from: &EntryPath,
        to: &EntryPath,
        (strategy, permissions): (ConflictStrategy, Permissions),
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(to.segments());
        let body = SingleMove { from: raw(from) };
        let authority = match permissions {
            Permissions::Preserve => "true",
            Permissions::Inherit => "false",
        };
        let asked = Asked::write("moveDirectory", Method::Put, &path)
            .query(STRATEGY, strategy.word())
            .query("move_authority", authority);
        self.call(asked.body(&body)?, object_or_nothing).await
    }

    /// `deleteFile`: removes one file.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn delete_file(
        &self,
        space: &str,
        file: &EntryPath,
        disposal: Disposal,
    ) -> Result<RemovedReply, ProviderError> {
        let mut path = self.path(&["file"], space);
        path.extend(file.segments());
        let asked = Asked::write("deleteFile", Method::Delete, &path);
        let asked = asked.query("permanent", permanent(disposal));
        self.call(asked, object_or_nothing).await
    }

    /// `deleteDirectory`: removes one directory with what is in it.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn delete_directory(
        &self,
        space: &str,
        directory: &EntryPath,
        disposal: Disposal,
    ) -> Result<RemovedReply, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(directory.segments());
        let asked = Asked::write("deleteDirectory", Method::Delete, &path);
        let asked = asked.query("permanent", permanent(disposal));
        self.call(asked, object_or_nothing).await
    }
}

/// A path as bodies have it: below the root, with nothing encoded.
pub(in super::super) fn raw(path: &EntryPath) -> &str {
    path.as_str().trim_start_matches('/')
}

fn copy<'a>(space: Option<&'a str>, from: &'a EntryPath) -> SingleCopy<'a> {
    SingleCopy {
        copy_from: raw(from),
        copy_from_space_id: space,
    }
}

fn permanent(disposal: Disposal) -> &'static str {
    match disposal {
        Disposal::Recycle => "0",
        Disposal::Permanent => "1",
    }
}
