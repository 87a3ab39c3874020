//! Categories as they are read from outside.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub struct CategoryRow {
    pub organization_id: String,
    pub id: String,
    pub parent_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub minimal_sum: Option<bool>,
    pub discount: Option<bool>,
    pub labels_ids: Vec<i32>,
    pub recommend: bool,
    pub is_visible: bool,
    pub is_in_menu: bool,
    pub sort_order: i32,
    pub image_urls: Vec<String>,
    pub tags: Vec<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub seo_text: Option<String>,
    pub seo_keywords: Option<String>,
    pub local_fields: Vec<String>,
    pub is_deleted: bool,
    pub synced_at: DateTime<Utc>,
}

/// `None` lets everything through.
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoryFilter<'a> {
    pub organization_id: Option<&'a str>,
    pub is_visible: Option<bool>,
    pub include_deleted: bool,
}

pub async fn list(
    conn: &mut PgConnection,
    filter: CategoryFilter<'_>,
) -> sqlx::Result<Vec<CategoryRow>> {
    sqlx::query_as!(
        CategoryRow,
        "SELECT
            organization_id,
            id,
            parent_id,
            name,
            description,
            code,
            minimal_sum,
            discount,
            labels_ids,
            recommend,
            is_visible,
            is_in_menu,
            sort_order,
            image_urls,
            tags,
            seo_title,
            seo_description,
            seo_text,
            seo_keywords,
            local_fields,
            is_deleted,
            synced_at
        FROM categories
        WHERE ($1::text IS NULL OR organization_id = $1)
            AND ($2::boolean IS NULL OR is_visible = $2)
            AND ($3 OR NOT is_deleted)
        ORDER BY sort_order, name, id, organization_id",
        filter.organization_id,
        filter.is_visible,
        filter.include_deleted,
    )
    .fetch_all(conn)
    .await
}
