//! What the tests stand on: a passable folder, `psql`, and a look at the processes of the machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hub_pg::{Options, PrivatePostgres};
use tempfile::TempDir;

/// A folder that PostgreSQL's own user can pass: /tmp itself, as TMPDIR may be in a closed home.
pub(crate) struct Ground {
    folder: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("hub-pg-")
            .tempdir_in("/tmp")
            .unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the server goes; `start` makes it.
    pub(crate) fn directory(&self) -> PathBuf {
        self.path().join("var/postgres")
    }
}

pub(crate) fn start(directory: &Path) -> PrivatePostgres {
    PrivatePostgres::start_with(directory, &throw_away()).unwrap()
}

pub(crate) fn throw_away() -> Options {
    Options {
        durable: false,
        ..Options::default()
    }
}

/// Runs one statement through the `psql` that belongs to the cluster, at the address as a user would paste it.
pub(crate) fn psql(directory: &Path, url: &str, statement: &str) -> Result<String, String> {
    let answer = Command::new(hub_pg::psql_path(directory).unwrap())
        .args([url, "-XAtqc", statement])
        .env("PGPORT", "1") // of no influence, as the address is complete
        .output()
        .unwrap();
    if answer.status.success() {
        Ok(String::from_utf8(answer.stdout)
            .unwrap()
            .trim_end()
            .to_owned())
    } else {
        Err(String::from_utf8_lossy(&answer.stderr).into_owned())
    }
}

pub(crate) fn postmaster(directory: &Path) -> u32 {
    let text = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

/// Command lines of all processes that name the folder or belong to a server with its data there.
pub(crate) fn processes_of(directory: &Path) -> Vec<String> {
    let answer = Command::new("ps")
        .args(["-eo", "pid=,ppid=,stat=,args="])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let all: Vec<(u32, u32, String)> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let process = words.next()?.parse().ok()?;
            let parent = words.next()?.parse().ok()?;
            let state = words.next()?;
            let arguments = words.collect::<Vec<_>>().join(" ");
            (!state.starts_with('Z')).then_some((process, parent, arguments))
        })
        .collect();
    let data = directory.join("data").display().to_string();
    let servers: Vec<u32> = all
        .iter()
        .filter(|(.., arguments)| arguments.contains(&data))
        .map(|(process, ..)| *process)
        .collect();
    all.into_iter()
        .filter(|(process, parent, _)| servers.contains(process) || servers.contains(parent))
        .map(|(.., arguments)| arguments)
        .collect()
}

/// Waits for a state, and fails the test where it does not come.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "not within a minute: {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
