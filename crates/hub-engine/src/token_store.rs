//! Access tokens in the database, sealed: command line and replicas share one login.

use futures::future::BoxFuture;
use iiko_client::{StoredToken, TokenStore};
use secrecy::ExposeSecret;
use sqlx::PgPool;

use crate::secret_key::Secrets;

#[derive(Debug)]
pub(crate) struct DatabaseTokens {
    pub(crate) db: PgPool,
    pub(crate) secrets: Secrets,
    pub(crate) clock: iiko_client::clock::Clock,
    pub(crate) setting_id: Option<i32>,
}

fn place(fingerprint: &str) -> String {
    format!("access_tokens.{fingerprint}")
}

impl DatabaseTokens {
    async fn find(&self, fingerprint: &str) -> anyhow::Result<Option<StoredToken>> {
        let key = self.secrets.key().await?;
        let mut conn = self.db.acquire().await?;
        let Some(row) = hub_db::access_token::find(&mut conn, fingerprint).await? else {
            return Ok(None);
        };
        let token = key.open(&place(fingerprint), &row.token_sealed)?;
        Ok(Some(StoredToken {
            token,
            expires_at: row.expires_at,
        }))
    }

    async fn keep(&self, fingerprint: &str, token: &StoredToken) -> anyhow::Result<()> {
        let key = self.secrets.key().await?;
        let row = hub_db::access_token::AccessTokenRow {
            token_sealed: key.seal(&place(fingerprint), token.token.expose_secret()),
            expires_at: token.expires_at,
        };
        let mut conn = self.db.acquire().await?;
        hub_db::access_token::upsert(&mut conn, fingerprint, &row, self.clock.now()).await?;
        if let Some(setting_id) = self.setting_id {
            hub_db::setting::mark_token_refreshed(&mut conn, setting_id, self.clock.now()).await?;
        }
        Ok(())
    }

    async fn remove(&self, fingerprint: &str) -> anyhow::Result<()> {
        let mut conn = self.db.acquire().await?;
        hub_db::access_token::delete(&mut conn, fingerprint).await?;
        Ok(())
    }
}

/// A store that fails costs a login, not the call: every error is said here and goes no further.
impl TokenStore for DatabaseTokens {
    fn load<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, Option<StoredToken>> {
        Box::pin(async move {
            self.find(fingerprint).await.unwrap_or_else(|error| {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the stored access token cannot be read"
                );
                None
            })
        })
    }

    fn save<'a>(&'a self, fingerprint: &'a str, token: &'a StoredToken) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.keep(fingerprint, token).await {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the access token cannot be stored"
                );
            }
        })
    }

    fn forget<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.remove(fingerprint).await {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the stored access token cannot be forgotten"
                );
            }
        })
    }
}
