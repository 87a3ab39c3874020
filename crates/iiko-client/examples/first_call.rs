//! The first call, against the emulator: `cargo run -p iiko-client --example first_call`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::error::Error;

use iiko_client::{Client, Credentials};
use iiko_emulator::{Config, Emulator};
use iiko_types::schemas::NomenclatureRequest;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start(Config::default())?;
    // for iiko itself: "https://api-ru.iiko.services" and your own api login
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let iiko = Client::builder(&emulator.url(), credentials).build()?;
    for organization in iiko.organizations_ids().await? {
        let menu = iiko
            .nomenclature(&NomenclatureRequest::new(organization))
            .await?;
        let products = menu.products.unwrap_or_default();
        println!("{organization}: {} products", products.len());
    }
    Ok(())
}
