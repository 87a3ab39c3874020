//! As whom PostgreSQL runs: it refuses to be root.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User};

use crate::binaries::Binaries;
use crate::error::{Error, tail};
use crate::folder::Folder;

/// Whom root becomes for a new cluster, the first that exists.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The user of the server and of every tool we call.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    uid: Uid,
    gid: Gid,
    name: String,
    /// Whether this is not who we are, so that commands must change over. Only root can.
    other: bool,
}

impl Account {
    /// We ourselves, or, where we are root, the owner of the data.
    pub(crate) fn choose(folder: &Folder) -> Result<Self, Error> {
        let owner = match fs::metadata(folder.data()) {
            Ok(metadata) => Some((Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::file("use the folder", &folder.data())(error)),
        };
        let me = Uid::effective();
        match owner {
            Some((uid, _)) if uid.is_root() || (uid != me && !me.is_root()) => {
                Err(Error::ForeignOwner {
                    path: folder.data(),
                    owner: Self::name_of(uid.as_raw()),
                })
            }
            Some((uid, gid)) => Ok(Self {
                uid,
                gid,
                name: Self::name_of(uid.as_raw()),
                other: uid != me,
            }),
            None if me.is_root() => UNPRIVILEGED
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| Self {
                    uid: user.uid,
                    gid: user.gid,
                    name: user.name,
                    other: true,
                })
                .ok_or(Error::NoAccount),
            None => Ok(Self {
                uid: me,
                gid: Gid::effective(),
                name: Self::name_of(me.as_raw()),
                other: false,
            }),
        }
    }

    /// The user's name; the number where the machine knows no name for it, as in some containers.
    pub(crate) fn name_of(uid: u32) -> String {
        match User::from_uid(Uid::from_raw(uid)) {
            Ok(Some(user)) => user.name,
            Ok(None) | Err(_) => uid.to_string(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn uid(&self) -> u32 {
        self.uid.as_raw()
    }

    /// For `chown`: nothing to change where the account is our own.
    pub(crate) fn ids(&self) -> (Option<u32>, Option<u32>) {
        if self.other {
            (Some(self.uid.as_raw()), Some(self.gid.as_raw()))
        } else {
            (None, None)
        }
    }

    /// A command as this account. It gets none of our environment, which may hold secrets and `PG…` variables, and a
    /// process group of its own, so that Ctrl-C in a terminal reaches the program and not the server under it.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .current_dir("/")
            .process_group(0);
        if self.other {
            // std gives up the supplementary groups itself when it leaves root.
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Runs a tool to its end.
    pub(crate) fn run(&self, tool: &'static str, command: &mut Command) -> Result<(), Error> {
        let path = PathBuf::from(command.get_program());
        let answer = command.output().map_err(Error::file("run", &path))?;
        if answer.status.success() {
            return Ok(());
        }
        let output = [answer.stdout, answer.stderr].concat();
        Err(Error::ToolFailed {
            tool,
            status: answer.status.to_string(),
            output: tail(&String::from_utf8_lossy(&output)),
        })
    }

    /// Whether the account can get to `root` and run the programs: tried, for modes alone do not tell (ACLs).
    pub(crate) fn check_access(&self, binaries: &Binaries, root: &Path) -> Result<(), Error> {
        if !self.other {
            return Ok(());
        }
        let program = binaries.tool("postgres");
        // std changes the user first, then the folder.
        match self
            .command(&program)
            .arg("--version")
            .current_dir(root)
            .output()
        {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(Error::NotPassable {
                    blocked: self
                        .blocked(root)
                        .or_else(|| self.blocked(&program))
                        .unwrap_or_else(|| root.to_owned()),
                    user: self.name.clone(),
                })
            }
            Err(error) => Err(Error::file("run", &program)(error)),
        }
    }

    /// The outermost folder on the way that the modes close to the account.
    fn blocked(&self, path: &Path) -> Option<PathBuf> {
        let ancestors: Vec<&Path> = path.ancestors().collect();
        let blocked = ancestors.into_iter().rev().find(|folder| {
            fs::metadata(folder).is_ok_and(|metadata| {
                let bit = if metadata.uid() == self.uid.as_raw() {
                    0o100
                } else if metadata.gid() == self.gid.as_raw() {
                    0o010
                } else {
                    0o001
                };
                metadata.mode() & bit == 0
            })
        });
        blocked.map(Path::to_owned)
    }
}
