//! iiko-base: configuration, wiring and subcommands.
//!
//! The binary is this library and one line. Tests put a hub together from the same parts (`hub-testkit`).
//!
//! - [`cli`] reads the command line, [`config`] the rest of what a person sets; `command` has a file per subcommand
//! - [`open_hub`] puts database, secret key and hub together, [`server`] answers for it over HTTP
//! - [`demo`] is the whole product in one process, with a sample restaurant behind an emulator

pub mod cli;
pub mod config;
pub mod console;
pub mod data_directory;
pub mod database;
pub mod demo;
pub mod interrupt;
pub mod logging;
pub mod open_hub;
pub mod password;
pub mod secret_key;
pub mod server;

mod command;
