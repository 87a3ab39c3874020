//! External menus: the list, and one of them in the shape that was asked for.

use iiko_types::{
    endpoint::{Endpoint, NoBody},
    operations::{Menu, MenuById, MenuByIdV3},
    schemas::{
        ExternalMenu, MenuByIdRequest, MenuRequestV3, MenuV3, MenusDataResponse,
        NomenclaturePriceCategory,
    },
};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Operation, correlation_id, typed, written};
use crate::{
    complete::complete_named,
    contract,
    external_menu::{ExternalMenu as ExternalMenuState, MenuView},
    json::Json,
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<Menu>(menu),
        written::<MenuById>(menu_by_id)
            .guessing("the revision follows the nomenclatures under the menu; a missing price category means the base one"),
        typed::<MenuByIdV3>(menu_normalized)
            .guessing("all of it: no answer of iiko's is public; the id of the menu is made of its number"),
    ]
}

/// Price categories are `null` where the login takes its prices from the menu.
fn menu(world: &mut World, _: NoBody) -> Result<MenusDataResponse, Refusal> {
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
    let menus = world.visible_menus().map(|menu| ExternalMenu {
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

/// A menu over all organizations of the request, without envelope and correlation id.
///
/// Sentences of the refusals are guesses. A strict world wants what iiko wants: a price category where the login has
/// them, and a language.
fn menu_by_id(world: &mut World, request: MenuByIdRequest) -> Result<String, Refusal> {
    if world.is_strict && request.language.is_none() {
        return Err(Refusal::internal());
    }
    if request.organization_ids.is_empty() {
        return Err(Refusal::invalid_request(
            "At least one organization identifier is required",
        ));
    }
    let organizations = world.permitted(&request.organization_ids)?;
    let menu = find_menu(world, &request.external_menu_id)?;
    if let Some(recording) = &menu.recording {
        let version = request.version.unwrap_or(2);
        return match version == recording.version {
            true => Ok(recording.answer(&request.organization_ids)),
            false => Err(only_recorded_in(recording.version)),
        };
    }
    let percent = price_percent(world, request.price_category_id.as_deref())?;
    let view = MenuView {
        menu,
        organizations,
        percent,
    };
    match request.version {
        None | Some(2) => write_out("MenuByIdV2", &view.version_2()),
        Some(3) => write_out("MenuByIdV3", &view.version_3()),
        Some(4) => write_out("MenuByIdV4", &view.version_4()),
        Some(version) => Err(Refusal::invalid_request(format!(
            "Version {version} of the menu is not supported."
        ))),
    }
}

/// The same menu for one organization, in the newest form.
fn menu_normalized(world: &mut World, request: MenuRequestV3) -> Result<MenuV3, Refusal> {
    let organizations = world.permitted(&[request.organization_id])?;
    let category = request.price_category_id.map(|id| id.to_string());
    let menu = find_menu(world, &request.external_menu_id)?;
    if let Some(recording) = &menu.recording {
        return Err(only_recorded_in(recording.version));
    }
    let view = MenuView {
        menu,
        organizations,
        percent: price_percent(world, category.as_deref())?,
    };
    Ok(view.normalized())
}

/// iiko never says so: it knows its menus in all versions.
fn only_recorded_in(version: i32) -> Refusal {
    Refusal::invalid_request(format!(
        "This menu of the emulator was recorded in version {version} and is served in that version only."
    ))
}

fn find_menu<'w>(world: &'w World, id: &str) -> Result<&'w ExternalMenuState, Refusal> {
    let wanted = id.split('#').next().unwrap_or_default();
    let mut known = world.visible_menus();
    known
        .find(|menu| menu.id.to_string() == wanted)
        .ok_or_else(|| Refusal::invalid_request(format!("External menu {id} is not found.")))
}

/// Which part of the nomenclature's prices the category takes.
fn price_percent(world: &World, price_category_id: Option<&str>) -> Result<Decimal, Refusal> {
    let Some(id) = price_category_id else {
        let prices_from_menu = world
            .calling_login()
            .is_some_and(|login| login.prices_from_menu);
        return match world.is_strict && !prices_from_menu {
            true => Err(Refusal::invalid_request("Price category is required.")),
            false => Ok(Decimal::ONE_HUNDRED),
        };
    };
    let found = world
        .price_categories
        .iter()
        .find(|category| category.id.to_string().eq_ignore_ascii_case(id));
    let percent = found.map(|category| category.percent);
    percent.ok_or_else(|| Refusal::invalid_request(format!("Price category {id} is not found.")))
}

/// The answer's schema does not tell the versions apart, so each is completed under its own name.
fn write_out(schema: &str, menu: &impl Serialize) -> Result<String, Refusal> {
    let text = serde_json::to_string(menu).map_err(|_| Refusal::internal())?;
    let mut json = Json::parse(&text).map_err(|_| Refusal::internal())?;
    if let Some((contract, _)) = contract::find(MenuById::PATH) {
        complete_named(contract, schema, &mut json);
    }
    Ok(json.print())
}
