//! Long-lived tokens of programs, found by the SHA-256 of the token. A revoked one stays in the list.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub struct ApiToken {
    pub id: i32,
    pub name: String,
    /// the first characters of the token
    pub prefix: String,
    /// `read`, `sync` or `admin`
    pub scope: String,
    /// `None`: does not expire
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

pub struct NewApiToken<'a> {
    pub name: &'a str,
    pub token_hash: &'a [u8],
    pub prefix: &'a str,
    pub scope: &'a str,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// What became of a wish to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    Revoked,
    AlreadyRevoked,
    Unknown,
}

/// `None` for a token that is unknown, expired or revoked.
pub async fn find_live(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<ApiToken>> {
    sqlx::query_as!(
        ApiToken,
        "SELECT
            id,
            name,
            prefix,
            scope,
            expires_at,
            last_used_at,
            revoked_at,
            created_at
        FROM api_tokens
        WHERE token_hash = $1
            AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > $2)",
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub async fn list(conn: &mut PgConnection) -> sqlx::Result<Vec<ApiToken>> {
    sqlx::query_as!(
        ApiToken,
        "SELECT
            id,
            name,
            prefix,
            scope,
            expires_at,
            last_used_at,
            revoked_at,
            created_at
        FROM api_tokens
        ORDER BY id",
    )
    .fetch_all(conn)
    .await
}

pub async fn insert(conn: &mut PgConnection, token: NewApiToken<'_>) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "INSERT INTO api_tokens (name, token_hash, prefix, scope, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id",
        token.name,
        token.token_hash,
        token.prefix,
        token.scope,
        token.expires_at,
        token.created_at,
    )
    .fetch_one(conn)
    .await
}

pub async fn mark_used(conn: &mut PgConnection, id: i32, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE api_tokens
        SET last_used_at = $2
        WHERE id = $1",
        id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn revoke(
    conn: &mut PgConnection,
    id: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<Revocation> {
    let was_revoked = sqlx::query_scalar!(
        r#"WITH target AS (
            SELECT id, revoked_at
            FROM api_tokens
            WHERE id = $1
            FOR UPDATE
        )
        UPDATE api_tokens AS token
        SET revoked_at = COALESCE(token.revoked_at, $2)
        FROM target
        WHERE token.id = target.id
        RETURNING target.revoked_at IS NOT NULL AS "was_revoked!""#,
        id,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(match was_revoked {
        Some(true) => Revocation::AlreadyRevoked,
        Some(false) => Revocation::Revoked,
        None => Revocation::Unknown,
    })
}
