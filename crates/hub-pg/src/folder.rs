//! The folder of the cluster on disk: which file is where, and how each is made.
//!
//! As root we write into `root` alone, which belongs to root; `data` and `run` belong to the account of PostgreSQL, and
//! only processes of that account write there. So nobody can make root follow a link of theirs.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{
    DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, lchown,
};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::account::Account;
use crate::error::Error;

/// Side folders of `initdb` begin so. Each has a name of its own: an `initdb` that outlived a killed program must not
/// write into the next one's folder.
const FRESH: &str = "data.new-";

#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder with all that leads to it passable, whatever the umask: PostgreSQL may run as another user.
    pub(crate) fn create(directory: &Path) -> Result<Self, Error> {
        let missing: Vec<&Path> = directory
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
            .collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o755))
                    .map_err(Error::file("open to other users the folder", path))?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::file("make the folder", path)(error)),
            }
        }
        let root = fs::canonicalize(directory).map_err(Error::file("use the folder", directory))?;
        Ok(Self { root })
    }

    pub(crate) fn open(directory: &Path) -> Result<Option<Self>, Error> {
        match fs::canonicalize(directory) {
            Ok(root) => Ok(Some(Self { root })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("use the folder", directory)(error)),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(crate) fn password(&self) -> PathBuf {
        self.root.join("password")
    }

    pub(crate) fn has_cluster(&self) -> Result<bool, Error> {
        let data = self.data();
        data.try_exists()
            .map_err(Error::file("use the folder", &data))
    }

    /// The major version that made the cluster, if there is one.
    pub(crate) fn cluster_major(&self) -> Result<Option<u32>, Error> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|error| {
                Error::file("understand", &path)(io::Error::new(io::ErrorKind::InvalidData, error))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.refusal("read", &path)(error)),
        }
    }

    /// A new empty side folder for `initdb`, after clearing away what earlier, killed ones have left.
    pub(crate) fn make_fresh(&self, account: &Account) -> Result<PathBuf, Error> {
        let entries = fs::read_dir(&self.root).map_err(Error::file("list", &self.root))?;
        for entry in entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(FRESH))
        {
            if let Err(error) = fs::remove_dir_all(entry.path()) {
                tracing::warn!(%error, path = %entry.path().display(), "cannot remove what an unfinished initdb left");
            }
        }
        let fresh = self
            .root
            .join(format!("{FRESH}{}", hex::encode(rand::random::<[u8; 4]>())));
        make_private_directory(&fresh, account)?;
        Ok(fresh)
    }

    /// Makes the side folder the cluster.
    pub(crate) fn adopt_fresh(&self, fresh: &Path) -> Result<(), Error> {
        fs::rename(fresh, self.data()).map_err(Error::file("rename", fresh))?;
        // The name must be on the disk before anything is committed under it.
        File::open(&self.root)
            .and_then(|root| root.sync_all())
            .map_err(Error::file("sync", &self.root))
    }

    /// The role's password; a new one lands on the disk before `initdb` uses it.
    pub(crate) fn load_or_make_password(&self, account: &Account) -> Result<String, Error> {
        let path = self.password();
        if self.has_cluster()? {
            return self.load_password();
        }
        // Without a cluster an earlier password is of no use, and may be half written.
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file("remove", &path)(error)),
        }
        let password = hex::encode(rand::random::<[u8; 24]>());
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| {
                let (uid, gid) = account.ids();
                fchown(&file, uid, gid)?; // initdb reads it
                writeln!(file, "{password}")?;
                file.sync_all()
            })
            .map_err(Error::file("write", &path))?;
        Ok(password)
    }

    pub(crate) fn load_password(&self) -> Result<String, Error> {
        let path = self.password();
        let text = fs::read_to_string(&path).map_err(self.refusal("read", &path))?;
        Ok(text.trim().to_owned())
    }

    /// Words an I/O error on a file of the cluster: not being allowed to means that it is somebody else's.
    pub(crate) fn refusal(
        &self,
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| {
            // The nearest that can be seen at all: the file itself may lie in a folder closed to us.
            let owned = path
                .ancestors()
                .find_map(|path| Some((path, fs::metadata(path).ok()?)));
            match owned {
                Some((path, metadata)) if source.kind() == io::ErrorKind::PermissionDenied => {
                    Error::ForeignOwner {
                        path: path.to_owned(),
                        owner: Account::name_of(metadata.uid()),
                    }
                }
                Some(_) | None => Error::File {
                    action,
                    path,
                    source,
                },
            }
        }
    }
}

/// Opens a file that only we may read, to append to it, making it if need be, and never through a link.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path)
}

/// Makes a folder of the account alone. One that exists must be that already: in /tmp anybody may have made it.
pub(crate) fn make_private_directory(path: &Path, account: &Account) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {
            let (uid, gid) = account.ids();
            return lchown(path, uid, gid).map_err(Error::file("hand over", path));
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::file("make the folder", path)(error)),
    }
    let metadata = fs::symlink_metadata(path).map_err(Error::file("use the folder", path))?;
    if metadata.is_dir() && metadata.uid() == account.uid() && metadata.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(Error::SocketDirectory {
            path: path.to_owned(),
            user: account.name().to_owned(),
        })
    }
}

/// What was appended to a file after `offset`.
pub(crate) fn read_from(path: &Path, offset: u64) -> String {
    use std::io::Seek;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(io::SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("(cannot be read: {error})"),
    }
}
