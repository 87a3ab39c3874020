//! Logins of people, found by the SHA-256 of their token.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A session that holds now, of a user who may log in.
pub struct LiveSession {
    pub user_id: i32,
    pub username: String,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// `None` for a token that is unknown or expired, or whose user was switched off.
pub async fn find_live(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<LiveSession>> {
    sqlx::query_as!(
        LiveSession,
        "SELECT
            session.user_id,
            account.username,
            session.expires_at,
            session.last_used_at
        FROM sessions AS session
        JOIN users AS account ON account.id = session.user_id
        WHERE session.token_hash = $1
            AND session.expires_at > $2
            AND account.is_active",
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub async fn insert(
    conn: &mut PgConnection,
    token_hash: &[u8],
    user_id: i32,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sessions (token_hash, user_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4)",
        token_hash,
        user_id,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn mark_used(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions
        SET last_used_at = $2
        WHERE token_hash = $1",
        token_hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every session of a user.
pub async fn delete_of_user(conn: &mut PgConnection, user_id: i32) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what no longer holds, so that the table does not grow with every login.
pub async fn delete_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now)
        .execute(conn)
        .await?;
    Ok(())
}
