//! Reserves and banquets.

use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{
        ReserveAddItems, ReserveAddPayments, ReserveCancel, ReserveChangeEstimatedStartTime,
        ReserveChangeItems, ReserveChangeTables, ReserveCreate, ReserveRestaurantSectionsWorkload,
        ReserveStatusById,
    },
    schemas::{
        AddOrderItemsToBanquetRequest, AddOrderPaymentsToBanquetRequest, CancelReserveRequest,
        ChangeBanquetOrderItemsRequest, ChangeReserveEstimatedStartTimeRequest,
        ChangeReserveTablesRequest, CreateReserveRequest, GetRestaurantSectionsWorkloadRequest,
        GetRestaurantSectionsWorkloadResponse, Reserve, ReserveInWorkload, ReserveResponse,
        ReserveStatus, ReservesByIdRequest, ReservesResponse,
    },
    time::LocalTime,
};

use super::{Operation, accepted, command, correlation_id, of_organization, typed};
use crate::{
    cheque::{self, Cheque},
    creation::Till,
    failure::{Failure, Finish},
    refusal::Refusal,
    reserves::ReserveState,
    world::World,
};

of_organization! {
    AddOrderItemsToBanquetRequest
    AddOrderPaymentsToBanquetRequest
    CancelReserveRequest
    ChangeBanquetOrderItemsRequest
    ChangeReserveEstimatedStartTimeRequest
    ChangeReserveTablesRequest
    CreateReserveRequest
}

pub(super) fn register() -> Vec<Operation> {
    vec![
        command::<ReserveCreate>(create, finish_create)
            .guessing("a table is not reserved twice for the same time"),
        command::<ReserveAddItems>(accepted, add_items),
        command::<ReserveAddPayments>(accepted, add_payments),
        command::<ReserveChangeItems>(accepted, change_items),
        command::<ReserveChangeTables>(accepted, change_tables),
        command::<ReserveChangeEstimatedStartTime>(accepted, change_start),
        command::<ReserveCancel>(accepted, cancel),
        typed::<ReserveStatusById>(status_by_id),
        typed::<ReserveRestaurantSectionsWorkload>(workload),
    ]
}

fn create(world: &mut World, request: &CreateReserveRequest) -> Result<ReserveResponse, Refusal> {
    let id = request.id.unwrap_or(world.call.correlation_id);
    let received = world.receive(id, |world| world.received_reserve(id, request));
    Ok(ReserveResponse {
        correlation_id: correlation_id(world),
        reserve_info: Some(received.info()),
        ..ReserveResponse::default()
    })
}

fn finish_create(world: &mut World, request: CreateReserveRequest) -> Result<Finish, Failure> {
    let id = request.id.unwrap_or(world.call.correlation_id);
    world.create(id, |world, received| world.made_reserve(received, &request))
}

/// Changes a reserve, and when it begins by itself.
fn update(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    change: impl FnOnce(&mut ReserveState, &mut Reserve, &Till<'_>) -> Result<(), Failure>,
) -> Result<Finish, Failure> {
    let finish = world.update(organization_id, id, change)?;
    world.let_reserve_live(id);
    Ok(finish)
}

fn require_banquet(reserve: &Reserve) -> Result<(), Failure> {
    match reserve.order {
        Some(_) => Ok(()),
        None => Err(Failure::common(
            "The reserve has no order: it is not a banquet.",
        )),
    }
}

fn add_items(world: &mut World, request: AddOrderItemsToBanquetRequest) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, till| {
        require_banquet(reserve)?;
        let menu = &till.organization.nomenclature;
        let combos = request.combos.as_deref().unwrap_or_default();
        cheque::lines(menu, &mut state.head.cheque, &request.items, combos)
    })
}

fn change_items(
    world: &mut World,
    request: ChangeBanquetOrderItemsRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, till| {
        require_banquet(reserve)?;
        let menu = &till.organization.nomenclature;
        state.head.cheque = Cheque {
            items: Vec::new(),
            combos: Vec::new(),
            ..state.head.cheque.clone()
        };
        let items = request.items.as_deref().unwrap_or_default();
        let combos = request.combos.as_deref().unwrap_or_default();
        cheque::lines(menu, &mut state.head.cheque, items, combos)
    })
}

