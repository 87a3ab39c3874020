//! What the command line offers, and what its small commands do to the database they are given.

use hub_testkit::TestHub;
use reqwest::Method;
use serde_json::Value;

use crate::program::Program;

#[tokio::test]
async fn help_shows_what_is_built_and_nothing_else() {
    let program = Program::new();
    let ran = program.run(&["--help"]).await;
    assert_eq!(ran.code, 0);
    let commands: Vec<&str> = ran
        .stdout
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // a description that does not fit goes on in lines that begin further right
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let built = [
        "serve",
        "demo",
        "emulator",
        "sync",
        "connection",
        "user",
        "token",
        "migrate",
        "db",
        "openapi",
        "help",
    ];
    assert_eq!(commands, built);
    for command in built {
        let ran = program.run(&["help", command]).await;
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for later in ["dry-run", "dictionaries", "doctor", "role"] {
            assert!(!ran.stdout.contains(later), "{command}: {}", ran.stdout);
        }
    }
}

#[tokio::test]
async fn a_mistake_in_the_call_ends_with_2() {
    let program = Program::new();
    for arguments in [
        &["serf"][..],
        &["sync"],
        &["sync", "dictionaries"],
        &["sync", "menu", "--dry-run"],
        &[],
    ] {
        let ran = program.run(arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[tokio::test]
async fn the_api_document_needs_neither_database_nor_configuration() {
    let program = Program::new().with("IIKO_BASE_NO_SUCH_KEY", "1");
    let ran = program.run(&["openapi"]).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        document["paths"]["/api/v1/sync/full"].is_object(),
        "{}",
        ran.stdout
    );
    assert!(!program.folder().join("data").exists());
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_can_be_revoked() {
    let hub = TestHub::start().await;
    let program = Program::new().with("DATABASE_URL", hub.database_url());

    let made = program
        .run(&[
            "token",
            "create",
            "--name",
            "cron",
            "--scope",
            "read",
            "--expires-days",
            "90",
        ])
        .await;
    assert_eq!(made.code, 0, "{}", made.stderr);
    let token = made.stdout.trim();
    let status = async |token: &str| {
        let request = hub.request(Method::GET, "/api/v1/data/products");
        request
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(status(token).await, 200);

    let listed = program.run(&["token", "list", "--json"]).await;
    assert!(!listed.stdout.contains(token));
    let listed: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    let entry = listed.iter().find(|entry| entry["name"] == "cron").unwrap();
    assert_eq!(entry["scope"], "read");

    let id = entry["id"].to_string();
    assert_eq!(program.run(&["token", "revoke", &id]).await.code, 0);
    assert_eq!(status(token).await, 401);
    assert_eq!(program.run(&["token", "revoke", "999999"]).await.code, 1);
}

#[tokio::test]
async fn a_user_logs_in_with_the_password_that_was_shown_or_piped_in() {
    let hub = TestHub::start().await;
    let program = Program::new().with("DATABASE_URL", hub.database_url());
    let log_in = async |password: &str| {
        let body = serde_json::json!({ "username": "anna", "password": password });
        hub.post("/api/v1/auth/login", &body).await.status
    };

    let made = program.run(&["user", "create", "anna"]).await;
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(log_in(made.stdout.trim()).await, 200);
    assert_eq!(program.run(&["user", "create", "anna"]).await.code, 1);

    let changed = program
        .run_with_input(
            &["user", "password", "anna", "--password-stdin"],
            "long enough\n",
        )
        .await;
    assert_eq!(
        (changed.code, changed.stdout.as_str()),
        (0, ""),
        "{}",
        changed.stderr
    );
    assert_eq!(log_in("long enough").await, 200);
    assert_eq!(log_in(made.stdout.trim()).await, 401);
}

#[tokio::test]
async fn a_connection_is_added_with_a_key_from_the_pipe_and_never_shows_it() {
    let hub = TestHub::start().await;
    let program = Program::new()
        .with("DATABASE_URL", hub.database_url())
        .with("IIKO_BASE_SECRET_KEY", &"ab".repeat(32));

    let url = hub.emulator().url();
    let added = program
        .run_with_input(
            &["connection", "add", "--api-url", &url, "--json"],
            "demo\n",
        )
        .await;
    assert_eq!(added.code, 0, "{}", added.stderr);
    let added: Value = serde_json::from_str(&added.stdout).unwrap();
    assert_eq!(added[0]["id"], 1);
    assert_eq!(added[0]["organizations"].as_array().unwrap().len(), 2);

    let tested = program.run(&["connection", "test", "1", "--json"]).await;
    let tested: Value = serde_json::from_str(&tested.stdout).unwrap();
    assert_eq!(tested, added[0]["organizations"]);

    let listed = program.run(&["connection", "list"]).await;
    assert!(listed.stdout.contains(&url), "{}", listed.stdout);
    assert_eq!(program.run(&["connection", "remove", "1"]).await.code, 0);
    assert_eq!(program.run(&["connection", "test", "1"]).await.code, 1);
}

#[tokio::test]
async fn a_secret_is_not_stored_in_a_foreign_database_without_a_key() {
    let hub = TestHub::start().await;
    let program = Program::new().with("DATABASE_URL", hub.database_url());
    let url = hub.emulator().url();
    let added = program
        .run_with_input(&["connection", "add", "--api-url", &url], "demo\n")
        .await;
    assert_eq!(added.code, 1);
    assert!(
        added.stderr.contains("IIKO_BASE_SECRET_KEY"),
        "{}",
        added.stderr
    );
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM iiko_settings").await,
        "0"
    );
}

#[tokio::test]
async fn psql_is_opened_in_the_database_and_its_exit_code_passed_on() {
    let hub = TestHub::start().await;
    let program = Program::new().with("DATABASE_URL", hub.database_url());
    let ran = program
        .run(&["db", "psql", "-At", "-c", "SELECT current_database()"])
        .await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(hub.database_url().contains(ran.stdout.trim()));
    let ran = program
        .run(&[
            "db",
            "psql",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            "SELECT nonsense",
        ])
        .await;
    assert_eq!(ran.code, 1);
}
