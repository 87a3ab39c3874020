//! `iiko-base token`: long-lived tokens for cron, a site, a till. A token is shown once, its hash is stored.

use chrono::{DateTime, Days, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use hub_api::accounts::{self, NewToken, Scope};
use hub_db::api_token::ApiToken;
use iiko_client::clock::Clock;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::PgPool;

use crate::cli::{Outcome, Program, UsageError};
use crate::console;
use crate::open_hub::{self, Standing};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it
    Create(CreateArgs),
    /// List the tokens, without the tokens themselves
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token useless, for good
    Revoke {
        /// Its number in the list
        id: i32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// What it is for: cron, site
    #[arg(long)]
    name: String,
    /// read: data and history; sync: also starts syncs; admin: everything
    #[arg(long, default_value_t = Scope::Sync)]
    scope: Scope,
    /// After how many days it ends; without it, never
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    expires_days: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(program: Program, command: TokenCommand) -> anyhow::Result<Outcome> {
    let database =
        open_hub::open_database(&program.config, &program.data_directory, Standing::Guest).await?;
    let outcome = carry_out(database.pool(), command, Clock::System.now()).await;
    database.close().await?;
    outcome.map(|()| Outcome::Success)
}

async fn carry_out(db: &PgPool, command: TokenCommand, now: DateTime<Utc>) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create(arguments) => create(db, arguments, now).await,
        TokenCommand::List { json } => {
            let tokens = accounts::list_api_tokens(db).await?;
            if json {
                return console::json(&tokens.iter().map(document).collect::<Vec<_>>());
            }
            show(&tokens, now);
            Ok(())
        }
        TokenCommand::Revoke { id } => {
            accounts::revoke_api_token(db, id, now).await?;
            console::say(format_args!("token {id} is revoked"));
            Ok(())
        }
    }
}

async fn create(db: &PgPool, arguments: CreateArgs, now: DateTime<Utc>) -> anyhow::Result<()> {
    let expires_at = match arguments.expires_days {
        Some(days) => Some(
            now.checked_add_days(Days::new(days.into()))
                .ok_or_else(|| {
                    UsageError(format!(
                        "{days} days from now is no date: leave out --expires-days"
                    ))
                })?,
        ),
        None => None,
    };
    let wanted = NewToken {
        name: arguments.name,
        scope: arguments.scope,
        expires_at,
    };
    let created = accounts::create_api_token(db, wanted, now).await?;
    let token = created.token.expose_secret();
    if arguments.json {
        return console::json(&json!({
            "id": created.id,
            "token": token,
            "scope": arguments.scope.as_str(),
            "expires_at": expires_at.map(written),
        }));
    }
    console::say(format_args!("token {}, shown this once:", created.id));
    console::data(token);
    Ok(())
}

fn show(tokens: &[ApiToken], now: DateTime<Utc>) {
    let mut table = console::table(&[
        "id",
        "name",
        "begins with",
        "scope",
        "state",
        "expires",
        "last used",
    ]);
    for token in tokens {
        table.add_row([
            token.id.to_string(),
            token.name.clone(),
            token.prefix.clone(),
            token.scope.clone(),
            state(token, now).to_owned(),
            token.expires_at.map_or_else(|| "never".to_owned(), written),
            token
                .last_used_at
                .map_or_else(|| "never".to_owned(), written),
        ]);
    }
    console::data(table);
}

fn document(token: &ApiToken) -> serde_json::Value {
    json!({
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scope": token.scope,
        "created_at": written(token.created_at),
        "expires_at": token.expires_at.map(written),
        "last_used_at": token.last_used_at.map(written),
        "revoked_at": token.revoked_at.map(written),
    })
}

fn state(token: &ApiToken, now: DateTime<Utc>) -> &'static str {
    if token.revoked_at.is_some() {
        "revoked"
    } else if token.expires_at.is_some_and(|expiry| expiry <= now) {
        "expired"
    } else {
        "live"
    }
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
