//! Kills of the program, of the server and of both, and what the next start makes of what they leave.

use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, io};

use hub_pg::{Error, PrivatePostgres};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use crate::ground::{Ground, eventually, postmaster, processes_of, psql, start, throw_away};

const OWNER: &str = "HUB_PG_TEST_OWNER";

/// The program whose kill the tests watch: this test binary, called again with only this test and a folder. In an
/// ordinary run it has no folder and nothing to do.
#[test]
fn owner_process() {
    let Some(directory) = env::var_os(OWNER) else {
        return;
    };
    let postgres = start(Path::new(&directory));
    println!("\nowner has {}", postgres.url());
    // Until the kill; an end of the test ends its pipe, and with it this process and its server.
    let _ = io::stdin().read(&mut [0]);
}

/// Starts a program that owns the folder, and gives it with the address it printed.
fn spawn_owner(directory: &Path) -> (Child, String) {
    let mut owner = Command::new(env::current_exe().unwrap())
        .args(["adoption::owner_process", "--exact", "--nocapture"])
        .env(OWNER, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("owner has ").map(str::to_owned));
    (owner, url.unwrap())
}

fn kill_owner(mut owner: Child) {
    owner.kill().unwrap();
    owner.wait().unwrap();
}

fn kill_now(process: u32) {
    kill(Pid::from_raw(process.cast_signed()), Signal::SIGKILL).unwrap();
}

#[test]
fn a_server_whose_program_was_killed_is_adopted() {
    let ground = Ground::new();
    let directory = ground.directory();
    let (owner, url) = spawn_owner(&directory);
    let process = postmaster(&directory);
    psql(
        &directory,
        &url,
        "CREATE TABLE dish AS SELECT 'Окрошка' AS name",
    )
    .unwrap();
    assert!(matches!(
        PrivatePostgres::start(&directory).unwrap_err(),
        Error::HeldByAnother { process: Some(holder), .. } if holder == owner.id()
    ));
    kill_owner(owner);
    assert_eq!(
        hub_pg::join(&directory).unwrap(),
        Some(url.clone()),
        "the server outlives its program"
    );

    let postgres = start(&directory);
    assert_eq!(postmaster(&directory), process, "the same server goes on");
    assert_eq!(postgres.url(), url);
    assert_eq!(
        psql(&directory, &url, "SELECT name FROM dish").unwrap(),
        "Окрошка"
    );
    postgres.stop().unwrap();
    assert_eq!(processes_of(&directory), [""; 0]);
}

#[test]
fn an_adopted_server_keeps_its_socket_in_the_short_folder() {
    let ground = Ground::new();
    let directory = ground.path().join("a".repeat(100));
    let (owner, url) = spawn_owner(&directory);
    kill_owner(owner);
    let postgres = start(&directory);
    assert_eq!(postgres.url(), url);
    assert_eq!(psql(&directory, &url, "SELECT 1").unwrap(), "1");
    postgres.stop().unwrap();
    fs::remove_dir(socket_folder(&url)).unwrap();
}

#[test]
fn a_killed_server_recovers_though_its_last_statement_still_dies() {
    let ground = Ground::new();
    let directory = ground.directory();
    let (owner, url) = spawn_owner(&directory);
    psql(
        &directory,
        &url,
        "CREATE TABLE dish AS SELECT 'Уха' AS name",
    )
    .unwrap();
    let mut busy = Command::new(hub_pg::psql_path(&directory).unwrap())
        .args([
            &url,
            "-Xqc",
            "SELECT count(*) FROM generate_series(1, 8000000) AS busy",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the long statement runs", || {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS busy' AND pid <> pg_backend_pid()";
        psql(&directory, &url, count).unwrap() == "1"
    });
    kill_now(postmaster(&directory));
    kill_owner(owner);

    let postgres = start(&directory);
    assert_eq!(
        psql(&directory, &postgres.url(), "SELECT name FROM dish").unwrap(),
        "Уха"
    );
    postgres.stop().unwrap();
    busy.wait().unwrap();
    assert_eq!(processes_of(&directory), [""; 0]);
}

