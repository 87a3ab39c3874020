//! Phone numbers: the country code and the last two digits stay, which is enough to recognize one's own.

/// Whether a key of this name holds phone numbers.
pub(crate) fn is_named_by(key: &str) -> bool {
    let key = key.to_lowercase();
    key.contains("phone") || matches!(key.as_str(), "tel" | "mobile" | "msisdn")
}

/// Masks a value that is known for a phone number, however it is written.
pub(crate) fn mask_all_digits(text: &str) -> String {
    const SHORTEST: usize = 5;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < SHORTEST || is_guid(text) {
        return text.to_owned();
    }
    mask(text, &digits)
}

/// Masks the phone numbers in a text: with a plus, or the length and the beginning of one from the countries iiko
/// works in. Parts of GUIDs, decimals and longer numbers are none.
pub(crate) fn mask_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '+' || c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if may_begin(&out, rest) {
            find_number(rest)
        } else {
            None
        };
        if let Some(length) = length {
            let number = &rest[..length];
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            out.push_str(&mask(number, &digits));
            rest = &rest[length..];
        } else {
            // Not here, so not from its second digit either.
            let plus = usize::from(rest.starts_with('+'));
            let end = rest[plus..]
                .find(|c: char| !c.is_ascii_digit())
                .map_or(rest.len(), |end| plus + end);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

fn may_begin(before: &str, rest: &str) -> bool {
    if rest.starts_with('+') {
        return true;
    }
    let mut before = before.chars().rev();
    let (last, last_but_one) = (before.next(), before.next());
    match last {
        Some(c) if c.is_ascii_hexdigit() => false,
        Some('-') => !last_but_one.is_some_and(char::is_alphanumeric),
        Some('.' | ',') => !last_but_one.is_some_and(|c| c.is_ascii_digit()),
        Some(_) | None => true,
    }
}

/// Length in bytes of the phone number that the text begins with.
fn find_number(text: &str) -> Option<usize> {
    let plus = text.starts_with('+');
    let mut digits = String::new();
    let mut gap = 0;
    let mut found = None;
    let mut chars = text.char_indices().skip(usize::from(plus)).peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_ascii_digit() {
            digits.push(c);
            gap = 0;
            let next = chars.peek().map(|(_, next)| *next);
            if next.is_some_and(|next| next.is_ascii_digit()) {
                continue;
            }
            let ends = !next.is_some_and(char::is_alphanumeric);
            if ends && is_number(&digits, plus) {
                found = Some(at + 1);
                if !plus {
                    break;
                }
            }
            if digits.len() > 15 {
                break;
            }
        } else if matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}') && gap < 3 {
            gap += 1;
        } else {
            break;
        }
    }
    // `70000000-0000-4000-…` has eleven digits somewhere on its way, but goes on as no number does.
    found.filter(|length| {
        plus || !text[*length..].starts_with('-') || !is_guid(text.get(..36).unwrap_or_default())
    })
}

fn is_number(digits: &str, plus: bool) -> bool {
    const COUNTRIES_OF_THREE_DIGITS: [&str; 9] = [
        "373", "374", "375", "380", "992", "993", "994", "995", "996",
    ];
    match digits.len() {
        8..=15 if plus => true,
        10 => digits.starts_with('9'),
        11 => digits.starts_with(['7', '8']),
        12 => {
            digits.starts_with("998")
                || COUNTRIES_OF_THREE_DIGITS
                    .iter()
                    .any(|code| digits.starts_with(code))
        }
        _ => false,
    }
}

fn mask(number: &str, digits: &str) -> String {
    let with_country = number.trim_start().starts_with('+') || digits.len() >= 11;
    let kept = if with_country {
        country_code_length(digits)
    } else {
        0
    };
    let mut seen = 0;
    number
        .chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            if seen <= kept || seen > digits.len() - 2 {
                c
            } else {
                '*'
            }
        })
        .collect()
}

/// How many digits the country code has, by the plan of the ITU. A leading 8 is Russia's prefix for calls at home.
fn country_code_length(digits: &str) -> usize {
    let two: u32 = digits
        .get(..2)
        .and_then(|two| two.parse().ok())
        .unwrap_or_default();
    match two {
        10..=19 | 70..=79 => 1,
        80..=89 if digits.len() == 11 => 1,
        20
        | 27
        | 30..=34
        | 36
        | 39..=41
        | 43..=49
        | 51..=58
        | 60..=66
        | 81
        | 82
        | 84
        | 86
        | 90..=95
        | 98 => 2,
        _ => 3,
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
