//! What a receiver of webhooks does with a request: `cargo run -p iiko-client --example receive_webhook`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use iiko_client::webhook::{self, Event};

const BODY: &[u8] = br#"[
    {"eventType": "StopListUpdate", "eventTime": "2026-05-01 12:30:00.000",
     "organizationId": "00000000-0000-0000-0000-000000000001", "eventInfo": {"terminalGroupsStopListsUpdates": []}},
    {"eventType": "SomethingNew", "eventInfo": {"whatever": 1}}
]"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let headers = [("authorization", b"Bearer invented-secret".as_slice())];
    if !webhook::is_authentic(&"invented-secret".into(), headers, None) {
        println!("401");
        return Ok(());
    }
    // keep the bytes and answer 200 before anything else; then, at leisure:
    for received in webhook::parse(BODY)? {
        match received.event {
            Ok(Event::StopListUpdate(event)) => {
                println!("ask for the stop lists of {:?}", event.organization_id);
            }
            Ok(Event::Unknown(event)) => println!("not for us: {:?}", event.event_type),
            Ok(other) => println!("{other:?}"),
            Err(error) => println!("keep for a person: {error}, {}", received.raw.get()),
        }
    }
    Ok(())
}
