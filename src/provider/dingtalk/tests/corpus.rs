//! Malformed and odd replies, each with what it is taken for.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use secrecy::ExposeSecret;

use crate::provider::dingtalk::decode::{decode, incomplete};
use crate::provider::dingtalk::execute::{made, renamed};
use crate::provider::dingtalk::fetch::answered;
use crate::provider::dingtalk::folders::entries;
use crate::provider::dingtalk::list::placed;
use crate::provider::dingtalk::outcome::{Asked, Outcome, outcomes};
use crate::provider::dingtalk::poll::status;
use crate::provider::dingtalk::sight::Sight;
use crate::provider::dingtalk::wire::{
    BatchReply, DentryList, DentryReply, Id, QueryReply, TaskReply, TokenReply,
};
use crate::provider::error::{Effect, ProviderError};
use crate::provider::http::replies::{Case, class, compare, read};
use crate::provider::http::{Nature, Reply};

const SERVICE: &str = "dingtalk";

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

/// Takes a reply for what the provider takes it.
fn take(call: &str, reply: &Reply) -> Result<String, ProviderError> {
    let (reads, writes) = (Nature::Reads, Nature::Writes);
    let senseless = |why| incomplete(call, reads, why);
    match call {
        "listDentries" => {
            let list: DentryList = decode(call, reads, reply)?;
            let (sights, next) = entries(&list, &id("789"), Some("p1")).map_err(senseless)?;
            Ok(format!("{}{}", listed(&sights), token(next)))
        }
        "listAllDentries" => {
            let list: DentryList = decode(call, reads, reply)?;
            let (sights, next) = entries(&list, &id("789"), Some("p1")).map_err(senseless)?;
            let placed = placed(&sights).map_err(senseless)?;
            let sights: Vec<Sight> = placed.iter().map(|(sight, _)| (*sight).clone()).collect();
            Ok(format!("{}{}", listed(&sights), token(next)))
        }
        "getDentries" => {
            let query: QueryReply = decode(call, reads, reply)?;
            let items = query.result_items.ok_or_else(|| senseless("no list"))?;
            let mut items = items.iter();
            let item = items.find(|item| item.dentry_id.known() == Some(&id("11")));
            let item = item.ok_or_else(|| senseless("nothing of the id"))?;
            let sight = answered(&id("11"), item)?;
            Ok(sight.map_or("nothing".to_owned(), |sight| listed(&[sight])))
        }
        "batchCopy" => items(call, reply, Some(&id("790"))),
        "batchRemove" => items(call, reply, None),
        "addFolder" => {
            let reply: DentryReply = decode(call, writes, reply)?;
            made(&reply, &id("22")).map(|sight| listed(&[sight]))
        }
        "renameDentry" => {
            let reply: DentryReply = decode(call, writes, reply)?;
            renamed(&reply, &id("11")).map(|sight| listed(&[sight]))
        }
        "getTask" => {
            let reply: TaskReply = decode(call, reads, reply)?;
            Ok(format!("{:?}", status(reply.task.as_ref())?))
        }
        "getAccessToken" => {
            let reply: TokenReply = decode(call, reads, reply)?;
            let token = reply.access_token.known();
            let token = token.ok_or_else(|| senseless("no token"))?;
            assert_eq!(token.expose_secret(), "secret-token");
            Ok(format!("a token for {:?} seconds", reply.expire_in.known()))
        }
        other => panic!("no call {other}"),
    }
}

fn items(call: &str, reply: &Reply, target_space: Option<&Id>) -> Result<String, ProviderError> {
    let reply: BatchReply = decode(call, Nature::Writes, reply)?;
    let space = id("789");
    let asked = Asked {
        route: if target_space.is_some() {
            "batchCopy"
        } else {
            "batchRemove"
        },
        space: &space,
        target_space,
    };
    let outcomes = outcomes(&asked, &[id("11"), id("12")], &reply);
    let outcomes = outcomes.ok_or_else(|| incomplete(call, Nature::Writes, "no list"))?;
    let word = |(id, outcome): (&Id, &Outcome)| match outcome {
        Outcome::Done { target: Some(to) } => format!("{id} done as {to}"),
        Outcome::Done { target: None } => format!("{id} done"),
        Outcome::Task { task, target } => {
            let target = target.as_ref().map_or("?", Id::as_str);
            format!("{id} goes on as {target} in {task}")
        }
        Outcome::Failed(error) => format!("{id} failed: {}", class(error)),
        Outcome::Doubtful(why) => format!("{id} in doubt: {why}"),
    };
    Ok(outcomes.iter().map(word).collect::<Vec<_>>().join(" | "))
}

