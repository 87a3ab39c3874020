//! How often iiko is called: rates and pauses, shared by all who have the same credentials.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::response::Response;
use futures::future::join_all;
use iiko_client::{
    CallMetrics, CallOutcome, Error, MetricsObserver, Rate, RateBudget, Rates, clock::Clock,
};
use iiko_types::schemas::{GetOrganizationsRequest, StopListsRequest};
use tokio::sync::Notify;

use crate::server::{STOP_LISTS_PATH, Server, TOKEN_PATH, json, refusal, stop_lists, token};

fn request() -> StopListsRequest {
    StopListsRequest::new(vec![])
}

fn busy(seconds: &'static str) -> Response {
    let mut answer = refusal(429, "Too many requests within allowed period of time");
    answer
        .headers_mut()
        .insert("retry-after", seconds.parse().unwrap());
    answer
}

fn every(interval: Duration, burst: u32) -> Rates {
    Rates::all(Rate::Every { interval, burst })
}

#[tokio::test]
async fn an_hour_long_pause_holds_one_group_of_all_clients_and_no_other() {
    let server = Server::start(|seen| match seen.path.as_str() {
        STOP_LISTS_PATH if seen.nth == 1 => busy("3600"),
        STOP_LISTS_PATH => stop_lists(),
        _ => json(200, r#"{"organizations":[]}"#),
    })
    .await;
    let client = server.client();
    let error = client.stop_lists(&request()).await.unwrap_err();
    assert_eq!(error.status(), Some(429));

    for client in [client.clone(), server.client()] {
        let error = client.stop_lists(&request()).await.unwrap_err();
        let Error::Paused {
            restriction_group: "Data: stoplists",
            remaining,
            ..
        } = error
        else {
            panic!("{error:?}")
        };
        assert!(remaining > Duration::from_secs(3590), "{remaining:?}");
        assert!(error.is_transient());
        client
            .organizations(&GetOrganizationsRequest::default())
            .await
            .unwrap();
    }
    assert_eq!(server.count(STOP_LISTS_PATH), 1, "nothing went out");

    let groups = client.budget().groups();
    let paused: Vec<_> = groups
        .iter()
        .filter(|group| group.paused_for.is_some())
        .map(|group| group.restriction_group)
        .collect();
    assert_eq!(paused, ["Data: stoplists"]);

    client.budget().resume("Data: stoplists");
    server.client().stop_lists(&request()).await.unwrap();
}

#[tokio::test]
async fn a_429_without_a_word_pauses_for_a_quarter_of_an_hour() {
    let server = Server::start(|_| refusal(429, "")).await;
    let client = server.client();
    client.stop_lists(&request()).await.unwrap_err();
    let groups = client.budget().groups();
    let stop_lists = groups
        .iter()
        .find(|group| group.restriction_group == "Data: stoplists")
        .unwrap();
    let paused_for = stop_lists.paused_for.unwrap().as_secs();
    assert!((880..=900).contains(&paused_for), "{paused_for}");
    assert_eq!(stop_lists.calls, 1);
}

#[tokio::test]
async fn clones_and_other_clients_of_the_same_credentials_share_a_rate() {
    let server = Server::start(|_| stop_lists()).await;
    let interval = Duration::from_millis(50);
    let first = server.builder().rates(every(interval, 2)).build().unwrap();
    // Says nothing of rates, so it leaves them as they are.
    let second = iiko_client::Client::builder(
        &server.url(),
        iiko_client::Credentials::V1 {
            api_login: crate::server::API_LOGIN.into(),
        },
    )
    .build()
    .unwrap();
    let start = Instant::now();
    let request = request();
    let (clone, other) = (first.clone(), second);
    let answers = join_all(
        [&first, &clone, &other, &first, &clone, &other].map(|client| client.stop_lists(&request)),
    )
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(
        start.elapsed() >= interval * 4,
        "two at once and four after them: {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_turn_after_the_deadline_is_not_waited_for() {
    let server = Server::start(|_| stop_lists()).await;
    let client = server
        .builder()
        .rates(every(Duration::from_secs(3600), 1))
        .build()
        .unwrap();
    client.stop_lists(&request()).await.unwrap();
    let error = client
        .with_deadline(Duration::from_secs(5))
        .stop_lists(&request())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                operation: "stop_lists",
                nothing_sent: true,
                ..
            }
        ),
        "{error:?}"
    );
    client.budget().set_rates(Rates::all(Rate::Unlimited));
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(server.count(STOP_LISTS_PATH), 2);
}

