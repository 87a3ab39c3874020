//! The newest form of a menu (`/api/menu/v3/by_id`): products, modifiers and combos stand once at the root, and the items
//! of the menu point at them. One organization, one price for each size.

use std::collections::BTreeMap;

use iiko_types::{
    ids::{Guid, ProductId},
    number::ExactDecimal,
    schemas::{
        ComboComponentGroup, ComboComponentProduct, ComboSizePrice, ComboSpecification, Item,
        ItemsGroup, MenuCombo, MenuModifier, MenuSizePrice, MenuV3, ModifierGroup, ModifierItem,
        Nutritions, Period, Product, ProductCategory, ProductInfo, Restrictions,
        Schedule as MenuSchedule, SizePriceShort,
    },
};

use super::{
    MenuCategoryState, Schedule,
    combos::price_strategy,
    version_2::{grams, item_type, measure_unit_type, payment_subject},
    view::{GroupView, ItemView, Limits, MenuView, ModifierView, Prices},
};
use crate::scenario::id_of;

impl MenuView<'_> {
    pub(crate) fn normalized(&self) -> MenuV3 {
        let mut parts = Parts::default();
        let groups = self
            .menu
            .categories
            .iter()
            .map(|it| self.items_group(it, &mut parts));
        let items_groups = groups.collect();
        let organization = self.organizations.first();
        let categories = organization.map(|it| it.nomenclature.product_categories.as_slice());
        let combos = organization
            .map(|it| it.combos.as_slice())
            .unwrap_or_default();
        let schedules = self
            .menu
            .categories
            .iter()
            .filter_map(|it| it.schedule.as_ref());
        MenuV3 {
            name: Some(self.menu.name.clone()),
            description: Some(self.menu.text.clone()),
            products: Some(parts.products.into_values().collect()),
            combos: Some(combos.iter().filter_map(combo).collect()),
            modifiers: Some(parts.modifiers.into_values().collect()),
            tax_categories: Some(Vec::new()),
            product_categories: Some(
                categories
                    .unwrap_or_default()
                    .iter()
                    .map(|category| ProductCategory {
                        name: category.name.clone(),
                        is_deleted: category.is_deleted,
                        ..ProductCategory::new(category.id)
                    })
                    .collect(),
            ),
            allergen_groups: Some(Vec::new()),
            customer_tag_groups: Some(Vec::new()),
            schedules: Some(schedules.map(schedule).collect()),
            override_tax_categories: Some(Vec::new()),
            items_groups: Some(items_groups),
            // external menus have numbers for ids everywhere else
            ..MenuV3::new(id_of("external-menu", "menu", &self.menu.id.to_string()))
        }
    }

    fn items_group(&self, category: &MenuCategoryState, parts: &mut Parts) -> ItemsGroup {
        let items = self.items(category).into_iter().zip(0..);
        let items = items.map(|(item, order): (_, i64)| self.menu_item(&item, order, parts));
        ItemsGroup {
            name: Some(category.name.clone()),
            is_hidden: Some(false),
            labels: Some(Vec::new()),
            tags: Some(Vec::new()),
            schedule_id: category.schedule.as_ref().map(|schedule| schedule.id),
            items: Some(items.collect()),
            ..ItemsGroup::new(category.id)
        }
    }

    fn menu_item(&self, item: &ItemView<'_>, order: i64, parts: &mut Parts) -> Item {
        let source = item.product;
        parts
            .products
            .entry(source.id)
            .or_insert_with(|| product(source));
        let groups = self.groups(source);
        for modifier in groups.iter().flat_map(|group| &group.modifiers) {
            let id = modifier.product.id;
            parts
                .modifiers
                .entry(id)
                .or_insert_with(|| menu_modifier(modifier));
        }
        let sizes = item.sizes.iter().map(|size| MenuSizePrice {
            size_id: size.id,
            size_name: size.name.map(ToOwned::to_owned),
            is_default: Some(size.is_default),
            price: price(&size.prices),
            is_hidden: Some(false),
            weight: grams(source),
            nutritions: Some(nutritions(source)),
            measure_unit_type: Some(measure_unit_type(source).into()),
            sku: source.code.clone(),
            ..MenuSizePrice::default()
        });
        Item {
            product_id: Some(source.id),
            name: source.name.clone(),
            is_hidden: Some(false),
            description: source.description.clone(),
            size_prices: Some(sizes.collect()),
            modifier_groups: Some(groups.iter().map(modifier_group).collect()),
            allergen_group_ids: Some(Vec::new()),
            labels: Some(Vec::new()),
            tags: Some(source.tags.clone().unwrap_or_default()),
            item_type: Some(item_type(source).to_owned()),
            sort_order: Some(ExactDecimal::from(order)),
            ..Item::default()
        }
    }
}

/// What stands once at the root.
#[derive(Default)]
struct Parts {
    products: BTreeMap<ProductId, Product>,
    modifiers: BTreeMap<ProductId, MenuModifier>,
}

