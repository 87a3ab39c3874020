//! Whatever surrounds a secret, it does not get through.

use iiko_client::{BODY_LIMIT_BYTES, Redactor};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Twelve to forty characters of the alphabets iiko's secrets have.
fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9_-]{11,39}"
}

/// Also characters that JSON escapes.
fn odd_secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9а-я\"\\\\/+=. -]{11,30}x"
}

fn text() -> impl Strategy<Value = String> {
    "[ -~а-яё\n«»]{0,40}"
}

/// A phone number as people write it, with the digits that must not all remain.
fn phone() -> impl Strategy<Value = String> {
    ("[1-9][0-9]{9}", 0..5_usize).prop_map(|(digits, form)| {
        let (a, b, c, d) = (&digits[..3], &digits[3..6], &digits[6..8], &digits[8..]);
        match form {
            0 => format!("+7{digits}"),
            1 => format!("8{digits}"),
            2 => format!("+7 ({a}) {b}-{c}-{d}"),
            3 => format!("8 {a} {b} {c} {d}"),
            _ => format!("7{digits}"),
        }
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Puts a value somewhere into an object.
fn around(value: Value, key: &str, depth: usize, beside: &str) -> Value {
    let mut value = json!({ "before": beside, key: value, "after": [beside, 1, null] });
    for level in 0..depth {
        value = if level % 2 == 0 {
            json!([beside, value])
        } else {
            json!({ "inner": value })
        };
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_known_secret_is_nowhere(
        secret in odd_secret(), before in text(), after in text(), key in "[a-z]{1,8}", depth in 0..6_usize,
    ) {
        let redactor = Redactor::new([secret.clone().into()]);
        let value = around(Value::from(format!("{before}{secret}{after}")), &key, depth, &secret);
        let nested = json!({ "body": value.to_string() });
        for input in [value.to_string(), nested.to_string(), format!("{before}{secret}{after}")] {
            let output = redactor.text(&input);
            prop_assert!(!output.contains(&secret), "{output}");
            if let Ok(output) = serde_json::from_str::<Value>(&output) {
                prop_assert!(!strings(&output).iter().any(|text| text.contains(&secret)), "{output}");
            }
        }
    }

    #[test]
    fn the_value_of_a_secret_key_is_nowhere_and_json_stays_json(
        secret in secret(), beside in text(), depth in 0..6_usize, nested in any::<bool>(), cut in 0.0..1.0_f64,
        key in prop::sample::select(vec![
            "apiLogin", "ApiLogin", "api_login", "apiKey", "clientSecret", "token", "access_token", "authToken", "password",
        ]),
    ) {
        let mut input = around(Value::from(secret.clone()), key, depth, &beside).to_string();
        if nested {
            input = json!({ "body": input }).to_string();
        }
        let redactor = Redactor::default();
        let output = redactor.text(&input);
        prop_assert!(!output.contains(&secret), "{output}");
        prop_assert!(serde_json::from_str::<Value>(&output).is_ok(), "{output}");
        prop_assert_eq!(&redactor.text(&output), &output, "twice is once");

        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let mut end = (input.len() as f64 * cut) as usize;
        while !input.is_char_boundary(end) {
            end -= 1;
        }
        let output = redactor.text(&input[..end]);
        prop_assert!(!output.contains(&secret[..8]), "{output}");
    }

    #[test]
    fn a_full_phone_number_is_nowhere(
        phone in phone(), depth in 0..6_usize, key in "[a-z]{1,8}|phone|customerPhone",
    ) {
        let redactor = Redactor::default();
        let value = around(Value::from(phone.clone()), &key, depth, "");
        let texts = [
            value.to_string(),
            json!({ "body": value.to_string() }).to_string(),
            format!("to {phone}, please"),
            format!("{{\"a\":\"{phone}"),
        ];
        for input in texts {
            let output = redactor.text(&input);
            prop_assert!(!digits(&output).contains(&digits(&phone)[1..]), "{output}");
            prop_assert!(digits(&output).contains(&phone[phone.len() - 2..]), "{output}");
        }
    }

    #[test]
    fn a_cut_goes_through_no_secret(secret in secret(), shift in 0..60_usize) {
        let redactor = Redactor::new([secret.clone().into()]);
        let body = format!("{{\"a\":\"{} {secret} and more\"}}", "x".repeat(BODY_LIMIT_BYTES - 10 - shift));
        let output = redactor.body(body.as_bytes());
        prop_assert!(!output.contains(&secret[..6]), "{}", &output[output.len() - 80..]);
    }

    #[test]
    fn any_bytes_can_be_redacted(bytes in prop::collection::vec(any::<u8>(), 0..200), json in "[\\[\\]{}\":,\\\\u0-9a-f+ ]{0,80}") {
        let redactor = Redactor::default();
        let _ = redactor.body(&bytes);
        let once = redactor.text(&json);
        prop_assert_eq!(&redactor.text(&once), &once, "twice is once");
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