#[derive(Default)]
struct Calls(Mutex<Vec<CallMetrics>>);

impl MetricsObserver for Calls {
    fn called(&self, call: &CallMetrics) {
        self.0.lock().unwrap().push(call.clone());
    }
}

#[tokio::test]
async fn calls_are_counted_however_they_end() {
    let server = Server::start_async(|seen| {
        Box::pin(async move {
            match (seen.path.as_str(), seen.nth) {
                (STOP_LISTS_PATH, 1) => refusal(503, ""),
                (STOP_LISTS_PATH, 2) => stop_lists(),
                (STOP_LISTS_PATH, 3) => refusal(400, "no"),
                (STOP_LISTS_PATH, 4) => std::future::pending().await,
                (STOP_LISTS_PATH, _) => stop_lists(),
                (_, nth) => crate::server::token(nth),
            }
        })
    })
    .await;
    let calls = Arc::new(Calls::default());
    let client = server
        .builder()
        .metrics(Arc::clone(&calls) as Arc<dyn MetricsObserver>)
        .build()
        .unwrap();
    client.stop_lists(&request()).await.unwrap();
    client.stop_lists(&request()).await.unwrap_err();
    let request = request();
    {
        let dropped = client.stop_lists(&request);
        tokio::pin!(dropped);
        while server.count(STOP_LISTS_PATH) < 4 {
            assert!(futures::poll!(&mut dropped).is_pending());
            tokio::task::yield_now().await;
        }
    }
    client.stop_lists(&request).await.unwrap();
    let seen: Vec<_> = calls
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|call| {
            assert_eq!(call.restriction_group, "Data: stoplists");
            (call.outcome, call.attempts, call.failed_status)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (CallOutcome::Answered, 2, None),
            (CallOutcome::Failed, 1, Some(400)),
            (CallOutcome::Dropped, 1, None),
            (CallOutcome::Answered, 1, None),
        ]
    );
}

#[tokio::test]
async fn no_more_calls_are_on_their_way_than_may_be() {
    let at_once = Arc::new(Mutex::new((0, 0)));
    let counted = Arc::clone(&at_once);
    let server = Server::start_async(move |seen| {
        let counted = Arc::clone(&counted);
        Box::pin(async move {
            if seen.path.ends_with("access_token") {
                return crate::server::token(seen.nth);
            }
            {
                let mut counted = counted.lock().unwrap();
                counted.0 += 1;
                counted.1 = counted.1.max(counted.0);
            }
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            counted.lock().unwrap().0 -= 1;
            stop_lists()
        })
    })
    .await;
    let rates = Rates::all(Rate::Unlimited).at_once("Data: stoplists", 3);
    let client = server.builder().rates(rates).build().unwrap();
    let request = request();
    let calls = (0..12).map(|_| client.stop_lists(&request));
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert!((1..=3).contains(&at_once.lock().unwrap().1));
    let groups = client.budget().groups();
    let stop_lists = groups
        .iter()
        .find(|it| it.restriction_group == "Data: stoplists");
    let stop_lists = stop_lists.unwrap();
    assert_eq!(
        (stop_lists.calls, stop_lists.in_flight, stop_lists.at_once),
        (12, 0, Some(3))
    );
}

#[tokio::test]
async fn a_pause_that_begins_while_a_call_waits_for_its_seat_holds_it_back() {
    let server = Server::start(|_| busy("3600")).await;
    let rates = Rates::all(Rate::Unlimited).at_once("Data: stoplists", 1);
    let client = server.builder().rates(rates).build().unwrap();
    let request = request();
    let (first, second) = futures::join!(client.stop_lists(&request), client.stop_lists(&request));
    assert_eq!(first.unwrap_err().status(), Some(429));
    let error = second.unwrap_err();
    assert!(matches!(error, Error::Paused { .. }), "{error:?}");
    assert_eq!(server.count(STOP_LISTS_PATH), 1);
}

