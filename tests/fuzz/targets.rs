//! What each fuzz target does with bytes: it reads them as the program would, and holds what comes
//! out of it to what must be true of anything that was read.

use std::collections::BTreeMap;

use reshelve::journal::codec::{Tail, decode};
use reshelve::manifest::{Files, Inputs, load};
use reshelve::observe::Inventory;
use reshelve::plan::file as plan_file;
use reshelve::report::{escape, escape_markdown};
use reshelve::state::file as state_file;
use reshelve::tree::{
    Address, Digest, EntryPath, Pattern, PatternSet, SpelledOut, Timestamp, is_unseen,
};

use crate::replies;

/// There is nothing beside the manifest.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<String, String> {
        Err(format!("`{path}` is not there"))
    }
}

/// A manifest: it is taken, or refused with words and a place.
pub(crate) fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let empty = BTreeMap::new();
    let inputs = Inputs {
        variables: &empty,
        environment: &empty,
        files: &NoFiles,
        providers: &[],
    };
    for name in ["m.yaml", "m.json"] {
        if let Err(problems) = load(name, text, &inputs) {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| !problem.detail.is_empty()));
        }
    }
}

/// A pattern and, in a second line, a path that it is held against.
pub(crate) fn pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (text, path) = text.split_once('\n').unwrap_or((text, "/a/b"));
    let Ok(pattern) = Pattern::parse(text) else {
        return;
    };
    let again = Pattern::parse(pattern.as_str()).expect("what was read can be read again");
    let Ok(path) = EntryPath::parse(path) else {
        return;
    };
    let matches = pattern.matches(&path);
    assert_eq!(matches, again.matches(&path));
    let set = PatternSet::new(vec![pattern]);
    assert_eq!(matches, set.matches(&path));
    let above = path
        .ancestors()
        .into_iter()
        .any(|folder| set.matches(&folder));
    assert_eq!(set.covers(&path), matches || above, "{text:?} {path:?}");
}

/// A path, an address and a name: what was taken is the same text, and cannot leave its folder.
pub(crate) fn path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(address) = Address::parse(text) {
        assert_eq!(address.to_string(), text);
    }
    if let Ok(name) = EntryPath::root().join(text) {
        assert_eq!(name.name(), Some(text));
        assert!(name.parent().is_some_and(|parent| parent.is_root()));
    }
    let Ok(path) = EntryPath::parse(text) else {
        return;
    };
    assert_eq!(path.as_str(), text);
    let mut joined = EntryPath::root();
    for name in path.segments() {
        assert!(!matches!(name, "" | "." | "..") && !name.contains('\0'));
        joined = joined.join(name).expect("a segment of a path");
    }
    assert_eq!(joined, path);
    for folder in path.ancestors() {
        let below = path.below(&folder).expect("it is below");
        assert_eq!(folder.append(&below), path);
    }
}

/// A name on its way to a terminal: nothing passes that nobody would see, and nothing is lost from
/// JSON.
pub(crate) fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let shown = escape(&text);
    assert!(!shown.chars().any(is_unseen));
    assert!(!escape_markdown(&text).chars().any(is_unseen));
    let json = json_of(&text);
    let mut spelled_out = SpelledOut::new(Vec::new());
    std::io::Write::write_all(&mut spelled_out, json.as_bytes()).expect("it is text");
    let spelled_out = String::from_utf8(spelled_out.inner().clone()).expect("it is text");
    assert!(!spelled_out.chars().any(is_unseen));
    assert_eq!(json_text(&spelled_out), text);
}

/// A text as JSON, escaped where JSON itself asks for it.
fn json_of(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control < ' ' => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// The text that such JSON holds.
fn json_text(json: &str) -> String {
    let mut units = Vec::new();
    let mut rest = json[1..json.len() - 1].chars();
    while let Some(character) = rest.next() {
        let character = match character {
            '\\' => rest.next().expect("an escape has a letter"),
            other => {
                units.extend(other.encode_utf16(&mut [0; 2]).iter());
                continue;
            }
        };
        if character == 'u' {
            let digits: String = rest.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).expect("four digits"));
        } else {
            units.extend(character.encode_utf16(&mut [0; 2]).iter());
        }
    }
    String::from_utf16(&units).expect("whole characters")
}

