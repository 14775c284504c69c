//! The documents concerned, one by one.

use std::{
    convert::Infallible,
    io::{self, Write},
};

use sekisho_core::{
    check::ShredCause,
    id::{CheckId, DocumentId, KindName, SiteName},
    time::Timestamp,
};
use serde::{Serialize, Serializer};

use super::{
    Ledger,
    answer::Broken,
    documents::Documents,
    fact::Book,
    gaps::Gap,
    question::{Fit, Question},
    window::{Window, in_words},
};

/// What a document was at the end of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Then {
    /// It had not ended.
    Waiting,
    /// The site or the member withdrew the check.
    Withdrawn,
    /// A reviewer decided.
    Decided,
    /// A reviewer asked for another photograph.
    Retake,
    /// Its deadline had passed.
    Overdue,
    /// Its ciphertext or its key was missing or altered.
    Damaged,
}

impl Then {
    fn of(ended: Option<(Timestamp, ShredCause)>, window: &Window) -> Self {
        let ended = ended.filter(|(at, _)| window.to.is_none_or(|to| *at <= to));
        match ended.map(|(_, cause)| cause) {
            None => Self::Waiting,
            Some(ShredCause::Withdrawn) => Self::Withdrawn,
            Some(ShredCause::Decided) => Self::Decided,
            Some(ShredCause::Retake) => Self::Retake,
            Some(ShredCause::Overdue) => Self::Overdue,
            Some(ShredCause::Damaged) => Self::Damaged,
        }
    }

    /// As it is written in answers and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Withdrawn => "withdrawn",
            Self::Decided => "shredded: decided",
            Self::Retake => "shredded: retake",
            Self::Overdue => "shredded: overdue",
            Self::Damaged => "shredded: damaged",
        }
    }
}

impl Serialize for Then {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A member, by a number that whoever knows the members gives: the same number at the same site is the same member.
pub type Member = u32;

/// Who knows whose check it is.
pub trait Members {
    /// Why it can't be asked.
    type Error;

    /// Says which checks it will be asked about, before it is.
    ///
    /// # Errors
    /// When whoever knows can't be asked.
    fn prepare(&mut self, _checks: &mut dyn Iterator<Item = CheckId>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Whose check it is; nothing once what tied it to a person was erased.
    ///
    /// # Errors
    /// When whoever knows can't be asked.
    fn of(&mut self, check: CheckId) -> Result<Option<Member>, Self::Error>;
}

/// Nobody knows whose a check is.
#[derive(Debug, Clone, Copy)]
pub struct NoMembers;

impl Members for NoMembers {
    type Error = Infallible;

    fn of(&mut self, _: CheckId) -> Result<Option<Member>, Infallible> {
        Ok(None)
    }
}

/// The looks at one document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    pub(super) fit: Fit,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) count: u64,
}

/// The documents that were looked at, as the question means it or possibly means it.
#[derive(Debug)]
pub struct Affected {
    pub(super) documents: Documents,
    /// By the documents' numbers; nothing for one that isn't meant after all.
    pub(super) looked: Vec<Option<Looked>>,
    /// When each look was that is surely meant, in order.
    pub(super) looks: Vec<Timestamp>,
    /// Looks that are possibly meant.
    pub(super) possible_looks: u64,
    pub(super) gaps: Vec<Gap>,
    pub(super) broken: Broken,
    pub(super) book: Book,
    pub(super) question: Question,
    pub(super) read: u64,
    pub(super) size: u64,
}

impl Affected {
    pub(super) fn of(ledger: Ledger, size: u64) -> Self {
        let Ledger { question, book, documents, shifts, gaps, looks, read, broken, .. } = ledger;
        let mut all = Self {
            looked: vec![None; documents.seen().len()],
            looks: Vec::new(),
            possible_looks: 0,
            gaps: Vec::new(),
            broken,
            book,
            documents,
            question,
            read,
            size,
        };
        let sessions: Vec<Fit> = shifts.all().iter().map(|shift| all.question.of_session(shift)).collect();
        let mut taken = vec![false; sessions.len()];
        let mut around = Vec::new();
        for look in looks {
            let session = look.session as usize;
            let fit = sessions[session].min(all.site_fit(look.document));
            if !all.question.window.holds(look.at) {
                around.push((look, fit.min(Fit::Possible)));
                continue;
            }
            taken[session] |= fit > Fit::No;
            all.add(look.document, look.at, fit);
        }
        let spans = shifts.all().iter().zip(&taken).filter(|(_, taken)| **taken).map(|(shift, _)| shift.span);
        // Where whole sessions are possibly meant, so is what is missing of them.
        let meant = spans.filter(|_| all.question.whole_sessions).fold(all.question.window, |all, one| all.with(&one));
        all.gaps = gaps.of(size).into_iter().filter(|gap| gap.may_lie_in(&meant)).collect();
        around.retain(|(look, _)| taken[look.session as usize]);
        around.into_iter().for_each(|(look, fit)| all.add(look.document, look.at, fit));
        all.looks.sort_unstable();
        all
    }

