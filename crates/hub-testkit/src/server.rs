//! The PostgreSQL that all tests of a machine share, each with a database of its own.
//!
//! `IIKO_BASE_TEST_DATABASE` names a server of somebody else's (its role must be allowed to create databases). Without it
//! there is one private server per user, in the temporary folder, without durability. nextest runs every test in a
//! process of its own, so no process can be the server's owner for all of them: the first starts it, the others join,
//! nobody stops it. A small shell does, when for some seconds none of the processes lives that have put their number
//! into `users`. It survives panics and kills, and the cluster stays for the next run, which starts in half a second.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hub_pg::{Error, Options, PrivatePostgres};
use tokio::sync::OnceCell;
use url::Url;

const VARIABLE: &str = "IIKO_BASE_TEST_DATABASE";
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);

/// `$1` is the folder.
const WATCHDOG: &str = r#"
cd "$1" || exit
free=0
while sleep 1; do
    free=$((free + 1))
    for file in users/*; do
        if kill -0 "${file##*/}" 2>/dev/null; then free=0; else rm -f "$file"; fi
    done
    if [ "$free" -ge 4 ]; then break; fi
done
kill -INT "$(head -n 1 postgres/data/postmaster.pid)"
"#;

/// The address of the server's own database, from which others can be created.
pub async fn url() -> &'static str {
    static URL: OnceCell<String> = OnceCell::const_new();
    URL.get_or_init(async || {
        tokio::task::spawn_blocking(find_or_start)
            .await
            .expect("the search for a test database ends")
    })
    .await
}

/// The `psql` that comes with the server.
pub(crate) fn psql() -> PathBuf {
    hub_pg::psql_path(&folder().join("postgres")).unwrap_or_else(|_| PathBuf::from("psql"))
}

fn find_or_start() -> String {
    if let Some(url) = std::env::var_os(VARIABLE) {
        return url.into_string().expect("an address in UTF-8");
    }
    let root = folder();
    register(&root);
    let directory = root.join("postgres");
    let begun = Instant::now();
    loop {
        if let Some(url) =
            hub_pg::join(&directory).expect("the shared test database can be looked for")
        {
            return maintenance_database(&url);
        }
        let options = Options {
            durable: false,
            ..Options::default()
        };
        match PrivatePostgres::start_with(&directory, &options) {
            Ok(server) => {
                watch(&root);
                let url = maintenance_database(&server.url());
                // others use it, too: it must not end with us
                std::mem::forget(server);
                return url;
            }
            Err(Error::HeldByAnother { .. }) if begun.elapsed() < PATIENCE => thread::sleep(POLL),
            Err(error) => panic!("no test database: {error}"),
        }
    }
}

/// The application's own database may not be made yet when a server takes its first connections.
fn maintenance_database(url: &str) -> String {
    let mut url = Url::parse(url).expect("the address of a server");
    url.set_path("postgres");
    url.to_string()
}

/// One per user, so that the files of root and of others do not mix.
fn folder() -> PathBuf {
    let home = tempfile::env::temp_dir();
    let user = nix::unistd::Uid::effective();
    home.join(format!("iiko-base-tests-{user}"))
}

fn register(root: &Path) {
    let users = root.join("users");
    fs::create_dir_all(&users).expect("a folder for the test database");
    fs::write(users.join(std::process::id().to_string()), "").expect("a note of this process");
}

#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn watch(root: &Path) {
    Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell that stops the test database at the end");
}
