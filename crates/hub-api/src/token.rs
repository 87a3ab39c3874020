//! Bearer tokens: 256 random bits that are shown once; the database keeps their SHA-256.
//!
//! A fast hash is enough here, and constant-time comparison is not needed: nobody guesses 256 bits, and the look-up is by hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

/// Which table a token lives in, told by its first characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// `ib_…`: a long-lived token of a program
    Api,
    /// `ibs_…`: the login of a person
    Session,
}

impl TokenKind {
    pub(crate) fn of(token: &str) -> Option<Self> {
        if token.starts_with(Self::Session.prefix()) {
            Some(Self::Session)
        } else if token.starts_with(Self::Api.prefix()) {
            Some(Self::Api)
        } else {
            None
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Api => "ib_",
            Self::Session => "ibs_",
        }
    }
}

/// A new token and what is stored of it.
pub(crate) struct NewToken {
    pub(crate) token: SecretString,
    pub(crate) hash: [u8; 32],
    /// enough to tell tokens apart in a list, far too little to use one
    pub(crate) shown_prefix: String,
}

pub(crate) fn generate(kind: TokenKind) -> NewToken {
    let bits: [u8; 32] = rand::random();
    let token = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bits));
    NewToken {
        hash: hash(&token),
        shown_prefix: token.chars().take(8).collect(),
        token: token.into(),
    }
}

pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_token_tells_its_kind_and_is_found_by_its_hash() {
        for kind in [TokenKind::Api, TokenKind::Session] {
            let new = generate(kind);
            let token = new.token.expose_secret();
            assert_eq!(TokenKind::of(token), Some(kind));
            assert_eq!(hash(token), new.hash);
            assert!(token.len() > 43);
            assert!(token.starts_with(&new.shown_prefix));
            assert_ne!(token, generate(kind).token.expose_secret());
        }
        assert_eq!(TokenKind::of("eyJhbGciOi"), None);
    }
}
