//! Reference lists in the form that each has there: products and sizes bare, price categories wrapped.

use std::collections::BTreeMap;

use iiko_types::{
    ids::{Guid, ProductId, SizeId},
    number::ExactDecimal,
    schemas::ProductInfo,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{IikoServer, REVISIONS_PER_OURS};
use crate::{scenario::id_of, world::World};

/// What everybody may know.
pub(super) fn info(server: &IikoServer, address: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "80"));
    let text =
        |name: &str, value: &str| format!("<{name}>{}</{name}>", quick_xml::escape::escape(value));
    [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><r>".to_owned(),
        text("serverName", &server.name),
        text("edition", &server.edition),
        text("version", &server.version),
        "<computerName null=\"1\"/>".to_owned(),
        text("serverState", "STARTED_SUCCESSFULLY"),
        text("protocol", "http"),
        text("serverAddr", host),
        text("serverSubUrl", "/resto"),
        text("port", port),
        text("isPresent", "true"),
        "</r>".to_owned(),
    ]
    .concat()
}

/// Which products are asked for; empty lists ask for all.
#[derive(Default)]
pub(super) struct ProductsWanted {
    pub(super) with_deleted: bool,
    /// Only what is newer. As in the cloud, any change makes the whole nomenclature of an organization newer.
    pub(super) revision_from: i64,
    pub(super) ids: Vec<String>,
    pub(super) codes: Vec<String>,
    pub(super) nums: Vec<String>,
    pub(super) types: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) parents: Vec<String>,
}

/// The products of all organizations, each once, with all keys that the server has.
pub(super) fn products(world: &World, wanted: &ProductsWanted) -> Vec<Value> {
    let mut known: BTreeMap<ProductId, &ProductInfo> = BTreeMap::new();
    let newer = world.organizations.iter().filter(|organization| {
        organization.nomenclature.revision / REVISIONS_PER_OURS > wanted.revision_from
    });
    for organization in newer {
        for product in &organization.nomenclature.products {
            known.entry(product.id).or_insert(product);
        }
    }
    let is_asked = |asked: &[String], value: Option<String>| {
        asked.is_empty() || value.is_some_and(|value| asked.contains(&value))
    };
    let asked = known.into_values().filter(|product| {
        (wanted.with_deleted || product.is_deleted != Some(true))
            && is_asked(&wanted.ids, Some(product.id.to_string()))
            && is_asked(&wanted.codes, product.code.clone())
            && is_asked(&wanted.nums, product.code.clone())
            && is_asked(&wanted.types, Some(kind(product).to_owned()))
            && is_asked(
                &wanted.categories,
                product.product_category_id.map(|id| id.to_string()),
            )
            && is_asked(
                &wanted.parents,
                product.parent_group.map(|id| id.to_string()),
            )
    });
    asked.map(|product| view(world, product)).collect()
}

fn kind(product: &ProductInfo) -> &'static str {
    match product.r#type.as_deref() {
        Some("Modifier" | "modifier") => "MODIFIER",
        Some("Good" | "good") => "GOODS",
        Some("Service" | "service") => "SERVICE",
        Some(_) | None => "DISH",
    }
}

fn view(world: &World, product: &ProductInfo) -> Value {
    let prices = || {
        product
            .size_prices
            .iter()
            .flatten()
            .filter_map(|it| it.price.as_ref())
    };
    let price = prices().find_map(|it| it.current_price).unwrap_or_default();
    let is_included = prices().any(|it| it.is_included_in_menu != Some(false));
    json!({
        "id": product.id,
        "deleted": product.is_deleted.unwrap_or_default(),
        "name": product.name,
        "description": product.description,
        "num": product.code,
        "code": product.code,
        "parent": product.parent_group,
        "modifiers": [],
        "taxCategory": null,
        "category": product.product_category_id,
        "accountingCategory": null,
        "color": {"red": 158, "green": 199, "blue": 70},
        "fontColor": {"red": 0, "green": 0, "blue": 0},
        "frontImageId": null,
        "position": product.order,
        "modifierSchemaId": product.modifier_schema_id,
        "mainUnit": id_of(world.scenario.name(), "unit", unit(product)),
        "excludedSections": null,
        "defaultSalePrice": number(price),
        "placeType": null,
        "defaultIncludedInMenu": is_included,
        "type": kind(product),
        "unitWeight": number(product.weight.unwrap_or_default()),
        "unitCapacity": 0,
        "storeBalanceLevels": [],
        "useBalanceForSell": product.use_balance_for_sell.unwrap_or_default(),
        "containers": [],
        "productScaleId": scale_of(world, product).map(|(id, _)| id),
        "barcodes": null,
        "coldLossPercent": 0,
        "hotLossPercent": 0,
        "outerEconomicActivityNomenclatureCode": null,
        "allergenGroups": null,
        "estimatedPurchasePrice": 0,
        "canSetOpenPrice": product.can_set_open_price.unwrap_or_default(),
        "notInStoreMovement": false,
    })
}

