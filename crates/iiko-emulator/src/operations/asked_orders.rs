//! The orders that a retrieval asks for by id: iiko's ids or the till's, and what a careless body says of both.

use iiko_types::{ids::Guid, schemas::OrderIds, unknown::Extra};

/// What stood in `orderIds` and in `posOrderIds`.
pub(super) fn asked_orders(orders: Option<OrderIds>, extra: &Extra) -> (Vec<Guid>, Vec<Guid>) {
    // the types take one of both, and keep the other one unread
    let other = |property: &str| {
        let ids = extra.get(property)?;
        ids.read().ok()
    };
    match orders {
        Some(OrderIds::Ids(ids)) => (ids, other("posOrderIds").unwrap_or_default()),
        Some(OrderIds::PosIds(ids)) => (other("orderIds").unwrap_or_default(), ids),
        None => (vec![], vec![]),
    }
}
