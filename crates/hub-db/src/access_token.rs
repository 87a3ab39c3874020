//! Access tokens of iiko, sealed, shared by all processes of the hub.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

#[derive(Clone, Debug)]
pub struct AccessTokenRow {
    pub token_sealed: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

pub async fn find(
    conn: &mut PgConnection,
    fingerprint: &str,
) -> sqlx::Result<Option<AccessTokenRow>> {
    sqlx::query_as!(
        AccessTokenRow,
        "SELECT token_sealed, expires_at
         FROM access_tokens
         WHERE fingerprint = $1",
        fingerprint,
    )
    .fetch_optional(conn)
    .await
}

pub async fn upsert(
    conn: &mut PgConnection,
    fingerprint: &str,
    token: &AccessTokenRow,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO access_tokens (fingerprint, token_sealed, expires_at, obtained_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (fingerprint) DO UPDATE
         SET token_sealed = excluded.token_sealed,
             expires_at = excluded.expires_at,
             obtained_at = excluded.obtained_at",
        fingerprint,
        token.token_sealed,
        token.expires_at,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn delete(conn: &mut PgConnection, fingerprint: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM access_tokens WHERE fingerprint = $1",
        fingerprint
    )
    .execute(conn)
    .await?;
    Ok(())
}
