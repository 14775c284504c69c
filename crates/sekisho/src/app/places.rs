//! Where things lie below `--data`.

use std::path::{Path, PathBuf};

/// keeper.db.
pub(crate) fn database(data: &Path) -> PathBuf {
    data.join("keeper").join("keeper.db")
}

/// The token for the first sign-in, while there is no administrator.
pub(super) fn founding_token(data: &Path) -> PathBuf {
    data.join("keeper").join("founding-token")
}

/// Tiles and checkpoints: what anybody may read.
pub(crate) fn ledger(data: &Path) -> PathBuf {
    data.join("ledger").join("public")
}

/// The journal: salts and bodies. Never beside what anybody may read.
pub(crate) fn journal(data: &Path) -> PathBuf {
    data.join("ledger").join("journal")
}

/// Ciphertexts.
pub(super) fn blobs(data: &Path) -> PathBuf {
    data.join("blobs")
}

/// gate.db.
pub(super) fn gate_database(data: &Path) -> PathBuf {
    data.join("gate").join("gate.db")
}

/// Whom the gate believes, see [`super::founding::Pinned`].
pub(super) fn pinned(data: &Path) -> PathBuf {
    data.join("gate").join("pinned.json")
}

/// desk.db.
pub(super) fn sessions(data: &Path) -> PathBuf {
    data.join("desk").join("desk.db")
}

/// The webhook secrets, a file a site.
pub(crate) fn webhook_secrets(data: &Path) -> PathBuf {
    data.join("courier").join("secrets")
}
