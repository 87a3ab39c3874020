//! The whole selling side, through our SDK: every operation answers, and refuses what its contract forbids.
//!
//! What was answered is read off the emulator's own list of exchanges, so nothing can be claimed that did not happen. The
//! table of it is printed (`cargo nextest run -p iiko-emulator coverage --no-capture`): a row for each operation of the
//! contract, how far it is imitated, how many calls of the day it answered, how many forbidden bodies it refused.

mod forbidden;
mod loyalty;
mod orders;
mod reference;
mod tables;

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use iiko_client::{Client, Credentials, Rate, Rates};
use iiko_emulator::{Config, Pace, control::Control};
use iiko_types::{
    endpoint::Endpoint,
    ids::{OrganizationId, TerminalGroupId},
    operations::{ALL, CommandsStatus},
};
use serde_json::{Value, json};

use self::forbidden::Forbidden;
use crate::{Desk, PARKOVAYA, orders::cash};

/// A day at the demo restaurant: a client, and the bodies that its calls had.
struct Day {
    desk: Desk,
    client: Client,
    organization: OrganizationId,
    group: TerminalGroupId,
    /// The first body of each operation, by path.
    bodies: RefCell<BTreeMap<&'static str, Value>>,
}

impl Day {
    async fn begin() -> Self {
        let desk = Desk::open_with(Config {
            pace: Pace::Stepped,
            ..Config::default()
        })
        .await;
        let credentials = Credentials::V1 {
            api_login: "demo".into(),
        };
        let client = Client::builder(&desk.emulator.url(), credentials)
            .backoff(Duration::ZERO)
            .rates(Rates::all(Rate::Unlimited))
            .build()
            .unwrap();
        let organization = desk.control().organization(PARKOVAYA).unwrap();
        let group = desk
            .control()
            .terminal_group(organization, "Парковая, зал")
            .unwrap();
        Self {
            desk,
            client,
            organization,
            group,
            bodies: RefCell::default(),
        }
    }

    fn control(&self) -> Control {
        self.desk.control()
    }

    /// Calls an operation as a program would, typed on both ways.
    async fn ask<E: Endpoint>(&self, body: Value) -> Value {
        let request: E::Request = serde_json::from_str(&body.to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", E::PATH));
        self.bodies.borrow_mut().entry(E::PATH).or_insert(body);
        let answer = self.client.send::<E>(&request).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", E::PATH));
        serde_json::to_value(&answer).unwrap()
    }

    /// The same for a command, which must have succeeded once the till has done it.
    async fn order<E: Endpoint>(&self, body: Value) -> Value {
        let answer = self.ask::<E>(body).await;
        self.control().settle();
        if E::IS_COMMAND {
            let command = self.of(json!({"correlationId": answer["correlationId"]}));
            let status = self.ask::<CommandsStatus>(command).await;
            assert_eq!(status["state"], "Success", "{}: {status}", E::PATH);
        }
        answer
    }

    /// `body` with the organization.
    fn of(&self, mut body: Value) -> Value {
        body["organizationId"] = json!(self.organization);
        body
    }

    /// `body` with a list of organizations.
    fn of_all(&self, mut body: Value) -> Value {
        body["organizationIds"] = json!([self.organization]);
        body
    }

    fn product(&self, code: &str) -> String {
        let product = self.control().product(self.organization, code);
        product.unwrap().to_string()
    }

    /// A line of an order: so many teas.
    fn tea(&self, amount: u32) -> Value {
        json!({"type": "Product", "productId": self.product("TEA-01"), "amount": amount, "price": 200})
    }

    /// A payment in cash.
    async fn cash(&self, sum: u32) -> Value {
        cash(&self.desk, sum).await
    }
}

/// What belongs to selling: the paths of the transport and of loyalty.
pub(crate) fn is_selling(path: &str) -> bool {
    ["/api/1/", "/api/2/", "/api/v2/", "/api/menu/"]
        .iter()
        .any(|begin| path.starts_with(begin))
}

/// What the emulator itself says of an operation.
fn grade(imitated: &Value, path: &str) -> &'static str {
    let mut known = imitated.as_array().unwrap().iter();
    match known.find(|it| it["path"] == path) {
        None => "absent",
        Some(known) if known["guess"].is_null() => "imitated",
        Some(_) => "guessed",
    }
}

