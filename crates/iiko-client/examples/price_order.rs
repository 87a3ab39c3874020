//! A price order, from the question what a dish costs to a draft in the back office, against the emulator:
//! `cargo run -p iiko-client --example price_order`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::error::Error;

use chrono::{Days, NaiveTime};
use iiko_client::server::{
    Login, MenuChange, MenuChangeDraft, MenuChangeItem, MenuChangeQuery, Question, Server, Status,
    effective_price,
};
use iiko_emulator::{Config, Emulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start(Config::default())?;
    // for your own server: "https://cafe.example:443" and a user who may work with price orders
    let login = Login::new("prices", &"demo".into());
    let server = Server::builder(&emulator.url(), login, chrono_tz::Europe::Moscow).build()?;
    let result = change_a_price(&server).await;
    // gives the license slot back, whatever happened
    server.close().await;
    result
}

async fn change_a_price(server: &Server) -> Result<(), Box<dyn Error>> {
    // the list goes by the day on which an order begins, and one that began years ago may still be in force
    let everything = MenuChangeQuery::between("2000-01-01", "2100-01-01");
    let mut orders = server.menu_changes(&everything).await?.items;
    for order in &orders {
        let (number, from) = (order.document_number.as_deref(), &order.date_incoming);
        println!(
            "{} from {from}: {}, {} rows",
            number.unwrap_or("?"),
            order.status,
            order.items.len()
        );
    }
    let in_force = orders.iter().find(|order| order.schedule.is_none());
    let row = in_force
        .and_then(|order| order.items.first())
        .ok_or("there is no price to change")?;

    // a row replaces what was set before as a whole, so the new one begins as the old one
    let mut changed = row.clone();
    changed.price = Some("219.5".parse()?);
    let tomorrow = server.today() + Days::new(1);
    let mut draft = MenuChangeDraft::new(tomorrow, vec![changed]);
    // by this it can be found again if its answer is lost
    draft.comment = Some("price_order example, 1".to_owned());

    let question = question(row, tomorrow);
    let before = effective_price(&orders, &question);
    let made = server.create_menu_change(&draft).await?;
    println!("made {:?} as {}", made.document_number, made.status);
    // a draft has no effect: what would it be if somebody posted it?
    orders.push(MenuChange {
        status: Status::Processed,
        ..made
    });
    let after = effective_price(&orders, &question);
    println!(
        "tomorrow at noon: {:?}, then {:?}",
        before.outcome, after.outcome
    );
    println!(
        "sure of it: {:?}, {:?}",
        after.confidence(),
        after.assumptions
    );
    Ok(())
}

/// What the row's product costs at noon of a day, to a guest without a price category.
fn question(row: &MenuChangeItem, day: chrono::NaiveDate) -> Question {
    Question {
        department_id: row.department_id,
        product_id: row.product_id,
        size_id: row.product_size_id,
        category_id: None,
        day,
        at: day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()),
        card: None,
    }
}
