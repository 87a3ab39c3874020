//! All tests through the door: HTTP, SQL and the command line. A module per subject.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected ends there"
)]

mod cli;
mod config;
mod demo;
mod private_database;
mod program;
mod sync_command;
