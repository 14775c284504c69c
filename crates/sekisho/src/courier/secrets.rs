//! The secrets that webhooks are signed with: one small file for each site.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown},
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding};
use sekisho_core::id::SiteName;
use zeroize::Zeroizing;

/// What a secret begins with in text.
const PREFIX: &str = "whsec_";
/// Room for the longest secret in text with its line end, in bytes.
const LONGEST_LINE: usize = 96;

/// Why there is no secret. Nothing of the file is in here.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No file, or not readable.
    #[error("no_secret")]
    Missing(#[source] io::Error),
    /// Not `whsec_` and 24 to 64 bytes in base64, one secret a line.
    #[error("bad_secret")]
    Malformed,
}

/// A secret of one site; wiped when dropped.
pub type Secret = Zeroizing<Vec<u8>>;

/// A folder with one file for each site, named as the site is. Read at each delivery, so that a change needs no restart.
#[derive(Debug, Clone)]
pub struct Secrets {
    folder: PathBuf,
}

impl Secrets {
    /// The secrets in `folder`.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The secrets of the installation whose state lies in `data`.
    pub fn below(data: &Path) -> Self {
        Self::new(data.join("courier").join("secrets"))
    }

    /// Puts a site's secret where the courier reads it, in place of an earlier one. For whoever runs the installation.
    ///
    /// Folder and file get the owner of the folder above: started as root, that is the courier's own user.
    ///
    /// # Errors
    /// When it can't be written; an earlier secret then stays.
    pub fn put(&self, site: &SiteName, secret: &[u8]) -> io::Result<()> {
        self.put_text(site, &format(secret))
    }

    /// The same for several: the present one and, while it is being changed, the next one too.
    ///
    /// # Errors
    /// When they can't be written; earlier ones then stay.
    pub fn put_all(&self, site: &SiteName, secrets: &[Secret]) -> io::Result<()> {
        let mut text = Zeroizing::new(String::with_capacity(secrets.len() * LONGEST_LINE));
        for secret in secrets {
            text.push_str(&format(secret));
            text.push('\n');
        }
        self.put_text(site, &text)
    }

    fn put_text(&self, site: &SiteName, text: &str) -> io::Result<()> {
        let above = self.folder.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let owner = fs::metadata(above).map(|seen| (Some(seen.uid()), Some(seen.gid())))?;
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        chown(&self.folder, owner.0, owner.1)?;
        // No site's name begins with a dot, so this is nobody's secret until it is whole.
        let fresh = self.folder.join(format!(".{site}"));
        write_anew(&fresh, text.as_bytes())?;
        chown(&fresh, owner.0, owner.1)?;
        fs::rename(fresh, self.folder.join(site.as_str()))
    }

    /// The secrets of a site: the present one, and while it is being changed the next one too.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub fn of(&self, site: &SiteName) -> Result<Vec<Secret>, SecretError> {
        // A site's name has no slash and does not begin with a dot.
        let text = fs::read_to_string(self.folder.join(site.as_str())).map_err(SecretError::Missing)?;
        let text = Zeroizing::new(text);
        parse_all(&text)
    }
}

fn write_anew(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Reads a secret from its text.
///
/// # Errors
/// When it isn't `whsec_` and 24 to 64 bytes in base64.
pub fn parse(text: &str) -> Result<Secret, SecretError> {
    let encoded = text.strip_prefix(PREFIX).ok_or(SecretError::Malformed)?;
    let bytes = Zeroizing::new(Base64::decode_vec(encoded).map_err(|_| SecretError::Malformed)?);
    if (24..=64).contains(&bytes.len()) { Ok(bytes) } else { Err(SecretError::Malformed) }
}

/// Reads the secrets of a site from their text, one a line.
///
/// # Errors
/// When there is none, or a line isn't one.
pub fn parse_all(text: &str) -> Result<Vec<Secret>, SecretError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let secrets: Vec<_> = lines.map(parse).collect::<Result<_, _>>()?;
    if secrets.is_empty() { Err(SecretError::Malformed) } else { Ok(secrets) }
}

/// Writes a secret as text.
pub fn format(secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!("{PREFIX}{}", &*Zeroizing::new(Base64::encode_string(secret))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_form_and_bad_ones_are_refused() {
        assert_eq!(*parse(&format(&[7; 32])).unwrap(), vec![7; 32]);
        for bad in ["", "whsec_", "whsec_AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "whsec_!", &format(&[1; 65])] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_that_is_put_is_found_and_can_be_replaced() {
        let data = std::env::temp_dir().join(format!("sekisho-put-{}", std::process::id()));
        fs::create_dir_all(data.join("courier")).unwrap();
        let (secrets, site) = (Secrets::below(&data), "site-a".parse().unwrap());
        for byte in [1, 2] {
            secrets.put(&site, &[byte; 32]).unwrap();
            assert_eq!(*secrets.of(&site).unwrap()[0], vec![byte; 32]);
        }
        assert_eq!(fs::metadata(data.join("courier/secrets/site-a")).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(data.join("courier/secrets")).unwrap().count(), 1);
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_site_without_a_file_has_no_secret() {
        let folder = std::env::temp_dir().join(format!("sekisho-secrets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (secrets, site) = (Secrets::new(folder.clone()), "site-a".parse().unwrap());
        assert!(matches!(secrets.of(&site), Err(SecretError::Missing(_))));
        std::fs::write(folder.join("site-a"), "\n").unwrap();
        assert!(matches!(secrets.of(&site), Err(SecretError::Malformed)));
        let two = format!("{}\n{}\n", &*super::format(&[1; 24]), &*super::format(&[2; 24]));
        std::fs::write(folder.join("site-a"), two).unwrap();
        assert_eq!(secrets.of(&site).unwrap().len(), 2);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
