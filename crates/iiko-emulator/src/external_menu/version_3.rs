//! The menu in versions 3 and 4: `itemGroups`, organizations with one price together.

use iiko_types::{
    json::Json,
    map::ListOrMap,
    schemas::{
        MenuByIdV3, MenuByIdV4, MenuCategoryV3, MenuCategoryV4, MenuItemSizeV3, MenuItemV3,
        MenuItemV4, MenuModifierGroupV3, MenuModifierItemV3, MenuPrice, MenuRestrictionsV3,
        ProductInfo,
    },
};

use super::{
    MenuCategoryState,
    version_2::{grams, item_type, measure_unit_type, nutrition_of, payment_subject, schedules},
    view::{GroupView, ItemView, Limits, MenuView, ModifierView, Prices, SizeView},
};

impl MenuView<'_> {
    pub(crate) fn version_3(&self) -> MenuByIdV3 {
        MenuByIdV3 {
            tax_categories: Some(Vec::new()),
            product_categories: Some(self.product_categories()),
            allergen_groups: Some(Vec::new()),
            customer_tag_groups: Some(Vec::new()),
            override_tax_categories: Some(ListOrMap::default()),
            revision: Some(self.revision()),
            format_version: Some(3),
            id: Some(self.menu.id),
            name: Some(self.menu.name.clone()),
            description: Some(self.menu.text.clone()),
            intervals: Some(Vec::new()),
            combo_categories: Some(self.combo_categories()),
            item_groups: Some(
                self.menu
                    .categories
                    .iter()
                    .map(|category| self.category_3(category))
                    .collect(),
            ),
            ..MenuByIdV3::default()
        }
    }

    /// As version 3, with combos among the items: in groups of their own after those of the dishes.
    pub(crate) fn version_4(&self) -> MenuByIdV4 {
        let third = self.version_3();
        let category = |category: MenuCategoryV3| MenuCategoryV4 {
            id: category.id,
            name: category.name,
            description: category.description,
            button_image_url: category.button_image_url,
            iiko_group_id: category.iiko_group_id,
            schedule_id: category.schedule_id,
            schedule_name: category.schedule_name,
            schedules: category.schedules,
            is_hidden: category.is_hidden,
            items: category.items.map(|items| {
                items
                    .into_iter()
                    .map(|item| MenuItemV4::Item(Box::new(item)))
                    .collect()
            }),
            labels: category.labels,
            tags: category.tags,
            ..MenuCategoryV4::default()
        };
        MenuByIdV4 {
            tax_categories: third.tax_categories,
            product_categories: third.product_categories,
            allergen_groups: third.allergen_groups,
            customer_tag_groups: third.customer_tag_groups,
            override_tax_categories: third.override_tax_categories,
            revision: third.revision,
            format_version: Some(4),
            id: third.id,
            name: third.name,
            description: third.description,
            intervals: third.intervals,
            combo_categories: third.combo_categories,
            item_groups: third.item_groups.map(|groups| {
                groups
                    .into_iter()
                    .map(category)
                    .chain(self.combo_groups())
                    .collect()
            }),
            ..MenuByIdV4::default()
        }
    }

    fn category_3(&self, category: &MenuCategoryState) -> MenuCategoryV3 {
        MenuCategoryV3 {
            id: Some(category.id.to_string()),
            name: Some(category.name.clone()),
            description: Some(String::new()),
            items: Some(
                self.items(category)
                    .iter()
                    .map(|item| self.item_3(item))
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
            labels: Some(Vec::new()),
            tags: Some(Vec::new()),
            ..MenuCategoryV3::default()
        }
    }

    fn item_3(&self, item: &ItemView<'_>) -> MenuItemV3 {
        let product = item.product;
        let groups = self.groups(product);
        MenuItemV3 {
            sku: product.code.clone(),
            name: product.name.clone(),
            description: product.description.clone(),
            item_sizes: Some(
                item.sizes
                    .iter()
                    .map(|size| size_3(product, size, &groups))
                    .collect(),
            ),
            modifier_schema_name: Some(String::new()),
            r#type: Some(item_type(product).into()),
            can_set_open_price: product.can_set_open_price,
            use_balance_for_sell: product.use_balance_for_sell,
            measure_unit: product.measure_unit.clone(),
            product_category_id: product.product_category_id.map(|id| id.to_string()),
            customer_tag_groups: Some(Vec::new()),
            payment_subject: Some(payment_subject(product).0.to_owned()),
            payment_subject_code: Some(payment_subject(product).1.to_owned()),
            is_marked: Some(false),
            is_hidden: Some(false),
            barcodes: Some(Vec::new()),
            order_item_type: Some("Product".into()),
            allergen_group_ids: Some(Vec::new()),
            labels: Some(Vec::new()),
            tags: Some(Vec::new()),
            id: Some(product.id.to_string()),
            splittable: product.splittable,
            ..MenuItemV3::default()
        }
    }
}

