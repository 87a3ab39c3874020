//! `iiko-base connection`: the settings, as the panel and REST have them.
//!
//! Secrets are taken from an option, the environment, or the terminal and a pipe, and never shown again.

use clap::{Args, Subcommand, ValueEnum};
use hub_engine::connection::{
    self, Connection, ConnectionChange, ConnectionOrganization, LoginKind,
};
use hub_engine::hub::Hub;
use secrecy::SecretString;
use serde_json::json;

use crate::cli::{Outcome, Program, UsageError};
use crate::console;
use crate::open_hub::{OpenHub, Standing};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Store an API key and enable its organizations
    Add(AddArgs),
    /// List the connections
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Log in at iiko and list the organizations that the key may see
    Test {
        /// Number of the connection
        setting_id: i32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget a connection and its key; what was synced stays
    Remove {
        /// Number of the connection
        setting_id: i32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Address of iiko
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://api-ru.iiko.services"
    )]
    api_url: String,
    /// The key (v1: apiLogin); without it, it is asked for or read from the standard input
    #[arg(
        long,
        value_name = "KEY",
        env = "IIKO_BASE_API_KEY",
        hide_env_values = true
    )]
    api_key: Option<SecretString>,
    /// How iiko wants the login
    #[arg(long, value_enum, default_value_t = Login::V1)]
    login: Login,
    /// v2: number of the application
    #[arg(long, value_name = "ID", required_if_eq("login", "v2"))]
    app_id: Option<String>,
    /// v2: secret of the application; without it, it is asked for
    #[arg(
        long,
        value_name = "SECRET",
        env = "IIKO_BASE_CLIENT_SECRET",
        hide_env_values = true
    )]
    client_secret: Option<SecretString>,
    /// Organizations to enable, the first is the default one; without it, all that the key may see
    #[arg(long = "organization", value_name = "ID")]
    organization_ids: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Login {
    V1,
    V2,
}

pub(crate) async fn run(program: Program, command: ConnectionCommand) -> anyhow::Result<Outcome> {
    // before the database is opened: a person may take long to type
    let command = match command {
        ConnectionCommand::Add(arguments) => ConnectionCommand::Add(ask_for_secrets(arguments)?),
        ConnectionCommand::List { .. }
        | ConnectionCommand::Test { .. }
        | ConnectionCommand::Remove { .. } => command,
    };
    let open = OpenHub::open(&program.config, &program.data_directory, Standing::Guest).await?;
    let outcome = carry_out(&open.hub, command).await;
    open.close().await?;
    outcome.map(|()| Outcome::Success)
}

async fn carry_out(hub: &Hub, command: ConnectionCommand) -> anyhow::Result<()> {
    match command {
        ConnectionCommand::Add(arguments) => add(hub, arguments).await,
        ConnectionCommand::List { json } => show(&connection::list(hub).await?, json),
        ConnectionCommand::Test { setting_id, json } => {
            let organizations = connection::test(hub, setting_id).await?.organizations;
            show_organizations(&organizations, json)
        }
        ConnectionCommand::Remove { setting_id } => {
            connection::remove(hub, setting_id).await?;
            console::say(format_args!("connection {setting_id} is removed"));
            Ok(())
        }
    }
}

/// Stored first, then tried: a key that was typed correctly must not be lost because iiko is down.
async fn add(hub: &Hub, arguments: AddArgs) -> anyhow::Result<()> {
    let change = ConnectionChange {
        api_url: Some(arguments.api_url),
        login_kind: Some(match arguments.login {
            Login::V1 => LoginKind::V1,
            Login::V2 => LoginKind::V2,
        }),
        api_key: arguments.api_key,
        app_id: arguments.app_id.map(Some),
        client_secret: arguments.client_secret,
        ..ConnectionChange::default()
    };
    let setting_id = connection::create(hub, change).await?.id;
    console::say(format_args!("connection {setting_id} is stored"));
    let visible = connection::test(hub, setting_id).await?.organizations;
    let organizations = choose(visible, &arguments.organization_ids)?;
    let change = ConnectionChange {
        organizations: Some(organizations),
        ..ConnectionChange::default()
    };
    let stored = connection::update(hub, setting_id, change).await?;
    show(&[stored], arguments.json)
}

/// The organizations to enable, in the order they were asked for.
fn choose(
    visible: Vec<ConnectionOrganization>,
    wanted: &[String],
) -> anyhow::Result<Vec<ConnectionOrganization>> {
    if wanted.is_empty() {
        return Ok(visible);
    }
    wanted
        .iter()
        .map(|wanted| {
            let known = visible
                .iter()
                .find(|known| known.organization_id.eq_ignore_ascii_case(wanted));
            known.cloned().ok_or_else(|| {
                UsageError(format!("the key does not show an organization `{wanted}`")).into()
            })
        })
        .collect()
}

fn ask_for_secrets(mut arguments: AddArgs) -> anyhow::Result<AddArgs> {
    if arguments.api_key.is_none() {
        arguments.api_key = Some(console::read_secret("API key")?);
    }
    if arguments.login == Login::V2 && arguments.client_secret.is_none() {
        arguments.client_secret = Some(console::read_secret("client secret")?);
    }
    Ok(arguments)
}

fn show(connections: &[Connection], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let documents: Vec<_> = connections
            .iter()
            .map(|connection| {
                json!({
                    "id": connection.id,
                    "api_url": connection.api_url,
                    "login_kind": connection.login_kind.as_str(),
                    "is_active": connection.is_active,
                    "organizations": documents(&connection.organizations),
                })
            })
            .collect();
        return console::json(&documents);
    }
    let mut table = console::table(&["setting", "address", "login", "active", "organizations"]);
    for connection in connections {
        let organizations: Vec<String> = connection.organizations.iter().map(label).collect();
        table.add_row([
            connection.id.to_string(),
            connection.api_url.clone(),
            connection.login_kind.as_str().to_owned(),
            if connection.is_active { "yes" } else { "no" }.to_owned(),
            organizations.join("\n"),
        ]);
    }
    console::data(table);
    Ok(())
}

fn show_organizations(
    organizations: &[ConnectionOrganization],
    as_json: bool,
) -> anyhow::Result<()> {
    if as_json {
        return console::json(&documents(organizations));
    }
    let mut table = console::table(&["organization", "name"]);
    for organization in organizations {
        table.add_row([
            organization.organization_id.as_str(),
            organization.name.as_deref().unwrap_or_default(),
        ]);
    }
    console::data(table);
    Ok(())
}

fn documents(organizations: &[ConnectionOrganization]) -> Vec<serde_json::Value> {
    organizations
        .iter()
        .map(|organization| {
            json!({ "organization_id": organization.organization_id, "name": organization.name })
        })
        .collect()
}

fn label(organization: &ConnectionOrganization) -> String {
    match &organization.name {
        Some(name) => format!("{} {name}", organization.organization_id),
        None => organization.organization_id.clone(),
    }
}
