//! Finds the PostgreSQL of the machine: nothing is downloaded, nothing is bundled.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::error::Error;
use crate::folder::Folder;

/// The oldest PostgreSQL we speak to: `NULLS NOT DISTINCT` came with 15.
pub(crate) const MINIMUM_MAJOR: u32 = 15;

/// What a folder must hold to be of use. Packages split them into server and client.
const TOOLS: [&str; 4] = ["initdb", "postgres", "createdb", "psql"];

/// Where distributions put one folder per version: the parent, how the version's folder begins, what follows it.
const HOMES: [(&str, &str, &str); 9] = [
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr/local/lib/postgresql", "", "bin"),   // built by hand
    ("/usr", "pgsql-", "bin"),                  // PGDG on Red Hat and SUSE
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/opt/homebrew/opt", "postgresql", "bin"), // brew on Apple silicon
    ("/usr/local/opt", "postgresql", "bin"),    // brew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/Library/PostgreSQL", "", "bin"), // EDB's installer
];

/// A folder with the programs of one PostgreSQL version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// The version that made the cluster, or the newest where there is none yet.
    pub(crate) fn find(folder: &Folder) -> Result<Self, Error> {
        choose(installed(), folder.cluster_major()?, &folder.data())
    }

    pub(crate) fn newest() -> Result<Self, Error> {
        choose(installed(), None, Path::new(""))
    }

    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

fn choose(
    mut installed: Vec<Binaries>,
    wanted: Option<u32>,
    data: &Path,
) -> Result<Binaries, Error> {
    installed.sort_by_key(|binaries| binaries.major);
    let mut found: Vec<u32> = installed.iter().map(|binaries| binaries.major).collect();
    found.dedup();
    installed
        .into_iter()
        .rfind(|binaries| {
            binaries.major >= MINIMUM_MAJOR && wanted.is_none_or(|major| major == binaries.major)
        })
        .ok_or_else(|| match wanted {
            Some(major) => Error::OtherMajor {
                data: data.to_owned(),
                major,
                found,
            },
            None => Error::NoBinaries { found },
        })
}

fn installed() -> Vec<Binaries> {
    let homes = HOMES.iter().flat_map(|(parent, prefix, rest)| {
        fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| names_a_version(&entry.file_name(), prefix))
            .map(move |entry| entry.path().join(rest))
    });
    let path = env::var_os("PATH").unwrap_or_default();
    homes
        .chain(env::split_paths(&path))
        .filter_map(inspect)
        .collect()
}

/// `17`, `pgsql-17`, `postgresql@17`; brew's bare `postgresql` is the version it calls the usual one.
fn names_a_version(name: &OsStr, prefix: &str) -> bool {
    name.to_str()
        .and_then(|name| name.strip_prefix(prefix))
        .is_some_and(|rest| {
            rest.trim_start_matches('@')
                .chars()
                .all(|c| c.is_ascii_digit())
        })
}

fn inspect(directory: PathBuf) -> Option<Binaries> {
    if !directory.is_absolute() || !TOOLS.iter().all(|tool| directory.join(tool).is_file()) {
        return None;
    }
    let answer = Command::new(directory.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let major = parse_major(&String::from_utf8_lossy(&answer.stdout))?;
    Some(Binaries { directory, major })
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `postgres (PostgreSQL) 18beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = number
        .find(|c: char| !c.is_ascii_digit())
        .map_or(number, |end| &number[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(major: u32) -> Binaries {
        Binaries {
            directory: PathBuf::from(format!("/pg/{major}")),
            major,
        }
    }

    #[test]
    fn the_major_version_is_read_from_all_spellings() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres (PostgreSQL) 17devel"), Some(17));
        assert_eq!(parse_major("postgres"), None);
    }

    #[test]
    fn folders_of_versions_are_told_from_others() {
        let check = |name: &str, prefix: &str, expected: bool| {
            assert_eq!(
                names_a_version(OsStr::new(name), prefix),
                expected,
                "{name}"
            );
        };
        check("15", "", true);
        check("pgsql-16", "pgsql-", true);
        check("postgresql@17", "postgresql", true);
        check("postgresql", "postgresql", true);
        check("postgresql-unit", "postgresql", false);
        check("bin", "pgsql-", false);
    }

    #[test]
    fn the_newest_version_is_taken_for_a_new_cluster() {
        let found = choose(
            vec![at(16), at(18), at(14), at(17)],
            None,
            Path::new("/data"),
        )
        .unwrap();
        assert_eq!(found, at(18));
    }

    #[test]
    fn an_existing_cluster_keeps_its_version() {
        assert_eq!(
            choose(vec![at(16), at(18)], Some(16), Path::new("/data")).unwrap(),
            at(16)
        );
        let error = choose(vec![at(16), at(18)], Some(17), Path::new("/data")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/data was made by PostgreSQL 17, which is not installed (there is 16, 18): install that version (Debian and \
             Ubuntu: `apt-get install postgresql-17`, macOS: `brew install postgresql@17`), or set DATABASE_URL to a server \
             of your own"
        );
    }

    #[test]
    fn a_machine_without_a_fitting_version_is_told_what_to_install() {
        let error = choose(vec![at(14)], None, Path::new("/data")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no PostgreSQL 15 or newer is installed (only 14): install it (Debian and Ubuntu: `apt-get install postgresql`, \
             macOS: `brew install postgresql@17`), or set DATABASE_URL to a server of your own"
        );
    }
}
