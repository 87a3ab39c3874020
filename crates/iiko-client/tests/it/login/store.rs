//! How long a token lives, and where else it is kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::future::{BoxFuture, join_all};
use iiko_client::{Client, Credentials, StoredToken, TokenStore, clock::Clock};
use secrecy::ExposeSecret;

use super::request;
use crate::server::{
    API_LOGIN, STOP_LISTS_PATH, Server, TOKEN_PATH, json, jwt, refusal, stop_lists,
};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_its_end_by_one_of_many() {
    let clock = Clock::manual(start());
    let server = Server::start_async(|seen| {
        let exp = start().timestamp() + 3600 * i64::try_from(seen.nth).unwrap();
        let answer = if seen.path == TOKEN_PATH {
            json(200, &format!(r#"{{"token":"{}"}}"#, jwt(exp)))
        } else {
            stop_lists()
        };
        Box::pin(std::future::ready(answer))
    })
    .await;
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let request = request();
    client.stop_lists(&request).await.unwrap();
    clock.advance(Duration::from_secs(3539));
    client.stop_lists(&request).await.unwrap();
    assert_eq!(server.count(TOKEN_PATH), 1);
    clock.advance(Duration::from_secs(1));
    for answer in join_all((0..50).map(|_| client.stop_lists(&request))).await {
        answer.unwrap();
    }
    assert_eq!(server.count(TOKEN_PATH), 2);
}

#[tokio::test]
async fn an_opaque_token_is_used_for_fourteen_minutes() {
    let clock = Clock::manual(start());
    let server = Server::start(|_| stop_lists()).await;
    let client = server.builder().clock(clock.clone()).build().unwrap();
    for (seconds, logins) in [(0, 1), (14 * 60 - 1, 1), (1, 2)] {
        clock.advance(Duration::from_secs(seconds));
        client.stop_lists(&request()).await.unwrap();
        assert_eq!(server.count(TOKEN_PATH), logins);
    }
}

/// A store in memory that writes down what was asked of it.
#[derive(Default)]
struct Memory {
    tokens: Mutex<HashMap<String, StoredToken>>,
    asked: Mutex<Vec<&'static str>>,
}

impl Memory {
    fn with(token: &str, expires_at: DateTime<Utc>) -> Arc<Self> {
        let store = Self::default();
        let token = StoredToken {
            token: token.into(),
            expires_at,
        };
        store.tokens.lock().unwrap().insert(fingerprint(), token);
        Arc::new(store)
    }

    fn token(&self) -> Option<String> {
        let tokens = self.tokens.lock().unwrap();
        tokens
            .get(&fingerprint())
            .map(|stored| stored.token.expose_secret().to_owned())
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }
}

fn fingerprint() -> String {
    Credentials::V1 {
        api_login: API_LOGIN.into(),
    }
    .fingerprint()
}

impl TokenStore for Memory {
    fn load<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, Option<StoredToken>> {
        self.asked.lock().unwrap().push("load");
        Box::pin(async { self.tokens.lock().unwrap().get(fingerprint).cloned() })
    }

    fn save<'a>(&'a self, fingerprint: &'a str, token: &'a StoredToken) -> BoxFuture<'a, ()> {
        self.asked.lock().unwrap().push("save");
        Box::pin(async {
            self.tokens
                .lock()
                .unwrap()
                .insert(fingerprint.to_owned(), token.clone());
        })
    }

    fn forget<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, ()> {
        self.asked.lock().unwrap().push("forget");
        Box::pin(async {
            self.tokens.lock().unwrap().remove(fingerprint);
        })
    }
}

/// A client at the start of time that shares its token by `store`.
fn client(server: &Server, store: &Arc<Memory>) -> Client {
    let builder = server.builder().clock(Clock::manual(start()));
    builder.token_store(store.clone()).build().unwrap()
}

#[tokio::test]
async fn a_stored_token_saves_the_login() {
    let server = Server::start(|_| stop_lists()).await;
    let store = Memory::with("stored", start() + Duration::from_secs(1));
    let client = client(&server, &store);
    client.stop_lists(&request()).await.unwrap();
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(
        server.seen(STOP_LISTS_PATH)[1].header("authorization"),
        "Bearer stored"
    );
    assert_eq!((server.count(TOKEN_PATH), store.asked()), (0, vec!["load"]));
}

#[tokio::test]
async fn an_expired_stored_token_is_replaced() {
    let server = Server::start(|_| stop_lists()).await;
    let store = Memory::with("stored", start());
    let client = client(&server, &store);
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(
        (server.count(TOKEN_PATH), store.asked()),
        (1, vec!["load", "save"])
    );
    assert_eq!(store.token().as_deref(), Some("token-1"));
}

#[tokio::test]
async fn a_refused_stored_token_is_forgotten_and_replaced() {
    let server = Server::start(|seen| {
        if seen.header("authorization") == "Bearer stored" {
            refusal(401, "token is expired")
        } else {
            stop_lists()
        }
    })
    .await;
    let store = Memory::with("stored", start() + Duration::from_secs(60));
    let client = client(&server, &store);
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(store.asked(), ["load", "load", "forget", "save"]);
    assert_eq!(
        (server.count(TOKEN_PATH), store.token().as_deref()),
        (1, Some("token-1"))
    );
}

#[tokio::test]
async fn a_token_that_another_replica_has_renewed_is_taken_over() {
    let store = Memory::with("old", start() + Duration::from_secs(60));
    let replica = Arc::clone(&store);
    let server = Server::start(move |seen| {
        if seen.header("authorization") == "Bearer newer" {
            return stop_lists();
        }
        // While this call is under way, the other replica stores its token.
        let newer = StoredToken {
            token: "newer".into(),
            expires_at: start() + Duration::from_secs(60),
        };
        replica.tokens.lock().unwrap().insert(fingerprint(), newer);
        refusal(401, "")
    })
    .await;
    let client = server
        .builder()
        .clock(Clock::manual(start()))
        .token_store(store.clone())
        .build()
        .unwrap();
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (0, 2)
    );
    assert_eq!(store.asked(), ["load", "load"]);
}
