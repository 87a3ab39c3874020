//! `POST /sync/*` and `GET /sync/history` as the guide has them.

use hub_testkit::TestHub;
use iiko_emulator::faults::{Fault, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn both_cron_lines_of_the_guide_answer_200_with_a_token_that_does_not_expire() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    assert_eq!(setting, 1, "the guide's lines say 1");
    assert_eq!(
        hub.sql_value("SELECT bool_and(expires_at IS NULL) FROM api_tokens")
            .await,
        "t"
    );
    hub.psql("UPDATE api_tokens SET created_at = created_at - interval '8 months';")
        .await;
    for kind in ["stoplist", "menu"] {
        let answer = hub
            .request(Method::POST, &format!("/api/v1/sync/{kind}"))
            .header("Authorization", format!("Bearer {}", hub.token()))
            .header("Content-Type", "application/json")
            .body(r#"{"setting_id": 1}"#)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn a_full_sync_answers_with_the_keys_of_the_guide_and_adds_up() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let answer = hub.sync("full", setting).await;
    assert!(answer["duration_ms"].is_i64());
    let results = answer["results"].as_object().unwrap();
    for part in [
        "categories",
        "products",
        "modifiers",
        "terminal_groups",
        "payment_types",
        "stop_lists",
        "combos",
    ] {
        let part = &results[part];
        assert_eq!(part["status"], "success");
        assert!(
            part["synced"].as_i64().is_some() && part["duration_ms"].as_i64().is_some(),
            "{part}"
        );
    }
    let sum = |results: &Value| {
        results
            .as_object()
            .unwrap()
            .values()
            .map(|part| part["synced"].as_i64().unwrap())
            .sum::<i64>()
    };
    let history = hub.get("/api/v1/sync/history").await.expect(200);
    let organizations = answer["organizations"].as_array().unwrap();
    assert_eq!(
        organizations.len(),
        2,
        "a history row for each organization"
    );
    for organization in organizations {
        let row = history["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == organization["history_id"])
            .unwrap();
        assert_eq!(
            row["items_synced"].as_i64().unwrap(),
            sum(&organization["results"])
        );
        assert_eq!(row["sync_type"], "full");
        assert_eq!(row["status"], "success");
        assert_eq!(row["organization_id"], organization["organization_id"]);
        for time in ["started_at", "completed_at"] {
            let time = row[time].as_str().unwrap();
            assert!(
                time.len() == 20 && time.ends_with('Z'),
                "whole seconds, UTC: {time}"
            );
        }
    }
    assert_eq!(
        organizations
            .iter()
            .map(|organization| sum(&organization["results"]))
            .sum::<i64>(),
        sum(&answer["results"])
    );
    assert_eq!(
        hub.sql_value(
            "SELECT bool_and(abs(extract(epoch FROM completed_at - started_at) * 1000 - duration_ms) < 1) FROM sync_history"
        )
        .await,
        "t",
        "the end agrees with the duration"
    );
}

#[tokio::test]
async fn the_setting_comes_from_body_or_query_and_its_absence_is_told() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.post_empty(&format!("/api/v1/sync/stoplist?setting_id={setting}"))
        .await
        .expect(200);
    hub.post(
        "/api/v1/sync/stoplist?setting_id=77",
        &json!({ "setting_id": setting }),
    )
    .await
    .expect(200);
    let missing = hub.post("/api/v1/sync/stoplist", &json!({})).await;
    assert_eq!(missing.status, 422);
    assert!(
        missing.json["detail"]
            .as_str()
            .unwrap()
            .contains("setting_id"),
        "{}",
        missing.text
    );
    assert_eq!(hub.post_empty("/api/v1/sync/stoplist").await.status, 422);
    assert_eq!(
        hub.post("/api/v1/sync/stoplist", &json!({ "setting_id": 77 }))
            .await
            .status,
        404
    );
    hub.put(
        &format!("/api/v1/iiko/settings/{setting}"),
        &json!({ "organization_ids": [] }),
    )
    .await
    .expect(200);
    let none = hub
        .post("/api/v1/sync/menu", &json!({ "setting_id": setting }))
        .await;
    assert_eq!(none.status, 400);
    assert_eq!(none.json["detail"], "Organization ID не задан в настройках");
}

#[tokio::test]
async fn a_single_part_has_its_sum_at_the_top_and_an_organization_narrows_it() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let organization = hub
        .emulator()
        .control()
        .organization("parkovaya")
        .unwrap()
        .to_string();
    for kind in ["stoplist", "terminals", "payments", "prices"] {
        let answer = hub
            .post(
                &format!("/api/v1/sync/{kind}"),
                &json!({ "setting_id": setting, "organization_id": organization }),
            )
            .await
            .expect(200);
        assert!(answer["synced"].as_i64().unwrap() > 0, "{kind}: {answer}");
        assert_eq!(answer["organizations"].as_array().unwrap().len(), 1);
    }
    let types = hub
        .sql("SELECT DISTINCT sync_type FROM sync_history ORDER BY 1")
        .await;
    assert_eq!(
        types,
        [["payments"], ["prices"], ["stoplist"], ["terminals"]]
    );
    let unknown =
        json!({ "setting_id": setting, "organization_id": "00000000-0000-0000-0000-00000000beef" });
    assert_eq!(hub.post("/api/v1/sync/menu", &unknown).await.status, 404);
}

#[tokio::test]
async fn history_is_newest_first_at_most_fifty_and_tells_why_a_run_failed() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.psql(
        "INSERT INTO sync_history (run_id, setting_id, organization_id, sync_type, turn, status, started_at, completed_at, duration_ms, heartbeat_at)
         SELECT gen_random_uuid(), 1, 'old', 'menu', 'old', 'success', now() - n * interval '1 hour', now() - n * interval '1 hour', 5, now()
         FROM generate_series(1, 60) AS n;",
    )
    .await;
    hub.emulator().control().add_fault(FaultRule::new(
        "stop_lists",
        Fault::Status {
            status: 500,
            retry_after: None,
        },
    ));
    let partial = hub
        .post("/api/v1/sync/full", &json!({ "setting_id": setting }))
        .await
        .expect(200);
    assert_eq!(partial["status"], "partial");
    assert_eq!(partial["results"]["stop_lists"]["status"], "failed");
    assert!(partial["results"]["stop_lists"]["error"].is_string());
    let failed = hub
        .post("/api/v1/sync/stoplist", &json!({ "setting_id": setting }))
        .await;
    assert_eq!(failed.status, 502);
    assert_eq!(failed.json["status"], "failed");
    assert!(
        failed.json["detail"].is_string() && failed.json["code"] == "iiko_failed",
        "{}",
        failed.text
    );
    assert!(failed.json["correlation_id"].is_string(), "{}", failed.text);

    let history = hub.get("/api/v1/sync/history").await.expect(200);
    let rows = history["history"].as_array().unwrap();
    assert_eq!(rows.len(), 50);
    let starts: Vec<_> = rows
        .iter()
        .map(|row| row["started_at"].as_str().unwrap())
        .collect();
    assert!(starts.is_sorted_by(|one, next| one >= next), "newest first");
    assert_eq!(
        (&rows[0]["sync_type"], &rows[0]["status"]),
        (&json!("stoplist"), &json!("failed"))
    );
    assert!(
        rows[0]["error_message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert!(rows.iter().any(|row| row["status"] == "partial"));
    let one = hub
        .get(&format!(
            "/api/v1/sync/history?limit=1&organization_id={}",
            rows[0]["organization_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(one.expect(200)["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_goes_on_without_its_caller_and_is_asked_for_by_id() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let started = hub
        .post(
            "/api/v1/sync/full?wait=false",
            &json!({ "setting_id": setting }),
        )
        .await
        .expect(202);
    let run = started["run_id"].as_str().unwrap();
    assert_eq!(
        hub.get(&format!("/api/v1/sync/runs/{run}")).await.status,
        200,
        "known from the first moment"
    );
    hub.wait_until(
        "SELECT count(*) FROM sync_history WHERE status = 'success'",
        "2",
    )
    .await;
    let answer = hub
        .get(&format!("/api/v1/sync/runs/{run}"))
        .await
        .expect(200);
    assert_eq!(
        (&answer["status"], &answer["run_id"]),
        (&json!("success"), &json!(run))
    );
    assert_eq!(
        hub.get("/api/v1/sync/runs/00000000-0000-7000-8000-000000000000")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn callers_who_ask_while_a_run_is_busy_share_one_next_run() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let control = hub.emulator().control();
    control.add_fault(FaultRule::new(
        "stop_lists",
        Fault::Latency { milliseconds: 700 },
    ));
    let body = json!({ "setting_id": setting });
    let first = hub
        .post("/api/v1/sync/stoplist?wait=false", &body)
        .await
        .expect(202);
    hub.wait_until(
        "SELECT count(*) FROM sync_history WHERE status = 'running'",
        "2",
    )
    .await;
    let later =
        futures::future::join_all((0..8).map(|_| hub.post("/api/v1/sync/stoplist", &body))).await;
    let runs: std::collections::BTreeSet<String> = later
        .into_iter()
        .map(|answer| answer.expect(200)["run_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(runs.len(), 1, "all who waited take one result");
    assert!(
        !runs.contains(first["run_id"].as_str().unwrap()),
        "and not that of the run that began before they asked"
    );
    assert_eq!(control.calls("stop_lists"), 2);
    assert_eq!(
        hub.sql_value("SELECT count(DISTINCT run_id) FROM sync_history")
            .await,
        "2"
    );
}

#[tokio::test]
async fn a_run_whose_process_died_is_closed_as_failed_by_whoever_looks() {
    let hub = TestHub::start().await;
    hub.connect_demo().await;
    hub.psql(
        "INSERT INTO sync_history (run_id, setting_id, organization_id, sync_type, turn, status, started_at, heartbeat_at)
         VALUES ('018f0000-0000-7000-8000-000000000001', 1, 'gone', 'menu', 'gone', 'running', now() - interval '5 minutes', now() - interval '4 minutes');",
    )
    .await;
    let history = hub
        .get("/api/v1/sync/history?organization_id=gone")
        .await
        .expect(200);
    let row = &history["history"][0];
    assert_eq!(row["status"], "failed");
    assert!(row["error_message"].as_str().unwrap().contains("stopped"));
}
