//! The table of cases that write, and the cases that one list of names makes.

use std::sync::LazyLock;

use crate::doing::Doing;

/// A case as the table has it: scenes are words with blanks between them, and behind the arrow
/// stands how an operation ends.
struct Case {
    name: &'static str,
    before: &'static str,
    does: &'static [&'static str],
    after: &'static str,
}

/// For `after`, where nothing is changed.
const AS_BEFORE: &str = "as before";

/// A folder with files and folders in it.
macro_rules! subtree {
    ($at:literal) => {
        concat!(
            $at, "/ ", $at, "/f=5 ", $at, "/y/ ", $at, "/y/g=6 ", $at, "/z/"
        )
    };
}

/// Every case that writes.
pub(crate) fn cases() -> &'static [Doing] {
    static ALL: LazyLock<Vec<Doing>> = LazyLock::new(|| {
        let mut all: Vec<Doing> = CASES.iter().map(Case::doing).collect();
        all.push(many_files());
        all.extend(hostile_names());
        all.push(a_name_too_long());
        all
    });
    &ALL
}

impl Case {
    fn doing(&self) -> Doing {
        let words = |scene: &str| scene.split_whitespace().map(str::to_owned).collect();
        let after = match self.after {
            AS_BEFORE => self.before,
            after => after,
        };
        let ends = self.does.iter().map(|text| {
            let (operation, end) = text.split_once(" -> ").unwrap();
            (operation.to_owned(), end)
        });
        Doing {
            name: self.name,
            before: words(self.before),
            does: ends.collect(),
            after: words(after),
        }
    }
}

fn many_files() -> Doing {
    let files = |space: &'static str| (0..40).map(move |n| format!("{space}:/{n}={n}"));
    let copy = |n| (format!("copy|file|a:/{n}|b:/{n}|fail"), "ok");
    Doing {
        name: "many files are copied in one call",
        before: files("a").collect(),
        does: (0..40).map(copy).collect(),
        after: files("a").chain(files("b")).collect(),
    }
}

/// Names that programs stumble over: control characters, marks, blanks, options, patterns, and the
/// longest that a folder takes, in letters of one byte and of two.
fn hostile() -> Vec<String> {
    let short = [
        "new\nline",
        "\u{1b}[31mred\u{1b}[0m",
        "trailing blank ",
        " leading",
        "-rf",
        "~",
        "$HOME",
        "quo\"te's",
        "back\\slash",
        "*?[x]",
        "\u{202e}gpj.exe",
        "ca\u{301}f",
        "c\u{e1}f",
        "\u{62a5}\u{544a}",
        "...",
        ".hidden",
        "CON",
        "a:b",
    ];
    let longest = ["n".repeat(255), "\u{e9}".repeat(127)];
    short
        .map(str::to_owned)
        .into_iter()
        .chain(longest)
        .collect()
}

fn hostile_names() -> [Doing; 3] {
    let names = hostile();
    let files = |space: &str| -> Vec<String> {
        let numbered = names.iter().enumerate();
        numbered
            .map(|(size, name)| format!("{space}:/{name}={size}"))
            .collect()
    };
    let carry = |action: &str| {
        let text = |name: &String| format!("{action}|file|a:/{name}|b:/{name}|fail");
        names.iter().map(|name| (text(name), "ok")).collect()
    };
    let remove = |(number, name)| {
        let (how, end) = if number % 2 == 0 {
            ("recycle", "ok+bin")
        } else {
            ("permanent", "ok")
        };
        (format!("remove|file|a:/{name}|{how}"), end)
    };
    let folder = || vec!["a:/x/".to_owned()];
    [
        Doing {
            name: "hostile names are copied as they are",
            before: files("a"),
            does: carry("copy"),
            after: [files("a"), files("b")].concat(),
        },
        Doing {
            name: "hostile names are moved as they are",
            before: files("a"),
            does: carry("move"),
            after: files("b"),
        },
        Doing {
            name: "hostile names are removed and nothing else is",
            before: [files("a"), folder()].concat(),
            does: names.iter().enumerate().map(remove).collect(),
            after: folder(),
        },
    ]
}

fn a_name_too_long() -> Doing {
    let name = "n".repeat(256);
    let operations = [
        format!("copy|file|a:/f|b:/{name}|fail"),
        format!("move|file|a:/f|b:/{name}|fail"),
        format!("create|folder|b:/{name}"),
    ];
    let file = || vec!["a:/f=5".to_owned()];
    Doing {
        name: "a name that is too long is refused",
        before: file(),
        does: operations.map(|text| (text, "unsupported")).into(),
        after: file(),
    }
}

