//! A file per subcommand.

pub(crate) mod connection;
pub(crate) mod db;
pub(crate) mod emulator;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;
pub(crate) mod sync;
pub(crate) mod token;
pub(crate) mod user;
