//! What follows from a refusal: by its code where it has one, else by its status.

use super::error_table::{ROWS, SLOW, WRONG};
use crate::provider::error::ErrorKind;
use crate::provider::http::{End, Nature, Row, Stated, Verdict, by_status};

/// How long an address is shut out that called too often, in seconds.
pub(super) const SHUT_OUT: u64 = 5 * 60;
/// A limit by the minute has a window of a minute; a third of it is a fair first try.
pub(super) const MINUTE_WINDOW: u64 = 20;

/// What follows from a code. One that no page has is judged by the status, and one that no page has
/// in a reply that says nothing else leaves open what happened.
pub(super) fn by_code(code: &str, status: u16, nature: Nature) -> Verdict {
    let same = |row: &&Row| row.code.eq_ignore_ascii_case(code);
    if let Some(row) = ROWS.iter().find(same) {
        return row.verdict(nature);
    }
    let starts = |start: &str| {
        let head = code.get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    if starts("Forbidden.AccessDenied.Qps") {
        return Verdict::of(ErrorKind::Throttled, End::Wait(1), nature, SLOW);
    }
    if starts("Forbidden.AccessDenied.Qpm") {
        let end = End::Wait(MINUTE_WINDOW);
        return Verdict::of(ErrorKind::Throttled, end, nature, SLOW);
    }
    if starts("paramError.") || starts("Missing") {
        return Verdict::of(ErrorKind::Other, End::Refused, nature, WRONG);
    }
    by_status(status, nature, Stated::Code)
}

/// What follows when all calls of the machine's address are refused for a while.
pub(super) fn shut_out(nature: Nature) -> Verdict {
    let advice =
        "too many calls came from this machine's address, which is refused for five minutes";
    Verdict::of(ErrorKind::Throttled, End::Shut(SHUT_OUT), nature, advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::error::{Effect, Retry};
    use crate::provider::http::senseless;

    /// What a writing call is told, in short.
    fn words(verdict: Verdict) -> String {
        let retry = match verdict.retry {
            Retry::Never => "never".to_owned(),
            Retry::Backoff => "backoff".to_owned(),
            Retry::After(time) => format!("after {}", time.as_secs()),
        };
        let effect = match verdict.effect {
            Effect::NotApplied => "none",
            Effect::MayHaveApplied => "perhaps",
        };
        format!("{} {retry} {effect}", verdict.kind.word())
    }

    const EXPECTED: &[(&str, u16, &str)] = &[
        ("paramError", 400, "other never none"),
        ("paramError.spaceId", 400, "other never none"),
        ("paramError.targetSpaceId", 400, "other never none"),
        ("paramError.dentryId", 400, "unsupported never none"),
        ("paramError.dentryIds", 400, "other never none"),
        ("paramError.targetFolderId", 400, "unsupported never none"),
        ("paramError.parentId", 400, "other never none"),
        ("paramError.conflictStrategy", 400, "other never none"),
        ("paramError.name", 400, "unsupported never none"),
        ("paramError.maxResults", 400, "other never none"),
        ("paramError.taskId", 400, "not-found never none"),
        ("paramError.recycleBinScope", 400, "other never none"),
        ("paramError.recycleBinId", 400, "not-found never none"),
        ("paramError.recycleItemId", 400, "not-found never none"),
        ("paramError.recycleItemIds", 400, "not-found never none"),
        ("permissionDenied", 403, "permission-denied never none"),
        ("operationNotSupported", 403, "unsupported never none"),
        (
            "recycleBinNotSupportForSpace",
            400,
            "unsupported never none",
        ),
        ("operationConcurrentControl", 400, "throttled backoff none"),
        ("spaceQuotaInsufficient", 400, "quota never none"),
        ("sceneQuotaInsufficient", 400, "quota never none"),
        ("appQuotaInsufficient", 400, "quota never none"),
        ("orgQuotaInsufficient", 400, "quota never none"),
        ("dentryAlreadyExist", 400, "already-exists never none"),
        ("dentryNameConflict", 400, "already-exists never none"),
        ("dentryNameIllegal", 400, "unsupported never none"),
        (
            "dentryAppPropertiesNumberExceedsLimit",
            400,
            "unsupported never none",
        ),
        ("spaceNotExist", 404, "other never none"),
        ("dentryNotExist", 404, "not-found never none"),
        ("taskNotExist", 404, "not-found never none"),
        ("recycleBinNotExist", 404, "not-found never none"),
        ("recycleItemNotExist", 404, "not-found never none"),
        ("systemError", 500, "unavailable never perhaps"),
        ("unknownError", 500, "unavailable never perhaps"),
        ("operationTimeout", 503, "unavailable never perhaps"),
        ("InvalidAuthentication", 400, "unauthenticated never none"),
        ("invalidClientIdOrSecret", 400, "unauthenticated never none"),
        ("invalid.client", 400, "unauthenticated never none"),
        ("unsupported.grant.type", 400, "unauthenticated never none"),
        (
            "Forbidden.AccessDenied.AccessTokenPermissionDenied",
            403,
            "permission-denied never none",
        ),
        (
            "Forbidden.AccessDenied.IpNotInWhiteList",
            403,
            "permission-denied never none",
        ),
        ("Missingbody", 400, "other never none"),
        (
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            403,
            "throttled after 1 none",
        ),
        (
            "Forbidden.AccessDenied.QpsLimitForApi",
            403,
            "throttled after 1 none",
        ),
        (
            "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi",
            403,
            "throttled after 1 none",
        ),
        (
            "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
            403,
            "throttled after 20 none",
        ),
        (
            "Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi",
            403,
            "throttled after 20 none",
        ),
        (
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            403,
            "quota after 86400 none",
        ),
    ];

    #[test]
    fn every_documented_code_has_its_verdict() {
        let codes: Vec<&str> = ROWS.iter().map(|row| row.code).collect();
        let tested: Vec<&str> = EXPECTED.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes, tested);
        for (code, status, expected) in EXPECTED {
            let found = words(by_code(code, *status, Nature::Writes));
            assert_eq!(found, *expected, "{code}");
            let other_status = by_code(code, 200, Nature::Writes);
            assert_eq!(
                words(other_status),
                *expected,
                "{code} goes before the status"
            );
            let other_case = by_code(&code.to_uppercase(), *status, Nature::Writes);
            assert_eq!(words(other_case), *expected, "{code} in any case");
        }
    }

    #[test]
    fn a_call_that_reads_is_never_in_doubt() {
        for (code, status, expected) in EXPECTED {
            let found = words(by_code(code, *status, Nature::Reads));
            assert_eq!(
                found,
                expected.replace("never perhaps", "backoff none"),
                "{code}"
            );
        }
    }

    #[test]
    fn what_no_page_has_goes_by_family_or_status() {
        let cases = [
            (
                "Forbidden.AccessDenied.QpsLimitForSomethingNew",
                403,
                "throttled after 1 none",
            ),
            (
                "Forbidden.AccessDenied.QpmLimitForSomethingNew",
                403,
                "throttled after 20 none",
            ),
            ("paramError.somethingNew", 400, "other never none"),
            ("MissingunionId", 400, "other never none"),
            ("somethingNew", 400, "other never none"),
            ("somethingNew", 401, "unauthenticated never none"),
            ("somethingNew", 403, "permission-denied never none"),
            ("somethingNew", 404, "other never none"),
            ("somethingNew", 408, "unavailable never perhaps"),
            ("somethingNew", 429, "throttled after 1 none"),
            ("somethingNew", 500, "unavailable never perhaps"),
            ("somethingNew", 503, "unavailable never perhaps"),
            ("somethingNew", 200, "invalid-reply never perhaps"),
            ("somethingNew", 302, "invalid-reply never perhaps"),
            ("\u{e9}\u{e9}\u{e9}", 400, "other never none"),
            ("", 400, "other never none"),
        ];
        for (code, status, expected) in cases {
            let found = words(by_code(code, status, Nature::Writes));
            assert_eq!(found, expected, "{code} {status}");
        }
        let silent = |status| words(by_status(status, Nature::Writes, Stated::Nothing));
        for status in [400, 401, 403, 404, 500, 302] {
            assert!(silent(status).ends_with("never perhaps"), "{status}");
        }
        assert_eq!(silent(429), "throttled after 1 none");
        assert_eq!(words(shut_out(Nature::Writes)), "throttled never perhaps");
        assert_eq!(words(shut_out(Nature::Reads)), "throttled after 300 none");
        assert_eq!(
            words(senseless(Nature::Writes)),
            "invalid-reply never perhaps"
        );
        assert_eq!(
            words(senseless(Nature::Reads)),
            "invalid-reply backoff none"
        );
    }
}
