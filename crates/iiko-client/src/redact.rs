//! What a log may keep of a body: no login, key or token, no full phone number, no email address.
//!
//! Three nets, one behind the other: the client's own secrets are taken out wherever they stand, the values of keys
//! that name a secret or a phone are masked, and what looks like a token, a phone number or an address is masked
//! anywhere. A body is cut first and then read once, as text: one that is torn is as safe as one that is whole, and a
//! menu of megabytes costs no more than its first kilobytes. Names and street addresses of guests are not recognized.

mod json;
mod phone;
mod words;

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

/// How much of a body is kept, before redaction.
pub const BODY_LIMIT_BYTES: usize = 16 * 1024;

pub(crate) const MASK: &str = "****";

/// Takes out of a text what nobody may read in a log.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// A redactor that also knows these secrets by heart.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let mut secrets: Vec<_> = secrets.into_iter().collect();
        // The longest first: one secret may be the beginning of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        Self { secrets }
    }

    /// The same with one secret more.
    #[must_use]
    pub(crate) fn knowing(&self, secret: &SecretString) -> Self {
        Self::new(self.secrets.iter().chain([secret]).cloned())
    }

    /// A body, cut to [`BODY_LIMIT_BYTES`] and redacted.
    #[must_use]
    pub fn body(&self, body: &[u8]) -> String {
        if body.len() <= BODY_LIMIT_BYTES {
            return self.text(&String::from_utf8_lossy(body));
        }
        let kept = String::from_utf8_lossy(&body[..BODY_LIMIT_BYTES]);
        // Half a secret is not known for one, so the word that the cut went through goes too.
        let kept =
            kept.trim_end_matches(|c: char| !c.is_whitespace() && !"\"',:;{}[]()<>=&".contains(c));
        format!("{}… (cut, {} bytes)", self.text(kept), body.len())
    }

    /// A text, JSON or not, redacted.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        json::redact(self, text, 0).into_owned()
    }

    /// Replaces the secrets this redactor knows.
    fn forget_known<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            if let Some(replaced) = replace_secret(&text, secret.expose_secret()) {
                text = Cow::Owned(replaced);
            }
        }
        text
    }
}

/// A short secret (`demo`) is replaced where it stands as a word, or the text would become unreadable; a longer one
/// everywhere. One or two letters are no secret.
fn replace_secret(text: &str, secret: &str) -> Option<String> {
    const SHORT: usize = 8;
    if secret.len() < 3 || !text.contains(secret) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, _) in text.match_indices(secret) {
        let end = start + secret.len();
        let inside_a_word = text[..start].ends_with(char::is_alphanumeric)
            || text[end..].starts_with(char::is_alphanumeric);
        if secret.len() < SHORT && inside_a_word {
            continue;
        }
        out.push_str(&text[copied..start]);
        out.push_str(MASK);
        copied = end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        let redactor = Redactor::new(["0a1b2c3d-fake".into(), "demo".into()]);
        assert_eq!(redactor.text(input), expected, "{input}");
    }

    #[test]
    fn values_of_telling_keys_are_masked_at_any_depth() {
        check(r#"{"apiLogin": "x y"}"#, r#"{"apiLogin": "****"}"#);
        check(
            r#"{"a":[{"api_key":12345678,"b":null}]}"#,
            r#"{"a":[{"api_key":"****","b":null}]}"#,
        );
        check(
            r#"{"token":{"value":"abc","n":[1,"d"]},"e":1}"#,
            r#"{"token":{"value":"****","n":["****","****"]},"e":1}"#,
        );
        check(
            r#"{"clientSecret":null,"token":""}"#,
            r#"{"clientSecret":null,"token":""}"#,
        );
        check(r#"{"api\u004cogin":"x"}"#, r#"{"api\u004cogin":"****"}"#);
        check(
            r#"{"b":"{\"apiLogin\":\"x\"}"}"#,
            r#"{"b":"{\"apiLogin\":\"****\"}"}"#,
        );
        check(r#"{"phone":"+79001234567"}"#, r#"{"phone":"+7********67"}"#);
        check(r#"{"phone":79001234567}"#, r#"{"phone":"7********67"}"#);
        check(
            r#"{"phones":[{"phone":"123-45-67"}]}"#,
            r#"{"phones":[{"phone":"***-**-67"}]}"#,
        );
        check(
            r#"{"email":"guest@example.com"}"#,
            r#"{"email":"g***@example.com"}"#,
        );
    }

    #[test]
    fn what_gives_itself_away_is_masked_anywhere() {
        check(
            "Login 0a1b2c3d-fake is not authorized.",
            "Login **** is not authorized.",
        );
        check(
            "Login somebody-else is not authorized.",
            "Login **** is not authorized.",
        );
        check(
            r#""Login x y is not authorized""#,
            r#""Login **** is not authorized""#,
        );
        check(
            "Authorization: Bearer abc.def",
            "Authorization: Bearer ****",
        );
        check("got eyJhbGciOiJIUzI1NiJ9.e30.sig here", "got **** here");
        check("?apiLogin=abc&page=2", "?apiLogin=****&page=2");
        check(
            "[ERROR] token='abc' Bearer xyz",
            "[ERROR] token='****' Bearer ****",
        );
        check("call +7 (900) 123-45-67 now", "call +7 (***) ***-**-67 now");
        check(
            "call 8 900 123 45 67, 100 times",
            "call 8 *** *** ** 67, 100 times",
        );
        check(
            r#"{"comment":"\u002b79001234567"}"#,
            r#"{"comment":"+7********67"}"#,
        );
        check(r#"{"+79001234567":1}"#, r#"{"+7********67":1}"#);
        check(
            "mail to guest.one@example.com!",
            "mail to g***@example.com!",
        );
        check("a demo of demonstrations", "a **** of demonstrations");
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in [
            r#"{"id":"4687a3c4-0000-4000-8000-000000000002","revision":1784900000000,"price":4.35}"#,
            r#"{"id":"79001234-5678-4000-8000-790012345678","date":"2026-11-22 22:58:00.123"}"#,
            r#"{"barcodes":["4601234567890"],"order":71,"weight":0.123456789012345678}"#,
            r#"{"name":"Пицца «Маргарита»\n\"30 см\"","tags":[],"x":{}}"#,
            "Path 'productId', line 55, position 25.",
            "",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn torn_json_is_redacted_as_whole_json_is() {
        check(r#"{"apiLogin":"0a1b"#, r#"{"apiLogin":"****"#);
        check(r#"{"phone":"+7900123"#, r#"{"phone":"+7****23"#);
        check(r#"{"a":"x\"#, r#"{"a":"x\"#);
        check(r#"]}"token":"abc""#, r#"]}"token":"****""#);
    }

    #[test]
    fn a_large_body_is_cut_before_the_word_in_which_the_cut_falls() {
        let redactor = Redactor::default();
        let mut body = "a ".repeat(BODY_LIMIT_BYTES / 2 - 5);
        body.push_str("eyJhbGciOiJIUzI1NiJ9");
        let size = body.len();
        let kept = redactor.body(body.as_bytes());
        assert!(
            kept.ends_with(&format!("a a … (cut, {size} bytes)")),
            "{}",
            &kept[kept.len() - 40..]
        );
    }
}