fn listed(sights: &[Sight]) -> String {
    if sights.is_empty() {
        return "an empty list".to_owned();
    }
    let shown = sights.iter().take(3).map(|sight| {
        let name: String = sight.name.chars().take(20).collect();
        let attributes = &sight.attributes;
        let (size, version) = (attributes.size, attributes.version);
        let mut text = format!("{} {name:?} #{}", sight.kind, sight.id);
        if sight.kind == crate::tree::EntryKind::File {
            text.push_str(&format!(" {size} bytes v{version} {}", attributes.modified));
        }
        if let Some(oddity) = &sight.oddity {
            text.push_str(&format!(" which {oddity}"));
        }
        text
    });
    let shown: Vec<String> = shown.collect();
    format!("{}: {}", sights.len(), shown.join(", "))
}

fn token(next: Option<String>) -> String {
    next.map_or(String::new(), |next| {
        let next: String = next.chars().take(10).collect();
        format!("; goes on at {next:?}")
    })
}

const CALLS: [&str; 9] = [
    "addFolder",
    "batchCopy",
    "batchRemove",
    "getAccessToken",
    "getDentries",
    "getTask",
    "listAllDentries",
    "listDentries",
    "renameDentry",
];

#[test]
fn every_reply_is_taken_for_what_it_is() {
    let mut count = 0;
    for call in CALLS {
        let mut lines = String::new();
        for Case { name, reply } in read(SERVICE, call) {
            count += 1;
            let taken = match take(call, &reply) {
                Ok(taken) => taken,
                Err(error) => class(&error),
            };
            lines.push_str(&format!("{name} -> {taken}\n"));
        }
        compare(SERVICE, call, lines);
    }
    assert!(count >= 150, "{count} replies are too few");
}

/// Only a reply that says so is an empty list.
#[test]
fn nothing_is_taken_for_an_empty_list() {
    for call in ["listDentries", "listAllDentries"] {
        for Case { name, reply } in read(SERVICE, call) {
            let is_empty = take(call, &reply).is_ok_and(|taken| taken.starts_with("an empty list"));
            let body = String::from_utf8_lossy(&reply.body);
            let says_so = body.contains("\"dentries\":[]");
            let lists_the_root = ["the root itself", "a folder without a parent"];
            let excused = says_so || lists_the_root.contains(&name.as_str());
            assert!(!is_empty || excused, "{call}: {name}");
        }
    }
}

/// However a good reply to a call that writes is cut off or damaged, it is never taken for more
/// than it said: what is done stays done with the same id, or is in doubt.
#[test]
fn damage_makes_no_outcome_better() {
    let (call, good) = ("batchCopy", "both done");
    let mut cases = read(SERVICE, call).into_iter();
    let case = cases.find(|case| case.name == good).unwrap();
    let whole = take(call, &case.reply).unwrap();
    let wanted: Vec<&str> = whole.split(" | ").collect();
    for end in 0..case.reply.body.len() {
        let mut reply = case.reply.clone();
        reply.body.truncate(end);
        let error = take(call, &reply).expect_err("half a reply");
        assert_eq!(error.effect, Effect::MayHaveApplied, "cut off after {end}");
    }
    for position in 0..case.reply.body.len() {
        for byte in [b' ', b'"', b'x', b'0', b'{', b']', 0xff] {
            let mut reply = case.reply.clone();
            reply.body[position] = byte;
            match take(call, &reply) {
                Err(error) => assert_eq!(error.effect, Effect::MayHaveApplied),
                Ok(taken) => {
                    for (outcome, wanted) in taken.split(" | ").zip(&wanted) {
                        // A changed id of the target is beyond what a reply can show.
                        let (outcome, _) = outcome.split_once(" as ").unwrap_or((outcome, ""));
                        let (wanted, _) = wanted.split_once(" as ").unwrap();
                        let in_doubt = outcome.contains(" in doubt: ");
                        assert!(in_doubt || outcome == wanted, "{position}: {taken}");
                    }
                }
            }
        }
    }
}
