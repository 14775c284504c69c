//! Reading what lies on the disks after a call.

use std::collections::BTreeSet;

use sekisho_core::{
    id::{CheckId, DocumentId, MessageId},
    time::{HOUR, Hour, Timestamp},
};
use sekisho_keeper::hash::sha256;

use super::World;
use crate::{
    disk::database,
    laws::{Held, Law, Violation},
    model::{Known, Message},
    planted::Planted,
    thief::{Wrapped, keystore::Keyring},
};

/// A change of root that is unfinished after so many hours is finished by forgetting.
const PATIENCE_HOURS: u64 = 2;
/// A message that nobody fetched is given up after so many seconds.
const GIVEN_UP: u64 = 72 * HOUR;
/// Bytes before a batch's entries in the journal.
const BATCH_HEADER: usize = 52;

/// SQLite failing to read what it wrote is a finding, not an accident.
fn unreadable(error: rusqlite::Error) -> Violation {
    Violation::of(Law::Kept, format!("the database can't be read: {error}"))
}

/// An entry of the ledger in the database: its place, salt and body.
type Entry = (i64, Vec<u8>, Vec<u8>);

impl World {
    /// Reads the disks, and compares what must not change.
    pub(crate) fn refresh(&mut self) -> Held {
        self.excuse_the_impatient();
        if self.look.is_none() {
            self.look = Some(database::look(self.disk.folder()).map_err(unreadable)?);
        }
        self.read_rows().map_err(unreadable)?;
        self.read_waiting().map_err(unreadable)?;
        self.read_entries()?;
        self.check_alerts()?;
        self.check_watch()?;
        self.read_journal()?;
        self.read_outbox()?;
        self.read_keystore();
        self.settle_doubts().map_err(unreadable)?;
        self.excuse_the_overdue();
        Ok(())
    }

    fn look(&self) -> &rusqlite::Connection {
        self.look.as_ref().expect("opened before it is used")
    }

