//! All tests through the door: HTTP, SQL and the command line. A module per subject.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected ends there"
)]

mod accounts;
mod browser;
mod cli;
mod config;
mod connections;
mod demo;
mod emulator_pages;
mod iiko;
mod menu_sync;
mod pages;
mod private_database;
mod problems;
mod program;
mod reading;
mod recorded_menus;
mod statements;
mod stop_lists;
mod sync_answers;
mod sync_command;
mod tokens_and_logs;
mod torn_answers;
