//! Types of the iiko Cloud API: one type per endpoint, ids, money, time. No I/O.
//!
//! - [`endpoint`]: what an endpoint is; `operations` has one marker type for each
//! - [`ids`]: a type for every kind of id

pub mod endpoint;
pub mod ids;
