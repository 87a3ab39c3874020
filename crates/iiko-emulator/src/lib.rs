//! A stateful imitation of the iiko Cloud API.
//!
//! It logs in, refuses and sells like iiko, over HTTP, from a scenario (an invented restaurant) or from recorded answers;
//! it can be changed and can misbehave on demand. What is imitated, guessed and absent stands in the crate's README.
//!
//! - an operation is a synchronous function over the `world`, typed by its endpoint (`operations`)
//! - bodies are checked against the contract first (`check`), answers written out in full (`complete`)
//! - [`control`]: state, changes and [`faults`], in the process and under `/_emulator/`; `page` has the same for people
//!
//! Many emulators live in one process; none shares anything that changes with another.

mod check;
mod cheque;
mod clock;
mod commands;
mod complete;
mod contract;
pub mod control;
mod creation;
mod deliveries;
mod drafts;
mod external_menu;
mod failure;
pub mod faults;
mod http;
mod iiko_server;
mod json;
mod kept;
mod loyalty;
mod nomenclature;
mod operations;
mod page;
mod pictures;
mod postman;
mod references;
mod refusal;
mod reserves;
mod restrictions;
pub mod scenario;
mod schedule;
mod shared;
mod spoil;
mod stops;
mod struck;
mod tables;
mod tokens;
mod webhooks;
mod world;

/// Examples in prose are compiled.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../../../docs/emulator.md")]
    mod guide {}
}

use std::{net::SocketAddr, path::PathBuf, thread, time::Duration};

use anyhow::Context;
use tokio::sync::oneshot;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::{
    control::Control,
    scenario::Scenario,
    shared::{Shared, Start},
};
pub use crate::{loyalty::Message, postman::Delivered, schedule::Pace, webhooks::Notification};

/// How to start an emulator. The default is the demo restaurant on a free port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The restaurant that is imitated.
    pub scenario: Scenario,
    /// Recorded answers of `nomenclature`; each is served as one more organization.
    pub nomenclature: Vec<PathBuf>,
    /// Recorded answers of `menu/by_id`, served as they are.
    pub external_menus: Vec<PathBuf>,
    /// How long an access token is good, by the emulator's clock.
    pub token_lifetime: Duration,
    /// How time passes.
    pub pace: Pace,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            scenario: Scenario::default(),
            nomenclature: Vec::new(),
            external_menus: Vec::new(),
            token_lifetime: Duration::from_secs(60 * 60),
            pace: Pace::default(),
        }
    }
}

/// A running emulator. It stops when dropped.
pub struct Emulator {
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    /// Falls silent when the thread ends, however it does.
    running: Option<oneshot::Receiver<()>>,
}

impl Emulator {
    /// Starts an emulator on a thread and a runtime of its own, so that it answers whatever its caller does meanwhile.
    pub fn start(config: Config) -> anyhow::Result<Self> {
        config.pace.check()?;
        let listener = std::net::TcpListener::bind(config.listen)
            .with_context(|| format!("cannot listen on `{}`", config.listen))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let start = Start {
            scenario: config.scenario,
            nomenclature: config.nomenclature,
            external_menus: config.external_menus,
            token_lifetime: config.token_lifetime,
            pace: config.pace,
        };
        let shared = Shared::open(format!("http://{address}"), start)?;
        let router = control::router()
            .merge(page::router())
            .route("/resto/{*path}", axum::routing::any(iiko_server::answer))
            .fallback(http::answer)
            .layer(
                CompressionLayer::new()
                    .gzip(true)
                    .quality(CompressionLevel::Fastest),
            )
            .with_state(shared.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let clock = shared.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (runs, running) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("iiko-emulator".to_owned())
            .spawn(move || {
                let _runs = runs;
                runtime.block_on(async {
                    let listener = match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => listener,
                        Err(error) => return tracing::error!(%error, "the emulator cannot listen"),
                    };
                    tokio::select! {
                        served = async { axum::serve(listener, router).await } => {
                            if let Err(error) = served {
                                tracing::error!(%error, "the emulator stopped serving");
                            }
                        }
                        () = clock.clone().run_clock() => {}
                        () = clock.clone().run_postman() => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            shared,
            stop: Some(stop),
            thread: Some(thread),
            running: Some(running),
        })
    }

    /// Whether it still answers. Only a fault of its own ends it before it is dropped.
    pub fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|it| !it.is_finished())
    }

    /// Waits until it answers no more.
    pub async fn ended(&mut self) {
        if let Some(running) = &mut self.running {
            // nothing is ever sent: the other side is dropped
            drop(running.await);
            self.running = None;
        }
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// The handle that changes and inspects it. It outlives the emulator.
    pub fn control(&self) -> Control {
        Control::new(self.shared.clone())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the emulator's thread panicked");
        }
    }
}
