//! What one product has beside its row in the list: prices of its sizes, nutrition of a portion, modifiers with their
//! groups and limits. The parts are statements of their own; read them in one repeatable-read transaction.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use sqlx::PgConnection;

pub struct ProductDetailRow {
    pub group_id: Option<String>,
    pub product_category_id: Option<String>,
    pub order_item_type: Option<String>,
    pub additional_info: Option<String>,
    pub energy_value_full: Option<Decimal>,
    pub fats_full: Option<Decimal>,
    pub proteins_full: Option<Decimal>,
    pub carbs_full: Option<Decimal>,
    pub splittable: bool,
    pub use_balance_for_sell: bool,
    pub can_set_open_price: bool,
    pub payment_subject: Option<String>,
    pub modifier_schema_id: Option<String>,
    pub modifier_schema_name: Option<String>,
    pub seo_text: Option<String>,
    pub seo_keywords: Option<String>,
}

pub struct SizePriceRow {
    /// `None`: the product has no sizes
    pub size_id: Option<String>,
    pub name: Option<String>,
    pub is_default: bool,
    pub price: Option<Decimal>,
    pub is_in_menu: bool,
    pub next_price: Option<Decimal>,
    pub next_is_in_menu: Option<bool>,
    /// local time of the restaurant
    pub next_price_date: Option<NaiveDateTime>,
}

pub struct ModifierGroupRow {
    pub id: String,
    /// `None`: iiko named the group in the product only
    pub name: Option<String>,
    pub min_amount: Decimal,
    pub max_amount: Decimal,
    pub default_amount: Option<Decimal>,
    pub free_amount: Option<Decimal>,
    pub is_required: bool,
    pub child_limits_apply: bool,
    pub hide_if_default: bool,
    pub splittable: bool,
}

pub struct ModifierRow {
    pub id: String,
    /// `None`: a simple modifier, in no group
    pub modifier_group_id: Option<String>,
    /// `None`: iiko named the modifier in the product only
    pub name: Option<String>,
    pub description: Option<String>,
    pub code: Option<String>,
    pub price: Option<Decimal>,
    pub weight: Option<Decimal>,
    pub image_urls: Vec<String>,
    pub is_visible: bool,
    /// in the terminal group that was asked for, else in any that is awake
    pub is_available: bool,
    pub min_amount: Decimal,
    pub max_amount: Decimal,
    pub default_amount: Option<Decimal>,
    pub free_amount: Option<Decimal>,
    pub is_required: bool,
    pub hide_if_default: bool,
    pub splittable: bool,
}

pub async fn load(
    conn: &mut PgConnection,
    organization_id: &str,
    product_id: &str,
) -> sqlx::Result<ProductDetailRow> {
    sqlx::query_as!(
        ProductDetailRow,
        "SELECT
            group_id,
            product_category_id,
            order_item_type,
            additional_info,
            energy_value_full,
            fats_full,
            proteins_full,
            carbs_full,
            splittable,
            use_balance_for_sell,
            can_set_open_price,
            payment_subject,
            modifier_schema_id,
            modifier_schema_name,
            seo_text,
            seo_keywords
        FROM products
        WHERE organization_id = $1
            AND id = $2",
        organization_id,
        product_id,
    )
    .fetch_one(conn)
    .await
}

pub async fn list_size_prices(
    conn: &mut PgConnection,
    organization_id: &str,
    product_id: &str,
) -> sqlx::Result<Vec<SizePriceRow>> {
    sqlx::query_as!(
        SizePriceRow,
        "SELECT
            size_id,
            name,
            is_default,
            price,
            is_in_menu,
            next_price,
            next_is_in_menu,
            next_price_date
        FROM product_sizes
        WHERE organization_id = $1
            AND product_id = $2
            AND NOT is_deleted
        ORDER BY position, size_id",
        organization_id,
        product_id,
    )
    .fetch_all(conn)
    .await
}

pub async fn list_modifier_groups(
    conn: &mut PgConnection,
    organization_id: &str,
    product_id: &str,
) -> sqlx::Result<Vec<ModifierGroupRow>> {
    sqlx::query_as!(
        ModifierGroupRow,
        r#"SELECT
            link.modifier_group_id AS id,
            known.name AS "name?",
            link.min_amount,
            link.max_amount,
            link.default_amount,
            link.free_amount,
            link.is_required,
            link.child_limits_apply,
            link.hide_if_default,
            link.splittable
        FROM product_modifier_groups AS link
        LEFT JOIN modifier_groups AS known
            ON known.organization_id = link.organization_id
            AND known.id = link.modifier_group_id
        WHERE link.organization_id = $1
            AND link.product_id = $2
            AND NOT link.is_deleted
        ORDER BY link.position, link.modifier_group_id"#,
        organization_id,
        product_id,
    )
    .fetch_all(conn)
    .await
}

/// Modifiers of all groups and the simple ones.
pub async fn list_modifiers(
    conn: &mut PgConnection,
    organization_id: &str,
    product_id: &str,
    terminal_group_id: Option<&str>,
) -> sqlx::Result<Vec<ModifierRow>> {
    sqlx::query_as!(
        ModifierRow,
        r#"WITH stopped AS MATERIALIZED (
            SELECT product_id
            FROM product_stops
            WHERE organization_id = $1
                AND terminal_group_id = $3
        )
        SELECT
            link.modifier_id AS id,
            link.modifier_group_id,
            known.name AS "name?",
            known.description,
            known.code,
            known.price,
            known.weight,
            COALESCE(known.image_urls, '{}') AS "image_urls!",
            COALESCE(known.is_visible, TRUE) AS "is_visible!",
            CASE
                WHEN $3::text IS NULL THEN COALESCE(known.is_available, TRUE)
                ELSE NOT EXISTS (
                    SELECT 1
                    FROM stopped
                    WHERE stopped.product_id = link.modifier_id
                )
            END AS "is_available!",
            link.min_amount,
            link.max_amount,
            link.default_amount,
            link.free_amount,
            link.is_required,
            link.hide_if_default,
            link.splittable
        FROM product_modifiers AS link
        LEFT JOIN modifiers AS known
            ON known.organization_id = link.organization_id
            AND known.id = link.modifier_id
        WHERE link.organization_id = $1
            AND link.product_id = $2
            AND NOT link.is_deleted
        ORDER BY link.position, link.modifier_id"#,
        organization_id,
        product_id,
        terminal_group_id,
    )
    .fetch_all(conn)
    .await
}
