//! The ledger's files.

use std::{collections::BTreeMap, io};

use sekisho_keeper::ledger::LedgerFiles;

use super::{Shared, lock};
use crate::{
    chance::Chance,
    planted::Planted,
    wire::{Fate, Kept, Wire, Write},
};

/// What lies on the disk.
#[derive(Debug, Default)]
pub struct Bytes {
    pub(super) journal: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
    /// Files that were put and never synced: what was there before.
    unsynced: BTreeMap<String, Option<Vec<u8>>>,
    /// What a planted ledger says is durable and isn't.
    promised: Vec<u8>,
}

impl Bytes {
    fn put(&mut self, name: &str, bytes: &[u8], durably: bool) {
        let before = self.files.insert(name.to_owned(), bytes.to_vec());
        if durably {
            self.unsynced.remove(name);
        } else {
            self.unsynced.entry(name.to_owned()).or_insert(before);
        }
    }

    /// Of what was never synced, each file is there, or as it was before, or empty.
    pub(super) fn lose(&mut self, chance: u64) {
        let mut chance = Chance::new(chance);
        for (name, before) in std::mem::take(&mut self.unsynced) {
            match (chance.below(3), before) {
                (0, _) => {}
                (1, Some(before)) => drop(self.files.insert(name, before)),
                (1, None) => drop(self.files.remove(&name)),
                _ => drop(self.files.insert(name, Vec::new())),
            }
        }
    }
}

/// A ledger whose bytes outlive it.
pub struct SimulatedLedger {
    bytes: Shared<Bytes>,
    wire: Wire,
    planted: Planted,
}

impl SimulatedLedger {
    pub(super) fn new(bytes: Shared<Bytes>, wire: Wire, planted: Planted) -> Self {
        lock(&bytes).promised.clear();
        Self { bytes, wire, planted }
    }

    fn met(&self, write: Write, work: impl FnOnce(&mut Bytes)) -> io::Result<()> {
        match self.wire.meet(write) {
            Fate::Done => work(&mut lock(&self.bytes)),
            Fate::Failed(kept) => {
                if kept == Kept::All {
                    work(&mut lock(&self.bytes));
                }
                return Err(failed());
            }
        }
        Ok(())
    }
}

fn failed() -> io::Error {
    io::Error::other("simulated")
}

impl LedgerFiles for SimulatedLedger {
    fn journal_len(&mut self) -> io::Result<u64> {
        let bytes = lock(&self.bytes);
        Ok((bytes.journal.len() + bytes.promised.len()) as u64)
    }

    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let bytes = lock(&self.bytes);
        let from = offset as usize;
        let found = bytes.journal.get(from..from + buf.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(found);
        Ok(())
    }

    fn append_journal(&mut self, new: &[u8]) -> io::Result<()> {
        let fate = self.wire.meet(Write::Journal);
        let mut bytes = lock(&self.bytes);
        if self.planted == Planted::JournalLies {
            let durable = std::mem::replace(&mut bytes.promised, new.to_vec());
            bytes.journal.extend(durable);
            return Ok(());
        }
        let part = |of: u8| new.len() * usize::from(of) / 256;
        match fate {
            Fate::Done => bytes.journal.extend(new),
            Fate::Failed(Kept::Nothing) => return Err(failed()),
            Fate::Failed(Kept::All) => {
                bytes.journal.extend(new);
                return Err(failed());
            }
            // Of every other one, room had been reserved: what was not written is zeros.
            Fate::Failed(Kept::Front(of)) => {
                bytes.journal.extend(&new[..part(of)]);
                let reserved = if of % 2 == 0 { 2 * new.len() - part(of) } else { 0 };
                bytes.journal.extend(vec![0; reserved]);
                return Err(failed());
            }
            // The file has its new length and its first blocks were not written.
            Fate::Failed(Kept::Back(of)) => {
                let from = new.len() - part(of);
                bytes.journal.extend(vec![0; from]);
                bytes.journal.extend(&new[from..]);
                return Err(failed());
            }
        }
        Ok(())
    }

    fn truncate_journal(&mut self, len: u64) -> io::Result<()> {
        self.met(Write::Cut, |bytes| bytes.journal.truncate(len as usize))
    }

    fn put(&mut self, name: &str, new: &[u8]) -> io::Result<()> {
        self.met(Write::Public, |bytes| bytes.put(name, new, false))
    }

    fn put_durably(&mut self, name: &str, new: &[u8]) -> io::Result<()> {
        self.met(Write::Public, |bytes| bytes.put(name, new, true))
    }

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(lock(&self.bytes).files.get(name).cloned())
    }

    fn remove_partials(&mut self, name: &str) -> io::Result<()> {
        let partials = format!("{name}.p/");
        self.met(Write::Public, |bytes| bytes.files.retain(|name, _| !name.starts_with(&partials)))
    }
}
