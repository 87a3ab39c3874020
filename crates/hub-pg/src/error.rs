//! What can go wrong, each with its way out: these sentences are all that a person sees of this crate.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::binaries::MINIMUM_MAJOR;

/// Why the private PostgreSQL cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The machine has no PostgreSQL that we can use.
    #[error(
        "no PostgreSQL {MINIMUM_MAJOR} or newer is installed{}: install it (Debian and Ubuntu: `apt-get install postgresql`, \
         macOS: `brew install postgresql@17`), or set DATABASE_URL to a server of your own",
        older(.found)
    )]
    NoBinaries {
        /// Major versions that are there and too old.
        found: Vec<u32>,
    },

    /// The data was made by a major version that is not installed.
    #[error(
        "{} was made by PostgreSQL {major}, which is not installed{}: install that version (Debian and Ubuntu: \
         `apt-get install postgresql-{major}`, macOS: `brew install postgresql@{major}`), or set DATABASE_URL to a server \
         of your own",
        .data.display(), others(.found)
    )]
    OtherMajor {
        data: PathBuf,
        major: u32,
        found: Vec<u32>,
    },

    /// Another process has the folder.
    #[error(
        "{} is in use by another iiko-base{}: stop it first, or give this one a data directory of its own",
        .directory.display(), held_by(.process)
    )]
    HeldByAnother {
        directory: PathBuf,
        process: Option<u32>,
    },

    /// Root may not run PostgreSQL, and there is nobody to run it as.
    #[error(
        "PostgreSQL refuses to run as root, and the machine has neither a user `postgres` nor `nobody`: \
         add one (`useradd --system postgres`), start iiko-base as an ordinary user, or set DATABASE_URL"
    )]
    NoAccount,

    /// The user that PostgreSQL runs as cannot get to the data.
    #[error(
        "PostgreSQL runs as user `{user}`, who cannot pass {}: choose another data directory (such as /var/lib/iiko-base), \
         or open that one (`chmod o+x {}`)",
        .blocked.display(), .blocked.display()
    )]
    NotPassable { blocked: PathBuf, user: String },

    /// The data belongs to somebody else, and we are not root.
    #[error("{} belongs to user `{owner}`: start iiko-base as that user or as root, or choose another data directory", .path.display())]
    ForeignOwner { path: PathBuf, owner: String },

    /// The folder for the socket is not ours alone.
    #[error(
        "{} must be a folder of user `{user}` alone to hold the socket of PostgreSQL, and it is not: remove it, or choose \
         a data directory with a shorter path",
        .path.display()
    )]
    SocketDirectory { path: PathBuf, user: String },

    /// `initdb` or `createdb` failed.
    #[error("{tool} failed ({status}):\n{output}")]
    ToolFailed {
        tool: &'static str,
        status: String,
        output: String,
    },

    /// The server ended instead of starting.
    #[error("PostgreSQL did not start ({status}); the end of {}:\n{tail}", .log.display())]
    StartFailed {
        status: String,
        log: PathBuf,
        tail: String,
    },

    /// The server runs, but takes no connections in time.
    #[error(
        "PostgreSQL (process {process}) takes no connections after {} seconds: see {}, or stop it with `kill -INT {process}` \
         and start again",
        .waited.as_secs(), .log.display()
    )]
    NotReady {
        process: u32,
        waited: Duration,
        log: PathBuf,
    },

    /// The server outlived every request to end.
    #[error(
        "PostgreSQL (process {process}) does not stop: end it with `kill -QUIT {process}`, the data recovers at the next start"
    )]
    NotStopped { process: u32 },

    /// A file or folder could not be used.
    #[error("cannot {action} {}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: words an I/O error with what was being done to which path.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The last lines of a text, as much as a person wants to see of a log in an error.
pub(crate) fn tail(text: &str) -> String {
    const LINES: usize = 15;
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn older(found: &[u32]) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!(" (only {})", list(found))
    }
}

fn others(found: &[u32]) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!(" (there is {})", list(found))
    }
}

fn held_by(process: &Option<u32>) -> String {
    process
        .map(|process| format!(" (process {process})"))
        .unwrap_or_default()
}

fn list(majors: &[u32]) -> String {
    majors
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
