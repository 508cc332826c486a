//! Malformed and odd replies, each with what it is taken for.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use secrecy::ExposeSecret;

use crate::manifest::{Disposal, Permissions};
use crate::plan::OperationId;
use crate::provider::error::{Effect, ProviderError};
use crate::provider::http::replies::{Case, class, compare, read};
use crate::provider::http::{Nature, Reply, incomplete};
use crate::provider::provider::{ItemReply, TaskId, TaskStatus};
use crate::provider::smh::decode::{list, object, object_or_nothing};
use crate::provider::smh::execute::{Answered, answered, made};
use crate::provider::smh::item::{Carriage, Errand, Item, Verb, Wish};
use crate::provider::smh::list::sights;
use crate::provider::smh::outcome::{Outcome, outcomes};
use crate::provider::smh::poll::Begun;
use crate::provider::smh::sight::Sight;
use crate::provider::smh::wire::{
    BatchReply, BinList, ConflictStrategy, CreatedReply, DirectoryList, Entry, Task, TokenReply,
};
use crate::tree::{EntryId, EntryKind, EntryPath, Fingerprint};

const SERVICE: &str = "smh";

/// Takes a reply for what the provider takes it.
fn take(call: &str, reply: &Reply) -> Result<String, ProviderError> {
    let (reads, writes) = (Nature::Reads, Nature::Writes);
    let senseless = |why| incomplete(call, reads, why);
    match call {
        "listDirectory" => {
            let list: DirectoryList = object(call, reads, reply)?;
            let page = sights(&list).map_err(senseless)?;
            let next = page
                .next
                .map(|next| next.chars().take(10).collect::<String>());
            let next = next.map_or(String::new(), |next| format!("; goes on at {next:?}"));
            Ok(format!("{}{next}", listed(&page.entries)))
        }
        "getInfo" => {
            let entry: Entry = object(call, reads, reply)?;
            Ok(listed(&[Sight::of(&entry).map_err(senseless)?]))
        }
        "batchCopy" => batch(Verb::Copy, reply),
        "batchDelete" => batch(Verb::Remove, reply),
        "createDirectory" => {
            let reply: CreatedReply = object_or_nothing(call, writes, reply)?;
            let done = made(&reply, &EntryPath::parse("/n/new").unwrap())?;
            Ok(format!(
                "made as {:?} with the name {:?}",
                done.id, done.name
            ))
        }
        "getTasks" => {
            let tasks: Vec<Task> = list(call, reads, reply)?;
            let own = |task: &&Task| task.number().is_some_and(|id| id.as_str() == "16");
            let Some(task) = tasks.iter().find(own) else {
                return Ok("unknown".to_owned());
            };
            let id = TaskId("a:16".to_owned());
            let begun = Begun::default();
            begun.remember(id.clone(), Verb::Copy, items(Verb::Copy));
            let known = status(&begun.status(&id, task));
            let unknown = status(&Begun::default().status(&id, task));
            Ok(format!("{known}; to a stranger: {unknown}"))
        }
        "createToken" => {
            let reply: TokenReply = object(call, reads, reply)?;
            let token = reply.access_token.known();
            let token = token.ok_or_else(|| senseless("no token"))?;
            assert_eq!(token.expose_secret(), "secret-token");
            let life = reply.expires_in.known().or(reply.expired_in.known());
            Ok(format!("a token for {life:?} seconds"))
        }
        "listRecycled" => {
            let _: BinList = object(call, reads, reply)?;
            Ok("a bin".to_owned())
        }
        other => panic!("no call {other}"),
    }
}

/// What the replies are to: `a/x` and `y` go to `b`, or to the bin.
fn items(verb: Verb) -> Vec<Item> {
    let item = |number: u32, source: &str, target: &str| Item {
        operation: OperationId(number),
        source: source.to_owned(),
        errand: match verb {
            Verb::Remove => Errand::Remove(Disposal::Recycle),
            Verb::Copy | Verb::Move => Errand::Carry(Carriage {
                from_space: None,
                target: target.to_owned(),
                strategy: ConflictStrategy::Ask,
                wish: Wish::Free,
                permissions: Permissions::Preserve,
            }),
        },
    };
    vec![item(1, "a/x", "b/x"), item(2, "y", "b/y")]
}

