//! Terminal groups: the tills that receive our orders.

use sqlx::PgConnection;

use crate::{column::column, mirror::Pass};

/// A terminal group as iiko has it.
#[derive(Clone, Debug)]
pub struct TerminalGroupRow {
    pub id: String,
    pub name: String,
    pub address: Option<String>,
    /// Offset from UTC as iiko writes it: `03:00:00`.
    pub time_zone: Option<String>,
    pub pos_version: Option<String>,
    pub is_asleep: bool,
}

pub async fn list_live_ids(
    conn: &mut PgConnection,
    organization_id: &str,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT id
         FROM terminal_groups
         WHERE organization_id = $1 AND NOT is_deleted",
        organization_id,
    )
    .fetch_all(conn)
    .await
}

/// Writes all rows; what did not change only gets a new `synced_at`.
pub async fn upsert_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    rows: &[TerminalGroupRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO terminal_groups AS mirrored (
             organization_id, id, name, address, time_zone, pos_version, is_asleep, created_at, updated_at, synced_at
         )
         SELECT $1, item.id, item.name, item.address, item.time_zone, item.pos_version, item.is_asleep, $2, $2, $2
         FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
             AS item (id, name, address, time_zone, pos_version, is_asleep)
         ON CONFLICT (organization_id, id) DO UPDATE
         SET name = excluded.name,
             address = excluded.address,
             time_zone = excluded.time_zone,
             pos_version = excluded.pos_version,
             is_asleep = excluded.is_asleep,
             is_deleted = FALSE,
             deleted_at = NULL,
             updated_at = CASE
                 WHEN (mirrored.name, mirrored.address, mirrored.time_zone, mirrored.pos_version, mirrored.is_asleep, mirrored.is_deleted)
                     IS DISTINCT FROM
                     (excluded.name, excluded.address, excluded.time_zone, excluded.pos_version, excluded.is_asleep, FALSE)
                 THEN excluded.updated_at
                 ELSE mirrored.updated_at
             END,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.address.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.time_zone.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.pos_version.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.is_asleep),
    )
    .execute(conn)
    .await?;
    Ok(())
}
