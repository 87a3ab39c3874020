//! Reserves of tables, and banquets: reserves with an order. When they begin and end stands in [`life`].

mod life;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateReserveRequest, CreationStatus, ErrorCode, ErrorInfo, Reserve, ReserveInfo,
        ReserveStatus, RetrievedGuestsInfo, RetrievedReserveOrder,
    },
    time::LocalTime,
};
use serde::{Deserialize, Serialize};

use crate::{
    cheque::{Cheque, Ordered, exact},
    deliveries::create::{conception, require_phone, retrieved_loyalty},
    failure::{Failure, Finish},
    tables::create::retrieved_regular,
    webhooks::{Happening, Subject},
    world::World,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reserves {
    pub(crate) known: BTreeMap<Guid, ReserveState>,
}

/// One reserve, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReserveState {
    pub(crate) id: Guid,
    pub(crate) external_number: Option<String>,
    pub(crate) organization_id: OrganizationId,
    pub(crate) terminal_group_id: Option<TerminalGroupId>,
    pub(crate) created_by: CorrelationId,
    pub(crate) revision: i64,
    pub(crate) creation_status: CreationStatus,
    pub(crate) error: Option<ErrorInfo>,
    pub(crate) cheque: Cheque,
    /// Once the till has taken it; the lines of its order are in `cheque`.
    pub(crate) reserve: Option<Reserve>,
}

impl ReserveState {
    pub(crate) fn is_new(&self) -> bool {
        self.reserve
            .as_ref()
            .is_some_and(|it| it.status == Some(ReserveStatus::New))
    }

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

    /// It could not be created.
    pub(crate) fn refuse(&mut self, failure: &Failure) {
        self.creation_status = CreationStatus::Error;
        self.error = Some(failure.error_info());
    }

    pub(crate) fn info(&self) -> ReserveInfo {
        ReserveInfo {
            creation_status: Some(self.creation_status.clone()),
            error_info: self.error.clone(),
            external_number: self.external_number.clone(),
            is_deleted: Some(false),
            organization_id: Some(self.organization_id),
            reserve: self.reserve.as_ref().map(|reserve| self.view(reserve)),
            timestamp: Some(self.revision),
            ..ReserveInfo::new(self.id)
        }
    }

    fn view(&self, reserve: &Reserve) -> Reserve {
        let Cheque {
            items,
            combos,
            payments,
            tips,
            discounts,
            reductions: _,
            bonuses: _,
            is_settled: _,
        } = self.cheque.clone();
        let order = reserve.order.as_ref().map(|order| RetrievedReserveOrder {
            items: Some(items),
            combos: Some(combos),
            payments: Some(payments),
            tips: Some(tips),
            discounts: Some(discounts),
            sum: exact(self.cheque.sum()),
            processed_payments_sum: exact(self.cheque.processed()),
            ..order.clone()
        });
        Reserve {
            order,
            ..reserve.clone()
        }
    }
}

impl World {
    pub(crate) fn receive_reserve(&mut self, id: Guid, request: &CreateReserveRequest) {
        let reserve = ReserveState {
            id,
            external_number: request.external_number.clone(),
            organization_id: request.organization_id,
            terminal_group_id: request.terminal_group_id,
            created_by: CorrelationId(self.call.correlation_id),
            revision: self.next_revision(),
            creation_status: CreationStatus::InProgress,
            error: None,
            cheque: Cheque::default(),
            reserve: None,
        };
        self.reserves.known.insert(id, reserve);
    }

    /// The till takes the reserve or refuses it.
    pub(crate) fn create_reserve(
        &mut self,
        id: Guid,
        request: &CreateReserveRequest,
    ) -> Result<Finish, Failure> {
        let result = match self.made_reserve(id, request) {
            Ok(made) => {
                self.reserves.known.insert(id, made);
                Ok(Finish::Done)
            }
            Err(failure) => {
                if let Some(reserve) = self.reserves.known.get_mut(&id) {
                    reserve.refuse(&failure);
                }
                Err(failure)
            }
        };
        self.reserve_changed(id);
        self.let_reserve_live(id);
        result
    }

    fn made_reserve(
        &self,
        id: Guid,
        request: &CreateReserveRequest,
    ) -> Result<ReserveState, Failure> {
        let organization_id = request.organization_id;
        let (Some(received), Some(organization)) = (
            self.reserves.known.get(&id),
            self.organization(organization_id),
        ) else {
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
        let mut cheque = Cheque::default();
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
                let ordered = Ordered {
                    items: &asked.items,
                    combos: asked.combos.as_deref(),
                    payments: asked.payments.as_deref(),
                    tips: asked.tips.as_deref(),
                    discounts_info: asked.discounts_info.as_ref(),
                    loyalty_info: asked.loyalty_info.as_ref(),
                    guest_id: guest.map(|guest| guest.id),
                };
                cheque = Cheque::of(&ordered, organization, &self.loyalty)?;
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
            creation_status: CreationStatus::Success,
            cheque,
            reserve: Some(reserve),
            ..received.clone()
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
        let others = self.reserves.known.values().filter(|it| it.id != id);
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

    pub(crate) fn reserve_changed(&mut self, id: Guid) {
        let revision = self.next_revision();
        let Some(reserve) = self.reserves.known.get_mut(&id) else {
            return;
        };
        reserve.revision = revision;
        let happening = Happening {
            is_error: reserve.creation_status == CreationStatus::Error,
            ..Happening::plain(reserve.organization_id, Subject::Reserve(id))
        };
        self.emit(&happening);
    }
}

fn guests(request: &CreateReserveRequest) -> i64 {
    let guests = request.guests.as_ref().map(|guests| guests.count);
    guests.or(request.guests_count).unwrap_or(1)
}
