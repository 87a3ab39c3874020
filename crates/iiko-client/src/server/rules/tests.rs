//! The rules of editing at their edges.

use chrono::NaiveDate;
use serde_json::json;

use crate::server::{
    menu_change::{MenuChange, MenuChangeDraft},
    rules::{BrokenRule, check_create, check_edit},
};

const TODAY: &str = "2026-11-23";

fn order(status: &str, date_incoming: &str, date_to: &str) -> MenuChange {
    serde_json::from_value(json!({
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "dateIncoming": date_incoming,
        "documentNumber": "0042",
        "status": status,
        "shortName": "",
        "deletePreviousMenu": false,
        "dateTo": date_to,
        "items": [{
            "num": 1,
            "departmentId": "bbbbbbbb-0000-4000-8000-000000000001",
            "productId": "cccccccc-0000-4000-8000-000000000001",
            "productSizeId": null,
            "including": true,
            "price": 107,
            "dishOfDay": false,
            "flyerProgram": false,
            "includeForCategories": [],
            "pricesForCategories": []
        }]
    }))
    .unwrap()
}

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

/// What is said of an order that began on `began`, ends on `present_end`, and is changed by `edit`.
fn verdict(
    began: &str,
    present_end: &str,
    edit: impl FnOnce(&mut MenuChangeDraft),
) -> Result<(), BrokenRule> {
    let current = order("PROCESSED", began, present_end);
    let mut draft = MenuChangeDraft::from(current.clone());
    edit(&mut draft);
    check_edit(&current, &draft, today())
}

#[test]
fn a_posted_order_that_begins_today_or_later_may_change_whole() {
    for began in [TODAY, "2026-11-24"] {
        assert_eq!(
            verdict(began, "2500-01-01", |draft| draft.items.clear()),
            Ok(()),
            "{began}"
        );
    }
    assert!(matches!(
        verdict("2026-11-22", "2500-01-01", |draft| draft.items.clear()),
        Err(BrokenRule::OnlyTheEnd { field: "items", .. })
    ));
}

/// Rule 3 asks of both ends to be tomorrow or later; an end that is not told is none, which is later than any day.
#[test]
fn of_an_order_that_has_begun_only_the_end_may_change_and_both_ends_lie_in_the_future() {
    const YESTERDAY: &str = "2026-11-22";
    const TOMORROW: &str = "2026-11-24";
    const NEVER: &str = "2500-01-01";
    let table = [
        (YESTERDAY, TOMORROW, "present"),
        (TODAY, TODAY, "present"),
        (TODAY, TOMORROW, "present"),
        (TODAY, NEVER, "present"),
        (TODAY, "", "present"),
        (TOMORROW, YESTERDAY, "new"),
        (TOMORROW, TODAY, "new"),
        (TOMORROW, TOMORROW, "may be"),
        (TOMORROW, NEVER, "may be"),
        (TOMORROW, "", "may be"),
        (NEVER, TODAY, "new"),
        (NEVER, TOMORROW, "may be"),
        ("", TODAY, "new"),
        ("", TOMORROW, "may be"),
        ("", "", "may be"),
    ];
    let end = |text: &str| (!text.is_empty()).then(|| text.into());
    for (present, new, expected) in table {
        let mut current = order("PROCESSED", YESTERDAY, NEVER);
        current.date_to = end(present);
        let mut draft = MenuChangeDraft::from(current.clone());
        draft.date_to = end(new);
        let told = match check_edit(&current, &draft, today()) {
            Ok(()) => "may be",
            Err(BrokenRule::EndNotInFuture { which, .. }) => which,
            Err(other) => panic!("`{present}` to `{new}`: {other}"),
        };
        assert_eq!(told, expected, "`{present}` to `{new}`");
    }
}

