//! The nomenclature of one organization of a scenario.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use iiko_types::{
    ids::{ProductGroupId, ProductId, SizeId},
    number::ExactDecimal,
    schemas::{
        ChildModifierInfo, GroupModifierInfo, NomenclatureOrderItemType, NomenclatureSizePrice,
        Price, ProductCategoryInfo, ProductInfo, ProductsGroupInfo, SimpleModifierInfo, Size,
    },
    time::LocalTime,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Nomenclature, PICTURES};
use crate::scenario::{
    Exact, OrganizationSpec, ScenarioFile,
    dishes::{
        DishSpec, GroupSpec, ModifierGroupLink, ModifierGroupSpec, ModifierSpec, PriceSpec,
        ProductCategorySpec,
    },
    id_of,
};

impl Nomenclature {
    pub(crate) fn of_scenario(file: &ScenarioFile, organization: &OrganizationSpec) -> Self {
        let build = Build { file, organization };
        let mut nomenclature = Self {
            revision: file.revision,
            ..Self::default()
        };
        let mut other_places = Vec::new();
        for (group, order) in file
            .groups
            .iter()
            .filter(|group| build.sells(&group.slug))
            .zip(1..)
        {
            nomenclature.groups.push(build.group(group, order));
            for (dish, order) in group.dishes.iter().zip(1..) {
                let first = build.dish(group, dish, order);
                for (folder, order) in dish
                    .also_in
                    .iter()
                    .filter(|folder| build.sells(folder))
                    .zip(50..)
                {
                    let again = ProductInfo {
                        parent_group: Some(build.group_id(folder)),
                        order: Some(order),
                        ..first.clone()
                    };
                    other_places.push(again);
                }
                nomenclature.products.push(first);
            }
        }
        nomenclature.products.append(&mut other_places);
        for (group, order) in file.modifier_groups.iter().zip(1..) {
            nomenclature.groups.push(build.modifier_group(group, order));
            let id = build.modifier_group_id(&group.slug);
            nomenclature.products.extend(
                group
                    .modifiers
                    .iter()
                    .zip(1..)
                    .map(|(it, order)| build.modifier(it, Some(id), order)),
            );
        }
        nomenclature.products.extend(
            file.simple_modifiers
                .iter()
                .zip(1..)
                .map(|(it, order)| build.modifier(it, None, order)),
        );
        nomenclature.product_categories = file
            .product_categories
            .iter()
            .map(|category| build.category(category))
            .collect();
        nomenclature.sizes = file
            .sizes
            .iter()
            .zip(1..)
            .map(|(size, priority)| Size {
                id: Some(build.size_id(&size.slug)),
                name: Some(size.name.clone()),
                priority: Some(priority),
                is_default: Some(size.default),
                ..Size::default()
            })
            .collect();
        nomenclature
    }
}

struct Build<'s> {
    file: &'s ScenarioFile,
    organization: &'s OrganizationSpec,
}

