//! An external menu as it stands for those who ask: products resolved, prices of each organization at hand.
//!
//! The versions differ in names and nesting only, so each is written from this one view.

use iiko_types::{
    ids::{OrganizationId, ProductId, SizeId},
    number::ExactDecimal,
    schemas::{ProductInfo, SimpleModifierInfo},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{ExternalMenu, MenuCategoryState};
use crate::world::Organization;

pub(crate) struct MenuView<'w> {
    pub(crate) menu: &'w ExternalMenu,
    pub(crate) organizations: Vec<&'w Organization>,
    /// Of the nomenclature's prices.
    pub(crate) percent: Decimal,
}

pub(super) struct ItemView<'w> {
    pub(super) product: &'w ProductInfo,
    pub(super) sizes: Vec<SizeView<'w>>,
}

pub(super) struct SizeView<'w> {
    pub(super) id: Option<SizeId>,
    pub(super) name: Option<&'w str>,
    pub(super) is_default: bool,
    pub(super) prices: Prices,
}

pub(super) struct GroupView<'w> {
    /// `None` for simple modifiers, which belong to no group.
    pub(super) id: Option<Uuid>,
    pub(super) name: &'w str,
    pub(super) limits: Limits,
    pub(super) child_limits: bool,
    pub(super) modifiers: Vec<ModifierView<'w>>,
}

pub(super) struct ModifierView<'w> {
    pub(super) product: &'w ProductInfo,
    pub(super) limits: Limits,
    pub(super) prices: Prices,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) free: i64,
    pub(super) default: i64,
    pub(super) hide_if_default: bool,
}

/// What each organization takes; `None`: does not sell it.
pub(super) type Prices = Vec<(OrganizationId, Option<ExactDecimal>)>;

impl<'w> MenuView<'w> {
    /// Follows the last publication: the menu's own, or that of a nomenclature under it.
    pub(super) fn revision(&self) -> i64 {
        let seconds = self
            .organizations
            .iter()
            .map(|organization| organization.nomenclature.revision / 1000);
        seconds.fold(self.menu.revision, i64::max)
    }

