//! What goes on in the halls: open orders at tables with how far their dishes are, and reserves that are still to be kept.

use iiko_types::schemas::{
    OrderItemStatus, Reserve, ReserveInfo, ReserveStatus, RetrievedOrderStatus,
};
use maud::{Markup, html};

use super::{
    Frame,
    board::{customer, lines, total},
    language::Language,
};
use crate::{creation::Kind, tables::TableOrderState, world::World};

pub(super) fn content(frame: &Frame, world: &World) -> Markup {
    let tables = world.table_orders.known.values();
    // the newest change first
    let mut tables: Vec<&TableOrderState> = tables
        .filter(|it| it.order.is_some() && !it.is_finished())
        .collect();
    tables.sort_by_key(|it| std::cmp::Reverse(it.head.revision));
    let reserves = world.reserves.known.values().map(|it| it.info());
    let mut reserves: Vec<ReserveInfo> = reserves.filter(|it| next_of(it).is_some()).collect();
    // the next guests first
    reserves.sort_by_key(|it| it.reserve.as_ref().and_then(|it| it.estimated_start_time));
    html! {
        @if !tables.is_empty() {
            h1 { (frame.pick("Столы", "Tables")) }
            div.board.halls { @for order in tables { (table_card(frame, world, order)) } }
        }
        @if !reserves.is_empty() {
            h1 { (frame.pick("Резервы и банкеты", "Reserves and banquets")) }
            div.board.halls { @for info in &reserves { (reserve_card(frame, world, info)) } }
        }
    }
}

fn table_card(frame: &Frame, world: &World, order: &TableOrderState) -> Markup {
    let id = order.head.id.to_string();
    let names: Vec<&str> = order
        .table_ids()
        .iter()
        .map(|id| world.references.table_name(*id))
        .collect();
    let dishes = order.head.cheque.slowest();
    let number = order.order.as_ref().and_then(|it| it.number);
    html! {
        article {
            header {
                strong { "№ " (number.unwrap_or_default()) } " "
                span.soft { (names.join(", ")) }
                @if order.status() == Some(&RetrievedOrderStatus::Bill) {
                    span.tag { (frame.pick("счёт", "bill")) }
                }
            }
            (lines(&order.head.cheque))
            @if let Some(status) = dishes {
                p.soft { (frame.pick("Блюда: ", "Dishes: ")) (dishes_are(frame.language, status)) }
            }
            (total(frame, &order.head.cheque))
            div.actions {
                @if let Some(next) = dishes.and_then(next_of_dishes) {
                    @let caption = format!("→ {}", dishes_are(frame.language, &next));
                    (frame.button("cook", &[("order", &id), ("dishes", &next.to_string())], "next", &caption))
                }
                @if order.status() == Some(&RetrievedOrderStatus::New) {
                    (frame.button("table", &[("order", &id), ("status", "Bill")], "next", frame.pick("Счёт", "Bill")))
                }
                @if order.head.cheque.is_paid() {
                    (frame.button("table", &[("order", &id), ("status", "Closed")], "next", frame.pick("Закрыть", "Close")))
                }
                (frame.button("table", &[("order", &id), ("status", "Deleted")], "quiet", frame.pick("Удалить", "Delete")))
            }
        }
    }
}

/// What the guests of a reserve do next.
fn next_of(info: &ReserveInfo) -> Option<ReserveStatus> {
    match info.reserve.as_ref()?.status.as_ref()? {
        ReserveStatus::New => Some(ReserveStatus::Started),
        ReserveStatus::Started => Some(ReserveStatus::Closed),
        ReserveStatus::Closed | ReserveStatus::Other(_) => None,
    }
}

fn reserve_card(frame: &Frame, world: &World, info: &ReserveInfo) -> Markup {
    let (Some(reserve), Some(next)) = (&info.reserve, next_of(info)) else {
        return html! {};
    };
    let id = info.id.to_string();
    let cheque = world.reserves.known.get(&info.id).map(|it| &it.head.cheque);
    let has_begun = reserve.status == Some(ReserveStatus::Started);
    let caption = match has_begun {
        true => frame.pick("Гости ушли", "The guests have left"),
        false => frame.pick("Гости пришли", "The guests have come"),
    };
    html! {
        article {
            header {
                strong { (when(reserve)) } " "
                span.soft { (tables(world, reserve)) }
                @if has_begun { span.tag { (frame.pick("гости здесь", "guests are here")) } }
            }
            p.who {
                (customer(reserve.customer.as_ref())) " "
                span.soft { (reserve.phone.as_deref().unwrap_or_default()) }
            }
            @if let Some(cheque) = cheque && reserve.order.is_some() {
                (lines(cheque))
                (total(frame, cheque))
            }
            @if let Some(comment) = &reserve.comment { p.soft { "«" (comment) "»" } }
            div.actions {
                (frame.button("reserve", &[("reserve", &id), ("status", &next.to_string())], "next", caption))
                @if !has_begun {
                    @let closed = ReserveStatus::Closed.to_string();
                    (frame.button("reserve", &[("reserve", &id), ("status", &closed)], "quiet", frame.pick("Не ждать", "Do not wait")))
                }
            }
        }
    }
}

fn when(reserve: &Reserve) -> String {
    let start = reserve.estimated_start_time;
    start.map_or_else(String::new, |it| it.0.format("%d.%m %H:%M").to_string())
}

fn tables(world: &World, reserve: &Reserve) -> String {
    let ids = reserve.table_ids.iter().flatten();
    let names = ids.map(|id| world.references.table_name(*id));
    names.collect::<Vec<_>>().join(", ")
}

/// What the kitchen does next with the dishes of a table, the slowest of which are so far.
fn next_of_dishes(status: &OrderItemStatus) -> Option<OrderItemStatus> {
    match status {
        OrderItemStatus::Added => Some(OrderItemStatus::PrintedNotCooking),
        OrderItemStatus::PrintedNotCooking => Some(OrderItemStatus::CookingStarted),
        OrderItemStatus::CookingStarted => Some(OrderItemStatus::CookingCompleted),
        OrderItemStatus::CookingCompleted => Some(OrderItemStatus::Served),
        OrderItemStatus::Served | OrderItemStatus::Other(_) => None,
    }
}

fn dishes_are(language: Language, status: &OrderItemStatus) -> &'static str {
    match status {
        OrderItemStatus::Added => language.pick("добавлены", "added"),
        OrderItemStatus::PrintedNotCooking => language.pick("на кухне", "sent to the kitchen"),
        OrderItemStatus::CookingStarted => language.pick("готовятся", "cooking"),
        OrderItemStatus::CookingCompleted => language.pick("готовы", "cooked"),
        OrderItemStatus::Served => language.pick("поданы", "served"),
        OrderItemStatus::Other(_) => "?",
    }
}
