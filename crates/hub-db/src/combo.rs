//! Combos and what they are made of.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::{MirrorRow, Pass},
    setting::Refresh,
};

/// A combo of the loyalty program.
#[derive(Clone, Debug)]
pub struct ComboRow {
    pub id: String,
    pub category_id: Option<String>,
    pub category_name: Option<String>,
    pub name: String,
    pub price_modification_type: Option<i32>,
    pub price: Option<Decimal>,
    pub is_active: bool,
    pub start_date: Option<NaiveDateTime>,
    pub expiration_date: Option<NaiveDateTime>,
    pub include_modifiers: Option<bool>,
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
             mirrored.price AS price,
             object.content_hash AS "content_hash?"
         FROM combos AS mirrored
         LEFT JOIN iiko_objects AS object
             ON object.organization_id = mirrored.organization_id AND object.kind = 'combo' AND object.id = mirrored.id
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
    rows: &[ComboRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO combos AS mirrored (
             organization_id, id, category_id, category_name, name, price_modification_type, price, is_active, start_date,
             expiration_date, include_modifiers, sort_order, iiko_sort_order, is_deleted, deleted_at, created_at, updated_at,
             synced_at
         )
         SELECT
             $1, item.id, item.category_id, item.category_name, item.name, item.price_modification_type, item.price,
             item.is_active, item.start_date, item.expiration_date, item.include_modifiers, item.sort_order, item.sort_order,
             item.is_deleted, CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::numeric[], $9::boolean[], $10::timestamp[],
             $11::timestamp[], $12::boolean[], $13::integer[], $14::boolean[]
         ) AS item (
             id, category_id, category_name, name, price_modification_type, price, is_active, start_date, expiration_date,
             include_modifiers, sort_order, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET category_id = excluded.category_id,
             category_name = excluded.category_name,
             name = CASE WHEN $15 THEN excluded.name ELSE mirrored.name END,
             price_modification_type = excluded.price_modification_type,
             price = CASE WHEN $16 THEN excluded.price ELSE mirrored.price END,
             is_active = excluded.is_active,
             start_date = excluded.start_date,
             expiration_date = excluded.expiration_date,
             include_modifiers = excluded.include_modifiers,
             sort_order = CASE WHEN $17 AND 'sort_order' <> ALL (mirrored.local_fields) THEN excluded.sort_order ELSE mirrored.sort_order END,
             iiko_sort_order = excluded.iiko_sort_order,
             is_deleted = excluded.is_deleted,
             deleted_at = CASE WHEN excluded.is_deleted THEN COALESCE(mirrored.deleted_at, excluded.deleted_at) END,
             updated_at = excluded.updated_at,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.category_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.category_name.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.price_modification_type) as &[Option<i32>],
        &column(rows, |row| row.price) as &[Option<Decimal>],
        &column(rows, |row| row.is_active),
        &column(rows, |row| row.start_date) as &[Option<NaiveDateTime>],
        &column(rows, |row| row.expiration_date) as &[Option<NaiveDateTime>],
        &column(rows, |row| row.include_modifiers) as &[Option<bool>],
        &column(rows, |row| row.sort_order),
        &column(rows, |row| row.is_deleted),
        refresh.names,
        refresh.prices,
        refresh.order,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A product that may stand in a group of a combo.
#[derive(Clone, Debug)]
pub struct ComboItemRow {
    pub combo_id: String,
    pub group_id: String,
    pub group_name: Option<String>,
    pub is_main_group: bool,
    pub skip_step: bool,
    pub product_id: String,
    pub size_id: Option<String>,
    pub price_modification: Option<Decimal>,
    pub forbidden_modifiers: Vec<String>,
    pub position: i32,
}

pub async fn upsert_items(
    conn: &mut PgConnection,
    organization_id: &str,
    rows: &[ComboItemRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO combo_items AS mirrored (
             organization_id, combo_id, group_id, group_name, is_main_group, skip_step, product_id, size_id,
             price_modification, forbidden_modifiers, position
         )
         SELECT $1, item.combo_id, item.group_id, item.group_name, item.is_main_group, item.skip_step, item.product_id,
             item.size_id, item.price_modification, ARRAY(SELECT jsonb_array_elements_text(item.forbidden_modifiers)),
             item.position
         FROM unnest(
             $2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::text[], $8::text[], $9::numeric[],
             $10::jsonb[], $11::integer[]
         ) AS item (
             combo_id, group_id, group_name, is_main_group, skip_step, product_id, size_id, price_modification,
             forbidden_modifiers, position
         )
         ON CONFLICT (organization_id, combo_id, group_id, product_id, size_id) DO UPDATE
         SET group_name = excluded.group_name,
             is_main_group = excluded.is_main_group,
             skip_step = excluded.skip_step,
             price_modification = excluded.price_modification,
             forbidden_modifiers = excluded.forbidden_modifiers,
             position = excluded.position,
             is_deleted = FALSE,
             deleted_at = NULL",
        organization_id,
        &column(rows, |row| row.combo_id.as_str()) as &[&str],
        &column(rows, |row| row.group_id.as_str()) as &[&str],
        &column(rows, |row| row.group_name.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.is_main_group),
        &column(rows, |row| row.skip_step),
        &column(rows, |row| row.product_id.as_str()) as &[&str],
        &column(rows, |row| row.size_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.price_modification) as &[Option<Decimal>],
        &lists(rows, |row| &row.forbidden_modifiers) as &[Json<&Vec<String>>],
        &column(rows, |row| row.position),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks all items of these combos as deleted; what is still there is upserted after.
pub async fn mark_items_deleted(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    combo_ids: &[&str],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE combo_items
         SET is_deleted = TRUE,
             deleted_at = $3
         WHERE organization_id = $1 AND combo_id = ANY ($2) AND NOT is_deleted",
        pass.organization_id,
        combo_ids as &[&str],
        pass.now,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
