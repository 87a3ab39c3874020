//! What ran: one row for each run and organization.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A running row that has not moved its heartbeat for so long belongs to a dead process.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub id: i32,
    pub run_id: Uuid,
    pub setting_id: i32,
    pub organization_id: String,
    pub sync_type: String,
    /// `running`, `success`, `partial`, `failed`.
    pub status: String,
    pub items_synced: i32,
    pub duration_ms: Option<i32>,
    pub error_message: Option<String>,
    pub error_code: Option<String>,
    pub correlation_id: Option<String>,
    /// The parts, as the engine wrote them.
    pub results: Option<Json<Box<RawValue>>>,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// How a run of one organization ended.
#[derive(Clone, Debug)]
pub struct HistoryEnd<'a> {
    pub status: &'a str,
    pub items_synced: i32,
    pub error_message: Option<&'a str>,
    pub error_code: Option<&'a str>,
    pub correlation_id: Option<&'a str>,
    pub results: &'a RawValue,
    pub duration_ms: i32,
    pub completed_at: DateTime<Utc>,
}

pub async fn insert_running(
    conn: &mut PgConnection,
    run_id: Uuid,
    setting_id: i32,
    organization_id: &str,
    sync_type: &str,
    turn: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "INSERT INTO sync_history (run_id, setting_id, organization_id, sync_type, turn, status, started_at, heartbeat_at)
         VALUES ($1, $2, $3, $4, $5, 'running', $6, clock_timestamp())
         RETURNING id",
        run_id,
        setting_id,
        organization_id,
        sync_type,
        turn,
        now,
    )
    .fetch_one(conn)
    .await
}

/// The database's time, to compare with what other processes wrote.
pub async fn database_time(conn: &mut PgConnection) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#)
        .fetch_one(conn)
        .await
}

/// A finished run of this turn that began after `asked_at`.
pub async fn find_run_since(
    conn: &mut PgConnection,
    turn: &str,
    asked_at: DateTime<Utc>,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "SELECT run_id
         FROM sync_history
         WHERE turn = $1 AND begun_at >= $2
         GROUP BY run_id
         HAVING bool_and(status <> 'running' AND error_code IS DISTINCT FROM 'abandoned')
         ORDER BY max(begun_at) DESC
         LIMIT 1",
        turn,
        asked_at,
    )
    .fetch_optional(conn)
    .await
}

/// Says that a run lives. The heartbeat is the database's time, which all processes share.
pub async fn beat(conn: &mut PgConnection, run_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sync_history SET heartbeat_at = clock_timestamp() WHERE run_id = $1 AND status = 'running'",
        run_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes a row. Tells whether it was still open: a run taken for dead has been closed by another.
pub async fn close(conn: &mut PgConnection, id: i32, end: &HistoryEnd<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE sync_history
         SET status = $2,
             items_synced = $3,
             error_message = $4,
             error_code = $5,
             correlation_id = $6,
             results = $7,
             duration_ms = $8,
             completed_at = $9
         WHERE id = $1",
        id,
        end.status,
        end.items_synced,
        end.error_message,
        end.error_code,
        end.correlation_id,
        Json(end.results) as Json<&RawValue>,
        end.duration_ms,
        end.completed_at,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Closes as failed what a dead process left running. Gives the number of rows.
pub async fn close_abandoned(conn: &mut PgConnection) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "UPDATE sync_history
         SET status = 'failed',
             error_code = 'abandoned',
             error_message = 'the program stopped while this sync ran',
             duration_ms = GREATEST(0, extract(epoch FROM heartbeat_at - started_at) * 1000)::integer,
             completed_at = GREATEST(started_at, heartbeat_at)
         WHERE status = 'running' AND heartbeat_at < clock_timestamp() - make_interval(secs => $1)",
        ABANDONED_AFTER.as_secs_f64(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Newest first, of one organization or of all.
pub async fn list(
    conn: &mut PgConnection,
    organization_id: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<HistoryRow>> {
    sqlx::query_as!(
        HistoryRow,
        r#"SELECT
             id, run_id, setting_id, organization_id, sync_type, status, items_synced, duration_ms,
             error_message, error_code, correlation_id, results AS "results: Json<Box<RawValue>>", started_at, completed_at
         FROM sync_history
         WHERE $1::text IS NULL OR organization_id = $1
         ORDER BY started_at DESC, id DESC
         LIMIT $2"#,
        organization_id,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// The rows of one run, in the order of its organizations.
pub async fn list_of_run(conn: &mut PgConnection, run_id: Uuid) -> sqlx::Result<Vec<HistoryRow>> {
    sqlx::query_as!(
        HistoryRow,
        r#"SELECT
             id, run_id, setting_id, organization_id, sync_type, status, items_synced, duration_ms,
             error_message, error_code, correlation_id, results AS "results: Json<Box<RawValue>>", started_at, completed_at
         FROM sync_history
         WHERE run_id = $1
         ORDER BY id"#,
        run_id,
    )
    .fetch_all(conn)
    .await
}
