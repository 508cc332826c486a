//! Cuts Rust source into words and signs, so that no rule is fooled by a comment or a string.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        let first = self.text.chars().next();
        first.is_some_and(|letter| letter.is_alphabetic() || letter == '_')
    }
}

/// Where the unit tests begin: at the `#[cfg(test)]` of a `mod` with a body.
pub(crate) fn unit_tests_start(tokens: &[Token]) -> Option<usize> {
    let opening = ["#", "[", "cfg", "(", "test", ")", "]"];
    let begins = |at: usize| {
        let texts = tokens[at..].iter().map(|token| token.text.as_str());
        texts.take(opening.len()).eq(opening)
    };
    (0..tokens.len()).find(|at| {
        let mut item = at + opening.len();
        while begins(*at) && tokens.get(item).is_some_and(|token| token.text == "#") {
            item = closing(tokens, item + 1) + 1;
        }
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        begins(*at) && text(item) == "mod" && text(item + 2) == "{"
    })
}

/// Where the bracket closes that opens at a place; the last token where it does not.
pub(crate) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// Cuts source text into words, `::` and single signs; drops comments, strings and lifetimes.
pub(crate) fn tokens_of(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while at < letters.len() {
        let end = skipped(&letters, at).unwrap_or(at);
        if end > at {
            line += letters[at..end]
                .iter()
                .filter(|letter| **letter == '\n')
                .count();
            at = end;
            continue;
        }
        let word = letters[at..]
            .iter()
            .take_while(|it| it.is_alphanumeric() || **it == '_');
        let length = match word.count() {
            0 if letters[at] == ':' && letters.get(at + 1) == Some(&':') => 2,
            0 => 1,
            length => length,
        };
        let text = letters[at..at + length].iter().collect();
        tokens.push(Token { line, text });
        at += length;
    }
    tokens
}

/// Where a blank, comment, string, character or lifetime ends that begins at a place.
fn skipped(letters: &[char], at: usize) -> Option<usize> {
    let next = letters.get(at + 1).copied().unwrap_or(' ');
    match letters[at] {
        blank if blank.is_whitespace() => Some(at + 1),
        '/' if next == '/' => Some(end_of_line(letters, at)),
        '/' if next == '*' => Some(end_of_block(letters, at)),
        '"' => Some(end_of_string(letters, at)),
        'b' | 'c' if next == '"' => Some(end_of_string(letters, at + 1)),
        'r' if next == '"' || next == '#' => end_of_raw_string(letters, at + 1),
        'b' if next == 'r' => end_of_raw_string(letters, at + 2),
        '\'' if next == '\\' => {
            let close = letters[at + 3..]
                .iter()
                .position(|letter| *letter == '\'')?;
            Some(at + 3 + close + 1)
        }
        '\'' if letters.get(at + 2) == Some(&'\'') => Some(at + 3),
        '\'' => Some(at + 1),
        _ => None,
    }
}

fn end_of_line(letters: &[char], at: usize) -> usize {
    let length = letters[at..].iter().position(|letter| *letter == '\n');
    length.map_or(letters.len(), |length| at + length)
}

fn end_of_block(letters: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = at;
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1);
        if *letter == '/' && next == Some(&'*') {
            depth += 1;
            at += 2;
        } else if *letter == '*' && next == Some(&'/') {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(letters: &[char], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(letter) = letters.get(at) {
        match letter {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    letters.len()
}

fn end_of_raw_string(letters: &[char], start: usize) -> Option<usize> {
    let signs = letters
        .get(start..)?
        .iter()
        .take_while(|letter| **letter == '#')
        .count();
    let mut at = start + signs;
    if letters.get(at) != Some(&'"') {
        return None;
    }
    loop {
        at += 1;
        let rest = letters.get(at..)?;
        let closes = rest.first() == Some(&'"')
            && rest[1..]
                .iter()
                .take(signs)
                .filter(|letter| **letter == '#')
                .count()
                == signs;
        if closes {
            return Some(at + 1 + signs);
        }
    }
}

/// The words of a name or a line, in lower case: `DryRun` and `dry_run` are both `dry`, `run`.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in text.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && after_small {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words
                .last_mut()
                .into_iter()
                .for_each(|word| word.extend(letter.to_lowercase()));
        }
        after_small = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
