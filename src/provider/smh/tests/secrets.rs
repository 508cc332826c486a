//! The token travels in the query, so no address is ever shown: a marker is looked for in everything
//! that can be written, at the highest level of the log.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use crate::provider::error::ProviderError;
use crate::provider::http::overheard::{Log, serve};
use crate::provider::layer::SystemPause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{ListRequest, Provider, TaskId};
use crate::provider::smh::credentials::Credentials;
use crate::provider::smh::wire::TokenReply;
use crate::provider::smh::{SmhProvider, SmhSettings, SpaceKey};
use crate::tree::{EntryPath, SpaceAlias};

const MARKER: &str = "marker";

/// A profile whose every field has the marker, with the given one for its proof.
struct Marked {
    endpoint: String,
    proof: &'static str,
}

impl Profiles for Marked {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = match name {
            "ENDPOINT" => self.endpoint.clone(),
            name if name == self.proof => format!("{MARKER}-{name}"),
            _ => return Ok(None),
        };
        Ok(Some(value.into()))
    }
}

/// A token that holds the marker, a refusal of it, a second one, and refusals that repeat the call.
const MADE: &[(u16, &str)] = &[
    (200, r#"{"accessToken":"marker-token-1","expiresIn":86400}"#),
    (
        403,
        r#"{"code":"InvalidAccessToken","message":"marker-token-1 ECHO"}"#,
    ),
    (200, r#"{"accessToken":"marker-token-2","expiresIn":86400}"#),
    (
        403,
        r#"{"code":"NoPermission","message":"ECHO","requestId":"marker-token-2"}"#,
    ),
    (500, "marker-LIBRARY_SECRET ECHO"),
    (200, r#"{"contents":"marker-token-2"}"#),
    (302, "ECHO"),
    (
        200,
        r#"[{"taskId":"16","status":207,"result":[{"status":400,"code":"marker-token-2 x","message":"ECHO"}]}]"#,
    ),
];

/// Refusals of a given token, which is not made again.
const GIVEN: &[(u16, &str)] = &[
    (403, r#"{"code":"InvalidAccessToken","message":"ECHO"}"#),
    (404, r#"{"code":"marker-ACCESS_TOKEN","message":"ECHO"}"#),
    (200, r#"{"code":"ECHO"}"#),
    (
        400,
        "<Error><Code>ECHO</Code><Message>ECHO</Message></Error>",
    ),
];

fn check(replies: &'static [(u16, &str)], proof: &'static str, lists: usize) {
    let marked = || Marked {
        endpoint: String::new(),
        proof,
    };
    let address = serve(replies);
    let space = SpaceAlias::parse("a").unwrap();
    let key = SpaceKey {
        library: "smh0".to_owned(),
        id: "spaceone".to_owned(),
    };
    let provider = SmhProvider::new(SmhSettings {
        spaces: BTreeMap::from([(space.clone(), key)]),
        profile: "p".to_owned(),
        profiles: Arc::new(Marked {
            endpoint: address,
            proof,
        }),
        calls_per_second: Some(1000),
        pause: Arc::new(SystemPause),
    })
    .unwrap();
    let request = ListRequest {
        space,
        folder: EntryPath::root(),
        id: None,
        page: None,
    };
    let mut said = format!("{provider:?}");
    let log = Log::default();
    log.listen(|| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            for _ in 0..lists {
                let error = provider.list(&request).await.unwrap_err();
                said.push_str(&format!("{error} {error:?}\n"));
            }
            let polled = provider.poll(&[TaskId("a:16".to_owned())]).await;
            said.push_str(&format!("{polled:?}\n"));
        });
    });
    let credentials = Credentials::read(&marked(), "p", "smh0").unwrap();
    said.push_str(&format!("{credentials:?}"));
    let token: TokenReply = serde_json::from_str(MADE[0].1).unwrap();
    said.push_str(&format!("{token:?}"));
    let log = log.text();
    assert!(log.contains("listDirectory"), "{log}");
    assert!(
        said.contains("NoPermission") || said.contains("InvalidAccessToken"),
        "{said}"
    );
    for text in [log, said] {
        let around = text.find(MARKER).map(|at| &text[at.saturating_sub(200)..]);
        assert_eq!(around, None);
    }
}

#[test]
fn a_secret_is_in_no_log_and_no_message() {
    check(MADE, "LIBRARY_SECRET", 4);
    check(GIVEN, "ACCESS_TOKEN", 4);
}
