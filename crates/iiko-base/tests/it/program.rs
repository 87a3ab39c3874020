//! The built binary, run with a data directory of its own.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use hub_testkit::data_directory;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time;

/// A first start makes a cluster, and tests share two cores.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Program {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that goes on. Dropping it kills the program.
pub(crate) struct Running {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self {
            folder: data_directory::create(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where the program is started, and where it keeps its data.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The process of the private PostgreSQL by its own word.
    pub(crate) fn postgres_process(&self) -> u32 {
        let path = self.folder().join("data/postgres/data/postmaster.pid");
        let text = std::fs::read_to_string(&path).expect("a server that runs");
        text.lines().next().unwrap().trim().parse().unwrap()
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "").await
    }

    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // a program that has ended without reading is judged by what it says
        drop(stdin.write_all(input.as_bytes()).await);
        drop(stdin);
        let output = time::timeout(PATIENCE, child.wait_with_output())
            .await
            .unwrap_or_else(|_| panic!("{arguments:?} does not end"))
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self.command(arguments).spawn().unwrap();
        let (sender, lines) = mpsc::unbounded_channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        tokio::spawn(async move {
            let mut stderr = stderr.lines();
            while let Ok(Some(line)) = stderr.next_line().await {
                drop(sender.send(line));
            }
        });
        Running { child, lines }
    }

    /// The hub on a free port, once it serves, and its address.
    pub(crate) async fn serve(&self) -> (Running, String) {
        let mut running = self.start(&["serve", "--listen", "127.0.0.1:0"]);
        let line = running.line_with("serving on http://").await;
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split_whitespace().next().unwrap();
        (running, format!("http://{address}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iiko-base"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("IIKO_BASE_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command
            .env("IIKO_BASE_DATA_DIR", self.folder().join("data"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("NO_COLOR", "1")
            .current_dir(self.folder())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

impl Running {
    /// The first line of its talk with `part` in it.
    pub(crate) async fn line_with(&mut self, part: &str) -> String {
        let mut seen = Vec::new();
        time::timeout(PATIENCE, async {
            while let Some(line) = self.lines.recv().await {
                if line.contains(part) {
                    return line;
                }
                seen.push(line);
            }
            panic!("it ended and said {seen:#?}")
        })
        .await
        .unwrap_or_else(|_| panic!("it does not say {part:?}"))
    }

    /// Tells it to end, as Ctrl-C does, and gives its exit code.
    pub(crate) async fn interrupt(mut self) -> i32 {
        let process = self.child.id().expect("a program that runs");
        assert!(signal("INT", process), "it runs no more");
        let status = time::timeout(PATIENCE, self.child.wait()).await;
        status.expect("an end").unwrap().code().unwrap_or(-1)
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Whether a process of this number runs. In a container nobody may collect the dead: those do not run.
pub(crate) fn is_alive(process: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    let is_dead = state.is_ok_and(|state| state.rsplit(')').next().unwrap().starts_with(" Z"));
    !is_dead && signal("0", process)
}

fn signal(name: &str, process: u32) -> bool {
    std::process::Command::new("sh")
        .args(["-c", "kill -\"$0\" \"$1\" 2>/dev/null", name])
        .arg(process.to_string())
        .status()
        .unwrap()
        .success()
}
