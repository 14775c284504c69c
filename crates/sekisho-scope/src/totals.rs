//! From tables to sets: which object is in which, and how many members that makes.

use std::{
    collections::BTreeMap,
    io,
    ops::AddAssign,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    answer::{OfKind, Set},
    keys,
    object::{Class, Object, Share, Verdict},
    record::{Record, hash_of},
    spill::{Piece, Spill},
    table::Table,
    tables::{Batches, TABLES, Tables},
};

/// What one set has.
#[derive(Debug, Default)]
pub(crate) struct OfSet {
    pub(crate) objects: u64,
    pub(crate) requests: u64,
    pub(crate) unjoined: u64,
    pub(crate) members: u64,
    /// Its keys, sorted, in pieces.
    pub(crate) runs: Vec<Piece>,
}

impl OfSet {
    /// As it is told; members only where a list was joined.
    pub(crate) fn told(&self, is_joined: bool) -> Set {
        let Self { objects, requests, members, unjoined, .. } = *self;
        Set { objects, requests, members: is_joined.then_some(members), unjoined: is_joined.then_some(unjoined) }
    }
}

/// What all sets have.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) sets: [OfSet; 3],
    pub(crate) by_kind: BTreeMap<String, OfKind>,
    pub(crate) sizes_unknown: u64,
    pub(crate) duplicates: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.sets.iter_mut().zip(other.sets) {
            own.objects += other.objects;
            own.requests += other.requests;
            own.unjoined += other.unjoined;
            own.members += other.members;
            own.runs.extend(other.runs);
        }
        for (kind, counts) in other.by_kind {
            let own = self.by_kind.entry(kind).or_default();
            (own.sent, own.possibly) = (own.sent + counts.sent, own.possibly + counts.possibly);
            own.cannot_tell += counts.cannot_tell;
        }
        self.sizes_unknown += other.sizes_unknown;
        self.duplicates += other.duplicates;
    }
}

/// Adds up all tables. `keep` keys, for a list of them.
pub(crate) fn total(tables: &Tables<'_>, spill: &Spill, threads: usize, keep: bool) -> io::Result<Totals> {
    let members = Tables::new(spill);
    let mut totals = each(threads, &members, |at, batches| of_table(&mut tables.take(at)?, spill, batches, keep))?;
    totals += each(threads, &members, |at, _| Ok(of_members(&members.take(at)?)))?;
    Ok(totals)
}

/// Does something with each table, on several threads.
fn each<'m>(
    threads: usize,
    members: &'m Tables<'m>,
    work: impl Fn(usize, &mut Batches<'m>) -> io::Result<Totals> + Sync,
) -> io::Result<Totals> {
    let next = AtomicUsize::new(0);
    let run = || {
        let (mut totals, mut batches) = (Totals::default(), Batches::new(members));
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= TABLES {
                return batches.finish().map(|()| totals);
            }
            totals += work(at, &mut batches)?;
        }
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let mut totals = Totals::default();
        for thread in running {
            totals += thread.join().expect("no thread panicked over a table")?;
        }
        Ok(totals)
    })
}

fn of_table(table: &mut Table, spill: &Spill, members: &mut Batches<'_>, keep: bool) -> io::Result<Totals> {
    let mut totals = Totals { duplicates: table.settle(), ..Totals::default() };
    let joined_rows = table.joined_rows();
    let mut verdicts = Vec::new();
    for (row, _, object) in table.objects() {
        let verdict = object.verdict();
        verdicts.push(verdict.map(|(verdict, _)| verdict));
        let Some((verdict, size_unknown)) = verdict else { continue };
        let set = &mut totals.sets[verdict as usize];
        set.objects += 1;
        set.requests += u64::from(if verdict == Verdict::CannotTell { object.unclear } else { object.requests });
        set.unjoined += u64::from(!joined_rows.contains(&row));
        totals.sizes_unknown += u64::from(size_unknown);
    }
    join(table, &verdicts, &mut totals, members)?;
    for verdict in Verdict::ALL.into_iter().filter(|_| keep) {
        let mut keys: Vec<_> = table
            .objects()
            .filter(|(row, ..)| verdicts[*row as usize] == Some(verdict))
            .map(|(_, key, _)| key)
            .collect();
        keys.sort_unstable();
        totals.sets[verdict as usize].runs.push(keys::run(spill, &keys)?);
    }
    Ok(totals)
}

/// Counts kinds, and hands every member over to where each counts once.
fn join(
    table: &mut Table,
    verdicts: &[Option<Verdict>],
    totals: &mut Totals,
    members: &mut Batches<'_>,
) -> io::Result<()> {
    let mut last = None;
    for (row, kind, member) in table.joined() {
        let Some(verdict) = verdicts[row as usize] else { continue };
        if last.as_ref() != Some(&(row, kind.to_owned())) {
            *totals.by_kind.entry(kind.to_owned()).or_default().of(verdict) += 1;
            last = Some((row, kind.to_owned()));
        }
        if !member.is_empty() {
            let class = [Class::Whole, Class::Doubtful, Class::Unclear][verdict as usize];
            let share = Share { class, bytes: 1, first: None, stated: None };
            members.add(&Record { key: member, hash: hash_of(member), share, identity: None })?;
        }
    }
    Ok(())
}

/// A member counts once, in the surest set that has an object of theirs.
fn of_members(table: &Table) -> Totals {
    let mut totals = Totals::default();
    for (_, _, object) in table.objects() {
        if let Some((verdict, _)) = Object::verdict(object) {
            totals.sets[verdict as usize].members += 1;
        }
    }
    totals
}
