//! Users and API tokens: what the command line does with them. There is no self-registration.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use hub_db::{
    api_token::{self, ApiToken, NewApiToken, Revocation},
    session,
    user::{self, UserInsertion},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use crate::{
    password,
    token::{self, TokenKind},
};

const MIN_PASSWORD_LENGTH: usize = 8;
const MAX_NAME_LENGTH: usize = 100;

/// What a token allows; each allows what stands before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// data and history
    Read,
    /// also starts syncs
    Sync,
    /// everything
    Admin,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Sync, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Sync => "sync",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no scope.
#[derive(Debug, thiserror::Error)]
#[error("unknown scope `{0}`: it is `read`, `sync` or `admin`")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == word)
            .ok_or_else(|| UnknownScope(word.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is a user `{0}` already")]
    NameTaken(String),
    #[error("there is no user `{0}`")]
    UnknownUser(String),
    #[error(
        "a name has 1 to {MAX_NAME_LENGTH} characters, without control characters or spaces around it"
    )]
    InvalidName,
    #[error("a password has at least {MIN_PASSWORD_LENGTH} characters")]
    WeakPassword,
    #[error("a token cannot expire before it is made")]
    ExpiryInThePast,
    #[error("there is no token with id {0}")]
    UnknownToken(i32),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Creates a user and gives its id.
pub async fn create_user(
    db: &PgPool,
    username: &str,
    password: SecretString,
) -> Result<i32, AccountError> {
    check_name(username)?;
    check_password(&password)?;
    let password_hash = password::hash(password).await;
    let mut conn = db.acquire().await?;
    match user::insert(&mut conn, username, &password_hash).await? {
        UserInsertion::Inserted { id } => Ok(id),
        UserInsertion::NameTaken => Err(AccountError::NameTaken(username.to_owned())),
    }
}

/// Sets a new password and ends the user's sessions.
pub async fn set_password(
    db: &PgPool,
    username: &str,
    password: SecretString,
) -> Result<(), AccountError> {
    check_password(&password)?;
    let password_hash = password::hash(password).await;
    let mut tx = db.begin().await?;
    let user_id = user::set_password(&mut tx, username, &password_hash).await?;
    let user_id = user_id.ok_or_else(|| AccountError::UnknownUser(username.to_owned()))?;
    session::delete_of_user(&mut tx, user_id).await?;
    tx.commit().await?;
    Ok(())
}

pub struct NewToken {
    /// what it is for: `cron`, `site`
    pub name: String,
    pub scope: Scope,
    /// `None`: never
    pub expires_at: Option<DateTime<Utc>>,
}

/// The only moment the token is seen.
pub struct CreatedToken {
    pub id: i32,
    pub token: SecretString,
}

pub async fn create_api_token(
    db: &PgPool,
    wanted: NewToken,
    now: DateTime<Utc>,
) -> Result<CreatedToken, AccountError> {
    check_name(&wanted.name)?;
    if wanted.expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(AccountError::ExpiryInThePast);
    }
    let new = token::generate(TokenKind::Api);
    let row = NewApiToken {
        name: &wanted.name,
        token_hash: &new.hash,
        prefix: &new.shown_prefix,
        scope: wanted.scope.as_str(),
        expires_at: wanted.expires_at,
        created_at: now,
    };
    let mut conn = db.acquire().await?;
    let id = api_token::insert(&mut conn, row).await?;
    Ok(CreatedToken {
        id,
        token: new.token,
    })
}

/// All tokens in the order they were made, revoked and expired ones too.
pub async fn list_api_tokens(db: &PgPool) -> Result<Vec<ApiToken>, AccountError> {
    let mut conn = db.acquire().await?;
    Ok(api_token::list(&mut conn).await?)
}

/// Revokes a token for good. Revoking one twice is no error: it is revoked.
pub async fn revoke_api_token(
    db: &PgPool,
    id: i32,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    let mut conn = db.acquire().await?;
    match api_token::revoke(&mut conn, id, now).await? {
        Revocation::Revoked | Revocation::AlreadyRevoked => Ok(()),
        Revocation::Unknown => Err(AccountError::UnknownToken(id)),
    }
}

fn check_name(name: &str) -> Result<(), AccountError> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.chars().count());
    if fits && name.trim() == name && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(AccountError::InvalidName)
    }
}

fn check_password(password: &SecretString) -> Result<(), AccountError> {
    if password.expose_secret().chars().count() < MIN_PASSWORD_LENGTH {
        Err(AccountError::WeakPassword)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_by_its_word_and_allows_the_smaller_ones() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse::<Scope>().unwrap(), scope);
        }
        assert!("root".parse::<Scope>().is_err());
        assert!(Scope::Read < Scope::Sync && Scope::Sync < Scope::Admin);
    }

    #[test]
    fn names_and_passwords_are_checked() {
        assert!(check_name("admin").is_ok());
        assert!(check_name("").is_err());
        assert!(check_name(" admin").is_err());
        assert!(check_name("ad\nmin").is_err());
        assert!(check_password(&"пароль78".into()).is_ok());
        assert!(check_password(&"short".into()).is_err());
    }
}
