//! The private PostgreSQL through the door: it just works, has one owner, survives a kill, and leaves nothing behind.

use crate::program::{Program, is_alive};

#[tokio::test]
async fn a_start_just_works_and_a_stop_leaves_no_postgres() {
    let program = Program::new();
    let (running, address) = program.serve().await;
    let health = reqwest::get(format!("{address}/health")).await.unwrap();
    assert_eq!(health.status(), 200);
    let postgres = program.postgres_process();
    assert!(is_alive(postgres));

    assert_eq!(running.interrupt().await, 0);
    assert!(!is_alive(postgres));
    assert!(
        !program
            .folder()
            .join("data/postgres/data/postmaster.pid")
            .exists()
    );
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_a_command_is_a_guest() {
    let program = Program::new();
    let (running, _) = program.serve().await;
    let postgres = program.postgres_process();

    let second = program.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(second.code, 1);
    assert!(
        second.stderr.contains("in use by another iiko-base"),
        "{}",
        second.stderr
    );

    let url = program.run(&["db", "url"]).await;
    assert_eq!((url.code, url.stderr.as_str()), (0, ""));
    assert!(url.stdout.starts_with("postgres://"));
    let count = program
        .run(&["db", "psql", "-At", "-c", "SELECT count(*) FROM products"])
        .await;
    assert_eq!(
        (count.code, count.stdout.as_str()),
        (0, "0\n"),
        "{}",
        count.stderr
    );
    assert_eq!(
        program
            .run(&["token", "create", "--name", "guest"])
            .await
            .code,
        0
    );

    assert_eq!(program.postgres_process(), postgres);
    assert!(is_alive(postgres));
    assert_eq!(running.interrupt().await, 0);
    assert!(!is_alive(postgres));
}

#[tokio::test]
async fn after_a_kill_the_next_start_goes_on_with_the_same_data() {
    let program = Program::new();
    let (running, _) = program.serve().await;
    assert_eq!(program.run(&["user", "create", "anna"]).await.code, 0);
    running.kill().await;

    let (running, _) = program.serve().await;
    let postgres = program.postgres_process();
    let again = program.run(&["user", "create", "anna"]).await;
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    assert_eq!(running.interrupt().await, 0);
    assert!(!is_alive(postgres));
}

#[tokio::test]
async fn a_command_alone_starts_the_server_for_its_own_duration() {
    let program = Program::new();
    let ran = program.run(&["migrate"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        program
            .folder()
            .join("data/postgres/data/PG_VERSION")
            .exists()
    );
    assert!(
        !program
            .folder()
            .join("data/postgres/data/postmaster.pid")
            .exists()
    );
}
