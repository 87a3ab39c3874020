//! Products as they are read from outside: a page of them, with sizes and places, in one statement, so that a sync
//! that commits meanwhile cannot mix two states.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::{PgConnection, types::Json};

pub struct ProductRow {
    pub organization_id: String,
    pub id: String,
    /// the first folder it stands in
    pub category_id: Option<String>,
    pub r#type: String,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub sku: Option<String>,
    pub measure_unit: Option<String>,
    pub minimal_sum: Option<bool>,
    pub discount: Option<bool>,
    pub labels_ids: Vec<i32>,
    pub recommend: bool,
    pub price: Option<Decimal>,
    pub weight: Option<Decimal>,
    pub energy_value: Option<Decimal>,
    pub fats: Option<Decimal>,
    pub proteins: Option<Decimal>,
    pub carbs: Option<Decimal>,
    pub is_visible: bool,
    pub is_in_menu: bool,
    /// in the terminal group that was asked for, else in any that is awake
    pub is_available: bool,
    pub sort_order: i32,
    pub image_urls: Vec<String>,
    pub tags: Vec<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub local_fields: Vec<String>,
    pub is_deleted: bool,
    pub synced_at: DateTime<Utc>,
    /// every folder it stands in, the first one first
    pub category_ids: Vec<String>,
    /// empty where the product has no sizes
    pub sizes: Json<Vec<ProductSizeRow>>,
}

#[derive(Deserialize)]
pub struct ProductSizeRow {
    pub id: String,
    pub name: Option<String>,
    /// text in the JSON, so that no float comes between
    pub price: Option<Decimal>,
    pub is_default: bool,
}

/// `None` lets everything through.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductFilter<'a> {
    pub organization_id: Option<&'a str>,
    /// one product, in every organization that has it
    pub product_id: Option<&'a str>,
    /// any of the folders a product stands in
    pub category_id: Option<&'a str>,
    /// what `is_available` means. Without an organization it also narrows to the organization of the terminal group.
    pub terminal_group_id: Option<&'a str>,
    pub is_available: Option<bool>,
    pub is_visible: Option<bool>,
    pub include_deleted: bool,
    pub limit: i64,
    pub offset: i64,
}

pub async fn list(
    conn: &mut PgConnection,
    filter: ProductFilter<'_>,
) -> sqlx::Result<Vec<ProductRow>> {
    sqlx::query_as!(
        ProductRow,
        r#"WITH stopped AS MATERIALIZED ( -- once for the page, not once for each product
            SELECT organization_id, product_id
            FROM product_stops
            WHERE terminal_group_id = $3
        ),
        page AS MATERIALIZED ( -- sizes and places are looked up for the page alone
            SELECT
                product.organization_id,
                product.id,
                availability.is_available
            FROM products AS product
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN $3::text IS NULL THEN product.is_available
                    ELSE NOT EXISTS (
                        SELECT 1
                        FROM stopped
                        WHERE stopped.organization_id = product.organization_id
                            AND stopped.product_id = product.id
                    )
                END AS is_available
            ) AS availability
            WHERE ($1::text IS NULL OR product.organization_id = $1)
                AND ($1::text IS NOT NULL OR $3::text IS NULL OR product.organization_id IN (
                    SELECT organization_id
                    FROM terminal_groups
                    WHERE id = $3
                    UNION ALL
                    SELECT organization_id
                    FROM stop_lists
                    WHERE terminal_group_id = $3
                ))
                AND ($2::text IS NULL OR EXISTS (
                    SELECT 1
                    FROM product_categories AS place
                    WHERE place.organization_id = product.organization_id
                        AND place.product_id = product.id
                        AND place.category_id = $2
                        AND (product.is_deleted OR NOT place.is_deleted)
                ))
                AND ($4::boolean IS NULL OR availability.is_available = $4)
                AND ($5::boolean IS NULL OR product.is_visible = $5)
                AND ($6 OR NOT product.is_deleted)
                AND ($9::text IS NULL OR product.id = $9)
            ORDER BY product.name, product.id, product.organization_id
            LIMIT $7
            OFFSET $8
        )
        SELECT
            product.organization_id,
            product.id,
            product.category_id,
            product.type,
            product.name,
            product.description,
            product.code,
            product.sku,
            product.measure_unit,
            product.minimal_sum,
            product.discount,
            product.labels_ids,
            product.recommend,
            product.price,
            product.weight,
            product.energy_value,
            product.fats,
            product.proteins,
            product.carbs,
            product.is_visible,
            product.is_in_menu,
            page.is_available AS "is_available!",
            product.sort_order,
            product.image_urls,
            product.tags,
            product.seo_title,
            product.seo_description,
            product.local_fields,
            product.is_deleted,
            product.synced_at,
            ARRAY(
                SELECT place.category_id
                FROM product_categories AS place
                WHERE place.organization_id = product.organization_id
                    AND place.product_id = product.id
                    AND place.category_id IS NOT NULL
                    AND (product.is_deleted OR NOT place.is_deleted)
                ORDER BY place.position
            ) AS "category_ids!",
            COALESCE((
                SELECT json_agg(
                    json_build_object(
                        'id', size.size_id,
                        'name', size.name,
                        'price', size.price::text,
                        'is_default', size.is_default
                    )
                    ORDER BY size.position
                )
                FROM product_sizes AS size
                WHERE size.organization_id = product.organization_id
                    AND size.product_id = product.id
                    AND size.size_id IS NOT NULL
                    AND (product.is_deleted OR NOT size.is_deleted)
            ), '[]') AS "sizes!: Json<Vec<ProductSizeRow>>"
        FROM page
        JOIN products AS product
            ON product.organization_id = page.organization_id
            AND product.id = page.id
        ORDER BY product.name, product.id, product.organization_id"#,
        filter.organization_id,
        filter.category_id,
        filter.terminal_group_id,
        filter.is_available,
        filter.is_visible,
        filter.include_deleted,
        filter.limit,
        filter.offset,
        filter.product_id,
    )
    .fetch_all(conn)
    .await
}
