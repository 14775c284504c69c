//! How the memory is written: JSON with the notes in it, each of which the witness cosigned.

use std::collections::BTreeMap;

use sekisho_core::ledger::{Checkpoint, Note, WitnessKey};
use serde::{Deserialize, Serialize};

use super::{Contradiction, MemoryError, Record};
use crate::witness::own_line;

/// The version of the format.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u8,
    /// The witness's verifier key.
    witness: String,
    /// The notes as they were given out, one for each log.
    cosigned: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    cosigned: String,
    other: String,
}

pub(super) fn write(key: &WitnessKey, records: &BTreeMap<String, Record>) -> Vec<u8> {
    let cosigned = records.values().map(|record| record.note.to_string()).collect();
    let file = File { version: VERSION, witness: key.to_string(), cosigned };
    serde_json::to_vec_pretty(&file).expect("numbers and strings under fixed names")
}

/// Whether it is a memory of nothing, which may be written over.
pub(super) fn is_empty(bytes: &[u8]) -> bool {
    serde_json::from_slice::<File>(bytes).is_ok_and(|file| file.cosigned.is_empty())
}

pub(super) fn read(bytes: &[u8], key: &WitnessKey) -> Result<BTreeMap<String, Record>, MemoryError> {
    let file: File = serde_json::from_slice(bytes).map_err(|_| MemoryError::Damaged)?;
    if file.version != VERSION {
        return Err(MemoryError::Damaged);
    }
    if file.witness != key.to_string() {
        return Err(MemoryError::Other);
    }
    let mut records = BTreeMap::new();
    for note in &file.cosigned {
        let record = record(note, key).ok_or(MemoryError::Damaged)?;
        let before = records.insert(record.checkpoint.origin.clone(), record);
        before.is_none().then_some(()).ok_or(MemoryError::Damaged)?;
    }
    Ok(records)
}

fn record(note: &str, key: &WitnessKey) -> Option<Record> {
    let note = Note::parse(note).ok()?;
    let time = note.verify_cosignature(key).ok()?;
    let checkpoint = Checkpoint::unverified(&note).ok()?;
    Some(Record { checkpoint, time, line: own_line(note.signatures(), key), note })
}

pub(super) fn write_contradiction(found: &Contradiction) -> Vec<u8> {
    let two = Two { cosigned: found.cosigned.clone(), other: found.other.clone() };
    serde_json::to_vec_pretty(&two).expect("strings under fixed names")
}

pub(super) fn read_contradiction(bytes: &[u8]) -> Option<Contradiction> {
    let two: Two = serde_json::from_slice(bytes).ok()?;
    Some(Contradiction { cosigned: two.cosigned, other: two.other })
}
