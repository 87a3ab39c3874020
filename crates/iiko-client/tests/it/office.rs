//! The client of iikoServer against the emulator's: sessions and their slots, price orders and their rules, prices,
//! reference lists. The emulator counts the slots, so a leak is a number.

mod midnight;
mod sessions;
mod slots;

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use iiko_client::{
    clock::Clock,
    server::{
        Day, Error, Login, MenuChange, MenuChangeDraft, MenuChangeItem, MenuChangeQuery, Outcome,
        PriceQuery, PriceType, ProductQuery, Question, Server, ServerBuilder, Status,
        effective_price,
    },
};
use iiko_emulator::{Config, Emulator, control::Control};
use iiko_types::{ids::Guid, number::ExactDecimal};
use serde_json::Value;

/// What the emulator calls a list of price orders.
const LIST: &str = "server/v2/documents/menuChange";

struct Office {
    emulator: Emulator,
    server: Server,
    /// The client's.
    clock: Clock,
}

fn builder(emulator: &Emulator) -> ServerBuilder {
    let login = Login::new("prices", &"demo".into());
    Server::builder(&emulator.url(), login, chrono_tz::Europe::Moscow)
}

impl Office {
    fn open() -> Self {
        Self::with(|builder| builder)
    }

    /// Both sides begin at noon in Moscow, so that no test meets a midnight unless it goes there.
    fn with(change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let emulator = Emulator::start(Config::default()).unwrap();
        let clock = Clock::manual(reach(&emulator, 9));
        let builder = builder(&emulator).clock(clock.clone());
        let server = change(builder).build().unwrap();
        Self {
            emulator,
            server,
            clock,
        }
    }

    fn control(&self) -> Control {
        self.emulator.control()
    }

    fn slots_used(&self) -> usize {
        self.control().server_slots_used().unwrap()
    }

    /// Department, product and size of the demo's thirty-centimetre Margherita.
    fn pizza(&self) -> (Guid, Guid, Option<Guid>) {
        let control = self.control();
        let organization = control.organization("parkovaya").unwrap();
        let product = control.product(organization, "PIZZA-01").unwrap();
        let size = control.size(organization, "30 см").unwrap();
        (organization.0, product.0, Some(size.0))
    }

    /// An order for the pizza, from a day on.
    fn draft(&self, from: NaiveDate, price: ExactDecimal) -> MenuChangeDraft {
        let (department, product, size) = self.pizza();
        let item = MenuChangeItem::new(department, product, size, price);
        MenuChangeDraft::new(from, vec![item])
    }

    fn today_plus(&self, days: u64) -> NaiveDate {
        self.server
            .today()
            .checked_add_days(Days::new(days))
            .unwrap()
    }
}

/// Moves the emulator's clock to the next such hour of UTC, and gives that time.
fn reach(emulator: &Emulator, hour: u32) -> DateTime<Utc> {
    let now = emulator.control().state().now;
    let today = now.date_naive().and_hms_opt(hour, 0, 0).unwrap().and_utc();
    let next = match today > now {
        true => today,
        false => today + TimeDelta::days(1),
    };
    let ahead = (next - now).to_std().unwrap();
    emulator.control().advance_clock(ahead);
    next
}

/// Waits for what happens on the session's own thread.
async fn until(is_so: impl Fn() -> bool) {
    let seen = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen)
        .await
        .unwrap();
}

fn roubles(text: &str) -> ExactDecimal {
    text.parse().unwrap()
}

fn everything() -> MenuChangeQuery {
    MenuChangeQuery::between("2020-01-01", "2100-01-01")
}

// price orders

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

/// The client refuses what the server would refuse, and nothing else. Sent past the client's own check, as raw JSON.
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

