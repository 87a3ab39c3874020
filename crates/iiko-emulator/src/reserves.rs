//! Reserves of tables, and banquets: reserves with an order. When they begin and end stands in [`life`].

mod life;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateReserveRequest, ErrorCode, Reserve, ReserveInfo, ReserveStatus, RetrievedGuestsInfo,
        RetrievedReserveOrder,
    },
    time::LocalTime,
};
use serde::{Deserialize, Serialize};

use crate::{
    cheque::Cheque,
    creation::{
        Head, Kind,
        asked::require_phone,
        head_info,
        retrieved::{conception, retrieved_loyalty, retrieved_regular},
        with_cheque,
    },
    failure::Failure,
    schedule::Step,
    webhooks::Subject,
    world::World,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reserves {
    pub(crate) known: BTreeMap<Guid, ReserveState>,
}

/// One reserve, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReserveState {
    pub(crate) head: Head,
    pub(crate) terminal_group_id: Option<TerminalGroupId>,
    /// Once the till has taken it; the lines of its order are in the cheque.
    pub(crate) reserve: Option<Reserve>,
}

impl ReserveState {
    /// The tables and the time they are taken, while the reserve counts.
    pub(crate) fn span(&self) -> Option<(&[Guid], LocalTime, LocalTime)> {
        let reserve = self.reserve.as_ref()?;
        if reserve.status == Some(ReserveStatus::Closed) {
            return None;
        }
        let start = reserve.estimated_start_time?;
        let minutes = TimeDelta::minutes(reserve.duration_in_minutes.unwrap_or_default());
        Some((
            reserve.table_ids.as_deref()?,
            start,
            LocalTime(start.0 + minutes),
        ))
    }

    pub(crate) fn info(&self) -> ReserveInfo {
        ReserveInfo {
            is_deleted: Some(false),
            reserve: self.reserve.as_ref().map(|reserve| Reserve {
                order: reserve
                    .order
                    .as_ref()
                    .map(|order| with_cheque!(RetrievedReserveOrder, order, self.head.cheque)),
                ..reserve.clone()
            }),
            ..head_info!(ReserveInfo, self.head)
        }
    }
}

impl Kind for ReserveState {
    type Order = Reserve;

    fn all(world: &mut World) -> &mut BTreeMap<Guid, Self> {
        &mut world.reserves.known
    }

    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn order_mut(&mut self) -> &mut Option<Reserve> {
        &mut self.reserve
    }

    fn is_made(&self) -> bool {
        self.reserve.is_some()
    }

    fn terminal_group_id(&self) -> Option<TerminalGroupId> {
        self.terminal_group_id
    }

    fn is_finished(&self) -> bool {
        self.status() == Some(&ReserveStatus::Closed)
    }

    /// Only as long as the guests have not come.
    fn require_open(&self) -> Result<(), Failure> {
        match self.status() {
            Some(ReserveStatus::New) => Ok(()),
            _ => Err(Failure::common("Only a new reserve can be changed.")),
        }
    }

    fn has_cheque(reserve: &Reserve) -> bool {
        reserve.order.is_some()
    }

    fn duplicated(id: Guid) -> Failure {
        Failure::new(
            ErrorCode::DuplicatedReserveId,
            format!("Reserve with id {id} already exists."),
        )
    }

    fn subject(id: Guid) -> Subject {
        Subject::Reserve(id)
    }

    /// Nobody can wait for some statuses only.
    fn status_word(&self) -> Option<String> {
        None
    }

    fn step(id: Guid) -> Step {
        Step::Reserve(id)
    }

    fn let_live(world: &mut World, id: Guid) {
        world.let_reserve_live(id);
    }
}

impl World {
    /// What the cloud takes.
    pub(crate) fn received_reserve(
        &mut self,
        id: Guid,
        request: &CreateReserveRequest,
    ) -> ReserveState {
        let external_number = request.external_number.clone();
        ReserveState {
            head: self.new_head(id, request.organization_id, external_number),
            terminal_group_id: request.terminal_group_id,
            reserve: None,
        }
    }

