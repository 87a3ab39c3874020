//! The kind of an order: iiko takes the id of an order type *or* a service type, and refuses an order with both.
//!
//! ```
//! use iiko_types::{order_kind::OrderKind, schemas::{DeliveryOrder, DeliveryServiceType}};
//!
//! let order = DeliveryOrder::new("+70000000000", vec![])
//!     .of_kind(OrderKind::Service(DeliveryServiceType::DeliveryByClient));
//! assert_eq!(order.order_type_id, None);
//! ```

use std::fmt;

use crate::{
    ids::Guid,
    schemas::{DeliveryOrder, DeliveryOrderDraft, DeliveryServiceType, Order},
};

/// What kind of order it is, said in one of two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// `orderTypeId`: an order type of the organization, from `deliveries/order_types`.
    Type(Guid),
    /// `orderServiceType`: the organization's own order type for this service.
    Service(DeliveryServiceType),
}

/// An order that says its kind in both ways, which iiko refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BothKinds;

impl fmt::Display for BothKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order has either `orderTypeId` or `orderServiceType`")
    }
}

impl std::error::Error for BothKinds {}

macro_rules! orders_of_a_kind {
    ($($order:ident)*) => {$(
        impl $order {
            /// Says its kind in one way, and not in the other.
            #[must_use]
            pub fn of_kind(mut self, kind: OrderKind) -> Self {
                (self.order_type_id, self.order_service_type) = match kind {
                    OrderKind::Type(id) => (Some(id), None),
                    OrderKind::Service(service) => (None, Some(service)),
                };
                self
            }

            /// Its kind, if it says one.
            pub fn kind(&self) -> Result<Option<OrderKind>, BothKinds> {
                match (self.order_type_id, &self.order_service_type) {
                    (Some(_), Some(_)) => Err(BothKinds),
                    (Some(id), None) => Ok(Some(OrderKind::Type(id))),
                    (None, Some(service)) => Ok(Some(OrderKind::Service(service.clone()))),
                    (None, None) => Ok(None),
                }
            }
        }
    )*};
}

orders_of_a_kind! { DeliveryOrder DeliveryOrderDraft Order }

#[cfg(test)]
mod tests {
    use super::{BothKinds, OrderKind};
    use crate::{
        ids::Guid,
        schemas::{DeliveryOrder, DeliveryServiceType},
    };

    #[test]
    fn an_order_says_its_kind_in_one_way() {
        let service = OrderKind::Service(DeliveryServiceType::DeliveryByCourier);
        let kind = OrderKind::Type(Guid::from_u128(7));
        let order = DeliveryOrder::new("+70000000000", vec![]);
        assert_eq!(order.kind(), Ok(None));
        let order = order.of_kind(service.clone());
        assert_eq!(order.kind(), Ok(Some(service)));
        let order = order.of_kind(kind.clone());
        assert_eq!(order.kind(), Ok(Some(kind)));
        let mut order = order;
        order.order_service_type = Some(DeliveryServiceType::DeliveryByCourier);
        assert_eq!(order.kind(), Err(BothKinds));
    }
}
