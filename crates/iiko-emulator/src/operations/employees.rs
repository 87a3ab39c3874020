//! Couriers, what they do and where they are, and personal shifts.

use chrono::TimeDelta;
use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    number::ExactDecimal,
    operations::{
        EmployeesCouriers, EmployeesCouriersActiveLocation,
        EmployeesCouriersActiveLocationByTerminal, EmployeesCouriersByRole,
        EmployeesCouriersLocationsByTimeOffset, EmployeesInfo, EmployeesShiftClockin,
        EmployeesShiftClockout, EmployeesShiftIsOpen, EmployeesShiftsByCourier,
    },
    schemas::{
        ActiveCourierLocation, ActiveCourierLocationsByTerminalGroupRequest,
        ActiveCourierLocationsResponse, ChangePersonalSessionResponse, ClosePersonalSessionRequest,
        CoordinateInfo, CourierLocations, CourierLocationsByTimeOffsetRequest,
        CourierLocationsByTimeOffsetResponse, CouriersAndCheckRoleRequest, CouriersRequest,
        Employee, EmployeeInfoRequest, EmployeeInfoResponse, EmployeeWithCheckedRole,
        EmployeesResponse, EmployeesWithRoleSignResponse, GetPersonalSessionInfoRequest,
        GetPersonalSessionInfoResponse, GetTerminalGroupsOfEmployeeRequest,
        GetTerminalGroupsOfEmployeeResponse, OpenPersonalSessionRequest,
        OrganizationItemsOfActiveCourierLocation, OrganizationItemsOfCourierLocations,
        OrganizationItemsOfEmployee, OrganizationItemsOfEmployeeWithCheckedRole, RoleCheckResult,
    },
    time::LocalTime,
};

use super::{Operation, correlation_id, typed};
use crate::{
    references::{EmployeeState, Whereabouts},
    refusal::Refusal,
    webhooks::{Happening, Subject},
    world::World,
};

/// Who was seen within this time is on his way.
const ACTIVE: TimeDelta = TimeDelta::minutes(30);

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<EmployeesCouriers>(couriers),
        typed::<EmployeesCouriersByRole>(by_role),
        typed::<EmployeesCouriersActiveLocation>(active_location)
            .guessing("a courier who was seen within half an hour is active"),
        typed::<EmployeesCouriersActiveLocationByTerminal>(active_location_by_terminal)
            .guessing("of those whose personal shift is open there"),
        typed::<EmployeesCouriersLocationsByTimeOffset>(locations),
        typed::<EmployeesInfo>(info),
        typed::<EmployeesShiftClockin>(clock_in).guessing("done at once; sentences of `error`"),
        typed::<EmployeesShiftClockout>(clock_out).guessing("done at once; sentences of `error`"),
        typed::<EmployeesShiftIsOpen>(is_open),
        typed::<EmployeesShiftsByCourier>(shifts),
    ]
}

fn working(world: &World) -> Vec<&EmployeeState> {
    world
        .references
        .employees
        .iter()
        .filter(|it| it.is_courier())
        .collect()
}

fn couriers(world: &mut World, request: CouriersRequest) -> Result<EmployeesResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let of = |id: &OrganizationId| OrganizationItemsOfEmployee {
        organization_id: Some(*id),
        items: Some(
            working(world)
                .into_iter()
                .map(|it| it.employee.clone())
                .collect(),
        ),
        ..OrganizationItemsOfEmployee::default()
    };
    let employees = request.organization_ids.iter().map(of).collect();
    Ok(EmployeesResponse {
        correlation_id: correlation_id(world),
        employees: Some(employees),
        ..EmployeesResponse::default()
    })
}

