//! External menus: menus composed for outside channels, over the same products as the nomenclature.

mod combos;
mod normalized;
mod recorded;
mod version_2;
mod version_3;
mod view;

use iiko_types::ids::ProductId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::{recorded::Recording, view::MenuView};
use crate::scenario::{
    ScenarioFile, id_of,
    offers::{ExternalMenuSpec, MenuCategorySpec},
};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExternalMenu {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) text: String,
    /// Seconds, unlike the nomenclature's.
    pub(crate) revision: i64,
    pub(crate) categories: Vec<MenuCategoryState>,
    /// Served instead of all that, where it is there.
    pub(crate) recording: Option<Recording>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MenuCategoryState {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) product_ids: Vec<ProductId>,
    pub(crate) schedule: Option<Schedule>,
}

/// When a category is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) begin: String,
    pub(crate) end: String,
    pub(crate) days: Vec<String>,
}

impl ExternalMenu {
    pub(crate) fn of_scenario(file: &ScenarioFile, menu: &ExternalMenuSpec) -> Self {
        Self {
            id: menu.id,
            name: menu.name.clone(),
            text: menu.text.clone(),
            revision: file.menu_revision,
            categories: menu
                .categories
                .iter()
                .map(|category| open_category(file, menu, category))
                .collect(),
            recording: None,
        }
    }

    /// A recorded answer of `menu/by_id`.
    pub(crate) fn recorded(text: &str) -> anyhow::Result<Self> {
        let menu = Recording::read(text)?;
        Ok(Self {
            id: menu.id,
            name: menu.name,
            text: String::new(),
            revision: menu.revision,
            categories: Vec::new(),
            recording: Some(menu.recording),
        })
    }
}

fn open_category(
    file: &ScenarioFile,
    menu: &ExternalMenuSpec,
    category: &MenuCategorySpec,
) -> MenuCategoryState {
    let folders = category
        .groups
        .iter()
        .filter_map(|slug| file.groups.iter().find(|group| group.slug == *slug));
    let codes = folders
        .flat_map(|group| &group.dishes)
        .map(|dish| &dish.code);
    let slug = format!("{}/{}", menu.id, category.slug);
    MenuCategoryState {
        id: id_of(&file.name, "menu-category", &slug),
        name: category.name.clone(),
        product_ids: category
            .dishes
            .iter()
            .chain(codes)
            .map(|code| ProductId(id_of(&file.name, "product", code)))
            .collect(),
        schedule: category.schedule.as_ref().map(|schedule| Schedule {
            id: id_of(&file.name, "schedule", &slug),
            name: schedule.name.clone(),
            begin: schedule.begin.clone(),
            end: schedule.end.clone(),
            days: schedule.days.clone(),
        }),
    }
}
