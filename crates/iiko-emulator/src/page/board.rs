//! Deliveries as the till shows them: a column for each part of their way, a button for the next step. Tables and reserves
//! come below, from [`halls`].

use iiko_types::{
    schemas::{CreationStatus, DeliveryStatus, RetrievedCustomer, RetrievedOrderItem},
    time::LocalTime,
};
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::{Frame, halls, language::Language};
use crate::{
    cheque::{Cheque, amount_of},
    deliveries::Delivery,
    world::World,
};

/// Finished and refused orders are shown so long back.
const FINISHED_SHOWN: usize = 12;
const REFUSED_SHOWN: usize = 8;

const COLUMNS: [(&str, &str, &[DeliveryStatus]); 5] = [
    (
        "Новые",
        "New",
        &[
            DeliveryStatus::Unconfirmed,
            DeliveryStatus::WaitCooking,
            DeliveryStatus::ReadyForCooking,
        ],
    ),
    ("На кухне", "Kitchen", &[DeliveryStatus::CookingStarted]),
    (
        "Готовы",
        "Ready",
        &[DeliveryStatus::CookingCompleted, DeliveryStatus::Waiting],
    ),
    (
        "В пути",
        "On the way",
        &[DeliveryStatus::OnWay, DeliveryStatus::Delivered],
    ),
    (
        "Завершены",
        "Finished",
        &[DeliveryStatus::Closed, DeliveryStatus::Cancelled],
    ),
];

pub(super) fn content(frame: &Frame, world: &World) -> Markup {
    // the newest change first
    let mut deliveries: Vec<&Delivery> = world.deliveries.known.values().collect();
    deliveries.sort_by_key(|it| std::cmp::Reverse(it.head.revision));
    let refused: Vec<&Delivery> = deliveries
        .iter()
        .copied()
        .filter(|it| it.head.creation_status != CreationStatus::Success)
        .take(REFUSED_SHOWN)
        .collect();
    html! {
        div.title {
            h1 { (frame.pick("Доставки", "Deliveries")) }
            (frame.button("order", &[], "plain", frame.pick("Придумать заказ", "Invent an order")))
        }
        @if deliveries.is_empty() {
            p.soft {
                (frame.pick(
                    "Заказов ещё нет. Отправьте заказ через API или придумайте его кнопкой выше.",
                    "No orders yet. Send one through the API, or invent one with the button above.",
                ))
            }
        }
        div.board {
            @for (russian, english, statuses) in COLUMNS {
                @let here: Vec<&Delivery> = deliveries.iter().copied()
                    .filter(|it| it.status().is_some_and(|status| statuses.contains(status))).collect();
                section {
                    h2 { (frame.pick(russian, english)) " " span.soft { (here.len()) } }
                    @for delivery in here.iter().take(if statuses.contains(&DeliveryStatus::Closed) { FINISHED_SHOWN } else { usize::MAX }) {
                        (card(frame, delivery))
                    }
                }
            }
        }
        @if !refused.is_empty() {
            h2 { (frame.pick("В пути к кассе и отклонённые", "On their way to the till, and refused")) }
            table {
                @for delivery in refused {
                    tr {
                        td { code { (delivery.head.id) } }
                        td { (creation_mark(frame, &delivery.head.creation_status)) }
                        td { (delivery.head.error.as_ref().and_then(|it| it.message.as_deref()).unwrap_or_default()) }
                    }
                }
            }
        }
        (halls::content(frame, world))
    }
}

/// What the till has made of a request so far, in words for people.
fn creation_mark(frame: &Frame, status: &CreationStatus) -> Markup {
    let words = match status {
        CreationStatus::InProgress => frame.pick("в пути к кассе", "on its way to the till"),
        CreationStatus::Error => frame.pick("отклонён", "refused"),
        CreationStatus::Success | CreationStatus::Other(_) => status.as_str(),
    };
    html! { span.tag title=(status) { (words) } }
}

/// Kopecks are written where there are some.
fn roubles(sum: Decimal) -> String {
    let sum = sum.normalize();
    match sum.is_integer() {
        true => sum.to_string(),
        false => format!("{sum:.2}"),
    }
}

