//! Plain text: secrets that a word before them gives away (`apiLogin=…`, `Bearer …`, `Login … is not authorized`),
//! tokens by their form, email addresses, phone numbers.

use crate::redact::{MASK, phone};

/// Names of secrets in lower case, without `_` and `-`.
const SECRET_NAMES: [&str; 14] = [
    "accesstoken",
    "apikey",
    "apilogin",
    "authorization",
    "authtoken",
    "clientsecret",
    "cookie",
    "password",
    "refreshtoken",
    "secret",
    "token",
    "webhooksecret",
    "webhooktoken",
    "xauthtoken",
];

pub(crate) fn names_a_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .take(32)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    SECRET_NAMES.contains(&plain.as_str())
}

pub(crate) fn redact(text: &str) -> String {
    phone::mask_numbers(&redact_words(text))
}

fn redact_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let gap = rest.find(is_word_char).unwrap_or(rest.len());
        out.push_str(&rest[..gap]);
        rest = &rest[gap..];
        let end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        push_word(&mut out, word);
        rest = push_secret_after(&mut out, word, rest);
    }
    out
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '@' | '%')
}

/// A word by itself: a token and an email address show what they are.
fn push_word(out: &mut String, word: &str) {
    const SHORTEST_TOKEN: usize = 16;
    if let Some((local, domain)) = word.rsplit_once('@')
        && let Some(first) = local.chars().next()
        && !domain.is_empty()
    {
        out.push(first);
        out.push_str("***@");
        out.push_str(domain);
    } else if let Some(at) = word.find("eyJ")
        && word.len() - at >= SHORTEST_TOKEN
    {
        out.push_str(&word[..at]);
        out.push_str(MASK);
    } else {
        out.push_str(word);
    }
}

/// Masks what follows a word that announces a secret; gives what is left of the text.
fn push_secret_after<'a>(out: &mut String, word: &str, rest: &'a str) -> &'a str {
    if is_scheme(word) && rest.starts_with(' ') {
        return push_masked(out, rest, 1);
    }
    if word.eq_ignore_ascii_case("login")
        && let Some(end) = rest.to_ascii_lowercase().find(" is not authorized")
        && rest.starts_with(' ')
        && end > 1
    {
        out.push(' ');
        out.push_str(MASK);
        return &rest[end..];
    }
    if names_a_secret(word) {
        let value = rest.trim_start_matches(['"', '\'', '\\', ' ']);
        if let Some(value) = value.strip_prefix([':', '=']) {
            let value = value.trim_start_matches(['"', '\'', '\\', ' ']);
            let start = rest.len() - value.len();
            let end = value.find(ends_value).unwrap_or(value.len());
            if is_scheme(&value[..end]) {
                out.push_str(&rest[..start + end]);
                return push_masked(
                    out,
                    &value[end..],
                    value[end..].chars().take_while(|c| *c == ' ').count(),
                );
            }
            return push_masked(out, rest, start);
        }
    }
    rest
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// Copies the first `gap` bytes and masks the value behind them.
fn push_masked<'a>(out: &mut String, rest: &'a str, gap: usize) -> &'a str {
    out.push_str(&rest[..gap]);
    let value = &rest[gap..];
    let end = value.find(ends_value).unwrap_or(value.len());
    if end > 0 {
        out.push_str(MASK);
    }
    &value[end..]
}

fn ends_value(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '\\' | '&' | ',' | ';' | '<' | '>' | ')' | ']' | '}'
        )
}