impl Build<'_> {
    fn sells(&self, group: &str) -> bool {
        self.organization
            .groups
            .as_ref()
            .is_none_or(|groups| groups.iter().any(|slug| slug == group))
    }

    fn id(&self, kind: &str, slug: &str) -> Uuid {
        id_of(&self.file.name, kind, slug)
    }

    fn group_id(&self, slug: &str) -> ProductGroupId {
        ProductGroupId(self.id("group", slug))
    }

    fn modifier_group_id(&self, slug: &str) -> ProductGroupId {
        ProductGroupId(self.id("modifier-group", slug))
    }

    fn size_id(&self, slug: &str) -> SizeId {
        SizeId(self.id("size", slug))
    }

    fn product_id(&self, code: &str) -> ProductId {
        ProductId(self.id("product", code))
    }

    fn group(&self, group: &GroupSpec, order: i64) -> ProductsGroupInfo {
        ProductsGroupInfo {
            image_links: Some(vec![format!("{PICTURES}{}.svg", group.slug)]),
            parent_group: group.parent.as_deref().map(|parent| self.group_id(parent)),
            order: Some(order),
            is_included_in_menu: Some(true),
            is_group_modifier: Some(false),
            code: Some(String::new()),
            name: Some(group.name.clone()),
            description: Some(group.text.clone()),
            tags: Some(group.tags.clone()),
            is_deleted: Some(false),
            seo_title: group.seo_title.clone(),
            seo_description: group.seo_description.clone(),
            seo_text: group.seo_text.clone(),
            seo_keywords: group.seo_keywords.clone(),
            ..ProductsGroupInfo::new(self.group_id(&group.slug))
        }
    }

    fn modifier_group(&self, group: &ModifierGroupSpec, order: i64) -> ProductsGroupInfo {
        ProductsGroupInfo {
            image_links: Some(Vec::new()),
            order: Some(order),
            is_included_in_menu: Some(false),
            is_group_modifier: Some(true),
            code: Some(String::new()),
            name: Some(group.name.clone()),
            description: Some(String::new()),
            tags: Some(Vec::new()),
            is_deleted: Some(false),
            ..ProductsGroupInfo::new(self.modifier_group_id(&group.slug))
        }
    }

    fn category(&self, category: &ProductCategorySpec) -> ProductCategoryInfo {
        ProductCategoryInfo {
            name: Some(category.name.clone()),
            is_deleted: Some(category.deleted),
            ..ProductCategoryInfo::new(self.id("product-category", &category.slug))
        }
    }

    fn dish(&self, group: &GroupSpec, dish: &DishSpec, order: i64) -> ProductInfo {
        let nutrition = &dish.per_100;
        let full = |per_100: Decimal| exact((per_100 * dish.weight.0 * Decimal::TEN).normalize());
        let links: Vec<&ModifierGroupLink> = group
            .modifier_groups
            .iter()
            .chain(&dish.modifier_groups)
            .collect();
        ProductInfo {
            energy_amount: exact(nutrition.energy),
            proteins_amount: exact(nutrition.proteins),
            fat_amount: exact(nutrition.fats),
            carbohydrates_amount: exact(nutrition.carbohydrates),
            energy_full_amount: full(nutrition.energy),
            proteins_full_amount: full(nutrition.proteins),
            fat_full_amount: full(nutrition.fats),
            carbohydrates_full_amount: full(nutrition.carbohydrates),
            weight: exact(dish.weight.0),
            group_id: Some(ProductGroupId(self.id("stock-group", &group.slug))),
            product_category_id: Some(self.id("product-category", &group.category)),
            r#type: Some(dish.kind.clone()),
            measure_unit: Some(dish.unit.clone()),
            size_prices: Some(self.size_prices(dish)),
            modifiers: Some(
                dish.modifiers
                    .iter()
                    .map(|link| SimpleModifierInfo {
                        default_amount: Some(link.default),
                        min_amount: Some(link.min),
                        max_amount: Some(link.max),
                        required: Some(link.min > 0),
                        hide_if_default_amount: Some(false),
                        splittable: Some(false),
                        free_of_charge_amount: Some(link.free),
                        ..SimpleModifierInfo::new(self.id("product", &link.code))
                    })
                    .collect(),
            ),
            group_modifiers: Some(
                links
                    .into_iter()
                    .filter_map(|link| self.group_link(link))
                    .collect(),
            ),
            image_links: Some(vec![format!("{PICTURES}{}.svg", dish.code.to_lowercase())]),
            parent_group: Some(self.group_id(&group.slug)),
            order: Some(order),
            full_name_english: Some(dish.english.clone()),
            payment_subject: Some(
                if dish.kind == "Service" {
                    "УСЛУГА"
                } else {
                    "ТОВАР"
                }
                .to_owned(),
            ),
            description: Some(dish.text.clone()),
            additional_info: dish.additional_info.clone(),
            tags: Some(dish.tags.clone()),
            seo_title: dish.seo_title.clone(),
            seo_description: dish.seo_description.clone(),
            seo_keywords: dish.seo_keywords.clone(),
            ..self.product(&dish.code, &dish.name)
        }
    }

    fn size_prices(&self, dish: &DishSpec) -> Vec<NomenclatureSizePrice> {
        let own = self.organization.prices.get(&dish.code);
        let entry = |size: Option<&str>, price: Exact| {
            let is_sold = !dish
                .not_in_menu
                .iter()
                .any(|it| it == "*" || Some(it.as_str()) == size);
            let next = dish.next_price.as_ref().filter(|_| is_sold);
            NomenclatureSizePrice {
                size_id: size.map(|size| self.size_id(size)),
                price: Some(Price {
                    current_price: exact(price.0),
                    is_included_in_menu: Some(is_sold),
                    next_price: next.and_then(|next| exact(next.price.0)),
                    next_included_in_menu: Some(next.is_some()),
                    next_date_price: next.and_then(|next| {
                        NaiveDateTime::parse_from_str(&next.date, "%Y-%m-%d %H:%M:%S%.f")
                            .ok()
                            .map(LocalTime)
                    }),
                    ..Price::default()
                }),
                ..NomenclatureSizePrice::default()
            }
        };
        let Some(prices) = &dish.prices else {
            let price = match own {
                Some(PriceSpec::One(price)) => *price,
                Some(PriceSpec::BySize(_)) | None => dish.price.unwrap_or_default(),
            };
            return vec![entry(None, price)];
        };
        let none = BTreeMap::new();
        let own = match own {
            Some(PriceSpec::BySize(own)) => own,
            Some(PriceSpec::One(_)) | None => &none,
        };
        let sizes = self.file.sizes.iter().map(|size| size.slug.as_str());
        sizes
            .filter_map(|size| Some((size, own.get(size).or_else(|| prices.get(size))?)))
            .map(|(size, price)| entry(Some(size), *price))
            .collect()
    }

    fn group_link(&self, link: &ModifierGroupLink) -> Option<GroupModifierInfo> {
        let group = self
            .file
            .modifier_groups
            .iter()
            .find(|group| group.slug == link.slug)?;
        let children =
            group
                .modifiers
                .iter()
                .enumerate()
                .map(|(index, modifier)| ChildModifierInfo {
                    // The first modifier is the one that is chosen beforehand.
                    default_amount: Some(if index == 0 { link.default } else { 0 }),
                    min_amount: Some(0),
                    max_amount: Some(modifier.max),
                    required: Some(false),
                    hide_if_default_amount: Some(false),
                    splittable: Some(false),
                    free_of_charge_amount: Some(0),
                    ..ChildModifierInfo::new(self.id("product", &modifier.code))
                });
        Some(GroupModifierInfo {
            min_amount: Some(link.min),
            max_amount: Some(link.max),
            required: Some(link.min > 0),
            child_modifiers_have_min_max_restrictions: Some(group.child_limits),
            child_modifiers: Some(children.collect()),
            hide_if_default_amount: Some(false),
            default_amount: Some(link.default),
            splittable: Some(false),
            free_of_charge_amount: Some(link.free),
            ..GroupModifierInfo::new(self.modifier_group_id(&link.slug).0)
        })
    }

    fn modifier(
        &self,
        modifier: &ModifierSpec,
        group_id: Option<ProductGroupId>,
        order: i64,
    ) -> ProductInfo {
        ProductInfo {
            weight: exact(Decimal::ZERO),
            group_id,
            r#type: Some("Modifier".to_owned()),
            measure_unit: Some("порц".to_owned()),
            size_prices: Some(vec![NomenclatureSizePrice {
                price: Some(Price {
                    current_price: exact(modifier.price.0),
                    is_included_in_menu: Some(false),
                    next_included_in_menu: Some(false),
                    ..Price::default()
                }),
                ..NomenclatureSizePrice::default()
            }]),
            modifiers: Some(Vec::new()),
            group_modifiers: Some(Vec::new()),
            image_links: Some(Vec::new()),
            parent_group: group_id,
            order: Some(order),
            payment_subject: Some("ТОВАР".to_owned()),
            description: Some(String::new()),
            ..self.product(&modifier.code, &modifier.name)
        }
    }

    /// What dishes and modifiers have in common.
    fn product(&self, code: &str, name: &str) -> ProductInfo {
        ProductInfo {
            order_item_type: Some(NomenclatureOrderItemType::Product),
            splittable: Some(false),
            do_not_print_in_cheque: Some(false),
            full_name_english: Some(String::new()),
            use_balance_for_sell: Some(false),
            can_set_open_price: Some(false),
            code: Some(code.to_owned()),
            name: Some(name.to_owned()),
            is_deleted: Some(false),
            ..ProductInfo::new(self.product_id(code))
        }
    }
}

fn exact(decimal: Decimal) -> Option<ExactDecimal> {
    Some(ExactDecimal(decimal))
}
