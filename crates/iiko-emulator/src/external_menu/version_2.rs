//! The menu in version 2: `itemCategories`, a price for each organization.

use iiko_types::{
    number::ExactDecimal,
    schemas::{
        MenuByIdV2, MenuCategory, MenuItem, MenuItemSize, MenuModifierGroup, MenuModifierItem,
        MenuNutrition, MenuPrice, MenuProductCategory, MenuRestrictions, MenuSchedule, ProductInfo,
    },
};
use rust_decimal::Decimal;

use super::{
    MenuCategoryState,
    view::{GroupView, ItemView, Limits, MenuView, ModifierView, Prices, SizeView, with_point},
};

impl MenuView<'_> {
    pub(crate) fn version_2(&self) -> MenuByIdV2 {
        MenuByIdV2 {
            product_categories: Some(self.product_categories()),
            customer_tag_groups: Some(Vec::new()),
            revision: Some(self.revision()),
            format_version: Some(2),
            id: Some(self.menu.id),
            name: Some(self.menu.name.clone()),
            description: Some(self.menu.text.clone()),
            intervals: Some(Vec::new()),
            item_categories: Some(
                self.menu
                    .categories
                    .iter()
                    .map(|category| self.category(category))
                    .collect(),
            ),
            combo_categories: Some(self.combo_categories()),
            ..MenuByIdV2::default()
        }
    }

    pub(super) fn product_categories(&self) -> Vec<MenuProductCategory> {
        let first = self.organizations.first().into_iter();
        let categories =
            first.flat_map(|organization| &organization.nomenclature.product_categories);
        categories
            .map(|category| MenuProductCategory {
                id: Some(category.id.to_string()),
                name: category.name.clone(),
                is_deleted: category.is_deleted,
                ..MenuProductCategory::default()
            })
            .collect()
    }

    fn category(&self, category: &MenuCategoryState) -> MenuCategory {
        MenuCategory {
            id: Some(category.id.to_string()),
            name: Some(category.name.clone()),
            description: Some(String::new()),
            items: Some(
                self.items(category)
                    .iter()
                    .map(|item| self.item_2(item))
                    .collect(),
            ),
            schedule_id: category
                .schedule
                .as_ref()
                .map(|schedule| schedule.id.to_string()),
            schedule_name: category
                .schedule
                .as_ref()
                .map(|schedule| schedule.name.clone()),
            schedules: Some(schedules(category)),
            is_hidden: Some(false),
            tags: Some(Vec::new()),
            labels: Some(Vec::new()),
            ..MenuCategory::default()
        }
    }

    fn item_2(&self, item: &ItemView<'_>) -> MenuItem {
        let product = item.product;
        let groups = self.groups(product);
        MenuItem {
            sku: product.code.clone(),
            name: product.name.clone(),
            description: product.description.clone(),
            allergens: Some(Vec::new()),
            tags: Some(Vec::new()),
            labels: Some(Vec::new()),
            item_sizes: Some(
                item.sizes
                    .iter()
                    .map(|size| size_2(product, size, &groups))
                    .collect(),
            ),
            item_id: Some(product.id.to_string()),
            modifier_schema_name: Some(String::new()),
            r#type: Some(item_type(product).into()),
            can_be_divided: product.splittable,
            can_set_open_price: product.can_set_open_price,
            use_balance_for_sell: product.use_balance_for_sell,
            measure_unit: product.measure_unit.clone(),
            product_category_id: product.product_category_id.map(|id| id.to_string()),
            customer_tag_groups: Some(Vec::new()),
            payment_subject: Some(payment_subject(product).0.to_owned()),
            payment_subject_code: Some(payment_subject(product).1.to_owned()),
            is_marked: Some(false),
            is_hidden: Some(false),
            order_item_type: Some("Product".into()),
            ..MenuItem::default()
        }
    }
}

fn size_2(product: &ProductInfo, size: &SizeView<'_>, groups: &[GroupView<'_>]) -> MenuItemSize {
    MenuItemSize {
        sku: product.code.clone(),
        size_code: size.name.map(ToOwned::to_owned),
        size_name: Some(size.name.unwrap_or_default().to_owned()),
        is_default: Some(size.is_default),
        portion_weight_grams: grams(product),
        item_modifier_groups: Some(groups.iter().map(group_2).collect()),
        size_id: size.id.map(|id| id.to_string()),
        nutrition_per_hundred_grams: Some(MenuNutrition {
            organizations: Some(Vec::new()),
            ..nutrition(product)
        }),
        prices: Some(prices_2(&size.prices)),
        nutritions: Some(vec![nutrition_of(product, &size.prices)]),
        is_hidden: Some(false),
        measure_unit_type: Some(measure_unit_type(product).to_owned()),
        button_image_url: product
            .image_links
            .as_ref()
            .and_then(|links| links.first().cloned()),
        ..MenuItemSize::default()
    }
}

