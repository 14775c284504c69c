//! All tables: a key's hash says in which it is, so that threads can fill them side by side.

use std::{io, mem, sync::Mutex};

use crate::{
    object::Class,
    record::{self, Record, Records, hash_of},
    spill::{Piece, Spill},
    table::Table,
};

/// So many tables: few enough that what waits for each stays in a processor's cache, many enough that one of them fits
/// where all of them don't.
pub(crate) const TABLES: usize = 128;

/// So many bytes wait for one table in each thread: for all tables together no more than a processor keeps near, since
/// the next record may be for any of them.
const BATCH: usize = 4 * 1024;

/// A smaller table is not written down, and a shorter list not joined: it would be little for the trouble.
const SMALL: usize = 32 * 1024;

/// So many bytes wait at the table at the most. They are added up at once then, while the table lies in a processor's
/// cache: else nearly every record waits for memory.
const HEAP: usize = 2 << 20;

/// A table, and what of it was written down.
#[derive(Debug, Default)]
struct Slot {
    table: Table,
    /// Records that are not in the table yet.
    heap: Vec<u8>,
    weight: usize,
    pieces: Vec<Piece>,
    /// Joins that came when the table lay in the file already.
    late: Vec<Piece>,
}

impl Slot {
    fn weight(&self) -> usize {
        self.table.weight() + self.heap.capacity()
    }

    /// Brings what waits into the table.
    fn add_up(&mut self) {
        Records(&self.heap).for_each(|record| self.table.add(&record));
        self.heap.clear();
    }

    /// Brings what waits into the table, when no more comes. What only tells an object's size is of use no longer then
    /// if nobody who is asked about asked for the object; mostly nobody did.
    fn close(&mut self) {
        if !self.pieces.is_empty() {
            return self.add_up();
        }
        let heap = mem::take(&mut self.heap);
        let is_witness = |record: &Record<'_>| record.share.class == Class::Witness;
        Records(&heap).filter(|record| !is_witness(record)).for_each(|record| self.table.add(&record));
        Records(&heap).filter(is_witness).for_each(|record| self.table.witness(&record));
    }
}

/// Every table, and the file for what doesn't fit.
#[derive(Debug)]
pub(crate) struct Tables<'s> {
    slots: Vec<Mutex<Slot>>,
    spill: &'s Spill,
    /// So many bytes may wait at each.
    heap: usize,
}

/// From the middle of a hash: a table within looks at its ends.
fn place(hash: u64) -> usize {
    (hash >> 32) as usize % TABLES
}

impl<'s> Tables<'s> {
    pub(crate) fn new(spill: &'s Spill) -> Self {
        // All heaps together take half of the room, unless that is next to nothing.
        let heap = (spill.budget() / TABLES / 2).clamp(SMALL, HEAP);
        Self { slots: (0..TABLES).map(|_| Mutex::default()).collect(), spill, heap }
    }

    fn slot<T>(&self, at: usize, work: impl FnOnce(&mut Slot) -> io::Result<T>) -> io::Result<T> {
        // A thread that panicked takes the whole run with it.
        work(&mut self.slots[at].lock().expect("no thread panicked over a table"))
    }

    /// Adds all records of a batch, which belong to one table.
    fn add(&self, at: usize, batch: &[u8]) -> io::Result<()> {
        self.slot(at, |slot| {
            slot.heap.extend_from_slice(batch);
            if slot.heap.len() + BATCH > self.heap {
                slot.add_up();
            }
            let weight = slot.weight();
            self.spill.count(mem::replace(&mut slot.weight, weight), weight);
            if self.spill.is_over() && weight > SMALL { self.write_down(slot) } else { Ok(()) }
        })
    }

    fn write_down(&self, slot: &mut Slot) -> io::Result<()> {
        slot.add_up();
        slot.pieces.push(self.spill.write(&slot.table.save())?);
        (slot.table, slot.heap) = (Table::default(), Vec::new());
        self.spill.count(mem::take(&mut slot.weight), 0);
        Ok(())
    }

    /// Notes rows of the list that joins objects, members and kinds, when all records were added.
    pub(crate) fn join(&self, rows: &mut Joins) -> io::Result<()> {
        for (at, rows) in rows.0.iter_mut().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            self.slot(at, |slot| {
                slot.close();
                if slot.pieces.is_empty() {
                    joined(&mut slot.table, rows);
                } else {
                    slot.late.push(self.spill.write(rows)?);
                }
                let weight = slot.weight();
                self.spill.count(mem::replace(&mut slot.weight, weight), weight);
                Ok(())
            })?;
            rows.clear();
        }
        Ok(())
    }

    /// One table, whole. It is gone from here then.
    pub(crate) fn take(&self, at: usize) -> io::Result<Table> {
        self.slot(at, |slot| {
            slot.close();
            slot.heap = Vec::new();
            let mut table = mem::take(&mut slot.table);
            for piece in slot.pieces.drain(..) {
                table.load(&self.spill.read(piece)?);
            }
            for piece in slot.late.drain(..) {
                joined(&mut table, &self.spill.read(piece)?);
            }
            self.spill.count(mem::take(&mut slot.weight), 0);
            Ok(table)
        })
    }
}

/// What one thread has for each table.
#[derive(Debug)]
pub(crate) struct Batches<'t> {
    tables: &'t Tables<'t>,
    waiting: Vec<Vec<u8>>,
}

