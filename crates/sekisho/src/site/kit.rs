//! Everything a new site needs, made at once.

use std::path::{Path, PathBuf};

use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{PolicyName, SiteName},
    policy::Text,
};
use sekisho_keeper::{
    jose::{Alg, Jwks, SigningKey},
    wire::SiteView,
};
use zeroize::Zeroizing;

use super::files::{self, FileError};
use crate::courier::secrets;

/// The private key's file.
pub const KEY: &str = "key.pem";
/// The public key's file.
pub const JWKS: &str = "jwks.json";
/// The file with the secret under which `sub` is made. It never leaves the site.
pub const SUB_SECRET: &str = "sub-secret.hex";
/// The file with the secret that webhooks are signed with. The operator needs it too.
pub const WEBHOOK_SECRET: &str = "webhook-secret";
/// The registration's file: what the operator is handed. No secret is in it.
pub const REGISTRATION: &str = "site.json";

/// What a site is registered as, besides its keys.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its short name.
    pub name: SiteName,
    /// What members know it by.
    pub title: Text,
    /// Policies that it wants to ask under.
    pub policies: Vec<PolicyName>,
    /// Where its members return to.
    pub return_prefix: String,
    /// Where its webhooks go.
    pub webhook: Option<String>,
}

/// A site's keys and secrets, and its registration.
pub struct Kit {
    /// Signs requests and calls.
    pub key: SigningKey,
    /// Makes `sub` out of a member's id.
    pub sub_secret: Zeroizing<[u8; 32]>,
    /// Signs webhooks.
    pub webhook_secret: Zeroizing<[u8; 32]>,
    /// For the operator.
    pub registration: SiteView,
}

impl Kit {
    /// Draws fresh keys and secrets.
    pub fn new(profile: Profile, alg: Alg, entropy: &mut dyn Entropy) -> Self {
        let key = SigningKey::generate(alg, entropy);
        let jwks = Jwks::new(vec![key.public().clone()]).expect("one key is a set");
        let Profile { name, title, policies, return_prefix, webhook } = profile;
        Self {
            registration: SiteView {
                name,
                title,
                jwks: jwks.to_json(),
                policies,
                return_prefix,
                webhook,
                budget: None,
            },
            key,
            sub_secret: Zeroizing::new(fresh(entropy)),
            webhook_secret: Zeroizing::new(fresh(entropy)),
        }
    }

    /// Writes everything into a folder; what only the site may read, for its owner alone. Returns the files.
    ///
    /// # Errors
    /// When a file is there already or can't be written; earlier ones of the five may then be there.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, FileError> {
        let at = |name: &str| folder.join(name);
        files::make_folder(folder)?;
        files::write_key(&at(KEY), &self.key)?;
        files::write_sub_secret(&at(SUB_SECRET), &self.sub_secret)?;
        let webhook = Zeroizing::new(format!("{}\n", &*secrets::format(&*self.webhook_secret)));
        files::write_new(&at(WEBHOOK_SECRET), 0o600, webhook.as_bytes())?;
        files::write_new(&at(JWKS), 0o644, format!("{}\n", self.registration.jwks).as_bytes())?;
        files::write_new(&at(REGISTRATION), 0o644, self.registration_json().as_bytes())?;
        Ok([KEY, SUB_SECRET, WEBHOOK_SECRET, JWKS, REGISTRATION].map(at).to_vec())
    }

    /// Reads what was written.
    ///
    /// # Errors
    /// When one of the files is not there or not what it should be.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        let at = |name: &str| folder.join(name);
        let path = at(WEBHOOK_SECRET);
        let text = std::fs::read_to_string(&path).map_err(|source| FileError::Io { path: path.clone(), source })?;
        let secret = secrets::parse(text.trim()).ok();
        let what = "a webhook's secret as `sekisho site new` writes it";
        let webhook_secret = secret.and_then(|bytes| bytes.as_slice().try_into().ok().map(Zeroizing::new));
        Ok(Self {
            key: files::read_key(&at(KEY))?,
            sub_secret: files::read_sub_secret(&at(SUB_SECRET))?,
            webhook_secret: webhook_secret.ok_or(FileError::Shape { path, what })?,
            registration: read_registration(&at(REGISTRATION))?,
        })
    }

    fn registration_json(&self) -> String {
        let json = serde_json::to_string_pretty(&self.registration).expect("a registration is strings and lists");
        json + "\n"
    }
}

/// Reads a registration back.
///
/// # Errors
/// When it can't be read or isn't one.
pub fn read_registration(path: &Path) -> Result<SiteView, FileError> {
    let bytes = std::fs::read(path).map_err(|source| FileError::Io { path: path.to_owned(), source })?;
    let what = "a registration as `sekisho site new` writes it";
    serde_json::from_slice(&bytes).map_err(|_| FileError::Shape { path: path.to_owned(), what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::jose::request::SiteTerms;
    use sekisho_sys::entropy::SystemEntropy;

    #[test]
    fn a_kit_is_written_whole_and_its_registration_holds_no_secret() {
        let title = Text { ja: "見本".into(), en: "Sample".into() };
        let (name, return_prefix) = ("site-a".parse().unwrap(), "https://a.example/".to_owned());
        let profile = Profile { name, title, policies: vec![], return_prefix, webhook: None };
        let kit = Kit::new(profile, Alg::EdDSA, &mut SystemEntropy);
        let folder = std::env::temp_dir().join(format!("sekisho-kit-{}", std::process::id()));
        let files = kit.write(&folder).unwrap();
        assert!(files.len() == 5 && files.iter().all(|file| file.exists()));

        let registration = read_registration(&folder.join(REGISTRATION)).unwrap();
        assert_eq!(registration, kit.registration);
        assert!(SiteTerms::try_from(&registration).unwrap().jwks.keys().contains(kit.key.public()));
        let text = std::fs::read_to_string(folder.join(REGISTRATION)).unwrap();
        for secret in [SUB_SECRET, WEBHOOK_SECRET, KEY] {
            let secret = std::fs::read_to_string(folder.join(secret)).unwrap();
            assert!(secret.lines().all(|line| !text.contains(line)));
        }
        assert!(kit.write(&folder).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
