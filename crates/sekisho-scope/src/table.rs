//! One of the tables in which records add up: those of the keys whose hash leads there.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::{
    object::{Class, Object},
    record::{Identity, Record, hash_of},
};

/// A key and what is known of its object.
#[derive(Debug)]
struct Row {
    hash: u64,
    at: u32,
    length: u32,
    object: Object,
}

/// How often a request was told, by file, and whose it is.
#[derive(Debug)]
struct Told {
    row: u32,
    class: Class,
    /// Files and how often each has it.
    files: Vec<(u32, u32)>,
}

impl Told {
    /// How often it counts: as often as the file has it that has it most.
    fn counts(&self) -> u32 {
        let most = |(file, times): &(u32, u32)| if *file == Identity::OWN { 1 } else { *times };
        self.files.iter().map(most).max().unwrap_or(0)
    }

    fn times(&self) -> u64 {
        self.files.iter().map(|(_, times)| u64::from(*times)).sum()
    }
}

/// Rows by key, and the requests that might be told again.
#[derive(Debug, Default)]
pub(crate) struct Table {
    index: HashTable<u32>,
    rows: Vec<Row>,
    keys: Vec<u8>,
    told: HashMap<u128, Told, FixedState>,
    /// Row, kind and member, from the list that joins them.
    joined: Vec<(u32, u32, Box<[u8]>)>,
    kinds: Vec<Box<str>>,
    /// Bytes that objects hold beyond their rows.
    beyond: usize,
}

impl Table {
    fn find(&self, hash: u64, key: &[u8]) -> Option<u32> {
        self.index.find(hash, |at| self.rows[*at as usize].hash == hash && self.key(*at) == key).copied()
    }

    fn key(&self, row: u32) -> &[u8] {
        let Row { at, length, .. } = self.rows[row as usize];
        &self.keys[at as usize..(at + length) as usize]
    }

    #[inline]
    fn row(&mut self, hash: u64, key: &[u8]) -> u32 {
        if let Some(row) = self.find(hash, key) {
            return row;
        }
        // A table is written down long before it has four gigabytes of keys.
        let (row, at, length) = (self.rows.len() as u32, self.keys.len() as u32, key.len() as u32);
        self.keys.extend_from_slice(key);
        self.rows.push(Row { hash, at, length, object: Object::default() });
        let rows = &self.rows;
        self.index.insert_unique(hash, row, |at| rows[*at as usize].hash);
        row
    }

    /// Adds a record.
    #[inline]
    pub(crate) fn add(&mut self, record: &Record<'_>) {
        let row = self.row(record.hash, record.key);
        let object = &mut self.rows[row as usize].object;
        let before = object.weight();
        object.add(&record.share);
        self.beyond += object.weight().saturating_sub(before);
        match record.identity {
            None => count(object, record.share.class, 1),
            Some(identity) => self.tell(identity, row, record.share.class, 1),
        }
    }

    /// Adds a record that only tells the size of an object, if there is such an object here.
    #[inline]
    pub(crate) fn witness(&mut self, record: &Record<'_>) {
        if let Some(row) = self.find(record.hash, record.key) {
            self.rows[row as usize].object.add(&record.share);
        }
    }

    fn tell(&mut self, identity: Identity, row: u32, class: Class, times: u32) {
        let told = self.told.entry(identity.hash).or_insert_with(|| Told { row, class, files: Vec::new() });
        match told.files.iter_mut().find(|(file, _)| *file == identity.file) {
            Some((_, known)) => *known = known.saturating_add(times),
            None => told.files.push((identity.file, times)),
        }
    }

    /// Bytes that it takes.
    pub(crate) fn weight(&self) -> usize {
        let joined: usize = self.joined.len() * 64;
        self.rows.capacity() * size_of::<Row>()
            + self.index.capacity() * 5
            + self.keys.capacity()
            + self.told.capacity() * 72
            + joined
            + self.beyond
    }

    /// Notes the member, the kind and the size of an object, if there is such an object here.
    pub(crate) fn join(&mut self, key: &[u8], member: &[u8], kind: &str, size: Option<u64>) {
        let Some(row) = self.find(hash_of(key), key) else { return };
        self.rows[row as usize].object.state(size);
        let kind = self.kinds.iter().position(|known| **known == *kind).unwrap_or_else(|| {
            self.kinds.push(kind.into());
            self.kinds.len() - 1
        });
        self.joined.push((row, kind as u32, member.into()));
    }

    /// Adds up how often requests count, and says how many lines told one that was told before.
    pub(crate) fn settle(&mut self) -> u64 {
        let mut duplicates = 0;
        for told in self.told.values() {
            let counts = told.counts();
            duplicates += told.times() - u64::from(counts);
            count(&mut self.rows[told.row as usize].object, told.class, counts);
        }
        self.told = HashMap::default();
        duplicates
    }

