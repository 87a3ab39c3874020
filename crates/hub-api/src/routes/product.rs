//! One product with everything: sizes with announced prices, nutrition of a portion, modifiers with groups and limits.

use axum::{Json, extract::State};
use chrono::NaiveDateTime;
use hub_db::{
    product_detail::{self, ModifierGroupRow, ModifierRow, ProductDetailRow, SizePriceRow},
    product_list::{self, ProductFilter, ProductRow},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    auth::Reader,
    error::{ApiError, ApiErrors, ApiResult},
    error_code::ErrorCode,
    input::{IikoId, PathOf, QueryOf, query_value},
    number::{JsonNumber, kopecks},
    routes::products::ProductView,
};

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// needed where several organizations have the product
    #[param(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    /// `is_available` says how it stands in this terminal group
    #[param(value_type = Option<String>)]
    terminal_group_id: Option<IikoId>,
    /// also what is gone from iiko; false by default
    #[serde(deserialize_with = "query_value::switch")]
    include_deleted: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProductDetailView {
    #[serde(flatten)]
    product: ProductView,
    /// the stock folder of iikoOffice, not a category
    group_id: Option<String>,
    product_category_id: Option<String>,
    order_item_type: Option<String>,
    additional_info: Option<String>,
    /// nutrition of a portion
    energy_value_full: Option<JsonNumber>,
    fats_full: Option<JsonNumber>,
    proteins_full: Option<JsonNumber>,
    carbs_full: Option<JsonNumber>,
    splittable: bool,
    /// sold by weight
    use_balance_for_sell: bool,
    can_set_open_price: bool,
    payment_subject: Option<String>,
    modifier_schema_id: Option<String>,
    modifier_schema_name: Option<String>,
    seo_text: Option<String>,
    seo_keywords: Option<String>,
    size_prices: Vec<SizePriceView>,
    modifier_groups: Vec<ModifierGroupView>,
    /// simple modifiers: in no group
    modifiers: Vec<ModifierView>,
}

/// What a size costs now and from when it will cost something else.
#[derive(Serialize, ToSchema)]
pub(crate) struct SizePriceView {
    /// null: the product has no sizes
    size_id: Option<String>,
    name: Option<String>,
    is_default: bool,
    price: Option<JsonNumber>,
    price_kopecks: Option<i64>,
    /// iiko's word
    is_in_menu: bool,
    next_price: Option<JsonNumber>,
    next_price_kopecks: Option<i64>,
    next_is_in_menu: Option<bool>,
    /// local time of the restaurant, without a zone
    next_price_date: Option<NaiveDateTime>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ModifierGroupView {
    id: String,
    name: Option<String>,
    min_amount: JsonNumber,
    max_amount: JsonNumber,
    default_amount: Option<JsonNumber>,
    /// how many are free of charge
    free_amount: Option<JsonNumber>,
    is_required: bool,
    /// false: the limits of the single modifiers do not count, those of the group do
    child_limits_apply: bool,
    hide_if_default: bool,
    splittable: bool,
    modifiers: Vec<ModifierView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ModifierView {
    id: String,
    name: Option<String>,
    description: Option<String>,
    code: Option<String>,
    price: Option<JsonNumber>,
    price_kopecks: Option<i64>,
    weight: Option<JsonNumber>,
    image_urls: Vec<String>,
    is_visible: bool,
    is_available: bool,
    min_amount: JsonNumber,
    max_amount: JsonNumber,
    default_amount: Option<JsonNumber>,
    free_amount: Option<JsonNumber>,
    is_required: bool,
    hide_if_default: bool,
    splittable: bool,
}

/// Show one product with its sizes, modifiers, groups and limits.
#[utoipa::path(get, path = "/data/products/{id}", tag = "data", operation_id = "show_product",
    params(("id" = String, Path, description = "id of the product in iiko"), ProductQuery),
    responses((status = 200, description = "The product", body = ProductDetailView), ApiErrors))]
pub(crate) async fn show_product(
    State(app): State<App>,
    _: Reader,
    PathOf(id): PathOf<IikoId>,
    QueryOf(query): QueryOf<ProductQuery>,
) -> ApiResult<Json<ProductDetailView>> {
    let terminal_group_id = IikoId::as_deref(&query.terminal_group_id);
    let filter = ProductFilter {
        organization_id: IikoId::as_deref(&query.organization_id),
        product_id: Some(&id.0),
        terminal_group_id,
        include_deleted: query.include_deleted.unwrap_or(false),
        limit: 2,
        ..ProductFilter::default()
    };
    // the parts are statements of their own: one snapshot keeps a sync from coming between
    let mut tx = app
        .hub
        .db()
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let row = only_one(product_list::list(&mut tx, filter).await?, &id.0)?;
    let detail = product_detail::load(&mut tx, &row.organization_id, &row.id).await?;
    let sizes = product_detail::list_size_prices(&mut tx, &row.organization_id, &row.id).await?;
    let groups =
        product_detail::list_modifier_groups(&mut tx, &row.organization_id, &row.id).await?;
    let modifiers =
        product_detail::list_modifiers(&mut tx, &row.organization_id, &row.id, terminal_group_id)
            .await?;
    tx.commit().await?;
    Ok(Json(product_view(row, detail, sizes, groups, modifiers)))
}

