//! A file for each resource: request, view and handler together.

pub(crate) mod categories;
pub(crate) mod connection_body;
pub(crate) mod connection_view;
pub(crate) mod connections;
pub(crate) mod health;
pub(crate) mod login;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod stop_lists;
pub(crate) mod sync_history;
pub(crate) mod sync_runs;
