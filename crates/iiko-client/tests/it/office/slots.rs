//! License slots: the emulator counts them, so a leak is a number. Whatever happens, a slot is given back: before the
//! error of a failed call is told, after idle time, when nobody needs the client any more, and as soon as a server that
//! did not let us out does so.

use std::{sync::Arc, time::Duration};

use iiko_client::server::Server;
use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
};

use super::{LIST, LOGIN, Office, builder, everything, roubles, until};
use crate::exchanges::Log;

const LOGOUT: &str = "server/logout";

/// The call fails and nothing is done: a logout that meets this leaves its slot taken.
const BROKEN: Fault = Fault::Status {
    status: 500,
    retry_after: None,
};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

/// A server that did not let us out, until something happens that gives another occasion.
async fn locked_in(idle: Duration) -> Office {
    let office = Office::with(|builder| {
        let deadline = Duration::from_millis(500);
        builder.idle(idle).logout_deadline(deadline)
    });
    office.control().set_server_slots(3).unwrap();
    office.control().add_fault(FaultRule::new(LOGOUT, BROKEN));
    // two calls that fail: their sessions are to be given up, and neither is let go
    office.control().add_fault(FaultRule::new(LIST, BROKEN));
    for slots in [1, 2] {
        office.server.menu_changes(&everything()).await.unwrap_err();
        assert_eq!(office.slots_used(), slots);
    }
    office
}

/// Begins a call, and leaves it as soon as the emulator is at this operation, whose answer is late.
async fn give_up_at<T>(emulator: &Emulator, operation: &str, call: impl Future<Output = T>) {
    let late = Fault::Latency { milliseconds: 1000 };
    let control = emulator.control();
    let id = control.add_fault(FaultRule::new(operation, late));
    let has_begun = || {
        control
            .faults()
            .iter()
            .any(|it| it.id == id && it.spoiled > 0)
    };
    tokio::select! {
        _ = call => panic!("it was answered"),
        () = until(has_begun) => {}
    }
    control.remove_fault(id);
}

#[tokio::test]
async fn no_failure_keeps_a_slot() {
    let faults = [
        BROKEN,
        Fault::Status {
            status: 403,
            retry_after: None,
        },
        Fault::Html { status: 200 },
        Fault::Html { status: 502 },
        Fault::CutJson,
        Fault::MalformedJson,
        Fault::DroppedBefore,
        Fault::DroppedAfter,
    ];
    for fault in faults {
        let office = Office::open();
        office
            .control()
            .add_fault(FaultRule::new(LIST, fault.clone()));
        office.server.menu_changes(&everything()).await.unwrap_err();
        assert_eq!(office.control().calls(LOGIN), 1, "{fault:?}");
        // given back before the error is told, and not because somebody closes the client
        assert_eq!(office.slots_used(), 0, "{fault:?}");
        office.server.close().await;
    }
}

#[tokio::test]
async fn a_call_given_up_and_a_client_dropped_leave_no_slot_behind() {
    let emulator = Emulator::start(Config::default()).unwrap();
    let server = builder(&emulator).build().unwrap();
    give_up_at(&emulator, LIST, server.menu_changes(&everything())).await;
    // the connection is in order: the next call waits for the one that nobody wants any more
    server.departments().await.unwrap();
    assert_eq!(emulator.control().server_slots_used().unwrap(), 1);
    drop(server);
    until(|| emulator.control().server_slots_used().unwrap() == 0).await;
}

#[tokio::test]
async fn a_read_given_up_during_the_login_leaves_a_session_for_the_next_call() {
    let office = Office::open();
    give_up_at(&office.emulator, LOGIN, office.server.departments()).await;
    office.server.product_scales(false).await.unwrap();
    assert_eq!(
        (office.control().calls(LOGIN), office.slots_used()),
        (1, 1),
        "the login was heard to its end, and its session used"
    );
    assert_eq!(
        office.control().calls("server/corporation/departments"),
        0,
        "nobody wanted to know any more"
    );
    office.server.close().await;
}

#[tokio::test]
async fn a_write_given_up_during_the_login_is_not_begun() {
    let office = Office::with(|builder| builder.idle(Duration::from_millis(20)));
    let draft = office.draft(office.today_plus(1), roubles("1"));
    let create = office.server.create_menu_change(&draft);
    give_up_at(&office.emulator, LOGIN, create).await;
    until(|| office.control().calls(LOGOUT) == 1).await;
    assert_eq!(office.slots_used(), 0);
    assert_eq!(office.control().calls(LIST), 0, "nothing was sent");
    assert_eq!(office.control().price_orders().unwrap().len(), 2);
    office.server.close().await;
}

#[tokio::test]
async fn a_slot_is_given_back_after_idle_time() {
    let office = Office::with(|builder| builder.idle(Duration::from_millis(20)));
    office.server.departments().await.unwrap();
    until(|| office.slots_used() == 0).await;
    office.server.departments().await.unwrap();
    assert_eq!(office.control().calls(LOGIN), 2);
    office.server.close().await;
}

