//! A witness with a folder that forgets and a clock that is driven, for the tests of this module.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use sekisho_core::time::{Clock, Reading, Timestamp};

use super::{Folder, Logs, MemoryError, Signer, Witness, memory};
use crate::testing::log::Log;

pub(super) const ORIGIN: &str = "ledger.example/kpr";
pub(super) const START: u64 = 1_795_000_000;

pub(crate) fn log() -> Log {
    Log::new(ORIGIN, [5; 32])
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed("witness.example/w1", &[6; 32]).unwrap()
}

/// A clock that stands until it is set.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(super) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Release);
    }
}

impl Clock for Hand {
    fn read(&self) -> Reading {
        let seconds = self.0.load(Ordering::Acquire);
        Reading { wall: Timestamp(seconds), since_boot: seconds }
    }
}

/// How the step at which the power fails ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Neither it nor anything that was not durable is there afterwards.
    Lost,
    /// It and everything before it is there, though it reported an error.
    Kept,
}

#[derive(Default)]
pub(crate) struct Disk {
    /// What is there after the power fails.
    durable: BTreeMap<String, Vec<u8>>,
    /// What programs see.
    seen: BTreeMap<String, Vec<u8>>,
    /// Names whose bytes were synced since they were written.
    synced: BTreeMap<String, bool>,
    /// How many steps there are to go until one fails.
    fail_after: Option<(usize, Fault)>,
    /// Steps that were taken.
    pub(super) steps: usize,
    failed: bool,
}

/// A folder whose disk outlives its witness.
#[derive(Clone, Default)]
pub(crate) struct Platter(pub(super) Arc<Mutex<Disk>>);

impl Platter {
    pub(super) fn fail_after(&self, steps: usize, fault: Fault) {
        self.0.lock().unwrap().fail_after = Some((steps, fault));
    }

    /// The power fails, or failed: what was not durable is gone.
    pub(super) fn power_cut(&self) {
        let mut disk = self.0.lock().unwrap();
        (disk.fail_after, disk.failed) = (None, false);
        disk.seen = disk.durable.clone();
    }

    pub(super) fn put(&self, name: &str, bytes: Option<&[u8]>) {
        let mut disk = self.0.lock().unwrap();
        match bytes {
            Some(bytes) => drop(disk.seen.insert(name.into(), bytes.to_vec())),
            None => drop(disk.seen.remove(name)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().seen.get(name).cloned()
    }

    fn step(&self, work: impl Fn(&mut Disk)) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        if disk.failed {
            return Err(io::ErrorKind::Other.into());
        }
        disk.steps += 1;
        match disk.fail_after {
            Some((0, fault)) => {
                disk.failed = true;
                if fault == Fault::Kept {
                    work(&mut disk);
                    disk.settle();
                }
                Err(io::ErrorKind::StorageFull.into())
            }
            Some((left, fault)) => {
                disk.fail_after = Some((left - 1, fault));
                work(&mut disk);
                Ok(())
            }
            None => {
                work(&mut disk);
                Ok(())
            }
        }
    }
}

impl Disk {
    /// All names become durable; bytes that were never synced are half there, as after a torn write.
    fn settle(&mut self) {
        self.durable = self.seen.clone();
        for (name, bytes) in &mut self.durable {
            if self.synced.get(name) == Some(&false) {
                bytes.truncate(bytes.len() / 2);
            }
        }
    }
}

impl Folder for Platter {
    fn read(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.get(name))
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.step(|disk| {
            disk.seen.insert(name.into(), bytes.to_vec());
            disk.synced.insert(name.into(), false);
        })
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.step(|disk| {
            disk.synced.insert(name.into(), true);
        })
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step(|disk| {
            if let Some(bytes) = disk.seen.remove(from) {
                disk.seen.insert(to.into(), bytes);
                let synced = disk.synced.remove(from).unwrap_or(false);
                disk.synced.insert(to.into(), synced);
            }
        })
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        self.step(Disk::settle)
    }
}

/// A witness on a disk, with its clock.
pub(crate) struct Bench {
    pub(super) disk: Platter,
    pub(super) clock: Hand,
    pub(crate) witness: Witness,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let (disk, clock) = (Platter::default(), Hand(Arc::new(AtomicU64::new(START))));
        memory::found(&mut disk.clone(), signer().key()).unwrap();
        let witness = open(&disk, &clock).unwrap();
        Self { disk, clock, witness }
    }

    /// The power fails and the witness starts again.
    pub(super) fn restart(&mut self) {
        self.disk.power_cut();
        self.witness = open(&self.disk, &self.clock).unwrap();
    }

    pub(super) fn add(&self, log: &Log, old: u64, new: u64) -> Result<String, super::Refusal> {
        self.witness.add_checkpoint(log.request(old, new).to_string().as_bytes())
    }

    pub(super) fn reopen(&self) -> Result<Witness, MemoryError> {
        open(&self.disk, &self.clock)
    }
}

fn open(disk: &Platter, clock: &Hand) -> Result<Witness, MemoryError> {
    let logs = Logs::new(vec![log().key().clone()]).unwrap();
    Witness::open(signer(), logs, Box::new(disk.clone()), Box::new(clock.clone()))
}
