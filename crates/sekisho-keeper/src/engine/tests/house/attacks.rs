//! What a thief takes, and what they get out of it.

use super::*;

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
        let row: (Option<i64>, i64, Option<Vec<u8>>) = db
            .query_row(
                "SELECT k.root_hour, d.deadline, k.wrapped
                 FROM document AS d LEFT JOIN document_key AS k ON k.document = d.id WHERE d.id = ?1",
                [&document.as_bytes()[..]],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        let (Some(root), Some(wrapped)) = (row.0, row.2) else { return false };
        let (root, deadline) = (sekisho_core::time::Hour(root as u64), Timestamp(row.1 as u64).hour());
        let hold = Hold { keeper: keystore.keeper(), document, root, deadline };
        let Ok(key) = custody::unwrap(&keys, hold, &wrapped) else { return false };
        open_document(&key, &self.contexts[&document], &copy.blobs[&document]).is_ok()
    }
}
