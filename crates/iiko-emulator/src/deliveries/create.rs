//! A new delivery: what the cloud says at once, and what the till makes of it.

use chrono::TimeDelta;
use iiko_types::{
    ids::{Guid, TerminalGroupId},
    schemas::{
        CreateOrderRequest, Customer, DeliveryOrder, DeliveryStatus, ErrorCode, OrderKind,
        OrderType, RetrievedAnonymousCustomer, RetrievedCustomer, RetrievedGuestsInfo,
        RetrievedMarketingSource, RetrievedOrder,
    },
    time::{LocalTime, UtcTime},
};
use uuid::Uuid;

use super::Delivery;
use crate::{
    cheque::Cheque,
    creation::{
        asked::{no_order_type, require_phone},
        retrieved::{conception, retrieved_loyalty, retrieved_regular, retrieved_type},
    },
    failure::Failure,
    world::{Organization, World},
};

/// How long a delivery takes where nobody says.
const USUAL_DURATION: TimeDelta = TimeDelta::minutes(60);

impl World {
    /// What the cloud takes.
    pub(crate) fn received_delivery(&mut self, id: Guid, request: &CreateOrderRequest) -> Delivery {
        let order = &request.order;
        let external_number = order.external_number.clone();
        Delivery {
            head: self.new_head(id, request.organization_id, external_number),
            pos_id: None,
            terminal_group_id: request.terminal_group_id,
            source_key: self.source_key(order.source_key.as_ref()),
            received_at: self.now(),
            external_data: order.external_data.clone().unwrap_or_default(),
            order: None,
        }
    }

    /// The terminal group that gets the order: the one that was named, or the first one that answers.
    fn answering_group(&self, request: &CreateOrderRequest) -> Result<TerminalGroupId, Failure> {
        let Some(organization) = self.organization(request.organization_id) else {
            return Err(Failure::new(
                ErrorCode::OrganizationUnregistered,
                "Organization is not registered.",
            ));
        };
        let Some(id) = request.terminal_group_id else {
            let mut groups = organization.terminal_groups.iter();
            let found = groups.find(|it| !it.is_asleep && self.sees_terminal_group(it.id));
            return found.map(|group| group.id).ok_or_else(|| {
                Failure::new(
                    ErrorCode::TerminalGroupIdNotDetermined,
                    "Terminal group for the delivery is not determined.",
                )
            });
        };
        self.require_open_group(request.organization_id, id)?;
        Ok(id)
    }

    /// What the till makes of it.
    pub(crate) fn made_delivery(
        &mut self,
        received: Delivery,
        request: &CreateOrderRequest,
    ) -> Result<Delivery, Failure> {
        let asked = &request.order;
        let terminal_group_id = self.answering_group(request)?;
        let now = self.local_now(request.organization_id, Some(terminal_group_id));
        let Some(organization) = self.organization(request.organization_id) else {
            return Err(Failure::order_not_found(received.head.id));
        };
        require_phone(&asked.phone)?;
        let rules = &organization.rules;
        if asked.customer.is_none() && rules.customer_required {
            return Err(Failure::new(
                ErrorCode::AnonymousCustomerDisabled,
                "Deliveries without a customer are disabled.",
            ));
        }
        let marketing_source = self.marketing_source(organization, asked.marketing_source_id)?;
        let order_type = chosen_type(organization, asked)?;
        let delivery_point =
            self.made_point(organization, order_type, asked.delivery_point.as_ref())?;
        let settings = request.create_order_settings.as_ref();
        if settings.is_some_and(|settings| settings.check_stop_list == Some(true)) {
            organization.require_unstopped(terminal_group_id, &asked.items)?;
        }
        let complete_before = require_time(asked.complete_before, now)?;
        let guest = self
            .loyalty
            .guest_of_delivery(asked.customer.as_ref(), &asked.phone);
        let guest_id = guest.map(|guest| guest.id);
        let cheque = Cheque::of(&asked.into(), guest_id, organization, &self.loyalty)?;
        let order = RetrievedOrder {
            comment: asked.comment.clone(),
            conception: Some(conception(organization)),
            guests_info: Some(RetrievedGuestsInfo {
                count: asked.guests.as_ref().map_or(Some(1), |guests| guests.count),
                split_between_persons: Some(
                    asked
                        .guests
                        .as_ref()
                        .and_then(|it| it.split_between_persons)
                        .unwrap_or_default(),
                ),
                ..RetrievedGuestsInfo::default()
            }),
            order_type: Some(retrieved_type(order_type)),
            delivery_point,
            complete_before: Some(complete_before),
            cooking_start_time: Some(now),
            customer: asked.customer.as_ref().map(retrieved_customer),
            delivery_duration: asked.delivery_duration,
            delivery_zone: asked.delivery_zone.clone(),
            is_asap: Some(asked.complete_before.is_none()),
            is_deleted: Some(false),
            loyalty_info: Some(retrieved_loyalty(asked.loyalty_info.as_ref())),
            marketing_source,
            menu_id: asked.menu_id.clone(),
            phone: Some(asked.phone.clone()),
            phone_extension: asked.phone_extension.clone(),
            source_key: received.source_key.clone(),
            status: Some(match rules.confirmation {
                true => DeliveryStatus::Unconfirmed,
                false => DeliveryStatus::WaitCooking,
            }),
            terminal_group_id: Some(terminal_group_id),
            when_created: Some(now),
            when_confirmed: (!rules.confirmation).then_some(now),
            when_received_by_api: self.call.sent_at.map(UtcTime),
            when_received_from_front: Some(UtcTime(self.now())),
            ..RetrievedOrder::default()
        };
        let mut delivery = Delivery {
            pos_id: Some(Uuid::new_v4()),
            terminal_group_id: Some(terminal_group_id),
            order: Some(order),
            ..received
        };
        delivery.head.cheque = cheque;
        if let Some(Customer::Regular(customer)) = &asked.customer {
            let at = self.now();
            let guest_id =
                self.loyalty
                    .remember(&asked.phone, customer, request.organization_id, at);
            delivery.head.cheque.reductions.guest_id = Some(guest_id);
            if let Some(RetrievedCustomer::Regular(customer)) = delivery
                .order
                .as_mut()
                .and_then(|order| order.customer.as_mut())
            {
                customer.id = guest_id;
            }
        }
        self.deliveries.last_number += 1;
        if let Some(order) = &mut delivery.order {
            order.number = Some(self.deliveries.last_number);
        }
        Ok(delivery)
    }

