//! The secrets that webhooks are signed with: one small file for each site.

use std::{io, path::PathBuf};

use base64ct::{Base64, Encoding};
use sekisho_core::id::SiteName;
use zeroize::Zeroizing;

/// What a secret begins with in text.
const PREFIX: &str = "whsec_";

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

    /// The secrets of a site: the present one, and while it is being changed the next one too.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub fn of(&self, site: &SiteName) -> Result<Vec<Secret>, SecretError> {
        // A site's name has no slash and does not begin with a dot.
        let text = std::fs::read_to_string(self.folder.join(site.as_str())).map_err(SecretError::Missing)?;
        let text = Zeroizing::new(text);
        let secrets: Vec<_> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(parse).collect::<Result<_, _>>()?;
        if secrets.is_empty() { Err(SecretError::Malformed) } else { Ok(secrets) }
    }
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
