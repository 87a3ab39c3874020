//! Deliveries: created and moved on here, changed in [`updates`], found in [`retrieval`].

mod retrieval;
mod updates;

use super::{Operation, accepted, command, correlation_id, of_organization};
use crate::{
    deliveries::Delivery,
    failure::{Failure, Finish},
    refusal::Refusal,
    world::World,
};
use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{
        DeliveriesCancelConfirmation, DeliveriesClose, DeliveriesConfirm, DeliveriesCreate,
        DeliveriesUpdateOrderDeliveryStatus,
    },
    schemas::{
        CancelDeliveryConfirmationRequest, CloseDeliveryOrderRequest, ConfirmDeliveryRequest,
        CreateOrderRequest, DeliveryStatus, OrderKind, OrderResponse, UpdateDeliveryStatusRequest,
    },
    time::LocalTime,
};

of_organization! {
    CancelDeliveryConfirmationRequest
    CloseDeliveryOrderRequest
    ConfirmDeliveryRequest
    CreateOrderRequest
    UpdateDeliveryStatusRequest
}

pub(super) fn register() -> Vec<Operation> {
    let mut all = vec![
        command::<DeliveriesCreate>(create, finish_create)
            .guessing(
                "what the cloud checks at once, and what the till checks later; discounts that the restaurant takes off by itself are not; loyalty gives the subset of `calculate`",
            ),
        command::<DeliveriesConfirm>(accepted, confirm),
        command::<DeliveriesCancelConfirmation>(accepted, cancel_confirmation),
        command::<DeliveriesUpdateOrderDeliveryStatus>(accepted, update_status),
        command::<DeliveriesClose>(accepted, close),
    ];
    all.extend(updates::register());
    all.extend(retrieval::register());
    all
}

pub(super) fn create(
    world: &mut World,
    request: &CreateOrderRequest,
) -> Result<OrderResponse, Refusal> {
    let order = &request.order;
    if order.kind.is_none() || OrderKind::is_said_twice(&order.extra) {
        return Err(Refusal::invalid_request(
            "Only one of this fields required: orderTypeId or orderServiceType.",
        ));
    }
    let checks_stop_list = request
        .create_order_settings
        .as_ref()
        .is_some_and(|settings| settings.check_stop_list == Some(true));
    if checks_stop_list && request.terminal_group_id.is_none() {
        return Err(Refusal::invalid_request(
            "Stop list can be checked only when terminalGroupId is specified.",
        ));
    }
    // without an id of its own the order gets the command's, so that both halves mean the same order
    let id = order.id.unwrap_or(world.call.correlation_id);
    let received = world.receive(id, |world| world.received_delivery(id, request));
    Ok(OrderResponse {
        correlation_id: correlation_id(world),
        order_info: Some(received.info(&[])),
        ..OrderResponse::default()
    })
}

pub(super) fn finish_create(
    world: &mut World,
    request: CreateOrderRequest,
) -> Result<Finish, Failure> {
    let id = request.order.id.unwrap_or(world.call.correlation_id);
    world.create(id, |world, received| {
        world.made_delivery(received, &request)
    })
}

fn move_to(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    status: &DeliveryStatus,
) -> Result<Finish, Failure> {
    world.at_till::<Delivery>(organization_id, id)?;
    world.move_delivery(id, status)?;
    Ok(Finish::Done)
}

fn confirm(world: &mut World, request: ConfirmDeliveryRequest) -> Result<Finish, Failure> {
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &DeliveryStatus::WaitCooking,
    )
}

fn cancel_confirmation(
    world: &mut World,
    request: CancelDeliveryConfirmationRequest,
) -> Result<Finish, Failure> {
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &DeliveryStatus::Unconfirmed,
    )
}

fn update_status(
    world: &mut World,
    request: UpdateDeliveryStatusRequest,
) -> Result<Finish, Failure> {
    let (id, date) = (request.organization_id, request.delivery_date);
    let status = request.delivery_status.as_str().into();
    let date = date.filter(|_| status == DeliveryStatus::Delivered);
    deliver(world, id, request.order_id, &status, date)
}

/// The same, and when the guest really got it, where somebody says so.
fn deliver(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    status: &DeliveryStatus,
    date: Option<LocalTime>,
) -> Result<Finish, Failure> {
    world.at_till::<Delivery>(organization_id, id)?;
    world.move_delivery_noting(id, status, |order, _| {
        if date.is_some() {
            order.when_delivered = date;
        }
    })?;
    Ok(Finish::Done)
}

fn close(world: &mut World, request: CloseDeliveryOrderRequest) -> Result<Finish, Failure> {
    let closed = DeliveryStatus::Closed;
    deliver(
        world,
        request.organization_id,
        request.order_id,
        &closed,
        request.delivery_date,
    )
}

/// What every change names.
fn of_both(organization_id: &OrganizationId, order_id: Guid) -> (OrganizationId, Guid) {
    (*organization_id, order_id)
}
