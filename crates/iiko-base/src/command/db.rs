//! `iiko-base db`: the address of the database, and a shell in it.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use secrecy::ExposeSecret;
use tokio::process;

use crate::cli::{Outcome, Program};
use crate::console;
use crate::open_hub::{self, Standing};

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Print the address, with the password
    Url,
    /// Open psql, or run it with the given arguments
    Psql {
        /// Arguments of psql, such as -c 'SELECT count(*) FROM products'
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGUMENTS"
        )]
        arguments: Vec<OsString>,
    },
}

pub(crate) async fn run(program: Program, command: DbCommand) -> anyhow::Result<Outcome> {
    let database =
        open_hub::open_database(&program.config, &program.data_directory, Standing::Guest).await?;
    let url = database.url().expose_secret();
    let outcome = match command {
        DbCommand::Url => {
            console::data(url);
            if database.is_owned() {
                console::say(
                    "the private PostgreSQL runs, and this address answers, while `iiko-base serve` does",
                );
            }
            Ok(Outcome::Success)
        }
        DbCommand::Psql { arguments } => run_psql(psql_path(&program), url, arguments).await,
    };
    database.close().await?;
    outcome
}

/// The one of the private cluster's version; beside a server of the customer's own the newest, else the one in the PATH.
fn psql_path(program: &Program) -> PathBuf {
    let directory = open_hub::postgres_directory(&program.data_directory);
    hub_pg::psql_path(&directory).unwrap_or_else(|_| PathBuf::from("psql"))
}

/// Ctrl-C is psql's to obey: ours goes to `Program::interrupt`, where nobody asks for it now.
async fn run_psql(psql: PathBuf, url: &str, arguments: Vec<OsString>) -> anyhow::Result<Outcome> {
    // the address in the environment would be visible to fewer, but psql takes a whole one as an argument only
    let status = process::Command::new(&psql)
        .arg(url)
        .args(arguments)
        .status()
        .await
        .with_context(|| format!("cannot run {}", psql.display()))?;
    Ok(match status.code() {
        Some(0) => Outcome::Success,
        Some(code) => Outcome::Of(u8::try_from(code).unwrap_or(1)),
        None => Outcome::Failed,
    })
}
