//! The bodies of the fuzz targets as properties: over good inputs that were changed in a few
//! places, over the findings of earlier times, and over bytes of chance.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reshelve::observe::Inventory;
use reshelve::tree::{EntryPath, Timestamp};

use crate::replies::Vendor;
use crate::{golden, names, replies, scene, target, targets};

/// One change of a good input.
#[derive(Debug, Clone)]
enum Change {
    Flip(usize, u8),
    Cut(usize),
    Drop(usize, usize),
    Double(usize, usize),
    Insert(usize, usize),
    /// What one input holds comes into another.
    Splice(usize, usize, usize),
}

/// What is put into inputs: what ends strings, numbers and documents, and what few expect.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e400",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"0.1",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\n",
    b"\r\n",
    b"\t",
    b"..",
    b"/",
    b"//",
    b"**",
    b"*",
    b"{a,b}",
    b"[!",
    b"[z-a]",
    b"{{{{",
    b"&a",
    b"*a",
    b"<<: ",
    b"!!binary ",
    b"---\n",
    b"|\n",
    b"? ",
    b"${",
    b"${each.x}",
    b"\x1b[2J",
    b"\xe2\x80\xae",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[",
];

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    proptest::prop_oneof![
        (place(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        place().prop_map(Change::Cut),
        (place(), 1_usize..40).prop_map(|(at, length)| Change::Drop(at, length)),
        (place(), 1_usize..400).prop_map(|(at, length)| Change::Double(at, length)),
        (place(), place()).prop_map(|(at, word)| Change::Insert(at, word)),
        (place(), place(), 1_usize..200)
            .prop_map(|(at, from, length)| { Change::Splice(at, from, length) }),
    ]
}

impl Change {
    fn make(&self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let length = input.len();
        let span = |at: usize, size: usize| {
            let start = at % (length + 1);
            start..(start + size).min(length)
        };
        match *self {
            Self::Flip(..) if length == 0 => {}
            Self::Flip(at, bit) => input[at % length] ^= 1 << bit,
            Self::Cut(at) => input.truncate(at % (length + 1)),
            Self::Drop(at, size) => drop(input.drain(span(at, size))),
            Self::Double(at, size) => {
                let copied = input[span(at, size)].to_vec();
                input.splice(span(at, 0), copied);
            }
            Self::Insert(at, word) => {
                let word = WORDS[word % WORDS.len()].iter().copied();
                input.splice(span(at, 0), word);
            }
            Self::Splice(at, from, size) => {
                let other = &inputs[from % inputs.len()];
                let start = (from / inputs.len()) % (other.len() + 1);
                let piece = other[start..(start + size).min(other.len())].to_vec();
                input.splice(span(at, 0), piece);
            }
        }
    }
}

/// Tries a target on its findings, its good inputs, changed ones and bytes of chance. The cases
/// are the same on every machine unless `PROPTEST_RNG_SEED` asks for others.
fn check(name: &str, inputs: &[Vec<u8>], cases: u32, body: fn(&[u8])) {
    assert!(!inputs.is_empty(), "{name} has no good input");
    inputs.iter().for_each(|input| body(input));
    for finding in files(&format!("tests/fixtures/findings/{name}")) {
        body(&finding);
    }
    let cases = std::env::var("PROPTEST_CASES").map_or(cases, |cases| cases.parse().unwrap());
    let seed = std::env::var("PROPTEST_RNG_SEED").map_or(1, |seed| seed.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&u64::to_le_bytes(seed));
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let changed = (any::<usize>(), vec(change(), 1..6));
    let random = vec(any::<u8>(), 0..300);
    let tried = runner.run(&(changed, random), |((which, changes), random)| {
        let mut input = inputs[which % inputs.len()].clone();
        for change in &changes {
            change.make(&mut input, inputs);
        }
        body(&input);
        body(&random);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// The content of every file of a folder, which may not be there, in the order of their names.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.is_file());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// An input that begins with a byte that chooses how it is read.
fn in_mode(mode: u8, input: &[u8]) -> Vec<u8> {
    [&[mode], input].concat()
}

#[test]
fn manifests() {
    let mut inputs = files("tests/fixtures/manifests/valid");
    inputs.retain(|input| input.len() < 20_000);
    check("manifest", &inputs, 600, targets::manifest);
}

#[test]
fn patterns() {
    let good = [
        "/a/**/*.txt\n/a/b/c.txt",
        "*.{pdf,docx}\n/x.pdf",
        "a/[!b-d]?/**\n/a/ee/f",
        "**/{a,b{c,d}}/*\n/x/bc/y",
        "a\\*b\n/a*b",
        "文/**\n/文/x",
    ];
    let inputs: Vec<Vec<u8>> = good.map(|input| input.as_bytes().to_vec()).into();
    check("pattern", &inputs, 3_000, targets::pattern);
}

#[test]
fn paths() {
    let good = [
        "/a/b c/d.txt",
        "/",
        "team:/x/文.docx",
        "name",
        "/a/../b",
        "s:/",
    ];
    let mut inputs: Vec<Vec<u8>> = good.map(|input| input.as_bytes().to_vec()).into();
    inputs.extend(names::all().into_iter().filter(|name| name.len() < 1_000));
    check("path", &inputs, 3_000, targets::path);
}

#[test]
fn names_on_their_way_out() {
    let mut inputs = names::all();
    inputs.retain(|name| name.len() < 5_000);
    check("names", &inputs, 2_000, targets::names);
}

#[test]
fn journals() {
    let mut inputs: Vec<Vec<u8>> = golden::JOURNALS.map(|journal| in_mode(0, journal)).into();
    for journal in golden::JOURNALS {
        // Kind and payload of each frame, with a zero byte between.
        let frames = golden::frames(journal).into_iter();
        let payloads = frames.map(|frame| {
            let frame = &journal[frame];
            [&frame[8..9], &frame[33..]].concat()
        });
        inputs.push(in_mode(1, &payloads.collect::<Vec<_>>().join(&0)));
    }
    check("journal", &inputs, 1_500, targets::journal);
}

#[test]
fn states() {
    let body = golden::STATE.split(|&byte| byte == b'\n').next().unwrap();
    let inputs = [in_mode(0, golden::STATE), in_mode(1, body)];
    check("state", &inputs, 1_500, targets::state);
}

#[test]
fn plans() {
    check("plan", &[golden::PLAN.to_vec()], 1_500, targets::plan);
}

#[test]
fn inventories() {
    let rows = scene::rows(&["a:/d/", "a:/d/e/", "a:/d/e/f=5", "a:/d/g=6", "a:/h@"]);
    let observed = scene::build_world(&rows);
    let space = scene::alias("a");
    let inventory = Inventory {
        from: EntryPath::root(),
        created: Timestamp::default(),
        sheet: target::sheet(None),
        tree: observed.spaces[&space].tree.clone(),
        space,
    };
    let mut good = Vec::new();
    inventory.write(&mut good).unwrap();
    assert!(Inventory::read(&mut good.as_slice()).is_ok());
    check("inventory", &[good], 1_500, targets::inventory);
}

/// The replies of the fixtures, each to every call, under the status that it has.
fn replies_of(vendor: &str) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for file in files(&format!("tests/fixtures/replies/{vendor}")) {
        let bodies = file.split(|&byte| byte == b'\n').filter(|line| {
            line.first()
                .is_some_and(|first| matches!(first, b'{' | b'[' | b'<'))
        });
        for (number, body) in bodies.enumerate() {
            if body.len() > 20_000 {
                continue;
            }
            let call = (number % usize::from(replies::CALLS)) as u8;
            inputs.push([&[call, 0], body].concat());
        }
    }
    assert!(inputs.len() > 100, "{} replies", inputs.len());
    inputs
}

/// Each call makes something of some reply: the service is reached, and bytes are what decides.
#[test]
fn good_replies_are_understood() {
    for (vendor, name) in [(Vendor::DingTalk, "dingtalk"), (Vendor::Smh, "smh")] {
        let mut understood = BTreeSet::new();
        for reply in replies_of(name) {
            for call in 0..replies::CALLS {
                if !understood.contains(&call)
                    && replies::take(vendor, &[&[call], &reply[1..]].concat())
                {
                    understood.insert(call);
                }
            }
        }
        let count = understood.len();
        assert!(
            count > 5,
            "{name}: only {understood:?} of {}",
            replies::CALLS
        );
    }
}

#[test]
fn replies_of_dingtalk() {
    check("dingtalk", &replies_of("dingtalk"), 300, targets::dingtalk);
}

#[test]
fn replies_of_smh() {
    check("smh", &replies_of("smh"), 300, targets::smh);
}
