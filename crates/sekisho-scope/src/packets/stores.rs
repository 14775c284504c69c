//! The stores that were read from, as their owner knows them: which requests reach each, what it holds, and which
//! lies within another, so that nothing is counted twice.

use std::{collections::BTreeMap, path::Path};

use regex::bytes::Regex;
use thiserror::Error;

use super::sighting::STORES;

/// One store.
#[derive(Debug, Clone)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Requests that reach it: matched against the target, a blank, and the beginning of the request's body.
    reached_by: Option<Regex>,
    /// How many records of each kind it holds.
    pub held: BTreeMap<String, u64>,
    /// The store that contains it.
    within: Option<usize>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Stores(Vec<Store>);

/// Why a list of stores can't be used.
#[derive(Debug, Error)]
pub enum NoStores {
    /// It can't be read.
    #[error("{0}")]
    Read(#[from] csv::Error),
    /// A row says something that it can't.
    #[error("line {line}: {says}")]
    Row {
        /// The line.
        line: u64,
        /// What is wrong.
        says: String,
    },
    /// A store lies in one that the list doesn't have, or in itself.
    #[error("{0} lies within a store that the list doesn't have, or within itself")]
    Within(String),
    /// Too many.
    #[error("no more than {STORES} stores can be told apart")]
    TooMany,
}

#[derive(serde::Deserialize)]
struct Row {
    store: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    held: Option<u64>,
    #[serde(default)]
    within: String,
    #[serde(default)]
    reached_by: String,
}

impl Stores {
    /// Reads a list: CSV with the columns store, kind, held, within, reached_by. A store has a row for each kind.
    ///
    /// # Errors
    /// When the list can't be read, or says what can't be.
    pub fn read(path: &Path) -> Result<Self, NoStores> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?;
        let (mut stores, mut within) = (Self::default(), BTreeMap::new());
        for (line, row) in (2..).zip(reader.deserialize::<Row>()) {
            let row = row?;
            let at = stores.named(&row.store)?;
            let store = &mut stores.0[at];
            if !row.reached_by.is_empty() {
                let pattern = Regex::new(&row.reached_by);
                store.reached_by = Some(pattern.map_err(|why| NoStores::Row { line, says: why.to_string() })?);
            }
            if let (Some(held), false) = (row.held, row.kind.is_empty()) {
                *store.held.entry(row.kind).or_default() += held;
            }
            if !row.within.is_empty() {
                within.insert(at, row.within);
            }
        }
        for (at, name) in within {
            let outer = stores.0.iter().position(|store| store.name == name && store.within.is_none());
            let outer = outer.filter(|outer| *outer != at);
            stores.0[at].within = Some(outer.ok_or_else(|| NoStores::Within(stores.0[at].name.clone()))?);
        }
        Ok(stores)
    }

    fn named(&mut self, name: &str) -> Result<usize, NoStores> {
        if let Some(known) = self.0.iter().position(|store| store.name == name) {
            return Ok(known);
        }
        let store = Store { name: name.into(), reached_by: None, held: BTreeMap::new(), within: None };
        self.0.push(store);
        if self.0.len() > STORES { Err(NoStores::TooMany) } else { Ok(self.0.len() - 1) }
    }

    /// All, in the order of the list.
    pub(super) fn all(&self) -> &[Store] {
        &self.0
    }

    /// The store that contains another.
    pub(super) fn outer(&self, at: usize) -> Option<&Store> {
        self.0[at].within.map(|outer| &self.0[outer])
    }

    /// The names of those in a number's bits.
    pub(super) fn names(&self, bits: u32) -> Vec<&str> {
        let named = self.0.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        named.map(|(_, store)| store.name.as_str()).collect()
    }

    /// The stores that a request reaches, those that contain them included; a bit for each.
    pub(super) fn reached(&self, target: &[u8], body: &[u8]) -> u32 {
        if self.0.is_empty() {
            return 0;
        }
        let text = [target, b" ", &body[..body.len().min(64 * 1024)]].concat();
        let is_reached = |store: &Store| store.reached_by.as_ref().is_some_and(|pattern| pattern.is_match(&text));
        let reached = self.0.iter().enumerate().filter(|(_, store)| is_reached(store));
        reached.fold(0, |all, (at, store)| all | 1 << at | store.within.map_or(0, |outer| 1 << outer))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn stores(text: &str) -> Result<Stores, NoStores> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Stores::read(file.path())
    }

    #[test]
    fn a_store_within_another_reaches_both() {
        let stores = stores("store,kind,held,within,reached_by\ntokens,card,460395,payments,db=tokens\npayments,card,10,,db=pay\npayments,phone,7,,\nother,,,,x$\n").unwrap();
        assert_eq!(
            [stores.reached(b"/s?db=tokens", b""), stores.reached(b"/s", b"db=pay"), stores.reached(b"/", b"")],
            [3, 2, 0]
        );
        assert_eq!(stores.all()[1].held, BTreeMap::from([("card".into(), 10), ("phone".into(), 7)]));
        assert_eq!(stores.outer(0).map(|store| store.name.as_str()), Some("payments"));
    }

    #[test]
    fn what_can_not_be_is_refused() {
        assert!(matches!(stores("store,within\na,a\n"), Err(NoStores::Within(_))));
        assert!(matches!(stores("store,within\na,b\n"), Err(NoStores::Within(_))));
        assert!(matches!(stores("store,reached_by\na,(\n"), Err(NoStores::Row { line: 2, .. })));
        assert!(matches!(stores("name\na\n"), Err(NoStores::Read(_))));
    }
}