fn batch(verb: Verb, reply: &Reply) -> Result<String, ProviderError> {
    let reply: BatchReply = object(verb.route(), Nature::Writes, reply)?;
    let items = items(verb);
    let results = match answered(verb, &reply)? {
        Answered::Task(task) => return Ok(format!("goes on in {task}")),
        Answered::Results(results) => results,
    };
    let word = |(item, outcome): (&Item, Outcome)| {
        let operation = item.operation;
        match outcome {
            Outcome::Done(done) => {
                let name = done
                    .name
                    .map_or(String::new(), |name| format!(" as {name:?}"));
                let bin = done.bin.map_or(String::new(), |bin| format!(", {bin}"));
                format!("{operation} done{name}{bin}")
            }
            Outcome::Failed(error) => format!("{operation} failed: {}", class(&error)),
            Outcome::Doubtful(why) => format!("{operation} in doubt: {why}"),
        }
    };
    let outcomes = outcomes(verb, &items, results);
    let words: Vec<String> = items.iter().zip(outcomes).map(word).collect();
    Ok(words.join(" | "))
}

fn status(status: &TaskStatus) -> String {
    let end = |ItemReply { operation, end }: &ItemReply| match end {
        Ok(_) => format!("{operation} done"),
        Err(error) => format!("{operation} {}", error.kind.word()),
    };
    match status {
        TaskStatus::Ended(ends) => {
            let ends: Vec<String> = ends.iter().map(end).collect();
            format!("ended [{}]", ends.join(", "))
        }
        TaskStatus::Running
        | TaskStatus::Succeeded
        | TaskStatus::Failed(_)
        | TaskStatus::Unknown => format!("{status:?}"),
    }
}

fn listed(sights: &[Sight]) -> String {
    if sights.is_empty() {
        return "an empty list".to_owned();
    }
    let shown = sights.iter().take(3).map(|sight| {
        let name: String = sight.name.chars().take(20).collect();
        let id = sight.id.as_ref().map_or("", EntryId::as_str);
        let mut text = format!("{} {name:?} #{id}", sight.kind);
        if sight.kind == EntryKind::File {
            let attributes = &sight.attributes;
            let crc = attributes.fingerprint.as_ref();
            let crc = crc.map_or("no checksum", Fingerprint::as_str);
            text.push_str(&format!(
                " {} bytes {} {crc}",
                attributes.size, attributes.modified
            ));
        }
        if let Some(oddity) = &sight.oddity {
            text.push_str(&format!(" which {oddity}"));
        }
        text
    });
    let shown: Vec<String> = shown.collect();
    format!("{}: {}", sights.len(), shown.join(", "))
}

const CALLS: [&str; 8] = [
    "batchCopy",
    "batchDelete",
    "createDirectory",
    "createToken",
    "getInfo",
    "getTasks",
    "listDirectory",
    "listRecycled",
];

#[test]
fn every_reply_is_taken_for_what_it_is() {
    let mut count = 0;
    for call in CALLS {
        let mut lines = String::new();
        for Case { name, reply } in read(SERVICE, call) {
            count += 1;
            let taken = take(call, &reply).unwrap_or_else(|error| class(&error));
            lines.push_str(&format!("{name} -> {taken}\n"));
        }
        compare(SERVICE, call, lines);
    }
    assert!(count >= 400, "{count} replies are too few");
}

/// Only a reply that says so is an empty list.
#[test]
fn nothing_is_taken_for_an_empty_list() {
    for Case { name, reply } in read(SERVICE, "listDirectory") {
        let taken = take("listDirectory", &reply);
        let is_empty = taken.is_ok_and(|taken| taken.starts_with("an empty list"));
        let says_so = String::from_utf8_lossy(&reply.body).contains(r#""contents": []"#);
        assert!(!is_empty || says_so, "{name}");
    }
}

/// However a good reply to a call that writes is cut off or damaged, it is never taken for more
/// than it said: what is done stays done, or is in doubt. A changed status of an item is beyond
/// what a reply can show.
#[test]
fn damage_makes_no_outcome_better() {
    let call = "batchCopy";
    let mut cases = read(SERVICE, call).into_iter();
    let case = cases.find(|case| case.name == "both done").unwrap();
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
                    for outcome in taken.split(" | ") {
                        let kept = outcome.ends_with(" done") || outcome.contains(" in doubt: ");
                        assert!(kept, "{position}: {taken}");
                    }
                }
            }
        }
    }
}
