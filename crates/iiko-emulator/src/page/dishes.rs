//! What is sold: the switch of a dish's stop, and its price.

use iiko_types::schemas::ProductInfo;
use maud::{Markup, html};

use super::{Asked, Frame, Page, link, organization};
use crate::world::{Organization, StopKey, TerminalGroupState, World};

/// More dishes are not shown; who wants one of them searches for it.
const SHOWN: usize = 300;

pub(super) fn content(frame: &Frame, world: &World, asked: &Asked) -> Markup {
    let Some(organization) = organization(world, asked) else {
        return html! {};
    };
    let groups = &organization.terminal_groups;
    let wanted = asked.terminal_group.as_deref();
    let group = groups
        .iter()
        .find(|it| wanted == Some(it.id.to_string().as_str()))
        .or_else(|| groups.first());
    let found = found(organization, asked.search.as_deref().unwrap_or_default());
    html! {
        h1 { (frame.pick("Блюда и стопы", "Dishes and stops")) }
        (chooser(frame, world, organization, group, asked))
        @if let Some(group) = group { (sleep(frame, group)) }
        table.dishes {
            thead { tr {
                th { (frame.pick("Артикул", "Code")) }
                th { (frame.pick("Название", "Name")) }
                th { (frame.pick("Цена", "Price")) }
                th { (frame.pick("Продажа", "Sale")) }
            } }
            @for product in found.iter().take(SHOWN) {
                tr {
                    td { code { (product.code.as_deref().unwrap_or_default()) } }
                    td { (product.name.as_deref().unwrap_or_default()) }
                    td { (prices(frame, organization, product)) }
                    td { @if let Some(group) = group { (switch(frame, organization, group, product)) } }
                }
            }
        }
        @if found.len() > SHOWN {
            p.soft {
                (frame.pick("Показаны первые", "Shown are the first")) " " (SHOWN) " " (frame.pick("из", "of")) " " (found.len()) ". "
                (frame.pick("Остальные — поиском.", "Search for the others."))
            }
        }
    }
}

/// Each product once, though it may stand in several folders.
fn found<'o>(organization: &'o Organization, search: &str) -> Vec<&'o ProductInfo> {
    let search = search.trim().to_lowercase();
    let is_found = |text: Option<&String>| {
        text.is_some_and(|text| text.to_lowercase().contains(search.as_str()))
    };
    let mut seen = std::collections::HashSet::new();
    let products = organization.nomenclature.products.iter();
    products
        .filter(|it| is_found(it.name.as_ref()) || is_found(it.code.as_ref()))
        .filter(|it| seen.insert(it.id))
        .collect()
}

fn chooser(
    frame: &Frame,
    world: &World,
    organization: &Organization,
    group: Option<&TerminalGroupState>,
    asked: &Asked,
) -> Markup {
    let choice = |organization: &Organization| {
        let id = organization.id.to_string();
        let parameters = [
            ("lang", Some(frame.language.tag())),
            ("organization", Some(id.as_str())),
        ];
        link(Page::Dishes.path(), &parameters)
    };
    html! {
        nav.places aria-label=(frame.pick("Организации", "Organizations")) {
            @for it in &world.organizations {
                a href=(choice(it)) aria-current=[(it.id == organization.id).then_some("page")] { (it.name) }
            }
        }
        form.search method="get" action=(Page::Dishes.path()) {
            input type="hidden" name="lang" value=(frame.language.tag());
            input type="hidden" name="organization" value=(organization.id);
            label {
                (frame.pick("Группа терминалов", "Terminal group")) " "
                select name="terminal_group" {
                    @for it in &organization.terminal_groups {
                        option value=(it.id) selected[group.is_some_and(|group| group.id == it.id)] { (it.name) }
                    }
                }
            }
            label {
                (frame.pick("Поиск", "Search")) " "
                input type="search" name="search" value=(asked.search.as_deref().unwrap_or_default());
            }
            button { (frame.pick("Показать", "Show")) }
        }
    }
}

fn sleep(frame: &Frame, group: &TerminalGroupState) -> Markup {
    let id = group.id.to_string();
    let (state, caption, asleep) = match group.is_asleep {
        true => (
            frame.pick(
                "Касса спит и заказов не берёт.",
                "The till sleeps and takes no orders.",
            ),
            frame.pick("Разбудить", "Wake it"),
            "no",
        ),
        false => (
            frame.pick("Касса на связи.", "The till answers."),
            frame.pick("Усыпить", "Put it to sleep"),
            "yes",
        ),
    };
    html! {
        div.title {
            span.soft { (state) }
            (frame.button("sleep", &[("terminal_group", &id), ("asleep", asleep)], "quiet", caption))
        }
    }
}

fn prices(frame: &Frame, organization: &Organization, product: &ProductInfo) -> Markup {
    let own = organization.id.to_string();
    let id = product.id.to_string();
    html! {
        @for entry in product.size_prices.iter().flatten() {
            @let price = entry.price.as_ref().and_then(|it| it.current_price).unwrap_or_default().0;
            @let size = entry.size_id.map(|id| id.to_string()).unwrap_or_default();
            @let name = entry.size_id.and_then(|id| organization.nomenclature.size_name(id)).unwrap_or_default();
            form.price method="post" action="/_emulator/deeds/price" {
                (frame.hidden(&[("organization", &own), ("product", &id), ("size", &size)]))
                label { span.soft { (name) } " " input name="price" inputmode="decimal" value=(price.normalize()) size="6"; }
                button { "✓" span.unseen { (frame.pick("Сохранить цену", "Save the price")) } }
            }
        }
    }
}

fn switch(
    frame: &Frame,
    organization: &Organization,
    group: &TerminalGroupState,
    product: &ProductInfo,
) -> Markup {
    let key = StopKey {
        terminal_group_id: group.id,
        product_id: product.id,
        size_id: None,
    };
    let whole = organization.stops.get(&key);
    // what is stopped by sizes only is not the switch's
    let sizes = organization
        .stops
        .keys()
        .filter(|it| it.terminal_group_id == group.id && it.product_id == product.id)
        .filter(|it| it.size_id.is_some())
        .count();
    let (own, group_id) = (organization.id.to_string(), group.id.to_string());
    let id = product.id.to_string();
    let (stopped, class, caption) = match whole {
        Some(_) => ("no", "stopped", frame.pick("на стопе", "stopped")),
        None => ("yes", "sold", frame.pick("продаётся", "sold")),
    };
    let fields = [
        ("organization", own.as_str()),
        ("terminal_group", group_id.as_str()),
        ("product", id.as_str()),
        ("stopped", stopped),
    ];
    html! {
        div.sale {
            (frame.button("stop", &fields, class, caption))
            @if let Some(stop) = whole && !stop.balance.0.is_zero() {
                span.soft { (frame.pick("осталось", "left")) " " (stop.balance.0.normalize()) }
            }
            @if sizes > 0 { span.soft { (frame.pick("размеров на стопе:", "sizes stopped:")) " " (sizes) } }
        }
    }
}
