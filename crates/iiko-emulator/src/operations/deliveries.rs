//! Deliveries: created, moved on, and read.

use iiko_types::{
    ids::OrganizationId,
    operations::{
        DeliveriesById, DeliveriesCancelConfirmation, DeliveriesClose, DeliveriesConfirm,
        DeliveriesCreate, DeliveriesUpdateOrderDeliveryStatus,
    },
    schemas::{
        CancelDeliveryConfirmationRequest, CloseDeliveryOrderRequest, ConfirmDeliveryRequest,
        CreateOrderRequest, CreationStatus, DeliveryStatus, OrderInfo, OrderResponse,
        OrdersByIdRequest, OrdersResponse, UpdateDeliveryStatusRequest,
    },
};
use uuid::Uuid;

use super::{Operation, accepted, command, correlation_id, of_organization, typed};
use crate::{
    failure::{Failure, Finish},
    refusal::Refusal,
    world::World,
};

of_organization! {
    CancelDeliveryConfirmationRequest
    CloseDeliveryOrderRequest
    ConfirmDeliveryRequest
    CreateOrderRequest
    UpdateDeliveryStatusRequest
}

pub(super) fn register() -> Vec<Operation> {
    vec![
        command::<DeliveriesCreate>(create, finish_create)
            .guessing("what the cloud checks at once, and what the till checks later"),
        command::<DeliveriesConfirm>(accepted, confirm),
        command::<DeliveriesCancelConfirmation>(accepted, cancel_confirmation),
        command::<DeliveriesUpdateOrderDeliveryStatus>(accepted, update_status),
        command::<DeliveriesClose>(accepted, close),
        typed::<DeliveriesById>(by_id),
    ]
}

fn create(world: &mut World, request: &CreateOrderRequest) -> Result<OrderResponse, Refusal> {
    let order = &request.order;
    if order.order_type_id.is_some() == order.order_service_type.is_some() {
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
    let order_info = match world.deliveries.known.get(&id) {
        Some(known) => OrderInfo {
            creation_status: Some(CreationStatus::Error),
            error_info: Some(Failure::duplicated_order(id).error_info()),
            order: None,
            ..known.info(&[])
        },
        None => {
            world.receive_delivery(id, request);
            world.deliveries.known[&id].info(&[])
        }
    };
    Ok(OrderResponse {
        correlation_id: correlation_id(world),
        order_info: Some(order_info),
        ..OrderResponse::default()
    })
}

fn finish_create(world: &mut World, request: CreateOrderRequest) -> Result<Finish, Failure> {
    let id = request.order.id.unwrap_or(world.call.correlation_id);
    let known = world.deliveries.known.get(&id);
    match known.is_some_and(|it| it.created_by.0 == world.call.correlation_id) {
        true => world.create_delivery(id, &request),
        false => Err(Failure::duplicated_order(id)),
    }
}

fn move_to(
    world: &mut World,
    organization_id: OrganizationId,
    id: Uuid,
    status: &DeliveryStatus,
) -> Result<Finish, Failure> {
    world.delivery_at_till(organization_id, id)?;
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
    let status = request.delivery_status.as_str().into();
    move_to(world, request.organization_id, request.order_id, &status)
}

fn close(world: &mut World, request: CloseDeliveryOrderRequest) -> Result<Finish, Failure> {
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &DeliveryStatus::Closed,
    )
}

fn by_id(world: &mut World, request: OrdersByIdRequest) -> Result<OrdersResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let keys = request.return_external_data_keys.unwrap_or_default();
    let ids = request.order_ids.unwrap_or_default();
    let pos_ids = request.pos_order_ids.unwrap_or_default();
    let of_source = |key: &Option<String>| {
        request
            .source_keys
            .as_ref()
            .filter(|keys| !keys.is_empty())
            .is_none_or(|keys| key.as_ref().is_some_and(|key| keys.contains(key)))
    };
    let found = world.deliveries.known.values().filter(|it| {
        it.organization_id == request.organization_id
            && of_source(&it.source_key)
            && (ids.contains(&it.id) || it.pos_id.is_some_and(|id| pos_ids.contains(&id)))
    });
    let orders: Vec<OrderInfo> = found.map(|it| it.info(&keys)).collect();
    Ok(OrdersResponse {
        correlation_id: correlation_id(world),
        orders: Some(orders),
        ..OrdersResponse::default()
    })
}
