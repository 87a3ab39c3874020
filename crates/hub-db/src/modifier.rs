//! Modifiers: products that are sold with another.

use rust_decimal::Decimal;
use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::{MirrorRow, Pass},
    setting::Refresh,
};

/// A modifier as iiko has it.
#[derive(Clone, Debug)]
pub struct ModifierRow {
    pub id: String,
    /// The modifier group it stands in.
    pub group_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub measure_unit: Option<String>,
    /// Roubles; of the default size, else of the first.
    pub price: Option<Decimal>,
    /// Kilograms per portion.
    pub weight: Option<Decimal>,
    /// Nutrition per 100 g.
    pub energy_value: Option<Decimal>,
    pub fats: Option<Decimal>,
    pub proteins: Option<Decimal>,
    pub carbs: Option<Decimal>,
    /// Nutrition per portion.
    pub energy_value_full: Option<Decimal>,
    pub fats_full: Option<Decimal>,
    pub proteins_full: Option<Decimal>,
    pub carbs_full: Option<Decimal>,
    pub sort_order: i32,
    pub image_urls: Vec<String>,
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
         FROM modifiers AS mirrored
         LEFT JOIN iiko_objects AS object
             ON object.organization_id = mirrored.organization_id AND object.kind = 'product' AND object.id = mirrored.id
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
    rows: &[ModifierRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO modifiers AS mirrored (
             organization_id, id, group_id, name, description, code, measure_unit, price, weight, energy_value, fats,
             proteins, carbs, energy_value_full, fats_full, proteins_full, carbs_full, sort_order, iiko_sort_order,
             image_urls, iiko_image_urls, is_deleted, deleted_at, created_at, updated_at, synced_at
         )
         SELECT
             $1, item.id, item.group_id, item.name, item.description, item.code, item.measure_unit, item.price, item.weight,
             item.energy_value, item.fats, item.proteins, item.carbs, item.energy_value_full, item.fats_full,
             item.proteins_full, item.carbs_full, item.sort_order, item.sort_order,
             ARRAY(SELECT jsonb_array_elements_text(item.image_urls)),
             ARRAY(SELECT jsonb_array_elements_text(item.image_urls)), item.is_deleted,
             CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::numeric[],
             $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[], $16::numeric[], $17::numeric[],
             $18::numeric[], $19::integer[], $20::jsonb[], $21::boolean[]
         ) AS item (
             id, group_id, name, description, code, measure_unit, price, weight, energy_value, fats, proteins, carbs,
             energy_value_full, fats_full, proteins_full, carbs_full, sort_order, image_urls, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET group_id = excluded.group_id,
             name = CASE WHEN $22 THEN excluded.name ELSE mirrored.name END,
             description = CASE WHEN $23 THEN excluded.description ELSE mirrored.description END,
             code = excluded.code,
             measure_unit = excluded.measure_unit,
             price = CASE WHEN $24 THEN excluded.price ELSE mirrored.price END,
             weight = excluded.weight,
             energy_value = excluded.energy_value,
             fats = excluded.fats,
             proteins = excluded.proteins,
             carbs = excluded.carbs,
             energy_value_full = excluded.energy_value_full,
             fats_full = excluded.fats_full,
             proteins_full = excluded.proteins_full,
             carbs_full = excluded.carbs_full,
             sort_order = CASE WHEN $25 AND 'sort_order' <> ALL (mirrored.local_fields) THEN excluded.sort_order ELSE mirrored.sort_order END,
             iiko_sort_order = excluded.iiko_sort_order,
             image_urls = CASE WHEN $26 AND 'image_urls' <> ALL (mirrored.local_fields) THEN excluded.image_urls ELSE mirrored.image_urls END,
             iiko_image_urls = excluded.iiko_image_urls,
             is_deleted = excluded.is_deleted,
             deleted_at = CASE WHEN excluded.is_deleted THEN COALESCE(mirrored.deleted_at, excluded.deleted_at) END,
             updated_at = excluded.updated_at,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.group_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.description.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.code.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.measure_unit.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.price) as &[Option<Decimal>],
        &column(rows, |row| row.weight) as &[Option<Decimal>],
        &column(rows, |row| row.energy_value) as &[Option<Decimal>],
        &column(rows, |row| row.fats) as &[Option<Decimal>],
        &column(rows, |row| row.proteins) as &[Option<Decimal>],
        &column(rows, |row| row.carbs) as &[Option<Decimal>],
        &column(rows, |row| row.energy_value_full) as &[Option<Decimal>],
        &column(rows, |row| row.fats_full) as &[Option<Decimal>],
        &column(rows, |row| row.proteins_full) as &[Option<Decimal>],
        &column(rows, |row| row.carbs_full) as &[Option<Decimal>],
        &column(rows, |row| row.sort_order),
        &lists(rows, |row| &row.image_urls) as &[Json<&Vec<String>>],
        &column(rows, |row| row.is_deleted),
        refresh.names,
        refresh.descriptions,
        refresh.prices,
        refresh.order,
        refresh.pictures,
    )
    .execute(conn)
    .await?;
    Ok(())
}
