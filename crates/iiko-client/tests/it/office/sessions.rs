//! Sessions: one for all calls, one call at a time, and what is told of those that cannot be opened.

use iiko_client::server::{Error, Forbidden, Login, Server};
use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
};

use super::{LIST, LOGIN, Office, everything};

#[tokio::test]
async fn many_calls_share_one_slot_and_closing_gives_it_back() {
    let office = Office::open();
    assert_eq!(
        office.server.info().await.unwrap().version.to_string(),
        "9.1.8028.0"
    );
    assert_eq!(
        office.slots_used(),
        0,
        "who asks for the version needs no slot"
    );
    let query = everything();
    let (a, b, c) = tokio::join!(
        office.server.menu_changes(&query),
        office.server.departments(),
        office.server.product_scales(false),
    );
    assert_eq!(a.unwrap().items.len(), 2);
    assert!(!b.unwrap().is_empty() && !c.unwrap().is_empty());
    assert_eq!((office.slots_used(), office.control().calls(LOGIN)), (1, 1));
    office.server.clone().close().await;
    assert_eq!(office.slots_used(), 0);
}

#[tokio::test]
async fn calls_go_one_after_another() {
    let office = Office::open();
    office.server.departments().await.unwrap();
    let late = FaultRule::new(LIST, Fault::Latency { milliseconds: 40 });
    office.control().add_fault(late);
    let query = everything();
    let (slow, quick) = tokio::join!(
        office.server.menu_changes(&query),
        office.server.departments()
    );
    slow.unwrap();
    quick.unwrap();
    let order: Vec<String> = office
        .control()
        .exchanges()
        .into_iter()
        .filter_map(|exchange| exchange.operation)
        .collect();
    let tail = &order[order.len() - 2..];
    assert_eq!(tail, [LIST, "server/corporation/departments"]);
    office.server.close().await;
}

#[tokio::test]
async fn a_server_that_started_again_is_logged_into_once_more() {
    let office = Office::open();
    office.server.departments().await.unwrap();
    office.control().restart_server().unwrap();
    office.server.departments().await.unwrap();
    assert_eq!(office.control().calls(LOGIN), 2);
    let refusing = Fault::Status {
        status: 401,
        retry_after: None,
    };
    office.control().add_fault(FaultRule::new(LIST, refusing));
    let error = office.server.menu_changes(&everything()).await.unwrap_err();
    assert!(matches!(error, Error::SessionRefused { .. }), "{error}");
    assert_eq!(
        office.control().calls(LIST),
        2,
        "asked once more, and then no more"
    );
    assert_eq!(office.slots_used(), 0);
    office.server.close().await;
}

#[tokio::test]
async fn the_three_causes_of_a_403_are_told_apart() {
    let office = Office::open();
    let forbidden = async || match office.server.menu_changes(&everything()).await {
        Err(Error::Forbidden { cause, .. }) => cause,
        other => panic!("{other:?}"),
    };
    office.control().set_server_slots(0).unwrap();
    assert_eq!(
        forbidden().await,
        Forbidden::NoFreeSlot { module: Some(2000) }
    );
    office.control().set_server_modules(&[]).unwrap();
    assert_eq!(
        forbidden().await,
        Forbidden::NotLicensed { module: Some(2000) }
    );
    office.control().set_server_modules(&[2000]).unwrap();
    office.control().set_server_slots(1).unwrap();
    office.control().set_server_right(false).unwrap();
    assert_eq!(forbidden().await, Forbidden::RightMissing);
    assert_eq!(office.slots_used(), 0, "the one of the refused call");
    office.server.close().await;
}

#[tokio::test]
async fn what_is_too_old_or_unknown_is_refused_before_a_slot_is_taken() {
    let office = Office::open();
    office.control().set_server_version("7.7.5").unwrap();
    let error = office.server.menu_changes(&everything()).await.unwrap_err();
    assert!(matches!(error, Error::TooOld { .. }), "{error}");
    assert_eq!(office.control().calls(LOGIN), 0);

    let stranger = Login::new("prices", &"wrong".into());
    let emulator = Emulator::start(Config::default()).unwrap();
    let server = Server::builder(&emulator.url(), stranger, chrono_tz::UTC)
        .build()
        .unwrap();
    let error = server.departments().await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }), "{error}");
    assert!(!format!("{error:?} {error}").contains("wrong"));
}
