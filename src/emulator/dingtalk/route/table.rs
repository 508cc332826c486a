//! The table of all calls, and which of them a request means.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::{Answer, Call};
use super::{
    batch, bin, folder, listing, mapping, property, query, single, space, task, token, upload,
    version,
};
use crate::emulator::dingtalk::error::Code;

/// One call of the API.
pub(crate) struct Route {
    /// What faults, rates and the log know it by.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// The path; a part in braces stands for anything.
    pub(crate) pattern: &'static str,
    pub(crate) caller: Caller,
    pub(crate) handler: fn(&mut Call<'_>) -> Answer,
}

/// Who must be named by a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody: the call comes before there is a token, or beside the API.
    Nobody,
    /// An app by its token, and a person by this field of the query.
    Person(&'static str),
}

const UNION: Caller = Caller::Person("unionId");
const OPERATOR: Caller = Caller::Person("operatorId");

macro_rules! routes {
    ($($name:literal $caller:ident $method:ident $pattern:literal $handler:path;)*) => {
        &[$(Route {
            name: $name,
            method: stringify!($method),
            pattern: $pattern,
            caller: $caller,
            handler: |call| $handler(call).into(),
        },)*]
    };
}

const NOBODY: Caller = Caller::Nobody;

/// Every call there is.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = routes! {
    "accessToken" NOBODY POST "/v1.0/oauth2/accessToken" token::access_token;
    "token" NOBODY POST "/v1.0/oauth2/{corpId}/token" token::token;
    "addSpace" UNION POST "/v1.0/storage/spaces" space::add;
    "getSpace" UNION GET "/v1.0/storage/spaces/{spaceId}" space::get;
    "list" UNION GET "/v1.0/storage/spaces/{spaceId}/dentries" listing::list;
    "listAll" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/listAll" listing::list_all;
    "queryMany" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/query" query::many;
    "batchCopy" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/batchCopy" batch::copy;
    "batchMove" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/batchMove" batch::move_all;
    "batchRemove" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/batchRemove" batch::remove;
    "query" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/query" query::one;
    "addFolder" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/folders" folder::add;
    "copy" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/copy" single::copy;
    "move" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/move" single::move_one;
    "rename" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/rename" single::rename;
    "delete" UNION DELETE "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}" single::delete;
    "putProperties" UNION PUT "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/appProperties" property::put;
    "removeProperties" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/appProperties/remove" property::remove;
    "listVersions" UNION GET "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/versions" version::list;
    "revertVersion" UNION POST "/v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/versions/{version}/revert" version::revert;
    "uploadInfo" UNION POST "/v1.0/storage/spaces/{spaceId}/files/uploadInfos/query" upload::info;
    "commit" UNION POST "/v1.0/storage/spaces/{spaceId}/files/commit" upload::commit;
    "uploadInfoV2" UNION POST "/v2.0/storage/spaces/files/{parentUuid}/uploadInfos/query" upload::info_v2;
    "commitV2" UNION POST "/v2.0/storage/spaces/files/{parentUuid}/commit" upload::commit_v2;
    "putObject" NOBODY PUT "/_upload/{uploadKey}" upload::put;
    "task" UNION GET "/v1.0/storage/tasks/{taskId}" task::get;
    "findBin" UNION GET "/v1.0/storage/recycleBins" bin::find;
    "listBin" UNION GET "/v1.0/storage/recycleBins/{binId}/recycleItems" bin::list;
    "batchRestore" UNION POST "/v1.0/storage/recycleBins/{binId}/recycleItems/batchRestore" bin::restore_many;
    "batchPurge" UNION POST "/v1.0/storage/recycleBins/{binId}/recycleItems/batchRemove" bin::purge_many;
    "clearBin" UNION POST "/v1.0/storage/recycleBins/{binId}/clear" bin::clear;
    "getBinItem" UNION GET "/v1.0/storage/recycleBins/{binId}/recycleItems/{itemId}" bin::get;
    "restore" UNION POST "/v1.0/storage/recycleBins/{binId}/recycleItems/{itemId}/restore" bin::restore;
    "purge" UNION DELETE "/v1.0/storage/recycleBins/{binId}/recycleItems/{itemId}" bin::purge;
    "idOfUuid" OPERATOR GET "/v2.0/doc/dentries/{dentryUuid}/queryDentryId" mapping::id_of_uuid;
    "uuidOfId" OPERATOR GET "/v2.0/doc/dentries/{dentryId}/queryDentryUuid" mapping::uuid_of_id;
};

impl From<Result<Value, Code>> for Answer {
    fn from(result: Result<Value, Code>) -> Self {
        Self::Json(result)
    }
}

/// The call that a request means, with the parts of its path. Earlier rows win.
pub(crate) fn matching(
    method: &str,
    path: &str,
) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    let asked: Vec<&str> = path.split('/').collect();
    ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| Some((route, parts(route.pattern, &asked)?)))
}

fn parts(pattern: &'static str, asked: &[&str]) -> Option<BTreeMap<&'static str, String>> {
    let mut found = BTreeMap::new();
    let mut wanted = pattern.split('/');
    for part in asked {
        let wanted = wanted.next()?;
        let name = wanted
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(name) if !part.is_empty() => {
                found.insert(name, (*part).to_owned());
            }
            None if wanted == *part => {}
            Some(_) | None => return None,
        }
    }
    wanted.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_mean_calls() {
        let cases = [
            ("POST /v1.0/oauth2/accessToken", "accessToken"),
            ("POST /v1.0/oauth2/corp/token", "token"),
            ("GET /v1.0/storage/spaces/7", "getSpace"),
            ("GET /v1.0/storage/spaces/7/dentries", "list"),
            ("POST /v1.0/storage/spaces/7/dentries/query", "queryMany"),
            ("POST /v1.0/storage/spaces/7/dentries/5/query", "query"),
            (
                "POST /v1.0/storage/spaces/7/dentries/batchMove",
                "batchMove",
            ),
            ("DELETE /v1.0/storage/spaces/7/dentries/5", "delete"),
            ("POST /v2.0/storage/spaces/files/u/commit", "commitV2"),
            ("GET /v2.0/doc/dentries/u/queryDentryId", "idOfUuid"),
            (
                "POST /v1.0/storage/recycleBins/1/recycleItems/batchRestore",
                "batchRestore",
            ),
            (
                "POST /v1.0/storage/recycleBins/1/recycleItems/2/restore",
                "restore",
            ),
            ("GET /v1.0/storage/spaces/7/dentries/", "none"),
            ("PATCH /v1.0/storage/spaces/7", "none"),
            ("GET /v1.0/storage/spaces//dentries", "none"),
            ("GET /", "none"),
        ];
        for (request, expected) in cases {
            let (method, path) = request.split_once(' ').unwrap_or_default();
            let found = matching(method, path).map_or("none", |(route, _)| route.name);
            assert_eq!(found, expected, "{request}");
        }
    }
}
