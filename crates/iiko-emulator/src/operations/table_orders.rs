//! Orders at tables: created, changed, closed, and brought into the cloud from the till; found in [`retrieval`].

mod retrieval;

use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    operations::{
        OrderAddCustomer, OrderAddItems, OrderAddPayments, OrderById, OrderByTable, OrderCancel,
        OrderChangeExternalData, OrderChangePayments, OrderClose, OrderCreate, OrderInitByPosOrder,
        OrderInitByTable, OrderPrintBill,
    },
    schemas::{
        AddCustomerToTableOrderRequest, AddItemsToTableOrderRequest, AddOrderPaymentsRequest,
        CancelTableOrderRequest, ChangeExternalDataRequest, ChangePaymentsRequest,
        CloseTableOrderRequest, CorrelationIdResponse, CreateTableOrderRequest, ErrorCode,
        InitTableOrderByPosOrderRequest, InitTableOrderRequest, PrintBillRequest, RegularCustomer,
        RetrievedOrderStatus, TableOrderCustomer, TableOrderResponse,
    },
    union::Tagged,
};
use uuid::Uuid;

use super::{Operation, accepted, command, correlation_id, of_organization, typed};
use crate::{
    cheque,
    creation::{Change, Kind, external_data, retrieved::retrieved_regular},
    failure::{Failure, Finish},
    refusal::Refusal,
    tables::TableOrderState,
    world::World,
};

of_organization! {
    AddCustomerToTableOrderRequest
    AddItemsToTableOrderRequest
    CancelTableOrderRequest
    CloseTableOrderRequest
    CreateTableOrderRequest
    PrintBillRequest
}

pub(super) fn register() -> Vec<Operation> {
    vec![
        command::<OrderCreate>(create, finish_create)
            .guessing("the till takes off what loyalty gives; a wallet has to have what it pays"),
        command::<OrderAddItems>(accepted, add_items),
        command::<OrderAddCustomer>(accepted, add_customer),
        command::<OrderAddPayments>(accepted, add_payments),
        command::<OrderChangePayments>(accepted, change_payments),
        command::<OrderClose>(accepted, close),
        command::<OrderCancel>(accepted, cancel),
        command::<OrderPrintBill>(accepted, print_bill),
        typed::<OrderChangeExternalData>(change_external_data)
            .guessing("done at once, not by the till"),
        typed::<OrderInitByTable>(init_by_table),
        typed::<OrderInitByPosOrder>(init_by_pos_order),
        typed::<OrderById>(retrieval::by_id),
        typed::<OrderByTable>(retrieval::by_table).missing("organizationIds"),
    ]
}

fn create(
    world: &mut World,
    request: &CreateTableOrderRequest,
) -> Result<TableOrderResponse, Refusal> {
    let organization = world.permitted_one(request.organization_id)?;
    organization.require_terminal_group(request.terminal_group_id)?;
    let id = order_id(world, request);
    let received = world.receive(id, |world| world.received_table_order(id, request));
    Ok(TableOrderResponse {
        correlation_id: correlation_id(world),
        order_info: Some(received.info(&[])),
        ..TableOrderResponse::default()
    })
}

/// Without an id of its own the order gets the command's.
fn order_id(world: &World, request: &CreateTableOrderRequest) -> Guid {
    let own = request.order.as_ref().and_then(|order| order.id);
    own.unwrap_or(world.call.correlation_id)
}

fn finish_create(world: &mut World, request: CreateTableOrderRequest) -> Result<Finish, Failure> {
    let id = order_id(world, &request);
    let group = request.terminal_group_id;
    let created = world.create(id, |world, received| {
        world.require_open_group(request.organization_id, group)?;
        world.made_table_order(received, &request)
    })?;
    let settings = request.create_order_settings.as_ref();
    if settings.is_some_and(|it| it.service_print == Some(true)) {
        world.print_table_order(id);
    }
    Ok(created)
}

fn add_items(world: &mut World, request: AddItemsToTableOrderRequest) -> Result<Finish, Failure> {
    let settings = request.add_order_items_settings.as_ref();
    let is_printed = settings.is_some_and(|it| it.service_print == Some(true));
    let added = world.update(
        request.organization_id,
        request.order_id,
        |state: &mut TableOrderState, _, till| {
            let combos = request.combos.as_deref().unwrap_or_default();
            cheque::lines(
                &till.organization.nomenclature,
                &mut state.head.cheque,
                &request.items,
                combos,
            )
        },
    )?;
    if is_printed {
        world.print_table_order(request.order_id);
    }
    Ok(added)
}

