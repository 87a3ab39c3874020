//! One owner per folder: an flock that the kernel gives back however the owner ends.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::process;

use crate::error::Error;
use crate::folder::{self, Folder};

/// The folder is ours while this lives. Child processes do not inherit it, or an orphaned server would keep it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(folder: &Folder) -> Result<Self, Error> {
        let path = folder.lock();
        let mut file = folder::open_private(&path).map_err(folder.refusal("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                // Written by the holder for this sentence; while it is being written there is just no number in it.
                let mut text = String::new();
                file.read_to_string(&mut text)
                    .map_err(Error::file("read", &path))?;
                return Err(Error::HeldByAnother {
                    directory: folder.root().to_owned(),
                    process: text.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(Error::file("lock", &path)(source)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", process::id()))
            .map_err(Error::file("write", &path))?;
        Ok(Self { _file: file })
    }
}
