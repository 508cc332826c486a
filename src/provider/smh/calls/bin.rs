//! The recycle bin.

use serde_json::Value;

use super::calls::{Asked, Calls};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;
use crate::provider::smh::decode::{object, object_or_nothing};
use crate::provider::smh::wire::{BatchReply, BinList, ConflictStrategy, Opaque, TransferReply};

/// `restore_path_strategy`: where an entry goes back to whose directory is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePath {
    /// `originalPath`: nowhere; the call is refused.
    Original,
    /// `fallbackToRoot`
    Root,
}

impl Calls {
    /// `listRecycled`: a page of what is in the recycle bin of a space, the latest removal first.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused; the latter also where the library
    /// has no recycle bin.
    pub async fn list_recycled(
        &self,
        space: &str,
        limit: u32,
        marker: Option<&str>,
    ) -> Result<BinList, ProviderError> {
        let path = self.path(&["recycled"], space);
        let mut asked = Asked::read("listRecycled", Method::Get, &path)
            .query("limit", &limit.to_string())
            .query("order_by", "removalTime")
            .query("order_by_type", "desc");
        if let Some(marker) = marker {
            asked = asked.query("marker", marker);
        }
        self.call(asked, object).await
    }

    /// `restoreRecycled`: brings one item back.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn restore_recycled(
        &self,
        space: &str,
        item: &Opaque,
        strategy: ConflictStrategy,
        way: RestorePath,
    ) -> Result<TransferReply, ProviderError> {
        let mut path = self.path(&["recycled"], space);
        path.push(item.as_str());
        let asked = Asked::write("restoreRecycled", Method::Post, &path).flag("restore");
        self.call(options(asked, strategy, way), object_or_nothing)
            .await
    }

    /// `batchRestore`: brings several items back.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply, or in the task that it names.
    pub async fn batch_restore(
        &self,
        space: &str,
        items: &[Opaque],
        strategy: ConflictStrategy,
        way: RestorePath,
    ) -> Result<BatchReply, ProviderError> {
        let path = self.path(&["recycled"], space);
        let asked = Asked::write("batchRestore", Method::Post, &path).flag("restore");
        // Ids are whole numbers in every sample, and go back as such where they are.
        let id = |item: &Opaque| match item.as_str().parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(item.as_str()),
        };
        let ids: Vec<Value> = items.iter().map(id).collect();
        let asked = options(asked, strategy, way).body(&ids)?;
        self.call(asked, object).await
    }
}

fn options(asked: Asked<'_>, strategy: ConflictStrategy, way: RestorePath) -> Asked<'_> {
    let way = match way {
        RestorePath::Original => "originalPath",
        RestorePath::Root => "fallbackToRoot",
    };
    asked
        .query("conflict_resolution_strategy", strategy.word())
        .query("restore_path_strategy", way)
}
