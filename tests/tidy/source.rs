//! A source file as the rules see it: its tokens, the paths it names and the files it declares.

use crate::rules::Breach;
use crate::tokens::{Token, closing, tokens_of, unit_tests_start};

/// One source file, cut into tokens without comments and strings.
pub(crate) struct Source {
    /// Its path below the crate, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    /// How many tokens come before the unit tests.
    pub(crate) shipped: usize,
}

/// A path that the code names, whether in a `use` or in place.
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let tokens = tokens_of(text);
        let shipped = unit_tests_start(&tokens).unwrap_or(tokens.len());
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            shipped,
        }
    }

    /// A breach at a line of this file.
    pub(crate) fn breach(&self, line: usize, rule: &'static str, why: String) -> Breach {
        Breach {
            file: self.path.clone(),
            line,
            rule,
            why,
        }
    }

    /// The station that the file belongs to: `plan` for `src/plan/file.rs`.
    pub(crate) fn module(&self) -> String {
        self.module_path().into_iter().next().unwrap_or_else(|| {
            let name = self.path.rsplit('/').next().unwrap_or_default();
            name.trim_end_matches(".rs").to_owned()
        })
    }

    pub(crate) fn module_path(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut segments: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if matches!(
            segments.last().map(String::as_str),
            Some("mod" | "lib" | "main")
        ) {
            segments.pop();
        }
        segments
    }

    pub(crate) fn shipped(&self) -> impl Iterator<Item = &Token> {
        self.tokens[..self.shipped].iter()
    }

    pub(crate) fn shipped_windows(&self, size: usize) -> impl Iterator<Item = &[Token]> {
        self.tokens[..self.shipped].windows(size)
    }

    pub(crate) fn names(&self, word: &str) -> bool {
        self.shipped().any(|token| token.text == word)
    }

    /// Where the next token of that text stands, at or after a place.
    pub(crate) fn find(&self, from: usize, text: &str) -> Option<usize> {
        let rest = self.tokens.get(from..)?;
        Some(from + rest.iter().position(|token| token.text == text)?)
    }

    /// Where the bracket closes that opens at a place.
    pub(crate) fn closing(&self, open: usize) -> usize {
        closing(&self.tokens, open)
    }

    /// Where the body opens of the function whose `fn` stands at a place; none in a trait.
    pub(crate) fn body_of(&self, function: usize) -> Option<usize> {
        let mut at = function;
        loop {
            match self.tokens.get(at)?.text.as_str() {
                "{" => return Some(at),
                ";" => return None,
                "(" | "[" => at = self.closing(at),
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether the `fn` at a place is `pub` or `pub(crate)`, or belongs to such a trait.
    pub(crate) fn is_public(&self, function: usize) -> bool {
        let qualifiers = ["async", "const", "unsafe"];
        let mut start = function;
        while start > 0 && qualifiers.contains(&self.tokens[start - 1].text.as_str()) {
            start -= 1;
        }
        self.follows_pub(start) || self.in_public_trait(function)
    }

    fn follows_pub(&self, at: usize) -> bool {
        let before: Vec<&str> = self.tokens[at.saturating_sub(4)..at]
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        before.ends_with(&["pub"]) || before.ends_with(&["pub", "(", "crate", ")"])
    }

    fn in_public_trait(&self, function: usize) -> bool {
        (0..function)
            .filter(|at| self.tokens[*at].text == "trait" && self.follows_pub(*at))
            .filter_map(|at| self.find(at, "{"))
            .any(|open| open < function && function < self.closing(open))
    }

    /// Every path that the shipped code names.
    pub(crate) fn paths(&self) -> Vec<Named> {
        let tokens = &self.tokens[..self.shipped];
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].text == "use" {
                at = use_tree(tokens, at + 1, &[], &mut found);
            } else if tokens[at].is_word() {
                at = path_at(tokens, at, &mut found);
            } else {
                at += 1;
            }
        }
        found
    }

    /// Which of our modules a path leads into, where it leads into one.
    pub(crate) fn crate_module(&self, segments: &[String]) -> Option<String> {
        let mut module = self.module_path();
        let mut rest = segments.iter();
        match segments.first()?.as_str() {
            "crate" => {
                rest.next();
                return rest.next().cloned();
            }
            "super" => {}
            _ => return None,
        }
        for segment in rest {
            if segment != "super" {
                module.push(segment.clone());
                break;
            }
            module.pop();
        }
        module.into_iter().next()
    }

    /// The files that the file's `mod` lines name.
    pub(crate) fn declares(&self) -> Vec<String> {
        let (folder, name) = self.path.rsplit_once('/').unwrap_or_default();
        let inside = match name {
            "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
            other => format!("{folder}/{}", other.trim_end_matches(".rs")),
        };
        self.tokens
            .windows(3)
            .filter(|three| three[0].text == "mod" && three[2].text == ";")
            .flat_map(|three| {
                let name = &three[1].text;
                [
                    format!("{inside}/{name}.rs"),
                    format!("{inside}/{name}/mod.rs"),
                ]
            })
            .collect()
    }

    /// The files that `#[path = "..."]` names, as paths below the crate.
    pub(crate) fn path_attributes(&self) -> Vec<String> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines = self.text.lines().filter_map(|line| {
            let rest = line.trim_start().strip_prefix("#[path = \"")?;
            Some(rest.split_once('"')?.0)
        });
        lines
            .map(|relative| {
                let mut parts: Vec<&str> = folder.split('/').collect();
                for part in relative.split('/') {
                    if part == ".." {
                        parts.pop();
                    } else {
                        parts.push(part);
                    }
                }
                parts.join("/")
            })
            .collect()
    }
}

impl Named {
    pub(crate) fn last(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }
}

/// Reads one tree of a `use`, from after what came before it to after its end.
fn use_tree(tokens: &[Token], start: usize, before: &[String], found: &mut Vec<Named>) -> usize {
    let mut segments = before.to_vec();
    let mut at = start;
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    let comma = tokens[at].text == ",";
                    at = if comma {
                        at + 1
                    } else {
                        use_tree(tokens, at, &segments, found)
                    };
                }
                return at + 1;
            }
            "as" => at += 2,
            "self" if !segments.is_empty() => at += 1,
            _ if token.is_word() || token.text == "*" => {
                segments.push(token.text.clone());
                at += 1;
            }
            _ => break,
        }
    }
    found.push(Named { line, segments });
    at.max(start + 1)
}

/// Reads one path in code and gives the place after it.
fn path_at(tokens: &[Token], start: usize, found: &mut Vec<Named>) -> usize {
    let line = tokens[start].line;
    let mut segments = vec![tokens[start].text.clone()];
    let mut at = start + 1;
    while tokens.get(at).is_some_and(|token| token.text == "::") {
        match tokens.get(at + 1) {
            Some(token) if token.is_word() => segments.push(token.text.clone()),
            _ => break,
        }
        at += 2;
    }
    found.push(Named { line, segments });
    at
}
