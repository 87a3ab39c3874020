//! An emulator that runs until it is stopped: `cargo run -p iiko-emulator --example serve -- [SCENARIO] [PORT]`.

#![expect(clippy::print_stdout, reason = "a program says where it listens")]

use std::net::SocketAddr;

use iiko_emulator::{Config, Emulator, scenario::Scenario};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().unwrap_or_else(|| "demo".to_owned());
    let port = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let emulator = Emulator::start(Config {
        listen: SocketAddr::from(([127, 0, 0, 1], port)),
        scenario: Scenario::find(&scenario)?,
        ..Config::default()
    })?;
    println!("{}", emulator.url());
    loop {
        std::thread::park();
    }
}