fn size_3(product: &ProductInfo, size: &SizeView<'_>, groups: &[GroupView<'_>]) -> MenuItemSizeV3 {
    MenuItemSizeV3 {
        sku: product.code.clone(),
        size_code: size.name.map(ToOwned::to_owned),
        size_name: Some(size.name.unwrap_or_default().to_owned()),
        is_default: Some(size.is_default),
        item_modifier_groups: Some(groups.iter().map(group_3).collect()),
        prices: Some(prices_3(&size.prices)),
        nutritions: Some(vec![nutrition_of(product, &size.prices)]),
        is_hidden: Some(false),
        measure_unit_type: Some(measure_unit_type(product).to_owned()),
        button_image_url: product
            .image_links
            .as_ref()
            .and_then(|links| links.first().cloned()),
        weight: grams(product),
        id: size.id.map(|id| id.to_string()),
        ..MenuItemSizeV3::default()
    }
}

fn group_3(group: &GroupView<'_>) -> MenuModifierGroupV3 {
    MenuModifierGroupV3 {
        name: Some(group.name.to_owned()),
        description: Some(String::new()),
        restrictions: Some(restrictions(group.limits)),
        items: Some(group.modifiers.iter().map(modifier_3).collect()),
        is_hidden: Some(false),
        child_modifiers_have_min_max_restrictions: Some(group.child_limits),
        sku: Some(String::new()),
        splittable: Some(false),
        id: group.id.map(|id| id.to_string()),
        ..MenuModifierGroupV3::default()
    }
}

fn modifier_3(modifier: &ModifierView<'_>) -> MenuModifierItemV3 {
    let product = modifier.product;
    MenuModifierItemV3 {
        sku: product.code.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        restrictions: Some(restrictions(modifier.limits)),
        is_hidden: Some(false),
        prices: Some(prices_3(&modifier.prices)),
        nutritions: Some(vec![nutrition_of(product, &modifier.prices)]),
        independent_quantity: Some(false),
        customer_tag_groups: Some(Vec::new()),
        payment_subject: Some(payment_subject(product).0.to_owned()),
        payment_subject_code: Some(payment_subject(product).1.to_owned()),
        is_marked: Some(false),
        measure_unit_type: Some(measure_unit_type(product).to_owned()),
        barcodes: Some(Vec::new()),
        allergen_group_ids: Some(Vec::new()),
        labels: Some(Vec::new()),
        tags: Some(Vec::new()),
        id: Some(product.id.to_string()),
        weight: grams(product),
        ..MenuModifierItemV3::default()
    }
}

fn restrictions(limits: Limits) -> MenuRestrictionsV3 {
    MenuRestrictionsV3 {
        min_quantity: Some(limits.min),
        max_quantity: Some(limits.max),
        free_quantity: Some(limits.free),
        default_quantity: Some(limits.default),
        hide_if_default_quantity: Some(limits.hide_if_default),
        ..MenuRestrictionsV3::default()
    }
}

fn prices_3(prices: &Prices) -> Vec<MenuPrice> {
    let mut together: Vec<MenuPrice> = Vec::new();
    for (organization_id, price) in prices {
        match together.iter_mut().find(|entry| entry.price == *price) {
            Some(entry) => entry
                .organizations
                .get_or_insert_default()
                .push(organization_id.to_string()),
            None => {
                let mut entry = MenuPrice {
                    organizations: Some(vec![organization_id.to_string()]),
                    price: *price,
                    ..MenuPrice::default()
                };
                // Written out in this version and unknown to the second.
                entry.extra.insert("taxCategoryId".to_owned(), Json::null());
                together.push(entry);
            }
        }
    }
    together
}
