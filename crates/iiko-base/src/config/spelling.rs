//! What a person may have meant by a word that is not known.

/// The known word that differs in two letters at most.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    known
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, candidate)| candidate.clone())
}

/// Levenshtein's: how many letters must be put in, taken out or exchanged.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let exchanged = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["listen".to_owned(), "log.level".to_owned()];
        assert_eq!(closest("lisen", known.iter()).as_deref(), Some("listen"));
        assert_eq!(
            closest("log.levle", known.iter()).as_deref(),
            Some("log.level")
        );
        assert_eq!(closest("secret", known.iter()), None);
    }
}
