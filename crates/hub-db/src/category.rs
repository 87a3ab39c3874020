//! Categories: the folders of the menu.

use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::{MirrorRow, Pass},
    setting::Refresh,
};

/// A folder as iiko has it.
#[derive(Clone, Debug)]
pub struct CategoryRow {
    pub id: String,
    pub parent_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub code: Option<String>,
    pub additional_info: Option<String>,
    pub minimal_sum: Option<bool>,
    pub discount: Option<bool>,
    pub labels_ids: Vec<i32>,
    pub recommend: bool,
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
             NULL::numeric AS price,
             object.content_hash AS "content_hash?"
         FROM categories AS mirrored
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
    rows: &[CategoryRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO categories AS mirrored (
             organization_id, id, parent_id, name, description, code, additional_info, minimal_sum, discount, labels_ids, recommend,
             is_in_menu, sort_order, iiko_sort_order, image_urls, iiko_image_urls, tags, iiko_tags,
             seo_title, iiko_seo_title, seo_description, iiko_seo_description, seo_text, iiko_seo_text, seo_keywords, iiko_seo_keywords,
             is_deleted, deleted_at, created_at, updated_at, synced_at
         )
         SELECT
             $1, item.id, item.parent_id, item.name, item.description, item.code, item.additional_info, item.minimal_sum, item.discount,
             ARRAY(SELECT jsonb_array_elements_text(item.labels_ids)::integer), item.recommend,
             item.is_in_menu, item.sort_order, item.sort_order,
             ARRAY(SELECT jsonb_array_elements_text(item.image_urls)), ARRAY(SELECT jsonb_array_elements_text(item.image_urls)),
             ARRAY(SELECT jsonb_array_elements_text(item.tags)), ARRAY(SELECT jsonb_array_elements_text(item.tags)),
             item.seo_title, item.seo_title, item.seo_description, item.seo_description, item.seo_text, item.seo_text,
             item.seo_keywords, item.seo_keywords,
             item.is_deleted, CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::boolean[], $11::jsonb[],
             $12::boolean[], $13::boolean[], $14::integer[], $15::jsonb[], $16::jsonb[], $17::text[], $18::text[], $19::text[],
             $20::text[], $21::boolean[]
         ) AS item (
             id, parent_id, name, description, code, additional_info, minimal_sum, discount, labels_ids, recommend,
             is_in_menu, sort_order, image_urls, tags, seo_title, seo_description, seo_text, seo_keywords, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET parent_id = excluded.parent_id,
             name = CASE WHEN $22 THEN excluded.name ELSE mirrored.name END,
             description = CASE WHEN $23 THEN excluded.description ELSE mirrored.description END,
             code = excluded.code,
             additional_info = excluded.additional_info,
             minimal_sum = excluded.minimal_sum,
             discount = excluded.discount,
             labels_ids = excluded.labels_ids,
             recommend = excluded.recommend,
             is_in_menu = excluded.is_in_menu,
             sort_order = CASE WHEN $24 AND 'sort_order' <> ALL (mirrored.local_fields) THEN excluded.sort_order ELSE mirrored.sort_order END,
             iiko_sort_order = excluded.iiko_sort_order,
             image_urls = CASE WHEN $25 AND 'image_urls' <> ALL (mirrored.local_fields) THEN excluded.image_urls ELSE mirrored.image_urls END,
             iiko_image_urls = excluded.iiko_image_urls,
             tags = CASE WHEN 'tags' <> ALL (mirrored.local_fields) THEN excluded.tags ELSE mirrored.tags END,
             iiko_tags = excluded.iiko_tags,
             seo_title = CASE WHEN $23 AND 'seo_title' <> ALL (mirrored.local_fields) THEN excluded.seo_title ELSE mirrored.seo_title END,
             iiko_seo_title = excluded.iiko_seo_title,
             seo_description = CASE WHEN $23 AND 'seo_description' <> ALL (mirrored.local_fields) THEN excluded.seo_description ELSE mirrored.seo_description END,
             iiko_seo_description = excluded.iiko_seo_description,
             seo_text = CASE WHEN $23 AND 'seo_text' <> ALL (mirrored.local_fields) THEN excluded.seo_text ELSE mirrored.seo_text END,
             iiko_seo_text = excluded.iiko_seo_text,
             seo_keywords = CASE WHEN $23 AND 'seo_keywords' <> ALL (mirrored.local_fields) THEN excluded.seo_keywords ELSE mirrored.seo_keywords END,
             iiko_seo_keywords = excluded.iiko_seo_keywords,
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
        &column(rows, |row| row.additional_info.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.minimal_sum) as &[Option<bool>],
        &column(rows, |row| row.discount) as &[Option<bool>],
        &lists(rows, |row| &row.labels_ids) as &[Json<&Vec<i32>>],
        &column(rows, |row| row.recommend),
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
        refresh.order,
        refresh.pictures,
    )
    .execute(conn)
    .await?;
    Ok(())
}
