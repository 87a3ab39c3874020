//! Modifier groups.

use sqlx::PgConnection;

use crate::{
    column::column,
    mirror::{MirrorRow, Pass},
    setting::Refresh,
};

/// A modifier group as iiko has it.
#[derive(Clone, Debug)]
pub struct ModifierGroupRow {
    pub id: String,
    pub parent_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub is_in_menu: bool,
    pub sort_order: i32,
    /// iiko marks it as deleted.
    pub is_deleted: bool,
}

pub async fn list_mirror(
    conn: &mut PgConnection,
    organization_id: &str,
) -> sqlx::Result<Vec<MirrorRow>> {
    sqlx::query_as!(
        MirrorRow,
        r#"SELECT
             mirrored.id,
             mirrored.is_deleted,
             NULL::numeric AS price,
             object.content_hash AS "content_hash?"
         FROM modifier_groups AS mirrored
         LEFT JOIN iiko_objects AS object
             ON object.organization_id = mirrored.organization_id AND object.kind = 'group' AND object.id = mirrored.id
         WHERE mirrored.organization_id = $1"#,
        organization_id,
    )
    .fetch_all(conn)
    .await
}

/// Writes iiko's values; a column that a person has set keeps the person's value.
pub async fn upsert_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    refresh: Refresh,
    rows: &[ModifierGroupRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO modifier_groups AS mirrored (
             organization_id, id, parent_id, name, description, code, is_in_menu, sort_order, iiko_sort_order, is_deleted,
             deleted_at, created_at, updated_at, synced_at
         )
         SELECT
             $1, item.id, item.parent_id, item.name, item.description, item.code, item.is_in_menu, item.sort_order,
             item.sort_order, item.is_deleted, CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::integer[], $10::boolean[]
         ) AS item (
             id, parent_id, name, description, code, is_in_menu, sort_order, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET parent_id = excluded.parent_id,
             name = CASE WHEN $11 THEN excluded.name ELSE mirrored.name END,
             description = CASE WHEN $12 THEN excluded.description ELSE mirrored.description END,
             code = excluded.code,
             is_in_menu = excluded.is_in_menu,
             sort_order = CASE WHEN $13 AND 'sort_order' <> ALL (mirrored.local_fields) THEN excluded.sort_order ELSE mirrored.sort_order END,
             iiko_sort_order = excluded.iiko_sort_order,
             is_deleted = excluded.is_deleted,
             deleted_at = CASE WHEN excluded.is_deleted THEN COALESCE(mirrored.deleted_at, excluded.deleted_at) END,
             updated_at = excluded.updated_at,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.parent_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.description.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.code.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.is_in_menu),
        &column(rows, |row| row.sort_order),
        &column(rows, |row| row.is_deleted),
        refresh.names,
        refresh.descriptions,
        refresh.order,
    )
    .execute(conn)
    .await?;
    Ok(())
}
