//! The folders below `--data`, each for one role only.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;
use sekisho_keeper::blobs;

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
    /// The roles' users can't get to a folder of theirs.
    #[error("{path}: started as root, each role has a user of its own, and these may not pass here (chmod o+x)")]
    NoWay {
        /// Where.
        path: PathBuf,
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

/// Makes the two outermost folders and judges where they lie; founding asks this before it makes a key.
///
/// # Errors
/// [`FolderError`].
pub fn judge(data: &Path, keystore: &Path) -> Result<(), FolderError> {
    at(data, || fs::create_dir_all(data))?;
    if let Some(folder) = keystore.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        at(folder, || fs::create_dir_all(folder))?;
    }
    keystore_apart(data, keystore)?;
    if geteuid().is_root() {
        way_to(data)?;
        way_to(keystore)?;
    }
    Ok(())
}

/// Makes what is missing and gives each folder to its role. With `own_users` (as root), each role gets its own user.
pub(super) fn prepare(data: &Path, keystore: &Path, own_users: bool) -> Result<(), FolderError> {
    judge(data, keystore)?;
    at(keystore, || keystore_file(keystore, own_users))?;
    // Roles of other users pass through to their own folders and see no names on the way.
    at(data, || fs::set_permissions(data, Permissions::from_mode(if own_users { 0o711 } else { 0o700 })))?;
    for role in [Role::Keeper, Role::Gate, Role::Desk, Role::Courier] {
        folder(&data.join(role.name()), 0o700, own_users.then(|| (role.user(), role.user())))?;
    }
    folder(&data.join("ledger"), 0o700, own_users.then(|| (Role::Keeper.user(), Role::Keeper.user())))?;
    blob_store(&data.join("blobs"), own_users)
}

/// The gate creates and can't read back (its Landlock rules say so); the keeper reads and deletes. New files get the
/// keeper's group from the folder (setgid), so that one shared group suffices.
fn blob_store(path: &Path, own_users: bool) -> Result<(), FolderError> {
    let owner = own_users.then(|| (Role::Gate.user(), Role::Keeper.user()));
    let mode = if own_users { 0o2770 } else { 0o700 };
    folder(path, mode, owner)?;
    // The shelves too: a confined gate makes files and no folders.
    blobs::shelves().try_for_each(|shelf| folder(&path.join(shelf), mode, owner))
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
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    let keeper = own_users.then(|| Role::Keeper.user());
    chown(path, keeper, keeper)
}

/// Every folder above `path`, which need not exist, lets other users through.
fn way_to(path: &Path) -> Result<(), FolderError> {
    let Some(above) = real_folder(path)? else { return Ok(()) };
    for folder in above.ancestors() {
        let mode = at(folder, || fs::metadata(folder))?.permissions().mode();
        if mode & 0o001 == 0 {
            return Err(FolderError::NoWay { path: folder.to_owned() });
        }
    }
    Ok(())
}

/// The folder in which `path` lies, without symbolic links.
fn real_folder(path: &Path) -> Result<Option<PathBuf>, FolderError> {
    let absolute = at(path, || std::path::absolute(path))?;
    absolute.parent().map(|folder| at(folder, || fs::canonicalize(folder))).transpose()
}

/// Judged on the resolved paths, so that a symbolic link hides nothing.
fn keystore_apart(data: &Path, keystore: &Path) -> Result<(), FolderError> {
    let real_data = at(data, || fs::canonicalize(data))?;
    let folder = real_folder(keystore)?;
    let file = fs::canonicalize(keystore).ok();
    if folder.iter().chain(&file).any(|place| place.starts_with(&real_data)) {
        return Err(FolderError::KeystoreInData { keystore: keystore.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

fn at<T>(path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T, FolderError> {
    work().map_err(|source| FolderError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place that every user may pass, with a keystore beside the data.
    fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o711)).unwrap();
        let (data, keystore) = (place.path().join("data"), place.path().join("keys/keystore"));
        judge(&data, &keystore).unwrap();
        fs::write(&keystore, "").unwrap();
        (place, data, keystore)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn each_role_gets_a_folder_that_nobody_else_enters() {
        let (_place, data, keystore) = place();
        prepare(&data, &keystore, false).unwrap();
        prepare(&data, &keystore, false).unwrap();
        for name in ["", "gate", "desk", "keeper", "courier", "ledger", "blobs"] {
            assert_eq!(mode(&data.join(name)), 0o700, "{name}");
        }
        assert_eq!(mode(&keystore), 0o600);
    }

    #[test]
    fn without_a_keystore_there_is_nothing_to_start() {
        let (_place, data, keystore) = place();
        fs::remove_file(&keystore).unwrap();
        assert!(matches!(prepare(&data, &keystore, false), Err(FolderError::Io { path, .. }) if path == keystore));
    }

    /// M8: keys lie apart from data.
    #[test]
    fn a_keystore_below_the_data_is_refused_even_behind_a_link() {
        let (place, data, keystore) = place();
        let refused = judge(&data, &data.join("keys/keystore"));
        assert!(matches!(refused, Err(FolderError::KeystoreInData { .. })));
        std::os::unix::fs::symlink(data.join("keys"), place.path().join("elsewhere")).unwrap();
        let refused = judge(&data, &place.path().join("elsewhere/keystore"));
        assert!(matches!(refused, Err(FolderError::KeystoreInData { .. })));
        fs::remove_file(&keystore).unwrap();
        fs::write(data.join("hidden"), "").unwrap();
        std::os::unix::fs::symlink(data.join("hidden"), &keystore).unwrap();
        assert!(matches!(judge(&data, &keystore), Err(FolderError::KeystoreInData { .. })));
    }

    #[test]
    fn a_folder_that_the_roles_users_can_not_pass_is_named() {
        let (place, _, _) = place();
        let closed = place.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        assert!(matches!(way_to(&closed.join("data")), Err(FolderError::NoWay { path }) if path.ends_with("closed")));
        way_to(&closed).unwrap();
    }
}