fn product(source: &ProductInfo) -> Product {
    Product {
        sku: source.code.clone(),
        modifier_schema_id: source.modifier_schema_id,
        modifier_schema_name: source.modifier_schema_name.clone(),
        r#type: Some(item_type(source).into()),
        splittable: source.splittable,
        can_set_open_price: source.can_set_open_price,
        use_balance_for_sell: source.use_balance_for_sell,
        measure_unit: source.measure_unit.clone(),
        product_category_id: source.product_category_id,
        customer_tag_groups: Some(Vec::new()),
        payment_subject_code: Some(payment_subject(source).1.to_owned()),
        is_marked: Some(false),
        barcodes: Some(Vec::new()),
        order_item_type: source.order_item_type.as_ref().map(|it| it.as_str().into()),
        ..Product::new(source.id.0)
    }
}

fn menu_modifier(modifier: &ModifierView<'_>) -> MenuModifier {
    let source = modifier.product;
    MenuModifier {
        sku: source.code.clone(),
        description: source.description.clone(),
        name: source.name.clone(),
        restrictions: Some(restrictions(modifier.limits)),
        is_hidden: Some(false),
        weight: grams(source),
        measure_unit_type: Some(measure_unit_type(source).into()),
        size_prices: Some(vec![SizePriceShort {
            price: price(&modifier.prices),
            ..SizePriceShort::default()
        }]),
        nutritions: Some(nutritions(source)),
        independent_quantity: Some(false),
        product_category_id: source.product_category_id,
        customer_tag_groups: Some(Vec::new()),
        is_marked: Some(false),
        payment_subject_code: Some(payment_subject(source).1.to_owned()),
        barcodes: Some(Vec::new()),
        allergen_group_ids: Some(Vec::new()),
        labels: Some(Vec::new()),
        tags: Some(Vec::new()),
        ..MenuModifier::new(source.id.0)
    }
}

fn modifier_group(group: &GroupView<'_>) -> ModifierGroup {
    let items = group.modifiers.iter().map(|modifier| ModifierItem {
        name: modifier.product.name.clone(),
        description: modifier.product.description.clone(),
        restrictions: Some(restrictions(modifier.limits)),
        is_hidden: Some(false),
        weight: grams(modifier.product),
        measure_unit_type: Some(measure_unit_type(modifier.product).into()),
        tags: Some(Vec::new()),
        ..ModifierItem::new(modifier.product.id.0)
    });
    ModifierGroup {
        name: Some(group.name.to_owned()),
        id: group.id,
        restrictions: Some(restrictions(group.limits)),
        items: Some(items.collect()),
        splittable: Some(false),
        is_hidden: Some(false),
        child_modifiers_have_min_max_restrictions: Some(group.child_limits),
        ..ModifierGroup::default()
    }
}

fn restrictions(limits: Limits) -> Restrictions {
    Restrictions {
        min_quantity: Some(ExactDecimal::from(limits.min)),
        max_quantity: Some(ExactDecimal::from(limits.max)),
        free_quantity: Some(ExactDecimal::from(limits.free)),
        default_quantity: Some(ExactDecimal::from(limits.default)),
        hide_if_default_quantity: Some(limits.hide_if_default),
        ..Restrictions::default()
    }
}

fn nutritions(source: &ProductInfo) -> Nutritions {
    Nutritions {
        fats: source.fat_amount,
        proteins: source.proteins_amount,
        carbs: source.carbohydrates_amount,
        energy: source.energy_amount,
        ..Nutritions::default()
    }
}

/// The price of the one organization.
fn price(prices: &Prices) -> Option<ExactDecimal> {
    prices.first().and_then(|(_, price)| *price)
}

fn schedule(schedule: &Schedule) -> MenuSchedule {
    let days = schedule.days.iter().map(|day| day.as_str().into());
    MenuSchedule {
        name: Some(schedule.name.clone()),
        periods: Some(vec![Period {
            from: Some(schedule.begin.clone()),
            to: Some(schedule.end.clone()),
            week_days: Some(days.collect()),
            ..Period::default()
        }]),
        ..MenuSchedule::new(schedule.id)
    }
}

fn combo(source: &ComboSpecification) -> Option<MenuCombo> {
    let id: Guid = source.source_action_id?;
    let groups = source.groups.iter().flatten().filter_map(|group| {
        let products = group
            .products
            .iter()
            .flatten()
            .map(|product| ComboComponentProduct {
                product_id: product.product_id,
                size_prices: Some(vec![ComboSizePrice {
                    combo_size_id: Some(Guid::nil()),
                    product_size_id: product.size_id.map(|id| id.0),
                    price: product.price_modification_amount,
                    ..ComboSizePrice::default()
                }]),
                forbidden_modifiers: Some(Vec::new()),
                price_modification_amount: product.price_modification_amount,
                ..ComboComponentProduct::default()
            });
        Some(ComboComponentGroup {
            name: group.name.clone(),
            is_main_group: group.is_main_group,
            skip_step: group.skip_step,
            products: Some(products.collect()),
            ..ComboComponentGroup::new(group.id?)
        })
    });
    Some(MenuCombo {
        sku: Some(id.to_string()),
        price_strategy: Some(price_strategy(source).into()),
        component_groups: Some(groups.collect()),
        labels: Some(Vec::new()),
        tags: Some(Vec::new()),
        ..MenuCombo::new(id)
    })
}