#[tokio::test]
async fn a_session_is_changed_for_a_new_one_after_55_minutes() {
    let office = Office::with(|builder| builder.idle(LONG));
    office.server.departments().await.unwrap();
    office.clock.advance(Duration::from_secs(55 * 60 - 1));
    office.server.departments().await.unwrap();
    assert_eq!(office.control().calls(LOGIN), 1);
    office.clock.advance(Duration::from_secs(1));
    office.server.departments().await.unwrap();
    assert_eq!((office.control().calls(LOGIN), office.slots_used()), (2, 1));
    office.server.close().await;
}

#[test]
fn a_runtime_that_ends_takes_no_slot_along() {
    let office = Office::open();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let doomed = runtime();
    doomed.block_on(office.server.departments()).unwrap();
    let late = Fault::Latency { milliseconds: 100 };
    office.control().add_fault(FaultRule::new(LIST, late));
    let server = office.server.clone();
    doomed.spawn(async move { server.menu_changes(&everything()).await });
    doomed.block_on(tokio::task::yield_now());
    drop(doomed);
    let Office {
        emulator, server, ..
    } = office;
    drop(server);
    let slots = || emulator.control().server_slots_used().unwrap();
    runtime().block_on(until(|| slots() == 0));
}

#[tokio::test]
async fn a_failed_logout_is_made_up_for_at_the_next_one() {
    let office = locked_in(LONG).await;
    office.control().clear_faults();
    office.server.log_out().await;
    assert_eq!(office.slots_used(), 0);
    office.server.close().await;
}

#[tokio::test]
async fn a_failed_logout_is_made_up_for_before_the_next_login() {
    let office = locked_in(LONG).await;
    office.control().clear_faults();
    office.control().set_server_slots(1).unwrap();
    office.server.departments().await.unwrap();
    assert_eq!(office.slots_used(), 1);
    office.server.close().await;
}

#[tokio::test]
async fn a_failed_logout_is_made_up_for_in_idle_time() {
    let office = locked_in(Duration::from_millis(20)).await;
    let seen = office.control().calls(LOGOUT);
    until(|| office.control().calls(LOGOUT) > seen + 2).await;
    assert_eq!(office.slots_used(), 2, "still locked in");
    office.control().clear_faults();
    until(|| office.slots_used() == 0).await;
    office.server.close().await;
}

#[tokio::test]
async fn a_failed_logout_is_made_up_for_when_the_client_is_closed_or_dropped() {
    let office = locked_in(LONG).await;
    office.control().clear_faults();
    office.server.clone().close().await;
    assert_eq!(office.slots_used(), 0);

    let office = locked_in(LONG).await;
    office.control().clear_faults();
    let Office {
        emulator, server, ..
    } = office;
    drop(server);
    until(|| emulator.control().server_slots_used().unwrap() == 0).await;
}

#[tokio::test]
async fn a_page_in_place_of_a_logout_gives_nothing_back() {
    let office = Office::open();
    office.server.departments().await.unwrap();
    let page = Fault::Html { status: 200 };
    office
        .control()
        .add_fault(FaultRule::new(LOGOUT, page).times(1));
    office.server.log_out().await;
    assert_eq!(office.slots_used(), 0, "tried again");
    office.server.close().await;
}

#[tokio::test]
async fn closing_takes_no_longer_than_its_deadline() {
    let office = locked_in(LONG).await;
    // the deadline is 500 ms, the usual one 5 s: in less than 4 it was this one that ended the attempts
    let closed = tokio::time::timeout(Duration::from_secs(4), office.server.close());
    closed.await.unwrap();
}

#[tokio::test]
async fn the_observer_hears_of_a_call_that_was_given_up() {
    let log = Arc::new(Log::default());
    let office = Office::with(|builder| builder.observer(log.clone()));
    office.server.departments().await.unwrap();
    let query = everything();
    give_up_at(&office.emulator, LIST, office.server.menu_changes(&query)).await;
    let told = || {
        let exchanges = log.seen();
        let given_up = exchanges.iter().find(|it| it.operation == "menuChange");
        given_up.map(|it| (it.status, it.error.clone()))
    };
    until(|| told().is_some()).await;
    let error = "dropped by the caller".to_owned();
    assert_eq!(told(), Some((None, Some(error))));
    office.server.close().await;
}

#[tokio::test]
async fn two_clients_of_one_login_share_its_slot_by_turns() {
    let emulator = Emulator::start(Config::default()).unwrap();
    let build = || -> Server { builder(&emulator).idle(LONG).build().unwrap() };
    let (one, other) = (build(), build());
    emulator.control().set_server_slots(1).unwrap();
    for _ in 0..2 {
        one.departments().await.unwrap();
        other.departments().await.unwrap();
    }
    let query = everything();
    let (a, b) = tokio::join!(one.menu_changes(&query), other.menu_changes(&query));
    a.unwrap();
    b.unwrap();
    assert_eq!(emulator.control().server_slots_used().unwrap(), 1);
    one.close().await;
    other.departments().await.unwrap();
    other.close().await;
    assert_eq!(emulator.control().server_slots_used().unwrap(), 0);
}
