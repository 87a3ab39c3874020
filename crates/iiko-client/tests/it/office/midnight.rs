//! The day of the rules is the server's: for Moscow it begins at 21:00 UTC. The client knows it by its clock and the
//! restaurant's time zone, the emulator by its own; both are asked around midnight.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use iiko_client::{
    clock::Clock,
    server::{Error, Login, MenuChange, MenuChangeDraft, Server, Status, rules::BrokenRule},
};

use super::{Office, past_the_check, reach, roubles};

/// The last second of a day in Moscow.
fn before_midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(20, 59, 59).unwrap().and_utc()
}

#[test]
fn the_servers_day_ends_at_midnight_of_its_zone() {
    let day: NaiveDate = "2026-11-23".parse().unwrap();
    let login = Login::new("prices", &"demo".into());
    for (zone, before, after) in [
        (chrono_tz::Europe::Moscow, 0, 1),
        (chrono_tz::UTC, 0, 0),
        (chrono_tz::Asia::Vladivostok, 1, 1),
    ] {
        let clock = Clock::manual(before_midnight(day));
        let server = Server::builder("http://127.0.0.1:9", login.clone(), zone)
            .clock(clock.clone())
            .build()
            .unwrap();
        assert_eq!(server.today(), day + Days::new(before), "{zone}");
        clock.advance(Duration::from_secs(1));
        assert_eq!(server.today(), day + Days::new(after), "{zone}");
    }
}

/// The emulator at noon in Moscow, a client whose clock stands at the end of the same day, and that day.
fn office() -> (Office, NaiveDate) {
    let office = Office::open();
    let day = office.server.today();
    let ahead = before_midnight(day) - office.clock.now();
    office.clock.advance(ahead.to_std().unwrap());
    (office, day)
}

/// An order in force from one day until before another.
async fn posted(office: &Office, from: NaiveDate, until: NaiveDate) -> MenuChange {
    let mut draft = office.draft(from, roubles("1"));
    draft.status = Status::Processed;
    draft.date_to = Some(until.into());
    office.server.create_menu_change(&draft).await.unwrap()
}

#[tokio::test]
async fn the_client_lets_an_order_change_until_its_first_day_is_over() {
    let (office, day) = office();
    let made = posted(&office, day, NaiveDate::from_ymd_opt(2500, 1, 1).unwrap()).await;
    let mut edit = MenuChangeDraft::from(made);
    edit.items[0].price = Some(roubles("2"));
    office.server.edit_menu_change(&edit).await.unwrap();
    office.clock.advance(Duration::from_secs(1));
    edit.items[0].price = Some(roubles("3"));
    let error = office.server.edit_menu_change(&edit).await.unwrap_err();
    let Error::BrokenRule(BrokenRule::OnlyTheEnd { began, today, .. }) = &error else {
        panic!("{error}");
    };
    assert_eq!((*began, *today), (day, day + Days::new(1)));
    office.server.close().await;
}

#[tokio::test]
async fn the_client_lets_the_end_of_a_begun_order_change_until_the_eve_of_it() {
    let (office, day) = office();
    let tomorrow = day + Days::new(1);
    let made = posted(&office, day - Days::new(1), tomorrow).await;
    let mut edit = MenuChangeDraft::from(made);
    edit.date_to = Some((day + Days::new(5)).into());
    office.server.edit_menu_change(&edit).await.unwrap();
    edit.date_to = Some(tomorrow.into());
    office.server.edit_menu_change(&edit).await.unwrap();
    office.clock.advance(Duration::from_secs(1));
    edit.date_to = Some((day + Days::new(5)).into());
    let error = office.server.edit_menu_change(&edit).await.unwrap_err();
    let Error::BrokenRule(BrokenRule::EndNotInFuture { which, date, .. }) = &error else {
        panic!("{error}");
    };
    assert_eq!((*which, *date), ("present", tomorrow));
    office.server.close().await;
}

/// Past the client's own check: what the emulator says at 20:00 and at 21:00 UTC.
#[tokio::test]
async fn the_emulators_day_ends_at_midnight_of_its_zone_too() {
    let office = Office::open();
    let day = reach(&office.emulator, 20).date_naive();
    let endless = NaiveDate::from_ymd_opt(2500, 1, 1).unwrap();
    let begun = posted(&office, day - Days::new(1), day + Days::new(1)).await;
    // past the first order's end, or it would set the same position from the same day
    let fresh = posted(&office, day, endless).await;
    let mut price = MenuChangeDraft::from(fresh);
    let mut end = MenuChangeDraft::from(begun);
    price.items[0].price = Some(roubles("2"));
    end.date_to = Some((day + Days::new(5)).into());
    assert!(past_the_check(&office, &price).await);
    assert!(past_the_check(&office, &end).await);
    end.date_to = Some((day + Days::new(1)).into());
    assert!(past_the_check(&office, &end).await);

    assert_eq!(reach(&office.emulator, 21).date_naive(), day);
    price.items[0].price = Some(roubles("3"));
    end.date_to = Some((day + Days::new(5)).into());
    assert!(!past_the_check(&office, &price).await, "it began yesterday");
    assert!(!past_the_check(&office, &end).await, "it ends today");
    office.server.close().await;
}
