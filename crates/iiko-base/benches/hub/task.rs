//! What is measured, each task in a process of its own.

use std::env;
use std::hint::black_box;
use std::io::{self, BufRead};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hub_engine::hub::{ClientOptions, Hub, HubOptions};
use hub_engine::secret_key::SecretKey;
use hub_engine::sync::nomenclature::NomenclatureEnvelope;
use hub_engine::sync::{self, RunStatus, SyncKind, SyncRequest};
use iiko_base::console;
use iiko_base::server::Server;
use iiko_client::clock::Clock;
use iiko_types::schemas::NomenclatureResponse;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

#[derive(Serialize, Deserialize)]
pub(crate) enum Task {
    Read {
        file: PathBuf,
        reading: Reading,
        times: usize,
    },
    Sync {
        database: String,
        secret_key: String,
        setting_id: i32,
    },
    /// Until the standard input ends.
    Serve {
        database: String,
        secret_key: String,
    },
}

/// Ways to read a menu.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Reading {
    Bytes,
    Envelope,
    Types,
    Values,
}

impl Reading {
    pub(crate) const ALL: [Self; 4] = [Self::Bytes, Self::Envelope, Self::Types, Self::Values];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "reading the bytes once",
            Self::Envelope => "parse: envelope of raw objects",
            Self::Types => "parse: generated types",
            Self::Values => "parse: serde_json::Value",
        }
    }
}

/// The time of each repetition, and the most memory that the process had.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) durations: Vec<Duration>,
    /// `None` where the system does not tell.
    pub(crate) peak_bytes: Option<u64>,
}

/// Does the task of the standard input and says what it came to.
pub(crate) fn run_told() -> anyhow::Result<()> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("no task came")?;
    let task: Task = serde_json::from_str(&line).context("the task cannot be read")?;
    let durations = match task {
        Task::Read {
            file,
            reading,
            times,
        } => read(&file, reading, times)?,
        Task::Sync {
            database,
            secret_key,
            setting_id,
        } => runtime()?.block_on(sync_once(&database, &secret_key, setting_id))?,
        Task::Serve {
            database,
            secret_key,
        } => runtime()?.block_on(serve(&database, &secret_key))?,
    };
    say(&Measured {
        durations,
        peak_bytes: peak_bytes(),
    })
}

/// Runs a task in a process of its own.
pub(crate) async fn run_apart(task: &Task) -> anyhow::Result<Measured> {
    let mut apart = Apart::start(task).await?;
    let measured = apart.hear().await?;
    apart.end().await?;
    Ok(measured)
}

/// A hub that serves in a process of its own.
pub(crate) struct Serving {
    pub(crate) url: String,
    apart: Apart,
}

pub(crate) async fn serve_apart(database: &str, secret_key: &SecretKey) -> anyhow::Result<Serving> {
    let task = Task::Serve {
        database: database.to_owned(),
        secret_key: secret_key.to_text().expose_secret().to_owned(),
    };
    let mut apart = Apart::start(&task).await?;
    let url = apart.hear().await?;
    Ok(Serving { url, apart })
}

impl Serving {
    pub(crate) async fn stop(mut self) -> anyhow::Result<Option<u64>> {
        drop(self.apart.told.take());
        let measured: Measured = self.apart.hear().await?;
        self.apart.end().await?;
        Ok(measured.peak_bytes)
    }
}

/// Another process of this program.
struct Apart {
    child: Child,
    told: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
}

impl Apart {
    async fn start(task: &Task) -> anyhow::Result<Self> {
        let program = env::current_exe().context("where this program is")?;
        let mut child = Command::new(program)
            .arg("--task")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start this program again")?;
        let mut told = child.stdin.take().context("it takes no task")?;
        told.write_all(format!("{}\n", serde_json::to_string(task)?).as_bytes())
            .await?;
        let said = child.stdout.take().context("it says nothing")?;
        Ok(Self {
            child,
            told: Some(told),
            said: BufReader::new(said).lines(),
        })
    }

    async fn hear<T: for<'a> Deserialize<'a>>(&mut self) -> anyhow::Result<T> {
        let Some(line) = self.said.next_line().await? else {
            bail!("a measured process ended without a result");
        };
        serde_json::from_str(&line).with_context(|| format!("a measured process said `{line}`"))
    }

    async fn end(mut self) -> anyhow::Result<()> {
        drop(self.told.take());
        let status = self.child.wait().await?;
        ensure!(status.success(), "a measured process ended with {status}");
        Ok(())
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().context("cannot start a runtime")
}

fn say(word: &impl Serialize) -> anyhow::Result<()> {
    console::data(serde_json::to_string(word)?);
    Ok(())
}

fn read(file: &Path, reading: Reading, times: usize) -> anyhow::Result<Vec<Duration>> {
    let bytes = std::fs::read(file).context("cannot read the menu")?;
    let mut durations = Vec::with_capacity(times);
    for _ in 0..times {
        let started = Instant::now();
        match reading {
            Reading::Bytes => {
                let sum: u64 = black_box(&bytes).iter().map(|byte| u64::from(*byte)).sum();
                black_box(sum);
            }
            Reading::Envelope => {
                let envelope = NomenclatureEnvelope::parse(&bytes);
                black_box(envelope.map_err(|failure| anyhow::anyhow!(failure.detail))?);
            }
            Reading::Types => {
                black_box(serde_json::from_slice::<NomenclatureResponse>(&bytes)?);
            }
            Reading::Values => {
                black_box(serde_json::from_slice::<serde_json::Value>(&bytes)?);
            }
        }
        durations.push(started.elapsed());
    }
    Ok(durations)
}

async fn sync_once(
    database: &str,
    secret_key: &str,
    setting_id: i32,
) -> anyhow::Result<Vec<Duration>> {
    let hub = open(database, secret_key).await?;
    let request = SyncRequest {
        setting_id,
        kind: SyncKind::Full,
        organization_id: None,
        force: false,
    };
    let started = Instant::now();
    let answer = sync::start(&hub, request).await?.finished().await;
    let duration = started.elapsed();
    ensure!(
        answer.status == RunStatus::Success,
        "the sync came to {answer:?}"
    );
    let parts: Vec<String> = answer
        .parts
        .iter()
        .map(|part| format!("{} {} ms", part.part.as_str(), part.duration_ms))
        .collect();
    console::say(format_args!("  {}", parts.join(", ")));
    hub.shutdown().await;
    hub.db().close().await;
    Ok(vec![duration])
}

async fn serve(database: &str, secret_key: &str) -> anyhow::Result<Vec<Duration>> {
    let hub = open(database, secret_key).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let server = Server::start(listener, &hub)?;
    say(&format!("http://{}", server.address()))?;
    // until the other side closes it
    tokio::task::spawn_blocking(|| io::stdin().lock().read_line(&mut String::new())).await??;
    server.stop().await;
    hub.shutdown().await;
    hub.db().close().await;
    Ok(Vec::new())
}

async fn open(database: &str, secret_key: &str) -> anyhow::Result<Hub> {
    Hub::start(HubOptions {
        db: hub_db::connect(database).await?,
        secret_key: Some(SecretKey::parse(secret_key)?),
        clock: Clock::System,
        client: ClientOptions::default(),
        api_log_days: 14,
    })
    .await
}

/// `VmHWM` of Linux.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
