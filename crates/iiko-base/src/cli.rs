//! The command line: what there is, how it ends.
//!
//! Only what is built stands here. Exit codes: 0 success, 1 failed, 2 a mistake in the call or the configuration,
//! 3 a sync that succeeded in part.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::command::{connection, db, emulator, migrate, openapi, serve, sync, token, user};
use crate::config::{Config, ConfigError, Sources};
use crate::interrupt::Interrupt;
use crate::{console, data_directory, demo, logging};

/// An exact copy of an iiko menu in PostgreSQL, with stop lists and REST.
#[derive(Debug, Parser)]
#[command(
    name = "iiko-base",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
struct Cli {
    /// Configuration file instead of ./iiko-base.toml
    #[arg(long, global = true, value_name = "FILE", env = "IIKO_BASE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the private PostgreSQL and the secret key
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the hub: REST on --listen
    Serve(Listen),
    /// Try it out: an emulated iiko, a sample restaurant and the hub, synced, in a data directory of its own
    Demo(DemoArgs),
    /// Run the emulator of iiko's API alone
    Emulator(emulator::EmulatorArgs),
    /// Fetch something from iiko now
    Sync(sync::SyncArgs),
    /// Connections to iiko: the settings with an API key and the organizations they serve
    #[command(subcommand)]
    Connection(connection::ConnectionCommand),
    /// People who log in
    #[command(subcommand)]
    User(user::UserCommand),
    /// Long-lived tokens for programs
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Bring the database up to date, as every start does
    Migrate,
    /// The database
    #[command(subcommand)]
    Db(db::DbCommand),
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Args)]
struct Listen {
    /// Address of the hub [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
struct DemoArgs {
    #[command(flatten)]
    listen: Listen,
    /// Verify the answers and end
    #[arg(long)]
    check: bool,
}

/// How a command has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failed,
    Usage,
    Partial,
    /// That of a program we ran for the person.
    Of(u8),
}

/// A call that cannot be carried out as it was made.
#[derive(Debug)]
pub struct UsageError(pub String);

/// What every command is given.
#[derive(Debug)]
pub struct Program {
    pub config: Config,
    pub data_directory: PathBuf,
    pub interrupt: Interrupt,
}

/// Runs the program.
pub fn main(
    arguments: impl IntoIterator<Item = OsString>,
    environment: Vec<(OsString, OsString)>,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // what cannot be printed has no reader
            drop(error.print());
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Outcome::Success,
                _ => Outcome::Usage,
            }
            .into();
        }
    };
    match start(cli, environment) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            console::say(format_args!("error: {error:#}"));
            if error.is::<UsageError>() || error.is::<ConfigError>() {
                Outcome::Usage.into()
            } else {
                Outcome::Failed.into()
            }
        }
    }
}

fn start(cli: Cli, environment: Vec<(OsString, OsString)>) -> anyhow::Result<Outcome> {
    if matches!(cli.command, Command::Openapi) {
        return openapi::run();
    }
    let sources = Sources {
        options: cli.options(),
        file: cli.config,
        environment,
    };
    let config = Config::load(&sources)?;
    let usual_level = match cli.command {
        Command::Serve(_) | Command::Emulator(_) => "info",
        // its card tells all there is to know, and the sample restaurant has its oddities on purpose
        Command::Demo(_) => "error",
        Command::Sync(_)
        | Command::Connection(_)
        | Command::User(_)
        | Command::Token(_)
        | Command::Migrate
        | Command::Db(_)
        | Command::Openapi => "warn",
    };
    logging::start(&config.log, usual_level)?;
    let data_directory = data_directory::find(&config, &sources.environment)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let program = Program {
                config,
                data_directory,
                interrupt: Interrupt::listen()?,
            };
            // on the heap: the state of all commands is more than a stack should hold
            Box::pin(run(cli.command, program)).await
        })
}

async fn run(command: Command, program: Program) -> anyhow::Result<Outcome> {
    match command {
        Command::Serve(_) => serve::run(program).await,
        Command::Demo(arguments) => {
            let listen = arguments.listen.listen;
            if arguments.check {
                demo::run_check(program, listen).await
            } else {
                demo::run(program, listen).await
            }
        }
        Command::Emulator(arguments) => emulator::run(program, arguments).await,
        Command::Sync(arguments) => sync::run(program, arguments).await,
        Command::Connection(command) => connection::run(program, command).await,
        Command::User(command) => user::run(program, command).await,
        Command::Token(command) => token::run(program, command).await,
        Command::Migrate => migrate::run(program).await,
        Command::Db(command) => db::run(program, command).await,
        Command::Openapi => openapi::run(),
    }
}

impl Cli {
    /// The options that are keys of the configuration.
    fn options(&self) -> Vec<(&'static str, String, &'static str)> {
        let mut options = Vec::new();
        if let Some(path) = &self.data_dir {
            options.push(("data_dir", path.clone(), "--data-dir"));
        }
        if let Command::Serve(Listen {
            listen: Some(listen),
        }) = &self.command
        {
            options.push(("listen", listen.to_string(), "--listen"));
        }
        options
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::SUCCESS,
            Outcome::Failed => Self::from(1),
            Outcome::Usage => Self::from(2),
            Outcome::Partial => Self::from(3),
            Outcome::Of(code) => Self::from(code),
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
