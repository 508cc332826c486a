//! The table of all calls, and which of them a request means.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::{Call, Outcome, is_set};
use super::{
    batch, bin, carry, directory, file, history, listing, quota, removal, space, task, token,
    upload,
};

/// One call of the API.
pub(crate) struct Route {
    /// What faults, rates and the log know it by.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// The path; a part in braces stands for anything, and the last one with dots for the rest.
    pub(crate) pattern: &'static str,
    pub(crate) when: When,
    pub(crate) access: Access,
    pub(crate) handler: fn(&mut Call<'_>) -> Outcome,
}

/// What else tells calls apart that share a method and a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// This key is in the query.
    Flag(&'static str),
    /// This key is in the body.
    Body(&'static str),
}

/// What a caller must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing, or the secret of the library, at which the handler looks itself.
    Open,
    /// A token, unless everybody may read.
    Read,
    /// A token with one of these grants; with any, where there are none.
    Token(&'static [&'static str]),
}

macro_rules! routes {
    ($($name:literal $method:ident $pattern:literal $when:expr, $access:expr, $handler:path;)*) => {
        &[$(Route {
            name: $name,
            method: stringify!($method),
            pattern: $pattern,
            when: $when,
            access: $access,
            handler: $handler,
        },)*]
    };
}

use Access::{Open, Read, Token};
use When::{Always, Body, Flag};

const COPY: Access = Token(&["copy_directory", "copy_file", "copy_file_force"]);
const MOVE: Access = Token(&["move_directory", "move_file", "move_file_force"]);
const DELETE: Access = Token(&[
    "delete_directory",
    "delete_directory_permanent",
    "delete_file",
    "delete_file_permanent",
]);
const ANY: Access = Token(&[]);

/// Every call there is; earlier rows win.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = routes! {
    "createToken" GET "/api/v1/token" Always, Open, token::create;
    "createToken" POST "/api/v1/token" Always, Open, token::create;
    "renewToken" POST "/api/v1/token/{library}/{token}" Always, Open, token::renew;
    "deleteToken" DELETE "/api/v1/token/{library}/{token}" Always, Open, token::delete;
    "deleteTokens" DELETE "/api/v1/token/{library}" Always, Open, token::delete_all;
    "batchCopy" POST "/api/v1/batch/{library}/{space}" Flag("copy"), COPY, batch::copy;
    "batchMove" POST "/api/v1/batch/{library}/{space}" Flag("move"), MOVE, batch::move_all;
    "batchDelete" POST "/api/v1/batch/{library}/{space}" Flag("delete"), DELETE, batch::delete;
    "info" GET "/api/v1/directory/{library}/{space}/{path...}" Flag("info"), Read, listing::info;
    "list" GET "/api/v1/directory/{library}/{space}/{path...}" Always, Read, listing::list;
    "headDirectory" HEAD "/api/v1/directory/{library}/{space}/{path...}" Always, Read, directory::head;
    "copyDirectory" PUT "/api/v1/directory/{library}/{space}/{path...}" Body("copyFrom"), COPY, carry::copy_directory;
    "moveDirectory" PUT "/api/v1/directory/{library}/{space}/{path...}" Body("from"), MOVE, carry::move_directory;
    "createDirectory" PUT "/api/v1/directory/{library}/{space}/{path...}" Always, Token(&["create_directory"]), directory::create;
    "deleteDirectory" DELETE "/api/v1/directory/{library}/{space}/{path...}" Always, DELETE, removal::directory;
    "copyDirectoryAcross" PUT "/api/v1/cross-space/directory/{library}/{space}/copy/{path...}" Always, COPY, carry::copy_across;
    "headFile" HEAD "/api/v1/file/{library}/{space}/{path...}" Always, Read, file::head;
    "fileInfo" GET "/api/v1/file/{library}/{space}/{path...}" Flag("info"), Read, file::info;
    "download" GET "/api/v1/file/{library}/{space}/{path...}" Always, Read, file::download;
    "copyFile" PUT "/api/v1/file/{library}/{space}/{path...}" Body("copyFrom"), COPY, carry::copy_file;
    "moveFile" PUT "/api/v1/file/{library}/{space}/{path...}" Body("from"), MOVE, carry::move_file;
    "beginUpload" PUT "/api/v1/file/{library}/{space}/{path...}" Always, ANY, upload::begin;
    "confirmUpload" POST "/api/v1/file/{library}/{space}/{key}" Flag("confirm"), ANY, upload::confirm;
    "cancelUpload" DELETE "/api/v1/file/{library}/{space}/{key}" Flag("upload"), ANY, upload::cancel;
    "deleteFile" DELETE "/api/v1/file/{library}/{space}/{path...}" Always, DELETE, removal::file;
    "putObject" PUT "/_upload/{library}/{key}" Always, Open, upload::put;
    "inode" GET "/api/v1/inode/{library}/{space}/{inode}" Always, Read, file::by_inode;
    "task" GET "/api/v1/task/{library}/{space}/{ids}" Always, ANY, task::get;
    "binItem" GET "/api/v1/recycled/{library}/{space}/{item}" Flag("info"), ANY, bin::info;
    "listBin" GET "/api/v1/recycled/{library}/{space}" Always, ANY, bin::list;
    "restore" POST "/api/v1/recycled/{library}/{space}/{item}" Flag("restore"), Token(&["restore_recycled"]), bin::restore;
    "restoreMany" POST "/api/v1/recycled/{library}/{space}" Flag("restore"), Token(&["restore_recycled"]), bin::restore_many;
    "purgeMany" POST "/api/v1/recycled/{library}/{space}" Flag("delete"), Token(&["delete_recycled"]), bin::purge_many;
    "purge" DELETE "/api/v1/recycled/{library}/{space}/{item}" Always, Token(&["delete_recycled"]), bin::purge;
    "emptyBin" DELETE "/api/v1/recycled/{library}/{space}" Always, Token(&["delete_recycled"]), bin::empty;
    "historySettings" GET "/api/v1/directory-history/{library}/library-history" Always, ANY, history::settings;
    "setHistory" POST "/api/v1/directory-history/{library}/library-history" Always, Token(&["admin"]), history::set;
    "history" GET "/api/v1/directory-history/{library}/{space}/history-list/{path...}" Always, Read, history::list;
    "createSpace" POST "/api/v1/space/{library}" Always, Token(&["create_space"]), space::create;
    "listSpaces" GET "/api/v1/space/{library}/list" Always, ANY, space::list;
    "spaceSize" GET "/api/v1/space/{library}/{space}/size" Always, ANY, space::size;
    "fileCount" GET "/api/v1/space/{library}/{space}/file-count" Always, ANY, space::file_count;
    "deleteSpace" DELETE "/api/v1/space/{library}/{space}" Always, Token(&["delete_space"]), space::delete;
    "usage" GET "/api/v1/usage/{library}/{spaces}" Always, ANY, quota::usage;
    "createQuota" POST "/api/v1/quota/{library}" Always, Token(&["admin"]), quota::create;
    "quota" GET "/api/v1/quota/{library}/{space}" Always, ANY, quota::get;
};

