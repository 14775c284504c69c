//! A scope's reports, held against an inventory.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Inventory,
    report::{Amount, Report, Source},
    {Class, Store, Whose},
};

/// Whether a question reached something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// No report here could have shown it.
    NotLookedAt,
    /// A report could have shown it, everything in it is told, and it shows none.
    NotReached,
    /// A report could have shown it, and leaves things open.
    CannotTell,
    /// A report shows that some may have been taken.
    Possibly,
    /// A report shows for certain that some were.
    Reached,
}

impl Reach {
    /// As an answer writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotLookedAt => "not_looked_at",
            Self::NotReached => "not_reached",
            Self::CannotTell => "cannot_tell",
            Self::Possibly => "possibly",
            Self::Reached => "reached",
        }
    }
}

/// An inventory, and what reports say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The inventory's name.
    pub inventory: String,
    /// Each store, in the inventory's order.
    pub stores: Vec<HeldStore>,
    /// How many are concerned, by whose they are.
    pub by_whose: BTreeMap<Whose, Share>,
    /// Kinds that a report tells of and that no store has: the inventory lacks something.
    pub kinds_of_no_store: Vec<String>,
}

/// A store, and what reports say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldStore {
    /// Its name.
    pub store: String,
    /// The most that a report says of any of its classes.
    pub reach: Reach,
    /// Why it can't be told, or why nobody looked.
    pub why: Vec<String>,
    /// Its classes.
    pub classes: Vec<HeldClass>,
}

/// A class, and what reports say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldClass {
    /// Its name.
    pub class: String,
    /// Whose its records are.
    pub whose: Whose,
    /// Which fields somebody got who got one.
    pub fields: Vec<String>,
    /// The first day, as far as it is known.
    pub from: Option<String>,
    /// The last day, likewise.
    pub to: Option<String>,
    /// How many records there are.
    pub count: Option<u64>,
    /// Whether it was reached.
    pub reach: Reach,
    /// How many are concerned.
    #[serde(flatten)]
    pub share: Share,
}

/// How many are concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// For certain: the most that one report tells, since several may tell of the same.
    pub confirmed: u64,
    /// At most; nothing if it can't be told and nobody counted the records.
    pub at_most: Option<u64>,
}

/// Holds reports against an inventory.
pub fn hold(inventory: &Inventory, reports: &[Report]) -> Held {
    let stores: Vec<_> = inventory.stores.iter().map(|store| of_store(store, reports)).collect();
    let mut by_whose = BTreeMap::<Whose, Share>::new();
    for class in stores.iter().flat_map(|store| &store.classes) {
        let none = Share { confirmed: 0, at_most: Some(0) };
        let share = by_whose.entry(class.whose).or_insert(none);
        share.confirmed += class.share.confirmed;
        share.at_most = share.at_most.zip(class.share.at_most).map(|(one, other)| one + other);
    }
    let kinds: BTreeSet<_> = reports.iter().flat_map(|report| report.kinds.keys()).collect();
    let is_known = |kind: &str| inventory.classes().any(|(_, class)| class.is_called(kind));
    let strange = kinds.into_iter().filter(|kind| !is_known(kind)).cloned().collect();
    Held { inventory: inventory.name.clone(), stores, by_whose, kinds_of_no_store: strange }
}

fn of_store(store: &Store, reports: &[Report]) -> HeldStore {
    let looked: Vec<_> = reports.iter().filter(|report| store.seen_by.contains(&report.source)).collect();
    let classes: Vec<_> = store.classes.iter().map(|class| of_class(class, &looked)).collect();
    let reach = classes.iter().map(|class| class.reach).max().unwrap_or(Reach::NotLookedAt);
    let why = if looked.is_empty() {
        vec![nobody_looked(store)]
    } else {
        looked.iter().flat_map(|report| left_open(store, report)).collect()
    };
    HeldStore { store: store.name.clone(), reach, why, classes }
}

/// What a report leaves open about a store.
fn left_open(store: &Store, report: &Report) -> Vec<String> {
    let called = store.classes.iter().flat_map(Class::called);
    let others: Vec<_> = called.filter(|kind| !report.looks_for(kind)).map(String::as_str).collect();
    let unsought = (!others.is_empty()).then(|| format!("nobody looked for {}", others.join(", ")));
    let all = report.open.iter().cloned().chain(unsought);
    all.map(|why| format!("{}: {why}", report.source.as_str())).collect()
}

fn nobody_looked(store: &Store) -> String {
    let sources: Vec<_> = store.seen_by.iter().copied().map(Source::as_str).collect();
    if sources.is_empty() {
        return "nothing records who reads it".into();
    }
    format!("nobody asked what would show it: {}", sources.join(", "))
}

fn of_class(class: &Class, looked: &[&Report]) -> HeldClass {
    let told: Vec<_> = looked.iter().map(|report| of_report(class, report)).collect();
    let reach = told.iter().map(|(reach, _)| *reach).max().unwrap_or(Reach::NotLookedAt);
    let confirmed = told.iter().map(|(_, amount)| amount.certain).max().unwrap_or(0);
    let possible = told.iter().map(|(_, amount)| amount.at_most + amount.unclear).max().unwrap_or(0);
    let is_all_told = |report: &&Report| report.open.is_empty() && is_sought(class, report);
    let at_most = match reach {
        Reach::NotReached => Some(0),
        // What is told is all that there is; what isn't told may be every record.
        Reach::Reached | Reach::Possibly if looked.iter().all(is_all_told) => Some(possible),
        _ => class.count.map(|count| count.max(possible)),
    };
    let Class { name, whose, fields, from, to, count, .. } = class.clone();
    HeldClass { class: name, whose, fields, from, to, count, reach, share: Share { confirmed, at_most } }
}

/// Whether a report would tell of all that a class is called.
fn is_sought(class: &Class, report: &Report) -> bool {
    class.called().iter().all(|kind| report.looks_for(kind))
}

fn of_report(class: &Class, report: &Report) -> (Reach, Amount) {
    let of_class = report.kinds.iter().filter(|(kind, _)| class.is_called(kind));
    let amount = of_class.fold(Amount::default(), |sum, (_, one)| Amount {
        certain: sum.certain + one.certain,
        at_most: sum.at_most + one.at_most,
        unclear: sum.unclear + one.unclear,
    });
    let reach = match amount {
        Amount { certain: 1.., .. } => Reach::Reached,
        Amount { at_most: 1.., .. } => Reach::Possibly,
        Amount { unclear: 1.., .. } => Reach::CannotTell,
        _ if !class.called().iter().any(|kind| report.looks_for(kind)) => Reach::NotLookedAt,
        _ if !report.open.is_empty() || !is_sought(class, report) => Reach::CannotTell,
        _ => Reach::NotReached,
    };
    (reach, amount)
}
