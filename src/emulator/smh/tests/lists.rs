//! Lists, infos and headers.

use serde_json::Value;

use super::stage::Stage;

const SEED: &str = "
libraries:
  - id: one
    spaces:
      - files: {/d/b.txt: 2, /d/a.txt: 30, /d/c.txt: 1}
        folders: [/d/z, /d/y]
        entries: [{path: /e.jpg, size: 9, crc64: 16293198345556339838, inode: 0a0b}]
        generate: {below: /bulk, folders: 1, files: 25}
tokens: [{token: root, library: one, grants: [admin]}]
";

#[test]
fn lists_have_an_order_and_pages() {
    Stage::new(SEED).play(
        r#"
        GET directory/one/-/d
        < 200 {"path": ["d"], "fileCount": 3, "subDirCount": 2, "totalNum": 5, "eTag": "@any", "nextMarker": "@absent", "contents": [{"name": "y", "type": "dir", "size": "@absent", "crc64": "@absent"}, {"name": "z"}, {"name": "a.txt", "type": "file", "size": "30"}, {"name": "b.txt"}, {"name": "c.txt"}]}
        GET directory/one/-/d?order_by=size&order_by_type=desc
        < 200 {"contents": [{"name": "z"}, {"name": "y"}, {"name": "a.txt"}, {"name": "b.txt"}, {"name": "c.txt"}]}
        GET directory/one/-/d?sort_type=union
        < 200 {"contents": [{"name": "a.txt"}, {"name": "b.txt"}, {"name": "c.txt"}, {"name": "y"}, {"name": "z"}]}
        GET directory/one/-/d?filter=onlyDir
        < 200 {"contents": [{"name": "y"}, {"name": "z"}], "totalNum": 5}
        GET directory/one/-/d/?filter=onlyFile&order_by_type=desc
        < 200 {"contents": [{"name": "c.txt"}, {"name": "b.txt"}, {"name": "a.txt"}]}
        GET directory/one/-/d?limit=2
        < 200 {"nextMarker": 2, "contents": [{"name": "y"}, {"name": "z"}]}
        GET directory/one/-/d?marker=2&limit=2
        < 200 {"nextMarker": 4, "contents": [{"name": "a.txt"}, {"name": "b.txt"}]}
        ~ marker=text
        GET directory/one/-/d?marker=2&limit=2
        < 200 {"nextMarker": "4"}
        GET directory/one/-/d?marker=4&limit=2
        < 200 {"nextMarker": "@absent", "contents": [{"name": "c.txt"}]}
        GET directory/one/-/d?page=2&page_size=2
        < 200 {"nextMarker": "@absent", "contents": [{"name": "a.txt"}, {"name": "b.txt"}]}
        GET directory/one/-/d?page_size=0
        < 200 {"contents": []}
        GET directory/one/-/d?page=9
        < 200 {"contents": []}
        GET directory/one/-
        < 200 {"path": [], "fileCount": 1, "subDirCount": 2}
        "#,
    );
}

#[test]
fn what_cannot_be_listed_is_refused() {
    let cases = [
        ("d?page=1&limit=2", 400, "ParamInvalid"),
        ("d?limit=1001", 400, "ParamInvalid"),
        ("d?limit=0", 400, "ParamInvalid"),
        ("d?page_size=1001", 400, "ParamInvalid"),
        ("d?limit=some", 400, "ParamInvalid"),
        ("d?marker=some", 400, "ParamInvalid"),
        ("d?filter=all", 400, "ParamInvalid"),
        ("d?sort_type=both", 400, "ParamInvalid"),
        ("d?order_by=colour", 400, "OrderByNotAllowed"),
        ("d?order_by_type=up", 400, "OrderByTypeNotAllowed"),
        ("d/a.txt", 404, "DirectoryNotFound"),
        ("none", 404, "DirectoryNotFound"),
        ("none?info", 404, "PathNotFound"),
        ("d/../d", 400, "ParamInvalid"),
    ];
    let mut stage = Stage::new(SEED);
    for (target, status, code) in cases {
        stage.play(&format!(
            "GET directory/one/-/{target}\n< {status} {{\"code\": \"{code}\"}}"
        ));
    }
    stage.play("GET directory/one/-/d?limit=1000\n< 200");
}

#[test]
fn a_page_holds_twenty_where_nothing_is_said() {
    let mut stage = Stage::new(SEED);
    for (query, expected, more) in [
        ("", 20, false),
        ("by_marker=1", 20, true),
        ("marker=20", 5, false),
        ("limit=1000", 25, false),
    ] {
        let target = format!("directory/one/-/bulk/Folder%2000001?{query}");
        let reply = stage.ask("GET", &target, "");
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body["contents"].as_array().unwrap().len(), expected);
        assert_eq!(body.get("nextMarker").is_some(), more, "{query}");
    }
}

#[test]
fn a_list_that_did_not_change_need_not_come_again() {
    let mut stage = Stage::new(SEED);
    let tag = |stage: &mut Stage| {
        let reply = stage.ask("GET", "directory/one/-/d", "");
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        body["eTag"].as_str().unwrap().to_owned()
    };
    let before = tag(&mut stage);
    stage.play(&format!(
        "GET directory/one/-/d?limit=9&if-none-match={before}\n< 304 nothing\n\
         ~ not-modified=off\n\
         GET directory/one/-/d?limit=9&if-none-match={before}\n< 200\n\
         ~ not-modified=on\n\
         PUT directory/one/-/d/new\n< 201\n\
         GET directory/one/-/d?limit=9&if-none-match={before}\n< 200"
    ));
    assert_ne!(tag(&mut stage), before);
}

#[test]
fn one_entry_is_told_in_every_way() {
    let mut stage = Stage::new(SEED);
    stage.play(
        r#"
        GET directory/one/-/e.jpg?info&with_inode=1
        < 200 {"name": "e.jpg", "type": "file", "path": ["e.jpg"], "size": "9", "crc64": "16293198345556339838", "inode": "0a0b", "fileType": "image", "contentType": "image/jpeg", "creationTime": "2026-01-07T09:00:00.000Z", "userId": "", "versionId": "@any"}
        GET directory/one/-/d?info
        < 200 {"type": "dir", "path": ["d"], "inode": "@absent", "size": "@absent"}
        GET directory/one/-/?info
        < 200 {"type": "dir", "path": []}
        GET file/one/-/e.jpg?info=
        < 200 {"cosUrl": "http://127.0.0.1:1/_object/0a0b", "size": "9"}
        GET file/one/-/d?info
        < 404 {"code": "FileNotFound"}
        GET inode/one/-/0a0b
        < 200 {"path": ["e.jpg"], "name": "e.jpg", "crc64": "16293198345556339838"}
        GET inode/one/-/none
        < 404
        HEAD directory/one/-/d
        < 200 nothing
        HEAD directory/one/-/e.jpg
        < 404 nothing
        HEAD file/one/-/none
        < 404 nothing
        ~ crc64=signed
        GET directory/one/-/e.jpg?info
        < 200 {"crc64": "-2153545728153211778"}
        "#,
    );
    let head = stage.ask("HEAD", "file/one/-/e.jpg", "");
    let header = |name: &str| {
        let found = head.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("x-smh-size"), Some("9"));
    assert_eq!(header("x-smh-type"), Some("file"));
    let moved = stage.ask("GET", "file/one/-/e.jpg", "");
    assert_eq!(moved.status, 302);
    let place = "http://127.0.0.1:1/_object/0a0b".to_owned();
    assert_eq!(moved.headers, [("location".to_owned(), place)]);
}
