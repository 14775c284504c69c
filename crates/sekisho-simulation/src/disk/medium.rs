//! The keystore's medium.

use std::{collections::BTreeMap, io};

use sekisho_keeper::keystore::Medium;

use super::{Shared, lock};
use crate::{
    planted::Planted,
    thief::keystore::{self, RECORD, is_intake_place, is_root_place, is_slot_place},
    wire::{Fate, Kept, Wire, Write},
};

/// The bytes on the disk, and what a planted medium pretends.
#[derive(Debug)]
pub struct Bytes {
    pub(super) real: Vec<u8>,
    pub(super) version: u64,
    pretended: BTreeMap<u64, Vec<u8>>,
    late: Vec<(u64, Vec<u8>)>,
}

impl Bytes {
    pub(super) fn new(size: usize) -> Self {
        Self { real: vec![0; size], version: 0, pretended: BTreeMap::new(), late: Vec::new() }
    }

    fn apply(&mut self, offset: u64, new: &[u8], kept: Kept) -> io::Result<()> {
        let from = offset as usize;
        let place = self.real.get_mut(from..from + new.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        let part = |of: u8| new.len() * usize::from(of) / 256;
        match kept {
            Kept::Nothing => {}
            Kept::All => place.copy_from_slice(new),
            Kept::Front(of) => place[..part(of)].copy_from_slice(&new[..part(of)]),
            Kept::Back(of) => place[new.len() - part(of)..].copy_from_slice(&new[new.len() - part(of)..]),
        }
        self.version += 1;
        Ok(())
    }

    pub(super) fn write_late(&mut self) {
        for (offset, bytes) in std::mem::take(&mut self.late) {
            self.pretended.remove(&offset);
            let _ = self.apply(offset, &bytes, Kept::All);
        }
    }
}

/// A medium whose bytes outlive it.
pub struct SimulatedMedium {
    bytes: Shared<Bytes>,
    wire: Wire,
    planted: Planted,
}

impl SimulatedMedium {
    pub(super) fn new(bytes: Shared<Bytes>, wire: Wire, planted: Planted) -> Self {
        Self { bytes, wire, planted }
    }

    /// Whether this write is one that the planted bug swallows: an overwrite, not a new record.
    fn is_swallowed(&self, offset: u64, new: &[u8]) -> bool {
        let index = (offset as usize / RECORD) as u32;
        let erases = !keystore::is_record(new);
        match self.planted {
            Planted::SlotsStay | Planted::LateErasing => erases && is_slot_place(index),
            Planted::IntakesStay => erases && is_intake_place(index),
            Planted::RootsStay => erases && is_root_place(index),
            _ => false,
        }
    }
}

impl Medium for SimulatedMedium {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = lock(&self.bytes);
        let from = offset as usize;
        let real = bytes.real.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes.pretended.get(&offset).filter(|it| it.len() == out.len()).map_or(real, |it| it));
        Ok(())
    }

    fn write_at(&mut self, offset: u64, new: &[u8]) -> io::Result<()> {
        let fate = self.wire.meet(Write::Record((offset as usize / RECORD) as u32));
        let mut bytes = lock(&self.bytes);
        bytes.pretended.remove(&offset);
        if self.is_swallowed(offset, new) {
            bytes.pretended.insert(offset, new.to_vec());
            if self.planted == Planted::LateErasing {
                bytes.late.push((offset, new.to_vec()));
            }
            return Ok(());
        }
        match fate {
            Fate::Done => bytes.apply(offset, new, Kept::All),
            Fate::Failed(kept) => {
                bytes.apply(offset, new, kept)?;
                Err(io::Error::other("simulated"))
            }
        }
    }
}
