//! Calls on the recycle bin.

use super::calls::{Asked, Calls};
use crate::provider::dingtalk::sheet::PAGE_SIZE;
use crate::provider::dingtalk::wire::{
    BinReply, ConflictStrategy, Id, RecycleItemList, Restore, RestoreReply, StrategyOption,
};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;

impl Calls {
    /// `getRecycleBin`: the bin of an organisation (`ORG` and its corporation id) or, by comments
    /// in SDKs, of an app or a space.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_recycle_bin(
        &self,
        scope: &str,
        scope_id: &str,
    ) -> Result<BinReply, ProviderError> {
        let asked = Asked::read("getRecycleBin", Method::Get, &["recycleBins"])
            .query("recycleBinScope", scope)
            .query("scopeId", scope_id);
        self.call(asked).await
    }

    /// `listRecycleItems`: a page of what is in a bin. A page need not be full.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn list_recycle_items(
        &self,
        bin: &Id,
        page: Option<&str>,
    ) -> Result<RecycleItemList, ProviderError> {
        let path = ["recycleBins", bin.as_str(), "recycleItems"];
        let mut asked = Asked::read("listRecycleItems", Method::Get, &path)
            .query("maxResults", &PAGE_SIZE.to_string());
        if let Some(page) = page {
            asked = asked.query("nextToken", page);
        }
        self.call(asked).await
    }

    /// `restoreRecycleItem`: puts something from a bin back to where it was.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn restore_recycle_item(
        &self,
        bin: &Id,
        item: &Id,
        strategy: ConflictStrategy,
    ) -> Result<RestoreReply, ProviderError> {
        let path = [
            "recycleBins",
            bin.as_str(),
            "recycleItems",
            item.as_str(),
            "restore",
        ];
        let option = StrategyOption {
            conflict_strategy: strategy,
        };
        let asked = Asked::write("restoreRecycleItem", Method::Post, &path);
        self.call(asked.body(&Restore { option })?).await
    }
}