/// A journal: as it is where the first byte is even; else what stands between zero bytes is put
/// into frames that are whole, each with its kind as its first byte.
pub(crate) fn journal(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else {
        return;
    };
    let framed = framed(rest);
    let journal = if mode % 2 == 0 { rest } else { &framed };
    let Ok(decoded) = decode(journal) else {
        return;
    };
    let length = usize::try_from(decoded.length).expect("it was in memory");
    assert!(length <= journal.len());
    let good = decode(&journal[..length]).expect("the good part is good");
    assert_eq!(good.records, decoded.records);
    assert_eq!(good.tail, Tail::Clean);
    let mut longer = journal[..length].to_vec();
    let mut encoder = decoded.encoder;
    for record in &decoded.records {
        let written = encoder.encode(Timestamp::default(), record.fact.clone(), &mut longer);
        written.expect("it was small enough before");
    }
    let again = decode(&longer).expect("it was begun well");
    assert_eq!(again.tail, Tail::Clean);
    assert_eq!(again.records.len(), decoded.records.len() * 2);
}

/// A journal whose frames are whole, whatever they hold.
fn framed(payloads: &[u8]) -> Vec<u8> {
    let mut journal = b"reshelve-journal".to_vec();
    journal.extend_from_slice(&1_u32.to_le_bytes());
    let mut previous = blake3::hash(&journal);
    for (sequence, payload) in payloads.split(|&byte| byte == 0).enumerate() {
        let (kind, payload) = payload.split_first().unwrap_or((&1, &[]));
        let start = journal.len();
        let length = u32::try_from(payload.len()).expect("it is in memory");
        journal.extend_from_slice(&length.to_le_bytes());
        journal.extend_from_slice(&[0; 4]);
        journal.push(*kind);
        journal.extend_from_slice(&(sequence as u64).to_le_bytes());
        journal.extend_from_slice(&previous.as_bytes()[..16]);
        journal.extend_from_slice(payload);
        let algorithm = crc_fast::CrcAlgorithm::Crc32Iscsi;
        let sum = crc_fast::checksum(algorithm, &journal[start + 8..]) as u32;
        journal[start + 4..start + 8].copy_from_slice(&sum.to_le_bytes());
        previous = blake3::hash(&journal[start..]);
    }
    journal
}

/// A state: as it is where the first byte is even, else with the digest that proves it.
pub(crate) fn state(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else {
        return;
    };
    let mut file = rest.to_vec();
    if mode % 2 == 1 {
        file.push(b'\n');
        let digest = Digest::of(&file);
        file.extend_from_slice(digest.as_str().as_bytes());
        file.push(b'\n');
    }
    let Ok((state, _)) = state_file::read(&file) else {
        return;
    };
    let (written, _) = state_file::write(&state).expect("what was read can be written");
    let (again, _) = state_file::read(&written).expect("what was written can be read");
    assert_eq!(again, state);
}

/// A plan: it is as it was written, byte for byte, or it is none.
pub(crate) fn plan(bytes: &[u8]) {
    let Ok(plan) = plan_file::read(bytes) else {
        return;
    };
    let mut written = Vec::new();
    plan_file::write(&plan, &mut written).expect("memory takes it");
    assert_eq!(written, bytes);
}

/// A snapshot of a space.
pub(crate) fn inventory(bytes: &[u8]) {
    let Ok(inventory) = Inventory::read(&mut &bytes[..]) else {
        return;
    };
    let mut written = Vec::new();
    inventory.write(&mut written).expect("memory takes it");
    let again = Inventory::read(&mut written.as_slice()).expect("what was written can be read");
    assert_eq!(again.tree.len(), inventory.tree.len());
}

/// Replies of DingTalk: the first byte chooses the call, the second the status.
pub(crate) fn dingtalk(bytes: &[u8]) {
    replies::take(replies::Vendor::DingTalk, bytes);
}

/// Replies of SMH: the first byte chooses the call, the second the status.
pub(crate) fn smh(bytes: &[u8]) {
    replies::take(replies::Vendor::Smh, bytes);
}
