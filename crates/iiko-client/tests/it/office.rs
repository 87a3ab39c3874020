//! The client of iikoServer against the emulator's: sessions and their slots, price orders and their rules, prices,
//! reference lists. The emulator counts the slots, so a leak is a number.

mod midnight;
mod price_orders;
mod prices;
mod sessions;
mod slots;

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use iiko_client::{
    clock::Clock,
    server::{Login, MenuChangeDraft, MenuChangeItem, MenuChangeQuery, Server, ServerBuilder},
};
use iiko_emulator::{Config, Emulator, control::Control};
use iiko_types::{ids::Guid, number::ExactDecimal};

/// What the emulator calls a list of price orders.
const LIST: &str = "server/v2/documents/menuChange";

/// And a login.
const LOGIN: &str = "server/auth";

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

/// Whether the server takes an order that is sent past the client's own check, as raw JSON.
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
