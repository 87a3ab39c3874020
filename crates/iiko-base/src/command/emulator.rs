//! `iiko-base emulator`: an iiko of one's own.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use iiko_emulator::Emulator;
use iiko_emulator::scenario::Scenario;

use crate::cli::{Outcome, Program};
use crate::config::EmulatorConfig;
use crate::console;

#[derive(Debug, Args)]
pub(crate) struct EmulatorArgs {
    /// Address of the emulator [default: 127.0.0.1:8100]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The restaurant it imitates [default: demo]
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    /// A recorded answer of nomenclature, served as one more organization
    #[arg(long, value_name = "FILE")]
    nomenclature: Vec<PathBuf>,
}

pub(crate) async fn run(mut program: Program, arguments: EmulatorArgs) -> anyhow::Result<Outcome> {
    let usual = program.config.emulator;
    let wanted = EmulatorConfig {
        listen: arguments.listen.unwrap_or(usual.listen),
        scenario: arguments.scenario.unwrap_or(usual.scenario),
        nomenclature: if arguments.nomenclature.is_empty() {
            usual.nomenclature
        } else {
            arguments.nomenclature
        },
    };
    let emulator = start(&wanted)?;
    console::say(format_args!("iiko is emulated on {}", emulator.url()));
    console::say("login v1: apiLogin demo; v2: appId 15, clientSecret demo-secret, apiKey demo");
    program.interrupt.wait().await;
    Ok(Outcome::Success)
}

/// The emulator of a configuration.
pub(crate) fn start(wanted: &EmulatorConfig) -> anyhow::Result<Emulator> {
    Emulator::start(iiko_emulator::Config {
        listen: wanted.listen,
        scenario: Scenario::find(&wanted.scenario)?,
        nomenclature: wanted.nomenclature.clone(),
        ..iiko_emulator::Config::default()
    })
    .context("cannot start the emulator")
}