fn group_2(group: &GroupView<'_>) -> MenuModifierGroup {
    MenuModifierGroup {
        name: Some(group.name.to_owned()),
        description: Some(String::new()),
        restrictions: Some(restrictions(group.limits)),
        items: Some(
            group
                .modifiers
                .iter()
                .zip(0..)
                .map(|(modifier, position)| modifier_2(modifier, position))
                .collect(),
        ),
        can_be_divided: Some(false),
        item_group_id: group.id.map(|id| id.to_string()),
        is_hidden: Some(false),
        child_modifiers_have_min_max_restrictions: Some(group.child_limits),
        sku: Some(String::new()),
        ..MenuModifierGroup::default()
    }
}

fn modifier_2(modifier: &ModifierView<'_>, position: i64) -> MenuModifierItem {
    let product = modifier.product;
    MenuModifierItem {
        sku: product.code.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        restrictions: Some(restrictions(modifier.limits)),
        allergen_groups: Some(Vec::new()),
        nutrition_per_hundred_grams: Some(MenuNutrition {
            organizations: Some(Vec::new()),
            ..nutrition(product)
        }),
        portion_weight_grams: grams(product),
        tags: Some(Vec::new()),
        labels: Some(Vec::new()),
        item_id: Some(product.id.to_string()),
        is_hidden: Some(false),
        prices: Some(prices_2(&modifier.prices)),
        position: Some(position),
        independent_quantity: Some(false),
        customer_tag_groups: Some(Vec::new()),
        payment_subject: Some(payment_subject(product).0.to_owned()),
        payment_subject_code: Some(payment_subject(product).1.to_owned()),
        is_marked: Some(false),
        measure_unit_type: Some(measure_unit_type(product).to_owned()),
        ..MenuModifierItem::default()
    }
}

fn restrictions(limits: Limits) -> MenuRestrictions {
    MenuRestrictions {
        min_quantity: Some(limits.min),
        max_quantity: Some(limits.max),
        free_quantity: Some(limits.free),
        by_default: Some(limits.default),
        hide_if_default_quantity: Some(limits.hide_if_default),
        ..MenuRestrictions::default()
    }
}

fn prices_2(prices: &Prices) -> Vec<MenuPrice> {
    let price = |(organization_id, price): &(_, Option<ExactDecimal>)| MenuPrice {
        organization_id: Some(ToString::to_string(organization_id)),
        price: *price,
        ..MenuPrice::default()
    };
    let prices: &[(iiko_types::ids::OrganizationId, Option<ExactDecimal>)] = prices;
    prices.iter().map(price).collect()
}

pub(super) fn schedules(category: &MenuCategoryState) -> Vec<MenuSchedule> {
    let schedule = category.schedule.iter();
    schedule
        .map(|schedule| MenuSchedule {
            begin: Some(schedule.begin.clone()),
            end: Some(schedule.end.clone()),
            days_of_week: Some(
                schedule
                    .days
                    .iter()
                    .map(|day| day.as_str().into())
                    .collect(),
            ),
            ..MenuSchedule::default()
        })
        .collect()
}

pub(super) fn item_type(product: &ProductInfo) -> &'static str {
    if product.r#type.as_deref() == Some("Service") {
        "SERVICE"
    } else {
        "DISH"
    }
}

/// The fiscal subject and its code.
pub(super) fn payment_subject(product: &ProductInfo) -> (&'static str, &'static str) {
    match item_type(product) {
        "SERVICE" => ("SERVICE", "4"),
        _ => ("COMMODITY", "1"),
    }
}

pub(super) fn measure_unit_type(product: &ProductInfo) -> &'static str {
    if product.measure_unit.as_deref() == Some("л") {
        "MILLILITER"
    } else {
        "GRAM"
    }
}

/// External menus weigh in grams, the nomenclature in kilograms.
pub(super) fn grams(product: &ProductInfo) -> Option<ExactDecimal> {
    Some(with_point(
        product.weight.unwrap_or_default().0 * Decimal::ONE_THOUSAND,
    ))
}

fn nutrition(product: &ProductInfo) -> MenuNutrition {
    let amount = |number: Option<ExactDecimal>| Some(with_point(number.unwrap_or_default().0));
    MenuNutrition {
        fats: amount(product.fat_amount),
        proteins: amount(product.proteins_amount),
        carbs: amount(product.carbohydrates_amount),
        energy: amount(product.energy_amount),
        ..MenuNutrition::default()
    }
}

pub(super) fn nutrition_of(product: &ProductInfo, prices: &Prices) -> MenuNutrition {
    let organizations = prices
        .iter()
        .map(|(organization_id, _)| organization_id.to_string());
    MenuNutrition {
        organizations: Some(organizations.collect()),
        ..nutrition(product)
    }
}
