//! What must not happen twice is sent once, whatever iiko does: a property, against a server that does it all.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use iiko_types::endpoint::Endpoint as _;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{calls::Pay, server::builder};

/// What becomes of a request once it has arrived.
#[derive(Clone, Debug)]
enum Fate {
    /// 401 for the token.
    TokenRefused,
    /// An answer of this status, with or without `Retry-After: 0`.
    Answered { status: u16, retry_after: bool },
    /// Half an answer, then the end of the connection.
    Torn,
    /// A page of a proxy.
    Page,
    /// The end of the connection, with the request in the server's hand.
    Closed,
    /// Nothing at all, for longer than the client waits.
    Silence,
}

fn fate() -> impl Strategy<Value = Fate> {
    let status = prop_oneof![
        Just(200_u16),
        Just(400),
        Just(403),
        Just(408),
        Just(429),
        Just(500),
        Just(502),
        Just(503),
    ];
    prop_oneof![
        3 => Just(Fate::TokenRefused),
        4 => (status, any::<bool>()).prop_map(|(status, retry_after)| Fate::Answered { status, retry_after }),
        1 => Just(Fate::Torn),
        1 => Just(Fate::Page),
        2 => Just(Fate::Closed),
        1 => Just(Fate::Silence),
    ]
}

#[derive(Clone, Default)]
struct Till {
    fates: Arc<Mutex<VecDeque<Fate>>>,
    arrived: Arc<Mutex<usize>>,
}

impl Till {
    async fn open(fates: Vec<Fate>) -> (Self, String) {
        let till = Self {
            fates: Arc::new(Mutex::new(fates.into())),
            arrived: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = till.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(connection));
            }
        });
        (till, url)
    }

    /// Connections are kept open, so that a request also meets one that was used before.
    async fn serve(self, mut connection: TcpStream) {
        while let Some(path) = read_request(&mut connection).await {
            let answer = if path == Pay::PATH {
                *self.arrived.lock().unwrap() += 1;
                let fate = self.fates.lock().unwrap().pop_front();
                match fate {
                    None => answer(200, "", "{}"),
                    Some(Fate::TokenRefused) => {
                        answer(401, "", r#"{"errorDescription":"Token is expired"}"#)
                    }
                    Some(Fate::Answered {
                        status,
                        retry_after,
                    }) => {
                        let header = if retry_after {
                            "Retry-After: 0\r\n"
                        } else {
                            ""
                        };
                        answer(status, header, "{}")
                    }
                    Some(Fate::Page) => answer(200, "", "<html></html>"),
                    Some(Fate::Torn) => {
                        let torn = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"";
                        let _ = connection.write_all(torn.as_bytes()).await;
                        return;
                    }
                    Some(Fate::Closed) => return,
                    Some(Fate::Silence) => std::future::pending().await,
                }
            } else {
                answer(200, "", r#"{"token":"opaque"}"#)
            };
            if connection.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn answer(status: u16, header: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\n{header}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The path of a request that has arrived whole.
async fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if read.len() >= end + 4 + length {
                return head.split(' ').nth(1).map(str::to_owned);
            }
        }
        if connection.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

async fn arrivals(http: reqwest::Client, fates: Vec<Fate>) -> usize {
    let (till, url) = Till::open(fates).await;
    let client = builder(&url)
        .http(http)
        .retries(5)
        .timeout(Duration::from_millis(150))
        .build()
        .unwrap();
    let _ = client.send::<Pay>(&json!({})).await;
    *till.arrived.lock().unwrap()
}

#[test]
fn what_must_not_happen_twice_arrives_once_but_for_a_token_that_was_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // One for all cases: it is slow to make.
    let http = reqwest::Client::builder().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&prop::collection::vec(fate(), 1..6), |fates| {
            let allowed = match fates[0] {
                Fate::TokenRefused => 2,
                Fate::Answered { .. } | Fate::Torn | Fate::Page | Fate::Closed | Fate::Silence => 1,
            };
            let arrived = runtime.block_on(arrivals(http.clone(), fates));
            prop_assert!((1..=allowed).contains(&arrived), "{arrived} times");
            Ok(())
        })
        .unwrap();
}