    /// What the till makes of it.
    pub(crate) fn made_reserve(
        &self,
        mut received: ReserveState,
        request: &CreateReserveRequest,
    ) -> Result<ReserveState, Failure> {
        let id = received.head.id;
        let organization_id = request.organization_id;
        let Some(organization) = self.organization(organization_id) else {
            return Err(Failure::order_not_found(id));
        };
        if let Some(group) = request.terminal_group_id {
            self.require_open_group(organization_id, group)?;
        }
        require_phone(&request.phone)?;
        self.require_free(
            organization_id,
            id,
            &request.table_ids,
            request.estimated_start_time,
            request.duration_in_minutes,
        )?;
        let order = match &request.order {
            None => None,
            Some(asked) => {
                let settings = request.create_reserve_settings.as_ref();
                let checks = settings.is_some_and(|it| it.check_stop_list == Some(true));
                if let Some(group) = request.terminal_group_id.filter(|_| checks) {
                    organization.require_unstopped(group, &asked.items)?;
                }
                let guest = self
                    .loyalty
                    .guest_of(request.customer.0.id, Some(&request.phone));
                let guest_id = guest.map(|guest| guest.id);
                received.head.cheque =
                    Cheque::of(&asked.into(), guest_id, organization, &self.loyalty)?;
                Some(RetrievedReserveOrder {
                    conception: Some(conception(organization)),
                    guests_info: Some(RetrievedGuestsInfo {
                        count: Some(guests(request)),
                        split_between_persons: Some(false),
                        ..RetrievedGuestsInfo::default()
                    }),
                    loyalty_info: Some(retrieved_loyalty(asked.loyalty_info.as_ref())),
                    menu_id: asked.menu_id.clone(),
                    source_key: asked.source_key.clone(),
                    terminal_group_id: request.terminal_group_id,
                    ..RetrievedReserveOrder::default()
                })
            }
        };
        let reserve = Reserve {
            comment: request.comment.clone(),
            customer: Some(retrieved_regular(&request.customer.0).into()),
            duration_in_minutes: Some(request.duration_in_minutes),
            estimated_start_time: Some(request.estimated_start_time),
            event_type: request.event_type.clone(),
            guests_count: Some(guests(request)),
            order,
            phone: Some(request.phone.clone()),
            should_remind: Some(request.should_remind),
            status: Some(ReserveStatus::New),
            table_ids: Some(request.table_ids.clone()),
            ..Reserve::default()
        };
        Ok(ReserveState {
            reserve: Some(reserve),
            ..received
        })
    }

    /// Whether the tables are there, and nobody else's at that time, which lies within the next 90 days.
    pub(crate) fn require_free(
        &self,
        organization_id: OrganizationId,
        id: Guid,
        table_ids: &[Guid],
        start: LocalTime,
        minutes: i64,
    ) -> Result<(), Failure> {
        if table_ids.is_empty() {
            return Err(Failure::new(
                ErrorCode::Incorrect,
                "A reserve needs a table.",
            ));
        }
        for table_id in table_ids {
            self.require_table(organization_id, *table_id)?;
        }
        let reserve = self.reserves.known.get(&id);
        let group = reserve.and_then(|it| it.terminal_group_id);
        let now = self.local_now(organization_id, group);
        if start.0 < now.0 || start.0 > now.0 + TimeDelta::days(90) {
            return Err(Failure::new(
                ErrorCode::Incorrect,
                "Estimated start time should be from now to 90 days ahead.",
            ));
        }
        let end = LocalTime(start.0 + TimeDelta::minutes(minutes));
        let others = self.reserves.known.values().filter(|it| it.head.id != id);
        let is_taken = others
            .filter_map(ReserveState::span)
            .any(|(tables, from, to)| {
                from < end && start < to && tables.iter().any(|table| table_ids.contains(table))
            });
        match is_taken {
            false => Ok(()),
            true => Err(Failure::new(
                ErrorCode::EntityAlreadyInUse,
                "A table is reserved at this time already.",
            )),
        }
    }
}

fn guests(request: &CreateReserveRequest) -> i64 {
    let guests = request.guests.as_ref().map(|guests| guests.count);
    guests.or(request.guests_count).unwrap_or(1)
}