    fn site_fit(&self, document: u32) -> Fit {
        let site = self.documents.seen()[document as usize].site;
        self.question.of_site(self.book.sites.get(site))
    }

    fn add(&mut self, document: u32, at: Timestamp, fit: Fit) {
        match fit {
            Fit::No => return,
            Fit::Possible => self.possible_looks += 1,
            Fit::Sure => self.looks.push(at),
        }
        let looked = self.looked[document as usize].get_or_insert(Looked { fit, first: at, last: at, count: 0 });
        looked.fit = looked.fit.max(fit);
        (looked.first, looked.last) = (looked.first.min(at), looked.last.max(at));
        looked.count += 1;
    }

    /// Every document concerned.
    pub fn each(&self) -> impl Iterator<Item = One<'_>> {
        let seen = self.documents.seen().iter().zip(&self.looked);
        seen.filter_map(move |(document, looked)| {
            let looked = (*looked)?;
            Some(One {
                id: document.id,
                check: document.check,
                site: self.book.sites.get(document.site),
                kind: self.book.kinds.get(document.kind),
                submitted: document.submitted,
                then: Then::of(document.ended, &self.question.window),
                confirmed: looked.fit == Fit::Sure,
                first: looked.first,
                last: looked.last,
                looks: looked.count,
            })
        })
    }

    /// Writes one line for each document concerned, as CSV with a head, in the order of their ids.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut all: Vec<_> = self.each().collect();
        all.sort_unstable_by_key(|one| one.id);
        writeln!(out, "document,check,site,kind,submitted,first_look,last_look,looks,then,opened")?;
        all.iter().try_for_each(|one| one.write(out))
    }
}

/// One document concerned.
#[derive(Debug, Clone, Copy)]
pub struct One<'a> {
    /// The document.
    pub id: DocumentId,
    /// Its check.
    pub check: CheckId,
    /// The site that asked for it; nothing if the entry of its arrival is missing.
    pub site: Option<&'a SiteName>,
    /// What the member said it is, likewise.
    pub kind: Option<&'a KindName>,
    /// When it arrived, likewise.
    pub submitted: Option<Timestamp>,
    /// What it was at the end of the window.
    pub then: Then,
    /// Whether an entry says for certain that it was opened as asked for.
    pub confirmed: bool,
    /// When it was looked at first.
    pub first: Timestamp,
    /// When it was looked at last.
    pub last: Timestamp,
    /// How many times, counted as asked for.
    pub looks: u64,
}

impl One<'_> {
    // Ids, names and times have no character that CSV quotes.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { id, check, looks, .. } = self;
        let then = self.then.as_str();
        let (site, kind) = (self.site.map(ToString::to_string), self.kind.map(ToString::to_string));
        let (site, kind) = (site.unwrap_or_default(), kind.unwrap_or_default());
        let submitted = self.submitted.map(in_words).unwrap_or_default();
        let (first, last) = (in_words(self.first), in_words(self.last));
        let opened = if self.confirmed { "confirmed" } else { "possibly" };
        writeln!(out, "{id},{check},{site},{kind},{submitted},{first},{last},{looks},{then},{opened}")
    }
}