const CASES: &[Case] = &[
    Case {
        name: "a folder is made",
        before: "a:/x/",
        does: &["create|folder|a:/x/y -> ok", "create|folder|b:/z -> ok"],
        after: "a:/x/ a:/x/y/ b:/z/",
    },
    Case {
        name: "a folder is made inside one that the same call made",
        before: "",
        does: &["create|folder|a:/x -> ok", "create|folder|a:/x/y -> ok"],
        after: "a:/x/ a:/x/y/",
    },
    Case {
        name: "no folder is made over anything",
        before: "a:/x/ a:/x/in=1 a:/f=5 a:/s@",
        does: &[
            "create|folder|a:/x -> already-exists",
            "create|folder|a:/f -> already-exists",
            "create|folder|a:/s -> already-exists",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "no folder is made without its parent",
        before: "a:/f=5",
        does: &["create|folder|a:/no/x -> not-found"],
        after: AS_BEFORE,
    },
    Case {
        name: "a file is copied in its space",
        before: "a:/f=5 a:/x/",
        does: &["copy|file|a:/f|a:/x/g|fail -> ok"],
        after: "a:/f=5 a:/x/ a:/x/g=5",
    },
    Case {
        name: "a file is copied to another space",
        before: "a:/f=5",
        does: &["copy|file|a:/f|b:/f|fail -> ok"],
        after: "a:/f=5 b:/f=5",
    },
    Case {
        name: "an empty and a large file are copied",
        before: "a:/e=0 a:/l=3000000",
        does: &[
            "copy|file|a:/e|b:/e|fail -> ok",
            "copy|file|a:/l|b:/l|fail -> ok",
        ],
        after: "a:/e=0 a:/l=3000000 b:/e=0 b:/l=3000000",
    },
    Case {
        name: "a copy of a copy that the same call makes",
        before: "a:/f=5",
        does: &[
            "copy|file|a:/f|b:/f|fail -> ok",
            "copy|file|b:/f|b:/g|fail -> ok",
        ],
        after: "a:/f=5 b:/f=5 b:/g=5",
    },
    Case {
        name: "no copy takes a name that is taken",
        before: "a:/f=5 b:/f=7 b:/x/ b:/s@",
        does: &[
            "copy|file|a:/f|b:/f|fail -> already-exists",
            "copy|file|a:/f|b:/x|fail -> already-exists",
            "copy|file|a:/f|b:/s|fail -> already-exists",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "of two copies to one name the first wins",
        before: "a:/f=5 a:/g=6",
        does: &[
            "copy|file|a:/f|b:/f|fail -> ok",
            "copy|file|a:/g|b:/f|fail -> already-exists",
        ],
        after: "a:/f=5 a:/g=6 b:/f=5",
    },
    Case {
        name: "a copy replaces a file when asked to",
        before: "a:/f=5 b:/f=7 b:/g=8",
        does: &[
            "copy|file|a:/f|b:/f|recycle -> ok+bin",
            "copy|file|a:/f|b:/g|permanent -> ok",
        ],
        after: "a:/f=5 b:/f=5 b:/g=5",
    },
    Case {
        name: "a copy that may replace finds nothing to replace",
        before: "a:/f=5",
        does: &["copy|file|a:/f|b:/f|recycle -> ok"],
        after: "a:/f=5 b:/f=5",
    },
    Case {
        name: "only a file replaces a file",
        before: "a:/f=5 a:/x/ b:/x/ b:/s@ b:/f=7",
        does: &[
            "copy|file|a:/f|b:/x|recycle -> mismatch",
            "copy|file|a:/f|b:/s|recycle -> mismatch",
            "copy|folder|a:/x|b:/f|recycle -> mismatch",
            "copy|folder|a:/x|b:/x|permanent -> mismatch",
            "move|file|a:/f|b:/x|recycle -> mismatch",
            "move|folder|a:/x|b:/f|permanent -> mismatch",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a source that is not there",
        before: "a:/x/",
        does: &[
            "copy|file|a:/f|b:/f|fail -> not-found",
            "move|file|a:/x/f|b:/f|fail -> not-found",
            "rename|file|a:/f|a:/g|fail -> not-found",
            "remove|file|a:/f|recycle -> not-found",
            "remove|folder|a:/no/x|permanent -> not-found",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a source of another kind",
        before: "a:/f=5 a:/x/ a:/s@",
        does: &[
            "copy|folder|a:/f|b:/f|fail -> mismatch",
            "copy|file|a:/x|b:/x|fail -> mismatch",
            "copy|file|a:/s|b:/s|fail -> mismatch",
            "move|folder|a:/f|b:/f|fail -> mismatch",
            "remove|file|a:/x|permanent -> mismatch",
            "remove|folder|a:/f|recycle -> mismatch",
            "remove|file|a:/s|permanent -> mismatch",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a source with another id",
        before: "a:/f=5 a:/x/",
        does: &[
            "copy|file|a:/f#999999999999|b:/f|fail -> mismatch",
            "move|file|a:/f#999999999999|b:/f|fail -> mismatch",
            "remove|file|a:/f#999999999999|permanent -> mismatch",
            "remove|folder|a:/x#999999999999|recycle -> mismatch",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a target whose folder is not there",
        before: "a:/f=5 a:/g=6",
        does: &[
            "copy|file|a:/f|b:/no/f|fail -> not-found",
            "move|file|a:/f|b:/no/f|fail -> not-found",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a folder is copied whole",
        before: subtree!("a:/x"),
        does: &["copy|folder|a:/x|b:/w|fail -> ok"],
        after: concat!(subtree!("a:/x"), " ", subtree!("b:/w")),
    },
    Case {
        name: "a folder is copied whole under its name",
        before: concat!(subtree!("a:/x"), " a:/w/"),
        does: &[
            "copy|folder|a:/x|b:/x|fail -> ok",
            "copy|folder|a:/x|a:/w/x|fail -> ok",
        ],
        after: concat!(
            subtree!("a:/x"),
            " a:/w/ ",
            subtree!("b:/x"),
            " ",
            subtree!("a:/w/x")
        ),
    },
    Case {
        name: "a folder is moved whole under its name",
        before: concat!(subtree!("a:/x"), " ", subtree!("a:/v"), " a:/w/"),
        does: &[
            "move|folder|a:/x|b:/x|fail -> ok",
            "move|folder|a:/v|a:/w/v|fail -> ok",
        ],
        after: concat!(subtree!("b:/x"), " a:/w/ ", subtree!("a:/w/v")),
    },
    Case {
        name: "no folder takes the name of its like",
        before: concat!(subtree!("a:/x"), " b:/x/ a:/y/ b:/y=1"),
        does: &[
            "copy|folder|a:/x|b:/x|fail -> already-exists",
            "copy|folder|a:/y|b:/y|fail -> already-exists",
            "move|folder|a:/x|b:/x|fail -> already-exists",
            "move|folder|a:/y|b:/y|fail -> already-exists",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "what was moved away is found where it went",
        before: concat!(subtree!("a:/x"), " a:/w/"),
        does: &[
            "move|folder|a:/x|a:/w/x|fail -> ok",
            "rename|folder|a:/w|a:/v|fail -> ok",
            "move|file|a:/v/x/y/g|b:/g|fail -> ok",
            "create|folder|a:/v/x/y/new -> ok",
            "create|folder|a:/x -> ok",
        ],
        after: "a:/v/ a:/v/x/ a:/v/x/f=5 a:/v/x/y/ a:/v/x/y/new/ a:/v/x/z/ a:/x/ b:/g=6",
    },
    Case {
        name: "a folder is copied beside itself",
        before: subtree!("a:/x"),
        does: &["copy|folder|a:/x|a:/w|fail -> ok"],
        after: concat!(subtree!("a:/x"), " ", subtree!("a:/w")),
    },
    Case {
        name: "a folder is moved whole",
        before: subtree!("a:/x"),
        does: &["move|folder|a:/x|b:/w|fail -> ok"],
        after: subtree!("b:/w"),
    },
    Case {
        name: "a folder is renamed whole",
        before: subtree!("a:/x"),
        does: &["rename|folder|a:/x|a:/w|fail -> ok"],
        after: subtree!("a:/w"),
    },
    Case {
        name: "no folder takes a name that is taken",
        before: concat!(subtree!("a:/x"), " b:/w/ b:/v=1"),
        does: &[
            "copy|folder|a:/x|b:/w|fail -> already-exists",
            "copy|folder|a:/x|b:/v|fail -> already-exists",
            "move|folder|a:/x|b:/w|fail -> already-exists",
            "move|folder|a:/x|b:/v|fail -> already-exists",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "no folder goes into itself",
        before: subtree!("a:/x"),
        does: &["move|folder|a:/x|a:/x/y/w|fail -> unsupported"],
        after: AS_BEFORE,
    },
    Case {
        name: "a folder that holds something special is not copied and not removed",
        before: "a:/x/ a:/x/f=5 a:/x/y/ a:/x/y/s@",
        does: &[
            "copy|folder|a:/x|b:/x|fail -> mismatch",
            "remove|folder|a:/x|recycle -> mismatch",
            "remove|folder|a:/x|permanent -> mismatch",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a folder that holds something special can move",
        before: "a:/x/ a:/x/f=5 a:/x/y/ a:/x/y/s@",
        does: &["move|folder|a:/x|a:/w|fail -> ok"],
        after: "a:/w/ a:/w/f=5 a:/w/y/ a:/w/y/s@",
    },
    Case {
        name: "files are moved and renamed",
        before: "a:/f=5 a:/g=6 a:/x/",
        does: &[
            "move|file|a:/f|a:/x/f|fail -> ok",
            "move|file|a:/g|b:/h|fail -> ok",
        ],
        after: "a:/x/ a:/x/f=5 b:/h=6",
    },
    Case {
        name: "a swap by a third name",
        before: "a:/f=5 a:/g=6",
        does: &[
            "rename|file|a:/f|a:/t|fail -> ok",
            "rename|file|a:/g|a:/f|fail -> ok",
            "rename|file|a:/t|a:/g|fail -> ok",
        ],
        after: "a:/f=6 a:/g=5",
    },
    Case {
        name: "a rename that changes case alone",
        before: "a:/readme=5",
        does: &["rename|file|a:/readme|a:/README|fail -> ok"],
        after: "a:/README=5",
    },
    Case {
        name: "no move takes a name that is taken",
        before: "a:/f=5 b:/f=7 b:/x/",
        does: &[
            "move|file|a:/f|b:/f|fail -> already-exists",
            "move|file|a:/f|b:/x|fail -> already-exists",
            "rename|file|b:/f|b:/x|fail -> already-exists",
        ],
        after: AS_BEFORE,
    },
    Case {
        name: "a move replaces a file when asked to",
        before: "a:/f=5 a:/g=6 b:/f=7 b:/g=8",
        does: &[
            "move|file|a:/f|b:/f|recycle -> ok+bin",
            "move|file|a:/g|b:/g|permanent -> ok",
        ],
        after: "b:/f=5 b:/g=6",
    },
    Case {
        name: "files and folders are removed",
        before: concat!(subtree!("a:/x"), " a:/f=5 a:/g=6 a:/h/"),
        does: &[
            "remove|file|a:/f|recycle -> ok+bin",
            "remove|file|a:/g|permanent -> ok",
            "remove|folder|a:/x|recycle -> ok+bin",
            "remove|folder|a:/h|permanent -> ok",
        ],
        after: "",
    },
    Case {
        name: "a full folder is removed for good",
        before: subtree!("a:/x"),
        does: &["remove|folder|a:/x|permanent -> ok"],
        after: "",
    },
    Case {
        name: "entries of one name from two folders go to one bin",
        before: "a:/x/ a:/x/f=5 a:/y/ a:/y/f=6 a:/f=7",
        does: &[
            "remove|file|a:/x/f|recycle -> ok+bin",
            "remove|file|a:/y/f|recycle -> ok+bin",
            "remove|file|a:/f|recycle -> ok+bin",
        ],
        after: "a:/x/ a:/y/",
    },
    Case {
        name: "one item fails and the others are done",
        before: "a:/f=5 a:/g=6",
        does: &[
            "copy|file|a:/f|b:/f|fail -> ok",
            "copy|file|a:/no|b:/no|fail -> not-found",
            "copy|file|a:/g|b:/g|fail -> ok",
        ],
        after: "a:/f=5 a:/g=6 b:/f=5 b:/g=6",
    },
    Case {
        name: "the root of a space stays",
        before: "a:/f=5",
        does: &[
            "remove|folder|a:/|permanent -> unsupported",
            "move|folder|a:/|b:/a|fail -> unsupported",
            "copy|folder|a:/|b:/a|fail -> unsupported",
        ],
        after: AS_BEFORE,
    },
];
