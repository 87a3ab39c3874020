//! External menus: the list, and one of them in the shape that was asked for.

use iiko_types::{
    endpoint::NoBody,
    schemas::{ExternalMenu, MenusDataResponse, NomenclaturePriceCategory},
};

use super::correlation_id;
use crate::{refusal::Refusal, world::World};

/// Price categories are `null` where the login takes its prices from the menu.
pub(super) fn menu(world: &mut World, _: NoBody) -> Result<MenusDataResponse, Refusal> {
    let prices_from_menu = world
        .calling_login()
        .is_some_and(|login| login.prices_from_menu);
    let categories = world
        .price_categories
        .iter()
        .map(|category| NomenclaturePriceCategory {
            name: Some(category.name.clone()),
            ..NomenclaturePriceCategory::new(category.id.to_string())
        });
    let menus = world.external_menus.iter().map(|menu| ExternalMenu {
        name: Some(menu.name.clone()),
        ..ExternalMenu::new(menu.id.to_string())
    });
    Ok(MenusDataResponse {
        correlation_id: correlation_id(world),
        external_menus: Some(menus.collect()),
        price_categories: (!prices_from_menu).then(|| categories.collect()),
        ..MenusDataResponse::default()
    })
}
