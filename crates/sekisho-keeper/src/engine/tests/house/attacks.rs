//! What a thief takes, and what they get out of it.

use rusqlite::Connection;
use sekisho_core::time::Hour;

use super::*;
use sekisho_seal::{IntakeSecret, open_key};

use crate::{
    db::{
        columns::{Id, Packed},
        key_page::{Kept, KeyPage},
    },
    keystore::Keys,
};

impl House {
    pub(in crate::engine::tests) fn copy(&mut self) -> Copy {
        static COPIES: AtomicU64 = AtomicU64::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(format!("copy-{number}"));
        fs::create_dir_all(&folder).unwrap();
        for name in ["keeper.db", "keeper.db-wal"] {
            let _ = fs::copy(self.folder.join(name), folder.join(name));
        }
        let blobs = self.blobs();
        let taken = blobs.list().unwrap().into_iter();
        let taken = taken.map(|(document, _)| (document, blobs.read(document, u64::MAX).unwrap())).collect();
        Copy { database: folder.join("keeper.db"), blobs: taken, keystore: self.medium.snapshot() }
    }

    /// What somebody with full knowledge of the formats gets of a document out of a copy and a keystore.
    pub(in crate::engine::tests) fn attack(&self, copy: &Copy, keystore: &[u8], document: DocumentId) -> bool {
        let medium = Box::new(MemoryMedium::from_bytes(keystore.to_vec()));
        let keystore = Keystore::open(medium).unwrap();
        let (keys, _) = keystore.unlock(PASSPHRASE).unwrap();
        let db = db::open(&copy.database).unwrap();
        // Whether the document's row still leads there or not.
        let held = kept(&db, document).and_then(|(root, Kept { deadline, wrapped, .. })| {
            custody::unwrap(&keys, Hold { keeper: keystore.keeper(), document, root, deadline }, &wrapped).ok()
        });
        let Some(key) = held.or_else(|| self.waiting(&db, &keys, document)) else { return false };
        open_document(&key, &self.contexts[&document], &copy.blobs[&document]).is_ok()
    }

    /// The key of one that waits, by any intake secret that there is.
    fn waiting(&self, db: &Connection, keys: &Keys, document: DocumentId) -> Option<DocumentKey> {
        let sql = "SELECT asked FROM waiting WHERE document = ?1";
        let Packed(asked): Packed<Receive> = db.query_row(sql, [Id(document)], |row| row.get(0)).ok()?;
        let waiting = keys.waiting().map(|(.., seed)| seed);
        let seeds = waiting.into_iter().chain(keys.intake(asked.intake_key).map(|(_, seed)| seed));
        let context = &self.contexts[&document];
        seeds.into_iter().find_map(|seed| open_key(&IntakeSecret::from_seed(&seed), context, &asked.sealed_key).ok())
    }

    /// Puts other bytes in the place of a document's wrapped key, as a failing disk does.
    pub(in crate::engine::tests) fn damage_key(&self, document: DocumentId) {
        let db = db::open(&self.folder.join("keeper.db")).unwrap();
        for mut page in pages(&db) {
            let found = page.kept().find(|kept| kept.document == document);
            if let Some(kept) = found {
                page.put(&Kept { wrapped: [1; custody::WRAPPED], ..kept });
                page.store(&db).unwrap();
            }
        }
    }

    /// Whether the keystore as it lies there, with its passphrase, gives the secret of an intake key.
    pub(in crate::engine::tests) fn keystore_holds(&self, key: IntakeKeyId) -> bool {
        let medium = Box::new(MemoryMedium::from_bytes(self.keystore()));
        let (keys, _) = Keystore::open(medium).unwrap().unlock(PASSPHRASE).unwrap();
        keys.intake(key).is_some()
    }
}

fn pages(db: &Connection) -> Vec<KeyPage> {
    let mut all = db.prepare("SELECT number, root_hour, body FROM key_page").unwrap();
    all.query_map([], KeyPage::read).unwrap().map(Result::unwrap).collect()
}

fn kept(db: &Connection, document: DocumentId) -> Option<(Hour, Kept)> {
    pages(db).into_iter().find_map(|page| {
        let kept = page.kept().find(|kept| kept.document == document)?;
        Some((page.root, kept))
    })
}
