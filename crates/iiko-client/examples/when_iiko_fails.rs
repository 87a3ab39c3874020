//! What the client does when iiko misbehaves: `cargo run -p iiko-client --example when_iiko_fails`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::{sync::Arc, time::Duration};

use iiko_client::{Client, Credentials, Error, Exchange, ExchangeObserver};
use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
};
use iiko_types::schemas::{GetOrganizationsRequest, StopListsRequest};

/// Prints every exchange; its bodies are redacted by then.
struct Log;

impl ExchangeObserver for Log {
    fn exchanged(&self, exchange: &Exchange) {
        println!("    {}: {:?}", exchange.operation, exchange.status);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start(Config::default())?;
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let iiko = Client::builder(&emulator.url(), credentials)
        .backoff(Duration::from_millis(50))
        .observer(Arc::new(Log))
        .build()?;

    println!("the token expires: one renewal, one repeat");
    iiko.organizations(&GetOrganizationsRequest::default())
        .await?;
    emulator.control().expire_tokens();
    iiko.organizations(&GetOrganizationsRequest::default())
        .await?;

    println!("an answer is lost: a read is repeated");
    let lost = FaultRule::new("organizations", Fault::DroppedAfter).times(1);
    emulator.control().add_fault(lost);
    iiko.organizations(&GetOrganizationsRequest::default())
        .await?;

    println!("iiko refuses: its own words, and the id its support asks for");
    let strangers = StopListsRequest::new(vec!["00000000-0000-0000-0000-000000000001".parse()?]);
    match iiko.stop_lists(&strangers).await {
        Err(Error::Refused {
            status,
            code,
            description,
            correlation_id,
            ..
        }) => println!("    {status} {code:?}: {description} ({correlation_id:?})"),
        other => println!("    {other:?}"),
    }
    Ok(())
}
