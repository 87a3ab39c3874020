//! The log of calls to iiko. Bodies come redacted and cut.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::column::column;

#[derive(Clone, Debug)]
pub struct ApiLogRow {
    pub setting_id: Option<i32>,
    pub method: String,
    pub url: String,
    pub request_body: String,
    /// `None`: no answer came.
    pub response_status: Option<i32>,
    pub response_body: String,
    pub correlation_id: Option<String>,
    pub duration_ms: i32,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_all(conn: &mut PgConnection, rows: &[ApiLogRow]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO api_logs
             (setting_id, method, url, request_body, response_status, response_body, correlation_id, duration_ms, error, created_at)
         SELECT *
         FROM unnest(
             $1::integer[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::integer[],
             $9::text[], $10::timestamptz[]
         )",
        &column(rows, |row| row.setting_id) as &[Option<i32>],
        &column(rows, |row| row.method.as_str()) as &[&str],
        &column(rows, |row| row.url.as_str()) as &[&str],
        &column(rows, |row| row.request_body.as_str()) as &[&str],
        &column(rows, |row| row.response_status) as &[Option<i32>],
        &column(rows, |row| row.response_body.as_str()) as &[&str],
        &column(rows, |row| row.correlation_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.duration_ms),
        &column(rows, |row| row.error.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.created_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what is older. Gives the number of rows.
pub async fn delete_before(conn: &mut PgConnection, moment: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM api_logs WHERE created_at < $1", moment)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
