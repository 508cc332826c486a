//! Calls that change entries, the ones that plans are made of.

use super::calls::{Asked, Calls};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;
use crate::provider::smh::decode::{object, object_or_nothing};
use crate::provider::smh::wire::{
    BatchReply, ConflictStrategy, CopyItem, CreatedReply, DeleteItem, MoveItem,
};
use crate::tree::EntryPath;

impl Calls {
    /// `createDirectory`: makes one directory, and those on the way to it that are missing.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn create_directory(
        &self,
        space: &str,
        directory: &EntryPath,
        strategy: ConflictStrategy,
    ) -> Result<CreatedReply, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(directory.segments());
        let asked = Asked::write("createDirectory", Method::Put, &path)
            .query("conflict_resolution_strategy", strategy.word())
            .query("with_inode", "1");
        self.call(asked, object_or_nothing).await
    }

    /// `batchCopy`: copies up to 1,000 files and directories to a space.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply, or in the task that it names.
    pub async fn batch_copy(
        &self,
        space: &str,
        items: &[CopyItem<'_>],
    ) -> Result<BatchReply, ProviderError> {
        let path = self.path(&["batch"], space);
        let asked = Asked::write("batchCopy", Method::Post, &path).flag("copy");
        self.call(asked.body(&items)?, object).await
    }

    /// `batchMove`: moves up to 1,000 files and directories to places in a space, perhaps under
    /// other names.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply, or in the task that it names.
    pub async fn batch_move(
        &self,
        space: &str,
        items: &[MoveItem<'_>],
    ) -> Result<BatchReply, ProviderError> {
        let path = self.path(&["batch"], space);
        let asked = Asked::write("batchMove", Method::Post, &path).flag("move");
        self.call(asked.body(&items)?, object).await
    }

    /// `batchDelete`: removes up to 1,000 files and directories of a space.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply, or in the task that it names.
    pub async fn batch_delete(
        &self,
        space: &str,
        items: &[DeleteItem<'_>],
    ) -> Result<BatchReply, ProviderError> {
        let path = self.path(&["batch"], space);
        let asked = Asked::write("batchDelete", Method::Post, &path).flag("delete");
        self.call(asked.body(&items)?, object).await
    }
}
