//! Whether key bytes lie anywhere: as they are, in hex, in base64 of either alphabet at any offset.

use std::collections::{BTreeSet, HashMap};

use base64ct::{Base64, Base64Url, Encoding};
use rusqlite::Connection;

use super::{DrillError, crack::KeyLike};

/// Bytes by which a form is looked up.
const HEAD: usize = 8;

/// Looks for many keys at once.
pub(super) struct Seeker {
    forms: HashMap<[u8; HEAD], Vec<(Vec<u8>, KeyLike)>>,
}

impl Seeker {
    pub(super) fn new<'a>(keys: impl IntoIterator<Item = &'a KeyLike>) -> Self {
        let mut seeker = Self { forms: HashMap::new() };
        for key in keys {
            for form in forms(key) {
                let head = form[..HEAD].try_into().expect("each form is longer");
                seeker.forms.entry(head).or_default().push((form, *key));
            }
        }
        seeker
    }

    /// The keys that lie in `bytes`.
    pub(super) fn within(&self, bytes: &[u8]) -> BTreeSet<KeyLike> {
        let mut found = BTreeSet::new();
        for (at, head) in bytes.windows(HEAD).enumerate() {
            let Some(forms) = self.forms.get(head) else { continue };
            found.extend(forms.iter().filter(|(form, _)| bytes[at..].starts_with(form)).map(|(_, key)| *key));
        }
        found
    }
}

/// How a key may be written.
fn forms(key: &KeyLike) -> Vec<Vec<u8>> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![key.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    // Within a longer text a key begins at any of three offsets; only whole characters of it are sure.
    for offset in 0..3 {
        let padded = [&[0; 3][..offset], key].concat();
        let whole = (offset * 8).div_ceil(6)..(offset + key.len()) * 8 / 6;
        for text in [Base64::encode_string(&padded), Base64Url::encode_string(&padded)] {
            forms.push(text.as_bytes()[whole.clone()].to_vec());
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The control: `keys` planted where keys might stay behind, one place each.
pub(super) fn planted(keys: [&KeyLike; 4]) -> Result<[Vec<u8>; 4], DrillError> {
    let [raw, hex, base64, freed] = keys;
    let hex: String = hex.iter().map(|byte| format!("{byte:02x}")).collect();
    let token = Base64Url::encode_string(&[b"a log line: ", &base64[..]].concat());
    Ok([
        [&[7; 5000][..], raw, &[9; 77]].concat(),
        format!("{{\"key\":\"{hex}\"}}").into_bytes(),
        format!("token={token}").into_bytes(),
        freed_page(freed)?,
    ])
}

/// A database from which a key was deleted as SQLite deletes by itself: it stays in the freed space.
fn freed_page(key: &KeyLike) -> Result<Vec<u8>, DrillError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("careless.db");
    let db = Connection::open(&path)?;
    db.execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE kept (key BLOB)")?;
    db.execute("INSERT INTO kept VALUES (?1)", [&key[..]])?;
    db.execute("DELETE FROM kept", [])?;
    drop(db);
    Ok(std::fs::read(path)?)
}

#[cfg(test)]
mod tests {
    use sekisho_core::entropy::fresh;
    use sekisho_sys::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn a_key_is_found_in_each_place_where_it_was_planted_and_no_other_is() {
        let keys: Vec<KeyLike> = (0..4).map(|_| fresh(&mut SystemEntropy)).collect();
        let other: KeyLike = fresh(&mut SystemEntropy);
        let seeker = Seeker::new(keys.iter().chain([&other]));
        for (place, key) in planted([&keys[0], &keys[1], &keys[2], &keys[3]]).unwrap().iter().zip(&keys) {
            assert_eq!(seeker.within(place), BTreeSet::from([*key]));
        }
    }

    #[test]
    fn a_key_in_base64_is_found_at_every_offset() {
        let key: KeyLike = fresh(&mut SystemEntropy);
        let seeker = Seeker::new([&key]);
        for before in 0..7 {
            let text = Base64::encode_string(&[&vec![b'x'; before][..], &key, b"tail"].concat());
            assert!(!seeker.within(text.as_bytes()).is_empty(), "{before}");
        }
    }
}
