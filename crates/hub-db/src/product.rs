//! Products: what is sold by itself. Their sizes, places and modifiers are in [`product_part`](crate::product_part).

use rust_decimal::Decimal;
use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::{MirrorRow, Pass},
    setting::Refresh,
};

/// A product as iiko has it.
#[derive(Clone, Debug)]
pub struct ProductRow {
    pub id: String,
    /// The first folder it stands in.
    pub category_id: Option<String>,
    /// The stock folder of iikoOffice, not a category.
    pub group_id: Option<String>,
    pub product_category_id: Option<String>,
    /// iiko's word, any case: Dish, Good, Service.
    pub kind: String,
    pub order_item_type: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub sku: Option<String>,
    pub measure_unit: Option<String>,
    pub additional_info: Option<String>,
    pub minimal_sum: Option<bool>,
    pub discount: Option<bool>,
    pub labels_ids: Vec<i32>,
    pub recommend: bool,
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
    pub splittable: bool,
    pub use_balance_for_sell: bool,
    pub can_set_open_price: bool,
    pub do_not_print_in_cheque: bool,
    pub payment_subject: Option<String>,
    pub modifier_schema_id: Option<String>,
    pub modifier_schema_name: Option<String>,
    pub is_in_menu: bool,
    pub sort_order: i32,
    pub image_urls: Vec<String>,
    pub tags: Vec<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub seo_text: Option<String>,
    pub seo_keywords: Option<String>,
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
         FROM products AS mirrored
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
    rows: &[ProductRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO products AS mirrored (
             organization_id, id, category_id, group_id, product_category_id, type, order_item_type, name, description, code,
             sku, measure_unit, additional_info, minimal_sum, discount, labels_ids, recommend, price, weight, energy_value,
             fats, proteins, carbs, energy_value_full, fats_full, proteins_full, carbs_full, splittable, use_balance_for_sell,
             can_set_open_price, do_not_print_in_cheque, payment_subject, modifier_schema_id, modifier_schema_name,
             is_in_menu, sort_order, iiko_sort_order, image_urls, iiko_image_urls, tags, iiko_tags, seo_title, iiko_seo_title,
             seo_description, iiko_seo_description, seo_text, iiko_seo_text, seo_keywords, iiko_seo_keywords, is_deleted,
             deleted_at, created_at, updated_at, synced_at
         )
         SELECT
             $1, item.id, item.category_id, item.group_id, item.product_category_id, item.type, item.order_item_type,
             item.name, item.description, item.code, item.sku, item.measure_unit, item.additional_info, item.minimal_sum,
             item.discount, ARRAY(SELECT jsonb_array_elements_text(item.labels_ids)::integer), item.recommend, item.price,
             item.weight, item.energy_value, item.fats, item.proteins, item.carbs, item.energy_value_full, item.fats_full,
             item.proteins_full, item.carbs_full, item.splittable, item.use_balance_for_sell, item.can_set_open_price,
             item.do_not_print_in_cheque, item.payment_subject, item.modifier_schema_id, item.modifier_schema_name,
             item.is_in_menu, item.sort_order, item.sort_order, ARRAY(SELECT jsonb_array_elements_text(item.image_urls)),
             ARRAY(SELECT jsonb_array_elements_text(item.image_urls)), ARRAY(SELECT jsonb_array_elements_text(item.tags)),
             ARRAY(SELECT jsonb_array_elements_text(item.tags)), item.seo_title, item.seo_title, item.seo_description,
             item.seo_description, item.seo_text, item.seo_text, item.seo_keywords, item.seo_keywords, item.is_deleted,
             CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::text[], $15::boolean[], $16::boolean[], $17::jsonb[], $18::boolean[],
             $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[], $23::numeric[], $24::numeric[], $25::numeric[],
             $26::numeric[], $27::numeric[], $28::numeric[], $29::boolean[], $30::boolean[], $31::boolean[], $32::boolean[],
             $33::text[], $34::text[], $35::text[], $36::boolean[], $37::integer[], $38::jsonb[], $39::jsonb[], $40::text[],
             $41::text[], $42::text[], $43::text[], $44::boolean[]
         ) AS item (
             id, category_id, group_id, product_category_id, type, order_item_type, name, description, code, sku,
             measure_unit, additional_info, minimal_sum, discount, labels_ids, recommend, price, weight, energy_value, fats,
             proteins, carbs, energy_value_full, fats_full, proteins_full, carbs_full, splittable, use_balance_for_sell,
             can_set_open_price, do_not_print_in_cheque, payment_subject, modifier_schema_id, modifier_schema_name,
             is_in_menu, sort_order, image_urls, tags, seo_title, seo_description, seo_text, seo_keywords, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET category_id = excluded.category_id,
             group_id = excluded.group_id,
             product_category_id = excluded.product_category_id,
             type = excluded.type,
             order_item_type = excluded.order_item_type,
             name = CASE WHEN $45 THEN excluded.name ELSE mirrored.name END,
             description = CASE WHEN $46 THEN excluded.description ELSE mirrored.description END,
             code = excluded.code,
             sku = excluded.sku,
             measure_unit = excluded.measure_unit,
             additional_info = excluded.additional_info,
             minimal_sum = excluded.minimal_sum,
             discount = excluded.discount,
             labels_ids = excluded.labels_ids,
             recommend = excluded.recommend,
             price = CASE WHEN $47 THEN excluded.price ELSE mirrored.price END,
             weight = excluded.weight,
             energy_value = excluded.energy_value,
             fats = excluded.fats,
             proteins = excluded.proteins,
             carbs = excluded.carbs,
             energy_value_full = excluded.energy_value_full,
             fats_full = excluded.fats_full,
             proteins_full = excluded.proteins_full,
             carbs_full = excluded.carbs_full,
             splittable = excluded.splittable,
             use_balance_for_sell = excluded.use_balance_for_sell,
             can_set_open_price = excluded.can_set_open_price,
             do_not_print_in_cheque = excluded.do_not_print_in_cheque,
             payment_subject = excluded.payment_subject,
             modifier_schema_id = excluded.modifier_schema_id,
             modifier_schema_name = excluded.modifier_schema_name,
             is_in_menu = excluded.is_in_menu,
             sort_order = CASE WHEN $48 AND 'sort_order' <> ALL (mirrored.local_fields) THEN excluded.sort_order ELSE mirrored.sort_order END,
             iiko_sort_order = excluded.iiko_sort_order,
             image_urls = CASE WHEN $49 AND 'image_urls' <> ALL (mirrored.local_fields) THEN excluded.image_urls ELSE mirrored.image_urls END,
             iiko_image_urls = excluded.iiko_image_urls,
             tags = CASE WHEN 'tags' <> ALL (mirrored.local_fields) THEN excluded.tags ELSE mirrored.tags END,
             iiko_tags = excluded.iiko_tags,
             seo_title = CASE WHEN $46 AND 'seo_title' <> ALL (mirrored.local_fields) THEN excluded.seo_title ELSE mirrored.seo_title END,
             iiko_seo_title = excluded.iiko_seo_title,
             seo_description = CASE WHEN $46 AND 'seo_description' <> ALL (mirrored.local_fields) THEN excluded.seo_description ELSE mirrored.seo_description END,
             iiko_seo_description = excluded.iiko_seo_description,
             seo_text = CASE WHEN $46 AND 'seo_text' <> ALL (mirrored.local_fields) THEN excluded.seo_text ELSE mirrored.seo_text END,
             iiko_seo_text = excluded.iiko_seo_text,
             seo_keywords = CASE WHEN $46 AND 'seo_keywords' <> ALL (mirrored.local_fields) THEN excluded.seo_keywords ELSE mirrored.seo_keywords END,
             iiko_seo_keywords = excluded.iiko_seo_keywords,
             is_deleted = excluded.is_deleted,
             deleted_at = CASE WHEN excluded.is_deleted THEN COALESCE(mirrored.deleted_at, excluded.deleted_at) END,
             updated_at = excluded.updated_at,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.category_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.group_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.product_category_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.kind.as_str()) as &[&str],
        &column(rows, |row| row.order_item_type.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.description.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.code.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.sku.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.measure_unit.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.additional_info.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.minimal_sum) as &[Option<bool>],
        &column(rows, |row| row.discount) as &[Option<bool>],
        &lists(rows, |row| &row.labels_ids) as &[Json<&Vec<i32>>],
        &column(rows, |row| row.recommend),
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
        &column(rows, |row| row.splittable),
        &column(rows, |row| row.use_balance_for_sell),
        &column(rows, |row| row.can_set_open_price),
        &column(rows, |row| row.do_not_print_in_cheque),
        &column(rows, |row| row.payment_subject.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.modifier_schema_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.modifier_schema_name.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.is_in_menu),
        &column(rows, |row| row.sort_order),
        &lists(rows, |row| &row.image_urls) as &[Json<&Vec<String>>],
        &lists(rows, |row| &row.tags) as &[Json<&Vec<String>>],
        &column(rows, |row| row.seo_title.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.seo_description.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.seo_text.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.seo_keywords.as_deref()) as &[Option<&str>],
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