fn by_role(
    world: &mut World,
    request: CouriersAndCheckRoleRequest,
) -> Result<EmployeesWithRoleSignResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let checked = |state: &EmployeeState| {
        let Employee {
            id,
            first_name,
            middle_name,
            last_name,
            display_name,
            code,
            is_deleted,
            extra: _,
        } = state.employee.clone();
        let results = request.roles_to_check.iter().map(|role| RoleCheckResult {
            checked_role_code: Some(role.clone()),
            employee_has_role: Some(state.roles.contains(role)),
            ..RoleCheckResult::default()
        });
        EmployeeWithCheckedRole {
            check_roles_result: Some(results.collect()),
            first_name,
            middle_name,
            last_name,
            display_name,
            code,
            is_deleted,
            ..EmployeeWithCheckedRole::new(id)
        }
    };
    let of = |id: &OrganizationId| OrganizationItemsOfEmployeeWithCheckedRole {
        organization_id: Some(*id),
        items: Some(working(world).into_iter().map(checked).collect()),
        ..OrganizationItemsOfEmployeeWithCheckedRole::default()
    };
    let employees = request.organization_ids.iter().map(of).collect();
    Ok(EmployeesWithRoleSignResponse {
        correlation_id: correlation_id(world),
        employees_with_check_roles: Some(employees),
        ..EmployeesWithRoleSignResponse::default()
    })
}

/// Where couriers are who were seen lately.
fn active(world: &World, is_meant: impl Fn(&EmployeeState) -> bool) -> Vec<ActiveCourierLocation> {
    let since = world.now() - ACTIVE;
    let seen = working(world).into_iter().filter(|it| is_meant(it));
    let last = seen.filter_map(|it| Some((it, it.track.last().filter(|last| last.at >= since)?)));
    last.map(|(state, last)| ActiveCourierLocation {
        courier_id: Some(state.employee.id),
        last_active_latitude: Some(ExactDecimal(last.latitude)),
        last_active_longitude: Some(ExactDecimal(last.longitude)),
        last_active_client_date: Some(LocalTime(last.at.naive_utc())),
        ..ActiveCourierLocation::default()
    })
    .collect()
}

fn active_location(
    world: &mut World,
    request: CouriersRequest,
) -> Result<ActiveCourierLocationsResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let seen = active(world, |_| true);
    Ok(active_locations(world, &request.organization_ids, &seen))
}

fn active_location_by_terminal(
    world: &mut World,
    request: ActiveCourierLocationsByTerminalGroupRequest,
) -> Result<ActiveCourierLocationsResponse, Refusal> {
    let group = request.terminal_group_id;
    world
        .permitted_one(request.organization_id)?
        .require_terminal_group(group)?;
    let seen = active(world, |it| it.shifts.contains(&group));
    Ok(active_locations(world, &[request.organization_id], &seen))
}

fn active_locations(
    world: &World,
    ids: &[OrganizationId],
    seen: &[ActiveCourierLocation],
) -> ActiveCourierLocationsResponse {
    let of = |id: &OrganizationId| OrganizationItemsOfActiveCourierLocation {
        organization_id: Some(*id),
        items: Some(seen.to_vec()),
        ..OrganizationItemsOfActiveCourierLocation::default()
    };
    ActiveCourierLocationsResponse {
        correlation_id: correlation_id(world),
        active_courier_locations: Some(ids.iter().map(of).collect()),
        ..ActiveCourierLocationsResponse::default()
    }
}

fn locations(
    world: &mut World,
    request: CourierLocationsByTimeOffsetRequest,
) -> Result<CourierLocationsByTimeOffsetResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let offset = TimeDelta::seconds(request.offset_in_seconds.unwrap_or(3600));
    let since = world.now() - offset;
    let coordinate = |it: &Whereabouts| CoordinateInfo {
        latitude: Some(ExactDecimal(it.latitude)),
        longitude: Some(ExactDecimal(it.longitude)),
        server_timestamp: Some(it.at.timestamp_millis()),
        ..CoordinateInfo::default()
    };
    let tracks = working(world).into_iter().map(|state| CourierLocations {
        courier_id: Some(state.employee.id),
        locations: Some(
            state
                .track
                .iter()
                .filter(|it| it.at >= since)
                .map(coordinate)
                .collect(),
        ),
        ..CourierLocations::default()
    });
    let tracks: Vec<CourierLocations> = tracks.collect();
    let of = |id: &OrganizationId| OrganizationItemsOfCourierLocations {
        organization_id: Some(*id),
        items: Some(tracks.clone()),
        ..OrganizationItemsOfCourierLocations::default()
    };
    let of_all = request.organization_ids.iter().map(of).collect();
    Ok(CourierLocationsByTimeOffsetResponse {
        correlation_id: correlation_id(world),
        courier_locations: Some(of_all),
        ..CourierLocationsByTimeOffsetResponse::default()
    })
}

