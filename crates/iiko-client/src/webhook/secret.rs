//! Whether a webhook knows the secret that was registered with its address.
//!
//! iiko does not say where it puts the `authToken`, and receivers in the wild look in five places, so all are looked at.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Headers that have been seen or told of, beside `Authorization`.
const HEADERS: [&str; 3] = ["authToken", "x-auth-token", "x-webhook-token"];

/// Whether the secret stands anywhere it may: in `Authorization`, bare or after `Bearer`, in `authToken`,
/// `x-auth-token` or `x-webhook-token`, or as `token` in the query.
///
/// Takes the same time wherever and whether it does. An empty secret is known to nobody.
///
/// ```
/// use iiko_client::webhook::is_authentic;
///
/// let headers = [("Authorization", b"Bearer s3cret".as_slice())];
/// assert!(is_authentic(&"s3cret".into(), headers, None));
/// assert!(is_authentic(&"s3cret".into(), [], Some("token=s3cret")));
/// assert!(!is_authentic(&"s3cret".into(), [("x-auth-token", b"guess".as_slice())], None));
/// ```
pub fn is_authentic<'a>(
    secret: &SecretString,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    query: Option<&str>,
) -> bool {
    // Hashes are of one length, so not even the secret's length shows.
    let expected = Sha256::digest(secret.expose_secret());
    let is_it = |candidate: &[u8]| Sha256::digest(candidate).ct_eq(&expected);
    let mut found = Choice::from(0);
    for (name, value) in headers {
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case("Authorization") {
            found |= is_it(value) | is_it(without_bearer(value));
        } else if HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            found |= is_it(value);
        }
    }
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name) == "token" {
            // A form means a blank by `+`; who puts the secret into an address as it is means what stands there.
            found |= is_it(value.as_bytes());
            found |= is_it(decode(value).as_bytes());
            found |= is_it(decode(&value.replace('+', "%2B")).as_bytes());
        }
    }
    bool::from(found) && !secret.expose_secret().is_empty()
}

/// A part of a query.
fn decode(part: &str) -> String {
    // As the value of a pair, for a value may hold a `=`.
    let pair = format!("={part}");
    let pair = url::form_urlencoded::parse(pair.as_bytes()).next();
    pair.map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn without_bearer(value: &[u8]) -> &[u8] {
    const SCHEME: &[u8] = b"bearer ";
    match value.split_at_checked(SCHEME.len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) => token.trim_ascii(),
        Some(_) | None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secret: &str, headers: &[(&str, &str)], query: Option<&str>) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()));
        is_authentic(&secret.into(), headers, query)
    }

    #[test]
    fn the_secret_is_found_wherever_it_may_stand() {
        for header in [
            ("Authorization", "s3 cret"),
            ("authorization", "Bearer s3 cret"),
            ("AUTHORIZATION", "bearer  s3 cret "),
            ("authToken", "s3 cret"),
            ("authtoken", "s3 cret"),
            ("X-Auth-Token", "s3 cret"),
            ("x-webhook-token", "s3 cret"),
        ] {
            assert!(check("s3 cret", &[header], None), "{header:?}");
            assert!(
                check(
                    "s3 cret",
                    &[("x-auth-token", "other"), header],
                    Some("token=no")
                ),
                "{header:?}"
            );
        }
        for query in [
            "token=s3+cret",
            "a=1&token=s3%20cret",
            "token=x&token=s3%20cret",
        ] {
            assert!(check("s3 cret", &[], Some(query)), "{query}");
        }
    }

    #[test]
    fn a_secret_with_signs_is_found_encoded_and_as_it_is() {
        for query in [
            "token=a+b/c%3D=",
            "token=a%2Bb%2Fc%253D%3D",
            "%74oken=a+b%2Fc%253D=",
        ] {
            assert!(check("a+b/c%3D=", &[], Some(query)), "{query}");
        }
        assert!(!check("a+b/c", &[], Some("token=a b/c")));
        assert!(!check("a+b/c", &[], Some("tokens=a+b/c&x=token=a+b/c")));
    }

    #[test]
    fn anything_else_is_refused() {
        for header in [
            ("Authorization", "Basic s3cret"),
            ("Authorization", "Bearer"),
            ("Authorization", ""),
            ("x-other", "s3cret"),
            ("x-auth-token", "S3CRET"),
            ("x-auth-token", "s3cret2"),
            ("x-auth-token", "Bearer s3cret"),
        ] {
            assert!(!check("s3cret", &[header], None), "{header:?}");
        }
        assert!(!check("s3cret", &[], Some("Token=s3cret&key=s3cret")));
        assert!(!check("s3cret", &[], None));
    }

    #[test]
    fn an_empty_secret_is_known_to_nobody() {
        assert!(!check(
            "",
            &[("Authorization", ""), ("authToken", "")],
            Some("token=")
        ));
    }
}
