//! A keeper whose ledger has grown large: its start, a proof, an audit of the whole.

use std::{fs, io, path::PathBuf};

use rusqlite::Connection;
use sekisho_core::{
    entropy::fresh,
    ledger::audit::{PublicFiles, audit},
};
use sekisho_keeper::{
    db::meta::{self, Installation, names},
    engine::Locked,
    keystore::{FileMedium, Keystore},
    ledger::{DirFiles, LedgerSigner, StoredEntry, Writer},
};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    Bench, Done,
    house::{House, PASSPHRASE},
    ledger::viewed,
    record::{Measured, Table},
    stats::{Samples, timed},
};

/// Entries that are staged between two commits while the ledger is prepared.
const BATCH: u64 = 4096;

/// A ledger's public files, read as an auditor reads them.
struct Dir(PathBuf);

impl PublicFiles for Dir {
    type Error = io::Error;

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let mut measured = Measured::new(
        "start",
        "A ledger of many entries",
        &["Entries of the size of a viewing's, in keeper.db, in the journal and in tiles. The start: from the opened \
           files to an unlocked keeper, which reads every entry from both, holds them against each other, grows the tree \
           anew and holds it against the checkpoint and every tile (the passphrase's own cost, half a second and more, \
           is left out). A proof is made from tiles and verified before it is given out. The audit is `sekisho verify` \
           of a ledger's folder."],
    );
    let mut table = Table::new(&["entries", "start, s", "µs an entry", "proof p50, ms", "proof p99, ms", "audit, s"]);
    for &entries in &bench.sizes.entries {
        table.row(entries.to_string(), grown(bench, entries)?);
    }
    measured.tables.push(table);
    Ok(measured)
}

fn grown(bench: &Bench, entries: u64) -> Done<[f64; 5]> {
    let mut house = House::found(&bench.ground, 1)?;
    house.stop();
    let mut writer = writer(&house)?;
    grow(&house, &mut writer, entries)?;
    let step = (entries / 500).max(1);
    let proofs = (0..entries).step_by(step as usize).map(|index| Ok(timed_ok(|| writer.prove(index))?.0));
    let proofs = Samples::of_millis(proofs.collect::<Done<Vec<_>>>()?);
    let key = writer.vkey().clone();
    drop(writer);
    let (audited, found) = timed(|| audit(&mut Dir(house.path("ledger")), &key, None));
    if found.map_err(|error| error.to_string())?.checkpoint.size() < entries {
        return Err("the audit saw fewer entries".into());
    }
    let parts = house.parts(None)?;
    let (started, unlocked) =
        timed(|| Locked::start(parts).map_err(Into::into).and_then(|locked| house.unlock(locked)));
    unlocked?;
    let started = started.as_secs_f64();
    Ok([started, started / entries as f64 * 1e6, proofs.median(), proofs.at(0.99), audited.as_secs_f64()])
}

fn timed_ok<T, E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    work: impl FnOnce() -> Result<T, E>,
) -> Done<(std::time::Duration, T)> {
    let (took, done) = timed(work);
    Ok((took, done.map_err(Into::into)?))
}

/// The ledger's writer, as the keeper itself opens it.
fn writer(house: &House) -> Done<Writer> {
    let keystore = Keystore::open(Box::new(FileMedium::open(&house.path("keystore"))?))?;
    let (_, identity) = keystore.unlock(PASSPHRASE)?;
    let db = Connection::open(house.path("keeper.db"))?;
    let installation: Installation = meta::get(&db, names::INSTALLATION)?.ok_or("not founded")?;
    let signer = LedgerSigner::from_seed(&installation.ledger_origin, &identity.ledger)?;
    let files = DirFiles::open(&house.path("ledger"), &house.path("journal"))?;
    let mut all = db.prepare("SELECT place, salt, body FROM event ORDER BY place")?;
    let mut stored = all.query_map([], |row| {
        Ok(StoredEntry { index: row.get::<_, i64>(0)? as u64, salt: row.get(1)?, body: row.get(2)? })
    })?;
    Ok(Writer::open(Box::new(files), signer, &mut stored.by_ref().map(|entry| entry.map_err(Into::into)))?)
}

fn grow(house: &House, writer: &mut Writer, entries: u64) -> Done {
    let mut db = Connection::open(house.path("keeper.db"))?;
    db.execute_batch("PRAGMA synchronous = OFF")?;
    while writer.size() < entries {
        let step = db.transaction()?;
        for _ in 0..BATCH.min(entries - writer.size()) {
            let staged = writer.stage(viewed(), fresh(&mut SystemEntropy))?;
            step.prepare_cached("INSERT INTO event (place, salt, body) VALUES (?1, ?2, ?3)")?.execute((
                staged.index as i64,
                &staged.salt[..],
                &staged.body,
            ))?;
        }
        step.commit()?;
        let _ = writer.commit()?;
    }
    Ok(writer.publish()?)
}
