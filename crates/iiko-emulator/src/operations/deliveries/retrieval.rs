//! Deliveries found: by id, by revision, by day and what else is known of them.

use chrono::{NaiveDateTime, TimeDelta};
use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{
        DeliveriesByDeliveryDateAndPhone, DeliveriesByDeliveryDateAndSourceKeyAndFilter,
        DeliveriesByDeliveryDateAndStatus, DeliveriesById, DeliveriesByRevision,
        DeliveriesHistoryByDeliveryDateAndPhone,
    },
    schemas::{
        OrderInfo, OrderSortProperty, OrdersByDeliveryDateAndFilterRequest,
        OrdersByDeliveryDateAndPhoneRequest, OrdersByDeliveryDateAndStatusRequest,
        OrdersByIdRequest, OrdersByOrganization, OrdersByRevisionRequest,
        OrdersHistoryByDeliveryDateAndPhoneRequest, OrdersResponse, OrdersWithRevisionResponse,
        RetrievedCustomer, SortDirection,
    },
    time::LocalTime,
};

use super::super::{Operation, asked_orders::asked_orders, correlation_id, typed};
use crate::{deliveries::Delivery, loyalty::written_phone, refusal::Refusal, world::World};

/// How many orders one call may name.
const IDS: usize = 200;
/// How far back a revision may lie.
const REVISIONS_KEPT: TimeDelta = TimeDelta::hours(3);
/// How long orders are kept where they can be found by date.
const KEPT: TimeDelta = TimeDelta::days(7);
/// The same for what is past.
const HISTORY_KEPT: TimeDelta = TimeDelta::days(90);
/// More orders than so many are refused: 422, the answer to which is a smaller window.
const TOO_MANY: usize = 1000;

pub(super) fn register() -> Vec<Operation> {
    let too_many = "422 for more than a thousand orders or more than seven days";
    vec![
        typed::<DeliveriesById>(by_id),
        typed::<DeliveriesByRevision>(by_revision)
            .guessing("the status and code of a revision that is too old"),
        typed::<DeliveriesByDeliveryDateAndStatus>(by_status).guessing(too_many),
        typed::<DeliveriesByDeliveryDateAndPhone>(by_phone).guessing(too_many),
        typed::<DeliveriesByDeliveryDateAndSourceKeyAndFilter>(by_filter).guessing(too_many),
        typed::<DeliveriesHistoryByDeliveryDateAndPhone>(history).guessing(too_many),
    ]
}

/// Days of delivery, on the wall clock of the restaurant; both ends are included.
struct Window {
    from: Option<LocalTime>,
    to: Option<LocalTime>,
}

impl Window {
    fn has(&self, delivery: &Delivery) -> bool {
        let Some(at) = delivery_date(delivery) else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from.is_none_or(|from| from.0 <= at) && self.to.is_none_or(|to| at <= to.0)
    }

    /// A window over a week is too wide, whatever is in it.
    fn require_narrow(&self) -> Result<(), Refusal> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to.0 - from.0 > KEPT => Err(Refusal::too_many_data()),
            _ => Ok(()),
        }
    }
}

fn delivery_date(delivery: &Delivery) -> Option<NaiveDateTime> {
    Some(delivery.order.as_ref()?.complete_before?.0)
}

fn is_of_source(delivery: &Delivery, keys: Option<&[String]>) -> bool {
    keys.filter(|keys| !keys.is_empty()).is_none_or(|keys| {
        delivery
            .source_key
            .as_ref()
            .is_some_and(|key| keys.contains(key))
    })
}

fn is_among<T: PartialEq>(asked: Option<&[T]>, value: Option<&T>) -> bool {
    asked
        .filter(|asked| !asked.is_empty())
        .is_none_or(|asked| value.is_some_and(|value| asked.contains(value)))
}

/// A phone by its digits: how it is written does not matter.
fn is_phone_of(delivery: &Delivery, phone: &str) -> bool {
    let of_order = delivery
        .order
        .as_ref()
        .and_then(|order| order.phone.as_deref());
    of_order.is_some_and(|it| written_phone(it) == written_phone(phone))
}

