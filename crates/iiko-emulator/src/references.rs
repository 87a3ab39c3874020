//! What orders refer to: causes of cancelling, sources, addresses, people, halls with their tables.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CancelCause, City, Employee, EmployeeInfo, ErrorCode, MarketingSource, Region, RemovalType,
        RestaurantSection, RetrievedEmployee, Street, Table, TipsType,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    failure::Failure,
    restrictions::Delivery,
    scenario::{
        ScenarioFile, id_of,
        references::{EmployeeSpec, EntrySpec, HallSpec},
    },
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct References {
    pub(crate) cancel_causes: Vec<CancelCause>,
    pub(crate) removal_types: Vec<RemovalType>,
    /// Of every organization.
    pub(crate) marketing_sources: Vec<MarketingSource>,
    pub(crate) tips_types: Vec<TipsType>,
    pub(crate) regions: Vec<Region>,
    pub(crate) cities: Vec<CityState>,
    pub(crate) employees: Vec<EmployeeState>,
    pub(crate) halls: Vec<Hall>,
    pub(crate) halls_revision: i64,
    pub(crate) delivery: Option<Delivery>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CityState {
    pub(crate) city: City,
    pub(crate) streets: Vec<Street>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EmployeeState {
    pub(crate) employee: Employee,
    pub(crate) phone: String,
    /// Codes.
    pub(crate) roles: Vec<String>,
    /// Terminal groups where a personal shift is open.
    pub(crate) shifts: BTreeSet<TerminalGroupId>,
    /// Where a courier was, oldest first.
    pub(crate) track: Vec<Whereabouts>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Whereabouts {
    pub(crate) at: DateTime<Utc>,
    pub(crate) latitude: Decimal,
    pub(crate) longitude: Decimal,
}

/// A hall of a terminal group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hall {
    pub(crate) organization_id: OrganizationId,
    pub(crate) section: RestaurantSection,
}

impl References {
    pub(crate) fn of_scenario(file: &ScenarioFile) -> Self {
        let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
        let spec = &file.references;
        let of = |organization: &str| OrganizationId(id("organization", organization));
        let organizations: Vec<OrganizationId> =
            file.organizations.iter().map(|it| of(&it.slug)).collect();
        Self {
            cancel_causes: entries(&spec.cancel_causes, |it| CancelCause {
                name: Some(it.name.clone()),
                is_deleted: Some(it.deleted),
                ..CancelCause::new(id("cancel-cause", &it.slug))
            }),
            removal_types: entries(&spec.removal_types, |it| RemovalType {
                name: Some(it.name.clone()),
                comment: Some(String::new()),
                can_writeoff_to_cafe: Some(true),
                can_writeoff_to_waiter: Some(false),
                can_writeoff_to_user: Some(false),
                reason_required: Some(false),
                manual: Some(true),
                is_deleted: Some(it.deleted),
                ..RemovalType::new(id("removal-type", &it.slug))
            }),
            marketing_sources: organizations
                .iter()
                .flat_map(|organization| {
                    entries(&spec.marketing_sources, |it| MarketingSource {
                        name: Some(it.name.clone()),
                        organization_id: Some(*organization),
                        external_revision: Some(1),
                        is_deleted: Some(it.deleted),
                        attached_sources: Some(Vec::new()),
                        ..MarketingSource::new(id("marketing-source", &it.slug))
                    })
                })
                .collect(),
            tips_types: entries(&spec.tips_types, |it| TipsType {
                name: Some(it.name.clone()),
                organization_ids: Some(organizations.clone()),
                order_service_types: Some(vec!["Common".into(), "DeliveryByCourier".into()]),
                payment_types_ids: Some(
                    file.payment_types
                        .iter()
                        .map(|it| it.id.unwrap_or_else(|| id("payment-type", &it.slug)))
                        .collect(),
                ),
                ..TipsType::new(id("tips-type", &it.slug))
            }),
            regions: entries(&spec.regions, |it| Region {
                name: Some(it.name.clone()),
                external_revision: Some(1),
                is_deleted: Some(it.deleted),
                ..Region::new(id("region", &it.slug))
            }),
            cities: spec
                .cities
                .iter()
                .map(|it| CityState {
                    city: City {
                        name: Some(it.name.clone()),
                        external_revision: Some(1),
                        is_deleted: Some(it.deleted),
                        ..City::new(id("city", &it.slug))
                    },
                    streets: entries(&it.streets, |street| Street {
                        name: Some(street.name.clone()),
                        external_revision: Some(1),
                        is_deleted: Some(street.deleted),
                        ..Street::new(id("street", &street.slug))
                    }),
                })
                .collect(),
            employees: spec
                .employees
                .iter()
                .map(|it| open_employee(file, it))
                .collect(),
            halls: spec.halls.iter().map(|it| open_hall(file, it)).collect(),
            halls_revision: file.revision,
            delivery: spec
                .delivery
                .as_ref()
                .map(|it| Delivery::of_scenario(file, it)),
        }
    }

    /// The name of a cause, or the failure of a command that refers to it.
    pub(crate) fn cancel_cause(&self, id: Guid) -> Result<String, Failure> {
        let found = self
            .cancel_causes
            .iter()
            .find(|it| it.id == id && it.is_deleted != Some(true));
        match found {
            Some(cause) => Ok(cause.name.clone().unwrap_or_default()),
            None => Err(Failure::new(
                ErrorCode::Incorrect,
                format!("Cancel cause {id} is not found."),
            )),
        }
    }

    pub(crate) fn employee(&self, id: Guid) -> Option<&EmployeeState> {
        self.employees.iter().find(|it| it.employee.id == id)
    }

    /// An employee as orders carry one.
    pub(crate) fn retrieved_employee(&self, id: Guid) -> Option<RetrievedEmployee> {
        let found = self.employee(id)?;
        Some(RetrievedEmployee {
            name: found.employee.display_name.clone(),
            phone: Some(found.phone.clone()),
            ..RetrievedEmployee::new(id)
        })
    }

    /// A street by the ways an address may name it.
    pub(crate) fn street(
        &self,
        id: Option<Guid>,
        name: Option<&str>,
    ) -> Option<(&CityState, &Street)> {
        let mut all = self
            .cities
            .iter()
            .flat_map(|city| city.streets.iter().map(move |street| (city, street)));
        all.find(|(_, street)| match (id, name) {
            (Some(id), _) => street.id == id,
            (None, Some(name)) => street.name.as_deref() == Some(name),
            (None, None) => false,
        })
    }

    /// What the staff call a table.
    pub(crate) fn table_name(&self, id: Guid) -> &str {
        let halls = self.halls.iter();
        let mut tables = halls.flat_map(|hall| hall.section.tables.iter().flatten());
        let found = tables.find(|table| table.id == id);
        found.and_then(|it| it.name.as_deref()).unwrap_or("?")
    }

    /// The hall of an organization that has the table.
    pub(crate) fn hall_of_table(
        &self,
        organization_id: OrganizationId,
        table_id: Guid,
    ) -> Option<&Hall> {
        self.halls.iter().find(|hall| {
            hall.organization_id == organization_id
                && hall
                    .section
                    .tables
                    .iter()
                    .flatten()
                    .any(|table| table.id == table_id)
        })
    }
}

impl EmployeeState {
    pub(crate) fn is_courier(&self) -> bool {
        self.roles.iter().any(|role| role == "COURIER")
    }

    pub(crate) fn info(&self) -> EmployeeInfo {
        let employee = &self.employee;
        EmployeeInfo {
            first_name: employee.first_name.clone(),
            middle_name: employee.middle_name.clone(),
            last_name: employee.last_name.clone(),
            display_name: employee.display_name.clone(),
            cell_phone: Some(self.phone.clone()),
            ..EmployeeInfo::new(employee.id)
        }
    }
}

fn entries<T>(specs: &[EntrySpec], open: impl Fn(&EntrySpec) -> T) -> Vec<T> {
    specs.iter().map(open).collect()
}

fn open_employee(file: &ScenarioFile, spec: &EmployeeSpec) -> EmployeeState {
    let id = spec
        .id
        .unwrap_or_else(|| id_of(&file.name, "employee", &spec.slug));
    EmployeeState {
        employee: Employee {
            first_name: Some(spec.first.clone()),
            last_name: Some(spec.last.clone()),
            display_name: Some(format!("{} {}", spec.first, spec.last)),
            code: Some(spec.code.clone()),
            is_deleted: Some(spec.deleted),
            ..Employee::new(id)
        },
        phone: spec.phone.clone(),
        roles: spec.roles.clone(),
        shifts: BTreeSet::new(),
        track: Vec::new(),
    }
}

fn open_hall(file: &ScenarioFile, spec: &HallSpec) -> Hall {
    let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
    let place = format!("{}/{}", spec.organization, spec.terminal_group);
    let tables = spec.seats.iter().zip(1..).map(|(seats, number): (_, i64)| {
        let slug = format!("{place}/{}/{number}", spec.hall.slug);
        Table {
            number: Some(number),
            name: Some(format!("Стол {number}")),
            seating_capacity: Some(*seats),
            revision: Some(file.revision),
            is_deleted: Some(false),
            pos_id: Some(id("pos-table", &slug)),
            ..Table::new(id("table", &slug))
        }
    });
    Hall {
        organization_id: OrganizationId(id("organization", &spec.organization)),
        section: RestaurantSection {
            name: Some(spec.hall.name.clone()),
            terminal_group_id: Some(TerminalGroupId(id("terminal-group", &place))),
            tables: Some(tables.collect()),
            ..RestaurantSection::new(id("hall", &format!("{place}/{}", spec.hall.slug)))
        },
    }
}
