//! Where the socket lies and how its address is written.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The role and the database of the application. Inside its own cluster the role is the superuser.
pub(crate) const ROLE: &str = "iiko_base";
pub(crate) const DATABASE: &str = "iiko_base";

/// The port is only a part of the socket's file name.
pub(crate) const PORT: u16 = 5432;

/// What a socket's whole path may measure; the shortest limit of our systems is macOS's 104 bytes, its final zero included.
const LONGEST_SOCKET: usize = 100;

/// The folder for the socket of the cluster in `root`: inside of it, or, where the path would be too long, one in /tmp
/// whose name follows from the path, so that every later start and guest computes the same.
pub(crate) fn socket_directory(root: &Path) -> PathBuf {
    let inside = root.join("run");
    // PostgreSQL takes a list of folders: a comma or a quote would be read as its punctuation.
    let plain = !inside
        .as_os_str()
        .as_bytes()
        .iter()
        .any(|byte| matches!(byte, b',' | b'"'));
    if plain && socket_file(&inside, PORT).as_os_str().len() <= LONGEST_SOCKET {
        return inside;
    }
    let digest = Sha256::digest(root.as_os_str().as_bytes());
    PathBuf::from(format!("/tmp/iiko-base-{}", hex::encode(&digest[..8])))
}

/// The name that PostgreSQL gives its socket.
pub(crate) fn socket_file(directory: &Path, port: u16) -> PathBuf {
    directory.join(format!(".s.PGSQL.{port}"))
}

/// sqlx and `psql` both take the folder from the query; `localhost` fills the place that URLs must have. The port is
/// spelled out, or `PGPORT` in a user's environment would change it.
pub(crate) fn url(socket_directory: &Path, password: &str) -> String {
    let host = percent_encode(socket_directory.as_os_str().as_bytes());
    format!("postgres://{ROLE}:{password}@localhost:{PORT}/{DATABASE}?host={host}")
}

fn percent_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_lies_with_the_data_where_its_path_is_short() {
        assert_eq!(
            socket_directory(Path::new("/var/lib/iiko-base/postgres")),
            Path::new("/var/lib/iiko-base/postgres/run")
        );
    }

    #[test]
    fn a_long_or_odd_path_gets_a_short_folder_of_its_own() {
        let long = PathBuf::from(format!("/srv/{}", "restaurant/".repeat(12)));
        let short = socket_directory(&long);
        assert!(
            short.starts_with("/tmp") && short.as_os_str().len() < 40,
            "{}",
            short.display()
        );
        assert_eq!(short, socket_directory(&long));
        assert_ne!(short, socket_directory(&long.join("other")));
        assert!(socket_directory(Path::new("/srv/one,two")).starts_with("/tmp"));
    }

    #[test]
    fn the_address_escapes_what_a_url_would_misread() {
        assert_eq!(
            url(Path::new("/srv/кафе & бар/run"), "00ff"),
            "postgres://iiko_base:00ff@localhost:5432/iiko_base?host=%2Fsrv%2F%D0%BA%D0%B0%D1%84%D0%B5%20%26%20%D0%B1%D0%B0%D1%80%2Frun"
        );
    }
}
