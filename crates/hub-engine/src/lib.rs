//! What the hub does: connections to iiko, sync of the menu, of stop lists and reference lists.
//!
//! Decisions are pure functions over values (`sync::nomenclature::plan`); the network is [`iiko_client`], the database
//! [`hub_db`]. Nobody waits for iiko while holding a transaction.

pub mod connection;
pub mod hub;
pub mod secret_key;
pub mod sync;

mod api_log;
mod token_store;
