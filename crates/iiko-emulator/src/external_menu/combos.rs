//! Combos in a menu: by category beside the dishes, and in version 4 among the items too, in groups of their own after
//! those of the dishes. No public answer has one filled: that the groups are their own is a guess.

use iiko_types::{
    number::ExactDecimal,
    schemas::{
        ComboGroup, ComboPriceModificationType, ComboSpecification, MenuByIdCombo, MenuCategoryV4,
        MenuComboCategory, MenuComboGroup, MenuComboGroupItem, MenuComboGroupItemSize,
        MenuComboItem, MenuItemV4, MenuPrice,
    },
};

use super::view::MenuView;
use crate::world::Organization;

/// A combo has a price of its own.
pub(super) const FIXED: &str = "FIXED";
/// What a combo costs follows from what is in it.
pub(super) const BY_COMPONENT: &str = "BY_COMPONENT";

/// How a combo is priced, in the menu's words.
pub(super) fn price_strategy(combo: &ComboSpecification) -> &'static str {
    match &combo.price_modification_type {
        Some(ComboPriceModificationType::FixedComboPrice) => FIXED,
        _ => BY_COMPONENT,
    }
}

/// A combo and the organizations that sell it.
struct Sold<'w> {
    combo: &'w ComboSpecification,
    organizations: Vec<String>,
}

/// A category and its combos.
struct Offered<'w> {
    id: String,
    name: Option<String>,
    combos: Vec<Sold<'w>>,
}

impl MenuView<'_> {
    /// As all versions have them beside the dishes.
    pub(super) fn combo_categories(&self) -> Vec<MenuComboCategory> {
        let offered = self.offered().into_iter();
        offered
            .map(|category| MenuComboCategory {
                id: Some(category.id),
                name: category.name,
                combos: Some(category.combos.iter().map(beside_dishes).collect()),
                ..MenuComboCategory::default()
            })
            .collect()
    }

    /// As version 4 has them: a group for each category, behind those of the dishes.
    pub(super) fn combo_groups(&self) -> impl Iterator<Item = MenuCategoryV4> {
        self.offered().into_iter().map(|category| {
            let items = category.combos.iter().map(among_dishes);
            MenuCategoryV4 {
                id: Some(category.id),
                name: category.name,
                description: Some(String::new()),
                schedules: Some(Vec::new()),
                is_hidden: Some(false),
                labels: Some(Vec::new()),
                tags: Some(Vec::new()),
                items: Some(items.map(|it| MenuItemV4::Combo(Box::new(it))).collect()),
                ..MenuCategoryV4::default()
            }
        })
    }

    /// What the organizations of the menu offer, each category and combo once.
    fn offered(&self) -> Vec<Offered<'_>> {
        let mut offered: Vec<Offered<'_>> = Vec::new();
        for organization in &self.organizations {
            for category in &organization.combo_categories {
                let Some(id) = category.id.map(|id| id.to_string()) else {
                    continue;
                };
                if !offered.iter().any(|it| it.id == id) {
                    offered.push(Offered {
                        id,
                        name: category.name.clone(),
                        combos: Vec::new(),
                    });
                }
            }
            for combo in active(organization) {
                let category = combo.category_id.map(|id| id.to_string());
                let Some(category) = offered
                    .iter_mut()
                    .find(|it| Some(&it.id) == category.as_ref())
                else {
                    continue;
                };
                let mut known = category.combos.iter_mut();
                let seller = organization.id.to_string();
                match known.find(|it| it.combo.source_action_id == combo.source_action_id) {
                    Some(known) => known.organizations.push(seller),
                    None => category.combos.push(Sold {
                        combo,
                        organizations: vec![seller],
                    }),
                }
            }
        }
        offered.retain(|category| !category.combos.is_empty());
        offered
    }
}

fn active(organization: &Organization) -> impl Iterator<Item = &ComboSpecification> {
    let all = organization.combos.iter();
    all.filter(|combo| combo.is_active != Some(false))
}

fn beside_dishes(sold: &Sold<'_>) -> MenuByIdCombo {
    let combo = sold.combo;
    let strategy = price_strategy(combo);
    MenuByIdCombo {
        id: combo.source_action_id.map(|id| id.to_string()),
        name: combo.name.clone(),
        description: Some(String::new()),
        price: combo.price_modification.filter(|_| strategy == FIXED),
        price_strategy: Some(strategy.to_owned()),
        groups: Some(sold.groups()),
        image: Some(Vec::new()),
        sizes: Some(Vec::new()),
        start_date: combo.start_date.map(|date| date.to_string()),
        expiration_date: combo.expiration_date.map(|date| date.to_string()),
        ..MenuByIdCombo::default()
    }
}

fn among_dishes(sold: &Sold<'_>) -> MenuComboItem {
    let combo = sold.combo;
    let id = combo.source_action_id.map(|id| id.to_string());
    MenuComboItem {
        sku: id.clone(),
        id,
        name: combo.name.clone(),
        description: Some(String::new()),
        is_marked: Some(false),
        barcodes: Some(Vec::new()),
        sizes: Some(Vec::new()),
        price_strategy: Some(price_strategy(combo).into()),
        groups: Some(sold.groups()),
        ..MenuComboItem::default()
    }
}

impl Sold<'_> {
    fn groups(&self) -> Vec<MenuComboGroup> {
        let groups = self.combo.groups.iter().flatten();
        groups.map(|group| self.group(group)).collect()
    }

    fn group(&self, group: &ComboGroup) -> MenuComboGroup {
        let items = group.products.iter().flatten().map(|product| {
            let amount = product.price_modification_amount;
            MenuComboGroupItem {
                item_id: product.product_id.map(|id| id.to_string()),
                size_id: product.size_id.map(|id| id.to_string()),
                forbidden_modifiers: Some(Vec::new()),
                price_modification_amount: amount,
                sizes: Some(vec![MenuComboGroupItemSize {
                    size_id: product.size_id.map(|id| id.to_string()),
                    name: product.size_name.clone(),
                    prices: Some(self.prices(amount)),
                    ..MenuComboGroupItemSize::default()
                }]),
                ..MenuComboGroupItem::default()
            }
        });
        MenuComboGroup {
            id: group.id.map(|id| id.to_string()),
            name: group.name.clone(),
            is_main_group: group.is_main_group,
            skip_step: group.skip_step,
            items: Some(items.collect()),
            ..MenuComboGroup::default()
        }
    }

    fn prices(&self, amount: Option<ExactDecimal>) -> Vec<MenuPrice> {
        vec![MenuPrice {
            organizations: Some(self.organizations.clone()),
            price: amount,
            ..MenuPrice::default()
        }]
    }
}
