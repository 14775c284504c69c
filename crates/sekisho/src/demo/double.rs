//! A clone: a copy of an installation's folder and keystore, started on other ports while the original runs on.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;

use super::{House, HouseError, StoryError, reviewer::Reviewer};
use crate::{
    client::Server,
    supervisor::{Config, Handle, Supervisor},
    testing::authenticator::SoftAuthenticator,
};

/// A copy that serves under the original's names. Dropping it stops its processes and removes its folder.
pub struct Double {
    _handle: Handle,
    desk: Server,
    passkey: Arc<Mutex<SoftAuthenticator>>,
    folder: TempDir,
}

/// Copies what lies below `from` into the folder `to`, owners and modes included, as whoever is root copies it.
///
/// # Errors
/// When something can't be copied.
pub fn copy_as_is(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let copied = Command::new("cp").arg("-a").arg("--").arg(from.join(".")).arg(to).status()?;
    if copied.success() { Ok(()) } else { Err(io::Error::other("a folder could not be copied")) }
}

/// A copy of an installation's folder and keystore that doesn't run yet.
pub struct Copied(TempDir);

impl House {
    /// Copies folder and keystore as they are now, while it runs on.
    ///
    /// # Errors
    /// [`HouseError`].
    pub fn copied(&self) -> Result<Copied, HouseError> {
        let folder = tempfile::Builder::new().prefix("sekisho-double-").tempdir()?;
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o711))?;
        copy_as_is(self.folder(), folder.path())?;
        // Where the copied folder was open to all to pass, the copy is too.
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o711))?;
        Ok(Copied(folder))
    }

    /// Starts a copy of this installation on other ports.
    ///
    /// # Errors
    /// [`HouseError`].
    pub fn double(&self, Copied(folder): Copied) -> Result<Double, HouseError> {
        let (gate, desk) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        // Passkeys are bound to the name; whoever runs a clone has its name lead to it.
        let server = Server { address: desk.local_addr()?, ..self.desk.clone() };
        let config = Config {
            data: folder.path().join("data"),
            keystore: folder.path().join("keys").join("keystore"),
            gate,
            desk,
            budget: None,
            watch: None,
            demo_reviewer: None,
            figures: None,
            ..self.config()?
        };
        let handle = Supervisor::start(config)?;
        Ok(Double { _handle: handle, desk: server, passkey: Arc::clone(&self.passkey), folder })
    }
}

impl Double {
    /// As [`House::overview`].
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn overview(&self) -> Result<String, StoryError> {
        Reviewer::begin(&self.desk, &self.passkey)?.overview()
    }

    /// As [`House::look`], without a decision.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn look(&self) -> Result<String, StoryError> {
        Reviewer::begin(&self.desk, &self.passkey)?.look(None)
    }

    /// Its folder with the state.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}
