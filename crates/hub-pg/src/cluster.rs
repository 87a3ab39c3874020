//! Makes what must exist once: the cluster and the application's database in it.

use std::path::Path;
use std::process::Command;

use crate::Options;
use crate::account::Account;
use crate::address::{DATABASE, PORT, ROLE};
use crate::binaries::Binaries;
use crate::error::Error;
use crate::folder::Folder;

/// Names sort by ICU collations that the columns name (`"ru-x-icu"`); the rest sorts by bytes, the same on every machine.
/// macOS has no locale of that name in all its versions.
const LOCALE: &str = if cfg!(target_os = "macos") {
    "C"
} else {
    "C.UTF-8"
};

/// Runs `initdb` in a side folder and renames it, so that a kill leaves no half-made cluster.
pub(crate) fn initialize(
    folder: &Folder,
    binaries: &Binaries,
    account: &Account,
    options: &Options,
) -> Result<(), Error> {
    tracing::info!(user = account.name(), path = %folder.data().display(), "making a PostgreSQL cluster");
    let fresh = folder.make_fresh(account)?;
    let mut command = account.command(&binaries.tool("initdb"));
    command
        .arg("--pgdata")
        .arg(&fresh)
        .arg("--pwfile")
        .arg(folder.password())
        .args([
            "--username",
            ROLE,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
        ])
        .arg(format!("--locale={LOCALE}"));
    if !options.durable {
        command.arg("--no-sync");
    }
    account.run("initdb", &mut command)?;
    folder.adopt_fresh(&fresh)
}

/// Makes the application's database if it is not there: a kill may have come between the first start and `createdb`.
pub(crate) fn ensure_database(
    binaries: &Binaries,
    account: &Account,
    socket: &Path,
    password: &str,
) -> Result<(), Error> {
    let client = |tool: &str| {
        let mut command = account.command(&binaries.tool(tool));
        // The account owns the cluster: its environment is no secret from it.
        command
            .env("PGPASSWORD", password)
            .arg("--no-password")
            .arg("--host")
            .arg(socket);
        command.args(["--username", ROLE, "--port", &PORT.to_string()]);
        command
    };
    if is_there(client("psql"))? {
        return Ok(());
    }
    account.run(
        "createdb",
        client("createdb").args(["--maintenance-db=postgres", DATABASE]),
    )
}

/// `psql` ends well when it could connect. Any other cause than an absent database shows in `createdb` next.
fn is_there(mut psql: Command) -> Result<bool, Error> {
    let program = Path::new(psql.get_program()).to_owned();
    let answer = psql
        .args(["--no-psqlrc", "--dbname", DATABASE, "--command", "\\q"])
        .output();
    Ok(answer
        .map_err(Error::file("run", &program))?
        .status
        .success())
}
