//! Calls that look at spaces, entries and tasks.

use super::calls::{Asked, Calls};
use crate::provider::dingtalk::sheet::PAGE_SIZE;
use crate::provider::dingtalk::wire::{
    DentryList, DentryReply, Id, ListAll, ListAllOption, QueryMany, QueryOption, QueryOptions,
    QueryReply, SpaceReply, TaskReply,
};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;

/// The most versions of one page.
const VERSIONS: &str = "100";

impl Calls {
    /// `getSpace`: what is known of a space.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_space(&self, space: &Id) -> Result<SpaceReply, ProviderError> {
        let path = ["spaces", space.as_str()];
        self.call(Asked::read("getSpace", Method::Get, &path)).await
    }

    /// `listDentries`: a page of what a folder holds, by name, so that pages stay in step while
    /// entries change.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn list_dentries(
        &self,
        space: &Id,
        folder: &Id,
        page: Option<&str>,
    ) -> Result<DentryList, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries"];
        let mut asked = Asked::read("listDentries", Method::Get, &path)
            .query("parentId", folder.as_str())
            .query("maxResults", &PAGE_SIZE.to_string())
            .query("orderBy", "NAME")
            .query("order", "ASC")
            .query("withThumbnail", "false");
        if let Some(page) = page {
            asked = asked.query("nextToken", page);
        }
        self.call(asked).await
    }

    /// `listAllDentries`: a page of everything in a space, the oldest change first.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn list_all_dentries(
        &self,
        space: &Id,
        page: Option<&str>,
    ) -> Result<DentryList, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", "listAll"];
        let option = ListAllOption {
            next_token: page,
            max_results: PAGE_SIZE,
            order: "ASC",
            with_thumbnail: false,
        };
        let asked = Asked::read("listAllDentries", Method::Post, &path);
        self.call(asked.body(&ListAll { option })?).await
    }

    /// `getDentry`: one entry by its id.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_dentry(&self, space: &Id, dentry: &Id) -> Result<DentryReply, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            dentry.as_str(),
            "query",
        ];
        let asked = Asked::read("getDentry", Method::Post, &path);
        self.call(asked.body(&QueryOptions::default())?).await
    }

    /// `getDentries`: up to 30 entries by their ids.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_dentries(
        &self,
        space: &Id,
        dentries: &[Id],
    ) -> Result<QueryReply, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", "query"];
        let body = QueryMany {
            dentry_ids: dentries,
            option: QueryOption::default(),
        };
        let asked = Asked::read("getDentries", Method::Post, &path);
        self.call(asked.body(&body)?).await
    }

    /// `getTask`: how a task gets on.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn get_task(&self, task: &Id) -> Result<TaskReply, ProviderError> {
        let path = ["tasks", task.as_str()];
        self.call(Asked::read("getTask", Method::Get, &path)).await
    }

    /// `listDentryVersions`: a page of the versions of a file.
    ///
    /// # Errors
    /// As every call: it did not get through, or it was refused.
    pub async fn list_dentry_versions(
        &self,
        space: &Id,
        dentry: &Id,
        page: Option<&str>,
    ) -> Result<DentryList, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            dentry.as_str(),
            "versions",
        ];
        let mut asked =
            Asked::read("listDentryVersions", Method::Get, &path).query("maxResults", VERSIONS);
        if let Some(page) = page {
            asked = asked.query("nextToken", page);
        }
        self.call(asked).await
    }
}
