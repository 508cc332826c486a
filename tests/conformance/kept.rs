//! What a case comes to under a sheet: where names are kept, an entry is carried under its own name;
//! where folders are made on the way, a missing one is no hindrance; and what a service replaces
//! goes where it sees fit.

use reshelve::plan::{Capabilities, MissingParents, Naming};

use crate::doing::Doing;
use crate::scene::alias;
use crate::table;
use crate::target::{Bench, Makes};

/// What becomes of a case.
enum Row {
    /// These ends, one an operation, and this scene afterwards.
    Ends(&'static [&'static str], &'static str),
    /// It is left out, for a reason.
    Without(&'static str),
}

/// The scene afterwards is the one before.
const AS_BEFORE: &str = "as before";
const NO: &str = "unsupported";

const ROWS: &[(&str, Row)] = &[
    ("a file is copied in its space", Row::Ends(&[NO], AS_BEFORE)),
    (
        "a copy of a copy that the same call makes",
        Row::Ends(&["ok", NO], "a:/f=5 b:/f=5"),
    ),
    (
        "no copy takes a name that is taken",
        Row::Ends(&["already-exists", NO, NO], AS_BEFORE),
    ),
    (
        "of two copies to one name the first wins",
        Row::Ends(&["ok", NO], "a:/f=5 a:/g=6 b:/f=5"),
    ),
    (
        "a copy replaces a file when asked to",
        Row::Ends(&["ok", NO], "a:/f=5 b:/f=5 b:/g=8"),
    ),
    (
        "only a file replaces a file",
        Row::Ends(&[NO, NO, NO, NO, NO, NO], AS_BEFORE),
    ),
    (
        "a source with another id",
        Row::Ends(
            &["not-found", "not-found", "not-found", "not-found"],
            AS_BEFORE,
        ),
    ),
    ("a folder is copied whole", Row::Ends(&[NO], AS_BEFORE)),
    (
        "a folder is copied beside itself",
        Row::Ends(&[NO], AS_BEFORE),
    ),
    ("a folder is moved whole", Row::Ends(&[NO], AS_BEFORE)),
    (
        "no folder takes a name that is taken",
        Row::Ends(&[NO, NO, NO, NO], AS_BEFORE),
    ),
    (
        "a folder that holds something special is not copied and not removed",
        Row::Without("the service carries whatever a folder holds"),
    ),
    (
        "a folder that holds something special can move",
        Row::Ends(&[NO], AS_BEFORE),
    ),
    (
        "files are moved and renamed",
        Row::Ends(&["ok", NO], "a:/g=6 a:/x/ a:/x/f=5"),
    ),
    (
        "no move takes a name that is taken",
        Row::Ends(&["already-exists", NO, "already-exists"], AS_BEFORE),
    ),
    (
        "a move replaces a file when asked to",
        Row::Ends(&["ok", "ok"], "b:/f=5 b:/g=6"),
    ),
    (
        "a name that is too long is refused",
        Row::Without("no length is stated"),
    ),
];

/// What a case comes to where the service makes the folders on the way to a new one, and replaces
/// files without a word about the old ones.
const MADE_ROWS: &[(&str, Row)] = &[
    (
        "no folder is made without its parent",
        Row::Ends(&["ok"], "a:/f=5 a:/no/ a:/no/x/"),
    ),
    (
        "a copy replaces a file when asked to",
        Row::Ends(&["ok", "ok"], "a:/f=5 b:/f=5 b:/g=5"),
    ),
    (
        "a move replaces a file when asked to",
        Row::Ends(&["ok", "ok"], "b:/f=5 b:/g=6"),
    ),
    (
        "a folder that holds something special is not copied and not removed",
        Row::Without("the service carries whatever a folder holds"),
    ),
];

impl Doing {
    /// The case as it is on a bench: under its sheet, and with what its scenes can hold.
    ///
    /// # Errors
    /// Why it is left out.
    pub(crate) fn for_bench(&self, bench: &Bench) -> Result<Self, &'static str> {
        let sheet = bench.provider.capabilities(&alias("a")).unwrap();
        let mut case = self.for_sheet(&sheet)?;
        if bench.makes != Makes::Everything {
            let special = |line: &String| line.ends_with('@');
            let gone: Vec<String> = case
                .before
                .iter()
                .filter(|line| special(line))
                .cloned()
                .collect();
            case.before.retain(|line| !special(line));
            case.after.retain(|line| !special(line));
            case.does.retain(|(text, _)| {
                let mut parts = text.split('|');
                !parts.any(|part| gone.iter().any(|line| line.trim_end_matches('@') == part))
            });
        }
        Ok(case)
    }

    /// The case as it is under a sheet.
    ///
    /// # Errors
    /// Why it is left out.
    pub(crate) fn for_sheet(&self, sheet: &Capabilities) -> Result<Self, &'static str> {
        let mut case = self.clone();
        let rows = match (sheet.naming, sheet.parents) {
            (Naming::Kept, _) => ROWS,
            (Naming::Free, MissingParents::MadeForFolders) => MADE_ROWS,
            (Naming::Free, MissingParents::Refused) => return Ok(case),
        };
        match rows.iter().find(|(name, _)| *name == self.name) {
            Some((_, Row::Without(reason))) => return Err(reason),
            Some((_, Row::Ends(ends, after))) => {
                assert_eq!(ends.len(), case.does.len(), "{}", self.name);
                for ((_, end), row) in case.does.iter_mut().zip(*ends) {
                    *end = row;
                }
                case.after = match *after {
                    AS_BEFORE => case.before.clone(),
                    after => after.split_whitespace().map(str::to_owned).collect(),
                };
            }
            None => {}
        }
        if sheet.naming == Naming::Kept {
            case.leave_out(|name| !taken(name, sheet));
        }
        Ok(case)
    }

    /// Leaves out the entries whose names a service does not take.
    fn leave_out(&mut self, refuses: impl Fn(&str) -> bool) {
        let name = |line: &str| {
            let (address, _) = line.rsplit_once('=').unwrap_or((line, ""));
            let path = address.split_once(':').map_or("", |(_, path)| path);
            path.trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        self.before.retain(|line| !refuses(&name(line)));
        self.after.retain(|line| !refuses(&name(line)));
        let at = |text: &str| name(text.split('|').nth(2).unwrap_or_default());
        self.does.retain(|(text, _)| !refuses(&at(text)));
    }
}

/// Whether a service takes a name as it is: it trims blanks and refuses some characters and a dot
/// at the end.
fn taken(name: &str, sheet: &Capabilities) -> bool {
    let forbidden = |character| sheet.forbidden_characters.contains(&character);
    name.trim() == name && !name.ends_with('.') && !name.contains(forbidden)
}

/// Sees to it that every row is one of a case.
pub(crate) fn check_names() {
    for (name, _) in ROWS.iter().chain(MADE_ROWS) {
        let mut cases = table::cases().iter();
        assert!(cases.any(|case| case.name == *name), "no case `{name}`");
    }
}
