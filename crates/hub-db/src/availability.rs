//! `is_available` of products and modifiers, from what is stopped where.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Recomputes all of an organization and records what changed. Gives the number of rows that changed.
pub async fn refresh(
    conn: &mut PgConnection,
    organization_id: &str,
    run_id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT refresh_availability($1, $2, $3) AS "touched!""#,
        organization_id,
        run_id,
        now,
    )
    .fetch_one(conn)
    .await
}
