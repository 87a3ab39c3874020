//! iiko's objects as rows of the mirror.

use std::collections::HashMap;

use hub_db::{
    category::CategoryRow,
    modifier::ModifierRow,
    modifier_group::ModifierGroupRow,
    product::ProductRow,
    product_part::{GroupLinkRow, ModifierLinkRow, PlaceRow, SizeRow},
    setting::SettingValues,
};
use iiko_types::schemas::{
    GroupModifierInfo, NomenclatureSizePrice, ProductInfo, ProductsGroupInfo, Size,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::sync::nomenclature::flags::{self, Flags};

/// The parts of one product, as they are written with it.
#[derive(Debug, Default)]
pub(super) struct ProductParts {
    pub(super) sizes: Vec<SizeRow>,
    pub(super) places: Vec<PlaceRow>,
    pub(super) group_links: Vec<GroupLinkRow>,
    pub(super) modifier_links: Vec<ModifierLinkRow>,
}

pub(super) fn category(
    info: &ProductsGroupInfo,
    values: &SettingValues,
    warnings: &mut Vec<String>,
) -> CategoryRow {
    let flags = read_flags(
        "category",
        &info.id,
        info.name.as_deref(),
        info.additional_info.as_deref(),
        warnings,
    );
    CategoryRow {
        id: info.id.to_string(),
        parent_id: text(&info.parent_group),
        name: info.name.clone().unwrap_or_default(),
        description: filled(&info.description),
        code: filled(&info.code),
        additional_info: filled(&info.additional_info),
        minimal_sum: flags.minimal_sum,
        discount: flags.discount,
        labels_ids: flags.labels_ids.unwrap_or_default(),
        recommend: flags.recommend.unwrap_or(false),
        is_in_menu: info.is_included_in_menu.unwrap_or(true),
        sort_order: sort_order(info.order, values),
        image_urls: info.image_links.clone().unwrap_or_default(),
        tags: info.tags.clone().unwrap_or_default(),
        seo_title: filled(&info.seo_title),
        seo_description: filled(&info.seo_description),
        seo_text: filled(&info.seo_text),
        seo_keywords: filled(&info.seo_keywords),
        is_deleted: info.is_deleted.unwrap_or(false),
    }
}

pub(super) fn modifier_group(info: &ProductsGroupInfo, values: &SettingValues) -> ModifierGroupRow {
    ModifierGroupRow {
        id: info.id.to_string(),
        parent_id: text(&info.parent_group),
        name: info.name.clone().unwrap_or_default(),
        description: filled(&info.description),
        code: filled(&info.code),
        is_in_menu: info.is_included_in_menu.unwrap_or(true),
        sort_order: sort_order(info.order, values),
        is_deleted: info.is_deleted.unwrap_or(false),
    }
}

pub(super) fn product(
    info: &ProductInfo,
    parts: &ProductParts,
    values: &SettingValues,
    warnings: &mut Vec<String>,
) -> ProductRow {
    let flags = read_flags(
        "product",
        &info.id,
        info.name.as_deref(),
        info.additional_info.as_deref(),
        warnings,
    );
    ProductRow {
        id: info.id.to_string(),
        category_id: text(&info.parent_group),
        group_id: text(&info.group_id),
        product_category_id: text(&info.product_category_id),
        kind: info.r#type.clone().unwrap_or_default(),
        order_item_type: info.order_item_type.as_ref().map(ToString::to_string),
        name: info.name.clone().unwrap_or_default(),
        description: filled(&info.description),
        code: filled(&info.code),
        // the nomenclature has one article for both; external menus tell them apart
        sku: filled(&info.code),
        measure_unit: filled(&info.measure_unit),
        additional_info: filled(&info.additional_info),
        minimal_sum: flags.minimal_sum,
        discount: flags.discount,
        labels_ids: flags.labels_ids.unwrap_or_default(),
        recommend: flags.recommend.unwrap_or(false),
        price: price(parts),
        weight: number(&info.weight),
        energy_value: number(&info.energy_amount),
        fats: number(&info.fat_amount),
        proteins: number(&info.proteins_amount),
        carbs: number(&info.carbohydrates_amount),
        energy_value_full: number(&info.energy_full_amount),
        fats_full: number(&info.fat_full_amount),
        proteins_full: number(&info.proteins_full_amount),
        carbs_full: number(&info.carbohydrates_full_amount),
        splittable: info.splittable.unwrap_or(false),
        use_balance_for_sell: info.use_balance_for_sell.unwrap_or(false),
        can_set_open_price: info.can_set_open_price.unwrap_or(false),
        do_not_print_in_cheque: info.do_not_print_in_cheque.unwrap_or(false),
        payment_subject: filled(&info.payment_subject),
        modifier_schema_id: text(&info.modifier_schema_id),
        modifier_schema_name: filled(&info.modifier_schema_name),
        is_in_menu: parts.sizes.iter().any(|size| size.is_in_menu),
        sort_order: sort_order(info.order, values),
        image_urls: info.image_links.clone().unwrap_or_default(),
        tags: info.tags.clone().unwrap_or_default(),
        seo_title: filled(&info.seo_title),
        seo_description: filled(&info.seo_description),
        seo_text: filled(&info.seo_text),
        seo_keywords: filled(&info.seo_keywords),
        is_deleted: info.is_deleted.unwrap_or(false),
    }
}

pub(super) fn modifier(
    info: &ProductInfo,
    parts: &ProductParts,
    values: &SettingValues,
) -> ModifierRow {
    ModifierRow {
        id: info.id.to_string(),
        group_id: text(&info.parent_group),
        name: info.name.clone().unwrap_or_default(),
        description: filled(&info.description),
        code: filled(&info.code),
        measure_unit: filled(&info.measure_unit),
        price: price(parts),
        weight: number(&info.weight),
        energy_value: number(&info.energy_amount),
        fats: number(&info.fat_amount),
        proteins: number(&info.proteins_amount),
        carbs: number(&info.carbohydrates_amount),
        energy_value_full: number(&info.energy_full_amount),
        fats_full: number(&info.fat_full_amount),
        proteins_full: number(&info.proteins_full_amount),
        carbs_full: number(&info.carbohydrates_full_amount),
        sort_order: sort_order(info.order, values),
        image_urls: info.image_links.clone().unwrap_or_default(),
        is_deleted: info.is_deleted.unwrap_or(false),
    }
}

/// Sizes and modifiers are the same in all places of a product: those of the first count.
pub(super) fn parts(
    places: &[ProductInfo],
    sizes: &HashMap<Uuid, Size>,
    values: &SettingValues,
) -> ProductParts {
    let first = &places[0];
    let product_id = first.id.to_string();
    let mut parts = ProductParts::default();
    for (position, size_price) in enumerate(&first.size_prices) {
        let row = size(&product_id, size_price, sizes, position);
        push_new(&mut parts.sizes, row, |row| row.size_id.clone());
    }
    for (position, place) in places.iter().enumerate() {
        let row = PlaceRow {
            product_id: product_id.clone(),
            category_id: text(&place.parent_group),
            sort_order: sort_order(place.order, values),
            image_urls: place.image_links.clone().unwrap_or_default(),
            position: small(position),
        };
        push_new(&mut parts.places, row, |row| row.category_id.clone());
    }
    for (position, modifier) in enumerate(&first.modifiers) {
        let row = ModifierLinkRow {
            product_id: product_id.clone(),
            modifier_group_id: None,
            modifier_id: modifier.id.to_string(),
            min_amount: amount(modifier.min_amount),
            max_amount: amount(modifier.max_amount),
            default_amount: modifier.default_amount.map(Decimal::from),
            free_amount: modifier.free_of_charge_amount.map(Decimal::from),
            is_required: is_required(modifier.required, modifier.min_amount),
            hide_if_default: modifier.hide_if_default_amount.unwrap_or(false),
            splittable: modifier.splittable.unwrap_or(false),
            position: small(position),
        };
        push_new(&mut parts.modifier_links, row, |row| {
            (row.modifier_group_id.clone(), row.modifier_id.clone())
        });
    }
    for (position, group) in enumerate(&first.group_modifiers) {
        group_parts(&mut parts, &product_id, group, position);
    }
    parts
}

fn group_parts(
    parts: &mut ProductParts,
    product_id: &str,
    group: &GroupModifierInfo,
    position: usize,
) {
    let group_id = group.id.to_string();
    let row = GroupLinkRow {
        product_id: product_id.to_owned(),
        modifier_group_id: group_id.clone(),
        min_amount: amount(group.min_amount),
        max_amount: amount(group.max_amount),
        default_amount: group.default_amount.map(Decimal::from),
        free_amount: group.free_of_charge_amount.map(Decimal::from),
        is_required: is_required(group.required, group.min_amount),
        child_limits_apply: group
            .child_modifiers_have_min_max_restrictions
            .unwrap_or(false),
        hide_if_default: group.hide_if_default_amount.unwrap_or(false),
        splittable: group.splittable.unwrap_or(false),
        position: small(position),
    };
    push_new(&mut parts.group_links, row, |row| {
        row.modifier_group_id.clone()
    });
    for (position, child) in enumerate(&group.child_modifiers) {
        let row = ModifierLinkRow {
            product_id: product_id.to_owned(),
            modifier_group_id: Some(group_id.clone()),
            modifier_id: child.id.to_string(),
            min_amount: amount(child.min_amount),
            max_amount: amount(child.max_amount),
            default_amount: child.default_amount.map(Decimal::from),
            free_amount: child.free_of_charge_amount.map(Decimal::from),
            is_required: is_required(child.required, child.min_amount),
            hide_if_default: child.hide_if_default_amount.unwrap_or(false),
            splittable: child.splittable.unwrap_or(false),
            position: small(position),
        };
        push_new(&mut parts.modifier_links, row, |row| {
            (row.modifier_group_id.clone(), row.modifier_id.clone())
        });
    }
}

fn size(
    product_id: &str,
    size_price: &NomenclatureSizePrice,
    sizes: &HashMap<Uuid, Size>,
    position: usize,
) -> SizeRow {
    let known = size_price.size_id.and_then(|id| sizes.get(&id.0));
    let price = size_price.price.as_ref();
    SizeRow {
        product_id: product_id.to_owned(),
        size_id: text(&size_price.size_id),
        name: known.and_then(|size| size.name.clone()),
        priority: known.and_then(|size| size.priority).map(clamped),
        is_default: known.and_then(|size| size.is_default).unwrap_or(false),
        price: price.and_then(|price| number(&price.current_price)),
        is_in_menu: price
            .and_then(|price| price.is_included_in_menu)
            .unwrap_or(true),
        next_price: price.and_then(|price| number(&price.next_price)),
        next_is_in_menu: price.and_then(|price| price.next_included_in_menu),
        next_price_date: price
            .and_then(|price| price.next_date_price)
            .map(|time| time.0),
        position: small(position),
    }
}

/// Of the default size, else of the first.
fn price(parts: &ProductParts) -> Option<Decimal> {
    parts
        .sizes
        .iter()
        .find(|size| size.is_default)
        .or_else(|| parts.sizes.first())
        .and_then(|size| size.price)
}

/// One statement must not hold a key twice; of twins in iiko's answer the first counts.
fn push_new<R, K: PartialEq>(rows: &mut Vec<R>, row: R, key: impl Fn(&R) -> K) {
    if rows.iter().all(|known| key(known) != key(&row)) {
        rows.push(row);
    }
}

fn read_flags(
    what: &str,
    id: &impl std::fmt::Display,
    name: Option<&str>,
    additional_info: Option<&str>,
    warnings: &mut Vec<String>,
) -> Flags {
    flags::parse(additional_info).unwrap_or_else(|error| {
        let name = name.unwrap_or_default();
        warnings.push(format!("the additional information of {what} `{name}` ({id}) begins like JSON and is none: {error}"));
        Flags::default()
    })
}

fn enumerate<T>(list: &Option<Vec<T>>) -> impl Iterator<Item = (usize, &T)> {
    list.iter().flatten().enumerate()
}

fn text(id: &Option<impl ToString>) -> Option<String> {
    id.as_ref().map(ToString::to_string)
}

/// iiko leaves unset text empty as often as null.
fn filled(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn number(number: &Option<iiko_types::number::ExactDecimal>) -> Option<Decimal> {
    number.as_ref().map(|number| number.0)
}

fn amount(amount: Option<i64>) -> Decimal {
    amount.map_or(Decimal::ZERO, Decimal::from)
}

fn is_required(required: Option<bool>, min_amount: Option<i64>) -> bool {
    required.unwrap_or_else(|| min_amount.is_some_and(|amount| amount > 0))
}

fn sort_order(order: Option<i64>, values: &SettingValues) -> i32 {
    order.map_or(values.default_sort_order, clamped)
}

fn clamped(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

fn small(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
