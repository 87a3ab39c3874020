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

pub async fn list(conn: &mut PgConnection, filter: ProductFilter<'_>) -> sqlx::Result<Vec<ProductRow>> {
    sqlx::query_as!(
        ProductRow,
        r#"WITH stopped AS MATERIALIZED ( -- once for the page, not once for each product
            SELECT organization_id, product_id
            FROM product_stops
            WHERE terminal_group_id = $3
        ),
        page AS MATERIALIZED ( -- sizes and places are looked up for the page alone
            SELECT
                product.*,
                availability.is_available AS is_available_there
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
            ORDER BY product.name, product.id, product.organization_id
            LIMIT $7
            OFFSET $8
        )
        SELECT
            page.organization_id AS "organization_id!",
            page.id AS "id!",
            page.category_id,
            page.type AS "type!",
            page.name AS "name!",
            page.description,
            page.code,
            page.sku,
            page.measure_unit,
            page.minimal_sum,
            page.discount,
            page.labels_ids AS "labels_ids!",
            page.recommend AS "recommend!",
            page.price,
            page.weight,
            page.energy_value,
            page.fats,
            page.proteins,
            page.carbs,
            page.is_visible AS "is_visible!",
            page.is_in_menu AS "is_in_menu!",
            page.is_available_there AS "is_available!",
            page.sort_order AS "sort_order!",
            page.image_urls AS "image_urls!",
            page.tags AS "tags!",
            page.seo_title,
            page.seo_description,
            page.local_fields AS "local_fields!",
            page.is_deleted AS "is_deleted!",
            page.synced_at AS "synced_at!",
            ARRAY(
                SELECT place.category_id
                FROM product_categories AS place
                WHERE place.organization_id = page.organization_id
                    AND place.product_id = page.id
                    AND place.category_id IS NOT NULL
                    AND (page.is_deleted OR NOT place.is_deleted)
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
                WHERE size.organization_id = page.organization_id
                    AND size.product_id = page.id
                    AND size.size_id IS NOT NULL
                    AND (page.is_deleted OR NOT size.is_deleted)
            ), '[]') AS "sizes!: Json<Vec<ProductSizeRow>>"
        FROM page
        ORDER BY page.name, page.id, page.organization_id"#,
        filter.organization_id,
        filter.category_id,
        filter.terminal_group_id,
        filter.is_available,
        filter.is_visible,
        filter.include_deleted,
        filter.limit,
        filter.offset,
    )
    .fetch_all(conn)
    .await
}
