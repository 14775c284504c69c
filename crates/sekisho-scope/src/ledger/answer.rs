//! How many documents, of how many members, of which kinds and sites, and what can't be told.

use std::{collections::BTreeMap, hash::Hash};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::id::{CheckId, KindName, SiteName};
use serde::Serialize;

use super::{
    affected::{Affected, Member, Members, One, Then},
    gaps::Gap,
    period::{Period, Times},
    window::Window,
};

/// A number that is certain, and the largest that it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// What entries say for certain.
    pub confirmed: u64,
    /// What is possible besides, included.
    pub at_most: u64,
}

impl Count {
    fn add(&mut self, confirmed: bool) {
        self.confirmed += u64::from(confirmed);
        self.at_most += 1;
    }
}

/// Members, counted apart from documents: one who sent three counts once. At most includes one for each entry whose
/// body is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MembersCount {
    /// Different members, as far as checks are still tied to them.
    #[serde(flatten)]
    pub known: Count,
    /// Checks of members who left and whose tie was erased since: each is one member at most.
    pub erased: Count,
}

/// Numbers of something, by name.
pub type Counted = BTreeMap<String, Count>;

/// Lines of an export that are none: the entries that they were are missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Broken {
    /// How many.
    pub lines: u64,
    /// Which, from 1: the first hundred.
    pub first: Vec<u64>,
}

impl Broken {
    pub(super) fn add(&mut self, line: u64) {
        self.lines += 1;
        if self.first.len() < 100 {
            self.first.push(line);
        }
    }
}

/// What can't be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Open {
    /// Entries whose bodies are missing and that may be looks which are meant, by when they were written.
    pub entries: u64,
    /// Between which times they were written.
    pub gaps: Vec<Gap>,
    /// Looks of which the ledger doesn't say for certain whether they are meant.
    pub looks: u64,
    /// Lines that can't be read.
    pub broken: Broken,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Documents opened.
    pub documents: Count,
    /// Members whose documents were; nothing if nobody was asked whose they are.
    pub members: Option<MembersCount>,
    /// Looks that are surely meant; one document may have several.
    pub looks: u64,
    /// Documents by kind.
    pub by_kind: Counted,
    /// Documents by site.
    pub by_site: Counted,
    /// Documents by what they were at the end of the window.
    pub then: BTreeMap<Then, Count>,
    /// When the documents were submitted.
    pub submitted: Period,
    /// When they were looked at.
    pub looked: Period,
    /// What can't be told.
    pub cannot_tell: Open,
    /// The window that was asked about.
    pub window: Window,
    /// The zone of all times and days.
    pub zone: &'static str,
    /// Entries of the ledger.
    pub entries: u64,
    /// Entries that were read.
    pub read: u64,
}

impl Scope {
    /// Whether anything was opened, or may have been.
    pub const fn is_finding(&self) -> bool {
        self.documents.at_most > 0
    }
}

const UNKNOWN: &str = "unknown";

impl Affected {
    /// Counts them, and their members if somebody knows them.
    ///
    /// # Errors
    /// When whoever knows the members can't be asked.
    pub fn count<M: Members>(&self, members: Option<&mut M>) -> Result<Scope, M::Error> {
        let mut scope = self.nothing();
        let (mut submitted, mut looked) = (Times::default(), Times::default());
        for one in self.each() {
            scope.add(&one);
            one.submitted.into_iter().for_each(|at| submitted.add(at));
        }
        self.looks.iter().for_each(|at| looked.add(*at));
        (scope.submitted, scope.looked) = (submitted.period(), looked.period());
        scope.documents.at_most += scope.cannot_tell.entries;
        scope.members = members.map(|members| self.members(members)).transpose()?;
        Ok(scope)
    }

    fn nothing(&self) -> Scope {
        let (entries, looks, broken) = (self.missing(), self.possible_looks, self.broken.clone());
        let cannot_tell = Open { entries, gaps: self.gaps.clone(), looks, broken };
        Scope {
            documents: Count::default(),
            members: None,
            looks: self.looks.len() as u64,
            by_kind: Counted::new(),
            by_site: Counted::new(),
            then: BTreeMap::new(),
            submitted: Period::default(),
            looked: Period::default(),
            cannot_tell,
            window: self.question.window,
            zone: "+09:00",
            entries: self.size,
            read: self.read,
        }
    }

    fn members<M: Members>(&self, members: &mut M) -> Result<MembersCount, M::Error> {
        members.prepare(&mut self.each().map(|one| one.check))?;
        let mut known = Distinct::<(Option<&SiteName>, Member)>::default();
        let mut erased = Distinct::<CheckId>::default();
        for one in self.each() {
            match members.of(one.check)? {
                Some(member) => known.add((one.site, member), one.confirmed),
                None => erased.add(one.check, one.confirmed),
            }
        }
        let mut known = known.count();
        // Each may have been a look at a document of somebody else.
        known.at_most += self.missing();
        Ok(MembersCount { known, erased: erased.count() })
    }

    /// How many entries may have been looks that are meant.
    fn missing(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.entries).sum()
    }
}

/// Different ones of something: each once, and whether it was ever certain.
struct Distinct<T>(HashMap<T, bool, FixedState>);

impl<T: Eq + Hash> Distinct<T> {
    fn add(&mut self, one: T, confirmed: bool) {
        *self.0.entry(one).or_default() |= confirmed;
    }

    fn count(&self) -> Count {
        let mut count = Count::default();
        self.0.values().for_each(|confirmed| count.add(*confirmed));
        count
    }
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl Scope {
    fn add(&mut self, one: &One<'_>) {
        self.documents.add(one.confirmed);
        by_name(&mut self.by_kind, one.kind.map_or(UNKNOWN, KindName::as_str)).add(one.confirmed);
        by_name(&mut self.by_site, one.site.map_or(UNKNOWN, SiteName::as_str)).add(one.confirmed);
        self.then.entry(one.then).or_default().add(one.confirmed);
    }
}

fn by_name<'a>(all: &'a mut Counted, name: &str) -> &'a mut Count {
    if !all.contains_key(name) {
        all.insert(name.into(), Count::default());
    }
    all.get_mut(name).expect("it is there by now")
}