pub(super) fn unit(product: &ProductInfo) -> &str {
    product.measure_unit.as_deref().unwrap_or("шт")
}

/// Prices of the scenario have few digits: what JSON's own numbers hold.
fn number(value: ExactDecimal) -> Value {
    serde_json::from_str(&value.0.normalize().to_string()).unwrap_or(Value::Null)
}

/// The scale of a product with sizes: products with the same sizes share one.
fn scale_of(world: &World, product: &ProductInfo) -> Option<(Guid, Vec<SizeId>)> {
    let mut sizes: Vec<SizeId> = product
        .size_prices
        .iter()
        .flatten()
        .filter_map(|it| it.size_id)
        .collect();
    sizes.sort_unstable();
    let slug: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    (!sizes.is_empty()).then(|| {
        (
            id_of(world.scenario.name(), "scale", &slug.join(",")),
            sizes,
        )
    })
}

/// All scales, or the one asked for.
pub(super) fn scales(world: &World, id: Option<Guid>) -> Vec<Value> {
    let mut scales = BTreeMap::new();
    for product in world
        .organizations
        .iter()
        .flat_map(|it| &it.nomenclature.products)
    {
        scales.extend(scale_of(world, product));
    }
    scales.retain(|known, _| id.is_none_or(|id| id == *known));
    scales
        .into_iter()
        .map(|(id, sizes)| scale(world, id, &sizes))
        .collect()
}

/// The scale of one product, `None` where it has no sizes; the outer one where there is no such product.
pub(super) fn scale_of_product(world: &World, id: &str) -> Option<Option<Value>> {
    let mut products = world
        .organizations
        .iter()
        .flat_map(|it| &it.nomenclature.products);
    let product = products.find(|product| product.id.to_string() == id)?;
    Some(scale_of(world, product).map(|(id, sizes)| scale(world, id, &sizes)))
}

fn scale(world: &World, id: Guid, sizes: &[SizeId]) -> Value {
    let views: Vec<Value> = sizes.iter().filter_map(|id| size(world, *id)).collect();
    let names: Vec<&str> = views.iter().filter_map(|it| it["name"].as_str()).collect();
    json!({"id": id, "name": names.join(" / "), "deleted": false, "productSizes": views})
}

pub(super) fn size(world: &World, id: SizeId) -> Option<Value> {
    let mut known = world
        .organizations
        .iter()
        .flat_map(|it| &it.nomenclature.sizes);
    let size = known.find(|size| size.id == Some(id))?;
    Some(json!({
        "id": id,
        "deleted": false,
        "name": size.name,
        "shortName": size.name,
        "priority": size.priority,
        "default": size.is_default.unwrap_or_default(),
    }))
}

/// Price categories with the strategy by which the back office would fill them.
pub(super) fn price_categories(world: &World) -> Vec<Value> {
    let categories = world.price_categories.iter();
    let view = |category: &crate::world::PriceCategory| {
        let percent = ExactDecimal(category.percent - Decimal::ONE_HUNDRED);
        json!({
            "id": category.id,
            "name": category.name,
            "deleted": false,
            "code": category.name,
            "assignableManually": true,
            "pricingStrategy": {"type": "PERCENT", "percent": number(percent)},
        })
    };
    categories.map(view).collect()
}

/// Timetables, as the list of them tells it: with the mark of deletion that orders do not carry.
pub(super) fn schedules(server: &IikoServer) -> Vec<Value> {
    let schedules = server
        .schedules
        .iter()
        .filter_map(|it| serde_json::to_value(it).ok());
    schedules
        .map(|mut schedule| {
            schedule["deleted"] = json!(false);
            schedule
        })
        .collect()
}
