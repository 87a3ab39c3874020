//! The three meanings of a 401. iiko tells them apart by nothing but the words, so the words are read here and
//! nowhere else.

/// Why iiko answered 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The access token is expired or unknown. Where a caller sees this, a fresh token was refused as well.
    Token,
    /// The login itself: wrong, removed, inactive or blocked. Permanent, a person has to act.
    Login,
    /// The login lacks the right, or the path does not exist: iiko says the same to both. Permanent.
    Right,
}

impl Denial {
    /// Reads the words of a 401 that came from anywhere but the token operation (there it is always the login).
    ///
    /// Whatever is not known for permanent counts as the token's: it costs one login, once.
    pub(crate) fn from_words(words: &str) -> Self {
        let words = words.to_lowercase();
        if words.contains("is not allowed") && words.contains("right ") {
            Self::Right
        } else if LOGIN_WORDS.iter().any(|(before, after)| {
            words
                .split_once(before)
                .is_some_and(|(_, rest)| rest.contains(after))
        }) {
            Self::Login
        } else {
            Self::Token
        }
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Token => "the access token was refused",
            Self::Login => "the login was refused",
            Self::Right => "the login has no right to this operation",
        }
    }
}

/// Seen in the wild: `Login <x> is not authorized`, `ApiLogin is inactive`, `Apilogin has been blocked.`
const LOGIN_WORDS: [(&str, &str); 3] = [
    ("login ", " is not authorized"),
    ("apilogin", "is inactive"),
    ("apilogin", "has been blocked"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_401_tell_its_cause() {
        for (words, denial) in [
            ("", Denial::Token),
            ("Token is expired", Denial::Token),
            ("Authorization token is invalid", Denial::Token),
            ("something iiko never said before", Denial::Token),
            ("Login 0a1b2c3d-fake is not authorized", Denial::Login),
            ("Login 0a1b2c3d-fake is not authorized.", Denial::Login),
            ("ApiLogin is inactive", Denial::Login),
            ("Apilogin has been blocked.", Denial::Login),
            (
                "Right api/1/stop_lists is not allowed for this ApiLogin.",
                Denial::Right,
            ),
        ] {
            assert_eq!(Denial::from_words(words), denial, "{words:?}");
        }
    }
}
