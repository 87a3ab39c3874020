//! `iiko-base demo`: an emulated iiko, a sample restaurant and the hub in one process, synced and ready to be tried.
//!
//! It has a data directory of its own and its own private PostgreSQL whatever `DATABASE_URL` says: trying things out must
//! not put an invented restaurant into real data. The data stays between starts, the password and the token are new
//! each time. With `--check` it verifies what it has printed and ends.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, ensure};
use hub_engine::hub::Hub;
use hub_engine::sync::{self, RunStatus, SyncKind, SyncRequest};
use iiko_emulator::{Emulator, Pace, scenario::Scenario};
use tokio::net::TcpListener;

use crate::cli::{Outcome, Program};
use crate::command::emulator;
use crate::config::{Config, EmulatorConfig};
use crate::demo::card::Card;
use crate::open_hub::{OpenHub, Standing};
use crate::server::Server;
use crate::{console, data_directory};

pub mod access;
pub mod card;

mod check;
mod restaurant;

/// A running demo. `stop` it.
pub struct Demo {
    /// What a person needs to use it.
    pub card: Card,
    emulator: Emulator,
    open: OpenHub,
    server: Server,
}

/// Until it is told to end.
pub(crate) async fn run(program: Program, listen: Option<SocketAddr>) -> anyhow::Result<Outcome> {
    with_demo(program, listen, async |_demo, interrupt| {
        console::say("\nCtrl-C ends it");
        interrupt.wait().await;
        Ok(Outcome::Success)
    })
    .await
}

/// The same, verified: 0 and a summary, or 1 and the reasons.
pub(crate) async fn run_check(
    program: Program,
    listen: Option<SocketAddr>,
) -> anyhow::Result<Outcome> {
    with_demo(program, listen, async |demo, interrupt| {
        let emulator_url = demo.emulator.url();
        tokio::select! {
            outcome = check::run(&demo.card, &emulator_url) => outcome,
            () = interrupt.wait() => Ok(Outcome::Failed),
        }
    })
    .await
}

async fn with_demo(
    program: Program,
    listen: Option<SocketAddr>,
    then: impl AsyncFnOnce(&Demo, &mut crate::interrupt::Interrupt) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let Program {
        config,
        data_directory,
        mut interrupt,
    } = program;
    if config.database_url.is_some() {
        console::say("the demo has a database of its own: DATABASE_URL is not touched");
    }
    let own = Config {
        database_url: None,
        secret_key: None,
        ..config
    };
    let data_directory = data_directory::of_demo(&data_directory);
    let demo = Demo::start(&own, &data_directory, listen).await?;
    console::data(&demo.card);
    let outcome = then(&demo, &mut interrupt).await;
    demo.stop().await?;
    outcome
}

impl Demo {
    /// Starts all of it, with free ports where the usual ones are taken; a `listen` that was asked for must be free.
    pub async fn start(
        config: &Config,
        data_directory: &Path,
        listen: Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        let listener = match listen {
            Some(address) => TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address}"))?,
            None => bind_or_any(config.listen).await?,
        };
        console::say(format_args!("starting in {}", data_directory.display()));
        let emulator = start_emulator(&config.emulator)?;
        let open = OpenHub::open(config, data_directory, Standing::Owner).await?;
        match Self::fill(&open, &emulator, listener).await {
            Ok((server, card)) => Ok(Self {
                card,
                emulator,
                open,
                server,
            }),
            Err(error) => {
                open.close().await?;
                Err(error)
            }
        }
    }

    /// Stops all of it; no process is left.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await;
        let closed = self.open.close().await;
        drop(self.emulator);
        closed
    }

    async fn fill(
        open: &OpenHub,
        emulator: &Emulator,
        listener: TcpListener,
    ) -> anyhow::Result<(Server, Card)> {
        let setting_id = restaurant::connect(&open.hub, &emulator.url()).await?;
        sync_all(&open.hub, setting_id).await?;
        let access = access::renew(&open.hub).await?;
        let server = Server::start(listener, &open.hub)?;
        let card = Card {
            address: server.address(),
            emulator_url: emulator.url(),
            username: access.username,
            password: access.password,
            token: access.token,
            setting_id,
            database_url: open.database.url().clone(),
        };
        Ok((server, card))
    }
}

async fn sync_all(hub: &Hub, setting_id: i32) -> anyhow::Result<()> {
    console::say("syncing the sample restaurant");
    let request = SyncRequest {
        setting_id,
        kind: SyncKind::Full,
        organization_id: None,
        // the data of an earlier demo may have been another scenario's
        force: true,
    };
    let answer = sync::start(hub, request).await?.finished().await;
    let failures: Vec<String> = answer
        .parts
        .iter()
        .filter_map(|part| {
            let failure = part.failure.as_ref()?;
            Some(format!("{}: {}", part.part.as_str(), failure.detail))
        })
        .collect();
    ensure!(
        answer.status == RunStatus::Success,
        "the sample restaurant did not sync: {}",
        failures.join("; ")
    );
    Ok(())
}

/// On the usual port, or where somebody else has that, on any. It is tried and not looked for before: another demo may
/// take the port in between.
fn start_emulator(usual: &EmulatorConfig) -> anyhow::Result<Emulator> {
    let scenario = Scenario::find(&usual.scenario)?;
    let start = |listen| {
        let wanted = EmulatorConfig {
            listen,
            ..usual.clone()
        };
        emulator::start(&wanted, scenario.clone(), Pace::default())
    };
    match start(usual.listen) {
        Err(error) if is_taken(&error) => start(SocketAddr::new(usual.listen.ip(), 0)),
        started => started,
    }
}

fn is_taken(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|it| it.downcast_ref::<io::Error>());
    causes.any(|it| it.kind() == io::ErrorKind::AddrInUse)
}

async fn bind_or_any(usual: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(usual).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            TcpListener::bind((usual.ip(), 0)).await
        }
        bound => bound,
    }
    .with_context(|| format!("cannot listen on {usual}"))
}
