//! The rules of the drive, one line a case.
//!
//! A line has five parts: switches, what is there, what is done, how that ends, what is there
//! afterwards. Entries are separated by commas: `a/` is a folder, `x.txt=5` a file of five bytes,
//! `#2` its version where that is not the first, `!` locks it, and `2:` in front puts it into the
//! second space, which was made by the storage call. A dot stands for what it was before.
//!
//! What is done ends with `-> path` where the call gives an entry, with the code where it is
//! refused, and with how its task ended where there was one.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::scene::Scene;

fn check(cases: &[[&str; 5]]) {
    let mut wrong = String::new();
    for [switches, before, doing, ends, after] in cases {
        let mut scene = Scene::new(switches, before);
        let start = scene.written();
        let mut ended = String::new();
        for step in doing.split(';') {
            ended = scene.run(step);
        }
        let expected = if *after == "." { &start } else { *after };
        let found = scene.written();
        if ended != *ends || found != expected {
            wrong.push_str(&format!(
                "{switches}  {before}  {doing}\n  ended {ended:?}, not {ends:?}\n  left  \
                 {found:?}\n  not   {expected:?}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[rustfmt::skip]
const FILES: &[[&str; 5]] = &[
    // Nothing in the way.
    ["", "a/, x.txt=5", "copy x.txt -> a", "-> a/x.txt", "a/, a/x.txt=5, x.txt=5"],
    ["", "a/, x.txt=5", "move x.txt -> a", "-> a/x.txt", "a/, a/x.txt=5"],
    ["", "x.txt=5", "copy x.txt -> 2:", "-> 2:x.txt", "2:x.txt=5, x.txt=5"],
    ["", "x.txt=5", "move x.txt -> 2:", "-> 2:x.txt", "2:x.txt=5"],
    ["", "a/x.txt=5", "move a/x.txt -> /", "-> x.txt", "a/, x.txt=5"],
    ["", "a/, e/", "copy e -> a", "-> a/e", "a/, a/e/, e/"],
    ["", "a/, e/", "move e -> a", "-> a/e", "a/, a/e/"],
    ["", "e/", "move e -> 2:", "-> 2:e", "2:e/"],
    // The name is taken: it gets a number.
    ["", "a/x.txt=1, x.txt=5", "copy x.txt -> a", "-> a/x(1).txt", "a/, a/x(1).txt=5, a/x.txt=1, x.txt=5"],
    ["", "a/x.txt=1, x.txt=5", "move x.txt -> a", "-> a/x(1).txt", "a/, a/x(1).txt=5, a/x.txt=1"],
    ["", "x.txt=5", "copy x.txt -> /", "-> x(1).txt", "x(1).txt=5, x.txt=5"],
    ["", "x.txt=5", "copy x.txt -> /; copy x.txt -> /", "-> x(2).txt", "x(1).txt=5, x(2).txt=5, x.txt=5"],
    ["", "x.txt=5, x(1).txt=6", "copy x(1).txt -> /", "-> x(1)(1).txt", "x(1)(1).txt=6, x(1).txt=6, x.txt=5"],
    ["", "x.txt=5, x(2).txt=6", "copy x.txt -> /", "-> x(1).txt", "x(1).txt=5, x(2).txt=6, x.txt=5"],
    ["", "a.tar.gz=5", "copy a.tar.gz -> /", "-> a.tar(1).gz", "a.tar(1).gz=5, a.tar.gz=5"],
    ["", ".profile=5", "copy .profile -> /", "-> .profile(1)", ".profile(1)=5, .profile=5"],
    ["", "plain=5", "copy plain -> /", "-> plain(1)", "plain(1)=5, plain=5"],
    ["", "v1.2/", "copy v1.2 -> /", "-> v1.2(1)", "v1.2(1)/, v1.2/"],
    ["auto-rename=spaced", "x.txt=5", "copy x.txt -> /", "-> x (1).txt", "x (1).txt=5, x.txt=5"],
    // RETURN_ERROR_IF_EXISTS.
    ["", "a/x=1, x=5", "copy x -> a error", "dentryAlreadyExist", "."],
    ["", "a/x=1, x=5", "move x -> a error", "dentryAlreadyExist", "."],
    ["", "a/, x=5", "copy x -> a error", "-> a/x", "a/, a/x=5, x=5"],
    ["", "a/, x=5", "move x -> a error", "-> a/x", "a/, a/x=5"],
    ["", "x=5", "copy x -> / error", "dentryAlreadyExist", "."],
    // RETURN_DENTRY_IF_EXISTS: the source of a move stays.
    ["", "a/x=1, x=5", "copy x -> a existing", "-> a/x", "."],
    ["", "a/x=1, x=5", "move x -> a existing", "-> a/x", "."],
    ["", "a/, x=5", "move x -> a existing", "-> a/x", "a/, a/x=5"],
    ["", "a/x/, x=5", "copy x -> a existing", "-> a/x", "."],
    // OVERWRITE.
    ["", "a/x=1, x=5", "copy x -> a over", "-> a/x", "a/, a/x=5#2, x=5"],
    ["overwrite-copy=replace", "a/x=1, x=5", "copy x -> a over", "-> a/x", "a/, a/x=5, x=5"],
    ["", "a/x=1, x=5", "move x -> a over", "-> a/x", "a/, a/x=5"],
    ["overwrite-move=version", "a/x=1, x=5", "move x -> a over", "-> a/x", "a/, a/x=5#2"],
    ["", "2:x=1, x=5", "copy x -> 2: over", "-> 2:x", "2:x=5#2, x=5"],
    ["", "2:x=1, x=5", "move x -> 2: over", "-> 2:x", "2:x=5"],
    ["", "x=5", "copy x -> / over", "-> x", "."],
    ["", "a/x/, x=5", "copy x -> a over", "dentryAlreadyExist", "."],
    ["", "a/x=1, x/", "copy x -> a over", "dentryAlreadyExist", "."],
    ["file-folder-names=allowed", "a/x=1, x/", "copy x -> a over", "-> a/x", "a/, a/x/, a/x=1, x/"],
    ["file-folder-names=allowed", "a/x=1, x/", "copy x -> a error", "-> a/x", "a/, a/x/, a/x=1, x/"],
    ["", "a/x=1, x/", "copy x -> a", "-> a/x(1)", "a/, a/x(1)/, a/x=1, x/"],
    // Capitals.
    ["", "a/X=1, x=5", "copy x -> a error", "-> a/x", "a/, a/X=1, a/x=5, x=5"],
    ["names=insensitive", "a/X=1, x=5", "copy x -> a error", "dentryAlreadyExist", "."],
    ["names=insensitive", "a/X=1, x=5", "copy x -> a", "-> a/x(1)", "a/, a/X=1, a/x(1)=5, x=5"],
    // A move to where it is.
    ["", "a/x=1", "move a/x -> a", "-> a/x", "."],
    ["", "a/x=1", "move a/x -> a error", "-> a/x", "."],
    ["move-in-place=rename", "a/x=1", "move a/x -> a", "-> a/x(1)", "a/, a/x(1)=1"],
    ["move-in-place=rename", "a/x=1", "move a/x -> a error", "dentryAlreadyExist", "."],
    // What is not there, and what may not be touched.
    ["", "a/", "copy x -> a", "dentryNotExist", "."],
    ["", "a/", "move x -> a", "dentryNotExist", "."],
    ["", "x=5", "copy x -> a", "dentryNotExist", "."],
    ["", "x=5, y=1", "copy x -> y", "paramError.targetFolderId", "."],
    ["", "x=5", "copy x -> 9:", "spaceNotExist", "."],
    ["", "x=5", "copy 9:x -> /", "spaceNotExist", "."],
    ["", "a/, x=5!", "copy x -> a", "permissionDenied", "."],
    ["", "a/, x=5!", "move x -> a", "permissionDenied", "."],
    ["", "a/", "copy / -> 2:", "permissionDenied", "."],
    ["as=editor", "a/, x=5", "copy x -> a", "permissionDenied", "."],
    ["as=editor", "a/, x=5", "move x -> a", "permissionDenied", "."],
    ["as=reader", "a/, x=5", "copy x -> a", "permissionDenied", "."],
    ["as=stranger", "a/, x=5", "copy x -> a", "permissionDenied", "."],
    // Limits in bytes.
    ["quota=9", "a/, x=5", "copy x -> a", "spaceQuotaInsufficient", "."],
    ["quota=10", "a/, x=5", "copy x -> a", "-> a/x", "a/, a/x=5, x=5"],
    ["quota=5", "a/, x=5", "move x -> a", "-> a/x", "a/, a/x=5"],
    ["quota2=4", "x=5", "move x -> 2:", "spaceQuotaInsufficient", "."],
    ["scene=9", "a/, x=5", "copy x -> a", "sceneQuotaInsufficient", "."],
    ["app=9", "x=5", "copy x -> 2:", "appQuotaInsufficient", "."],
    ["app=9 org=8", "x=5", "copy x -> 2:", "appQuotaInsufficient", "."],
    ["org=9", "x=5", "copy x -> 2:", "orgQuotaInsufficient", "."],
    ["org=9", "e/", "copy e -> 2:", "-> 2:e", "2:e/, e/"],
];

#[test]
fn files_and_empty_folders_are_carried_at_once() {
    check(FILES);
}

#[rustfmt::skip]
const FOLDERS: &[[&str; 5]] = &[
    ["", "a/b/x=1, t/", "copy a -> t", "SUCCESS 3/3", "a/, a/b/, a/b/x=1, t/, t/a/, t/a/b/, t/a/b/x=1"],
    ["", "a/b/x=1, t/", "move a -> t", "SUCCESS 3/3", "t/, t/a/, t/a/b/, t/a/b/x=1"],
    ["", "a/b/x=1", "copy a -> 2:", "SUCCESS 3/3", "2:a/, 2:a/b/, 2:a/b/x=1, a/, a/b/, a/b/x=1"],
    ["", "a/b/x=1", "move a -> 2:", "SUCCESS 3/3", "2:a/, 2:a/b/, 2:a/b/x=1"],
    ["move-id-cross-space=keep", "a/b/x=1", "move a -> 2:", "SUCCESS 3/3", "2:a/, 2:a/b/, 2:a/b/x=1"],
    ["move-id-same-space=change", "a/b/x=1, t/", "move a -> t", "SUCCESS 3/3", "t/, t/a/, t/a/b/, t/a/b/x=1"],
    ["task-length=0", "a/x=1", "copy a -> 2:", "SUCCESS 2/2", "2:a/, 2:a/x=1, a/, a/x=1"],
    ["task-length=1", "a/x=1", "move a -> 2:", "SUCCESS 2/2", "2:a/, 2:a/x=1"],
    // The name is taken.
    ["", "a/x=1, t/a/y=2", "copy a -> t", "SUCCESS 2/2", "a/, a/x=1, t/, t/a(1)/, t/a(1)/x=1, t/a/, t/a/y=2"],
    ["", "a/x=1, t/a/y=2", "move a -> t", "SUCCESS 2/2", "t/, t/a(1)/, t/a(1)/x=1, t/a/, t/a/y=2"],
    ["", "a/x=1, t/a/y=2", "copy a -> t error", "dentryAlreadyExist", "."],
    ["", "a/x=1, t/a/y=2", "copy a -> t existing", "-> t/a", "."],
    ["", "a/x=1, t/a/y=2", "move a -> t existing", "-> t/a", "."],
    ["", "a/x=1", "copy a -> /", "SUCCESS 2/2", "a(1)/, a(1)/x=1, a/, a/x=1"],
    // OVERWRITE merges, replaces or refuses.
    ["", "a/x=1, t/a/y=2", "copy a -> t over", "SUCCESS 2/2", "a/, a/x=1, t/, t/a/, t/a/x=1, t/a/y=2"],
    ["", "a/x=1, t/a/x=2", "copy a -> t over", "SUCCESS 2/2", "a/, a/x=1, t/, t/a/, t/a/x=1#2"],
    ["", "a/x=1, t/a/x=2, t/a/y=3", "move a -> t over", "SUCCESS 2/2", "t/, t/a/, t/a/x=1, t/a/y=3"],
    ["", "a/b/x=1, t/a/b/y=2", "move a -> t over", "SUCCESS 3/3", "t/, t/a/, t/a/b/, t/a/b/x=1, t/a/b/y=2"],
    ["", "a/b/x=1, t/a/", "move a -> t over", "SUCCESS 3/3", "t/, t/a/, t/a/b/, t/a/b/x=1"],
    ["", "a/b/x=1, 2:a/b/x=2", "move a -> 2: over", "SUCCESS 3/3", "2:a/, 2:a/b/, 2:a/b/x=1"],
    ["overwrite-folder=replace", "a/x=1, t/a/y=2", "copy a -> t over", "SUCCESS 2/2", "a/, a/x=1, t/, t/a/, t/a/x=1"],
    ["overwrite-folder=replace", "a/x=1, t/a/y=2", "move a -> t over", "SUCCESS 2/2", "t/, t/a/, t/a/x=1"],
    ["overwrite-folder=replace", "a/x=1, 2:a/y=2", "move a -> 2: over", "SUCCESS 2/2", "2:a/, 2:a/x=1"],
    ["overwrite-folder=error", "a/x=1, t/a/y=2", "copy a -> t over", "dentryAlreadyExist", "."],
    ["overwrite-folder=replace", "a/a/x=1", "move a/a -> / over", "dentryAlreadyExist", "."],
    ["", "a/a/x=1", "move a/a -> / over", "SUCCESS 2/2", "a/, a/x=1"],
    ["", "a/x=1, t/a=2", "copy a -> t over", "dentryAlreadyExist", "."],
    ["", "a/b=1, t/a/b/y=2", "copy a -> t over", "FAIL 1/2 dentryAlreadyExist", "."],
    // Into itself.
    ["", "a/b/x=1", "copy a -> a/b", "paramError.targetFolderId", "."],
    ["", "a/b/x=1", "move a -> a/b", "paramError.targetFolderId", "."],
    ["", "a/x=1", "move a -> a", "paramError.targetFolderId", "."],
    ["", "a/b/x=1", "copy a/b -> a", "SUCCESS 2/2", "a/, a/b(1)/, a/b(1)/x=1, a/b/, a/b/x=1"],
    // What is inside cannot be done.
    ["", "a/x=1, a/y=2!, t/", "copy a -> t", "FAIL 2/3 permissionDenied", "a/, a/x=1, a/y=2, t/, t/a/, t/a/x=1"],
    ["task-partial=success", "a/x=1, a/y=2!, t/", "copy a -> t", "SUCCESS 2/3", "a/, a/x=1, a/y=2, t/, t/a/, t/a/x=1"],
    ["", "a/x=1, a/y=2!", "move a -> 2:", "FAIL 1/3 permissionDenied", "2:a/, 2:a/x=1, a/, a/y=2"],
    ["spoiled=yes", "a/x=1, a/y=2", "copy a -> 2:", "FAIL 2/3 permissionDenied", "2:a/, 2:a/y=2, a/, a/x=1, a/y=2"],
    ["spoiled=yes", "a/x=1, t/", "move a -> t", "FAIL 1/2 permissionDenied", "."],
    ["spoiled=yes", "a/x=1, a/y=2, t/", "move a -> t", "FAIL 1/3 permissionDenied", "."],
    // Limits.
    ["depth=2", "a/b/x=1, t/", "copy a -> t", "paramError.targetFolderId", "."],
    ["depth=3", "a/b/x=1, t/", "copy a -> t", "SUCCESS 3/3", "a/, a/b/, a/b/x=1, t/, t/a/, t/a/b/, t/a/b/x=1"],
    ["quota=9", "a/x=5, t/", "copy a -> t", "spaceQuotaInsufficient", "."],
];

#[test]
fn folders_with_content_are_tasks() {
    check(FOLDERS);
}

#[rustfmt::skip]
const REMOVALS: &[[&str; 5]] = &[
    ["", "x=1", "remove x", "done", ""],
    ["", "e/", "remove e", "done", ""],
    ["", "a/b/x=1, y=2", "remove a", "SUCCESS 3/3", "y=2"],
    ["", "x=1", "bin x", "done", ""],
    ["", "a/x=1", "bin a", "SUCCESS 2/2", ""],
    ["", "2:x=1", "remove 2:x", "done", ""],
    ["", "2:x=1", "bin 2:x", "recycleBinNotSupportForSpace", "."],
    ["bin=no", "x=1", "bin x", "operationNotSupported", "."],
    ["bin=no", "x=1", "remove x", "done", ""],
    ["", "x=1", "remove y", "dentryNotExist", "."],
    ["", "x=1", "remove x; remove x", "dentryNotExist", ""],
    ["", "x=1", "remove /", "permissionDenied", "."],
    ["", "x=1!", "remove x", "permissionDenied", "."],
    ["", "x=1!", "bin x", "permissionDenied", "."],
    ["", "", "remove 9:x", "spaceNotExist", "."],
    ["as=editor", "x=1", "remove x", "permissionDenied", "."],
    ["", "a/x=1!, a/y=2", "remove a", "FAIL 1/3 permissionDenied", "a/, a/x=1"],
    ["spoiled=yes", "a/x=1, a/y=2", "remove a", "FAIL 1/3 permissionDenied", "a/, a/x=1"],
    ["spoiled=yes", "a/x=1", "bin a", "FAIL 1/2 permissionDenied", "."],
    // Back out of the bin.
    ["", "x=1", "bin x; restore x", "-> x", "x=1"],
    ["", "a/x=1", "bin a/x; restore a/x", "-> a/x", "a/, a/x=1"],
    ["restore-id=keep", "x=1", "bin x; restore x", "-> x", "x=1"],
    ["", "a/b/x=1", "bin a; restore a", "SUCCESS 3/3", "a/, a/b/, a/b/x=1"],
    ["restore-id=keep", "a/b/x=1", "bin a; restore a", "SUCCESS 3/3", "a/, a/b/, a/b/x=1"],
    ["", "x=1", "bin x; mkdir / x; restore x", "-> x(1)", "x(1)=1, x/"],
    ["", "x=1", "bin x; mkdir / x; restore x error", "dentryAlreadyExist", "x/"],
    ["", "x=1", "bin x; mkdir / x; restore x existing", "-> x", "x/"],
    ["", "a/", "bin a; mkdir / a; restore a over", "-> a", "a/"],
    ["", "a/x=1", "bin a/x; remove a; restore a/x", "-> x", "x=1"],
    ["restore-orphan=error", "a/x=1", "bin a/x; remove a; restore a/x", "dentryNotExist", ""],
    ["", "x=1", "bin x; restore x; restore x", "recycleItemNotExist", "x=1"],
    ["", "x=1", "restore x", "recycleItemNotExist", "."],
];

#[test]
fn what_is_removed_is_gone_or_in_the_bin() {
    check(REMOVALS);
}

#[rustfmt::skip]
const NAMES: &[[&str; 5]] = &[
    ["", "", "mkdir / a", "-> a", "a/"],
    ["", "a/", "mkdir a b", "-> a/b", "a/, a/b/"],
    ["", "a/", "mkdir / a", "-> a(1)", "a(1)/, a/"],
    ["", "a/", "mkdir / a existing", "-> a", "."],
    ["", "a/", "mkdir / a error", "dentryAlreadyExist", "."],
    ["", "a/x=1", "mkdir / a over", "-> a", "."],
    ["overwrite-folder=replace", "a/x=1", "mkdir / a over", "-> a", "a/"],
    ["overwrite-folder=error", "a/x=1", "mkdir / a over", "dentryAlreadyExist", "."],
    ["", "a=1", "mkdir / a existing", "-> a", "."],
    ["", "a=1", "mkdir / a over", "dentryAlreadyExist", "."],
    ["file-folder-names=allowed", "a=1", "mkdir / a error", "-> a", "a/, a=1"],
    ["", "x=1", "mkdir x a", "paramError.parentId", "."],
    ["", "", "mkdir y a", "dentryNotExist", "."],
    ["", "", "mkdir 9: a", "spaceNotExist", "."],
    ["as=editor", "", "mkdir / a", "-> a", "a/"],
    ["as=reader", "", "mkdir / a", "permissionDenied", "."],
    // Blanks around a name go; some letters are refused.
    ["", "", "mkdir / __a_b__", "-> a b", "a b/"],
    ["", "", "mkdir / ___", "dentryNameIllegal", "."],
    ["", "", "mkdir / a*", "dentryNameIllegal", "."],
    ["", "", "mkdir / a\"", "dentryNameIllegal", "."],
    ["", "", "mkdir / a<b", "dentryNameIllegal", "."],
    ["", "", "mkdir / a>b", "dentryNameIllegal", "."],
    ["", "", "mkdir / a|b", "dentryNameIllegal", "."],
    ["", "", "mkdir / aTAB", "dentryNameIllegal", "."],
    ["", "", "mkdir / a.", "dentryNameIllegal", "."],
    ["", "", "mkdir / ..", "dentryNameIllegal", "."],
    ["", "", "mkdir / a/b", "dentryNameIllegal", "."],
    ["", "", "mkdir / a:b", "-> a:b", "a:b/"],
    ["odd-names=refuse", "", "mkdir / a:b", "dentryNameIllegal", "."],
    ["odd-names=refuse", "", "mkdir / a?b", "dentryNameIllegal", "."],
    ["odd-names=refuse", "", "mkdir / a\\b", "dentryNameIllegal", "."],
    ["name-length=3", "", "mkdir / abc", "-> abc", "abc/"],
    ["name-length=3", "", "mkdir / äöü", "-> äöü", "äöü/"],
    ["name-length=3", "", "mkdir / abcd", "dentryNameIllegal", "."],
    ["depth=1", "a/", "mkdir a b", "paramError.parentId", "."],
    ["depth=2", "a/", "mkdir a b", "-> a/b", "a/, a/b/"],
    // Renames have no strategy.
    ["", "x=1", "rename x y", "-> y", "y=1"],
    ["", "x=1", "rename x x", "-> x", "."],
    ["", "a/x=1", "rename a b", "-> b", "b/, b/x=1"],
    ["", "x=1, y=2", "rename x y", "dentryAlreadyExist", "."],
    ["", "x=1, y/", "rename x y", "dentryAlreadyExist", "."],
    ["file-folder-names=allowed", "x=1, y/", "rename x y", "-> y", "y/, y=1"],
    ["names=insensitive", "x=1", "rename x X", "-> X", "X=1"],
    ["names=insensitive", "x=1, Y=2", "rename x y", "dentryAlreadyExist", "."],
    ["", "x=1", "rename x y*", "paramError.name", "."],
    ["", "x=1", "rename x y.", "paramError.name", "."],
    ["", "x=1", "rename / y", "paramError.dentryId", "."],
    ["", "x=1", "rename z y", "dentryNotExist", "."],
    ["", "x=1!", "rename x y", "permissionDenied", "."],
    ["as=editor", "x=1", "rename x y", "permissionDenied", "."],
    ["", "x.txt=1", "rename x.txt y", "-> y", "y=1"],
    ["rename-suffix=keep", "x.txt=1", "rename x.txt y", "-> y.txt", "y.txt=1"],
    ["rename-suffix=keep", "x.txt=1", "rename x.txt y.TXT", "-> y.TXT", "y.TXT=1"],
    ["rename-suffix=keep", "x.txt=1", "rename x.txt y.pdf", "-> y.pdf.txt", "y.pdf.txt=1"],
    ["rename-suffix=keep", "v1.2/", "rename v1.2 w", "-> w", "w/"],
];

#[test]
fn names_are_unique_and_allowed() {
    check(NAMES);
}

#[test]
fn ids_follow_the_switches_and_uuids_stay() {
    // Switches, what is done, whether the id stays.
    let cases = [
        ("", "move x -> t", true),
        ("move-id-same-space=change", "move x -> t", false),
        ("", "move x -> 2:", false),
        ("move-id-cross-space=keep", "move x -> 2:", true),
        ("", "move a -> t", true),
        ("move-id-same-space=change", "move a -> t", false),
        ("", "move a -> 2:", false),
        ("move-id-cross-space=keep", "move a -> 2:", true),
        ("", "rename x y", true),
        ("", "bin x; restore x", false),
        ("restore-id=keep", "bin x; restore x", true),
    ];
    for (switches, doing, stays) in cases {
        let mut scene = Scene::new(switches, "a/b/y=1, x=2, t/");
        let moved = if doing.contains(" a ") { "a/b/y" } else { "x" };
        let (space, id) = scene.find(moved);
        let uuid = scene.drive.entry(space, id).unwrap().uuid.clone();
        for step in doing.split(';') {
            scene.run(step);
        }
        let (_, found) = scene.drive.by_uuid(&uuid).unwrap();
        assert_eq!(found == id, stays, "{switches} {doing}");
    }
    let mut scene = Scene::new("", "x=2, t/");
    scene.run("copy x -> t");
    let uuid = |path: &str| {
        let (space, id) = scene.find(path);
        scene.drive.entry(space, id).unwrap().uuid.clone()
    };
    assert_ne!(uuid("x"), uuid("t/x"));
}