fn by_id(world: &mut World, request: OrdersByIdRequest) -> Result<OrdersResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let (ids, pos_ids) = asked_orders(request.orders, &request.extra);
    if ids.is_empty() == pos_ids.is_empty() {
        return Err(Refusal::invalid_request(
            "Only one of this fields required: orderIds or posOrderIds.",
        ));
    }
    if ids.len() + pos_ids.len() > IDS {
        return Err(Refusal::invalid_request(format!(
            "No more than {IDS} orders can be requested at once."
        )));
    }
    let keys = request.return_external_data_keys.unwrap_or_default();
    let orders = world.visible_deliveries().filter(|it| {
        it.head.organization_id == request.organization_id
            && is_of_source(it, request.source_keys.as_deref())
            && (ids.contains(&it.head.id) || it.pos_id.is_some_and(|id| pos_ids.contains(&id)))
    });
    let orders: Vec<OrderInfo> = orders.map(|it| it.info(&keys)).collect();
    Ok(OrdersResponse {
        correlation_id: correlation_id(world),
        orders: Some(orders),
        ..OrdersResponse::default()
    })
}

fn by_revision(
    world: &mut World,
    request: OrdersByRevisionRequest,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    let oldest = (world.now() - REVISIONS_KEPT).timestamp_millis();
    if request.start_revision < oldest {
        return Err(Refusal::invalid_request("Passed revision is too old"));
    }
    found(world, &request.organization_ids, None, |it| {
        it.head.revision > request.start_revision
            && is_of_source(it, request.source_keys.as_deref())
    })
}

fn by_status(
    world: &mut World,
    request: OrdersByDeliveryDateAndStatusRequest,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    let window = Window {
        from: Some(request.delivery_date_from),
        to: request.delivery_date_to,
    };
    window.require_narrow()?;
    found(world, &request.organization_ids, None, |it| {
        window.has(it)
            && is_among(request.statuses.as_deref(), it.status())
            && is_of_source(it, request.source_keys.as_deref())
            && is_among(request.courier_ids.as_deref(), courier_of(it).as_ref())
    })
}

fn courier_of(delivery: &Delivery) -> Option<Guid> {
    let courier = delivery
        .order
        .as_ref()?
        .courier_info
        .as_ref()?
        .courier
        .as_ref()?;
    Some(courier.id)
}

fn by_phone(
    world: &mut World,
    request: OrdersByDeliveryDateAndPhoneRequest,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    let window = Window {
        from: request.delivery_date_from,
        to: request.delivery_date_to,
    };
    window.require_narrow()?;
    found(world, &request.organization_ids, request.rows_count, |it| {
        window.has(it)
            && request
                .phone
                .as_deref()
                .is_none_or(|phone| is_phone_of(it, phone))
            && request
                .start_revision
                .is_none_or(|revision| it.head.revision > revision)
            && is_of_source(it, request.source_keys.as_deref())
    })
}

fn history(
    world: &mut World,
    request: OrdersHistoryByDeliveryDateAndPhoneRequest,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    if !(1..=200).contains(&request.rows_count) {
        return Err(Refusal::invalid_request(
            "rowsCount should be from 1 to 200.",
        ));
    }
    let window = Window {
        from: request.delivery_date_from,
        to: request.delivery_date_to,
    };
    let oldest = world.now() - HISTORY_KEPT;
    found(
        world,
        &request.organization_ids,
        Some(request.rows_count),
        |it| {
            window.has(it)
                && it.received_at >= oldest
                && is_phone_of(it, &request.phone)
                && request
                    .start_revision
                    .is_none_or(|revision| it.head.revision > revision)
                && is_of_source(it, request.source_keys.as_deref())
        },
    )
}

fn by_filter(
    world: &mut World,
    request: OrdersByDeliveryDateAndFilterRequest,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    let window = Window {
        from: request.delivery_date_from,
        to: request.delivery_date_to,
    };
    window.require_narrow()?;
    let (ids, pos_ids) = asked_orders(request.orders, &request.extra);
    let service = request.order_service_type.as_ref().map(ToString::to_string);
    let mut answer = found(world, &request.organization_ids, None, |it| {
        window.has(it)
            && is_among(request.statuses.as_deref(), it.status())
            && is_of_source(it, request.source_keys.as_deref())
            && is_among(
                request.terminal_group_ids.as_deref(),
                it.terminal_group_id.as_ref(),
            )
            && is_among(Some(&ids), Some(&it.head.id))
            && is_among(Some(&pos_ids), it.pos_id.as_ref())
            && request
                .has_problem
                .is_none_or(|asked| has_problem(it) == asked)
            && service
                .as_ref()
                .is_none_or(|asked| service_of(it).as_ref() == Some(asked))
            && request
                .search_text
                .as_deref()
                .is_none_or(|text| begins_with(it, text))
    })?;
    let property = request
        .sort_property
        .unwrap_or(OrderSortProperty::CompleteBefore);
    let is_falling = request.sort_direction == Some(SortDirection::Descending);
    let rows = request
        .rows_count
        .and_then(|rows| usize::try_from(rows).ok());
    for of_organization in answer.orders_by_organizations.iter_mut().flatten() {
        let orders = of_organization.orders.get_or_insert_default();
        orders.sort_by_cached_key(|order| sort_key(order, &property));
        if is_falling {
            orders.reverse();
        }
        orders.truncate(rows.unwrap_or(usize::MAX));
    }
    Ok(answer)
}

