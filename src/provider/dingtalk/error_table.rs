//! Every documented code, and what follows from it.

use super::verdict::MINUTE_WINDOW;
use crate::provider::error::ErrorKind;
use crate::provider::http::{BREAKS, End, Row, row};

const NO_ENTRY: &str = "the entry is not there, or its id is of another space";
pub(super) const WRONG: &str =
    "the service does not take an argument of the call; please report this";
const STORAGE_FULL: &str = "make room or buy more; nothing was changed";
/// Whether the month is over, nobody need ask earlier than tomorrow.
const DAY: u64 = 24 * 60 * 60;
pub(super) const SLOW: &str = "calls come faster than the plan of the organisation allows";

pub(super) const ROWS: &[Row] = {
    use End::{Busy, Refused, Unclear, Wait};
    use ErrorKind::{
        AlreadyExists, NotFound, Other, PermissionDenied, Quota, Throttled, Unauthenticated,
        Unavailable, Unsupported,
    };
    &[
        // The storage service: arguments.
        row("paramError", Other, Refused, WRONG),
        row(
            "paramError.spaceId",
            Other,
            Refused,
            "the id of the space is none; look at `id` in the manifest",
        ),
        row(
            "paramError.targetSpaceId",
            Other,
            Refused,
            "the id of the target's space is none; look at `id` in the manifest",
        ),
        row(
            "paramError.dentryId",
            Unsupported,
            Refused,
            "the service does not do this to that entry; the root of a space stays as it is",
        ),
        row(
            "paramError.dentryIds",
            Other,
            Refused,
            "the service takes fewer entries in a call, or other ones; lower the batch limits of the space",
        ),
        row(
            "paramError.targetFolderId",
            Unsupported,
            Refused,
            "the service does not place it in that folder; a folder cannot go into itself",
        ),
        row(
            "paramError.parentId",
            Other,
            Refused,
            "the folder's id is none",
        ),
        row("paramError.conflictStrategy", Other, Refused, WRONG),
        row(
            "paramError.name",
            Unsupported,
            Refused,
            "the service does not take the name; it forbids some characters and a dot at the end",
        ),
        row("paramError.maxResults", Other, Refused, WRONG),
        row(
            "paramError.taskId",
            NotFound,
            Refused,
            "the task's id is none",
        ),
        row("paramError.recycleBinScope", Other, Refused, WRONG),
        row(
            "paramError.recycleBinId",
            NotFound,
            Refused,
            "the bin's id is none",
        ),
        row(
            "paramError.recycleItemId",
            NotFound,
            Refused,
            "the id of the entry in the bin is none",
        ),
        row(
            "paramError.recycleItemIds",
            NotFound,
            Refused,
            "the ids of the entries in the bin are none",
        ),
        // The storage service: rights and limits.
        row(
            "permissionDenied",
            PermissionDenied,
            Refused,
            "the person with this union id lacks the right; a manager of the space can give it",
        ),
        row(
            "operationNotSupported",
            Unsupported,
            Refused,
            "the entry cannot go to the recycle bin; `recycle: false` removes for good",
        ),
        row(
            "recycleBinNotSupportForSpace",
            Unsupported,
            Refused,
            "the space has no recycle bin; `recycle: false` removes for good",
        ),
        row(
            "operationConcurrentControl",
            Throttled,
            Busy,
            "another call was changing the same folder",
        ),
        row("spaceQuotaInsufficient", Quota, Refused, STORAGE_FULL),
        row("sceneQuotaInsufficient", Quota, Refused, STORAGE_FULL),
        row("appQuotaInsufficient", Quota, Refused, STORAGE_FULL),
        row("orgQuotaInsufficient", Quota, Refused, STORAGE_FULL),
        // The storage service: names.
        row(
            "dentryAlreadyExist",
            AlreadyExists,
            Refused,
            "the name is taken there",
        ),
        row(
            "dentryNameConflict",
            AlreadyExists,
            Refused,
            "the name is taken there",
        ),
        row(
            "dentryNameIllegal",
            Unsupported,
            Refused,
            "the service does not take the name; it forbids some characters and a dot at the end",
        ),
        row(
            "dentryAppPropertiesNumberExceedsLimit",
            Unsupported,
            Refused,
            "an app can leave three marks on an entry",
        ),
        // The storage service: what is not there.
        row(
            "spaceNotExist",
            Other,
            Refused,
            "there is no such space; look at `id` in the manifest",
        ),
        row("dentryNotExist", NotFound, Refused, NO_ENTRY),
        row(
            "taskNotExist",
            NotFound,
            Refused,
            "the task was forgotten or never was",
        ),
        row(
            "recycleBinNotExist",
            NotFound,
            Refused,
            "there is no such bin",
        ),
        row(
            "recycleItemNotExist",
            NotFound,
            Refused,
            "it is not in the bin",
        ),
        // The storage service: its own trouble.
        row("systemError", Unavailable, Unclear, BREAKS),
        row("unknownError", Unavailable, Unclear, BREAKS),
        row(
            "operationTimeout",
            Unavailable,
            Unclear,
            "the service took too long",
        ),
        // The gateway: who calls.
        row(
            "InvalidAuthentication",
            Unauthenticated,
            Refused,
            "the access token is wrong or no longer good",
        ),
        row(
            "invalidClientIdOrSecret",
            Unauthenticated,
            Refused,
            "the app key or the app secret is wrong",
        ),
        row(
            "invalid.client",
            Unauthenticated,
            Refused,
            "the app key or the app secret is wrong",
        ),
        row("unsupported.grant.type", Unauthenticated, Refused, WRONG),
        row(
            "Forbidden.AccessDenied.AccessTokenPermissionDenied",
            PermissionDenied,
            Refused,
            "the app lacks a permission; add it in the developer console",
        ),
        row(
            "Forbidden.AccessDenied.IpNotInWhiteList",
            PermissionDenied,
            Refused,
            "the app does not take calls from this machine's address; add it in the developer console",
        ),
        row("Missingbody", Other, Refused, WRONG),
        // The gateway: how often.
        row(
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            Throttled,
            Wait(1),
            SLOW,
        ),
        row(
            "Forbidden.AccessDenied.QpsLimitForApi",
            Throttled,
            Wait(1),
            "all customers together call too often",
        ),
        row(
            "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi",
            Throttled,
            Wait(1),
            SLOW,
        ),
        row(
            "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
            Throttled,
            Wait(MINUTE_WINDOW),
            SLOW,
        ),
        row(
            "Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi",
            Throttled,
            Wait(MINUTE_WINDOW),
            SLOW,
        ),
        row(
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            Quota,
            Wait(DAY),
            "the calls of this month are used up; buy more or wait for the next month",
        ),
    ]
};
