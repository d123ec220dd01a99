//! One cloud per state folder: an advisory lock that the system releases when its holder ends, however it ends.

use super::StartError;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Takes the lock and writes this process's id into it, so that the next one can name the holder.
    pub(super) fn take(folder: &Path) -> Result<Self, StartError> {
        let path = folder.join("lock");
        let failed = |source| StartError::Folder { path: path.clone(), source };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The id is a courtesy; without it the error still says what is wrong.
                let _ = file.read_to_string(&mut holder);
                return Err(StartError::Locked { folder: folder.to_owned(), pid: holder.trim().parse().ok() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        write!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file releases it too; this only does it at once.
        let _ = self.file.unlock();
    }
}
