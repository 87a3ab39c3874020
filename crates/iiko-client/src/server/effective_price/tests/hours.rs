//! The table's part about the time of day: schedules, and the day of a shift that goes on after midnight.

use serde_json::{Value, json};

use super::{ENDLESS, at, check, costs, ids, mondays, noon, on, order, row, undecided, with};
use crate::server::effective_price::{
    Assumption::{LatestStartWins, ScheduleBeatsBase},
    Confidence::{Documented, Inferred},
    Outcome, Question,
};

#[test]
fn after_midnight_the_day_is_the_one_of_the_shift_and_the_hours_are_those_on_the_wall() {
    let values = [
        order(1, "2026-01-01", ENDLESS, &[row(json!(100))]),
        order(2, "2026-11-24", ENDLESS, &[row(json!(120))]),
        with(
            order(3, "2026-01-01", ENDLESS, &[row(json!(80))]),
            mondays(1, "00:00", "03:00"),
        ),
    ];
    // Tuesday, 01:00, in a shift that began on Monday: Monday's order, and no hours of Monday's schedule
    let late = Question {
        at: "2026-11-24T01:00:00".parse().unwrap(),
        ..noon()
    };
    check(
        "Monday's shift",
        &values,
        &late,
        costs("100"),
        (Documented, &[]),
    );
    let closed = Question {
        day: "2026-11-24".parse().unwrap(),
        ..late
    };
    let rests_on = (Inferred, &[LatestStartWins][..]);
    check("Tuesday's", &values, &closed, costs("120"), rests_on);
    // Monday, 01:00, in a shift that began on Sunday
    let sunday = Question {
        at: at("01:00"),
        ..on("2026-11-22")
    };
    let rests_on = (Inferred, &[ScheduleBeatsBase][..]);
    check(
        "the hours of Monday",
        &values,
        &sunday,
        costs("80"),
        rests_on,
    );
}

#[test]
fn within_its_hours_a_schedule_wins() {
    let base = order(1, "2026-01-01", ENDLESS, &[row(json!(100))]);
    let timed = |number: u8, from: &str, price: u8, hours: Value| {
        with(order(number, from, ENDLESS, &[row(json!(price))]), hours)
    };
    let lunch = timed(2, "2026-01-01", 80, mondays(1, "12:00", "16:00"));
    let rests_on = (Inferred, &[ScheduleBeatsBase][..]);
    let values = [base.clone(), lunch.clone()];
    for (time, price, assumed) in [
        ("11:59", "100", (Documented, &[][..])),
        ("12:00", "80", rests_on),
        ("15:59", "80", rests_on),
        ("16:00", "100", (Documented, &[][..])),
    ] {
        let asked = Question {
            at: at(time),
            ..noon()
        };
        check(time, &values, &asked, costs(price), assumed);
    }
    check(
        "it alone",
        std::slice::from_ref(&lunch),
        &noon(),
        costs("80"),
        (Documented, &[]),
    );
    let closed = with(row(json!(0)), json!({ "including": false }));
    let closed = with(
        order(2, "2026-01-01", ENDLESS, &[closed]),
        mondays(1, "12:00", "16:00"),
    );
    let values = [base.clone(), closed];
    check(
        "closed for lunch",
        &values,
        &noon(),
        Outcome::NotSold,
        rests_on,
    );

    let newer = timed(3, "2026-11-01", 75, mondays(1, "12:00", "16:00"));
    let values = [base.clone(), lunch.clone(), newer];
    let both = (Inferred, &[LatestStartWins, ScheduleBeatsBase][..]);
    check("the same, later", &values, &noon(), costs("75"), both);
    let twin = timed(3, "2026-01-01", 75, mondays(1, "12:00", "16:00"));
    let values = [base.clone(), lunch.clone(), twin];
    undecided(
        "the same, twice",
        &values,
        &noon(),
        Outcome::Conflict(ids(&[2, 3])),
    );

    let agrees = timed(3, "2026-02-01", 80, mondays(2, "11:00", "13:00"));
    let values = [base.clone(), lunch.clone(), agrees];
    check("two that agree", &values, &noon(), costs("80"), rests_on);
    let differs = timed(3, "2026-02-01", 70, mondays(2, "11:00", "13:00"));
    let values = [base, lunch, differs];
    undecided(
        "two that differ",
        &values,
        &noon(),
        Outcome::Ambiguous(ids(&[2, 3])),
    );
    let one = Question {
        at: at("11:30"),
        ..noon()
    };
    check("only one then", &values, &one, costs("70"), rests_on);
}

#[test]
fn hours_that_can_be_read_in_two_ways_are_not_guessed() {
    let base = order(1, "2026-01-01", ENDLESS, &[row(json!(100))]);
    let unknown = || Outcome::UnknownSchedule(ids(&[2])[0]);
    for (what, begin, end) in [
        ("overnight", "22:00", "02:00"),
        ("of no length", "12:00", "12:00"),
        ("until midnight", "12:00", "24:00"),
        ("no time", "noon", "13:00"),
    ] {
        let timed = with(
            order(2, "2026-01-01", ENDLESS, &[row(json!(80))]),
            mondays(1, begin, end),
        );
        undecided(what, &[base.clone(), timed], &noon(), unknown());
    }
    let mut no_days = mondays(1, "12:00", "13:00");
    no_days["schedule"]["periods"][0]["daysOfWeek"] = json!([]);
    let timed = with(order(2, "2026-01-01", ENDLESS, &[row(json!(80))]), no_days);
    undecided("no weekdays", &[base, timed], &noon(), unknown());
}
