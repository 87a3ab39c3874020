//! The emulator through its door: HTTP only, as any client in any language meets it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod busy_day;
mod commands;
mod control;
mod coverage;
mod deliveries;
mod documents;
mod drafts;
mod external_menus;
mod faults;
mod guests;
mod halls;
mod handler;
mod house_rules;
mod logins;
mod loyalty;
mod menu;
mod model;
mod modifiers;
mod money;
mod odd_numbers;
mod office_server;
mod orders;
mod page;
mod python;
mod recorded;
mod refusals;
mod restaurant;
mod retrieval;
mod scenarios;
mod stop_lists;
mod time;
mod wallets;
mod webhook_boxes;
mod webhooks;

use std::sync::LazyLock;

use iiko_emulator::{Config, Emulator, Pace, control::Control, scenario::Scenario};
use iiko_types::ids::{OrganizationId, TerminalGroupId};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

/// An emulator with a caller that has logged in.
struct Desk {
    emulator: Emulator,
    http: reqwest::Client,
    token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Answer {
    status: u16,
    text: String,
}

impl Desk {
    async fn open() -> Self {
        Self::open_with(Config::default()).await
    }

    async fn open_with(config: Config) -> Self {
        Self::open_as("demo", config).await
    }

    /// The same for another caller than the demo's.
    async fn open_as(api_login: &str, config: Config) -> Self {
        let emulator = Emulator::start(config).unwrap();
        let http = reqwest::Client::builder().build().unwrap();
        let mut desk = Self {
            emulator,
            http,
            token: String::new(),
        };
        desk.log_in(api_login).await;
        desk
    }

    /// From now on somebody else asks.
    async fn log_in(&mut self, api_login: &str) {
        let body = json!({"apiLogin": api_login});
        let answer = self.post("/api/1/access_token", body).await;
        self.token = answer.json()["token"].as_str().unwrap().to_owned();
    }

    fn control(&self) -> Control {
        self.emulator.control()
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_text(path, &body.to_string()).await
    }

    async fn post_text(&self, path: &str, body: &str) -> Answer {
        self.try_post(path, body).await.unwrap()
    }

    async fn try_post(&self, path: &str, body: &str) -> Result<Answer, reqwest::Error> {
        let request = self
            .http
            .post(format!("{}{path}", self.emulator.url()))
            .body(body.to_owned());
        let request = request.header(CONTENT_TYPE, "application/json");
        let response = match self.token.is_empty() {
            true => request.send().await?,
            false => {
                request
                    .header(AUTHORIZATION, format!("Bearer {}", self.token))
                    .send()
                    .await?
            }
        };
        Ok(Answer {
            status: response.status().as_u16(),
            text: response.text().await?,
        })
    }

    async fn get(&self, path: &str) -> Answer {
        let url = format!("{}{path}", self.emulator.url());
        let response = self.http.get(url).send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            text: response.text().await.unwrap(),
        }
    }

    /// The answer of an operation that succeeds.
    async fn ask(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Where most orders are made: the restaurant at Парковая, and the terminal group of its hall.
    fn hall(&self) -> (OrganizationId, TerminalGroupId) {
        let control = self.control();
        let organization = control.organization(PARKOVAYA).unwrap();
        let group = control.terminal_group(organization, "Парковая, зал");
        (organization, group.unwrap())
    }

    fn organization(&self, name: &str) -> String {
        self.control().organization(name).unwrap().to_string()
    }
}

/// A desk at which nothing happens by itself.
pub(crate) async fn quiet_desk() -> Desk {
    Desk::open_with(Config {
        pace: Pace::Stepped,
        ..Config::default()
    })
    .await
}

/// The demo restaurant with something else written into it.
pub(crate) async fn desk_with(changes: &[(&str, &str)]) -> Desk {
    let mut text = include_str!("../../scenarios/demo.toml").to_owned();
    for (place, after) in changes {
        assert!(text.contains(place), "{place}");
        text = text.replacen(place, &format!("{place}\n{after}"), 1);
    }
    desk_of(&text).await
}

/// The restaurant of a scenario; nothing happens there by itself.
pub(crate) async fn desk_of(text: &str) -> Desk {
    Desk::open_with(Config {
        scenario: Scenario::from_toml(text).unwrap(),
        pace: Pace::Stepped,
        ..Config::default()
    })
    .await
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Status, code and sentence of a refusal, which also has a correlation id.
    fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        assert_eq!(
            body["correlationId"].as_str().map(str::len),
            Some(36),
            "{body}"
        );
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        (self.status, text("error"), text("errorDescription"))
    }
}

/// The organization of the demo that sells everything.
const PARKOVAYA: &str = "Печь да Поле, Парковая";
/// The smaller one.
const NABEREZHNAYA: &str = "Печь да Поле, Набережная";
/// An id of nothing.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| "3b000000-0000-4000-8000-000000000001".to_owned());
