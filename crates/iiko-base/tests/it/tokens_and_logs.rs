//! Access tokens of iiko, and what the log of calls may hold.

use hub_testkit::TestHub;
use serde_json::json;

#[tokio::test]
async fn a_bare_token_and_one_in_an_object_both_work() {
    let hub = TestHub::start().await;
    hub.emulator().control().set_token_bare(true);
    let setting = hub.connect_demo().await;
    hub.sync("stoplist", setting).await;
    hub.emulator().control().set_token_bare(false);
    hub.emulator().control().expire_tokens();
    hub.sync("stoplist", setting).await;
}

#[tokio::test]
async fn a_refused_token_leads_to_one_renewal_and_one_repeat() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("stoplist", setting).await;
    let control = hub.emulator().control();
    control.expire_tokens();
    control.forget_exchanges();
    hub.sync("stoplist", setting).await;
    assert_eq!(
        (control.calls("access_token"), control.calls("stop_lists")),
        (1, 2)
    );

    use iiko_emulator::faults::{Fault, FaultRule};
    control.add_fault(FaultRule::new(
        "stop_lists",
        Fault::Status {
            status: 401,
            retry_after: None,
        },
    ));
    control.forget_exchanges();
    let answer = hub
        .post("/api/v1/sync/stoplist", &json!({ "setting_id": setting }))
        .await;
    assert_eq!(
        (answer.status, &answer.json["code"]),
        (502, &json!("iiko_unauthorized")),
        "{}",
        answer.text
    );
    assert!(
        control.calls("access_token") <= 1 && control.calls("stop_lists") <= 2,
        "never a loop"
    );
}

#[tokio::test]
async fn one_login_serves_all_processes_through_the_database() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("stoplist", setting).await;
    let control = hub.emulator().control();
    control.forget_exchanges();
    let stored = hub
        .sql_value(
            "SELECT count(*) FROM access_tokens WHERE position('eyJ'::bytea IN token_sealed) = 0",
        )
        .await;
    assert_eq!(stored, "1", "one token, sealed");
    assert_eq!(control.calls("access_token"), 0);
    hub.sync("terminals", setting).await;
    assert_eq!(control.calls("access_token"), 0);
}

#[tokio::test]
async fn the_log_of_calls_holds_no_secret_and_every_correlation_id() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    hub.engine().flush_api_log().await;
    let logged = hub
        .sql_value("SELECT count(*) FROM api_logs WHERE setting_id IS NOT NULL")
        .await;
    assert!(logged.parse::<i64>().unwrap() >= 8, "every call is a row");
    assert_eq!(hub.sql_value("SELECT count(*) FROM api_logs WHERE concat(url, request_body, response_body) LIKE '%eyJ%'").await, "0");
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM api_logs WHERE request_body LIKE '%\"demo\"%' OR request_body LIKE '%demo-secret%'").await,
        "0"
    );
    assert_eq!(
        hub.sql_value(
            "SELECT count(*) FROM api_logs WHERE url LIKE '%/stop_lists' AND correlation_id IS NULL"
        )
        .await,
        "0",
        "the id that iiko's support asks for is a column"
    );
    let secrets =
        "SELECT count(*) FROM iiko_settings WHERE position('demo'::bytea IN api_key_sealed) > 0";
    assert_eq!(hub.sql_value(secrets).await, "0");
    let shown = hub.get("/api/v1/iiko/settings").await;
    assert!(
        shown.text.contains("\"has_api_key\":true"),
        "{}",
        shown.text
    );
    assert!(!shown.text.contains("\"demo\""), "{}", shown.text);
}