/// The sentence is a guess.
fn unknown(id: Guid) -> Refusal {
    Refusal::invalid_request(format!("Employee {id} is not found."))
}

fn info(world: &mut World, request: EmployeeInfoRequest) -> Result<EmployeeInfoResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let employee = world
        .references
        .employee(request.id)
        .ok_or_else(|| unknown(request.id))?;
    Ok(EmployeeInfoResponse {
        correlation_id: correlation_id(world),
        employee_info: Some(employee.info()),
        ..EmployeeInfoResponse::default()
    })
}

fn clock_in(
    world: &mut World,
    request: OpenPersonalSessionRequest,
) -> Result<ChangePersonalSessionResponse, Refusal> {
    change_shift(
        world,
        request.organization_id,
        request.terminal_group_id,
        request.employee_id,
        true,
    )
}

fn clock_out(
    world: &mut World,
    request: ClosePersonalSessionRequest,
) -> Result<ChangePersonalSessionResponse, Refusal> {
    change_shift(
        world,
        request.organization_id,
        request.terminal_group_id,
        request.employee_id,
        false,
    )
}

/// Opens or closes a shift; where there is nothing to do, the answer says so in its `error`.
fn change_shift(
    world: &mut World,
    organization_id: OrganizationId,
    terminal_group_id: TerminalGroupId,
    employee_id: Guid,
    opens: bool,
) -> Result<ChangePersonalSessionResponse, Refusal> {
    world
        .permitted_one(organization_id)?
        .require_terminal_group(terminal_group_id)?;
    let mut employees = world.references.employees.iter_mut();
    let employee = employees.find(|it| it.employee.id == employee_id);
    let employee = employee.ok_or_else(|| unknown(employee_id))?;
    let is_changed = match opens {
        true => employee.shifts.insert(terminal_group_id),
        false => employee.shifts.remove(&terminal_group_id),
    };
    if is_changed {
        let subject = Subject::Shift {
            employee_id,
            terminal_group_id,
            is_opened: opens,
        };
        world.emit(&Happening::plain(organization_id, subject));
    }
    Ok(ChangePersonalSessionResponse {
        correlation_id: correlation_id(world),
        error: match (is_changed, opens) {
            (true, _) => None,
            (false, true) => Some("Personal session is already opened.".to_owned()),
            (false, false) => Some("Personal session is not opened.".to_owned()),
        },
        ..ChangePersonalSessionResponse::default()
    })
}

fn is_open(
    world: &mut World,
    request: GetPersonalSessionInfoRequest,
) -> Result<GetPersonalSessionInfoResponse, Refusal> {
    let group = request.terminal_group_id;
    world
        .permitted_one(request.organization_id)?
        .require_terminal_group(group)?;
    let employee = world.references.employee(request.employee_id);
    let employee = employee.ok_or_else(|| unknown(request.employee_id))?;
    Ok(GetPersonalSessionInfoResponse {
        correlation_id: correlation_id(world),
        is_session_opened: Some(employee.shifts.contains(&group)),
        ..GetPersonalSessionInfoResponse::default()
    })
}

fn shifts(
    world: &mut World,
    request: GetTerminalGroupsOfEmployeeRequest,
) -> Result<GetTerminalGroupsOfEmployeeResponse, Refusal> {
    let employee = world.references.employee(request.employee_id);
    let employee = employee.ok_or_else(|| unknown(request.employee_id))?;
    Ok(GetTerminalGroupsOfEmployeeResponse {
        terminal_group_ids: Some(employee.shifts.iter().copied().collect()),
        ..GetTerminalGroupsOfEmployeeResponse::default()
    })
}
