//! The parts of a product: its prices by size, the folders it stands in, its modifiers.
//!
//! Parts are rewritten with their product: first all are marked deleted, then those that iiko still has are brought back.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::Pass,
    setting::Refresh,
};

/// A price of a product or modifier.
#[derive(Clone, Debug)]
pub struct SizeRow {
    pub product_id: String,
    /// `None`: the product has no sizes.
    pub size_id: Option<String>,
    pub name: Option<String>,
    pub priority: Option<i32>,
    pub is_default: bool,
    /// Roubles.
    pub price: Option<Decimal>,
    pub is_in_menu: bool,
    pub next_price: Option<Decimal>,
    pub next_is_in_menu: Option<bool>,
    /// The restaurant's local time.
    pub next_price_date: Option<NaiveDateTime>,
    pub position: i32,
}

pub async fn upsert_sizes(
    conn: &mut PgConnection,
    organization_id: &str,
    refresh: Refresh,
    rows: &[SizeRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO product_sizes AS mirrored (
             organization_id, product_id, size_id, name, priority, is_default, price, is_in_menu, next_price, next_is_in_menu,
             next_price_date, position
         )
         SELECT $1, item.product_id, item.size_id, item.name, item.priority, item.is_default, item.price, item.is_in_menu,
             item.next_price, item.next_is_in_menu, item.next_price_date, item.position
         FROM unnest(
             $2::text[], $3::text[], $4::text[], $5::integer[], $6::boolean[], $7::numeric[], $8::boolean[], $9::numeric[],
             $10::boolean[], $11::timestamp[], $12::integer[]
         ) AS item (
             product_id, size_id, name, priority, is_default, price, is_in_menu, next_price, next_is_in_menu, next_price_date,
             position
         )
         ON CONFLICT (organization_id, product_id, size_id) DO UPDATE
         SET name = excluded.name,
             priority = excluded.priority,
             is_default = excluded.is_default,
             price = CASE WHEN $13 THEN excluded.price ELSE mirrored.price END,
             is_in_menu = excluded.is_in_menu,
             next_price = excluded.next_price,
             next_is_in_menu = excluded.next_is_in_menu,
             next_price_date = excluded.next_price_date,
             position = excluded.position,
             is_deleted = FALSE,
             deleted_at = NULL",
        organization_id,
        &column(rows, |row| row.product_id.as_str()) as &[&str],
        &column(rows, |row| row.size_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.priority) as &[Option<i32>],
        &column(rows, |row| row.is_default),
        &column(rows, |row| row.price) as &[Option<Decimal>],
        &column(rows, |row| row.is_in_menu),
        &column(rows, |row| row.next_price) as &[Option<Decimal>],
        &column(rows, |row| row.next_is_in_menu) as &[Option<bool>],
        &column(rows, |row| row.next_price_date) as &[Option<NaiveDateTime>],
        &column(rows, |row| row.position),
        refresh.prices,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A folder that a product stands in.
#[derive(Clone, Debug)]
pub struct PlaceRow {
    pub product_id: String,
    pub category_id: Option<String>,
    pub sort_order: i32,
    pub image_urls: Vec<String>,
    pub position: i32,
}

pub async fn upsert_places(
    conn: &mut PgConnection,
    organization_id: &str,
    rows: &[PlaceRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO product_categories AS mirrored (
             organization_id, product_id, category_id, sort_order, image_urls, position
         )
         SELECT $1, item.product_id, item.category_id, item.sort_order, ARRAY(SELECT jsonb_array_elements_text(item.image_urls)),
             item.position
         FROM unnest(
             $2::text[], $3::text[], $4::integer[], $5::jsonb[], $6::integer[]
         ) AS item (
             product_id, category_id, sort_order, image_urls, position
         )
         ON CONFLICT (organization_id, product_id, category_id) DO UPDATE
         SET sort_order = excluded.sort_order,
             image_urls = excluded.image_urls,
             position = excluded.position,
             is_deleted = FALSE,
             deleted_at = NULL",
        organization_id,
        &column(rows, |row| row.product_id.as_str()) as &[&str],
        &column(rows, |row| row.category_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.sort_order),
        &lists(rows, |row| &row.image_urls) as &[Json<&Vec<String>>],
        &column(rows, |row| row.position),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A modifier group of a product, with how many must and may be chosen.
#[derive(Clone, Debug)]
pub struct GroupLinkRow {
    pub product_id: String,
    pub modifier_group_id: String,
    pub min_amount: Decimal,
    pub max_amount: Decimal,
    pub default_amount: Option<Decimal>,
    pub free_amount: Option<Decimal>,
    pub is_required: bool,
    pub child_limits_apply: bool,
    pub hide_if_default: bool,
    pub splittable: bool,
    pub position: i32,
}

pub async fn upsert_group_links(
    conn: &mut PgConnection,
    organization_id: &str,
    rows: &[GroupLinkRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO product_modifier_groups AS mirrored (
             organization_id, product_id, modifier_group_id, min_amount, max_amount, default_amount, free_amount, is_required,
             child_limits_apply, hide_if_default, splittable, position
         )
         SELECT $1, item.product_id, item.modifier_group_id, item.min_amount, item.max_amount, item.default_amount,
             item.free_amount, item.is_required, item.child_limits_apply, item.hide_if_default, item.splittable,
             item.position
         FROM unnest(
             $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::boolean[], $9::boolean[],
             $10::boolean[], $11::boolean[], $12::integer[]
         ) AS item (
             product_id, modifier_group_id, min_amount, max_amount, default_amount, free_amount, is_required,
             child_limits_apply, hide_if_default, splittable, position
         )
         ON CONFLICT (organization_id, product_id, modifier_group_id) DO UPDATE
         SET min_amount = excluded.min_amount,
             max_amount = excluded.max_amount,
             default_amount = excluded.default_amount,
             free_amount = excluded.free_amount,
             is_required = excluded.is_required,
             child_limits_apply = excluded.child_limits_apply,
             hide_if_default = excluded.hide_if_default,
             splittable = excluded.splittable,
             position = excluded.position,
             is_deleted = FALSE,
             deleted_at = NULL",
        organization_id,
        &column(rows, |row| row.product_id.as_str()) as &[&str],
        &column(rows, |row| row.modifier_group_id.as_str()) as &[&str],
        &column(rows, |row| row.min_amount) as &[Decimal],
        &column(rows, |row| row.max_amount) as &[Decimal],
        &column(rows, |row| row.default_amount) as &[Option<Decimal>],
        &column(rows, |row| row.free_amount) as &[Option<Decimal>],
        &column(rows, |row| row.is_required),
        &column(rows, |row| row.child_limits_apply),
        &column(rows, |row| row.hide_if_default),
        &column(rows, |row| row.splittable),
        &column(rows, |row| row.position),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A modifier of a product.
#[derive(Clone, Debug)]
pub struct ModifierLinkRow {
    pub product_id: String,
    /// `None`: a simple modifier, in no group.
    pub modifier_group_id: Option<String>,
    pub modifier_id: String,
    pub min_amount: Decimal,
    pub max_amount: Decimal,
    pub default_amount: Option<Decimal>,
    pub free_amount: Option<Decimal>,
    pub is_required: bool,
    pub hide_if_default: bool,
    pub splittable: bool,
    pub position: i32,
}

pub async fn upsert_modifier_links(
    conn: &mut PgConnection,
    organization_id: &str,
    rows: &[ModifierLinkRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO product_modifiers AS mirrored (
             organization_id, product_id, modifier_group_id, modifier_id, min_amount, max_amount, default_amount, free_amount,
             is_required, hide_if_default, splittable, position
         )
         SELECT $1, item.product_id, item.modifier_group_id, item.modifier_id, item.min_amount, item.max_amount,
             item.default_amount, item.free_amount, item.is_required, item.hide_if_default, item.splittable, item.position
         FROM unnest(
             $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::boolean[],
             $10::boolean[], $11::boolean[], $12::integer[]
         ) AS item (
             product_id, modifier_group_id, modifier_id, min_amount, max_amount, default_amount, free_amount, is_required,
             hide_if_default, splittable, position
         )
         ON CONFLICT (organization_id, product_id, modifier_group_id, modifier_id) DO UPDATE
         SET min_amount = excluded.min_amount,
             max_amount = excluded.max_amount,
             default_amount = excluded.default_amount,
             free_amount = excluded.free_amount,
             is_required = excluded.is_required,
             hide_if_default = excluded.hide_if_default,
             splittable = excluded.splittable,
             position = excluded.position,
             is_deleted = FALSE,
             deleted_at = NULL",
        organization_id,
        &column(rows, |row| row.product_id.as_str()) as &[&str],
        &column(rows, |row| row.modifier_group_id.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.modifier_id.as_str()) as &[&str],
        &column(rows, |row| row.min_amount) as &[Decimal],
        &column(rows, |row| row.max_amount) as &[Decimal],
        &column(rows, |row| row.default_amount) as &[Option<Decimal>],
        &column(rows, |row| row.free_amount) as &[Option<Decimal>],
        &column(rows, |row| row.is_required),
        &column(rows, |row| row.hide_if_default),
        &column(rows, |row| row.splittable),
        &column(rows, |row| row.position),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks all parts of these products as deleted; what is still there is upserted after.
pub async fn mark_deleted(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    product_ids: &[&str],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE product_sizes
         SET is_deleted = TRUE,
             deleted_at = $3
         WHERE organization_id = $1 AND product_id = ANY ($2) AND NOT is_deleted",
        pass.organization_id,
        product_ids as &[&str],
        pass.now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE product_categories
         SET is_deleted = TRUE,
             deleted_at = $3
         WHERE organization_id = $1 AND product_id = ANY ($2) AND NOT is_deleted",
        pass.organization_id,
        product_ids as &[&str],
        pass.now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE product_modifier_groups
         SET is_deleted = TRUE,
             deleted_at = $3
         WHERE organization_id = $1 AND product_id = ANY ($2) AND NOT is_deleted",
        pass.organization_id,
        product_ids as &[&str],
        pass.now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE product_modifiers
         SET is_deleted = TRUE,
             deleted_at = $3
         WHERE organization_id = $1 AND product_id = ANY ($2) AND NOT is_deleted",
        pass.organization_id,
        product_ids as &[&str],
        pass.now,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How many prices of living products and modifiers there are.
pub async fn count_prices(conn: &mut PgConnection, organization_id: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM product_sizes AS size
         WHERE size.organization_id = $1
             AND NOT size.is_deleted
             AND (
                 EXISTS (
                     SELECT 1 FROM products AS product
                     WHERE product.organization_id = $1 AND product.id = size.product_id AND NOT product.is_deleted
                 )
                 OR EXISTS (
                     SELECT 1 FROM modifiers AS modifier
                     WHERE modifier.organization_id = $1 AND modifier.id = size.product_id AND NOT modifier.is_deleted
                 )
             )"#,
        organization_id,
    )
    .fetch_one(conn)
    .await
}