fn only_one(mut rows: Vec<ProductRow>, id: &str) -> ApiResult<ProductRow> {
    if rows.len() > 1 {
        let detail = format!(
            "several organizations have the product `{id}`: say which one, with `organization_id`"
        );
        return Err(ApiError::invalid("organization_id", detail));
    }
    rows.pop().ok_or_else(|| {
        ApiError::new(
            ErrorCode::UnknownProduct,
            format!("there is no product `{id}`"),
        )
    })
}

fn product_view(
    row: ProductRow,
    detail: ProductDetailRow,
    sizes: Vec<SizePriceRow>,
    groups: Vec<ModifierGroupRow>,
    modifiers: Vec<ModifierRow>,
) -> ProductDetailView {
    let mut groups: Vec<ModifierGroupView> =
        groups.into_iter().map(ModifierGroupView::from).collect();
    let mut simple = Vec::new();
    for modifier in modifiers {
        let group = modifier
            .modifier_group_id
            .as_ref()
            .and_then(|id| groups.iter_mut().find(|group| group.id == *id));
        match group {
            Some(group) => group.modifiers.push(modifier.into()),
            None => simple.push(modifier.into()),
        }
    }
    ProductDetailView {
        product: row.into(),
        group_id: detail.group_id,
        product_category_id: detail.product_category_id,
        order_item_type: detail.order_item_type,
        additional_info: detail.additional_info,
        energy_value_full: detail.energy_value_full.map(JsonNumber),
        fats_full: detail.fats_full.map(JsonNumber),
        proteins_full: detail.proteins_full.map(JsonNumber),
        carbs_full: detail.carbs_full.map(JsonNumber),
        splittable: detail.splittable,
        use_balance_for_sell: detail.use_balance_for_sell,
        can_set_open_price: detail.can_set_open_price,
        payment_subject: detail.payment_subject,
        modifier_schema_id: detail.modifier_schema_id,
        modifier_schema_name: detail.modifier_schema_name,
        seo_text: detail.seo_text,
        seo_keywords: detail.seo_keywords,
        size_prices: sizes.into_iter().map(SizePriceView::from).collect(),
        modifier_groups: groups,
        modifiers: simple,
    }
}

impl From<SizePriceRow> for SizePriceView {
    fn from(row: SizePriceRow) -> Self {
        Self {
            size_id: row.size_id,
            name: row.name,
            is_default: row.is_default,
            price: row.price.map(JsonNumber),
            price_kopecks: row.price.and_then(kopecks),
            is_in_menu: row.is_in_menu,
            next_price: row.next_price.map(JsonNumber),
            next_price_kopecks: row.next_price.and_then(kopecks),
            next_is_in_menu: row.next_is_in_menu,
            next_price_date: row.next_price_date,
        }
    }
}

impl From<ModifierGroupRow> for ModifierGroupView {
    fn from(row: ModifierGroupRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            min_amount: row.min_amount.into(),
            max_amount: row.max_amount.into(),
            default_amount: row.default_amount.map(JsonNumber),
            free_amount: row.free_amount.map(JsonNumber),
            is_required: row.is_required,
            child_limits_apply: row.child_limits_apply,
            hide_if_default: row.hide_if_default,
            splittable: row.splittable,
            modifiers: Vec::new(),
        }
    }
}

impl From<ModifierRow> for ModifierView {
    fn from(row: ModifierRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            code: row.code,
            price: row.price.map(JsonNumber),
            price_kopecks: row.price.and_then(kopecks),
            weight: row.weight.map(JsonNumber),
            image_urls: row.image_urls,
            is_visible: row.is_visible,
            is_available: row.is_available,
            min_amount: row.min_amount.into(),
            max_amount: row.max_amount.into(),
            default_amount: row.default_amount.map(JsonNumber),
            free_amount: row.free_amount.map(JsonNumber),
            is_required: row.is_required,
            hide_if_default: row.hide_if_default,
            splittable: row.splittable,
        }
    }
}
