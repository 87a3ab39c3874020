//! Answers computed by hand.

use serde_json::{Value, json};

use crate::server::{
    effective_price::{Card, Outcome, Question, Source, effective_price},
    menu_change::MenuChange,
};

const DEPARTMENT: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const PRODUCT: &str = "cccccccc-0000-4000-8000-000000000001";
const CATEGORY: &str = "dddddddd-0000-4000-8000-000000000001";

/// Order `number`, in force from one day until before another, with a price.
fn order(number: u8, from: &str, until: &str, price: &str, more: Value) -> MenuChange {
    let price: Value = serde_json::from_str(price).unwrap();
    let mut order = json!({
        "id": format!("aaaaaaaa-0000-4000-8000-{number:012}"),
        "dateIncoming": from,
        "documentNumber": format!("{number:04}"),
        "status": "PROCESSED",
        "deletePreviousMenu": false,
        "dateTo": until,
        "items": [{
            "num": 1, "departmentId": DEPARTMENT, "productId": PRODUCT, "productSizeId": null, "including": true,
            "price": price, "dishOfDay": false, "flyerProgram": false, "includeForCategories": [], "pricesForCategories": []
        }]
    });
    for (key, value) in more.as_object().unwrap() {
        match key.as_str() {
            "status" | "schedule" => order[key] = value.clone(),
            key => order["items"][0][key] = value.clone(),
        }
    }
    serde_json::from_value(order).unwrap()
}

fn question(day: &str, time: &str) -> Question {
    Question {
        department_id: DEPARTMENT.parse().unwrap(),
        product_id: PRODUCT.parse().unwrap(),
        size_id: None,
        category_id: None,
        day: day.parse().unwrap(),
        at: format!("{day}T{time}").parse().unwrap(),
        card: None,
    }
}

fn price(text: &str) -> Outcome {
    Outcome::Price(text.parse().unwrap())
}

#[test]
fn the_order_in_force_that_began_last_wins_and_an_older_one_returns_when_it_ends() {
    let orders = [
        order(1, "2026-01-01", "2500-01-01", "100", json!({})),
        order(2, "2026-11-10", "2026-11-20", "120.5", json!({})),
        order(3, "2026-12-01", "2500-01-01", "130", json!({})),
    ];
    let check = |day: &str, expected: &str| {
        assert_eq!(
            effective_price(&orders, &question(day, "12:00:00")).outcome,
            price(expected),
            "{day}"
        );
    };
    check("2026-11-09", "100");
    check("2026-11-10", "120.5");
    check("2026-11-19", "120.5");
    check("2026-11-20", "100");
    check("2026-12-01", "130");
}

#[test]
fn only_posted_orders_count() {
    let orders = [
        order(1, "2026-01-01", "2500-01-01", "100", json!({})),
        order(
            2,
            "2026-02-01",
            "2500-01-01",
            "200",
            json!({ "status": "NEW" }),
        ),
        order(
            3,
            "2026-03-01",
            "2500-01-01",
            "300",
            json!({ "status": "DELETED" }),
        ),
    ];
    assert_eq!(
        effective_price(&orders, &question("2026-11-23", "12:00:00")).outcome,
        price("100")
    );
}

#[test]
fn a_dish_that_an_order_takes_out_is_not_sold() {
    let orders = [order(
        1,
        "2026-01-01",
        "2500-01-01",
        "100",
        json!({ "including": false }),
    )];
    assert_eq!(
        effective_price(&orders, &question("2026-11-23", "12:00:00")).outcome,
        Outcome::NotSold
    );
}

#[test]
fn a_price_category_has_its_own_price_or_is_shut_out() {
    let ask = |rules: Value| {
        let orders = [order(1, "2026-01-01", "2500-01-01", "100", rules)];
        let question = Question {
            category_id: Some(CATEGORY.parse().unwrap()),
            ..question("2026-11-23", "12:00:00")
        };
        effective_price(&orders, &question).outcome
    };
    let own = json!({
        "includeForCategories": [{ "categoryId": CATEGORY, "include": true }],
        "pricesForCategories": [{ "categoryId": CATEGORY, "price": 89.9 }]
    });
    assert_eq!(ask(own), price("89.9"));
    assert_eq!(
        ask(json!({ "includeForCategories": [{ "categoryId": CATEGORY, "include": false }] })),
        Outcome::NotSold
    );
    assert_eq!(
        ask(json!({})),
        price("100"),
        "an unnamed category pays the row's own price"
    );
}

#[test]
fn within_its_hours_a_schedule_wins_and_two_that_differ_are_ambiguous() {
    let lunch = |number: u8, begin: &str, price: &str| {
        let schedule = json!({
            "id": format!("eeeeeeee-0000-4000-8000-{number:012}"),
            "name": "Обед",
            "periods": [{ "begin": begin, "end": "16:00", "daysOfWeek": [1, 2, 3, 4, 5] }]
        });
        order(
            number,
            "2026-01-01",
            "2500-01-01",
            price,
            json!({ "schedule": schedule }),
        )
    };
    let base = order(1, "2026-01-01", "2500-01-01", "100", json!({}));
    // 23 November 2026 is a Monday
    let orders = [base.clone(), lunch(2, "12:00", "80")];
    assert_eq!(
        effective_price(&orders, &question("2026-11-23", "12:30:00")).outcome,
        price("80")
    );
    assert_eq!(
        effective_price(&orders, &question("2026-11-23", "11:59:00")).outcome,
        price("100")
    );
    assert_eq!(
        effective_price(&orders, &question("2026-11-22", "12:30:00")).outcome,
        price("100"),
        "a Sunday"
    );

    let orders = [base, lunch(2, "12:00", "80"), lunch(3, "13:00", "70")];
    assert!(matches!(
        effective_price(&orders, &question("2026-11-23", "13:30:00")).outcome,
        Outcome::Ambiguous(ids) if ids.len() == 2
    ));
}

#[test]
fn without_orders_the_card_decides_and_without_a_card_nothing_does() {
    let asked = question("2026-11-23", "12:00:00");
    assert_eq!(effective_price(&[], &asked).outcome, Outcome::Unknown);
    let card = Card {
        price: "55".parse().unwrap(),
        is_included: true,
    };
    let told = effective_price(
        &[],
        &Question {
            card: Some(card),
            ..asked
        },
    );
    assert_eq!(
        (told.outcome, told.source),
        (price("55"), Some(Source::Card))
    );
}