#[tokio::test]
async fn a_pause_that_begins_while_a_call_waits_for_its_login_holds_it_back() {
    let (second_login, refused) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let clock = Clock::manual("2026-11-22T20:00:00Z".parse().unwrap());
    let server = Server::start_async({
        let (second_login, refused) = (Arc::clone(&second_login), Arc::clone(&refused));
        move |seen| {
            let (second_login, refused) = (Arc::clone(&second_login), Arc::clone(&refused));
            Box::pin(async move {
                match (seen.path.as_str(), seen.nth) {
                    (TOKEN_PATH, 2) => {
                        second_login.notify_one();
                        refused.notified().await;
                        token(2)
                    }
                    (TOKEN_PATH, nth) => token(nth),
                    _ => {
                        second_login.notified().await;
                        busy("3600")
                    }
                }
            })
        }
    })
    .await;
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let request = request();
    let first = async {
        let answer = client.stop_lists(&request).await;
        refused.notify_one();
        answer
    };
    let second = async {
        while server.count(STOP_LISTS_PATH) == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(3600));
        client.stop_lists(&request).await
    };
    let (first, second) = futures::join!(first, second);
    assert_eq!(first.unwrap_err().status(), Some(429));
    let error = second.unwrap_err();
    assert!(matches!(error, Error::Paused { .. }), "{error:?}");
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (2, 1)
    );
}

#[tokio::test]
async fn the_waits_for_operation_and_group_share_one_deadline() {
    let server = Server::start(|_| stop_lists()).await;
    let every = |interval_millis| Rate::Every {
        interval: Duration::from_millis(interval_millis),
        burst: 1,
    };
    let rates = Rates::all(Rate::Unlimited)
        .with_operation("stop_lists", every(600))
        .with("Data: stoplists", every(10_400));
    let client = server.builder().rates(rates).build().unwrap();
    let request = request();
    client.stop_lists(&request).await.unwrap();
    // Told after 600 ms that the 9.8 s to come are more than what is left. If they were measured by the whole deadline, it
    // would wait for them and be answered.
    let start = Instant::now();
    let hurried = client.with_deadline(Duration::from_secs(10));
    let error = hurried.stop_lists(&request).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                nothing_sent: true,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

fn next_call_after(budget: &RateBudget) -> Duration {
    let groups = budget.groups();
    let stop_lists = groups
        .iter()
        .find(|group| group.restriction_group == "Data: stoplists");
    stop_lists.unwrap().next_call_after
}

#[tokio::test]
async fn callers_who_leave_give_their_turns_to_those_behind_them() {
    let server = Server::start(|_| stop_lists()).await;
    let interval = Duration::from_millis(200);
    let client = server.builder().rates(every(interval, 1)).build().unwrap();
    let request = request();
    client.stop_lists(&request).await.unwrap();

    let mut leaving: Vec<_> = (0..600)
        .map(|_| Box::pin(client.stop_lists(&request)))
        .collect();
    for call in &mut leaving {
        assert!(futures::poll!(call).is_pending());
    }
    let mut staying = Box::pin(client.stop_lists(&request));
    assert!(futures::poll!(&mut staying).is_pending());
    assert!(next_call_after(client.budget()) > Duration::from_secs(119));

    drop(leaving);
    assert!(next_call_after(client.budget()) <= interval * 2);
    tokio::time::timeout(Duration::from_secs(10), staying)
        .await
        .expect("it moves up while it sleeps")
        .unwrap();
}

#[tokio::test]
async fn who_sleeps_is_woken_when_a_pause_is_ended_or_rates_are_raised() {
    let server = Server::start(|seen| {
        if seen.nth == 1 {
            busy("3600")
        } else {
            stop_lists()
        }
    })
    .await;
    let client = server
        .builder()
        .longest_pause(Duration::from_secs(7200))
        .retries(0)
        .build()
        .unwrap();
    let request = request();
    client.stop_lists(&request).await.unwrap_err();
    let soon = Duration::from_secs(10);

    let mut paused = Box::pin(client.stop_lists(&request));
    assert!(futures::poll!(&mut paused).is_pending());
    client.budget().resume("Data: stoplists");
    let woken = tokio::time::timeout(soon, paused).await;
    woken.expect("the pause is over").unwrap();

    client
        .budget()
        .set_rates(every(Duration::from_secs(3600), 1));
    client.stop_lists(&request).await.unwrap();
    let mut slow = Box::pin(client.stop_lists(&request));
    assert!(futures::poll!(&mut slow).is_pending());
    client.budget().set_rates(Rates::all(Rate::Unlimited));
    let woken = tokio::time::timeout(soon, slow).await;
    woken.expect("there is no rate any more").unwrap();
}
