//! `iiko-base user`: who logs in. A password is made up and shown once, or read from the standard input.

use clap::{Args, Subcommand};
use hub_api::accounts;
use secrecy::{ExposeSecret, SecretString};

use crate::cli::{Outcome, Program};
use crate::open_hub::{self, Standing};
use crate::{console, password};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person
    Create(UserArgs),
    /// Give a person a new password and end the sessions of the old one
    Password(UserArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    /// Name to log in with
    username: String,
    /// Ask for the password, or read it from the standard input, instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) async fn run(program: Program, command: UserCommand) -> anyhow::Result<Outcome> {
    let (UserCommand::Create(arguments) | UserCommand::Password(arguments)) = &command;
    let username = &arguments.username;
    let chosen = if arguments.password_stdin {
        Some(console::read_secret("password")?)
    } else {
        None
    };
    let (secret, is_made_up) = match chosen {
        Some(secret) => (secret, false),
        None => (password::generate(), true),
    };

    let database =
        open_hub::open_database(&program.config, &program.data_directory, Standing::Guest).await?;
    let done = match &command {
        UserCommand::Create(_) => accounts::create_user(database.pool(), username, secret.clone())
            .await
            .map(|_| "is created"),
        UserCommand::Password(_) => {
            accounts::set_password(database.pool(), username, secret.clone())
                .await
                .map(|()| "has a new password")
        }
    };
    database.close().await?;
    console::say(format_args!("user `{username}` {}", done?));
    if is_made_up {
        show(&secret);
    }
    Ok(Outcome::Success)
}

fn show(password: &SecretString) {
    console::say("the password, shown this once:");
    console::data(password.expose_secret());
}
