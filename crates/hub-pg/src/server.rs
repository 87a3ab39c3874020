//! The server's life: adopted or started, waited for, stopped.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};
use std::{fmt, fs, io, thread};

use nix::sys::signal::Signal;

use crate::Options;
use crate::account::Account;
use crate::address;
use crate::binaries::Binaries;
use crate::error::{Error, tail};
use crate::folder::{self, Folder};
use crate::postmaster::{self, Postmaster, State};

/// Recovery after a crash reads the log of all since the last checkpoint, so a start may take a while.
const START_LIMIT: Duration = Duration::from_secs(120);
/// A fast shutdown writes a checkpoint.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// An immediate shutdown writes nothing.
const KILL_LIMIT: Duration = Duration::from_secs(10);
/// How long a dying predecessor may hold the shared memory.
const CRASH_LIMIT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);

/// At a start a log above this moves aside, so two files of about this size are the most there is.
const LOG_LIMIT_BYTES: u64 = 8 * 1024 * 1024;

/// Ours, above the defaults of PostgreSQL.
const SETTINGS: [(&str, &str); 8] = [
    ("listen_addresses", ""),
    ("cluster_name", "iiko-base"), // shown by `ps`
    ("max_connections", "100"),
    ("shared_buffers", "64MB"),
    ("logging_collector", "off"),
    ("log_checkpoints", "off"),
    ("log_line_prefix", "%m [%p] "),
    ("unix_socket_permissions", "0700"),
];
/// Commits still reach the kernel, so that even such a cluster survives a kill.
const THROW_AWAY: [(&str, &str); 2] = [("fsync", "off"), ("full_page_writes", "off")];

/// A server that we must stop.
pub(crate) struct Server {
    postmaster: Postmaster,
    data: PathBuf,
    /// None for one that an earlier process of ours has left.
    child: Option<Child>,
    stopped: bool,
}

impl Server {
    /// Takes over the server of a program that was killed, or starts one; with it a crashed cluster recovers.
    pub(crate) fn adopt_or_start(
        folder: &Folder,
        binaries: &Binaries,
        account: &Account,
        options: &Options,
    ) -> Result<Self, Error> {
        let begun = Instant::now();
        let mut crashed = false;
        loop {
            match postmaster::look(folder)? {
                State::Ready(postmaster) => {
                    tracing::info!(
                        process = postmaster.process,
                        "adopted the PostgreSQL that an earlier start had left"
                    );
                    return Ok(Self {
                        postmaster,
                        data: folder.data(),
                        child: None,
                        stopped: false,
                    });
                }
                State::Changing(postmaster) => {
                    if begun.elapsed() > START_LIMIT {
                        return Err(not_ready(folder, &postmaster, begun));
                    }
                    thread::sleep(POLL);
                }
                State::Unreachable(postmaster) => {
                    tracing::warn!(
                        process = postmaster.process,
                        "stopping a PostgreSQL that has lost its socket"
                    );
                    Self {
                        postmaster,
                        data: folder.data(),
                        child: None,
                        stopped: false,
                    }
                    .stop()?;
                }
                state @ (State::Down | State::Crashed) => {
                    crashed |= state == State::Crashed;
                    postmaster::remove_misleading_files(folder)?;
                    match start(folder, binaries, account, options) {
                        // The killed server's other processes end by themselves, but not at once.
                        Err(Error::StartFailed { .. })
                            if crashed && begun.elapsed() < CRASH_LIMIT =>
                        {
                            thread::sleep(POLL * 10);
                        }
                        outcome => return outcome,
                    }
                }
            }
        }
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.postmaster.socket
    }

    /// Fast shutdown; where that takes too long an immediate one, from which the next start recovers.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        let process = self.postmaster.process;
        for (signal, limit) in [(Signal::SIGINT, STOP_LIMIT), (Signal::SIGQUIT, KILL_LIMIT)] {
            if self.is_gone() {
                break;
            }
            postmaster::signal(process, signal)?;
            let begun = Instant::now();
            while !self.is_gone() && begun.elapsed() < limit {
                thread::sleep(POLL);
            }
        }
        if !self.is_gone() {
            return Err(Error::NotStopped { process });
        }
        self.stopped = true;
        Ok(())
    }

    fn is_gone(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => !postmaster::is_server(self.postmaster.process, &self.data),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.stopped
            && let Err(error) = self.stop()
        {
            tracing::error!(%error, "PostgreSQL is left running");
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("postmaster", &self.postmaster)
            .field("adopted", &self.child.is_none())
            .finish()
    }
}