fn card(frame: &Frame, delivery: &Delivery) -> Markup {
    let Some(order) = &delivery.order else {
        return html! {};
    };
    let id = delivery.head.id.to_string();
    let kind = match delivery.is_for_courier() {
        true => frame.pick("курьер", "courier"),
        false => frame.pick("самовывоз", "pickup"),
    };
    html! {
        article {
            header {
                strong { "№ " (order.number.unwrap_or_default()) }
                span.soft { (kind) " · " (clock(order.when_created)) }
                (status_mark(frame.language, delivery.status()))
            }
            p.who {
                (customer(order.customer.as_ref())) " "
                span.soft { (order.phone.as_deref().unwrap_or_default()) }
                @if let Some(source) = &delivery.source_key { " " span.tag { (source) } }
            }
            (lines(&delivery.head.cheque))
            (total(frame, &delivery.head.cheque))
            @if let Some(comment) = &order.comment { p.soft { "«" (comment) "»" } }
            @if let Some(next) = delivery.next_status() {
                div.actions {
                    @let caption = format!("→ {}", status_name(frame.language, &next));
                    (frame.button("advance", &[("delivery", &id)], "next", &caption))
                    (frame.button("cancel", &[("delivery", &id)], "quiet", frame.pick("Отменить", "Cancel")))
                }
            }
        }
    }
}

pub(super) fn lines(cheque: &Cheque) -> Markup {
    html! {
        ul {
            @for item in &cheque.items {
                li { (name_of(item)) @let amount = amount_of(item); @if amount != Decimal::ONE { " × " (amount.normalize()) } }
            }
        }
    }
}

pub(super) fn total(frame: &Frame, cheque: &Cheque) -> Markup {
    html! {
        p.sum {
            strong { (roubles(cheque.sum())) " ₽" }
            @if cheque.is_paid() { " " span.tag.good { (frame.pick("оплачен", "paid")) } }
        }
    }
}

fn name_of(item: &RetrievedOrderItem) -> &str {
    let product = match item {
        RetrievedOrderItem::Product(item) => item.product.as_ref(),
        RetrievedOrderItem::Compound(item) => item
            .primary_component
            .as_ref()
            .and_then(|it| it.product.as_ref()),
        RetrievedOrderItem::Service(item) => item.service.as_ref(),
        RetrievedOrderItem::Other(_) => None,
    };
    product
        .and_then(|product| product.name.as_deref())
        .unwrap_or("?")
}

pub(super) fn customer(customer: Option<&RetrievedCustomer>) -> &str {
    let name = match customer {
        Some(RetrievedCustomer::Regular(it)) => it.name.as_deref(),
        Some(RetrievedCustomer::OneTime(it)) => it.name.as_deref(),
        Some(RetrievedCustomer::Other(_)) | None => None,
    };
    name.unwrap_or("—")
}

fn clock(time: Option<LocalTime>) -> String {
    time.map(|time| time.0.format("%H:%M").to_string())
        .unwrap_or_default()
}

fn status_mark(language: Language, status: Option<&DeliveryStatus>) -> Markup {
    let class = match status {
        Some(DeliveryStatus::Closed) => "good",
        Some(DeliveryStatus::Cancelled) => "bad",
        _ => "",
    };
    html! {
        @if let Some(status) = status { span.tag.(class) { (status_name(language, status)) } }
    }
}

/// What a status is called on a button and on a card.
fn status_name(language: Language, status: &DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Unconfirmed => language.pick("не подтверждён", "unconfirmed"),
        DeliveryStatus::WaitCooking => language.pick("ждёт кухню", "waits for the kitchen"),
        DeliveryStatus::ReadyForCooking => language.pick("можно готовить", "ready to cook"),
        DeliveryStatus::CookingStarted => language.pick("готовится", "cooking"),
        DeliveryStatus::CookingCompleted => language.pick("приготовлен", "cooked"),
        DeliveryStatus::Waiting => language.pick("собран", "packed"),
        DeliveryStatus::OnWay => language.pick("в пути", "on the way"),
        DeliveryStatus::Delivered => language.pick("доставлен", "delivered"),
        DeliveryStatus::Closed => language.pick("закрыт", "closed"),
        DeliveryStatus::Cancelled => language.pick("отменён", "cancelled"),
        DeliveryStatus::Other(_) => "?",
    }
}
