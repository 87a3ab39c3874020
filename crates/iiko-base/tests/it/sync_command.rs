//! `iiko-base sync`: results for people and machines, and exit codes.

use hub_testkit::TestHub;
use iiko_emulator::faults::{Fault, FaultRule};
use serde_json::Value;

use crate::program::Program;

/// A hub and the program over one database and one key.
async fn hub_and_program() -> (TestHub, Program) {
    let hub = TestHub::start().await;
    let program = Program::new()
        .with("DATABASE_URL", hub.database_url())
        .with("IIKO_BASE_SECRET_KEY", hub.secret_key());
    (hub, program)
}

#[tokio::test]
async fn a_sync_that_succeeds_ends_with_0_and_the_answer_of_rest() {
    let (hub, program) = hub_and_program().await;
    hub.connect_demo().await;

    let ran = program.run(&["sync", "full", "--json"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["status"], "success");
    assert_eq!(answer["organizations"].as_array().unwrap().len(), 2);
    assert!(answer["results"]["products"]["synced"].as_i64().unwrap() > 0);

    let ran = program.run(&["sync", "stoplist"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("stop_lists"), "{}", ran.stdout);
}

#[tokio::test]
async fn a_call_that_cannot_be_meant_ends_with_2() {
    let (hub, program) = hub_and_program().await;
    let setting_id = hub.connect_demo().await;
    let unknown = program.run(&["sync", "menu", "--setting", "77"]).await;
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("77"), "{}", unknown.stderr);
    let foreign = program
        .run(&[
            "sync",
            "menu",
            "--setting",
            &setting_id.to_string(),
            "--organization",
            "nowhere",
        ])
        .await;
    assert_eq!(foreign.code, 2, "{}", foreign.stderr);
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM sync_history").await,
        "0"
    );
}

#[tokio::test]
async fn a_sync_without_iiko_ends_with_1_and_keeps_the_menu() {
    let (hub, program) = hub_and_program().await;
    let setting_id = hub.connect_demo().await;
    hub.sync("menu", setting_id).await;
    let before = hub
        .sql_value("SELECT count(*) FROM products WHERE NOT is_deleted")
        .await;
    // nobody listens there: the port was free a moment ago and is let go
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    hub.sql(&format!(
        "UPDATE iiko_settings SET api_url = 'http://{nobody}'"
    ))
    .await;

    let ran = program.run(&["sync", "menu", "--json"]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (answer["status"].as_str(), answer["code"].as_str()),
        (Some("failed"), Some("iiko_unreachable"))
    );
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM products WHERE NOT is_deleted")
            .await,
        before
    );
}

#[tokio::test]
async fn a_sync_that_succeeds_in_part_ends_with_3() {
    let (hub, program) = hub_and_program().await;
    hub.connect_demo().await;
    let gateway = Fault::Html { status: 502 };
    hub.emulator()
        .control()
        .add_fault(FaultRule::new("stop_lists", gateway));

    let ran = program.run(&["sync", "full", "--json"]).await;
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["status"], "partial");
    assert_eq!(answer["results"]["stop_lists"]["status"], "failed");
    assert_eq!(answer["results"]["products"]["status"], "success");
}
