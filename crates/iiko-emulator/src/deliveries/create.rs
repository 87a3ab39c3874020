//! A new delivery: what the cloud says at once, and what the till makes of it.

use chrono::TimeDelta;
use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateOrderRequest, CreationStatus, Customer, DeliveryOrder, DeliveryStatus, ErrorCode,
        LoyaltyInfo, OrderKind, OrderServiceType, OrderType, RetrievedAnonymousCustomer,
        RetrievedConception, RetrievedCustomer, RetrievedGuestsInfo, RetrievedLoyaltyInfo,
        RetrievedMarketingSource, RetrievedOrder, RetrievedOrderType, RetrievedRegularCustomer,
    },
    time::{LocalTime, UtcTime},
};
use uuid::Uuid;

use super::{Change, Delivery};
use crate::{
    cheque::{Cheque, Ordered},
    failure::{Failure, Finish},
    world::{Organization, World},
};

/// How long a delivery takes where nobody says.
const USUAL_DURATION: TimeDelta = TimeDelta::minutes(60);

impl World {
    /// The cloud takes the order: it exists from now on, whatever the till will say. Its id is the request's, or new.
    pub(crate) fn receive_delivery(&mut self, id: Guid, request: &CreateOrderRequest) {
        let order = &request.order;
        let revision = self.next_revision();
        let stamp = self.calling_login().and_then(|login| login.source.clone());
        let source_key = stamp.or_else(|| order.source_key.clone());
        let delivery = Delivery {
            id,
            pos_id: None,
            external_number: order.external_number.clone(),
            organization_id: request.organization_id,
            terminal_group_id: request.terminal_group_id,
            source_key,
            received_at: self.now(),
            created_by: CorrelationId(self.call.correlation_id),
            revision,
            creation_status: CreationStatus::InProgress,
            error: None,
            cheque: Cheque::default(),
            external_data: order.external_data.clone().unwrap_or_default(),
            order: None,
        };
        self.deliveries.known.insert(id, delivery);
    }

