//! Tables of the demo restaurant, and a day for which they can be reserved.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{Desk, PARKOVAYA};

/// The ids of all tables of the halls where [`crate::orders::pickup`]'s orders go.
pub(crate) async fn tables(desk: &Desk) -> Vec<Value> {
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let group = control.terminal_group(organization, "Парковая, зал");
    let body = json!({"terminalGroupIds": [group.unwrap()]});
    let path = "/api/1/reserve/available_restaurant_sections";
    let halls = desk.ask(path, body).await;
    let sections = halls["restaurantSections"].as_array().unwrap().iter();
    let tables = sections.flat_map(|hall| hall["tables"].as_array().unwrap());
    tables.map(|table| table["id"].clone()).collect()
}

/// The first of them.
pub(crate) async fn table(desk: &Desk) -> Value {
    tables(desk).await.swap_remove(0)
}

/// A day from now, as it is written.
pub(crate) fn tomorrow(desk: &Desk) -> String {
    let at = desk.control().state().now + TimeDelta::days(1);
    at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}