    /// The source that was named, which must exist; whether one must be named is a rule of the organization.
    fn marketing_source(
        &self,
        organization: &Organization,
        id: Option<Guid>,
    ) -> Result<Option<RetrievedMarketingSource>, Failure> {
        let unknown = |sentence: String| Failure::new(ErrorCode::MarketingSourceNotFound, sentence);
        let Some(id) = id else {
            return match organization.rules.marketing_source_required {
                true => Err(unknown("Marketing source is not specified.".to_owned())),
                false => Ok(None),
            };
        };
        let mut known = self.references.marketing_sources.iter();
        let found = known
            .find(|it| it.id == id && it.organization_id == Some(organization.id))
            .ok_or_else(|| unknown(format!("Marketing source {id} is not found.")))?;
        Ok(Some(RetrievedMarketingSource {
            name: found.name.clone(),
            ..RetrievedMarketingSource::new(id)
        }))
    }
}

fn chosen_type<'o>(
    organization: &'o Organization,
    asked: &DeliveryOrder,
) -> Result<&'o OrderType, Failure> {
    match &asked.kind {
        Some(OrderKind::Type(id)) => {
            let found = organization.order_type(*id)?;
            let is_delivery = found
                .order_service_type
                .as_ref()
                .is_some_and(|it| it.as_str() != "Common");
            match is_delivery {
                true => Ok(found),
                false => Err(Failure::new(
                    ErrorCode::IncorrectOrderType,
                    "The order type is not one of deliveries.",
                )),
            }
        }
        Some(OrderKind::Service(service)) => type_of_service(organization, service.as_str()),
        None => Err(no_order_type()),
    }
}

/// The organization's own order type for a service, in the word of requests.
pub(crate) fn type_of_service<'o>(
    organization: &'o Organization,
    service: &str,
) -> Result<&'o OrderType, Failure> {
    // the dictionary has its own word for what is fetched (`cloud-api.md` 7)
    let word = match service {
        "DeliveryByClient" => "DeliveryPickUp",
        word => word,
    };
    organization.order_type_for(word)
}

pub(crate) fn require_time(asked: Option<LocalTime>, now: LocalTime) -> Result<LocalTime, Failure> {
    match asked {
        None => Ok(LocalTime(now.0 + USUAL_DURATION)),
        Some(asked) if asked.0 < now.0 => Err(Failure::new(
            ErrorCode::TooSmallDeliveryDate,
            "Delivery date is in the past.",
        )),
        Some(asked) if asked.0 > now.0 + TimeDelta::days(60) => {
            Err(Failure::common("Delivery date is more than 60 days ahead."))
        }
        Some(asked) => Ok(asked),
    }
}

fn retrieved_customer(customer: &Customer) -> RetrievedCustomer {
    match customer {
        Customer::Regular(customer) => retrieved_regular(customer).into(),
        Customer::OneTime(customer) => RetrievedAnonymousCustomer {
            name: customer.name.clone(),
            ..RetrievedAnonymousCustomer::default()
        }
        .into(),
        Customer::Other(_) => RetrievedAnonymousCustomer::default().into(),
    }
}