#[test]
fn a_program_notices_the_death_of_its_server_and_can_start_again() {
    let ground = Ground::new();
    let directory = ground.directory();
    let postgres = start(&directory);
    kill_now(postmaster(&directory));
    eventually("nobody answers", || {
        hub_pg::join(&directory).unwrap().is_none()
    });
    postgres.stop().unwrap();

    let postgres = start(&directory);
    assert_eq!(psql(&directory, &postgres.url(), "SELECT 1").unwrap(), "1");
    postgres.stop().unwrap();
    assert_eq!(processes_of(&directory), [""; 0]);
}

#[test]
fn a_process_id_that_is_somebody_elses_by_now_does_not_mislead() {
    let ground = Ground::new();
    let directory = ground.directory();
    start(&directory).stop().unwrap();
    let mut somebody = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let stale = format!(
        "{}\n{}\n1700000000\n5432\n{}\n\n\nready\n",
        somebody.id(),
        directory.join("data").display(),
        directory.join("run").display()
    );
    fs::write(directory.join("data/postmaster.pid"), &stale).unwrap();
    fs::write(directory.join("run/.s.PGSQL.5432.lock"), &stale).unwrap();
    assert_eq!(hub_pg::join(&directory).unwrap(), None);

    let postgres = start(&directory);
    assert_eq!(psql(&directory, &postgres.url(), "SELECT 1").unwrap(), "1");
    postgres.stop().unwrap();
    assert!(
        somebody.try_wait().unwrap().is_none(),
        "the other process is left alone"
    );
    somebody.kill().unwrap();
    somebody.wait().unwrap();
}

#[test]
fn an_orphan_that_has_lost_its_socket_is_replaced() {
    let ground = Ground::new();
    let directory = ground.directory();
    let (owner, url) = spawn_owner(&directory);
    let process = postmaster(&directory);
    kill_owner(owner);
    fs::remove_dir_all(directory.join("run")).unwrap();

    let postgres = start(&directory);
    assert_ne!(postmaster(&directory), process);
    assert_eq!(postgres.url(), url);
    postgres.stop().unwrap();
    assert_eq!(processes_of(&directory), [""; 0]);
}

#[test]
fn what_an_unfinished_initdb_left_is_cleared_away() {
    let ground = Ground::new();
    let directory = ground.directory();
    let left = directory.join("data.new-0123abcd/base");
    fs::create_dir_all(&left).unwrap();
    fs::write(directory.join("password"), "half").unwrap();
    start(&directory).stop().unwrap();
    assert!(!left.exists());
}

#[test]
fn a_folder_that_postgres_cannot_pass_is_named() {
    if !Uid::effective().is_root() {
        return; // Only root changes over to another user.
    }
    let ground = Ground::new();
    let closed = ground.path().join("closed");
    DirBuilder::new().mode(0o700).create(&closed).unwrap();
    let error =
        PrivatePostgres::start_with(&closed.join("var/postgres"), &throw_away()).unwrap_err();
    let Error::NotPassable { blocked, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(blocked, &closed);
    assert!(
        error
            .to_string()
            .contains("choose another data directory (such as /var/lib/iiko-base)"),
        "{error}"
    );
}

#[test]
fn a_short_folder_that_somebody_else_made_is_refused() {
    let ground = Ground::new();
    let directory = ground.path().join("b".repeat(100));
    let postgres = start(&directory);
    let socket = socket_folder(&postgres.url());
    postgres.stop().unwrap();
    fs::remove_dir(&socket).unwrap();
    // Open to all: who made it could put a socket of their own there.
    fs::create_dir(&socket).unwrap();
    let error = PrivatePostgres::start(&directory).unwrap_err();
    assert!(
        matches!(&error, Error::SocketDirectory { path, .. } if *path == socket),
        "{error:?}"
    );
    fs::remove_dir(&socket).unwrap();
}

fn socket_folder(url: &str) -> PathBuf {
    PathBuf::from(url.split_once("host=").unwrap().1.replace("%2F", "/"))
}
