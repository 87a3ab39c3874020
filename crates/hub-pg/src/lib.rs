//! The private PostgreSQL: what the program runs when nobody has given it a `DATABASE_URL`.
//!
//! It is an ordinary cluster made by the PostgreSQL binaries of the machine, reachable over a Unix socket alone, living
//! in one folder:
//!
//! ```text
//! <directory>/lock           held with flock by the program that owns the cluster, its process id inside
//! <directory>/password       of the role `iiko_base`, mode 0600
//! <directory>/postgres.log   what the server says
//! <directory>/run/           the socket (in a short folder under /tmp where this path is too long for one)
//! <directory>/data/          the cluster
//! ```
//!
//! The promise: one owner at a time; `stop` and `Drop` leave no `postgres` behind; after a kill -9 of the program the
//! server lives on, and the next `start` adopts it, or recovers the cluster if the server died as well. As root nothing
//! of PostgreSQL runs as root: it runs as the owner of the data, at first `postgres`, else `nobody`.
//!
//! The server is started without `pg_ctl`. `pg_ctl` hands its arguments to a shell unquoted and tells less about a failed
//! start; as our own child the server's exit is seen at once and with its status. Everything here blocks: call it outside
//! of an async runtime, or through `spawn_blocking`. No SQL is spoken; databases are made with `createdb`.

mod account;
mod address;
mod binaries;
mod cluster;
mod error;
mod folder;
mod lock;
mod postmaster;
mod server;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::binaries::Binaries;
pub use crate::error::Error;
use crate::folder::Folder;
use crate::lock::Lock;
use crate::server::Server;

/// A running private server. Dropping it stops the server.
pub struct PrivatePostgres {
    server: Server,
    url: String,
    // Last, for fields are dropped in order: the folder is free only when the server is gone.
    _lock: Lock,
}

/// How to run the server where the usual way does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether commits survive a power failure. False makes throw-away clusters for tests faster.
    pub durable: bool,
    /// More settings of the server, `("work_mem", "16MB")`. They win over ours.
    pub settings: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: true,
            settings: Vec::new(),
        }
    }
}

impl PrivatePostgres {
    /// Takes the folder, makes the cluster if there is none, and starts or adopts its server.
    pub fn start(directory: &Path) -> Result<Self, Error> {
        Self::start_with(directory, &Options::default())
    }

    /// As `start`, with options. A server that is adopted keeps the options it was started with.
    pub fn start_with(directory: &Path, options: &Options) -> Result<Self, Error> {
        let folder = Folder::create(directory)?;
        let lock = Lock::take(&folder)?;
        let account = Account::choose(&folder)?;
        let binaries = Binaries::find(&folder)?;
        account.check_access(&binaries, folder.root())?;
        let password = folder.load_or_make_password(&account)?;
        if !folder.has_cluster()? {
            cluster::initialize(&folder, &binaries, &account, options)?;
        }
        let server = Server::adopt_or_start(&folder, &binaries, &account, options)?;
        cluster::ensure_database(&binaries, &account, server.socket(), &password)?;
        let url = address::url(server.socket(), &password);
        Ok(Self {
            server,
            url,
            _lock: lock,
        })
    }

    /// The address of the application's database, for sqlx and for `psql`. It holds the password.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Shuts the server down and waits until it is gone. Open connections are cut, open transactions rolled back.
    pub fn stop(mut self) -> Result<(), Error> {
        self.server.stop()
    }
}

impl fmt::Debug for PrivatePostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivatePostgres")
            .field("server", &self.server)
            .field("url", &"****")
            .finish()
    }
}

/// The address of the server that runs on `directory` now, if one does: for a command that is a guest of the program
/// that owns the folder. Neither starts nor stops anything.
pub fn join(directory: &Path) -> Result<Option<String>, Error> {
    let Some(folder) = Folder::open(directory)? else {
        return Ok(None);
    };
    let Some(socket) = server::find_running(&folder)? else {
        return Ok(None);
    };
    Ok(Some(address::url(&socket, &folder.load_password()?)))
}

/// Where the `psql` that fits the cluster in `directory` is. Without a cluster there: the newest of the machine.
pub fn psql_path(directory: &Path) -> Result<PathBuf, Error> {
    let binaries = match Folder::open(directory)? {
        Some(folder) => Binaries::find(&folder)?,
        None => Binaries::newest()?,
    };
    Ok(binaries.tool("psql"))
}
