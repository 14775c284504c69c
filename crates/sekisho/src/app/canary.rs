//! The book of canaries of the installation below `--data`.

use std::path::Path;

use sekisho_keeper::canary::{Console, ConsoleError};

use super::places;
use crate::supervisor::Passphrase;

/// Opens the book with what the keystore's passphrase gives.
///
/// # Errors
/// [`ConsoleError`].
pub fn open(data: &Path, keystore: &Path, passphrase: &Passphrase) -> Result<Console, ConsoleError> {
    Console::open(&places::database(data), keystore, &passphrase.0)
}