impl<'t> Batches<'t> {
    pub(crate) fn new(tables: &'t Tables<'t>) -> Self {
        Self { tables, waiting: (0..TABLES).map(|_| Vec::with_capacity(BATCH + 1024)).collect() }
    }

    /// Hands over a record, now or soon.
    #[inline]
    pub(crate) fn add(&mut self, record: &Record<'_>) -> io::Result<()> {
        let at = place(record.hash);
        record::put(&mut self.waiting[at], record);
        if self.waiting[at].len() < BATCH {
            return Ok(());
        }
        self.tables.add(at, &self.waiting[at])?;
        self.waiting[at].clear();
        Ok(())
    }

    /// Hands over what waits.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let waiting = mem::take(&mut self.waiting);
        waiting.iter().enumerate().try_for_each(|(at, batch)| self.tables.add(at, batch))
    }
}

/// Rows that join objects, members and kinds, by table, as bytes.
#[derive(Debug)]
pub(crate) struct Joins(Vec<Vec<u8>>);

impl Joins {
    pub(crate) fn new() -> Self {
        Self(vec![Vec::new(); TABLES])
    }

    /// Adds a row and says whether it is time to hand them over.
    pub(crate) fn add(&mut self, key: &[u8], member: &[u8], kind: &[u8], size: Option<u64>) -> bool {
        let rows = &mut self.0[place(hash_of(key))];
        rows.extend_from_slice(&size.unwrap_or(u64::MAX).to_le_bytes());
        for text in [key, member, kind] {
            rows.extend_from_slice(&(text.len() as u64).to_le_bytes());
            rows.extend_from_slice(text);
        }
        rows.len() >= SMALL
    }
}

fn joined(table: &mut Table, mut rows: &[u8]) {
    while let Some((size, mut rest)) = rows.split_first_chunk() {
        let mut text = || {
            let (length, text) = rest.split_first_chunk::<8>()?;
            let (text, behind) = text.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            rest = behind;
            Some(text)
        };
        let (Some(key), Some(member), Some(kind)) = (text(), text(), text()) else { return };
        let size = Some(u64::from_le_bytes(*size)).filter(|size| *size != u64::MAX);
        table.join(key, member, &String::from_utf8_lossy(kind), size);
        rows = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Share, Verdict};

    /// A key, its requests, what became of it, and its members.
    type Sum = (Vec<u8>, u32, Option<(Verdict, bool)>, Vec<Vec<u8>>);

    /// What all tables hold in the end, with room for so many bytes.
    fn totals(budget: usize) -> (u64, Vec<Sum>, u64) {
        let spill = Spill::new(None, budget).unwrap();
        let tables = Tables::new(&spill);
        let mut batches = Batches::new(&tables);
        for at in 0u64..300_000 {
            let key = format!("/photo/{}", at * 7919 % 50_000);
            let share = match at % 3 {
                0 => Share { class: Class::Whole, bytes: 29, first: None, stated: None },
                third => Share { class: Class::Part, bytes: 9, first: Some(third * 40), stated: None },
            };
            let hash = hash_of(key.as_bytes());
            batches.add(&Record { key: key.as_bytes(), hash, share, identity: None }).unwrap();
            // Somebody else got it, or something that nobody who is asked about asked for.
            let key = if at % 2 == 0 { key } else { format!("/other/{at}") };
            let share = Share { class: Class::Witness, bytes: 29 + at % 50_000 / 25_000, first: None, stated: None };
            batches.add(&Record { key: key.as_bytes(), hash: hash_of(key.as_bytes()), share, identity: None }).unwrap();
        }
        batches.finish().unwrap();
        let mut joins = Joins::new();
        for at in 0..60_000 {
            if joins.add(format!("/photo/{at}").as_bytes(), format!("m{}", at / 2).as_bytes(), b"card", None) {
                tables.join(&mut joins).unwrap();
            }
        }
        tables.join(&mut joins).unwrap();
        let mut rows = Vec::new();
        for at in 0..TABLES {
            let mut table = tables.take(at).unwrap();
            let members: Vec<_> = table.joined().map(|(row, _, member)| (row, member.to_vec())).collect();
            let asked = table.objects().filter(|(.., object)| object.requests > 0);
            rows.extend(asked.map(|(row, key, object)| {
                let own = members.iter().filter(|(of, _)| *of == row).map(|(_, member)| member.clone());
                (key.to_vec(), object.requests, object.verdict(), own.collect())
            }));
        }
        rows.sort();
        (rows.len() as u64, rows, spill.written())
    }

    #[test]
    fn a_small_memory_gives_the_same_totals() {
        let (large, small) = (totals(usize::MAX), totals(1 << 20));
        assert_eq!((large.0, large.2), (50_000, 0));
        assert!(small.2 > 1 << 20, "{} bytes were written down", small.2);
        assert_eq!(small.1, large.1);
        assert!(large.1.iter().all(|(_, requests, _, members)| *requests == 6 && members.len() == 1));
        let verdicts = [(Verdict::Sent, true), (Verdict::Sent, false), (Verdict::Possibly, false)].map(Some);
        let counts = verdicts.map(|is| large.1.iter().filter(|(_, _, verdict, _)| *verdict == is).count());
        assert_eq!(counts, [25_000, 12_500, 12_500], "no witness, one to as much, one to more");
    }
}
