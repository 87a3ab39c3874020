//! The price table: each line an answer worked out by hand, with what it rests on and how sure it is.

mod hours;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::server::{
    effective_price::{
        Assumption::{
            self, CardOutsideSchedule, LatestStartWins, ReplacingMenuTakesOut,
            UnnamedCategoryPaysBasePrice,
        },
        Card,
        Confidence::{self, Documented, Inferred, Low},
        Outcome, Question, Source, effective_price,
    },
    menu_change::MenuChange,
};

/// A Monday.
const DAY: &str = "2026-11-23";
const DEPARTMENT: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const ELSEWHERE: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const PRODUCT: &str = "cccccccc-0000-4000-8000-000000000001";
const OTHER: &str = "cccccccc-0000-4000-8000-000000000002";
const SIZE: &str = "55555555-0000-4000-8000-000000000001";
const CATEGORY: &str = "dddddddd-0000-4000-8000-000000000001";
const ENDLESS: &str = "2500-01-01";

fn id(number: u8) -> String {
    format!("aaaaaaaa-0000-4000-8000-{number:012}")
}

/// A posted order with rows.
fn order(number: u8, from: &str, until: &str, rows: &[Value]) -> Value {
    json!({
        "id": id(number), "dateIncoming": from, "status": "PROCESSED", "deletePreviousMenu": false, "dateTo": until,
        "items": rows
    })
}

/// A row for the product without size.
fn row(price: Value) -> Value {
    json!({ "departmentId": DEPARTMENT, "productId": PRODUCT, "productSizeId": null, "including": true, "price": price })
}

/// The same with some of its fields changed.
fn with(mut value: Value, changes: Value) -> Value {
    for (key, change) in changes.as_object().unwrap() {
        value[key] = change.clone();
    }
    value
}

/// In force on Mondays from one time to another.
fn mondays(schedule: u8, begin: &str, end: &str) -> Value {
    json!({ "schedule": {
        "id": format!("eeeeeeee-0000-4000-8000-{schedule:012}"),
        "periods": [{ "begin": begin, "end": end, "daysOfWeek": [1] }]
    }})
}

/// A rule for the category, and its price where it has one.
fn category(include: bool, price: Option<u8>) -> Value {
    let prices = price.map(|price| json!({ "categoryId": CATEGORY, "price": price }));
    json!({
        "includeForCategories": [{ "categoryId": CATEGORY, "include": include }],
        "pricesForCategories": prices.into_iter().collect::<Vec<_>>()
    })
}

/// Monday at noon, without size, category and card.
fn noon() -> Question {
    Question {
        department_id: DEPARTMENT.parse().unwrap(),
        product_id: PRODUCT.parse().unwrap(),
        size_id: None,
        category_id: None,
        day: DAY.parse().unwrap(),
        at: at("12:00"),
        card: None,
    }
}

fn at(time: &str) -> NaiveDateTime {
    format!("{DAY}T{time}:00").parse().unwrap()
}

fn on(day: &str) -> Question {
    Question {
        day: day.parse().unwrap(),
        ..noon()
    }
}

fn for_category() -> Question {
    Question {
        category_id: Some(CATEGORY.parse().unwrap()),
        ..noon()
    }
}

fn with_card(price: &str, is_included: bool) -> Question {
    let price = price.parse().unwrap();
    Question {
        card: Some(Card { price, is_included }),
        ..noon()
    }
}

fn costs(text: &str) -> Outcome {
    Outcome::Price(text.parse().unwrap())
}

fn orders(values: &[Value]) -> Vec<MenuChange> {
    let read = |value: &Value| serde_json::from_value(value.clone()).unwrap();
    values.iter().map(read).collect()
}