async fn past_the_check(office: &Office, draft: &MenuChangeDraft) -> bool {
    office.server.log_out().await;
    let http = reqwest::Client::builder().build().unwrap();
    let resto = format!("{}/resto/api", office.emulator.url());
    let key = http
        .post(format!("{resto}/auth"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("login=prices&pass=89e495e7941cf9e40e6980d14a16bf023ccd4c91")
        .send();
    let key = key.await.unwrap().text().await.unwrap();
    let answer = http
        .post(format!("{resto}/v2/documents/menuChange?key={key}"))
        .body(serde_json::to_string(draft).unwrap())
        .send();
    let is_taken = answer.await.unwrap().status().is_success();
    http.get(format!("{resto}/logout?key={key}"))
        .send()
        .await
        .unwrap();
    is_taken
}

// prices and what they are of

#[tokio::test]
async fn the_servers_prices_are_those_that_follow_from_its_orders() {
    let office = Office::open();
    let (department, pizza, size) = office.pizza();
    let mut sale = office.draft(office.today_plus(3), roubles("499"));
    sale.status = Status::Processed;
    sale.date_to = Some(office.today_plus(5).into());
    office.server.create_menu_change(&sale).await.unwrap();
    let mut draft = office.draft(office.today_plus(1), roubles("1"));
    draft.date_to = None;
    office.server.create_menu_change(&draft).await.unwrap();
    let orders: Vec<MenuChange> = office
        .server
        .menu_changes(&everything())
        .await
        .unwrap()
        .items;
    let aggregators = orders[0].items[1].include_for_categories[0].category_id;
    // worked out by hand: the price list, the sale of two days over it, the price list again; a draft counts for nothing
    let table = [
        (2, None, roubles("599")),
        (3, None, roubles("499")),
        (4, None, roubles("499")),
        (5, None, roubles("599")),
        (2, Some(aggregators), roubles("689")),
        (4, Some(aggregators), roubles("499")),
    ];
    for (days, category, expected) in table {
        let day = office.today_plus(days);
        let question = Question {
            department_id: department,
            product_id: pizza,
            size_id: size,
            category_id: category,
            day,
            at: day.and_hms_opt(12, 0, 0).unwrap(),
            card: None,
        };
        let answer = effective_price(&orders, &question);
        assert!(
            matches!(&answer.outcome, Outcome::Price(price) if *price == expected),
            "in {days} days: {answer:?}"
        );
        let query = PriceQuery {
            department_ids: vec![department],
            ..PriceQuery::on_day(day)
        };
        let prices = office.server.prices(&query).await.unwrap().items;
        let of_pizza = prices
            .iter()
            .find(|it| (it.product_id, it.product_size_id) == (pizza, size));
        let [interval] = &of_pizza.unwrap().prices[..] else {
            panic!("{of_pizza:?}");
        };
        let of_category = interval
            .prices_for_categories
            .iter()
            .find(|it| Some(it.category_id) == category);
        let price = of_category.map_or(interval.price, |it| it.price);
        assert_eq!(price, Some(expected), "in {days} days");
    }
    office.server.close().await;
}

#[tokio::test]
async fn reference_lists_come_in_the_form_that_each_has() {
    let office = Office::open();
    let server = &office.server;
    let departments = server.departments().await.unwrap();
    let selling: Vec<_> = departments.iter().filter(|it| it.sells()).collect();
    assert_eq!(selling.len(), 2);
    assert_eq!(selling[0].name.as_deref(), Some("Печь да Поле, Парковая"));
    let (_, pizza, size) = office.pizza();
    let one = ProductQuery {
        ids: vec![pizza],
        ..ProductQuery::default()
    };
    let products = server.products(&one).await.unwrap();
    assert_eq!(
        (products.len(), products[0].code.as_deref()),
        (1, Some("PIZZA-01"))
    );
    let value: Value = serde_json::to_value(&products[0]).unwrap();
    assert_eq!(
        value.as_object().unwrap().len(),
        36,
        "as many keys as a real card has"
    );
    let scale = server.scale_of_product(pizza).await.unwrap().unwrap();
    assert_eq!(Some(scale.id), products[0].product_scale_id);
    assert!(scale.product_sizes.iter().any(|it| Some(it.id) == size));
    assert!(server.product_scales(false).await.unwrap().contains(&scale));
    assert_eq!(server.product_sizes(false).await.unwrap().len(), 6);
    let categories = server.price_categories(false, None).await.unwrap();
    assert!(categories.revision.is_some());
    let strategy = categories.items[1].pricing_strategy.as_ref().unwrap();
    assert_eq!(
        (strategy.strategy_type.as_str(), strategy.percent),
        ("PERCENT", Some(roubles("15")))
    );
    let schedules = server.period_schedules(false, None).await.unwrap().items;
    assert_eq!((schedules.len(), schedules[0].deleted), (1, Some(false)));
    assert_eq!(schedules[0].periods[0].days_of_week, [1, 2, 3, 4, 5]);
    let scheduled = PriceQuery {
        price_type: Some(PriceType::Scheduled),
        ..PriceQuery::on_day(office.today_plus(0))
    };
    let scheduled = server.prices(&scheduled).await.unwrap().items;
    assert_eq!(
        scheduled[0].prices[0].schedule.as_ref().map(|it| it.id),
        Some(schedules[0].id)
    );
    office.server.close().await;
}
