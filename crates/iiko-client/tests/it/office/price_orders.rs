//! Price orders: made, read, changed and deleted, and the rules that both sides agree on.

use chrono::{NaiveDate, TimeDelta};
use iiko_client::server::{Day, Error, MenuChangeDraft, Status};

use super::{Office, everything, past_the_check, roubles};

#[tokio::test]
async fn an_order_is_made_read_changed_and_deleted() {
    let office = Office::open();
    let draft = office.draft(office.today_plus(1), roubles("612.5"));
    let made = office.server.create_menu_change(&draft).await.unwrap();
    assert_eq!(made.document_number.as_deref(), Some("0003"));
    assert_eq!(made.items[0].price, Some(roubles("612.5")));
    assert_eq!(made.date_to, Some(Day::endless()));
    let found = office.server.menu_change_by_id(made.id).await.unwrap();
    assert_eq!(found, made);
    let numbered = office.server.menu_changes_by_number("0003").await.unwrap();
    assert_eq!(numbered, std::slice::from_ref(&made));

    let listing = office.server.menu_changes(&everything()).await.unwrap();
    let mut delta = everything();
    delta.revision_from = listing.revision;
    assert!(
        office
            .server
            .menu_changes(&delta)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let mut edit = MenuChangeDraft::from(made);
    edit.status = Status::Deleted;
    office.server.edit_menu_change(&edit).await.unwrap();
    let changed = office.server.menu_changes(&delta).await.unwrap();
    assert_eq!(changed.items[0].status, Status::Deleted);
    delta.revision_from = None;
    delta.status = Some(Status::Processed);
    assert_eq!(
        office
            .server
            .menu_changes(&delta)
            .await
            .unwrap()
            .items
            .len(),
        2
    );
    office.server.close().await;
}

#[tokio::test]
async fn tax_fields_are_kept_where_nothing_is_said_and_ignored_without_their_module() {
    let office = Office::open();
    let mut draft = office.draft(office.today_plus(1), roubles("600"));
    draft.items[0].tax_category_enabled = Some(Some(true));
    let made = office.server.create_menu_change(&draft).await.unwrap();
    assert_eq!(made.items[0].tax_category_enabled, None);
    assert!(office.control().server_log().unwrap()[0].contains("TAXCATEGORY_IN_PRICECHANGEORDER"));

    office
        .control()
        .set_server_modules(&[2000, 21_052_802])
        .unwrap();
    let mut edit = MenuChangeDraft::from(made);
    edit.items[0].tax_category_enabled = Some(Some(true));
    let edited = office.server.edit_menu_change(&edit).await.unwrap();
    assert_eq!(edited.items[0].tax_category_enabled, Some(Some(true)));
    // what was read is changed without a word of taxes, unless somebody says one
    let mut silent = MenuChangeDraft::from(edited);
    assert_eq!(silent.items[0].tax_category_enabled, None);
    silent.comment = Some("к празднику".to_owned());
    let kept = office.server.edit_menu_change(&silent).await.unwrap();
    assert_eq!(kept.items[0].tax_category_enabled, Some(Some(true)));
    office.server.close().await;
}

#[tokio::test]
async fn the_same_position_is_not_set_twice_from_the_same_day() {
    let office = Office::open();
    let draft = office.draft(office.today_plus(2), roubles("1"));
    office.server.create_menu_change(&draft).await.unwrap();
    let error = office.server.create_menu_change(&draft).await.unwrap_err();
    let Error::Refused {
        status: 409, text, ..
    } = &error
    else {
        panic!("{error}");
    };
    assert!(text.contains("0003"), "{text}");
    office.server.close().await;
}

/// The client refuses what the server would refuse, and nothing else.
#[tokio::test]
async fn the_server_agrees_with_the_rules_that_are_checked_before_sending() {
    // the first day and the day after the last, counted from today, or without end; new price, new end; whether it may be
    let (yesterday, today, tomorrow, endless) = (Some(-1), Some(0), Some(1), None);
    let cases = [
        (tomorrow, endless, roubles("2"), endless, true),
        (today, endless, roubles("2"), endless, true),
        (yesterday, endless, roubles("2"), endless, false),
        (yesterday, endless, roubles("1"), tomorrow, true),
        (yesterday, endless, roubles("1"), today, false),
        (yesterday, tomorrow, roubles("1"), endless, true),
        (yesterday, today, roubles("1"), endless, false),
        (yesterday, endless, roubles("2"), tomorrow, false),
    ];
    for (begin, end, price, new_end, may) in cases {
        let office = Office::open();
        let today = office.server.today();
        let day = |from_today: Option<i64>| match from_today {
            Some(days) => today + TimeDelta::days(days),
            None => NaiveDate::from_ymd_opt(2500, 1, 1).unwrap(),
        };
        let (begin, end, new_end) = (day(begin), day(end), day(new_end));
        let mut draft = office.draft(begin, roubles("1"));
        draft.status = Status::Processed;
        draft.date_to = Some(end.into());
        let made = office.server.create_menu_change(&draft).await.unwrap();
        let mut edit = MenuChangeDraft::from(made);
        edit.items[0].price = Some(price);
        edit.date_to = Some(new_end.into());
        let checked = office.server.edit_menu_change(&edit).await;
        let sent = past_the_check(&office, &edit).await;
        let what = format!("from {begin} to {end}: {price} to {new_end}");
        assert_eq!(sent, may, "the server, {what}");
        assert_eq!(checked.is_ok(), may, "the client, {what}: {checked:?}");
        assert!(
            may || matches!(checked, Err(Error::BrokenRule(_))),
            "{what}: {checked:?}"
        );
        office.server.close().await;
    }
}
