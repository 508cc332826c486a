//! The known word that a person most likely meant.

/// The nearest of the known words, if one is near enough to be meant.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    known
        .map(|candidate| (distance(&lower, candidate), candidate))
        .filter(|(steps, _)| *steps <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters must be inserted, taken out, replaced or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut next = vec![row];
        for column in 1..=right.len() {
            let (this, other) = (left[row - 1], right[column - 1]);
            let replaced = last[column - 1] + usize::from(this != other);
            let mut steps = replaced.min(last[column] + 1).min(next[column - 1] + 1);
            let crossed =
                row > 1 && column > 1 && this == right[column - 2] && left[row - 2] == other;
            if crossed {
                steps = steps.min(before_last[column - 2] + 1);
            }
            next.push(steps);
        }
        before_last = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["copy", "mirror", "on_conflict", "keep", "to", "id"];
        let check = |word: &str, expected: Option<&str>| {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        };
        check("cpoy", Some("copy"));
        check("Copy", Some("copy"));
        check("mirorr", Some("mirror"));
        check("onconflict", Some("on_conflict"));
        check("kep", Some("keep"));
        check("di", Some("id"));
        check("owner", None);
        check("", None);
    }
}
