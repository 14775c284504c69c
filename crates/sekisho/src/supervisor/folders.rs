//! The folders below `--data`, each for one role only.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use super::rooms::Role;

/// Why the folders can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A copy of the data would be a copy of the keys.
    #[error("the keystore {keystore} lies below the data in {data}: a backup of the data would hold the keys; move it")]
    KeystoreInData {
        /// The keystore.
        keystore: PathBuf,
        /// The data.
        data: PathBuf,
    },
}

/// Makes what is missing and gives each folder to its role. With `own_users` (as root), each role gets its own user.
pub(super) fn prepare(data: &Path, keystore: &Path, own_users: bool) -> Result<(), FolderError> {
    at(data, || fs::create_dir_all(data))?;
    if let Some(folder) = keystore.parent() {
        at(folder, || fs::create_dir_all(folder))?;
    }
    at(keystore, || keystore_file(keystore, own_users))?;
    keystore_apart(data, keystore)?;
    // Roles of other users pass through to their own folders and see no names on the way.
    at(data, || fs::set_permissions(data, Permissions::from_mode(if own_users { 0o711 } else { 0o700 })))?;
    for role in [Role::Keeper, Role::Gate, Role::Desk, Role::Courier] {
        folder(&data.join(role.name()), 0o700, own_users.then(|| (role.user(), role.user())))?;
    }
    folder(&data.join("ledger"), 0o700, own_users.then(|| (Role::Keeper.user(), Role::Keeper.user())))?;
    blobs(&data.join("blobs"), own_users)
}

/// The gate creates and can't read back (its Landlock rules say so); the keeper reads and deletes. New files get the
/// keeper's group from the folder (setgid), so that one shared group suffices.
fn blobs(path: &Path, own_users: bool) -> Result<(), FolderError> {
    let owner = own_users.then(|| (Role::Gate.user(), Role::Keeper.user()));
    folder(path, if own_users { 0o2770 } else { 0o700 }, owner)
}

fn folder(path: &Path, mode: u32, owner: Option<(u32, u32)>) -> Result<(), FolderError> {
    at(path, || {
        fs::create_dir_all(path)?;
        if let Some((user, group)) = owner {
            chown(path, Some(user), Some(group))?;
        }
        // After the change of owner, which clears the setgid bit.
        fs::set_permissions(path, Permissions::from_mode(mode))
    })
}

fn keystore_file(path: &Path, own_users: bool) -> io::Result<()> {
    let file: File = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    let keeper = own_users.then(|| Role::Keeper.user());
    chown(path, keeper, keeper)
}

/// Judged on the resolved paths, so that a symbolic link hides nothing.
fn keystore_apart(data: &Path, keystore: &Path) -> Result<(), FolderError> {
    let real_data = at(data, || fs::canonicalize(data))?;
    let real_keystore = at(keystore, || fs::canonicalize(keystore))?;
    if real_keystore.starts_with(real_data) {
        return Err(FolderError::KeystoreInData { keystore: keystore.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

fn at<T>(path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T, FolderError> {
    work().map_err(|source| FolderError::Io { path: path.to_owned(), source })
}
