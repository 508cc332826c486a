//! Calls that look at entries and tasks.

use super::calls::{Asked, Calls};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;
use crate::provider::smh::decode::{list, object};
use crate::provider::smh::sheet::PAGE_SIZE;
use crate::provider::smh::wire::{DirectoryList, Entry, Opaque, Task};
use crate::tree::EntryPath;

impl Calls {
    /// `listDirectory`: a page of what a directory holds, by name, with inodes. The page begins at
    /// a marker, as pages by number shift while entries change.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn list_directory(
        &self,
        space: &str,
        directory: &EntryPath,
        marker: Option<&str>,
    ) -> Result<DirectoryList, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(directory.segments());
        let mut asked = Asked::read("listDirectory", Method::Get, &path)
            .query("limit", &PAGE_SIZE.to_string())
            .query("order_by", "name")
            .query("order_by_type", "asc")
            .query("with_inode", "1");
        if let Some(marker) = marker {
            asked = asked.query("marker", marker);
        }
        self.call(asked, object).await
    }

    /// `getInfo`: one entry, whatever it is.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_info(&self, space: &str, entry: &EntryPath) -> Result<Entry, ProviderError> {
        let mut path = self.path(&["directory"], space);
        path.extend(entry.segments());
        let asked = Asked::read("getInfo", Method::Get, &path)
            .flag("info")
            .query("with_inode", "1");
        self.call(asked, object).await
    }

    /// `getTasks`: how tasks of a space get on. Of one that the service does not know the reply
    /// may say nothing.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_tasks(
        &self,
        space: &str,
        tasks: &[Opaque],
    ) -> Result<Vec<Task>, ProviderError> {
        let ids: Vec<&str> = tasks.iter().map(Opaque::as_str).collect();
        let ids = ids.join(",");
        let mut path = self.path(&["task"], space);
        path.push(&ids);
        let asked = Asked::read("getTasks", Method::Get, &path);
        self.call(asked, list).await
    }
}