    fn read_rows(&mut self) -> rusqlite::Result<()> {
        let pages: Vec<(i64, Vec<u8>)> = {
            let mut all = self.look().prepare_cached("SELECT root_hour, body FROM key_page ORDER BY number")?;
            all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        let found: Vec<Wrapped> =
            pages.iter().flat_map(|(root, body)| Wrapped::in_page(Hour(*root as u64), body)).collect();
        self.rows.clear();
        for row in found {
            if let Some(document) = self.model.documents.get_mut(&row.document)
                && document.wrapped.last() != Some(&row)
            {
                document.wrapped.push(row.clone());
            }
            self.rows.insert(row.document, row);
        }
        Ok(())
    }

    fn read_waiting(&mut self) -> rusqlite::Result<()> {
        let found: BTreeSet<DocumentId> = {
            let mut all = self.look().prepare_cached("SELECT document FROM waiting")?;
            let rows = all.query_map([], |row| row.get(0).map(DocumentId::from_bytes))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for id in &found {
            self.model.documents.entry(*id).and_modify(|document| document.waited = true);
        }
        self.waiting = found;
        Ok(())
    }

    /// Entries only ever come to those that were there.
    fn read_entries(&mut self) -> Held {
        let known = self.model.entries.len() as i64;
        let found = self.entries_from(known).map_err(unreadable)?;
        for (place, salt, body) in found {
            let expected = self.model.entries.len() as i64;
            if place != expected {
                let text = format!("the database has entry {place} where {expected} should be");
                return Err(Violation::of(Law::Kept, text));
            }
            self.model.enter(salt, body);
        }
        let count: i64 =
            self.look().query_row("SELECT count(*) FROM event", [], |row| row.get(0)).map_err(unreadable)?;
        let expected = self.model.entries.len() as i64;
        if count == expected {
            return Ok(());
        }
        Err(Violation::of(Law::Kept, format!("the database has {count} entries of {expected}")))
    }

    /// Every entry that calls for an alert was counted by one, and nothing else was.
    fn check_alerts(&self) -> Held {
        let counted = "SELECT coalesce(sum(count), 0) FROM alert";
        let counted: i64 = self.look().query_row(counted, [], |row| row.get(0)).map_err(unreadable)?;
        let expected = self.model.alerting;
        if counted == expected {
            return Ok(());
        }
        Err(Violation::of(Law::Recorded, format!("{expected} entries call for an alert, and {counted} were counted")))
    }

    /// What was found stands in the ledger with what it was found in, and nothing else does.
    fn check_watch(&self) -> Held {
        let untold = database::untold_refusals(self.look()).map_err(unreadable)?;
        match self.model.watched.wrong(untold) {
            None => Ok(()),
            Some(what) => Err(Violation::of(Law::Watched, what)),
        }
    }

    fn entries_from(&self, place: i64) -> rusqlite::Result<Vec<Entry>> {
        let mut all =
            self.look().prepare_cached("SELECT place, salt, body FROM event WHERE place >= ?1 ORDER BY place")?;
        all.query_map([place], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
    }

    /// Every entry is still what it was.
    pub(crate) fn check_entries(&mut self) -> Held {
        self.refresh()?;
        let found = self.entries_from(0).map_err(unreadable)?;
        let same =
            found.iter().zip(&self.model.entries).all(|((_, salt, body), known)| (salt, body) == (&known.0, &known.1));
        if same { Ok(()) } else { Err(Violation::of(Law::Kept, "an entry is another than it was")) }
    }

    /// Reads sound batches from where the last reading ended.
    fn read_journal(&mut self) -> Held {
        loop {
            let bytes = self.disk.journal_from(self.journal.offset);
            let Some((header, rest)) = bytes.split_at_checked(BATCH_HEADER) else { return Ok(()) };
            let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
            let Some(payload) = rest.get(..number(4) as usize) else { return Ok(()) };
            if sha256(&[&header[..20], payload].concat()) != header[20..] {
                return Ok(());
            }
            self.compare_batch(payload)?;
            self.journal.offset += BATCH_HEADER + payload.len();
        }
    }

    fn compare_batch(&mut self, mut payload: &[u8]) -> Held {
        while let Some((salt, rest)) = payload.split_first_chunk::<32>() {
            let (length, rest) = rest.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
            let (body, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
            let place = self.journal.entries;
            let known = self.model.entries.get(place as usize);
            if known.is_none_or(|(their_salt, their_body)| their_salt != salt || their_body != body) {
                return Err(Violation::of(Law::Kept, format!("journal and database differ in entry {place}")));
            }
            self.journal.entries += 1;
            payload = rest;
        }
        Ok(())
    }

    fn read_outbox(&mut self) -> Held {
        let found = self.messages().map_err(unreadable)?;
        let high = self.bounds.high(self.clock.honest());
        for (id, message) in &self.model.outbox {
            let left = self.model.checks.get(&message.check).is_some_and(|check| check.left);
            let over = message.touched || left || message.created + GIVEN_UP <= high;
            if !over && !found.iter().any(|(there, ..)| there == id) {
                let text = format!("message {id} about {} was never delivered and is gone", message.check);
                return Err(Violation::of(Law::Kept, text));
            }
        }
        let before = std::mem::take(&mut self.model.outbox);
        for (id, check, created) in found {
            let touched = before.get(&id).is_some_and(|message| message.touched);
            self.model.outbox.insert(id, Message { check, created, touched });
        }
        Ok(())
    }

    fn messages(&self) -> rusqlite::Result<Vec<(MessageId, CheckId, Timestamp)>> {
        let mut all = self.look().prepare_cached("SELECT id, check_id, created FROM outbox ORDER BY id")?;
        let rows = all.query_map([], |row| {
            let created = Timestamp(row.get::<_, i64>(2)? as u64);
            Ok((MessageId::from_bytes(row.get(0)?), CheckId::from_bytes(row.get(1)?), created))
        })?;
        rows.collect()
    }

    fn read_keystore(&mut self) {
        let version = self.disk.keystore_version();
        if self.ring_read != Some(version) {
            let now = self.bounds.low(self.clock.honest()).hour();
            let before = std::mem::take(&mut self.ring.waiting);
            self.ring = Keyring::read(&self.disk.keystore(), self.id, &self.master, now);
            if self.planted == Planted::WaitingStays {
                self.ring.waiting.extend(before);
            }
            self.ring_read = Some(version);
            for (hour, _) in &self.ring.roots {
                self.model.root_seen.entry(*hour).or_insert(self.call);
            }
        }
    }

    /// What was asked and never answered: the disk says what came of it.
    fn settle_doubts(&mut self) -> rusqlite::Result<()> {
        let unclear = |known| known == Known::Maybe;
        let documents = self.model.documents.iter();
        let unclear: Vec<DocumentId> =
            documents.filter(|(_, it)| unclear(it.received) || unclear(it.ended)).map(|(id, _)| *id).collect();
        for id in unclear {
            let there: Option<bool> = {
                let mut found =
                    self.look().prepare_cached("SELECT shredded IS NOT NULL FROM document WHERE id = ?1")?;
                let mut rows = found.query_map([&id.as_bytes()[..]], |row| row.get(0))?;
                rows.next().transpose()?
            };
            self.settle_document(id, there);
        }
        Ok(())
    }

    fn settle_document(&mut self, id: DocumentId, is_over: Option<bool>) {
        let call = self.call;
        let deadline = self.rows.get(&id).map(|row| row.deadline.start());
        let Some(document) = self.model.documents.get_mut(&id) else { return };
        if document.received == Known::Maybe {
            document.received = if is_over.is_some() { Known::Yes } else { Known::No };
            document.deadline = deadline.unwrap_or(document.deadline);
        }
        if document.ended == Known::Maybe {
            document.ended = if is_over == Some(true) { Known::Yes } else { Known::No };
            (document.ended_in, document.is_settled) = (call, false);
        }
    }

    /// The time came, or may have come, by which a document may be destroyed.
    pub(crate) fn excuse_the_overdue(&mut self) {
        let until = self.bounds.destroy(self.clock.honest());
        let received = self.model.documents.values_mut().filter(|document| document.received == Known::Yes);
        for document in received.filter(|document| document.deadline <= until) {
            document.excuse = document.excuse.or(Some("overdue"));
        }
    }

    /// Where keeping and forgetting conflict, the keeper forgets. Judged by what lay there before this call.
    fn excuse_the_impatient(&mut self) {
        let Some(newest) = self.ring.newest_root() else { return };
        if self.bounds.high(self.clock.honest()).hour() < newest.plus(PATIENCE_HOURS) {
            return;
        }
        for row in self.rows.values().filter(|row| row.root < newest) {
            if let Some(document) = self.model.documents.get_mut(&row.document) {
                document.excuse = document.excuse.or(Some("the change of root was unfinished for too long"));
            }
        }
    }

    /// A whole tick met no fault: what is due by then must be gone.
    pub(crate) fn note_clean_tick(&mut self) {
        self.model.ticked = self.model.ticked.max(self.bounds.low(self.clock.honest()));
        let completed = self.model.root_on_record.filter(|hour| self.ring.newest_root() == Some(*hour));
        let began = completed.and_then(|hour| self.model.root_seen.get(&hour).copied()).unwrap_or(0);
        let ticked = self.model.ticked;
        // After a start in doubt less is believed than what was reached before it.
        self.model.worked = self.bounds.low(self.clock.honest());
        for document in self.model.documents.values_mut().filter(|document| document.received == Known::Yes) {
            let ended = document.ended == Known::Yes;
            document.is_settled |= ended;
            document.is_past |= document.deadline <= ticked || (ended && document.ended_in < began);
        }
        self.ring_checked = u64::MAX;
    }
}
