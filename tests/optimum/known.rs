//! Worlds whose least number of calls is known without any search.

use std::collections::BTreeMap;

use crate::call::{How, Step, Verb};
use crate::rules::Rules;
use crate::search::{Answer, least};
use crate::sheets::Sheet;
use crate::simulator::Spaces;
use crate::task::Task;
use crate::worlds::Small;

/// The least number of calls that the search finds, given any way through a world:
/// `move a:/x a:/y; remove a:/z; copy a:/u b:/v over`. Temporary names begin with `~`.
fn fewest(sheet: Sheet, entries: &str, way: &str) -> usize {
    let small = Small {
        entries: entries.split_whitespace().map(str::to_owned).collect(),
        placements: vec!["folder: 'a:/n'".to_owned()],
    };
    let laboratory = small.laboratory(sheet).expect("a plain world");
    let rules = Rules::new(laboratory.sheets.values().next().expect("two spaces"));
    let first = Spaces::new(&laboratory.observed);
    let way: Vec<Vec<Step>> = way.split("; ").map(|text| vec![step(text)]).collect();
    let task = Task::new(&first, &way, rules, &BTreeMap::new());
    let task = task.expect("it can be done").expect("it is small");
    match least(&task, 20) {
        Answer::Least(calls) => calls.len(),
        Answer::None | Answer::Undecided => panic!("{sheet:?} {entries}: {way:?}"),
    }
}

fn step(text: &str) -> Step {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| word.replace('~', ".reshelve-temporary-"))
        .collect();
    let place = |position: usize| words.get(position).cloned();
    let (verb, from, to) = match &*words[0] {
        "create" => (Verb::Create, None, place(1)),
        "copy" => (Verb::Copy, place(1), place(2)),
        "move" => (Verb::Move, place(1), place(2)),
        "remove" => (Verb::Remove, place(1), None),
        other => panic!("{other} is no verb"),
    };
    let how = match (verb, words.get(3)) {
        (Verb::Remove, _) => How::Recycled,
        (_, Some(_)) => How::Replace,
        (_, None) => How::Exclusive,
    };
    Step {
        verb,
        from,
        to,
        how,
    }
}

#[test]
fn the_search_finds_what_is_known() {
    use Sheet::{Free, FreeOneByOne, Kept, Local};
    let swap = "move a:/x a:/~1; move a:/y a:/x; move a:/~1 a:/y";
    let rotation = "move a:/z a:/~1; move a:/y a:/z; move a:/x a:/y; move a:/~1 a:/x";
    let chain = "move a:/y a:/z; move a:/x a:/y";
    let pairs = "move a:/p/x a:/~1; move a:/q/x a:/p/x; move a:/~1 a:/q/x; \
                 move a:/p/y a:/~2; move a:/q/y a:/p/y; move a:/~2 a:/q/y";
    let crosswise = "copy b:/x a:/~1; copy a:/x b:/x over; move a:/~1 a:/x over";
    let three = "remove a:/x; remove a:/y; remove a:/z";
    let deep = "create b:/n; create b:/n/m; move a:/d b:/n/m/d";
    let (two_files, three_files) = ("a:/x=1@1 a:/y=2@2", "a:/x=1@1 a:/y=2@2 a:/z=3@3");
    let folders = "a:/p/ a:/q/ a:/p/x=1@1 a:/p/y=2@2 a:/q/x=3@3 a:/q/y=4@4";
    let apart = "a:/x=1@1 b:/y=2@2";
    for (entries, way, numbers) in [
        (two_files, swap, [3, 3, 3, 3]),
        ("a:/x/ a:/x/f=1@1 a:/y/", swap, [3, 3, 3, 3]),
        (three_files, rotation, [4, 4, 4, 4]),
        (two_files, chain, [2, 2, 2, 2]),
        (two_files, "move a:/x b:/x; move a:/y b:/y", [1, 1, 1, 1]),
        (
            three_files,
            "move a:/x b:/x; move a:/y b:/y; move a:/z b:/z",
            [2, 2, 2, 1],
        ),
        ("a:/x=1@1", "move a:/x b:/y", [2, 1, 1, 1]),
        (apart, "move a:/x b:/y over", [3, 1, 1, 1]),
        (apart, "copy a:/x b:/y over", [3, 1, 1, 1]),
        ("a:/x=1@1 b:/x=2@2", crosswise, [4, 3, 3, 3]),
        (folders, pairs, [4, 3, 3, 3]),
        (three_files, three, [2, 2, 2, 1]),
        ("a:/d/ a:/d/x=1@1", deep, [3, 2, 3, 3]),
    ] {
        let found = [Kept, Free, FreeOneByOne, Local].map(|sheet| fewest(sheet, entries, way));
        assert_eq!(found, numbers, "{entries}: {way}");
    }
}
