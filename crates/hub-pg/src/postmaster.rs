//! What `postmaster.pid` and the kernel say about the server of a cluster.
//!
//! The file alone is no proof: it survives a crash, and its process id may by then be somebody else's.

use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::{fs, io};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::address;
use crate::error::Error;
use crate::folder::Folder;

/// How a cluster stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No server, and the last one ended in order.
    Down,
    /// No server, but the last one left its file behind: it was killed, and parts of it may still be dying.
    Crashed,
    /// A server that is on its way up or down.
    Changing(Postmaster),
    /// A server that says it is ready, but whose socket nobody answers: its folder is gone, or the process is another.
    Unreachable(Postmaster),
    /// A server that takes connections.
    Ready(Postmaster),
}

/// The first process of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) process: u32,
    pub(crate) socket: PathBuf,
}

/// Looks at the cluster as it is now.
pub(crate) fn look(folder: &Folder) -> Result<State, Error> {
    let data = folder.data();
    let path = data.join("postmaster.pid");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Down),
        Err(error) => return Err(folder.refusal("read", &path)(error)),
    };
    let Some(file) = File::parse(&text) else {
        return Ok(State::Crashed);
    };
    if !is_server(file.postmaster.process, &data) {
        return Ok(State::Crashed);
    }
    Ok(match file.phase {
        Phase::Changing => State::Changing(file.postmaster),
        Phase::Ready if answers(&file) => State::Ready(file.postmaster),
        Phase::Ready => State::Unreachable(file.postmaster),
    })
}

/// Whether a process with this number lives and may be a server of this cluster.
pub(crate) fn is_server(process: u32, data: &Path) -> bool {
    exists(process)
        && match fs::read_link(format!("/proc/{process}/cwd")) {
            // Every process of a server works in its data folder.
            Ok(directory) => fs::canonicalize(data).is_ok_and(|data| data == directory),
            // A zombie has no folder any more: it is dead, only its parent has not looked yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                !Path::new("/proc/self/cwd").exists()
            }
            // Not allowed to look (root in a container without the right to): the number is all we have.
            Err(_) => true,
        }
}

/// Removes what a killed server left where its process id is by now another process's, or a zombie that nobody buries, as
/// in a container without an init: PostgreSQL would believe that its server still runs, and refuse. Done only where it is
/// certain that no process of the old server is left.
pub(crate) fn remove_misleading_files(folder: &Folder) -> Result<(), Error> {
    let data = folder.data();
    let socket = address::socket_file(&address::socket_directory(folder.root()), address::PORT);
    let files = [
        data.join("postmaster.pid"),
        socket.with_added_extension("lock"),
    ];
    for path in files.iter().filter(|path| misleads(path, &data)) {
        if nobody_works_in(&data) {
            fs::remove_file(path).map_err(Error::file("remove", path))?;
        }
    }
    Ok(())
}

/// Both files begin with the process id.
fn misleads(path: &Path, data: &Path) -> bool {
    fs::read_to_string(path)
        .ok()
        .and_then(|text| File::parse(&text))
        .is_some_and(|file| {
            exists(file.postmaster.process) && !is_server(file.postmaster.process, data)
        })
}

/// Looks through all processes of the data's owner, as whom the server runs.
fn nobody_works_in(data: &Path) -> bool {
    let (Ok(data), Ok(owner), Ok(entries)) = (
        fs::canonicalize(data),
        fs::metadata(data),
        fs::read_dir("/proc"),
    ) else {
        return false;
    };
    entries
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with(|c: char| c.is_ascii_digit())
        })
        .filter(|entry| {
            entry
                .metadata()
                .is_ok_and(|metadata| metadata.uid() == owner.uid())
        })
        .all(|entry| match fs::read_link(entry.path().join("cwd")) {
            Ok(directory) => directory != data,
            // Ended in the meantime, or a zombie.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        })
}

/// Asks a process to do what the signal means. One that is gone has nothing left to do.
pub(crate) fn signal(process: u32, signal: Signal) -> Result<(), Error> {
    match kill(pid(process), signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, process, "cannot signal PostgreSQL");
            Err(Error::NotStopped { process })
        }
    }
}

fn exists(process: u32) -> bool {
    kill(pid(process), None) != Err(Errno::ESRCH)
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(process.cast_signed())
}

fn answers(file: &File) -> bool {
    UnixStream::connect(address::socket_file(&file.postmaster.socket, file.port)).is_ok()
}

/// `postmaster.pid`: process id, data folder, start time, port, socket folder, host, shared memory, phase; a line each.
#[derive(Debug, PartialEq, Eq)]
struct File {
    postmaster: Postmaster,
    port: u16,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Changing,
    Ready,
}

impl File {
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let process = lines
            .first()?
            .trim()
            .parse()
            .ok()
            .filter(|process| *process > 0)?;
        // A server that has only begun has not written all lines yet.
        let port = lines
            .get(3)
            .and_then(|port| port.trim().parse().ok())
            .unwrap_or(address::PORT);
        let socket = PathBuf::from(lines.get(4).copied().unwrap_or_default());
        let phase = match lines.get(7).map(|phase| phase.trim()) {
            Some("ready") => Phase::Ready,
            Some(_) | None => Phase::Changing,
        };
        Some(Self {
            postmaster: Postmaster { process, socket },
            port,
            phase,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str =
        "411\n/srv/pg/data\n1700000000\n5432\n/srv/pg/run\n\n  1048  32\nready   \n";

    #[test]
    fn the_file_tells_process_socket_and_phase() {
        let postmaster = Postmaster {
            process: 411,
            socket: PathBuf::from("/srv/pg/run"),
        };
        assert_eq!(
            File::parse(READY),
            Some(File {
                postmaster: postmaster.clone(),
                port: 5432,
                phase: Phase::Ready
            })
        );
        let stopping = READY.replace("ready   ", "stopping");
        assert_eq!(
            File::parse(&stopping),
            Some(File {
                postmaster,
                port: 5432,
                phase: Phase::Changing
            })
        );
    }

    #[test]
    fn a_file_that_is_only_begun_is_a_server_on_its_way() {
        assert_eq!(
            File::parse("411\n/srv/pg/data\n").map(|file| file.phase),
            Some(Phase::Changing)
        );
    }

    #[test]
    fn a_file_without_a_process_is_no_server() {
        for text in ["", "\n", "x\n", "0\n", "-1\n"] {
            assert_eq!(File::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_living_process_elsewhere_is_not_the_server() {
        assert!(
            !is_server(std::process::id(), Path::new("/nonexistent/data"))
                || !Path::new("/proc/self/cwd").exists()
        );
    }
}
