//! Distinct values added up: all together, by kind, by store.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use super::{
    answer::{OfStore, Records},
    counts::{self, Counts},
    find::{CARD, CARD_WITH_EXPIRY},
    listing::Listing,
    pile::HEAPS,
    plan::Plan,
    sighting::Sum,
    sightings::Sightings,
    stores::{Store, Stores},
};

/// Confirmed, and only possible.
type Pair = [u64; 2];

/// What was found, counted once each.
#[derive(Debug, Default)]
pub(super) struct Found {
    by_kind: BTreeMap<String, Pair>,
    by_store: Vec<BTreeMap<String, Pair>>,
    /// Those of no store in the list.
    aside: BTreeMap<String, Pair>,
    pub(super) possibly_richer: u64,
    pub(super) revealed: BTreeMap<String, Vec<String>>,
}

/// Adds up all sightings, and notes them in the lists, if there are any.
pub(super) fn found(sightings: &Sightings<'_>, listing: Option<&Listing<'_>>, plan: &Plan) -> io::Result<Found> {
    let count = plan.stores.all().len();
    let mut found = Found { by_store: vec![BTreeMap::new(); count], ..Found::default() };
    for heap in 0..HEAPS {
        if let Some(listing) = listing {
            sightings.each_by_place(heap, |kind, place, sum| listing.note(place, kind, sum))?;
        }
        sightings.each(heap, |kind, sum| found.add(plan.kinds.called(kind, sum.is_rich()), sum))?;
    }
    found.revealed.values_mut().for_each(|values| values.sort_unstable());
    Ok(found)
}

impl Found {
    /// Counts a value.
    fn add(&mut self, name: &str, sum: &Sum) {
        let at = usize::from(!sum.is_confirmed);
        self.by_kind.entry(name.into()).or_default()[at] += 1;
        for (store, by_kind) in self.by_store.iter_mut().enumerate() {
            let [sure, any] = sum.stores.map(|stores| stores >> store & 1 == 1);
            if any {
                by_kind.entry(name.into()).or_default()[usize::from(!sure)] += 1;
            }
        }
        if sum.stores[1] == 0 {
            self.aside.entry(name.into()).or_default()[at] += 1;
        }
        self.possibly_richer += u64::from(sum.is_possibly_richer());
        if !sum.masked().is_empty() {
            self.revealed.entry(name.into()).or_default().push(sum.masked().into());
        }
    }

    /// Each store of the list.
    pub(super) fn stores(&self, stores: &Stores, counts: &Counts) -> Vec<OfStore> {
        // What concerns nobody knows what, may be of any store.
        let is_open = counts.untold > 0;
        let one = |(at, store): (usize, &Store)| {
            let of = counts.stores.get(at).copied().unwrap_or_default();
            let outer = stores.outer(at).map(|outer| outer.name.clone());
            self.store(&self.by_store[at], store, outer, &of, is_open || of.open > 0)
        };
        stores.all().iter().enumerate().map(one).collect()
    }

    fn store(
        &self,
        found: &BTreeMap<String, Pair>,
        store: &Store,
        within: Option<String>,
        of: &counts::OfStore,
        is_open: bool,
    ) -> OfStore {
        let is_unknown = of.requests > 0 && of.whole == 0;
        let records = |[sure, possibly]: Pair, held: Option<u64>| Records {
            confirmed: (!is_unknown || sure > 0).then_some(sure),
            possibly,
            at_most: if is_open { held.map(|held| held.max(sure + possibly)) } else { Some(sure + possibly) },
        };
        let kinds: BTreeSet<_> = store.held.keys().chain(found.keys()).collect();
        let by_kind: BTreeMap<_, _> = kinds
            .into_iter()
            // The list says what a store holds: what it doesn't name is counted as found.
            .map(|kind| {
                let of_kind = found.get(kind).copied().unwrap_or_default();
                let held = held(store, found, kind);
                (kind.clone(), records(of_kind, held.or((!store.held.is_empty()).then_some(0))))
            })
            .collect();
        let at_most = by_kind.values().map(|records| records.at_most).sum::<Option<u64>>();
        let at_most = at_most.filter(|_| !is_open || !store.held.is_empty());
        let records = Records { at_most, ..records(sum(found), None) };
        OfStore { store: store.name.clone(), within, requests: of.requests, records, by_kind }
    }

    /// All kinds together, and each. A list of stores is taken for all there was to take.
    pub(super) fn all(&self, stores: &[OfStore], is_open: bool) -> (Records, BTreeMap<String, Records>) {
        let outer = || stores.iter().filter(|store| store.within.is_none());
        let records = |[sure, possibly]: Pair, held: Option<u64>| Records {
            confirmed: Some(sure),
            possibly,
            at_most: if is_open { held.map(|held| held.max(sure + possibly)) } else { Some(sure + possibly) },
        };
        let aside = |kind: &str| self.aside.get(kind).map_or(0, |[sure, possibly]| sure + possibly);
        let bound = |held: Option<u64>, aside: u64| held.filter(|_| !stores.is_empty()).map(|held| held + aside);
        let of_kind = |kind: &str| {
            let of = |store: &OfStore| store.by_kind.get(kind).map_or(Some(0), |records| records.at_most);
            bound(outer().map(of).sum(), aside(kind))
        };
        let kinds: BTreeSet<_> = self.by_kind.keys().chain(outer().flat_map(|store| store.by_kind.keys())).collect();
        let each = kinds.into_iter().map(|kind| {
            let found = self.by_kind.get(kind).copied().unwrap_or_default();
            (kind.clone(), records(found, of_kind(kind)))
        });
        let all_aside = self.aside.keys().map(|kind| aside(kind)).sum();
        let held = bound(outer().map(|store| store.records.at_most).sum(), all_aside);
        (records(sum(&self.by_kind), held), each.collect())
    }
}

fn sum(all: &BTreeMap<String, Pair>) -> Pair {
    all.values().fold([0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]])
}

/// What a store holds of a kind. Cards that were found with an expiry are among its cards, unless the list tells them
/// apart.
fn held(store: &Store, found: &BTreeMap<String, Pair>, kind: &str) -> Option<u64> {
    let own = store.held.get(kind).copied();
    let both = |name: &str| store.held.contains_key(name);
    match kind {
        CARD if !both(CARD_WITH_EXPIRY) => {
            let richer = found.get(CARD_WITH_EXPIRY).map_or(0, |[sure, possibly]| sure + possibly);
            own.map(|held| held.saturating_sub(richer))
        }
        _ => own,
    }
}
