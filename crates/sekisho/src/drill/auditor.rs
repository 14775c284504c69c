//! What an auditor reads of an attacked installation: its public files, its record, its witness's memory.

use std::{fs, io, path::PathBuf};

use sekisho_core::ledger::{
    Checkpoint, Note, Witnesses,
    audit::{self, PublicFiles},
};

use super::{DrillError, record, watched::Watched};

impl Watched {
    /// Entries under the published checkpoint.
    pub(super) fn size(&self) -> Result<u64, DrillError> {
        let note = fs::read_to_string(self.public().join("checkpoint"))?;
        Ok(Checkpoint::open(&note, &self.key).map_err(|_| DrillError::Ground)?.size())
    }

    /// Entries that the witness cosigned last.
    pub(super) fn witness_size(&self) -> Result<Option<u64>, DrillError> {
        let Some(witness) = &self.witness else { return Ok(None) };
        let state: serde_json::Value =
            serde_json::from_slice(&fs::read(witness.folder().join("cosigned"))?).map_err(|_| DrillError::Ground)?;
        let note = state["cosigned"][0].as_str().and_then(|note| Note::parse(note).ok());
        Ok(note.and_then(|note| Checkpoint::unverified(&note).ok()).map(|checkpoint| checkpoint.size()))
    }

    /// How many entries say that somebody looked.
    pub(super) fn looks_on_record(&self) -> Result<u64, DrillError> {
        record::looks(&self.house.data())
    }

    /// Whether an auditor is content who has the public files and the log's key, and the witness's if `with_witness`.
    pub(super) fn audit(&self, with_witness: bool) -> Result<bool, DrillError> {
        let keys =
            self.witness.iter().filter(|_| with_witness).map(|witness| witness.key().clone()).collect::<Vec<_>>();
        let needed = keys.len();
        let witnesses = Witnesses::new(keys, needed).map_err(|_| DrillError::Ground)?;
        Ok(audit::audit_witnessed(&mut Public(self.public()), &self.key, None, &witnesses).is_ok())
    }

    fn public(&self) -> PathBuf {
        self.house.data().join("ledger/public")
    }
}

struct Public(PathBuf);

impl PublicFiles for Public {
    type Error = io::Error;

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }
}
