//! A certificate and its key, from PEM files.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

use crate::{front::Wire, supervisor::Identity};

/// The most that a PEM file may hold, in bytes.
const MAX_PEM: u64 = 256 << 10;

/// Reads an identity and tries it, so that an operator hears of a wrong file before anything runs. `prefix` stands
/// before `cert` and `key` in the names of the options.
pub(super) fn read(prefix: &str, chain: &Path, key: &Path) -> Result<Identity, String> {
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| format!("{path}: {error}")
    };
    let identity = Identity { chain: fs::read(chain).map_err(at(chain))?, key: read_secret(key).map_err(at(key))? };
    Wire::tls(&identity.chain, &identity.key)
        .map_err(|why| format!("--{prefix}cert {} and --{prefix}key {}: {why}", chain.display(), key.display()))?;
    Ok(identity)
}

fn read_secret(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MAX_PEM {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too large for a key"));
    }
    // Room for all at once: a buffer that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PEM as usize + 1));
    file.take(MAX_PEM).read_to_end(&mut bytes)?;
    Ok(bytes)
}