/// The call that a request means, with the parts of its path.
pub(crate) fn matching(
    method: &str,
    path: &str,
    query: &BTreeMap<String, String>,
    body: &Value,
) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    let fits = |when: When| match when {
        Always => true,
        Flag(flag) => is_set(query, flag),
        Body(key) => body.get(key).is_some(),
    };
    let mut routes = ROUTES.iter().filter(|route| route.method == method);
    routes.find_map(|route| {
        let parts = parts(route.pattern, path)?;
        fits(route.when).then_some((route, parts))
    })
}

fn parts(pattern: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut found = BTreeMap::new();
    // A slash at the end means the same as none.
    let mut rest = Some(path.strip_suffix('/').unwrap_or(path));
    for wanted in pattern.split('/') {
        let variable = wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        if let Some(name) = variable.and_then(|name| name.strip_suffix("...")) {
            found.insert(name, rest.unwrap_or_default().to_owned());
            return Some(found);
        }
        let (part, after) = match rest?.split_once('/') {
            Some((part, after)) => (part, Some(after)),
            None => (rest?, None),
        };
        rest = after;
        match variable {
            Some(name) if !part.is_empty() => {
                found.insert(name, part.to_owned());
            }
            None if wanted == part => {}
            Some(_) | None => return None,
        }
    }
    rest.is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_mean_calls() {
        // Method and path, query, a key of the body, the call.
        let cases = [
            ("GET /api/v1/token", "", "", "createToken"),
            ("POST /api/v1/token/lib/word", "", "", "renewToken"),
            ("POST /api/v1/batch/lib/-", "copy", "", "batchCopy"),
            ("POST /api/v1/batch/lib/-", "move", "", "batchMove"),
            ("POST /api/v1/batch/lib/-", "delete", "", "batchDelete"),
            ("POST /api/v1/batch/lib/-", "", "", "none"),
            ("GET /api/v1/directory/lib/-", "", "", "list"),
            ("GET /api/v1/directory/lib/-/", "", "", "list"),
            ("GET /api/v1/directory/lib/-/a/b", "", "", "list"),
            ("GET /api/v1/directory/lib/-/a/b", "info", "", "info"),
            ("HEAD /api/v1/directory/lib/-/a", "", "", "headDirectory"),
            ("PUT /api/v1/directory/lib/-/a", "", "", "createDirectory"),
            (
                "PUT /api/v1/directory/lib/-/a",
                "",
                "copyFrom",
                "copyDirectory",
            ),
            ("PUT /api/v1/directory/lib/-/a", "", "from", "moveDirectory"),
            ("PUT /api/v1/file/lib/-/a/b", "", "copyFrom", "copyFile"),
            ("PUT /api/v1/file/lib/-/a/b", "", "from", "moveFile"),
            ("PUT /api/v1/file/lib/-/a/b", "", "size", "beginUpload"),
            (
                "POST /api/v1/file/lib/-/key",
                "confirm",
                "",
                "confirmUpload",
            ),
            ("GET /api/v1/file/lib/-/a", "info", "", "fileInfo"),
            ("GET /api/v1/file/lib/-/a", "", "", "download"),
            ("GET /api/v1/task/lib/-/1,2", "", "", "task"),
            ("GET /api/v1/recycled/lib/-", "", "", "listBin"),
            ("POST /api/v1/recycled/lib/-/5", "restore", "", "restore"),
            ("POST /api/v1/recycled/lib/-", "restore", "", "restoreMany"),
            ("GET /api/v1/space/lib/list", "", "", "listSpaces"),
            (
                "PUT /api/v1/cross-space/directory/lib/b/copy/x/y",
                "",
                "copyFrom",
                "copyDirectoryAcross",
            ),
            ("GET /api/v1/directory/lib", "", "", "none"),
            ("PATCH /api/v1/directory/lib/-/a", "", "", "none"),
            ("GET /", "", "", "none"),
        ];
        for (request, flag, key, expected) in cases {
            let (method, path) = request.split_once(' ').unwrap_or_default();
            let query = BTreeMap::from([(flag.to_owned(), String::new())]);
            let body = serde_json::json!({key: "x"});
            let found = matching(method, path, &query, &body);
            let found = found.map_or("none", |(route, _)| route.name);
            assert_eq!(found, expected, "{request}?{flag}");
        }
    }
}
