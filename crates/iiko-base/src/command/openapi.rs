//! `iiko-base openapi`: the document of the REST interface. Needs neither database nor configuration.

use crate::cli::Outcome;
use crate::console;

pub(crate) fn run() -> anyhow::Result<Outcome> {
    console::json(&hub_api::openapi())?;
    Ok(Outcome::Success)
}
