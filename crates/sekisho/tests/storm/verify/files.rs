//! The files as they lie there, read by code that shares nothing with the keeper but their formats.

use std::{collections::BTreeMap, fs, path::Path};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    event::Event,
    id::{CheckId, DocumentId},
};
use sha2::{Digest, Sha256};

use crate::ground::Ground;

/// One entry: its salt, its body byte for byte, and what it tells.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) salt: [u8; 32],
    pub(crate) body: Vec<u8>,
    pub(crate) event: Event,
}

/// One row of `document`.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) check: CheckId,
    pub(crate) state: String,
    pub(crate) has_key: bool,
    pub(crate) sha256: Vec<u8>,
    pub(crate) length: u64,
}

/// What keeper.db and gate.db hold.
pub(crate) struct State {
    pub(crate) entries: Vec<Entry>,
    pub(crate) documents: BTreeMap<DocumentId, Document>,
    /// Where the keeper says that checks stand, and whether there is a claim.
    pub(crate) checks: BTreeMap<CheckId, (String, bool)>,
    /// Checks that the gate knows, and whether they were withdrawn there.
    pub(crate) announced: BTreeMap<CheckId, bool>,
    /// Open assignments by document.
    pub(crate) open: Vec<DocumentId>,
}

/// Ciphertexts that lie there: name and bytes.
pub(crate) fn blobs(ground: &Ground) -> BTreeMap<DocumentId, Vec<u8>> {
    let mut found = BTreeMap::new();
    for shelf in fs::read_dir(ground.data("blobs")).unwrap() {
        for blob in fs::read_dir(shelf.unwrap().path()).unwrap() {
            let blob = blob.unwrap();
            let name = blob.file_name().into_string().unwrap();
            // A keeper at its work may remove one meanwhile.
            if let (Ok(document), Ok(bytes)) = (name.parse(), fs::read(blob.path())) {
                found.insert(document, bytes);
            }
        }
    }
    found
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn open(path: &Path) -> Connection {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    db
}

/// Both databases, each within one transaction.
pub(crate) fn state(ground: &Ground) -> State {
    let keeper = open(&ground.data("keeper/keeper.db"));
    keeper.execute_batch("BEGIN").unwrap();
    let state = State {
        entries: entries(&keeper),
        documents: documents(&keeper),
        checks: rows(&keeper, "SELECT id, state, attestation IS NOT NULL FROM checks", |row| {
            Ok((CheckId::from_bytes(row.get(0)?), (row.get(1)?, row.get(2)?)))
        }),
        open: rows(&keeper, "SELECT document FROM assignment WHERE state = 'open'", |row| {
            Ok(DocumentId::from_bytes(row.get(0)?))
        }),
        announced: rows(&open(&ground.data("gate/gate.db")), "SELECT check_id, withdrawn FROM checks", |row| {
            Ok((CheckId::from_bytes(row.get(0)?), row.get::<_, Option<i64>>(1)?.is_some()))
        }),
    };
    keeper.execute_batch("COMMIT").unwrap();
    state
}

fn rows<T, C: FromIterator<T>>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> C {
    db.prepare(sql).unwrap().query_map([], read).unwrap().map(Result::unwrap).collect()
}

fn entries(db: &Connection) -> Vec<Entry> {
    let mut expected = 0;
    rows(db, "SELECT place, salt, body FROM event ORDER BY place", |row| {
        assert_eq!(row.get::<_, i64>(0)?, expected, "the database lacks an entry");
        expected += 1;
        let body: Vec<u8> = row.get(2)?;
        let event = Event::from_bytes(&body).expect("an event of this version");
        Ok(Entry { salt: row.get(1)?, body, event })
    })
}

fn documents(db: &Connection) -> BTreeMap<DocumentId, Document> {
    rows(db, "SELECT id, check_id, state, key_place IS NOT NULL, sha256, length FROM document", |row| {
        let document = Document {
            check: CheckId::from_bytes(row.get(1)?),
            state: row.get(2)?,
            has_key: row.get(3)?,
            sha256: row.get(4)?,
            length: row.get::<_, i64>(5)? as u64,
        };
        Ok((DocumentId::from_bytes(row.get(0)?), document))
    })
}

/// Every entry of the journal: magic, length of the payload, first index, count, SHA-256 over both; then for each entry
/// its salt, its length and its body. Behind the last one there may be zeros, reserved for the next.
pub(crate) fn journal(ground: &Ground) -> Vec<([u8; 32], Vec<u8>)> {
    let bytes = fs::read(ground.data("ledger/journal")).unwrap();
    let (mut entries, mut rest) = (Vec::new(), &bytes[..]);
    while rest.iter().any(|byte| *byte != 0) {
        let (header, after) = rest.split_at(52);
        let number = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().unwrap()) as usize;
        let (payload, after) = after.split_at(number(4));
        assert_eq!(u64::from_be_bytes(header[8..16].try_into().unwrap()), entries.len() as u64, "a gap in the journal");
        let hash = sha256(&[&header[..20], payload].concat());
        assert_eq!(hash, header[20..52], "a batch of the journal is torn or altered");
        let before = entries.len();
        read_batch(payload, &mut entries);
        assert_eq!(entries.len() - before, number(16), "a batch of the journal lacks an entry");
        rest = after;
    }
    entries
}

fn read_batch(mut payload: &[u8], entries: &mut Vec<([u8; 32], Vec<u8>)>) {
    while !payload.is_empty() {
        let (salt, rest) = payload.split_first_chunk::<32>().unwrap();
        let (length, rest) = rest.split_first_chunk::<4>().unwrap();
        let (body, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        entries.push((*salt, body.to_vec()));
        payload = rest;
    }
}
