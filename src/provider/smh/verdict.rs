//! What follows from a refusal: by its status, and by its code where the status leaves it open.

use super::error_table::ROWS;
use crate::provider::error::ErrorKind;
use crate::provider::http::{self, End, Nature, Row, Stated, Verdict};

/// What follows from a status and, where there is one, a code.
pub(super) fn by_status_and_code(status: u16, code: Option<&str>, nature: Nature) -> Verdict {
    let Some(code) = code else {
        return by_status(status, nature, Stated::Nothing);
    };
    match row(status, code) {
        Some(row) => row.verdict(nature),
        None => by_status(status, nature, Stated::Code),
    }
}

/// The row of a code, where the status does not speak against it.
fn row(status: u16, code: &str) -> Option<&'static Row> {
    let speaks_for_itself = match status {
        401 | 403 | 404 | 408 | 409 | 429 | 451 => true,
        400..=499 => false,
        _ => true,
    };
    let same = |(documented, row): &&(u16, Row)| {
        let fits = *documented == status || !speaks_for_itself && *documented < 500;
        fits && row.code.eq_ignore_ascii_case(code)
    };
    ROWS.iter().find(same).map(|(_, row)| row)
}

fn by_status(status: u16, nature: Nature, stated: Stated) -> Verdict {
    let refused = match stated {
        Stated::Code => End::Refused,
        Stated::Nothing => End::Unclear,
    };
    match status {
        409 => {
            let advice = "something is in the way there";
            Verdict::of(ErrorKind::AlreadyExists, refused, nature, advice)
        }
        451 => {
            let advice = "the service refuses the content";
            Verdict::of(ErrorKind::Unsupported, refused, nature, advice)
        }
        other => http::by_status(other, nature, stated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::error::{Effect, Retry};

    /// What a writing call is told, in short.
    fn words(status: u16, code: Option<&str>, nature: Nature) -> String {
        let verdict = by_status_and_code(status, code, nature);
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

    #[test]
    fn every_documented_code_is_a_refusal_of_its_kind() {
        for (status, row) in ROWS {
            let found = words(*status, Some(row.code), Nature::Writes);
            let expected = match (row.kind, row.end) {
                (kind, End::Refused) => format!("{} never none", kind.word()),
                (kind, End::Busy) => format!("{} backoff none", kind.word()),
                (kind, End::Unclear) => format!("{} never perhaps", kind.word()),
                (_, End::Wait(_) | End::Shut(_)) => panic!("{} waits", row.code),
            };
            assert_eq!(found, expected, "{}", row.code);
            let lower = words(*status, Some(&row.code.to_lowercase()), Nature::Writes);
            assert_eq!(lower, expected, "{} in any case", row.code);
            let reading = words(*status, Some(row.code), Nature::Reads);
            assert!(!reading.ends_with("perhaps"), "{}", row.code);
        }
        let mut codes: Vec<&str> = ROWS.iter().map(|(_, row)| row.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ROWS.len());
    }

    #[test]
    fn the_status_goes_first() {
        let cases = [
            (400, Some("QuotaLimitReached"), "quota never none"),
            (402, Some("QuotaLimitReached"), "quota never none"),
            (
                403,
                Some("QuotaLimitReached"),
                "permission-denied never none",
            ),
            (404, Some("QuotaLimitReached"), "other never none"),
            (429, Some("QuotaLimitReached"), "throttled after 1 none"),
            (500, Some("QuotaLimitReached"), "unavailable never perhaps"),
            (
                200,
                Some("QuotaLimitReached"),
                "invalid-reply never perhaps",
            ),
            (
                400,
                Some("SameNameDirectoryOrFileExists"),
                "already-exists never none",
            ),
            (
                409,
                Some("SameNameDirectoryOrFileExists"),
                "already-exists never none",
            ),
            (409, Some("somethingNew"), "already-exists never none"),
            (409, None, "already-exists never perhaps"),
            (409, Some("ContentCasConflict"), "mismatch never none"),
            (
                403,
                Some("InvalidAccessToken"),
                "unauthenticated never none",
            ),
            (
                401,
                Some("InvalidAccessToken"),
                "unauthenticated never none",
            ),
            (403, Some("NoPermission"), "permission-denied never none"),
            (403, Some("LibraryInitializing"), "unavailable backoff none"),
            (
                404,
                Some("WrongLibraryIdOrSecret"),
                "unauthenticated never none",
            ),
            (404, Some("SpaceNotFound"), "other never none"),
            (404, Some("PathNotFound"), "not-found never none"),
            (404, None, "other never perhaps"),
            (408, Some("BadRequest"), "unavailable never perhaps"),
            (
                451,
                Some("SensitiveContentRecognized"),
                "unsupported never none",
            ),
            (451, Some("other"), "unsupported never none"),
            (418, Some("somethingNew"), "other never none"),
            (429, None, "throttled after 1 none"),
            (
                500,
                Some("InternalServerError"),
                "unavailable never perhaps",
            ),
            (502, None, "unavailable never perhaps"),
            (503, Some("somethingNew"), "unavailable never perhaps"),
            (302, None, "invalid-reply never perhaps"),
            (400, Some("\u{e9}"), "other never none"),
        ];
        for (status, code, expected) in cases {
            let found = words(status, code, Nature::Writes);
            assert_eq!(found, expected, "{status} {code:?}");
        }
        assert_eq!(words(404, None, Nature::Reads), "other backoff none");
        assert_eq!(words(500, None, Nature::Reads), "unavailable backoff none");
    }
}
