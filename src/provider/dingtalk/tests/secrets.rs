//! Secrets do not print: a marker is looked for in everything that can be written, at the highest
//! level of the log.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use crate::provider::dingtalk::credentials::Credentials;
use crate::provider::dingtalk::wire::{Id, TokenReply};
use crate::provider::dingtalk::{DingTalkProvider, DingTalkSettings};
use crate::provider::error::ProviderError;
use crate::provider::http::Nature;
use crate::provider::http::overheard::{Log, serve};
use crate::provider::layer::SystemPause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{ListRequest, Provider};
use crate::tree::{EntryPath, SpaceAlias};

const MARKER: &str = "marker";

struct Marked(String);

impl Profiles for Marked {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = match name {
            "ENDPOINT" => self.0.clone(),
            "ACCESS_TOKEN" => return Ok(None),
            other => format!("{MARKER}-{other}"),
        };
        Ok(Some(value.into()))
    }
}

/// A token that holds the marker, a refusal of it, a second one, and refusals that repeat headers.
const REPLIES: &[(u16, &str)] = &[
    (200, r#"{"accessToken":"marker-token-1","expireIn":7200}"#),
    (
        400,
        r#"{"code":"InvalidAuthentication","message":"marker-token-1 ECHO"}"#,
    ),
    (200, r#"{"accessToken":"marker-token-2","expireIn":7200}"#),
    (
        403,
        r#"{"code":"permissionDenied","message":"ECHO","requestid":"marker-token-2"}"#,
    ),
    (500, "marker-UNION_ID ECHO"),
    (200, r#"{"dentries":"marker-token-2"}"#),
    (
        200,
        r#"{"resultItems":[{"dentryId":"1","success":false,"errorCode":"marker-token-2"}]}"#,
    ),
];

#[test]
fn a_secret_is_in_no_log_and_no_message() {
    let address = serve(REPLIES);
    let space = SpaceAlias::parse("a").unwrap();
    let provider = DingTalkProvider::new(DingTalkSettings {
        spaces: BTreeMap::from([(space.clone(), "789".to_owned())]),
        profile: "p".to_owned(),
        profiles: Arc::new(Marked(address.clone())),
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
    let log = Log::default();
    let mut said = format!("{provider:?}");
    log.listen(|| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            for _ in 0..3 {
                let error = provider.list(&request).await.unwrap_err();
                said.push_str(&format!("{error} {error:?}\n"));
            }
            let ids = [Id::new("1").unwrap()];
            let calls = provider.calls();
            let reply = calls.get_dentries(&ids[0], &ids).await.unwrap();
            assert_eq!(reply.result_items.unwrap().len(), 1);
        });
    });
    let credentials = Credentials::read(&Marked(address), "p").unwrap();
    said.push_str(&format!("{credentials:?}"));
    let token: TokenReply = serde_json::from_str(REPLIES[0].1).unwrap();
    said.push_str(&format!("{token:?} {:?}", Nature::Reads));
    let log = log.text();
    assert!(
        log.contains("listDentries") && said.contains("permission"),
        "{log}\n{said}"
    );
    for text in [log, said] {
        assert!(!text.contains(MARKER), "{text}");
    }
}
