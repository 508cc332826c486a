//! The body of a refusal.

use serde_json::{Map, Value};

/// What the gateway or the service says when it refuses. Keys are in lower case in real replies and
/// with capitals in SDKs, so case does not matter (page `server-api-error-codes-1`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureReply {
    /// `code`, String: what to go by.
    pub code: Option<String>,
    /// `message`, String: free text.
    pub message: Option<String>,
    /// `requestid`, String: names the call to the vendor's support.
    pub request_id: Option<String>,
    /// `accessdenieddetail.requiredScopes`, Array: the permissions that an app lacks.
    pub required_scopes: Vec<String>,
    /// `status`, Integer: 1111 in the answer to an address that is shut out for a while.
    pub status: Option<u64>,
}

/// The `status` of the answer to an address that called too often.
const SHUT_OUT: u64 = 1111;

impl FailureReply {
    /// The keys without which an answer under a good status is no refusal.
    pub(in crate::provider::dingtalk) const TELLING: [&str; 2] = ["code", "status"];

    /// Reads what there is; a body that is no object says nothing.
    pub fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else {
            return Self::default();
        };
        let text = |key: &str| match find(&fields, key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        };
        let scopes = find(&fields, "accessdenieddetail")
            .and_then(Value::as_object)
            .and_then(|detail| find(detail, "requiredscopes"))
            .and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(Value::as_str);
        Self {
            code: text("code"),
            message: text("message").or_else(|| text("description")),
            request_id: text("requestid"),
            required_scopes: scopes.map(str::to_owned).collect(),
            status: find(&fields, "status").and_then(Value::as_u64),
        }
    }

    /// Whether all calls from this address are refused for a while.
    pub fn is_shut_out(&self) -> bool {
        self.status == Some(SHUT_OUT) && self.code.is_none()
    }
}

fn find<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let mut fields = fields.iter();
    fields
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_in_any_case() {
        let full = FailureReply {
            code: Some("permissionDenied".into()),
            message: Some("no".into()),
            request_id: Some("7F".into()),
            required_scopes: vec!["Storage.File.Read".into()],
            status: None,
        };
        let cases = [
            (
                r#"{"code":"permissionDenied","requestid":"7F","message":"no",
                    "accessdenieddetail":{"requiredScopes":["Storage.File.Read",5]}}"#,
                full.clone(),
            ),
            (
                r#"{"Code":"permissionDenied","RequestId":"7F","Description":"no",
                    "AccessDeniedDetail":{"RequiredScopes":["Storage.File.Read"]}}"#,
                full,
            ),
            ("", FailureReply::default()),
            ("<html>", FailureReply::default()),
            ("[]", FailureReply::default()),
            (
                r#"{"code":{},"message":7}"#,
                FailureReply {
                    message: Some("7".into()),
                    ..FailureReply::default()
                },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(FailureReply::read(text.as_bytes()), expected, "{text}");
        }
        let shut = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"1a"}"#;
        assert!(FailureReply::read(shut.as_bytes()).is_shut_out());
    }
}
