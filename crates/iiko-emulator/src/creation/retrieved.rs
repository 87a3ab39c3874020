//! What answers about orders of any kind carry: who sells, what type it is, who the customer is.

use iiko_types::schemas::{
    LoyaltyInfo, OrderServiceType, OrderType, RegularCustomer, RetrievedConception,
    RetrievedLoyaltyInfo, RetrievedOrderType, RetrievedRegularCustomer,
};
use uuid::Uuid;

use crate::world::Organization;

pub(crate) fn conception(organization: &Organization) -> RetrievedConception {
    RetrievedConception {
        name: Some(organization.name.clone()),
        code: Some(organization.code.clone()),
        ..RetrievedConception::new(organization.id.0)
    }
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

pub(crate) fn retrieved_loyalty(info: Option<&LoyaltyInfo>) -> RetrievedLoyaltyInfo {
    RetrievedLoyaltyInfo {
        coupon: info.and_then(|info| info.coupon.clone()),
        applied_manual_conditions: info.and_then(|info| info.applicable_manual_conditions.clone()),
        ..RetrievedLoyaltyInfo::default()
    }
}

pub(crate) fn retrieved_regular(customer: &RegularCustomer) -> RetrievedRegularCustomer {
    RetrievedRegularCustomer {
        name: customer.name.clone(),
        surname: customer.surname.clone(),
        comment: customer.comment.clone(),
        gender: customer.gender.clone(),
        birthdate: customer.birthdate,
        in_blacklist: Some(false),
        ..RetrievedRegularCustomer::new(customer.id.unwrap_or_else(Uuid::new_v4))
    }
}
