//! Where the program keeps what is its own: the private PostgreSQL and the secret key.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use nix::unistd::Uid;

use crate::config::Config;

const NAME: &str = "iiko-base";
const OF_ROOT: &str = "/var/lib";

/// The folder of `config`, else the usual one: `/var/lib/iiko-base` for root, for others the XDG data folder.
pub fn find(config: &Config, environment: &[(OsString, OsString)]) -> anyhow::Result<PathBuf> {
    if let Some(path) = &config.data_dir {
        return Ok(path.clone());
    }
    if Uid::effective().is_root() {
        return Ok(Path::new(OF_ROOT).join(NAME));
    }
    usual(environment).context(
        "neither XDG_DATA_HOME nor HOME is set: say where the data shall live with `data_dir` (IIKO_BASE_DATA_DIR)",
    )
}

/// The demo's own folder beside it, so that trying things out never touches real data.
pub fn of_demo(data_directory: &Path) -> PathBuf {
    let mut name = data_directory
        .file_name()
        .map_or_else(|| OsString::from(NAME), OsString::from);
    name.push("-demo");
    data_directory.with_file_name(name)
}

/// Makes the folder where there is none. Others may pass it (as root the server runs as another user), not list it.
pub fn create(path: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .with_context(|| format!("cannot create the data directory {}", path.display()))
}

fn usual(environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    let variable = |name: &str| {
        environment
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| PathBuf::from(value))
            // the XDG specification: a path that is not absolute is to be ignored
            .filter(|path| path.is_absolute())
    };
    variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|folder| folder.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_folder_follows_the_xdg_specification() {
        #[track_caller]
        fn check(environment: &[(&str, &str)], expected: Option<&str>) {
            let environment: Vec<_> = environment
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            assert_eq!(usual(&environment).as_deref(), expected.map(Path::new));
        }
        check(
            &[("XDG_DATA_HOME", "/x"), ("HOME", "/h")],
            Some("/x/iiko-base"),
        );
        check(
            &[("XDG_DATA_HOME", "x"), ("HOME", "/h")],
            Some("/h/.local/share/iiko-base"),
        );
        check(&[("XDG_DATA_HOME", "")], None);
    }

    #[test]
    fn the_demo_lives_beside_the_real_data() {
        assert_eq!(
            of_demo(Path::new("/var/lib/iiko-base")),
            Path::new("/var/lib/iiko-base-demo")
        );
    }
}
