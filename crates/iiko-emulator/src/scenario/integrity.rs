//! Whether all that a scenario names is in it, so that the world can be built without a doubt.

use std::collections::HashSet;

use anyhow::{bail, ensure};
use iiko_types::operations::ALL;

use super::{
    ScenarioFile,
    dishes::{DishSpec, PriceSpec},
};

impl ScenarioFile {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Some(server) = &self.server {
            server.check(self)?;
        }
        let groups = unique("group", self.groups.iter().map(|group| group.slug.as_str()))?;
        let sizes = unique("size", self.sizes.iter().map(|size| size.slug.as_str()))?;
        let categories = unique(
            "product category",
            self.product_categories.iter().map(|it| it.slug.as_str()),
        )?;
        let modifier_groups = unique(
            "modifier group",
            self.modifier_groups.iter().map(|it| it.slug.as_str()),
        )?;
        let simple = unique(
            "simple modifier",
            self.simple_modifiers.iter().map(|it| it.code.as_str()),
        )?;
        let codes = unique("code", self.codes())?;
        let organizations = unique(
            "organization",
            self.organizations.iter().map(|it| it.slug.as_str()),
        )?;

        for group in &self.groups {
            within("parent", group.parent.as_deref(), &groups)?;
            if !group.dishes.is_empty() {
                within("product category", [group.category.as_str()], &categories)?;
            }
            within(
                "modifier group",
                group.modifier_groups.iter().map(|it| it.slug.as_str()),
                &modifier_groups,
            )?;
            for dish in &group.dishes {
                check_prices(dish, &sizes)?;
                within("group", dish.also_in.iter().map(String::as_str), &groups)?;
                within(
                    "modifier group",
                    dish.modifier_groups.iter().map(|it| it.slug.as_str()),
                    &modifier_groups,
                )?;
                within(
                    "simple modifier",
                    dish.modifiers.iter().map(|it| it.code.as_str()),
                    &simple,
                )?;
            }
        }
        for organization in &self.organizations {
            within(
                "group",
                organization.groups.iter().flatten().map(String::as_str),
                &groups,
            )?;
            within(
                "code",
                organization.prices.keys().map(String::as_str),
                &codes,
            )?;
            for price in organization.prices.values() {
                if let PriceSpec::BySize(prices) = price {
                    within("size", prices.keys().map(String::as_str), &sizes)?;
                }
            }
        }
        let cities = unique(
            "city",
            self.references.cities.iter().map(|it| it.slug.as_str()),
        )?;
        for organization in &self.organizations {
            within("city", organization.city.as_deref(), &cities)?;
        }
        let terminal_groups: Vec<String> = self
            .organizations
            .iter()
            .flat_map(|organization| {
                let groups = organization.terminal_groups.iter();
                groups.map(|group| format!("{}/{}", organization.slug, group.slug))
            })
            .collect();
        let terminal_groups = unique("terminal group", terminal_groups.iter().map(String::as_str))?;
        for login in &self.logins {
            within(
                "terminal group",
                login.hidden_terminal_groups.iter().map(String::as_str),
                &terminal_groups,
            )?;
            for menu in login.external_menus.iter().flatten() {
                ensure!(
                    self.external_menus.iter().any(|known| known.id == *menu),
                    "login `{}` has an external menu {menu}, which is not there",
                    login.api_login
                );
            }
            for right in login.rights.iter().flatten() {
                ensure!(
                    ALL.iter().any(|operation| operation.name == right),
                    "login `{}` has a right to `{right}`, which is no operation",
                    login.api_login
                );
            }
            within(
                "organization",
                login.organizations.iter().flatten().map(String::as_str),
                &organizations,
            )?;
        }
        for combo in &self.combos {
            within(
                "combo category",
                [combo.category.as_str()],
                &self
                    .combo_categories
                    .iter()
                    .map(|it| it.slug.as_str())
                    .collect(),
            )?;
            within(
                "organization",
                combo.organizations.iter().map(String::as_str),
                &organizations,
            )?;
            for product in combo.groups.iter().flat_map(|group| &group.products) {
                within("code", [product.code.as_str()], &codes)?;
                within("size", product.size.as_deref(), &sizes)?;
            }
        }
        for category in self.external_menus.iter().flat_map(|menu| &menu.categories) {
            within("code", category.dishes.iter().map(String::as_str), &codes)?;
            within("group", category.groups.iter().map(String::as_str), &groups)?;
        }
        for stop in &self.stops {
            let Some(organization) = self
                .organizations
                .iter()
                .find(|it| it.slug == stop.organization)
            else {
                bail!(
                    "organization `{}` of a stop is not in the scenario",
                    stop.organization
                );
            };
            let terminal_groups = organization
                .terminal_groups
                .iter()
                .map(|it| it.slug.as_str())
                .collect();
            within(
                "terminal group",
                [stop.terminal_group.as_str()],
                &terminal_groups,
            )?;
            within("code", [stop.product.as_str()], &codes)?;
            within("size", stop.size.as_deref(), &sizes)?;
        }
        Ok(())
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        let dishes = self
            .groups
            .iter()
            .flat_map(|group| &group.dishes)
            .map(|dish| dish.code.as_str());
        let grouped = self
            .modifier_groups
            .iter()
            .flat_map(|group| &group.modifiers);
        dishes.chain(
            grouped
                .chain(&self.simple_modifiers)
                .map(|modifier| modifier.code.as_str()),
        )
    }
}

fn check_prices(dish: &DishSpec, sizes: &HashSet<&str>) -> anyhow::Result<()> {
    match (&dish.price, &dish.prices) {
        (Some(_), None) => {}
        (None, Some(prices)) if !prices.is_empty() => {
            within("size", prices.keys().map(String::as_str), sizes)?
        }
        (Some(_), Some(_)) | (None, Some(_) | None) => {
            bail!("`{}` needs either `price` or `prices`", dish.code)
        }
    }
    let sold = dish
        .not_in_menu
        .iter()
        .map(String::as_str)
        .filter(|size| *size != "*");
    within("size", sold, sizes)
}

fn unique<'s>(
    what: &str,
    names: impl Iterator<Item = &'s str>,
) -> anyhow::Result<HashSet<&'s str>> {
    let mut seen = HashSet::new();
    for name in names {
        ensure!(seen.insert(name), "{what} `{name}` stands twice");
    }
    Ok(seen)
}

fn within<'s>(
    what: &str,
    names: impl IntoIterator<Item = &'s str>,
    known: &HashSet<&str>,
) -> anyhow::Result<()> {
    for name in names {
        ensure!(
            known.contains(name),
            "{what} `{name}` is not in the scenario"
        );
    }
    Ok(())
}
