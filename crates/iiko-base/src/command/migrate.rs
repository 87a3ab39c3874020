//! `iiko-base migrate`: what every start does first, alone.

use crate::cli::{Outcome, Program};
use crate::console;
use crate::open_hub::{self, Standing};

pub(crate) async fn run(program: Program) -> anyhow::Result<Outcome> {
    let database =
        open_hub::open_database(&program.config, &program.data_directory, Standing::Guest).await?;
    database.close().await?;
    console::say("the database is up to date");
    Ok(Outcome::Success)
}