/// The socket folder of the server that runs, once it has come up.
pub(crate) fn find_running(folder: &Folder) -> Result<Option<PathBuf>, Error> {
    let begun = Instant::now();
    loop {
        match postmaster::look(folder)? {
            State::Ready(postmaster) => return Ok(Some(postmaster.socket)),
            State::Down | State::Crashed | State::Unreachable(_) => return Ok(None),
            State::Changing(postmaster) => {
                if begun.elapsed() > START_LIMIT {
                    return Err(not_ready(folder, &postmaster, begun));
                }
                thread::sleep(POLL);
            }
        }
    }
}

fn start(
    folder: &Folder,
    binaries: &Binaries,
    account: &Account,
    options: &Options,
) -> Result<Server, Error> {
    let socket = address::socket_directory(folder.root());
    folder::make_private_directory(&socket, account)?;
    let path = folder.log();
    let mut log = open_log(folder)?;
    let offset =
        io::Seek::seek(&mut log, io::SeekFrom::End(0)).map_err(Error::file("use", &path))?;

    let mut command = account.command(&binaries.tool("postgres"));
    command.arg("-D").arg(folder.data());
    command
        .arg("-c")
        .arg(setting("port", &address::PORT.to_string()));
    let mut directories = std::ffi::OsString::from("unix_socket_directories=");
    directories.push(&socket);
    command.arg("-c").arg(directories);
    let throw_away: &[(&str, &str)] = if options.durable { &[] } else { &THROW_AWAY };
    for (name, value) in SETTINGS.iter().chain(throw_away) {
        command.arg("-c").arg(setting(name, value));
    }
    for (name, value) in &options.settings {
        command.arg("-c").arg(setting(name, value));
    }
    // To a file: a pipe would break when we end, and the server shall outlive a kill of ours.
    let errors = log.try_clone().map_err(Error::file("use", &path))?;
    let child = command
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(Error::file("run", &binaries.tool("postgres")))?;

    let postmaster = Postmaster {
        process: child.id(),
        socket,
    };
    let mut server = Server {
        postmaster,
        data: folder.data(),
        child: Some(child),
        stopped: false,
    };
    wait_for(&mut server, folder, offset)?;
    tracing::info!(process = server.postmaster.process, path = %folder.root().display(), "started PostgreSQL");
    Ok(server)
}

/// Until our child takes connections. On every other way out it is stopped by its `Drop`.
fn wait_for(server: &mut Server, folder: &Folder, offset: u64) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        if let Some(child) = &mut server.child
            && let Some(status) = child
                .try_wait()
                .map_err(Error::file("watch the server on", &folder.data()))?
        {
            server.stopped = true;
            let log = folder.log();
            let tail = tail(&folder::read_from(&log, offset));
            return Err(Error::StartFailed {
                status: status.to_string(),
                log,
                tail,
            });
        }
        match postmaster::look(folder)? {
            // Until the child has written its own file, the one of a crashed predecessor may be there.
            State::Ready(postmaster) if postmaster.process == server.postmaster.process => {
                server.postmaster = postmaster;
                return Ok(());
            }
            State::Ready(_)
            | State::Down
            | State::Crashed
            | State::Changing(_)
            | State::Unreachable(_) => {}
        }
        if begun.elapsed() > START_LIMIT {
            return Err(not_ready(folder, &server.postmaster, begun));
        }
        thread::sleep(POLL);
    }
}

fn open_log(folder: &Folder) -> Result<fs::File, Error> {
    let path = folder.log();
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LOG_LIMIT_BYTES) {
        fs::rename(&path, path.with_extension("log.1")).map_err(Error::file("rename", &path))?;
    }
    folder::open_private(&path).map_err(folder.refusal("open", &path))
}

fn setting(name: &str, value: &str) -> String {
    format!("{name}={value}")
}

fn not_ready(folder: &Folder, postmaster: &Postmaster, begun: Instant) -> Error {
    Error::NotReady {
        process: postmaster.process,
        waited: begun.elapsed(),
        log: folder.log(),
    }
}