fn has_problem(delivery: &Delivery) -> bool {
    let problem = delivery
        .order
        .as_ref()
        .and_then(|order| order.problem.as_ref());
    problem.is_some_and(|problem| problem.has_problem == Some(true))
}

fn service_of(delivery: &Delivery) -> Option<String> {
    let kind = delivery.order.as_ref()?.order_type.as_ref()?;
    Some(kind.order_service_type.as_ref()?.to_string())
}

/// Numbers, phones and names, from their beginning.
fn begins_with(delivery: &Delivery, text: &str) -> bool {
    let Some(order) = &delivery.order else {
        return false;
    };
    let number = order.number.map(|number| number.to_string());
    let customer = order.customer.as_ref().and_then(customer_name);
    let text = text.to_lowercase();
    [
        number,
        order.phone.clone(),
        customer,
        delivery.head.external_number.clone(),
    ]
    .into_iter()
    .flatten()
    .any(|value| value.to_lowercase().starts_with(&text))
}

fn customer_name(customer: &RetrievedCustomer) -> Option<String> {
    match customer {
        RetrievedCustomer::Regular(customer) => customer.name.clone(),
        RetrievedCustomer::OneTime(customer) => customer.name.clone(),
        RetrievedCustomer::Other(_) => None,
    }
}

/// What orders are sorted by: a number where it has one, then a text.
fn sort_key(
    info: &OrderInfo,
    property: &OrderSortProperty,
) -> (Option<rust_decimal::Decimal>, Option<String>) {
    let Some(order) = &info.order else {
        return (None, None);
    };
    match property {
        OrderSortProperty::Number => (order.number.map(Into::into), None),
        OrderSortProperty::CompleteBefore | OrderSortProperty::Other(_) => {
            (None, order.complete_before.map(|at| at.to_string()))
        }
        OrderSortProperty::Sum => (order.sum.map(|sum| sum.0), None),
        OrderSortProperty::Customer => (None, order.customer.as_ref().and_then(customer_name)),
        OrderSortProperty::Courier => {
            let courier = order
                .courier_info
                .as_ref()
                .and_then(|it| it.courier.as_ref());
            (None, courier.and_then(|courier| courier.name.clone()))
        }
        OrderSortProperty::Status => (None, order.status.as_ref().map(ToString::to_string)),
        OrderSortProperty::OrderTypeName => (
            None,
            order.order_type.as_ref().and_then(|it| it.name.clone()),
        ),
    }
}

/// The deliveries that `is_asked` for, by organization, oldest change first; of each the newest `rows`.
fn found(
    world: &mut World,
    organization_ids: &[OrganizationId],
    rows: Option<i64>,
    is_asked: impl Fn(&Delivery) -> bool,
) -> Result<OrdersWithRevisionResponse, Refusal> {
    world.permitted(organization_ids)?;
    let rows = rows
        .and_then(|rows| usize::try_from(rows).ok())
        .unwrap_or(usize::MAX);
    let mut by_organizations = Vec::new();
    for id in organization_ids {
        let mut deliveries: Vec<&Delivery> = world
            .visible_deliveries()
            .filter(|it| it.head.organization_id == *id && is_asked(it))
            .collect();
        if deliveries.len() > TOO_MANY {
            return Err(Refusal::too_many_data());
        }
        deliveries.sort_by_key(|delivery| delivery.head.revision);
        let older = deliveries.len().saturating_sub(rows);
        by_organizations.push(OrdersByOrganization {
            organization_id: Some(*id),
            orders: Some(deliveries[older..].iter().map(|it| it.info(&[])).collect()),
            ..OrdersByOrganization::default()
        });
    }
    Ok(OrdersWithRevisionResponse {
        correlation_id: correlation_id(world),
        max_revision: Some(world.revision),
        orders_by_organizations: Some(by_organizations),
        ..OrdersWithRevisionResponse::default()
    })
}
