//! `.sqlx/`: what the server said of each query, so that a fresh clone builds without a server.
//!
//! sqlx's macros write these files themselves while they check a query against a live database. So: a private server in
//! a temporary folder, the migrations applied by `psql`, and `cargo check` with the macros told to ask that server. This
//! program uses neither the macros nor sqlx, or it could not be built when `.sqlx/` is stale, and that is when it is
//! needed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use hub_pg::{Options, PrivatePostgres};

use crate::{Mode, repository};

/// The only crate with checked queries.
const CRATE: &str = "hub-db";

/// File names and contents of a `.sqlx` folder.
type Descriptions = BTreeMap<String, String>;

pub(crate) fn run(mode: Mode) -> anyhow::Result<()> {
    let root = repository::root()?;
    let fresh = describe_queries(&root)?;
    let committed_at = root.join(".sqlx");
    let committed = read_descriptions(&committed_at)?;
    let count = fresh.len();

    match mode {
        Mode::Check => {
            if let Some(difference) = difference(&committed, &fresh) {
                bail!("{difference}: run `cargo xtask prepare`");
            }
        }
        Mode::Write => {
            fs::create_dir_all(&committed_at)?;
            for name in committed.keys().filter(|name| !fresh.contains_key(*name)) {
                fs::remove_file(committed_at.join(name))?;
            }
            for (name, content) in &fresh {
                fs::write(committed_at.join(name), content)?;
            }
        }
    }
    eprintln!("{count} queries agree with the migrations");
    Ok(())
}

fn describe_queries(root: &Path) -> anyhow::Result<Descriptions> {
    let scratch = tempfile::Builder::new()
        .prefix("iiko-base-prepare-")
        .tempdir()?;
    // A server started by root runs as another user, who has to pass through here.
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755))?;

    let cluster = scratch.path().join("postgres");
    let throw_away = Options {
        durable: false,
        ..Options::default()
    };
    let postgres = PrivatePostgres::start_with(&cluster, &throw_away)
        .context("cannot start a server to check the queries against")?;
    let url = postgres.url();
    let described = hub_pg::psql_path(&cluster)
        .map_err(anyhow::Error::from)
        .and_then(|psql| migrate(root, &psql, &url))
        .and_then(|()| check_queries(root, &url, scratch.path()));
    postgres
        .stop()
        .context("cannot stop the server that the queries were checked against")?;
    described
}

/// Applies the migrations in the order of their names, each in one transaction, as the program does at its start.
fn migrate(root: &Path, psql: &Path, url: &str) -> anyhow::Result<()> {
    for migration in migrations(root)? {
        let sql = fs::read_to_string(&migration)?;
        let mut psql = Command::new(psql);
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            url,
        ]);
        // sqlx's own mark for statements that refuse to stand in a transaction
        if !sql.starts_with("-- no-transaction") {
            psql.arg("--single-transaction");
        }
        let status = psql
            .arg("--file")
            .arg(&migration)
            .status()
            .context("cannot run `psql`")?;
        ensure!(status.success(), "migration {} failed", migration.display());
    }
    Ok(())
}

fn migrations(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let directory = root.join("crates").join(CRATE).join("migrations");
    let mut files = Vec::new();
    for entry in
        fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn check_queries(root: &Path, url: &str, scratch: &Path) -> anyhow::Result<Descriptions> {
    let descriptions = scratch.join("sqlx");
    fs::create_dir(&descriptions)?;
    // Cargo tracks neither the variables below nor the database. In a target folder of its own no ordinary build takes the
    // result for its own, and without its fingerprint cargo cannot take an old result for a new one.
    let target = repository::target_directory()?.join("prepare");
    forget_check(&target)?;
    let status = Command::new("cargo")
        .current_dir(root)
        .args(["check", "--quiet", "--package", CRATE, "--target-dir"])
        .arg(&target)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &descriptions)
        .env("DATABASE_URL", url)
        .status()
        .context("cannot run `cargo`")?;
    ensure!(
        status.success(),
        "the queries do not agree with the migrations"
    );
    let described = read_descriptions(&descriptions)?;
    ensure!(
        !described.is_empty(),
        "no query was described, so {CRATE} was not checked again: remove {}",
        target.display()
    );
    Ok(described)
}

fn forget_check(target: &Path) -> anyhow::Result<()> {
    let fingerprints = target.join("debug/.fingerprint");
    if !fingerprints.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(fingerprints)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(&format!("{CRATE}-"))
        {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn read_descriptions(directory: &Path) -> anyhow::Result<Descriptions> {
    let mut descriptions = Descriptions::new();
    if !directory.exists() {
        return Ok(descriptions);
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") {
            descriptions.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(descriptions)
}

/// A sentence about the first thing that `committed` and `fresh` do not share.
fn difference(committed: &Descriptions, fresh: &Descriptions) -> Option<String> {
    for (name, content) in fresh {
        match committed.get(name) {
            None => return Some(format!(".sqlx lacks {name}: {}", query(content))),
            Some(old) if old != content => {
                return Some(format!(".sqlx has another {name}: {}", query(content)));
            }
            Some(_) => {}
        }
    }
    let superfluous = committed.keys().find(|name| !fresh.contains_key(*name))?;
    Some(format!(".sqlx has {superfluous}, which no query uses"))
}

/// The beginning of the statement a description is about.
fn query(description: &str) -> String {
    let description: serde_json::Value = serde_json::from_str(description).unwrap_or_default();
    let words = description["query"]
        .as_str()
        .unwrap_or_default()
        .split_whitespace();
    words.take(12).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Descriptions, difference};

    fn check(committed: &[(&str, &str)], fresh: &[(&str, &str)], expected: Option<&str>) {
        let descriptions = |pairs: &[(&str, &str)]| -> Descriptions {
            pairs
                .iter()
                .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()))
                .collect()
        };
        assert_eq!(
            difference(&descriptions(committed), &descriptions(fresh)).as_deref(),
            expected
        );
    }

    #[test]
    fn a_missing_a_changed_and_a_left_over_description_are_told_apart() {
        let old = r#"{"query": "SELECT 1"}"#;
        let new = r#"{"query": "SELECT\n  2"}"#;
        check(&[("query-a.json", old)], &[("query-a.json", old)], None);
        check(
            &[],
            &[("query-a.json", new)],
            Some(".sqlx lacks query-a.json: SELECT 2"),
        );
        check(
            &[("query-a.json", old)],
            &[("query-a.json", new)],
            Some(".sqlx has another query-a.json: SELECT 2"),
        );
        check(
            &[("query-a.json", old)],
            &[],
            Some(".sqlx has query-a.json, which no query uses"),
        );
    }
}
