//! Start, restart, guests, stop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{self, Command, Stdio};

use hub_pg::{Error, Options, PrivatePostgres};

use crate::ground::{Ground, processes_of, psql, start, throw_away};

#[test]
fn a_fresh_start_gives_a_database_that_psql_opens() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = PrivatePostgres::start(&directory).unwrap();
    let ask = |statement| psql(&directory, &postgres.url(), statement).unwrap();

    assert_eq!(
        ask("SELECT current_user, current_database()"),
        "iiko_base|iiko_base"
    );
    assert_eq!(
        ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'iiko_base'"),
        "iiko_base"
    );
    assert_eq!(ask("SHOW server_encoding"), "UTF8");
    assert_eq!(ask("SHOW data_checksums"), "on");
    assert_eq!(ask("SHOW fsync"), "on");
    assert_eq!(ask("SHOW listen_addresses"), "");
    assert_eq!(ask("SHOW password_encryption"), "scram-sha-256");
    assert_eq!(ask("SHOW TimeZone"), "UTC");
    assert_eq!(
        ask(
            "SELECT min(name COLLATE \"ru-x-icu\") FROM (VALUES ('Жаркое'), ('ёлка'), ('Яблоко')) AS t (name)"
        ),
        "ёлка"
    );
    postgres.stop().unwrap();
}

#[test]
fn nobody_gets_in_without_the_password() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    let password = fs::read_to_string(directory.join("password")).unwrap();
    let wrong = postgres.url().replace(password.trim(), "wrong");
    assert_ne!(wrong, postgres.url());
    let refused = psql(&directory, &wrong, "SELECT 1").unwrap_err();
    assert!(
        refused.contains("password authentication failed"),
        "{refused}"
    );

    let mode = |name: &str| {
        fs::metadata(directory.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(["password", "lock", "postgres.log"].map(mode), [0o600; 3]);
    assert_eq!(["data", "run"].map(mode), [0o700; 2]);
    assert_eq!(mode(""), 0o755);
    assert!(!format!("{postgres:?}").contains(password.trim()));
}

#[test]
fn a_restart_keeps_data_and_address() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    let url = postgres.url();
    psql(
        &directory,
        &url,
        "CREATE TABLE dish AS SELECT 'Борщ' AS name",
    )
    .unwrap();
    postgres.stop().unwrap();

    let postgres = start(&directory);
    assert_eq!(postgres.url(), url);
    assert_eq!(
        psql(&directory, &url, "SELECT name FROM dish").unwrap(),
        "Борщ"
    );
}

#[test]
fn a_stop_leaves_no_process_even_with_a_client_in_a_transaction() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    let mut client = Command::new(hub_pg::psql_path(&directory).unwrap())
        .args([&postgres.url(), "-Xqc", "SELECT pg_sleep(600)"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    crate::ground::eventually("the client's statement runs", || {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'";
        psql(&directory, &postgres.url(), count).unwrap() == "1"
    });
    assert!(
        processes_of(&directory).len() > 3,
        "{:?}",
        processes_of(&directory)
    );

    postgres.stop().unwrap();
    assert_eq!(processes_of(&directory), [""; 0]);
    assert!(!client.wait().unwrap().success());
}

#[test]
fn dropping_the_server_stops_it() {
    let ground = Ground::new();
    let directory = ground.directory();
    drop(start(&directory));
    assert_eq!(processes_of(&directory), [""; 0]);
    assert_eq!(hub_pg::join(&directory).unwrap(), None);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_by_name() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    let refused = PrivatePostgres::start(&directory).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "{} is in use by another iiko-base (process {}): stop it first, or give this one a data directory of its own",
            directory.display(),
            process::id()
        )
    );
    assert!(matches!(
        refused,
        Error::HeldByAnother {
            process: Some(_),
            ..
        }
    ));

    // The refused one has broken nothing, and the folder is free afterwards.
    assert_eq!(psql(&directory, &postgres.url(), "SELECT 1").unwrap(), "1");
    postgres.stop().unwrap();
    start(&directory).stop().unwrap();
}

#[test]
fn a_guest_joins_while_the_server_runs() {
    let ground = Ground::new();
    let directory = ground.directory();
    assert_eq!(hub_pg::join(&directory).unwrap(), None);
    assert!(!directory.exists(), "a guest makes nothing");

    let postgres = start(&directory);
    assert_eq!(hub_pg::join(&directory).unwrap(), Some(postgres.url()));
    postgres.stop().unwrap();
    assert_eq!(hub_pg::join(&directory).unwrap(), None);
}

#[test]
fn a_path_too_long_for_a_socket_works_all_the_same() {
    let ground = Ground::new();
    let directory = ground
        .path()
        .join("очень длинное имя, \"каталога\" $(ресторана) 'и бара'")
        .join("a".repeat(60));
    let postgres = start(&directory);
    let url = postgres.url();
    assert!(url.contains("host=%2Ftmp%2Fiiko-base-"), "{url}");
    assert_eq!(psql(&directory, &url, "SELECT 1").unwrap(), "1");
    assert_eq!(hub_pg::join(&directory).unwrap(), Some(url.clone()));
    postgres.stop().unwrap();

    let postgres = start(&directory);
    assert_eq!(postgres.url(), url, "the short folder is found again");
    postgres.stop().unwrap();
    let socket = url.split_once("host=").unwrap().1.replace("%2F", "/");
    fs::remove_dir(socket).unwrap();
}

#[test]
fn settings_of_the_caller_win() {
    let ground = Ground::new();
    let directory = ground.directory();
    let settings = vec![("max_connections".to_owned(), "17".to_owned())];
    let postgres = PrivatePostgres::start_with(
        &directory,
        &Options {
            settings,
            ..throw_away()
        },
    )
    .unwrap();
    assert_eq!(
        psql(&directory, &postgres.url(), "SHOW max_connections").unwrap(),
        "17"
    );
    assert_eq!(
        psql(&directory, &postgres.url(), "SHOW fsync").unwrap(),
        "off"
    );
}

#[test]
fn a_failed_start_shows_the_end_of_the_log() {
    let ground = Ground::new();
    let directory = ground.directory();
    start(&directory).stop().unwrap();
    let settings = vec![("max_connections".to_owned(), "many".to_owned())];
    let error = PrivatePostgres::start_with(
        &directory,
        &Options {
            settings,
            ..throw_away()
        },
    )
    .unwrap_err();
    assert!(matches!(error, Error::StartFailed { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("invalid value for parameter \"max_connections\": \"many\""),
        "{error}"
    );
    assert!(
        !error.to_string().contains("database system is shut down"),
        "only what this start has said: {error}"
    );
}

#[test]
fn the_database_is_made_where_a_kill_came_before_it() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    let elsewhere = postgres.url().replace("5432/iiko_base", "5432/postgres");
    psql(&directory, &elsewhere, "DROP DATABASE iiko_base").unwrap();
    postgres.stop().unwrap();

    let postgres = start(&directory);
    assert_eq!(
        psql(&directory, &postgres.url(), "SELECT current_database()").unwrap(),
        "iiko_base"
    );
}
