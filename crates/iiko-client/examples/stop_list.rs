//! What is sold out, by name: `cargo run -p iiko-client --example stop_list`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::{collections::BTreeMap, error::Error};

use iiko_client::{Client, Credentials};
use iiko_emulator::{Config, Emulator};
use iiko_types::schemas::{NomenclatureRequest, StopListsRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start(Config::default())?;
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let iiko = Client::builder(&emulator.url(), credentials).build()?;
    let organizations = iiko.organizations_ids().await?;

    // a stop list has ids only
    let mut names = BTreeMap::new();
    for organization in &organizations {
        let menu = iiko
            .nomenclature(&NomenclatureRequest::new(*organization))
            .await?;
        for product in menu.products.into_iter().flatten() {
            names.insert(product.id, product.name.unwrap_or_default());
        }
    }

    let stops = iiko
        .stop_lists(&StopListsRequest::new(organizations))
        .await?;
    for organization in stops.terminal_group_stop_lists.into_iter().flatten() {
        for terminal_group in organization.items.into_iter().flatten() {
            println!("terminal group {:?}", terminal_group.terminal_group_id);
            for item in terminal_group.items.into_iter().flatten() {
                let name = item.product_id.and_then(|id| names.get(&id));
                let name = name.map_or("not on the menu", String::as_str);
                println!("  {name}: {} left", item.balance.unwrap_or_default());
            }
        }
    }
    Ok(())
}
