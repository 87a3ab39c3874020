//! The name and the password's hash with which an iikoServer is entered.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};

/// A user of an iikoServer. Of the password only the hash is kept, which the server takes in its place: it is as secret.
#[derive(Clone)]
pub struct Login {
    pub(crate) name: String,
    pub(crate) password_sha1: SecretString,
}

impl Login {
    /// From the password itself.
    pub fn new(name: impl Into<String>, password: &SecretString) -> Self {
        let hash = hex::encode(Sha1::digest(password.expose_secret().as_bytes()));
        Self::with_sha1(name, hash.into())
    }

    /// From the hexadecimal SHA-1 of the password.
    pub fn with_sha1(name: impl Into<String>, password_sha1: SecretString) -> Self {
        Self {
            name: name.into(),
            password_sha1,
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("name", &self.name)
            .field("password_sha1", &"****")
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_of_the_guide_and_is_never_printed() {
        // The SHA-1 of "abc", from the standard's own examples.
        let login = Login::new("api", &"abc".into());
        let hash = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(login.password_sha1.expose_secret(), hash);
        assert!(!format!("{login:?}").contains(hash));
    }
}