fn check(
    what: &str,
    values: &[Value],
    question: &Question,
    outcome: Outcome,
    rests_on: (Confidence, &[Assumption]),
) {
    let mut orders = orders(values);
    for _ in 0..2 {
        let told = effective_price(&orders, question);
        assert_eq!(told.outcome, outcome, "{what}");
        assert_eq!(
            (told.confidence(), &told.assumptions[..]),
            rests_on,
            "{what}"
        );
        // the list has no order that would mean anything
        orders.reverse();
    }
}

/// What no order can decide has no source and nothing to rest on.
fn undecided(what: &str, values: &[Value], question: &Question, outcome: Outcome) {
    check(what, values, question, outcome, (Documented, &[]));
    assert_eq!(
        effective_price(&orders(values), question).source,
        None,
        "{what}"
    );
}

fn ids(numbers: &[u8]) -> Vec<iiko_types::ids::Guid> {
    numbers.iter().map(|it| id(*it).parse().unwrap()).collect()
}

#[test]
fn one_order_in_force_is_documented_whole() {
    let plain = [order(1, "2026-01-01", ENDLESS, &[row(json!(100))])];
    check("plain", &plain, &noon(), costs("100"), (Documented, &[]));
    let free = [order(1, "2026-01-01", ENDLESS, &[row(json!(0))])];
    check(
        "zero is a price",
        &free,
        &noon(),
        costs("0"),
        (Documented, &[]),
    );
    let taken_out = with(row(json!(0)), json!({ "including": false }));
    let out = [order(1, "2026-01-01", ENDLESS, &[taken_out])];
    check("out", &out, &noon(), Outcome::NotSold, (Documented, &[]));
    let elsewhere = with(row(json!(1)), json!({ "departmentId": ELSEWHERE }));
    let values = [order(1, "2026-01-01", ENDLESS, &[elsewhere])];
    undecided("another department", &values, &noon(), Outcome::Unknown);
}

#[test]
fn an_order_counts_from_its_first_day_until_before_its_last() {
    let values = [order(1, "2026-11-23", "2026-11-25", &[row(json!(100))])];
    undecided(
        "the day before",
        &values,
        &on("2026-11-22"),
        Outcome::Unknown,
    );
    for day in ["2026-11-23", "2026-11-24"] {
        check(day, &values, &on(day), costs("100"), (Documented, &[]));
    }
    undecided("its end", &values, &on("2026-11-25"), Outcome::Unknown);
    let no_days = [order(1, DAY, DAY, &[row(json!(100))])];
    undecided(
        "from a day until before it",
        &no_days,
        &noon(),
        Outcome::Unknown,
    );
    let no_end = with(
        order(1, DAY, ENDLESS, &[row(json!(7))]),
        json!({ "dateTo": null }),
    );
    check(
        "no end told",
        &[no_end],
        &on("2400-01-01"),
        costs("7"),
        (Documented, &[]),
    );
}

#[test]
fn the_later_start_wins_and_two_of_one_day_are_a_conflict() {
    let two = |from: &str| {
        [
            order(1, "2026-01-01", ENDLESS, &[row(json!(100))]),
            order(2, from, "2026-12-01", &[row(json!(120.5))]),
        ]
    };
    let rests_on = (Inferred, &[LatestStartWins][..]);
    check(
        "later",
        &two("2026-11-01"),
        &noon(),
        costs("120.5"),
        rests_on,
    );
    let ended = on("2026-12-01");
    check(
        "ended",
        &two("2026-11-01"),
        &ended,
        costs("100"),
        (Documented, &[]),
    );
    let conflict = Outcome::Conflict(ids(&[1, 2]));
    undecided("the same day", &two("2026-01-01"), &noon(), conflict);
    let mut three = two("2026-01-01").to_vec();
    three.push(order(3, "2026-02-01", ENDLESS, &[row(json!(7))]));
    check(
        "a conflict that is over",
        &three,
        &noon(),
        costs("7"),
        rests_on,
    );
}