#[tokio::test]
async fn every_operation_of_the_selling_side_answers_the_sdk_and_refuses_what_is_forbidden() {
    let day = Day::begin().await;
    day.look_around().await;
    day.deliver().await;
    day.draft().await;
    day.serve_tables().await;
    day.reserve_tables().await;
    day.reward_guests().await;

    let exchanges = day.control().exchanges();
    let answers = |name: &str| {
        let of_operation = exchanges
            .iter()
            .filter(|it| it.operation.as_deref() == Some(name));
        of_operation.filter(|it| it.status == Some(200)).count()
    };
    let imitated = day.desk.get("/_emulator/operations").await.json();
    let bodies = day.bodies.take();
    println!("{:<62} {:<9} answers refusals", "operation", "grade");
    let (mut missing, mut taken, mut refusals) = (Vec::new(), Vec::new(), 0);
    for operation in ALL {
        let path = operation.path;
        let (grade, answers) = (grade(&imitated, path), answers(operation.name));
        let body = bodies.get(path);
        let refused = match body {
            Some(body) => day.refuse(path, body, &mut taken).await,
            None => 0,
        };
        refusals += refused;
        println!("{path:<62} {grade:<9} {answers:>7} {refused:>8}");
        // the client logs in by itself, with the first version
        let is_called = body.is_some() || path == "/api/1/access_token";
        let needs = body.is_some_and(|body| body.as_object().is_some_and(|it| !it.is_empty()))
            && path != MISDESCRIBED;
        let is_covered = match is_selling(path) {
            true => grade != "absent" && answers > 0 && is_called && (refused > 0 || !needs),
            false => grade == "absent" && day.is_named_as_absent(path, operation.name).await,
        };
        if !is_covered {
            missing.push(path);
        }
    }
    println!("{refusals} refusals");
    assert!(taken.is_empty(), "taken: {taken:#?}");
    assert_eq!(missing, Vec::<&str>::new(), "a row is not covered");
    assert!(refusals > 1_300, "{refusals}");
}

impl Day {
    /// Sends a good body with one thing wrong, each thing in turn. How often that was refused; what was not goes into
    /// `taken`.
    async fn refuse(&self, path: &str, body: &Value, taken: &mut Vec<String>) -> usize {
        let forbidden = forbidden::forbidden(path, body);
        for it in &forbidden {
            let answer = self.desk.post(path, it.body.clone()).await;
            match answer.status {
                400..500 => drop(answer.refusal()),
                status => taken.push(format!("{path} with {}: {status} {}", it.what, answer.text)),
            }
        }
        let unknown = forbidden::with_unknown_ids(path, body);
        for it in &unknown {
            if let Some(answer) = self.miss(path, it).await {
                taken.push(format!("{path} with an unknown `{}`: {answer}", it.what));
            }
        }
        forbidden.len() + unknown.len()
    }

    /// Asks with an id of nothing: that is refused at once, or by the till, or answered with nothing. Else the answer.
    async fn miss(&self, path: &str, unknown: &Forbidden) -> Option<Value> {
        let answer = self.desk.post(path, unknown.body.clone()).await;
        if (400..500).contains(&answer.status) {
            answer.refusal();
            return None;
        }
        if LENIENT.contains(&(path, unknown.what.as_str(), answer.status)) {
            return None;
        }
        self.control().settle();
        let answer = answer.json();
        let command = self.of(json!({"correlationId": answer["correlationId"]}));
        let status = self.desk.post("/api/1/commands/status", command).await;
        let is_refused_by_till = status.status == 200 && status.json()["state"] == "Error";
        (!is_refused_by_till).then_some(answer)
    }

    async fn is_named_as_absent(&self, path: &str, name: &str) -> bool {
        let answer = self.desk.post(path, json!({})).await;
        answer.status == 501 && answer.text.contains(&format!("`{name}`"))
    }
}

/// Its body is not what the contract says: what it refuses has tests of its own.
const MISDESCRIBED: &str = "/api/1/delivery_restrictions/update";

/// Where an unknown id is no error of ours, and what is answered then.
const LENIENT: &[(&str, &str, u16)] = &[
    // who asks for nothing is told of nothing (`cloud-api.md` 8.6)
    ("/api/1/deliveries/by_id", "orderIds", 200),
    ("/api/1/order/by_id", "orderIds", 200),
    ("/api/1/order/by_table", "tableIds", 200),
    ("/api/1/reserve/status_by_id", "reserveIds", 200),
    (
        "/api/1/reserve/available_restaurant_sections",
        "terminalGroupIds",
        200,
    ),
    (
        "/api/1/reserve/restaurant_sections_workload",
        "restaurantSectionIds",
        200,
    ),
    ("/api/1/streets/by_city", "cityId", 200),
    ("/api/1/streets/by_id", "ids", 200),
    ("/api/1/terminal_groups/is_alive", "terminalGroupIds", 200),
    // the answer names those that it does not know
    ("/api/1/terminal_groups/awake", "terminalGroupIds", 200),
    ("/api/1/loyalty/iiko/check_sms_status", "smsIds", 200),
    ("/api/1/loyalty/iiko/delete_customers", "customerIds", 200),
    ("/api/1/loyalty/iiko/restore_customers", "customerIds", 200),
    // the id of what is to be made
    ("/api/1/reserve/create", "id", 200),
    (
        "/api/1/loyalty/iiko/customer/wallet/hold",
        "transactionId",
        200,
    ),
    // the till looks at it when the draft is committed, the staff when they read the message
    ("/api/1/deliveries/drafts/create", "terminalGroupId", 200),
    ("/api/1/notifications/send", "orderId", 200),
    // iiko breaks (`cloud-api.md` 2.2)
    ("/api/1/order/init_by_posOrder", "posOrderIds", 500),
    ("/api/1/order/init_by_table", "tableIds", 500),
];