fn add_payments(
    world: &mut World,
    request: AddOrderPaymentsToBanquetRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, till| {
        require_banquet(reserve)?;
        let (organization, loyalty) = (till.organization, &till.world.loyalty);
        state
            .head
            .cheque
            .pay(organization, loyalty, &request.payments, &[])
    })
}

fn change_tables(
    world: &mut World,
    request: ChangeReserveTablesRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, till| {
        let (Some(start), Some(minutes)) =
            (reserve.estimated_start_time, reserve.duration_in_minutes)
        else {
            return Err(Failure::order_not_found(state.head.id));
        };
        till.world
            .require_free(id, state.head.id, &request.table_ids, start, minutes)?;
        reserve.table_ids = Some(request.table_ids);
        Ok(())
    })
}

fn change_start(
    world: &mut World,
    request: ChangeReserveEstimatedStartTimeRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, till| {
        let tables = reserve.table_ids.clone().unwrap_or_default();
        let minutes = reserve.duration_in_minutes.unwrap_or_default();
        let start = request.new_estimated_start_time;
        till.world
            .require_free(id, state.head.id, &tables, start, minutes)?;
        reserve.estimated_start_time = Some(start);
        Ok(())
    })
}

fn cancel(world: &mut World, request: CancelReserveRequest) -> Result<Finish, Failure> {
    let (id, reason) = (request.organization_id, request.cancel_reason);
    update(world, id, request.reserve_id, |_, reserve, _| {
        reserve.status = Some(ReserveStatus::Closed);
        reserve.cancel_reason = Some(reason);
        Ok(())
    })
}

fn status_by_id(
    world: &mut World,
    request: ReservesByIdRequest,
) -> Result<ReservesResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let known = world.reserves.known.values().filter(|it| {
        it.head.organization_id == request.organization_id
            && request.reserve_ids.contains(&it.head.id)
    });
    let reserves = known.map(ReserveState::info).collect();
    Ok(ReservesResponse {
        correlation_id: correlation_id(world),
        reserves: Some(reserves),
        ..ReservesResponse::default()
    })
}

/// What is reserved in these halls, by local time. Halls of organizations that the login does not see have nothing.
fn workload(
    world: &mut World,
    request: GetRestaurantSectionsWorkloadRequest,
) -> Result<GetRestaurantSectionsWorkloadResponse, Refusal> {
    let visible: Vec<OrganizationId> = world.visible().map(|it| it.id).collect();
    let halls = world.references.halls.iter().filter(|hall| {
        visible.contains(&hall.organization_id)
            && request.restaurant_section_ids.contains(&hall.section.id)
    });
    let tables: Vec<Guid> = halls
        .flat_map(|hall| hall.section.tables.iter().flatten())
        .map(|table| table.id)
        .collect();
    let is_meant = |ids: &[Guid], start: LocalTime, end: LocalTime| {
        ids.iter().any(|id| tables.contains(id))
            && end > request.date_from
            && request.date_to.is_none_or(|to| start <= to)
    };
    let reserves = world.reserves.known.values().filter_map(|state| {
        let (ids, start, end) = state.span()?;
        let reserve = state.reserve.as_ref()?;
        is_meant(ids, start, end).then(|| ReserveInWorkload {
            duration_in_minutes: reserve.duration_in_minutes,
            estimated_start_time: Some(start),
            guests_count: reserve.guests_count,
            table_ids: Some(ids.to_vec()),
            ..ReserveInWorkload::new(state.head.id)
        })
    });
    let reserves = reserves.collect();
    Ok(GetRestaurantSectionsWorkloadResponse {
        correlation_id: correlation_id(world),
        reserves: Some(reserves),
        ..GetRestaurantSectionsWorkloadResponse::default()
    })
}
