//! `iiko-base serve`: the hub, until it is told to end.

use anyhow::Context;
use tokio::net::TcpListener;

use crate::cli::{Outcome, Program};
use crate::open_hub::{OpenHub, Standing};
use crate::server::Server;

pub(crate) async fn run(mut program: Program) -> anyhow::Result<Outcome> {
    // first the address: where it is taken, nothing has to be started
    let listener = TcpListener::bind(program.config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", program.config.listen))?;
    let open = OpenHub::open(&program.config, &program.data_directory, Standing::Owner).await?;
    let server = Server::start(listener, &open.hub)?;
    tracing::info!(address = %server.address(), "serving on http://{}", server.address());

    program.interrupt.wait().await;
    tracing::info!("ending");
    server.stop().await;
    open.close().await?;
    Ok(Outcome::Success)
}
