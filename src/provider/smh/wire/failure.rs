//! The body of a refusal.

use serde::Deserialize;

use super::Field;
use crate::provider::http::read_object;

/// What the service says when it refuses (page 75500): `{code, message, requestId}`. What stores
/// the bytes of files answers in XML with `Code`, `Message` and `RequestId`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FailureReply {
    /// `code`, String: what to go by, after the status.
    pub code: Field<String>,
    /// `message`, String: free text.
    pub message: Field<String>,
    /// `requestId`, String: names the call to the vendor's support.
    pub request_id: Field<String>,
    /// `smhRequestId`, String: the same, in an SDK.
    pub smh_request_id: Field<String>,
}

impl FailureReply {
    /// Reads what there is; a body that is neither form says nothing.
    pub fn read(body: &[u8]) -> Self {
        if let Ok(read) = read_object(body) {
            return read;
        }
        let text = String::from_utf8_lossy(body);
        if !text.trim_start().starts_with('<') || !text.contains("<Error>") {
            return Self::default();
        }
        let element = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            let (inside, _) = rest.split_once(&format!("</{name}>"))?;
            (!inside.contains('<')).then(|| inside.trim().to_owned())
        };
        let field = |name: &str| element(name).map_or(Field::Absent, Field::Given);
        Self {
            code: field("Code"),
            message: field("Message"),
            request_id: field("RequestId"),
            smh_request_id: Field::Absent,
        }
    }

    /// The code, unless it is empty or none.
    pub fn code(&self) -> Option<&str> {
        let code = self.code.known().map(String::as_str);
        code.filter(|code| !code.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_in_both_forms() {
        let cases = [
            (
                r#"{"code":"PathNotFound","message":"no","requestId":"7F"}"#,
                Some("PathNotFound"),
                Some("7F"),
            ),
            (
                "<?xml version='1.0'?>\n<Error><Code>NoSuchKey</Code><Message>no</Message>\
                 <RequestId> 7F </RequestId></Error>",
                Some("NoSuchKey"),
                Some("7F"),
            ),
            ("<Error><Code><b>x</b></Code></Error>", None, None),
            ("<html><Code>x</Code></html>", None, None),
            (r#"{"code":7,"message":[]}"#, None, None),
            (r#"{"code":""}"#, None, None),
            (r#"["code"]"#, None, None),
            ("null", None, None),
            ("", None, None),
        ];
        for (text, code, request) in cases {
            let found = FailureReply::read(text.as_bytes());
            assert_eq!(found.code(), code, "{text}");
            let id = found.request_id.known().map(String::as_str);
            assert_eq!(id, request, "{text}");
        }
    }
}
