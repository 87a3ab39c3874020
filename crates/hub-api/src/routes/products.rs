//! Synchronized products, a page at a time.

use axum::{Json, extract::State};
use hub_db::product_list::{self, ProductFilter, ProductRow, ProductSizeRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    auth::Reader,
    error::{ApiErrors, ApiResult},
    input::{IikoId, QueryOf, query_value},
    number::{JsonNumber, kopecks},
    pagination::Page,
    timestamp::Timestamp,
};

const DEFAULT_LIMIT: i64 = 100;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductsQuery {
    /// one organization; without it those of all
    #[param(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    /// any of the folders a product stands in
    #[param(value_type = Option<String>)]
    category_id: Option<IikoId>,
    /// `is_available` says how it stands in this terminal group, and only products of its organization come
    #[param(value_type = Option<String>)]
    terminal_group_id: Option<IikoId>,
    #[serde(deserialize_with = "query_value::switch")]
    is_available: Option<bool>,
    /// the owner's wish
    #[serde(deserialize_with = "query_value::switch")]
    is_visible: Option<bool>,
    /// also what is gone from iiko; false by default
    #[serde(deserialize_with = "query_value::switch")]
    include_deleted: Option<bool>,
    #[serde(deserialize_with = "query_value::whole_number")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    #[serde(deserialize_with = "query_value::whole_number")]
    #[param(minimum = 0, default = 0)]
    offset: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProductsView {
    products: Vec<ProductView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProductView {
    id: String,
    /// the same as `id`
    iiko_id: String,
    /// the first folder it stands in
    category_id: Option<String>,
    name: String,
    description: Option<String>,
    code: Option<String>,
    /// roubles, exact; of the default size, else of the first
    price: Option<JsonNumber>,
    /// not stopped in every terminal group that is awake, or in the one asked for
    is_available: bool,
    /// the owner's wish
    is_visible: bool,
    /// kilograms per portion
    weight: Option<JsonNumber>,
    synced_at: Timestamp,
    organization_id: String,
    #[schema(examples(435))]
    price_kopecks: Option<i64>,
    sku: Option<String>,
    #[schema(examples("Dish"))]
    r#type: String,
    measure_unit: Option<String>,
    /// nutrition is per 100 g
    energy_value: Option<JsonNumber>,
    fats: Option<JsonNumber>,
    proteins: Option<JsonNumber>,
    carbs: Option<JsonNumber>,
    image_urls: Vec<String>,
    tags: Vec<String>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    sort_order: i32,
    /// iiko's word
    is_in_menu: bool,
    /// empty where the product has no sizes
    sizes: Vec<SizeView>,
    labels_ids: Vec<i32>,
    recommend: bool,
    minimal_sum: Option<bool>,
    discount: Option<bool>,
    /// columns that a person has set: a sync leaves them alone
    local_fields: Vec<String>,
    /// every folder it stands in
    category_ids: Vec<String>,
    is_deleted: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SizeView {
    id: String,
    name: Option<String>,
    price: Option<JsonNumber>,
    price_kopecks: Option<i64>,
    is_default: bool,
}

/// List synchronized products by name.
#[utoipa::path(get, path = "/data/products", tag = "data", operation_id = "list_products", params(ProductsQuery),
    responses((status = 200, description = "A page of products", body = ProductsView), ApiErrors))]
pub(crate) async fn list_products(
    State(app): State<App>,
    _: Reader,
    QueryOf(query): QueryOf<ProductsQuery>,
) -> ApiResult<Json<ProductsView>> {
    let page = Page::new(query.limit, query.offset, DEFAULT_LIMIT)?;
    let filter = ProductFilter {
        organization_id: IikoId::as_deref(&query.organization_id),
        product_id: None,
        category_id: IikoId::as_deref(&query.category_id),
        terminal_group_id: IikoId::as_deref(&query.terminal_group_id),
        is_available: query.is_available,
        is_visible: query.is_visible,
        include_deleted: query.include_deleted.unwrap_or(false),
        limit: page.limit,
        offset: page.offset,
    };
    let mut conn = app.hub.db().acquire().await?;
    let rows = product_list::list(&mut conn, filter).await?;
    Ok(Json(ProductsView {
        products: rows.into_iter().map(ProductView::from).collect(),
    }))
}

impl From<ProductRow> for ProductView {
    fn from(row: ProductRow) -> Self {
        Self {
            iiko_id: row.id.clone(),
            id: row.id,
            category_id: row.category_id,
            name: row.name,
            description: row.description,
            code: row.code,
            price: row.price.map(JsonNumber),
            is_available: row.is_available,
            is_visible: row.is_visible,
            weight: row.weight.map(JsonNumber),
            synced_at: row.synced_at.into(),
            organization_id: row.organization_id,
            price_kopecks: row.price.and_then(kopecks),
            sku: row.sku,
            r#type: row.r#type,
            measure_unit: row.measure_unit,
            energy_value: row.energy_value.map(JsonNumber),
            fats: row.fats.map(JsonNumber),
            proteins: row.proteins.map(JsonNumber),
            carbs: row.carbs.map(JsonNumber),
            image_urls: row.image_urls,
            tags: row.tags,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            sort_order: row.sort_order,
            is_in_menu: row.is_in_menu,
            sizes: row.sizes.0.into_iter().map(SizeView::from).collect(),
            labels_ids: row.labels_ids,
            recommend: row.recommend,
            minimal_sum: row.minimal_sum,
            discount: row.discount,
            local_fields: row.local_fields,
            category_ids: row.category_ids,
            is_deleted: row.is_deleted,
        }
    }
}

impl From<ProductSizeRow> for SizeView {
    fn from(row: ProductSizeRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            price: row.price.map(JsonNumber),
            price_kopecks: row.price.and_then(kopecks),
            is_default: row.is_default,
        }
    }
}
