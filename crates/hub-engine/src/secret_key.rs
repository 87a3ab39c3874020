//! Secrets at rest: XChaCha20-Poly1305 with the hub's key, each value bound to its place.

use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sqlx::{PgConnection, PgPool};

/// The key that seals what the database must not tell.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(****)")
    }
}

/// Why a secret cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretKeyError {
    #[error(
        "no secret key: set IIKO_BASE_SECRET_KEY to 64 hexadecimal digits (`openssl rand -hex 32` makes them)"
    )]
    Missing,
    #[error(
        "the secret key is not the one that sealed the stored secrets: start with the former IIKO_BASE_SECRET_KEY"
    )]
    Wrong,
    #[error("the secret key must be 64 hexadecimal digits or 44 characters of base64")]
    Malformed,
    #[error("a stored secret is damaged: enter it anew")]
    Damaged,
}

impl SecretKey {
    /// Reads 64 hexadecimal digits or 44 characters of base64.
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        let text = text.trim();
        let bytes = hex::decode(text)
            .ok()
            .or_else(|| BASE64_STANDARD.decode(text).ok())
            .map(Zeroizing::new)
            .ok_or(SecretKeyError::Malformed)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SecretKeyError::Malformed)?;
        Ok(Self(Zeroizing::new(key)))
    }

    pub fn generate() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// 64 hexadecimal digits, as [`SecretKey::parse`] reads them.
    pub fn to_text(&self) -> SecretString {
        hex::encode(*self.0).into()
    }

    /// Seals a value for a place such as `iiko_settings.api_key`; it opens nowhere else.
    pub(crate) fn seal(&self, place: &str, value: &str) -> Vec<u8> {
        let nonce: [u8; 24] = rand::random();
        let payload = Payload {
            msg: value.as_bytes(),
            aad: place.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("memory is the only thing sealing can run out of");
        [nonce.as_slice(), &sealed].concat()
    }

    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<SecretString, SecretKeyError> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<24>()
            .ok_or(SecretKeyError::Damaged)?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let value = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| SecretKeyError::Damaged)?;
        String::from_utf8(value)
            .map(Into::into)
            .map_err(|_| SecretKeyError::Damaged)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

const CHECK_PLACE: &str = "secret_key_check";
const CHECK_TEXT: &str = "iiko-base";

/// The key of a running hub, checked against the database before its first use.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    key: Option<SecretKey>,
    db: PgPool,
}

impl Secrets {
    pub(crate) fn new(key: Option<SecretKey>, db: PgPool) -> Self {
        Self { key, db }
    }

    /// The key, once it is sure to be the one that sealed what is stored.
    pub(crate) async fn key(&self) -> Result<&SecretKey, SecretsError> {
        let key = self.key.as_ref().ok_or(SecretKeyError::Missing)?;
        let mut conn = self.db.acquire().await?;
        check(&mut conn, key).await?;
        Ok(key)
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretsError {
    #[error(transparent)]
    Key(#[from] SecretKeyError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

async fn check(conn: &mut PgConnection, key: &SecretKey) -> Result<(), SecretsError> {
    let sealed = match hub_db::setting::find_key_check(conn).await? {
        Some(sealed) => sealed,
        None => {
            hub_db::setting::insert_key_check(conn, &key.seal(CHECK_PLACE, CHECK_TEXT)).await?;
            // another process may have been first, with another key
            hub_db::setting::find_key_check(conn)
                .await?
                .ok_or(sqlx::Error::RowNotFound)?
        }
    };
    match key.open(CHECK_PLACE, &sealed) {
        Ok(text) if text.expose_secret() == CHECK_TEXT => Ok(()),
        Ok(_) | Err(_) => Err(SecretKeyError::Wrong.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let key = SecretKey::generate();
        let sealed = key.seal("iiko_settings.api_key", "0a1b2c3d");
        assert_eq!(
            key.open("iiko_settings.api_key", &sealed)
                .unwrap()
                .expose_secret(),
            "0a1b2c3d"
        );
        assert_eq!(
            key.open("iiko_settings.client_secret", &sealed)
                .unwrap_err(),
            SecretKeyError::Damaged
        );
        assert_eq!(
            SecretKey::generate()
                .open("iiko_settings.api_key", &sealed)
                .unwrap_err(),
            SecretKeyError::Damaged
        );
    }

    #[test]
    fn a_key_is_read_as_hexadecimal_digits_or_base64_and_never_printed() {
        let key = SecretKey::generate();
        let again = SecretKey::parse(key.to_text().expose_secret()).unwrap();
        let sealed = key.seal("place", "value");
        assert!(again.open("place", &sealed).is_ok());
        assert!(SecretKey::parse(&BASE64_STANDARD.encode([7_u8; 32])).is_ok());
        assert_eq!(
            SecretKey::parse("short").unwrap_err(),
            SecretKeyError::Malformed
        );
        assert_eq!(format!("{key:?}"), "SecretKey(****)");
    }
}