    /// The till takes the order or refuses it.
    pub(crate) fn create_delivery(
        &mut self,
        id: Guid,
        request: &CreateOrderRequest,
    ) -> Result<Finish, Failure> {
        let made = match self.answering_group(request) {
            Ok(group) => self.made_delivery(id, request, group),
            Err(failure) => Err(failure),
        };
        let result = match made {
            Ok(made) => {
                self.deliveries.known.insert(id, made);
                Ok(Finish::Done)
            }
            Err(failure) => {
                if let Some(delivery) = self.deliveries.known.get_mut(&id) {
                    delivery.refuse(&failure);
                }
                Err(failure)
            }
        };
        self.delivery_changed(id, &Change::created(result.is_ok()));
        self.let_live(id);
        result
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

    /// Whether a terminal group takes what the calling login creates.
    pub(crate) fn require_open_group(
        &self,
        organization_id: OrganizationId,
        id: TerminalGroupId,
    ) -> Result<(), Failure> {
        let organization = self.organization(organization_id);
        if organization.is_none_or(|it| it.terminal_group(id).is_none()) {
            return Err(Failure::terminal_group_unregistered(id));
        }
        match self.sees_terminal_group(id) {
            true => Ok(()),
            false => Err(Failure::terminal_group_disabled(id)),
        }
    }

    fn made_delivery(
        &mut self,
        id: Guid,
        request: &CreateOrderRequest,
        terminal_group_id: TerminalGroupId,
    ) -> Result<Delivery, Failure> {
        let asked = &request.order;
        let now = self.local_now(request.organization_id, Some(terminal_group_id));
        let Some(organization) = self.organization(request.organization_id) else {
            return Err(Failure::order_not_found(id));
        };
        let Some(received) = self.deliveries.known.get(&id) else {
            return Err(Failure::order_not_found(id));
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
        let ordered = Ordered {
            items: &asked.items,
            combos: asked.combos.as_deref(),
            payments: asked.payments.as_deref(),
            tips: asked.tips.as_deref(),
            discounts_info: asked.discounts_info.as_ref(),
            loyalty_info: asked.loyalty_info.as_ref(),
            guest_id: guest.map(|guest| guest.id),
        };
        let cheque = Cheque::of(&ordered, organization, &self.loyalty)?;
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
            creation_status: CreationStatus::Success,
            cheque,
            order: Some(order),
            ..received.clone()
        };
        if let Some(Customer::Regular(customer)) = &asked.customer {
            let at = self.now();
            let guest_id =
                self.loyalty
                    .remember(&asked.phone, customer, request.organization_id, at);
            delivery.cheque.reductions.guest_id = Some(guest_id);
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

    /// What is missing is paid in cash.
    pub(crate) fn pay_the_rest(&mut self, id: Guid) {
        let known = self.deliveries.known.get(&id);
        let Some((organization_id, mut cheque)) =
            known.map(|it| (it.organization_id, it.cheque.clone()))
        else {
            return;
        };
        if let Some(organization) = self.organization(organization_id) {
            cheque.pay_the_rest(organization);
        }
        if let Some(delivery) = self.deliveries.known.get_mut(&id) {
            delivery.cheque = cheque;
        }
    }
}

/// A plus, and 8 to 40 characters of which at least 8 are digits (`cloud-api.md` 8.2).
pub(crate) fn require_phone(phone: &str) -> Result<(), Failure> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    match phone.starts_with('+') && (8..=40).contains(&phone.chars().count()) && digits >= 8 {
        true => Ok(()),
        false => Err(Failure::new(
            ErrorCode::InvalidPhone,
            "Phone should start with + and have from 8 to 40 characters, at least 8 of them digits.",
        )),
    }
}

fn chosen_type<'o>(
    organization: &'o Organization,
    asked: &DeliveryOrder,
) -> Result<&'o OrderType, Failure> {
    let mut known = organization.order_types.iter();
    match &asked.kind {
        Some(OrderKind::Type(id)) => {
            let found = known.find(|it| it.id == *id && it.is_deleted != Some(true));
            let found = found.ok_or_else(no_order_type)?;
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

fn no_order_type() -> Failure {
    Failure::new(ErrorCode::OrderTypeNotFound, "Order type is not found.")
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
    let mut known = organization
        .order_types
        .iter()
        .filter(|it| it.is_deleted != Some(true));
    let found = known.find(|it| {
        it.order_service_type
            .as_ref()
            .is_some_and(|it| it.as_str() == word)
    });
    found.ok_or_else(no_order_type)
}

pub(crate) fn retrieved_type(order_type: &OrderType) -> RetrievedOrderType {
    let service = order_type
        .order_service_type
        .as_ref()
        .map(|service| match service.as_str() {
            "DeliveryPickUp" => OrderServiceType::DeliveryByClient,
            word => word.into(),
        });
    RetrievedOrderType {
        name: order_type.name.clone(),
        order_service_type: service,
        ..RetrievedOrderType::new(order_type.id)
    }
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

pub(crate) fn retrieved_loyalty(info: Option<&LoyaltyInfo>) -> RetrievedLoyaltyInfo {
    RetrievedLoyaltyInfo {
        coupon: info.and_then(|info| info.coupon.clone()),
        applied_manual_conditions: info.and_then(|info| info.applicable_manual_conditions.clone()),
        ..RetrievedLoyaltyInfo::default()
    }
}

pub(crate) fn conception(organization: &Organization) -> RetrievedConception {
    RetrievedConception {
        name: Some(organization.name.clone()),
        code: Some(organization.code.clone()),
        ..RetrievedConception::new(organization.id.0)
    }
}

fn retrieved_customer(customer: &Customer) -> RetrievedCustomer {
    match customer {
        Customer::Regular(customer) => RetrievedRegularCustomer {
            name: customer.name.clone(),
            surname: customer.surname.clone(),
            comment: customer.comment.clone(),
            gender: customer.gender.clone(),
            birthdate: customer.birthdate,
            in_blacklist: Some(false),
            ..RetrievedRegularCustomer::new(customer.id.unwrap_or_else(Uuid::new_v4))
        }
        .into(),
        Customer::OneTime(customer) => RetrievedAnonymousCustomer {
            name: customer.name.clone(),
            ..RetrievedAnonymousCustomer::default()
        }
        .into(),
        Customer::Other(_) => RetrievedAnonymousCustomer::default().into(),
    }
}
