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
        ChangeReserveTablesRequest, CreateReserveRequest, CreationStatus, ErrorCode,
        GetRestaurantSectionsWorkloadRequest, GetRestaurantSectionsWorkloadResponse, Reserve,
        ReserveInWorkload, ReserveInfo, ReserveResponse, ReserveStatus, ReservesByIdRequest,
        ReservesResponse,
    },
    time::LocalTime,
};

use super::{Operation, accepted, command, correlation_id, of_organization, typed};
use crate::{
    cheque::{self, Cheque},
    failure::{Failure, Finish},
    refusal::Refusal,
    reserves::ReserveState,
    world::{Organization, World},
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
    let reserve_info = match world.reserves.known.get(&id) {
        Some(known) => ReserveInfo {
            creation_status: Some(CreationStatus::Error),
            error_info: Some(duplicated(id).error_info()),
            reserve: None,
            ..known.info()
        },
        None => {
            world.receive_reserve(id, request);
            world.reserves.known[&id].info()
        }
    };
    Ok(ReserveResponse {
        correlation_id: correlation_id(world),
        reserve_info: Some(reserve_info),
        ..ReserveResponse::default()
    })
}

fn duplicated(id: Guid) -> Failure {
    Failure::new(
        ErrorCode::DuplicatedReserveId,
        format!("Reserve with id {id} already exists."),
    )
}

fn finish_create(world: &mut World, request: CreateReserveRequest) -> Result<Finish, Failure> {
    let id = request.id.unwrap_or(world.call.correlation_id);
    let known = world.reserves.known.get(&id);
    match known.is_some_and(|it| it.created_by.0 == world.call.correlation_id) {
        true => world.create_reserve(id, &request),
        false => Err(duplicated(id)),
    }
}

/// Changes a reserve whose guests have not come yet: wholly, or not at all.
fn update(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    change: impl FnOnce(&mut ReserveState, &mut Reserve, &World) -> Result<(), Failure>,
) -> Result<Finish, Failure> {
    let known = world.reserves.known.get(&id);
    let known = known.filter(|it| it.organization_id == organization_id && it.reserve.is_some());
    let Some(mut state) = known.cloned() else {
        return Err(Failure::order_not_found(id));
    };
    if !state.is_new() {
        return Err(Failure::common("Only a new reserve can be changed."));
    }
    let Some(mut reserve) = state.reserve.take() else {
        return Err(Failure::order_not_found(id));
    };
    change(&mut state, &mut reserve, world)?;
    if let Ok(organization) = banquet(&reserve, world, organization_id) {
        state.cheque.discount(organization, &world.loyalty)?;
    }
    state.reserve = Some(reserve);
    world.reserves.known.insert(id, state);
    world.reserve_changed(id);
    world.let_reserve_live(id);
    Ok(Finish::Done)
}

fn banquet<'w>(
    reserve: &Reserve,
    world: &'w World,
    organization_id: OrganizationId,
) -> Result<&'w Organization, Failure> {
    match (&reserve.order, world.organization(organization_id)) {
        (Some(_), Some(organization)) => Ok(organization),
        _ => Err(Failure::common(
            "The reserve has no order: it is not a banquet.",
        )),
    }
}

fn add_items(world: &mut World, request: AddOrderItemsToBanquetRequest) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, world| {
        let menu = &banquet(reserve, world, id)?.nomenclature;
        let combos = request.combos.as_deref().unwrap_or_default();
        cheque::lines(menu, &mut state.cheque, &request.items, combos)
    })
}

fn change_items(
    world: &mut World,
    request: ChangeBanquetOrderItemsRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, world| {
        let menu = &banquet(reserve, world, id)?.nomenclature;
        state.cheque = Cheque {
            items: Vec::new(),
            combos: Vec::new(),
            ..state.cheque.clone()
        };
        let items = request.items.as_deref().unwrap_or_default();
        let combos = request.combos.as_deref().unwrap_or_default();
        cheque::lines(menu, &mut state.cheque, items, combos)
    })
}

fn add_payments(
    world: &mut World,
    request: AddOrderPaymentsToBanquetRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, world| {
        let organization = banquet(reserve, world, id)?;
        let payments = &request.payments;
        state
            .cheque
            .pay(organization, &world.loyalty, payments, &[])
    })
}

fn change_tables(
    world: &mut World,
    request: ChangeReserveTablesRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, world| {
        let (Some(start), Some(minutes)) =
            (reserve.estimated_start_time, reserve.duration_in_minutes)
        else {
            return Err(Failure::order_not_found(state.id));
        };
        world.require_free(id, state.id, &request.table_ids, start, minutes)?;
        reserve.table_ids = Some(request.table_ids);
        Ok(())
    })
}

fn change_start(
    world: &mut World,
    request: ChangeReserveEstimatedStartTimeRequest,
) -> Result<Finish, Failure> {
    let id = request.organization_id;
    update(world, id, request.reserve_id, |state, reserve, world| {
        let tables = reserve.table_ids.clone().unwrap_or_default();
        let minutes = reserve.duration_in_minutes.unwrap_or_default();
        let start = request.new_estimated_start_time;
        world.require_free(id, state.id, &tables, start, minutes)?;
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
        it.organization_id == request.organization_id && request.reserve_ids.contains(&it.id)
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
            ..ReserveInWorkload::new(state.id)
        })
    });
    let reserves = reserves.collect();
    Ok(GetRestaurantSectionsWorkloadResponse {
        correlation_id: correlation_id(world),
        reserves: Some(reserves),
        ..GetRestaurantSectionsWorkloadResponse::default()
    })
}
