//! What a connection knows, and traded for an access token at the token operation.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The two kinds of login iiko has.
#[derive(Clone)]
pub enum Credentials {
    /// `POST /api/1/access_token`: an api login alone.
    V1 {
        /// Made in iikoWeb, settings of the Cloud API.
        api_login: SecretString,
    },
    /// `POST /api/v2/access_token`: a registered application with the key of a restaurant.
    V2 {
        /// Id of the integrator's application. iiko's own example is `15`, so it is no GUID.
        app_id: String,
        /// Secret of the application.
        client_secret: SecretString,
        /// Key of the restaurant: decides which organizations the token sees.
        api_key: SecretString,
    },
}

impl Credentials {
    /// A hash that names these credentials without telling them: hexadecimal SHA-256, the key of the token's cell.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        // Each part with its length before it, or `ab` + `c` would be the same as `a` + `bc`.
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        match self {
            Self::V1 { api_login } => {
                add("v1");
                add(api_login.expose_secret());
            }
            Self::V2 {
                app_id,
                client_secret,
                api_key,
            } => {
                add("v2");
                add(app_id);
                add(client_secret.expose_secret());
                add(api_key.expose_secret());
            }
        }
        hex::encode(hash.finalize())
    }

    /// What must never be shown.
    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        match self {
            Self::V1 { api_login } => vec![api_login.clone()],
            Self::V2 {
                client_secret,
                api_key,
                ..
            } => vec![client_secret.clone(), api_key.clone()],
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V1 { .. } => f.debug_struct("V1").field("api_login", &"****").finish(),
            Self::V2 { app_id, .. } => f
                .debug_struct("V2")
                .field("app_id", app_id)
                .field("client_secret", &"****")
                .field("api_key", &"****")
                .finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(app_id: &str, client_secret: &str, api_key: &str) -> Credentials {
        Credentials::V2 {
            app_id: app_id.to_owned(),
            client_secret: client_secret.into(),
            api_key: api_key.into(),
        }
    }

    #[test]
    fn credentials_that_differ_have_fingerprints_that_differ() {
        let fingerprints = [
            Credentials::V1 {
                api_login: "ab".into(),
            }
            .fingerprint(),
            Credentials::V1 {
                api_login: "abc".into(),
            }
            .fingerprint(),
            v2("15", "ab", "c").fingerprint(),
            v2("15", "a", "bc").fingerprint(),
            v2("1", "5ab", "c").fingerprint(),
        ];
        for (index, fingerprint) in fingerprints.iter().enumerate() {
            assert_eq!(fingerprint.len(), 64);
            assert!(!fingerprints[..index].contains(fingerprint));
        }
        assert_eq!(
            v2("15", "ab", "c").fingerprint(),
            fingerprints[2],
            "the same at every call"
        );
    }

    #[test]
    fn debug_prints_no_secret() {
        let text = format!(
            "{:?} {:?}",
            Credentials::V1 {
                api_login: "s3cret-a".into()
            },
            v2("15", "s3cret-b", "s3cret-c")
        );
        assert!(!text.contains("s3cret"), "{text}");
    }
}
