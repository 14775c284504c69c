//! What goes along only sealed: the seeds that sign, and the webhook secrets. Neither opens a picture.

use std::{fs, io, path::Path};

use sekisho_keeper::keystore::Identity;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::files::{FileError, at, folder, write};
use crate::app::places;

/// As it is sealed, in postcard. Wiped by whoever holds the bytes.
#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    #[serde(borrow)]
    seeds: &'a [u8],
    #[serde(borrow)]
    webhook_secrets: Vec<(&'a str, &'a [u8])>,
}

/// The seeds and the webhook secrets of the installation in `data`.
pub(super) fn pack(identity: &Identity, data: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let seeds = identity.to_bytes();
    let secrets = secrets(&places::webhook_secrets(data))?;
    let webhook_secrets = secrets.iter().map(|(site, text)| (site.as_str(), text.as_slice())).collect();
    let packed = postcard::to_allocvec(&Packed { seeds: &*seeds, webhook_secrets });
    packed.map(Zeroizing::new).map_err(io::Error::other)
}

type Secrets = Vec<(String, Zeroizing<Vec<u8>>)>;

fn secrets(folder: &Path) -> io::Result<Secrets> {
    let mut found = Vec::new();
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        listed => listed?,
    };
    for entry in listed {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What begins with a dot is being written just now.
        if !name.starts_with('.') {
            found.push((name, Zeroizing::new(fs::read(entry.path())?)));
        }
    }
    Ok(found)
}

/// Reads the seeds of what was packed.
pub(super) fn seeds(packed: &[u8]) -> Option<Identity> {
    Identity::from_bytes(postcard::from_bytes::<Packed<'_>>(packed).ok()?.seeds)
}

/// Puts the webhook secrets of what was packed where the courier below `data` reads them.
pub(super) fn put_secrets(packed: &[u8], data: &Path) -> Result<usize, FileError> {
    let place = places::webhook_secrets(data);
    let packed = at(&place, || postcard::from_bytes::<Packed<'_>>(packed).map_err(io::Error::other))?;
    folder(&place)?;
    for (site, secret) in &packed.webhook_secrets {
        let name: sekisho_core::id::SiteName = at(&place, || site.parse().map_err(io::Error::other))?;
        write(&place.join(name.as_str()), secret)?;
    }
    Ok(packed.webhook_secrets.len())
}
