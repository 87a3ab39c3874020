//! `iiko-base emulator`: an iiko of one's own.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use iiko_emulator::scenario::Scenario;
use iiko_emulator::{Emulator, Pace};

use crate::cli::{Outcome, Program};
use crate::config::EmulatorConfig;
use crate::console;

#[derive(Debug, Args)]
pub(crate) struct EmulatorArgs {
    /// Address of the emulator [default: 127.0.0.1:8100]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The restaurant it imitates: demo, coffee-chain, dark-kitchen, monster[:SEED[:PRODUCTS]], a file [default: demo]
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    /// A recorded answer of nomenclature, served as one more organization
    #[arg(long, value_name = "FILE")]
    nomenclature: Vec<PathBuf>,
    /// A recorded answer of `menu/by_id`, served as it is
    #[arg(long, value_name = "FILE")]
    external_menu: Vec<PathBuf>,
    /// How many times faster than in a restaurant orders live [default: 20]
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..))]
    speed: Option<u32>,
    /// Nothing happens unless it is told to, over HTTP or on the page
    #[arg(long, conflicts_with = "speed")]
    stepped: bool,
}

pub(crate) async fn run(mut program: Program, arguments: EmulatorArgs) -> anyhow::Result<Outcome> {
    let usual = program.config.emulator;
    let wanted = EmulatorConfig {
        listen: arguments.listen.unwrap_or(usual.listen),
        scenario: arguments.scenario.unwrap_or(usual.scenario),
        nomenclature: given_or(arguments.nomenclature, usual.nomenclature),
        external_menus: given_or(arguments.external_menu, usual.external_menus),
    };
    let pace = match (arguments.stepped, arguments.speed) {
        (true, _) => Pace::Stepped,
        (false, Some(speed)) => Pace::Auto { speed },
        (false, None) => Pace::default(),
    };
    let scenario = Scenario::find(&wanted.scenario)?;
    let mut emulator = start(&wanted, scenario.clone(), pace)?;
    let url = emulator.url();
    console::say(format_args!("iiko is emulated on {url}"));
    console::say(format_args!("orders, dishes, faults: {url}/_emulator/"));
    for login in scenario.logins() {
        console::say(format_args!("login: {login}"));
    }
    tokio::select! {
        () = program.interrupt.wait() => Ok(Outcome::Success),
        () = emulator.ended() => anyhow::bail!("the emulator ended by itself: the log says why"),
    }
}

fn given_or(given: Vec<PathBuf>, usual: Vec<PathBuf>) -> Vec<PathBuf> {
    match given.is_empty() {
        true => usual,
        false => given,
    }
}

/// The emulator of a configuration, with the scenario that it names.
pub(crate) fn start(
    wanted: &EmulatorConfig,
    scenario: Scenario,
    pace: Pace,
) -> anyhow::Result<Emulator> {
    Emulator::start(iiko_emulator::Config {
        listen: wanted.listen,
        scenario,
        nomenclature: wanted.nomenclature.clone(),
        external_menus: wanted.external_menus.clone(),
        pace,
        ..iiko_emulator::Config::default()
    })
    .context("cannot start the emulator")
}