    /// The dishes of a category that at least one of the organizations has.
    pub(super) fn items(&self, category: &MenuCategoryState) -> Vec<ItemView<'w>> {
        category
            .product_ids
            .iter()
            .filter_map(|id| self.item(*id))
            .collect()
    }

    fn item(&self, id: ProductId) -> Option<ItemView<'w>> {
        let (organization, product) = self.find(id)?;
        let nomenclature = &organization.nomenclature;
        let default_of_scale = |id: SizeId| {
            nomenclature
                .sizes
                .iter()
                .any(|size| size.id == Some(id) && size.is_default == Some(true))
        };
        let entries = product.size_prices.as_deref().unwrap_or_default();
        let default = entries
            .iter()
            .position(|entry| entry.size_id.is_some_and(default_of_scale))
            .unwrap_or_default();
        let sizes = entries.iter().enumerate().map(|(index, entry)| SizeView {
            id: entry.size_id,
            name: entry.size_id.and_then(|id| nomenclature.size_name(id)),
            is_default: index == default,
            prices: self.prices(product.id, entry.size_id, Sold::IfInMenu),
        });
        Some(ItemView {
            product,
            sizes: sizes.collect(),
        })
    }

    pub(super) fn groups(&self, product: &'w ProductInfo) -> Vec<GroupView<'w>> {
        let links = product.group_modifiers.iter().flatten();
        let mut groups: Vec<GroupView<'w>> = links
            .map(|link| GroupView {
                id: Some(link.id),
                name: self.group_name(link.id),
                limits: Limits {
                    min: link.min_amount.unwrap_or_default(),
                    max: link.max_amount.unwrap_or_default(),
                    free: link.free_of_charge_amount.unwrap_or_default(),
                    default: link.default_amount.unwrap_or_default(),
                    hide_if_default: link.hide_if_default_amount.unwrap_or_default(),
                },
                child_limits: link
                    .child_modifiers_have_min_max_restrictions
                    .unwrap_or_default(),
                modifiers: link
                    .child_modifiers
                    .iter()
                    .flatten()
                    .filter_map(|child| {
                        let limits = Limits {
                            min: child.min_amount.unwrap_or_default(),
                            max: child.max_amount.unwrap_or_default(),
                            free: child.free_of_charge_amount.unwrap_or_default(),
                            default: child.default_amount.unwrap_or_default(),
                            hide_if_default: child.hide_if_default_amount.unwrap_or_default(),
                        };
                        self.modifier(ProductId(child.id), limits)
                    })
                    .collect(),
            })
            .collect();
        let simple = product.modifiers.iter().flatten();
        let modifiers: Vec<ModifierView<'w>> = simple
            .filter_map(|link| self.modifier(ProductId(link.id), limits_of_simple(link)))
            .collect();
        if !modifiers.is_empty() {
            groups.push(GroupView {
                id: None,
                name: "",
                limits: Limits::default(),
                child_limits: true,
                modifiers,
            });
        }
        groups
    }

    fn modifier(&self, id: ProductId, limits: Limits) -> Option<ModifierView<'w>> {
        let (_, product) = self.find(id)?;
        // Modifiers are hardly ever "in the menu" and sold all the same.
        Some(ModifierView {
            product,
            limits,
            prices: self.prices(id, None, Sold::Always),
        })
    }

    fn group_name(&self, id: Uuid) -> &'w str {
        let groups = self
            .organizations
            .iter()
            .flat_map(|organization| &organization.nomenclature.groups);
        groups
            .into_iter()
            .find(|group| group.id.0 == id)
            .and_then(|group| group.name.as_deref())
            .unwrap_or_default()
    }

    fn find(&self, id: ProductId) -> Option<(&'w Organization, &'w ProductInfo)> {
        self.organizations
            .iter()
            .find_map(|organization| Some((*organization, organization.nomenclature.product(id)?)))
    }

    fn prices(&self, id: ProductId, size_id: Option<SizeId>, sold: Sold) -> Prices {
        let price_in = |organization: &Organization| {
            let product = organization.nomenclature.product(id)?;
            let entry = product
                .size_prices
                .iter()
                .flatten()
                .find(|entry| entry.size_id == size_id)?;
            let price = entry.price.as_ref()?;
            let is_sold = match sold {
                Sold::Always => true,
                Sold::IfInMenu => price.is_included_in_menu.unwrap_or_default(),
            };
            price
                .current_price
                .filter(|_| is_sold)
                .map(|price| self.in_category(price))
        };
        self.organizations
            .iter()
            .map(|organization| (organization.id, price_in(organization)))
            .collect()
    }

    /// The price of the category: rounded up to roubles where it is not the base one.
    fn in_category(&self, price: ExactDecimal) -> ExactDecimal {
        if self.percent == Decimal::ONE_HUNDRED {
            return with_point(price.0);
        }
        with_point((price.0 * self.percent / Decimal::ONE_HUNDRED).ceil())
    }
}

#[derive(Clone, Copy)]
enum Sold {
    Always,
    IfInMenu,
}

fn limits_of_simple(link: &SimpleModifierInfo) -> Limits {
    Limits {
        min: link.min_amount.unwrap_or_default(),
        max: link.max_amount.unwrap_or_default(),
        free: link.free_of_charge_amount.unwrap_or_default(),
        default: link.default_amount.unwrap_or_default(),
        hide_if_default: link.hide_if_default_amount.unwrap_or_default(),
    }
}

/// External menus write `549.0` where the nomenclature writes `549`.
pub(super) fn with_point(mut number: Decimal) -> ExactDecimal {
    number = number.normalize();
    if number.scale() == 0 {
        number.rescale(1);
    }
    ExactDecimal(number)
}
