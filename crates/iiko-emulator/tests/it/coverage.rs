//! The whole selling side, through our SDK: every operation answers, and refuses what its contract forbids.
//!
//! What was called is read off the emulator's own list of exchanges, so nothing can be claimed that did not happen. The
//! table of it is printed (`cargo nextest run -p iiko-emulator coverage --no-capture`).

#![expect(clippy::print_stdout, reason = "the table of what is covered")]

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
    operations::ALL,
};
use serde_json::{Value, json};

use crate::{Desk, NOBODY, PARKOVAYA};

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
        let status = self.desk.post(
            "/api/1/commands/status",
            json!({"organizationId": self.organization, "correlationId": answer["correlationId"]}),
        );
        let status = status.await;
        if status.status == 200 {
            assert_eq!(
                status.json()["state"],
                "Success",
                "{}: {}",
                E::PATH,
                status.text
            );
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
        let types = self
            .desk
            .ask("/api/1/payment_types", self.of_all(json!({})))
            .await;
        let mut types = types["paymentTypes"].as_array().unwrap().iter();
        let cash = types.find(|it| it["paymentTypeKind"] == "Cash" && it["isDeleted"] == false);
        json!({"paymentTypeKind": "Cash", "sum": sum, "paymentTypeId": cash.unwrap()["id"]})
    }
}

/// What belongs to selling: the paths of the transport and of loyalty.
fn is_selling(path: &str) -> bool {
    ["/api/1/", "/api/2/", "/api/v2/", "/api/menu/"]
        .iter()
        .any(|begin| path.starts_with(begin))
}

#[tokio::test]
async fn every_operation_of_the_selling_side_answers_the_sdk() {
    let day = Day::begin().await;
    day.look_around().await;
    day.deliver().await;
    day.draft().await;
    day.serve_tables().await;
    day.reserve_tables().await;
    day.reward_guests().await;

    let exchanges = day.control().exchanges();
    let imitated = day
        .desk
        .http
        .get(format!("{}/_emulator/operations", day.desk.emulator.url()));
    let imitated: Value =
        serde_json::from_str(&imitated.send().await.unwrap().text().await.unwrap()).unwrap();
    let mut missing = Vec::new();
    println!("{:<62} {:<9} calls", "operation", "imitated");
    for operation in ALL.iter().filter(|operation| is_selling(operation.path)) {
        let answered = exchanges
            .iter()
            .filter(|it| it.operation.as_deref() == Some(operation.name) && it.status == Some(200));
        let answered = answered.count();
        let mut known = imitated.as_array().unwrap().iter();
        let known = known.find(|it| it["path"] == operation.path);
        let grade = match known {
            None => "absent",
            Some(known) if known["guess"].is_null() => "yes",
            Some(_) => "guessed",
        };
        println!("{:<62} {grade:<9} {answered}", operation.path);
        if known.is_none() || answered == 0 {
            missing.push(operation.path);
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "not imitated, or not called");
    day.refuse_what_is_forbidden().await;
}

impl Day {
    /// Each body again, with one member missing, of the wrong type, or of nobody.
    async fn refuse_what_is_forbidden(&self) {
        let contract: Value =
            serde_json::from_str(include_str!("../../../../contract/iiko-cloud.json")).unwrap();
        let mut refusals = 0;
        for (path, body) in self.bodies.take() {
            for (spoiled, what) in spoiled(&contract, path, &body) {
                let answer = self.desk.post(path, spoiled).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{path} with {what}: {} {}",
                    answer.status,
                    answer.text
                );
                answer.refusal();
                refusals += 1;
            }
        }
        println!("{refusals} refusals");
        assert!(refusals > 500, "{refusals}");
    }
}

/// Bodies that the contract forbids, and what is wrong with each.
fn spoiled(contract: &Value, path: &str, body: &Value) -> Vec<(Value, String)> {
    let media = &contract["paths"][path]["post"]["requestBody"]["content"];
    let media = media.as_object().and_then(|media| media.values().next());
    let reference = media.and_then(|media| media["schema"]["$ref"].as_str());
    let Some(schema) = reference.and_then(|reference| contract.pointer(&reference[1..])) else {
        return Vec::new();
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for (name, value) in body.as_object().unwrap() {
        let mut with = |value: Option<Value>, what: &str| {
            let mut body = body.clone();
            let members = body.as_object_mut().unwrap();
            match value {
                Some(value) => drop(members.insert(name.clone(), value)),
                None => drop(members.remove(name)),
            }
            all.push((body, format!("{what} `{name}`")));
        };
        // null for what may be null is as good as nothing
        let may_be_null = schema["properties"][name]["nullable"] == true;
        if required.iter().any(|it| it == name) && !may_be_null {
            with(None, "no");
        }
        match value {
            Value::Object(_) | Value::Array(_) => with(Some(json!("soon")), "a word as"),
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {
                with(Some(json!({"more": []})), "an object as");
            }
        }
        match name.as_str() {
            "organizationId" => with(Some(json!(*NOBODY)), "nobody's"),
            "organizationIds" => with(Some(json!([*NOBODY])), "nobody's"),
            _ => {}
        }
    }
    all
}
