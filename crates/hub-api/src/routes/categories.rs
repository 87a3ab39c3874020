//! Synchronized categories.

use axum::{Json, extract::State};
use hub_db::category_list::{self, CategoryFilter, CategoryRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    auth::Reader,
    error::{ApiErrors, ApiResult},
    input::{IikoId, QueryOf, query_value},
    timestamp::Timestamp,
};

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct CategoriesQuery {
    /// one organization; without it those of all
    #[param(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    /// the owner's wish
    #[serde(deserialize_with = "query_value::switch")]
    is_visible: Option<bool>,
    /// also what is gone from iiko; false by default
    #[serde(deserialize_with = "query_value::switch")]
    include_deleted: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CategoriesView {
    categories: Vec<CategoryView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CategoryView {
    id: String,
    /// the same as `id`
    iiko_id: String,
    /// null: a root of the tree
    parent_id: Option<String>,
    name: String,
    description: Option<String>,
    sort_order: i32,
    /// it stands in iiko's menu tree, that is, it is not deleted
    is_active: bool,
    /// the owner's wish
    is_visible: bool,
    /// the first picture
    image_url: Option<String>,
    synced_at: Timestamp,
    organization_id: String,
    code: Option<String>,
    image_urls: Vec<String>,
    tags: Vec<String>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    seo_text: Option<String>,
    seo_keywords: Option<String>,
    /// iiko's word
    is_in_menu: bool,
    labels_ids: Vec<i32>,
    recommend: bool,
    minimal_sum: Option<bool>,
    discount: Option<bool>,
    /// columns that a person has set: a sync leaves them alone
    local_fields: Vec<String>,
    is_deleted: bool,
}

/// List the synchronized categories in the order of the menu.
#[utoipa::path(get, path = "/data/categories", tag = "data", operation_id = "list_categories", params(CategoriesQuery),
    responses((status = 200, description = "The categories in the order of the menu", body = CategoriesView), ApiErrors))]
pub(crate) async fn list_categories(
    State(app): State<App>,
    _: Reader,
    QueryOf(query): QueryOf<CategoriesQuery>,
) -> ApiResult<Json<CategoriesView>> {
    let filter = CategoryFilter {
        organization_id: IikoId::as_deref(&query.organization_id),
        is_visible: query.is_visible,
        include_deleted: query.include_deleted.unwrap_or(false),
    };
    let mut conn = app.hub.db().acquire().await?;
    let rows = category_list::list(&mut conn, filter).await?;
    Ok(Json(CategoriesView {
        categories: rows.into_iter().map(CategoryView::from).collect(),
    }))
}

impl From<CategoryRow> for CategoryView {
    fn from(row: CategoryRow) -> Self {
        Self {
            iiko_id: row.id.clone(),
            id: row.id,
            parent_id: row.parent_id,
            name: row.name,
            description: row.description,
            sort_order: row.sort_order,
            is_active: !row.is_deleted,
            is_visible: row.is_visible,
            image_url: row.image_urls.first().cloned(),
            synced_at: row.synced_at.into(),
            organization_id: row.organization_id,
            code: row.code,
            image_urls: row.image_urls,
            tags: row.tags,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            seo_text: row.seo_text,
            seo_keywords: row.seo_keywords,
            is_in_menu: row.is_in_menu,
            labels_ids: row.labels_ids,
            recommend: row.recommend,
            minimal_sum: row.minimal_sum,
            discount: row.discount,
            local_fields: row.local_fields,
            is_deleted: row.is_deleted,
        }
    }
}
