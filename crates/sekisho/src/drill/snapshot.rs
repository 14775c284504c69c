//! A copy of an installation's folder and keystore that is put back later, whole or in part.

use std::{fs, io, path::Path};

use tempfile::TempDir;

use crate::demo::{House, copy_as_is};

/// As it was when it was taken.
pub(super) struct Snapshot(TempDir);

impl Snapshot {
    /// Copies what `house` has now; it should rest.
    pub(super) fn take(house: &House) -> io::Result<Self> {
        let place = tempfile::Builder::new().prefix("sekisho-snapshot-").tempdir()?;
        copy_as_is(&house.data(), &place.path().join("data"))?;
        copy_as_is(&keys(house), &place.path().join("keys"))?;
        Ok(Self(place))
    }

    /// Puts the folder with the state back, in place of what is there.
    pub(super) fn put_data_back(&self, house: &House) -> io::Result<()> {
        emptied(&house.data())?;
        copy_as_is(&self.0.path().join("data"), &house.data())
    }

    /// Puts the keystore back.
    pub(super) fn put_keystore_back(&self, house: &House) -> io::Result<()> {
        copy_as_is(&self.0.path().join("keys"), &keys(house))
    }

    /// Puts both back.
    pub(super) fn put_all_back(&self, house: &House) -> io::Result<()> {
        self.put_data_back(house)?;
        self.put_keystore_back(house)
    }
}

// The folder stays: another process may have it open.
fn emptied(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

fn keys(house: &House) -> std::path::PathBuf {
    house.keystore().parent().map(Path::to_owned).unwrap_or_default()
}
