//! The demo's connection: to the emulator, with all of its organizations.

use anyhow::Context;
use hub_engine::connection::{self, ConnectionChange, LoginKind};
use hub_engine::hub::Hub;
use secrecy::SecretString;

const API_LOGIN: &str = "demo";

/// Makes the connection, or points the one of an earlier start at this emulator: its port may be another.
pub(crate) async fn connect(hub: &Hub, emulator_url: &str) -> anyhow::Result<i32> {
    let change = ConnectionChange {
        api_url: Some(emulator_url.to_owned()),
        login_kind: Some(LoginKind::V1),
        api_key: Some(SecretString::from(API_LOGIN)),
        is_active: Some(true),
        ..ConnectionChange::default()
    };
    let known = connection::list(hub).await?;
    let setting_id = match known.first() {
        Some(known) => connection::update(hub, known.id, change).await?.id,
        None => connection::create(hub, change).await?.id,
    };
    let organizations = connection::test(hub, setting_id)
        .await
        .context("the emulator refuses the demo's login")?
        .organizations;
    let change = ConnectionChange {
        organizations: Some(organizations),
        ..ConnectionChange::default()
    };
    connection::update(hub, setting_id, change).await?;
    Ok(setting_id)
}