    /// Every key with its object.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (u32, &[u8], &Object)> {
        (0u32..).zip(&self.rows).map(|(row, it)| (row, self.key(row), &it.object))
    }

    /// What joins: row, kind, member; in order.
    pub(crate) fn joined(&mut self) -> impl Iterator<Item = (u32, &str, &[u8])> {
        self.joined.sort_unstable();
        self.joined.iter().map(|(row, kind, member)| (*row, &*self.kinds[*kind as usize], &**member))
    }

    /// Rows that something joins.
    pub(crate) fn joined_rows(&self) -> BTreeSet<u32> {
        self.joined.iter().map(|(row, ..)| *row).collect()
    }

    /// Writes all of it down but what joins, which comes later.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.keys.len() + self.rows.len() * 80);
        out.extend_from_slice(&(self.rows.len() as u64).to_le_bytes());
        for (_, key, object) in self.objects() {
            out.extend_from_slice(&(key.len() as u64).to_le_bytes());
            object.save(&mut out);
            out.extend_from_slice(key);
        }
        for (hash, told) in &self.told {
            for (file, times) in &told.files {
                out.extend_from_slice(&hash.to_le_bytes());
                let numbers = [told.row, told.class as u32, *file, *times];
                numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
            }
        }
        out
    }

    /// Adds what [`Table::save`] wrote of another.
    pub(crate) fn load(&mut self, mut bytes: &[u8]) {
        let rows: Vec<u32> = (0..number(&mut bytes)).map(|_| self.load_row(&mut bytes)).collect();
        for told in bytes.chunks_exact(32) {
            let small = |at: usize| u32::from_le_bytes(told[at..at + 4].try_into().unwrap_or_default());
            let hash = u128::from_le_bytes(told[..16].try_into().unwrap_or_default());
            let class = Class::ALL[small(20) as usize];
            self.tell(Identity { hash, file: small(24) }, rows[small(16) as usize], class, small(28));
        }
    }

    fn load_row(&mut self, bytes: &mut &[u8]) -> u32 {
        let length = number(bytes);
        let object = Object::load(|| number(bytes));
        let (key, rest) = bytes.split_at(usize::try_from(length).unwrap_or(0));
        *bytes = rest;
        let row = self.row(hash_of(key), key);
        self.rows[row as usize].object.merge(&object);
        row
    }
}

fn number(bytes: &mut &[u8]) -> u64 {
    let (number, rest) = bytes.split_first_chunk().expect("a table was written whole");
    *bytes = rest;
    u64::from_le_bytes(*number)
}

fn count(object: &mut Object, class: Class, times: u32) {
    let counter = match class {
        Class::Whole | Class::Part | Class::Doubtful => &mut object.requests,
        Class::Unclear => &mut object.unclear,
        Class::Witness | Class::Nothing => return,
    };
    *counter = counter.saturating_add(times);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Share;

    fn record(key: &str, identity: Option<(u128, u32)>) -> Record<'_> {
        let share = Share { class: Class::Whole, bytes: 5, first: None, stated: None };
        let identity = identity.map(|(hash, file)| Identity { hash, file });
        Record { key: key.as_bytes(), hash: hash_of(key.as_bytes()), share, identity }
    }

    fn requests(table: &mut Table) -> (u64, u32) {
        let duplicates = table.settle();
        (duplicates, table.objects().map(|(_, _, object)| object.requests).sum())
    }

    #[test]
    fn a_line_that_two_files_have_counts_as_often_as_one_of_them_has_it() {
        let mut table = Table::default();
        for (hash, file) in [(1, 0), (1, 0), (1, 1), (1, 1), (1, 1), (2, 0), (3, 1)] {
            table.add(&record("a", Some((hash, file))));
        }
        assert_eq!(requests(&mut table), (2, 5));
    }

    #[test]
    fn an_identifier_of_its_own_counts_once() {
        let mut table = Table::default();
        (0..3).for_each(|_| table.add(&record("a", Some((1, Identity::OWN)))));
        table.add(&record("b", None));
        table.add(&record("b", None));
        assert_eq!(requests(&mut table), (2, 3));
    }

    #[test]
    fn what_is_written_down_adds_up_to_the_same() {
        let records: Vec<_> = (0..200u32).map(|at| (format!("key-{}", at % 17), (at % 40, at % 3))).collect();
        let (mut whole, mut parts) = (Table::default(), Table::default());
        for (at, part) in records.chunks(30).enumerate() {
            let mut table = Table::default();
            for (key, (hash, file)) in part {
                let record = record(key, (at % 2 == 0).then_some((u128::from(*hash), *file)));
                whole.add(&record);
                table.add(&record);
            }
            parts.load(&table.save());
        }
        assert!(whole.weight() > 0 && parts.rows.len() == whole.rows.len());
        assert_eq!(requests(&mut parts), requests(&mut whole));
    }

    #[test]
    fn only_what_was_asked_for_is_joined() {
        let mut table = Table::default();
        table.add(&record("a", None));
        for (key, member, kind) in [("a", "m2", "card"), ("a", "m1", "card"), ("b", "m3", "licence")] {
            table.join(key.as_bytes(), member.as_bytes(), kind, Some(9));
        }
        let joined: Vec<_> =
            table.joined().map(|(row, kind, member)| (row, kind.to_owned(), member.to_vec())).collect();
        assert_eq!(joined, [(0, "card".to_owned(), b"m1".to_vec()), (0, "card".to_owned(), b"m2".to_vec())]);
    }
}