#[test]
fn every_other_field_of_an_order_that_has_begun_is_named_when_it_changes() {
    let check = |field: &str, edit: fn(&mut MenuChangeDraft)| match verdict(
        "2026-11-22",
        "2500-01-01",
        edit,
    ) {
        Err(BrokenRule::OnlyTheEnd { field: told, .. }) => assert_eq!(told, field),
        told => panic!("{field}: {told:?}"),
    };
    check("shortName", |draft| {
        draft.short_name = Some("Обед".to_owned())
    });
    check("comment", |draft| {
        draft.comment = Some("к празднику".to_owned())
    });
    check("deletePreviousMenu", |draft| {
        draft.delete_previous_menu = true
    });
    check("dateIncoming", |draft| {
        draft.date_incoming = "2026-11-25".into()
    });
    check("documentNumber", |draft| {
        draft.document_number = Some("0043".to_owned())
    });
    check("items", |draft| {
        draft.items[0].price = Some("107.5".parse().unwrap())
    });
}

#[test]
fn a_new_order_may_change_always_and_a_deleted_one_never() {
    let edit = |status: &str| {
        let current = order(status, "2020-01-01", "2020-02-01");
        let mut draft = MenuChangeDraft::from(current.clone());
        draft.items.clear();
        check_edit(&current, &draft, today())
    };
    assert_eq!(edit("NEW"), Ok(()));
    assert!(matches!(
        edit("DELETED"),
        Err(BrokenRule::NotEditable { .. })
    ));
    assert!(matches!(
        edit("ARCHIVED"),
        Err(BrokenRule::NotEditable { .. })
    ));
}

#[test]
fn to_create_has_no_id_and_to_edit_has_one() {
    let current = order("NEW", TODAY, "2500-01-01");
    let mut draft = MenuChangeDraft::from(current.clone());
    assert!(matches!(check_create(&draft), Err(BrokenRule::IdGiven(_))));
    draft.id = None;
    assert_eq!(check_create(&draft), Ok(()));
    assert_eq!(
        check_edit(&current, &draft, today()),
        Err(BrokenRule::IdMissing)
    );
}

#[test]
fn a_day_that_does_not_exist_is_compared_with_nothing() {
    assert!(matches!(
        verdict("2026-11-31", "2500-01-01", |_| {}),
        Err(BrokenRule::UnreadableDay {
            field: "dateIncoming",
            ..
        })
    ));
}

#[test]
fn what_was_read_is_sent_without_tax_fields_wherever_they_stood() {
    let mut current = order("PROCESSED", "2026-11-22", "2500-01-01");
    let tax = "99999999-0000-4000-8000-000000000001".parse().unwrap();
    current.items[0].tax_category_id = Some(Some(tax));
    current.items[0].tax_category_enabled = Some(Some(true));
    current
        .extra
        .insert("taxCategoryEnabled".to_owned(), json!(true));
    current.extra.insert("newField".to_owned(), json!(1));
    let mut draft = MenuChangeDraft::from(current.clone());
    let sent = serde_json::to_string(&draft).unwrap();
    assert!(!sent.contains("taxCategory"), "{sent}");
    assert!(sent.contains(r#""newField":1"#), "{sent}");
    assert_eq!(check_edit(&current, &draft, today()), Ok(()));
    draft.items[0].tax_category_enabled = Some(Some(false));
    assert!(matches!(
        check_edit(&current, &draft, today()),
        Err(BrokenRule::OnlyTheEnd { field: "items", .. })
    ));
}

#[test]
fn what_is_included_has_a_price() {
    let mut draft = MenuChangeDraft::from(order("NEW", TODAY, "2500-01-01"));
    draft.id = None;
    draft.items[0].price = None;
    let told = check_create(&draft);
    assert!(matches!(told, Err(BrokenRule::WithoutPrice { .. })));
    draft.items[0].including = false;
    assert_eq!(check_create(&draft), Ok(()));
    let category = json!({ "categoryId": "dddddddd-0000-4000-8000-000000000001", "include": true });
    let category = serde_json::from_value(category).unwrap();
    draft.items[0].include_for_categories = vec![category];
    let told = check_create(&draft);
    assert!(matches!(told, Err(BrokenRule::CategoryWithoutPrice { .. })));
    draft.items[0].include_for_categories[0].include = false;
    assert_eq!(check_create(&draft), Ok(()), "as in the guide");
}
