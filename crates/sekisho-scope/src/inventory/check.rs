//! What is wrong or missing in an inventory.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Inventory, Published, Store, Whose};

/// What was found about an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What makes it useless until it is mended.
    pub faults: Vec<Remark>,
    /// What it leaves open.
    pub gaps: Vec<Remark>,
    /// Records that were counted, by whose they are.
    pub counted: BTreeMap<Whose, u64>,
    /// The same, of everybody.
    pub total: u64,
}

/// Something about one place of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// About which store, class or day.
    pub about: String,
    /// What, and what to do.
    pub says: String,
}

fn remark(about: &str, says: impl Into<String>) -> Remark {
    Remark { about: about.into(), says: says.into() }
}

/// Looks through it.
pub fn check(inventory: &Inventory) -> Check {
    let mut counted = BTreeMap::new();
    for (_, class) in inventory.classes() {
        *counted.entry(class.whose).or_default() += class.count.unwrap_or(0);
    }
    let mut faults = twice(inventory);
    faults.extend(inventory.stores.iter().flat_map(periods));
    faults.extend(published(inventory));
    Check { faults, gaps: gaps(inventory), total: counted.values().sum(), counted }
}

/// Names that are there more than once: a report could not be told apart by them.
fn twice(inventory: &Inventory) -> Vec<Remark> {
    let mut known = BTreeSet::new();
    let names =
        inventory.stores.iter().map(|store| &store.name).chain(inventory.classes().map(|(_, class)| &class.name));
    let twice = names.filter(|name| !known.insert(*name));
    let mut all: Vec<_> =
        twice.map(|name| remark(name, "this name is there twice; give each a name of its own")).collect();
    all.extend(inventory.stores.is_empty().then(|| remark(&inventory.name, "it has no store")));
    all
}

fn periods(store: &Store) -> Vec<Remark> {
    let mut all = Vec::new();
    for class in &store.classes {
        let days = [&class.from, &class.to].map(|day| day.as_deref());
        all.extend(
            days.into_iter()
                .flatten()
                .filter(|day| !is_day(day))
                .map(|day| remark(&class.name, format!("{day} is no day; write 2013-08-05, or a month, or a year"))),
        );
        // What is no longer than the other is compared as far as both go: 2015-11 to 2015 is one year's end.
        let turned = class.from.as_deref().zip(class.to.as_deref()).is_some_and(|(from, to)| {
            let both = from.len().min(to.len());
            from.get(..both) > to.get(..both)
        });
        all.extend(turned.then(|| remark(&class.name, "its last day lies before its first")));
    }
    all
}

/// A day, a month or a year.
fn is_day(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let whole = match parts[..] {
        [year] => format!("{year}-01-01"),
        [year, month] => format!("{year}-{month}-01"),
        _ => text.to_owned(),
    };
    crate::when::bound(&whole, crate::when::End::First).is_ok() && whole.len() == 10
}

/// Every statement adds up, names classes that there are, comes after the one before, and says why it differs.
fn published(inventory: &Inventory) -> Vec<Remark> {
    let classes: BTreeSet<_> = inventory.classes().map(|(_, class)| &class.name).collect();
    let mut all = Vec::new();
    for one in &inventory.published {
        let sum: u64 = one.counts.values().sum::<u64>() + one.not_told_by_class;
        let says = || format!("its classes and what was not told by class are {sum}, its total is {}", one.total);
        all.extend((sum != one.total).then(|| remark(&one.on, says())));
        all.extend((!is_day(&one.on)).then(|| remark(&one.on, "this is no day")));
        let unknown = one.counts.keys().filter(|name| !classes.contains(name));
        all.extend(unknown.map(|name| remark(&one.on, format!("there is no class {name}"))));
    }
    for pair in inventory.published.windows(2) {
        all.extend(follows(&pair[0], &pair[1]));
    }
    all
}

fn follows(before: &Published, after: &Published) -> Vec<Remark> {
    let mut all = Vec::new();
    all.extend((after.on <= before.on).then(|| remark(&after.on, format!("it stands behind that of {}", before.on))));
    let unexplained = after.total != before.total && after.why.as_deref().is_none_or(str::is_empty);
    let says = || format!("it says {} where {} was said before; write why", after.total, before.total);
    all.extend(unexplained.then(|| remark(&after.on, says())));
    all
}

fn gaps(inventory: &Inventory) -> Vec<Remark> {
    let mut all = Vec::new();
    for store in &inventory.stores {
        let unseen = store.seen_by.is_empty();
        all.extend(
            unseen
                .then(|| remark(&store.name, "no scope could show that it was reached: nothing records who reads it")),
        );
    }
    for (_, class) in inventory.classes() {
        all.extend(class.count.is_none().then(|| remark(&class.name, "nobody counted its records")));
        all.extend(class.from.is_none().then(|| remark(&class.name, "it is not known since when there are any")));
        all.extend(class.fields.is_empty().then(|| remark(&class.name, "it names no fields")));
    }
    all
}