#[test]
fn a_size_is_that_size_and_no_size_is_none_of_them() {
    let sized = with(row(json!(150)), json!({ "productSizeId": SIZE }));
    let of_size = Question {
        size_id: Some(SIZE.parse().unwrap()),
        ..noon()
    };
    let both = [order(
        1,
        "2026-01-01",
        ENDLESS,
        &[row(json!(100)), sized.clone()],
    )];
    check("a size", &both, &of_size, costs("150"), (Documented, &[]));
    check(
        "without size",
        &both,
        &noon(),
        costs("100"),
        (Documented, &[]),
    );
    let one = [order(1, "2026-01-01", ENDLESS, &[sized])];
    undecided("only sizes", &one, &noon(), Outcome::Unknown);
    let none = [order(1, "2026-01-01", ENDLESS, &[row(json!(100))])];
    undecided("only without", &none, &of_size, Outcome::Unknown);
}

#[test]
fn a_category_goes_before_the_row() {
    let one = |changes: Value| {
        [order(
            1,
            "2026-01-01",
            ENDLESS,
            &[with(row(json!(100)), changes)],
        )]
    };
    let excluded = |rule: Value| with(rule, json!({ "including": false, "price": 0 }));
    let asked = for_category();
    let documented: (Confidence, &[Assumption]) = (Documented, &[]);

    let own = one(category(true, Some(85)));
    check("its own price", &own, &asked, costs("85"), documented);
    check("all others", &own, &noon(), costs("100"), documented);
    let free = one(category(true, Some(0)));
    check("nothing is a price", &free, &asked, costs("0"), documented);
    let only = one(excluded(category(true, Some(85))));
    check("sold to it alone", &only, &asked, costs("85"), documented);
    check(
        "and to no other",
        &only,
        &noon(),
        Outcome::NotSold,
        documented,
    );
    let shut = one(category(false, None));
    check("shut out", &shut, &asked, Outcome::NotSold, documented);
    let shut = one(category(false, Some(85)));
    check(
        "shut out with a price",
        &shut,
        &asked,
        Outcome::NotSold,
        documented,
    );

    let assumed = (Inferred, &[UnnamedCategoryPaysBasePrice][..]);
    check("not named", &one(json!({})), &asked, costs("100"), assumed);
    let out = one(excluded(json!({})));
    check("not named, out", &out, &asked, Outcome::NotSold, assumed);

    // no price is taken from an older order, nor worked out by a strategy
    let newer = [
        order(
            1,
            "2026-01-01",
            ENDLESS,
            &[with(row(json!(90)), category(true, Some(70)))],
        ),
        order(2, "2026-11-01", ENDLESS, &[row(json!(100))]),
    ];
    let rests_on = (
        Inferred,
        &[LatestStartWins, UnnamedCategoryPaysBasePrice][..],
    );
    check("an older rule", &newer, &asked, costs("100"), rests_on);
}

#[test]
fn an_order_in_force_that_contradicts_itself_is_invalid_and_another_is_not_asked() {
    let invalid = Outcome::InvalidOrder(ids(&[1])[0]);
    let one = |rows: &[Value]| [order(1, "2026-01-01", "2026-12-01", rows)];
    let unpriced = one(&[with(row(json!(100)), category(true, None))]);
    undecided(
        "a category without a price",
        &unpriced,
        &for_category(),
        invalid.clone(),
    );
    check(
        "who is not of it",
        &unpriced,
        &noon(),
        costs("100"),
        (Documented, &[]),
    );
    let nothing = one(&[row(Value::Null)]);
    undecided("no price", &nothing, &noon(), invalid.clone());
    let twice = one(&[row(json!(100)), row(json!(100))]);
    undecided("a product twice", &twice, &noon(), invalid.clone());
    undecided("not begun", &twice, &on("2025-12-31"), Outcome::Unknown);
    undecided("over", &twice, &on("2026-12-01"), Outcome::Unknown);
    let no_day = [order(1, "2026-09-31", ENDLESS, &[row(json!(100))])];
    undecided("a day that is none", &no_day, &noon(), invalid.clone());
    let no_end = [order(1, "2026-01-01", "2026-09-31", &[row(json!(100))])];
    undecided("an end that is none", &no_end, &noon(), invalid);
    undecided(
        "but not begun",
        &no_end,
        &on("2025-12-31"),
        Outcome::Unknown,
    );
    let other = with(row(json!(1)), json!({ "productId": OTHER }));
    let other = one(&[other.clone(), other]);
    undecided("another product twice", &other, &noon(), Outcome::Unknown);
    for status in ["NEW", "DELETED", "LATER"] {
        let order = with(
            order(1, "2026-01-01", ENDLESS, &[row(json!(1))]),
            json!({ "status": status }),
        );
        undecided(status, &[order], &noon(), Outcome::Unknown);
    }
}

