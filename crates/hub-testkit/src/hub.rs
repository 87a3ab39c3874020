//! The hub of one test, served on a free port, with an emulated iiko beside it.

use std::time::Duration;

use hub_engine::hub::{ClientOptions, Hub, HubOptions};
use hub_engine::secret_key::SecretKey;
use iiko_base::demo::access::{self, Access};
use iiko_base::server::Server;
use iiko_client::clock::Clock;
use iiko_emulator::Emulator;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{self, Instant};

use crate::answer::Answer;
use crate::database::TestDatabase;

/// The api login of the emulator's default scenario.
const API_LOGIN: &str = "demo";
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// What a test may want otherwise.
pub struct TestHubOptions {
    pub emulator: iiko_emulator::Config,
    /// None: the hub can store no secret.
    pub secret_key: Option<SecretKey>,
    pub clock: Clock,
    pub client: ClientOptions,
}

impl Default for TestHubOptions {
    fn default() -> Self {
        Self {
            emulator: iiko_emulator::Config::default(),
            secret_key: Some(SecretKey::generate()),
            clock: Clock::System,
            client: ClientOptions {
                timeout: Duration::from_secs(20),
                // a failure a test has asked for is final at once
                retries: 0,
                ..ClientOptions::default()
            },
        }
    }
}

/// A hub with its own database and emulator. Dropping it takes all of it away.
pub struct TestHub {
    hub: Hub,
    emulator: Emulator,
    access: Access,
    secret_key: SecretString,
    http: reqwest::Client,
    server: Server,
    // last: it is dropped when nobody uses it any more
    database: TestDatabase,
}

impl TestHub {
    /// With an empty database and the emulator's default scenario.
    pub async fn start() -> Self {
        Self::start_with(TestHubOptions::default()).await
    }

    pub async fn start_with(options: TestHubOptions) -> Self {
        let database = TestDatabase::create().await;
        let emulator = Emulator::start(options.emulator).expect("an emulator on a free port");
        let secret_key = options
            .secret_key
            .as_ref()
            .map_or_else(SecretString::default, SecretKey::to_text);
        let hub = Hub::start(HubOptions {
            db: database.pool().clone(),
            secret_key: options.secret_key,
            clock: options.clock,
            client: options.client,
            api_log_days: 14,
        })
        .await
        .expect("a hub over the test's database");
        let access = access::renew(&hub)
            .await
            .expect("an administrator and a token");
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let server = Server::start(listener, &hub).expect("a server on that port");
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        Self {
            hub,
            emulator,
            access,
            secret_key,
            http,
            server,
            database,
        }
    }

    /// The engine, for what has no door yet.
    pub fn engine(&self) -> &Hub {
        &self.hub
    }

    /// The iiko of this test: its state and its misbehavior.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Where the hub answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// For another process over the same database: `IIKO_BASE_SECRET_KEY`.
    pub fn secret_key(&self) -> &str {
        self.secret_key.expose_secret()
    }

    /// A token of full scope.
    pub fn token(&self) -> &str {
        self.access.token.expose_secret()
    }

    pub fn username(&self) -> &str {
        &self.access.username
    }

    pub fn password(&self) -> &SecretString {
        &self.access.password
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// A POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// For headers, other tokens and bodies that are no JSON: a request without a token.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url()))
    }

    /// SQL past the program, as a person would write it; rows as `psql` shows them, NULL as `NULL`.
    pub async fn sql(&self, statements: &str) -> Vec<Vec<String>> {
        self.database.sql(statements).await
    }

    /// The only value of the only row.
    pub async fn sql_value(&self, statement: &str) -> String {
        let rows = self.sql(statement).await;
        match rows.as_slice() {
            [row] if row.len() == 1 => row[0].clone(),
            _ => panic!("not a single value but {rows:?}, from: {statement}"),
        }
    }

    /// The real `psql`, as the program's database user.
    pub async fn psql(&self, statement: &str) -> String {
        self.database.psql(statement).await
    }

    /// Connects to the emulator as a person would over REST, with all of its organizations, and gives the setting's id.
    pub async fn connect_demo(&self) -> i32 {
        let key = json!({ "api_url": self.emulator.url(), "api_key": API_LOGIN });
        let visible = self
            .post("/api/v1/iiko/organizations-by-key", &key)
            .await
            .expect(200);
        let ids: Vec<&str> = visible["organizations"]
            .as_array()
            .expect("a list of organizations")
            .iter()
            .map(|organization| organization["id"].as_str().expect("an id"))
            .collect();
        let setting = json!({
            "api_url": self.emulator.url(),
            "api_key": API_LOGIN,
            "organization_ids": ids,
        });
        let stored = self
            .post("/api/v1/iiko/settings", &setting)
            .await
            .expect(201);
        let id = stored["id"].as_i64().expect("the id of the setting");
        i32::try_from(id).expect("a small number")
    }

    /// A sync over REST that must succeed.
    pub async fn sync(&self, kind: &str, setting_id: i32) -> Value {
        let path = format!("/api/v1/sync/{kind}");
        let answer = self
            .post(&path, &json!({ "setting_id": setting_id }))
            .await
            .expect(200);
        assert_eq!(answer["status"], "success", "the answer is {answer}");
        answer
    }

    /// Waits for a state; never for a time.
    pub async fn wait_until(&self, statement: &str, expected: &str) {
        let begun = Instant::now();
        loop {
            let now = self.sql_value(statement).await;
            if now == expected {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{statement} stays at {now} and does not become {expected}"
            );
            time::sleep(POLL).await;
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path).bearer_auth(self.token());
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("an answer of the hub");
        Answer::read(response).await
    }
}
