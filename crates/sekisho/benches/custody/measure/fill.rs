//! Documents laid into a keeper that isn't running, as if they had come in: more than could be sent in an evening.
//!
//! The rows and the wrapped keys are as `receive` makes them. The ciphertexts are empty files, or none where there are
//! very many; the ledger has no entries about them.

use std::fs::{self, File};

use rusqlite::{Connection, params};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{CheckId, DocumentId},
    time::{HOUR, Hour, Timestamp},
};
use sekisho_keeper::{
    blobs::{relative_path, shelves},
    custody::{self, Hold},
    db::key_page,
    keystore::Keys,
};
use sekisho_seal::DocumentKey;
use sekisho_sys::entropy::SystemEntropy;

use super::{
    Done,
    house::{House, POLICY},
};

/// Beyond so many documents there are no files: making them would take longer than all that is measured.
const WITH_FILES: u64 = 100_000;
const KIND: &str = "jp-driving-licence";

/// Random bytes, fetched a page at a time.
struct Pool {
    bytes: [u8; 4096],
    used: usize,
}

impl Entropy for Pool {
    fn fill(&mut self, out: &mut [u8]) {
        if self.bytes.len() - self.used < out.len() {
            SystemEntropy.fill(&mut self.bytes);
            self.used = 0;
        }
        out.copy_from_slice(&self.bytes[self.used..][..out.len()]);
        self.used += out.len();
    }
}

/// Lays `count` undecided documents in; `deadline` gives the hour of each one's deadline by its number.
///
/// They lie in random order, as documents that come in do.
pub(crate) fn fill(house: &House, count: u64, deadline: impl Fn(u64) -> Hour) -> Done {
    let keys = house.keys()?;
    let root = keys.root_hour().ok_or("no root")?;
    let mut db = Connection::open(house.path("keeper.db"))?;
    // Nothing is measured here, and what a crash would leave is thrown away.
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF;")?;
    let all = db.transaction()?;
    let (mut pool, blobs) = (Pool { bytes: [0; 4096], used: 4096 }, house.path("blobs"));
    for shelf in shelves() {
        fs::create_dir_all(blobs.join(shelf))?;
    }
    let now = house.now();
    for number in 0..count {
        let document = Laid { root, deadline: deadline(number).start(), received: now, keys: &keys };
        let id = document.lay(&all, house, &mut pool, number)?;
        if count <= WITH_FILES {
            File::create(blobs.join(relative_path(id)))?;
        }
    }
    all.commit()?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

struct Laid<'a> {
    root: Hour,
    deadline: Timestamp,
    received: Timestamp,
    keys: &'a Keys,
}

impl Laid<'_> {
    fn lay(&self, db: &Connection, house: &House, pool: &mut Pool, number: u64) -> Done<DocumentId> {
        let (check, document) = (CheckId::random(pool), DocumentId::random(pool));
        let site = &house.site.registration.name;
        db.prepare_cached(
            "INSERT INTO checks (id, site, jti, sub, policy, policy_version, state, arrivals, created, withdraw_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, 'in_review', 1, ?6, ?7)",
        )?
        .execute(params![
            check.as_bytes(),
            site.as_str(),
            format!("jti-{number:020}"),
            format!("{:043}", number),
            POLICY,
            self.received.0 as i64,
            fresh::<32>(pool),
        ])?;
        db.prepare_cached(
            "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, warn_at,
                                   sha256, length, key_place)
             VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?6, ?6, ?7, ?8, 0, ?9)",
        )?
        .execute(params![
            document.as_bytes(),
            check.as_bytes(),
            site.as_str(),
            KIND,
            self.received.0 as i64,
            self.deadline.0 as i64,
            (self.deadline.0 + HOUR) as i64,
            fresh::<32>(pool),
            self.kept(db, house, document, pool)?,
        ])?;
        Ok(document)
    }

    fn kept(&self, db: &Connection, house: &House, document: DocumentId, pool: &mut Pool) -> Done<i64> {
        let hold = Hold { keeper: house.keeper, document, root: self.root, deadline: self.deadline.hour() };
        Ok(key_page::keep(db, hold, custody::wrap(self.keys, hold, &DocumentKey::fresh(pool), pool)?)?)
    }
}
