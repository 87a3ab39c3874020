//! The corporation's tree and what stands in its restaurants, in XML, as the older calls tell everything.

use iiko_types::ids::Guid;
use serde::Serialize;

use crate::{scenario::id_of, world::World};

/// What the tree is asked for.
pub(super) enum ItemsWanted<'c> {
    /// Everything, stores too.
    All,
    /// Departments whose code has this in it.
    Departments {
        code: &'c str,
    },
    Stores,
    /// Stores whose code has this in it.
    StoresByCode {
        code: &'c str,
    },
}

/// `corporateItemDtoes`: the corporation, its legal entity, and a department with a store for each organization.
pub(super) fn items(world: &World, legal_entity: &str, wanted: &ItemsWanted<'_>) -> String {
    let id = |kind: &str, slug: &str| id_of(world.scenario.name(), kind, slug);
    let (corporation, entity) = (id("corporation", ""), id("legal-entity", ""));
    let item = |id, parent_id, name, kind| Item {
        id,
        parent_id,
        code: "",
        name,
        kind,
        taxpayer_id_number: "",
    };
    let mut items = vec![
        item(corporation, None, world.scenario.name(), "CORPORATION"),
        item(entity, Some(corporation), legal_entity, "JURPERSON"),
    ];
    for organization in &world.organizations {
        let (name, department) = (organization.name.as_str(), organization.id.0);
        items.push(Item {
            code: &organization.code,
            taxpayer_id_number: &organization.inn,
            ..item(department, Some(entity), name, "DEPARTMENT")
        });
        let store = id("store", &organization.code);
        items.push(item(store, Some(department), name, "STORE"));
    }
    items.retain(|item| match wanted {
        ItemsWanted::All => true,
        ItemsWanted::Departments { code } => item.kind == "DEPARTMENT" && item.code.contains(code),
        ItemsWanted::Stores => item.kind == "STORE",
        ItemsWanted::StoresByCode { code } => item.kind == "STORE" && item.code.contains(code),
    });
    xml("corporateItemDtoes", &CorporateItemDtoes { items })
}

#[derive(Serialize)]
struct CorporateItemDtoes<'w> {
    #[serde(rename = "corporateItemDto")]
    items: Vec<Item<'w>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'w> {
    id: Guid,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Guid>,
    code: &'w str,
    name: &'w str,
    #[serde(rename = "type")]
    kind: &'w str,
    #[serde(skip_serializing_if = "str::is_empty")]
    taxpayer_id_number: &'w str,
}

/// `groupDtoes`: the section groups of the departments, each with its section and its point of sale. The emulator has one
/// for each terminal group, by the name of it.
pub(super) fn groups(world: &World, name: &str, department_id: Option<&str>) -> String {
    let id = |kind: &str, group: Guid| id_of(world.scenario.name(), kind, &group.to_string());
    let groups = world.organizations.iter().flat_map(|organization| {
        let groups = organization.terminal_groups.iter();
        groups.map(|group| GroupDto {
            id: id("section-group", group.id.0),
            name: &group.name,
            department_id: organization.id.0,
            group_service_mode: "TABLE_SERVICE",
            restaurant_section_infos: Sections {
                sections: [Named {
                    id: id("section", group.id.0),
                    name: &group.name,
                }],
            },
            point_of_sale_dtoes: PointsOfSale {
                points: [PointOfSale {
                    id: id("point-of-sale", group.id.0),
                    name: &group.name,
                    main: true,
                }],
            },
        })
    });
    let is_meant = |group: &GroupDto<'_>| {
        group.name.contains(name)
            && department_id.is_none_or(|id| id == group.department_id.to_string())
    };
    let groups = groups.filter(is_meant).collect();
    xml("groupDtoes", &GroupDtoes { groups })
}

#[derive(Serialize)]
struct GroupDtoes<'w> {
    #[serde(rename = "groupDto")]
    groups: Vec<GroupDto<'w>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupDto<'w> {
    id: Guid,
    name: &'w str,
    department_id: Guid,
    group_service_mode: &'w str,
    restaurant_section_infos: Sections<'w>,
    point_of_sale_dtoes: PointsOfSale<'w>,
}

#[derive(Serialize)]
struct Sections<'w> {
    #[serde(rename = "restaurantSectionInfo")]
    sections: [Named<'w>; 1],
}

#[derive(Serialize)]
struct Named<'w> {
    id: Guid,
    name: &'w str,
}

#[derive(Serialize)]
struct PointsOfSale<'w> {
    #[serde(rename = "pointOfSaleDto")]
    points: [PointOfSale<'w>; 1],
}

#[derive(Serialize)]
struct PointOfSale<'w> {
    id: Guid,
    name: &'w str,
    main: bool,
}

/// Which terminals are asked for; empty texts ask for all.
#[derive(Default)]
pub(super) struct TerminalsWanted<'c> {
    pub(super) name: &'c str,
    pub(super) computer_name: &'c str,
    pub(super) anonymous: Option<bool>,
}

/// `terminalDtoes`: a till for each terminal group, which is not anonymous, and the back office, which is.
pub(super) fn terminals(world: &World, wanted: &TerminalsWanted<'_>) -> String {
    let tills = world
        .organizations
        .iter()
        .flat_map(|organization| &organization.terminal_groups)
        .zip(1..)
        .map(|(group, number)| TerminalDto {
            id: id_of(world.scenario.name(), "till", &group.id.to_string()),
            name: group.name.clone(),
            computer_name: format!("TILL-{number:02}"),
            anonymous: false,
        });
    let office = TerminalDto {
        id: id_of(world.scenario.name(), "till", "office"),
        name: "BackOffice".to_owned(),
        computer_name: "OFFICE".to_owned(),
        anonymous: true,
    };
    let is_meant = |terminal: &TerminalDto| {
        terminal.name.contains(wanted.name)
            && terminal.computer_name.contains(wanted.computer_name)
            && wanted.anonymous.is_none_or(|it| it == terminal.anonymous)
    };
    let terminals = tills.chain([office]).filter(is_meant).collect();
    xml("terminalDtoes", &TerminalDtoes { terminals })
}

#[derive(Serialize)]
struct TerminalDtoes {
    #[serde(rename = "terminalDto")]
    terminals: Vec<TerminalDto>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TerminalDto {
    id: Guid,
    name: String,
    computer_name: String,
    anonymous: bool,
}

fn xml(root: &str, list: &impl Serialize) -> String {
    let xml = quick_xml::se::to_string_with_root(root, list).unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{xml}")
}
