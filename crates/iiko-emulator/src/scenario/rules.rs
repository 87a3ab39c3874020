//! How an organization wants its deliveries.

use serde::{Deserialize, Serialize};

/// What iikoOffice and iikoWeb have switches for. `organizations` tells of them, the till keeps to them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    /// New deliveries wait until somebody confirms them.
    pub(crate) confirmation: bool,
    /// A delivery without a customer is refused.
    pub(crate) customer_required: bool,
    pub(crate) marketing_source_required: bool,
    /// Addresses are one line (`City`) instead of street and house (`Legacy`).
    pub(crate) city_addresses: bool,
    /// A courier leaves only with what is paid.
    pub(crate) paid_before_courier: bool,
}