#[test]
fn an_order_that_replaces_the_menu_takes_out_what_it_does_not_name() {
    let replacing = |row: Value| {
        with(
            order(2, "2026-11-01", "2026-12-01", &[row]),
            json!({ "deletePreviousMenu": true }),
        )
    };
    let base = order(1, "2026-01-01", ENDLESS, &[row(json!(100))]);
    let other = with(row(json!(1)), json!({ "productId": OTHER }));
    let values = [base.clone(), replacing(other.clone())];
    let rests_on = (Low, &[LatestStartWins, ReplacingMenuTakesOut][..]);
    check("taken out", &values, &noon(), Outcome::NotSold, rests_on);
    check(
        "of a category",
        &values,
        &for_category(),
        Outcome::NotSold,
        rests_on,
    );
    let over = on("2026-12-01");
    check(
        "it is over",
        &values,
        &over,
        costs("100"),
        (Documented, &[]),
    );

    let named = [base.clone(), replacing(row(json!(90)))];
    let rests_on = (Inferred, &[LatestStartWins][..]);
    check("named", &named, &noon(), costs("90"), rests_on);
    let elsewhere = with(other, json!({ "departmentId": ELSEWHERE }));
    let values = [base.clone(), replacing(elsewhere)];
    check(
        "another department",
        &values,
        &noon(),
        costs("100"),
        (Documented, &[]),
    );
    let later = order(3, "2026-11-10", ENDLESS, &[row(json!(95))]);
    let other = with(row(json!(1)), json!({ "productId": OTHER }));
    let values = [base, replacing(other), later];
    check("brought back", &values, &noon(), costs("95"), rests_on);
}

#[test]
fn without_an_order_the_card_decides() {
    let documented: (Confidence, &[Assumption]) = (Documented, &[]);
    check(
        "in the menu",
        &[],
        &with_card("55", true),
        costs("55"),
        documented,
    );
    check(
        "out of it",
        &[],
        &with_card("55", false),
        Outcome::NotSold,
        documented,
    );
    undecided("no card", &[], &noon(), Outcome::Unknown);
    let base = [order(1, "2026-01-01", ENDLESS, &[row(json!(100))])];
    check(
        "an order goes before",
        &base,
        &with_card("55", false),
        costs("100"),
        documented,
    );

    // only a schedule names it, and these are not its hours
    let timed = [with(
        order(1, "2026-01-01", ENDLESS, &[row(json!(80))]),
        mondays(1, "18:00", "20:00"),
    )];
    let guess = (Low, &[CardOutsideSchedule][..]);
    check(
        "outside its hours",
        &timed,
        &with_card("55", true),
        costs("55"),
        guess,
    );
    check(
        "not in the menu",
        &timed,
        &with_card("55", false),
        Outcome::NotSold,
        guess,
    );
    check("no card at all", &timed, &noon(), Outcome::Unknown, guess);
    let told = effective_price(&orders(&timed), &with_card("55", true));
    assert_eq!(told.source, Some(Source::Card));
}