fn add_customer(
    world: &mut World,
    request: AddCustomerToTableOrderRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = (request.organization_id, request.order_id);
    let phone = request.customer.phone.clone();
    let mut customer = regular(request.customer);
    let known = world.loyalty.guest_of(customer.id, phone.as_deref());
    let guest_id = match (known, &phone) {
        (Some(guest), _) => Some(guest.id),
        (None, Some(_)) => Some(customer.id.unwrap_or_else(Uuid::new_v4)),
        (None, None) => None,
    };
    let added = world.update(
        organization_id,
        id,
        |state: &mut TableOrderState, order, _| {
            let mut retrieved = retrieved_regular(&customer);
            if let Some(guest_id) = guest_id {
                retrieved.id = guest_id;
                state.head.cheque.reductions.guest_id = Some(guest_id);
            }
            order.customer = Some(Tagged(retrieved));
            order.phone.clone_from(&phone);
            Ok(())
        },
    )?;
    // who was refused does not become a guest
    if let Some(phone) = &phone {
        customer.id = guest_id;
        let at = world.now();
        let loyalty = &mut world.loyalty;
        loyalty.remember(phone, &customer, organization_id, at);
    }
    Ok(added)
}

/// A customer in the form that other orders have.
fn regular(customer: TableOrderCustomer) -> RegularCustomer {
    RegularCustomer {
        id: customer.id,
        name: customer.name,
        surname: customer.surname,
        comment: customer.comment,
        email: customer.email,
        gender: customer.gender,
        birthdate: customer.birthdate,
        ..RegularCustomer::default()
    }
}

fn add_payments(world: &mut World, request: AddOrderPaymentsRequest) -> Result<Finish, Failure> {
    world.update(
        request.organization_id,
        request.order_id,
        |state: &mut TableOrderState, _, till| {
            let tips = request.tips.as_deref().unwrap_or_default();
            let payments = &request.payments;
            state
                .head
                .cheque
                .pay(till.organization, &till.world.loyalty, payments, tips)
        },
    )
}

fn change_payments(world: &mut World, request: ChangePaymentsRequest) -> Result<Finish, Failure> {
    world.update(
        request.organization_id,
        request.order_id,
        |state: &mut TableOrderState, _, till| {
            let tips = request.tips.as_deref().unwrap_or_default();
            let payments = &request.payments;
            state.head.cheque.replace_payments(
                till.organization,
                &till.world.loyalty,
                payments,
                tips,
            )
        },
    )
}

fn move_to(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    status: &RetrievedOrderStatus,
) -> Result<Finish, Failure> {
    world.at_till::<TableOrderState>(organization_id, id)?;
    world.move_table_order(id, status)?;
    Ok(Finish::Done)
}

fn close(world: &mut World, request: CloseTableOrderRequest) -> Result<Finish, Failure> {
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &RetrievedOrderStatus::Closed,
    )
}

fn print_bill(world: &mut World, request: PrintBillRequest) -> Result<Finish, Failure> {
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &RetrievedOrderStatus::Bill,
    )
}

fn cancel(world: &mut World, request: CancelTableOrderRequest) -> Result<Finish, Failure> {
    if let Some(id) = request.removal_type_id
        && !world.references.removal_types.iter().any(|it| it.id == id)
    {
        return Err(Failure::new(
            ErrorCode::Incorrect,
            format!("Removal type {id} is not found."),
        ));
    }
    move_to(
        world,
        request.organization_id,
        request.order_id,
        &RetrievedOrderStatus::Deleted,
    )
}

fn change_external_data(
    world: &mut World,
    request: ChangeExternalDataRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let order = world.at_till::<TableOrderState>(request.organization_id, request.order_id);
    let order = order.map_err(|failure| Refusal::invalid_request(failure.message))?;
    external_data::put(&mut order.external_data, request.external_data);
    world.changed::<TableOrderState>(request.order_id, &Change::default());
    accepted(world, &())
}

fn init_by_table(
    world: &mut World,
    request: InitTableOrderRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    bring_in(
        world,
        request.organization_id,
        request.terminal_group_id,
        |order| {
            order
                .table_ids()
                .iter()
                .any(|id| request.table_ids.contains(id))
        },
    )
}

fn init_by_pos_order(
    world: &mut World,
    request: InitTableOrderByPosOrderRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    bring_in(
        world,
        request.organization_id,
        request.terminal_group_id,
        |order| {
            order
                .pos_id
                .is_some_and(|id| request.pos_order_ids.contains(&id))
        },
    )
}

/// Shows open orders of the till to the API. Where there is none iiko answers with 500 (`cloud-api.md` 2.2).
fn bring_in(
    world: &mut World,
    organization_id: OrganizationId,
    terminal_group_id: TerminalGroupId,
    is_meant: impl Fn(&TableOrderState) -> bool,
) -> Result<CorrelationIdResponse, Refusal> {
    world
        .permitted_one(organization_id)?
        .require_terminal_group(terminal_group_id)?;
    let mut is_any = false;
    for order in world.table_orders.known.values_mut() {
        if order.terminal_group_id == terminal_group_id && !order.is_finished() && is_meant(order) {
            order.is_in_cloud = true;
            is_any = true;
        }
    }
    match is_any {
        true => accepted(world, &()),
        false => Err(Refusal::internal()),
    }
}
