//! A ledger of any length as an export has it, from a seed, with the answer to one question known from how it was made.
//!
//! One reviewer looks, over the whole period, at every document of about a third of the members; the question asks about
//! the last two fifths of it. A few entries are left out. Nothing of `sekisho_scope` is used to make it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    io::{self, Write},
};

use crate::chance::mix;

/// 2018-01-31T00:00:00+09:00, when the first of the documents of 2021 were submitted.
pub(crate) const BEGIN: u64 = 1_517_324_400;
/// Seconds until 2021-04-20: 1,176 days.
const PERIOD: u64 = 1_176 * 86_400;
/// Of five million members so many are affected.
const AFFECTED: (u64, u64) = (1_711_756, 5_000_000);
const SITES: [&str; 3] = ["site-a", "site-b", "site-c"];
const KINDS: [&str; 4] = ["driving-licence", "passport", "residence-card", "my-number-card"];
/// How a member is picked for a document: prime, so that each comes once before any comes again.
const STRIDE: u64 = 2_654_435_761;
/// The number of the reviewer who is asked about.
const THIEF: u64 = 7;

/// What happens to a document, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Assigned,
    Viewed,
    ViewedAgain,
    Decided,
    Shredded,
    Withdrawn,
    CheckEnded,
}

/// The answer, as whoever made the ledger counts it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) entries: u64,
    pub(crate) read: u64,
    pub(crate) documents: u64,
    pub(crate) looks: u64,
    pub(crate) members: u64,
    pub(crate) erased: u64,
    pub(crate) missing: u64,
    pub(crate) by_kind: BTreeMap<String, u64>,
    pub(crate) by_site: BTreeMap<String, u64>,
}

/// The ledger, as far as it was written.
pub(crate) struct Bulk {
    seed: u64,
    documents: u64,
    members: u64,
    affected: u64,
    /// The document that arrives next.
    next: u64,
    waiting: BinaryHeap<Reverse<(u64, u64, Step)>>,
    place: u64,
    /// When the last entry was written, and whether some are left out since.
    last: (u64, u64),
    every: u64,
    taken: Vec<u64>,
    pub(crate) known: Known,
}

impl Bulk {
    /// A ledger of about so many entries.
    pub(crate) fn new(entries: u64, seed: u64) -> Self {
        let documents = entries / 5;
        let members = (documents / 4).max(1);
        let affected = members * AFFECTED.0 / AFFECTED.1;
        let (waiting, known) = Default::default();
        let taken = vec![0; members as usize / 64 + 1];
        let every = (entries / 500).max(1);
        Self { seed, documents, members, affected, next: 0, waiting, place: 0, last: (BEGIN, 0), every, taken, known }
    }

    /// The id of the reviewer who is asked about.
    pub(crate) fn thief() -> String {
        format!("stf_{}", id(b"stf", THIEF, 0))
    }

    /// The first and the last second that are asked about.
    pub(crate) const fn window() -> (u64, u64) {
        (BEGIN + PERIOD / 5 * 3, BEGIN + PERIOD)
    }

    fn member(&self, document: u64) -> u64 {
        (document % self.members) * STRIDE % self.members
    }

    fn arrives(&self, document: u64) -> u64 {
        BEGIN + document * (PERIOD - 86_400) / self.documents.max(1)
    }

    /// Appends lines until there are so many bytes or the ledger is at its end. False: it was there before.
    pub(crate) fn lines(&mut self, bytes: usize, out: &mut Vec<u8>) -> bool {
        let before = self.place;
        while out.len() < bytes && self.line(out) {}
        self.place > before
    }

    fn line(&mut self, out: &mut Vec<u8>) -> bool {
        let arrival = (self.next < self.documents).then(|| self.arrives(self.next));
        let due = self.waiting.peek().map(|Reverse((at, ..))| *at);
        match (arrival, due) {
            (None, None) => return false,
            (Some(arrival), due) if due.is_none_or(|due| arrival <= due) => self.arrive(arrival, out),
            _ => {
                if let Some(Reverse((at, document, step))) = self.waiting.pop() {
                    self.step(at, document, step, out);
                }
            }
        }
        true
    }

    fn arrive(&mut self, at: u64, out: &mut Vec<u8>) {
        let document = self.next;
        self.next += 1;
        let begin = at + 600 + mix(self.seed ^ document) % 20_000;
        let steps: &[(u64, Step)] = match document % 50 {
            7 => &[(0, Step::Withdrawn), (0, Step::CheckEnded)],
            3 | 33 => &[
                (0, Step::Assigned),
                (9, Step::Viewed),
                (14, Step::ViewedAgain),
                (40, Step::Decided),
                (40, Step::Shredded),
            ],
            _ => &[(0, Step::Assigned), (9, Step::Viewed), (40, Step::Decided), (40, Step::Shredded)],
        };
        self.waiting.extend(steps.iter().map(|(later, step)| Reverse((begin + later, document, *step))));
        self.write(at, document, None, out);
    }

    fn step(&mut self, at: u64, document: u64, step: Step, out: &mut Vec<u8>) {
        if step == Step::Assigned && mix(self.seed.wrapping_add(self.place)).is_multiple_of(self.every) {
            self.place += 1;
            self.known.entries += 1;
            self.last.1 += 1;
            return;
        }
        if matches!(step, Step::Viewed | Step::ViewedAgain) {
            self.look(at, document, step);
        }
        self.write(at, document, Some(step), out);
    }

    fn is_taken(&self, document: u64) -> bool {
        self.member(document) < self.affected
    }

    fn look(&mut self, at: u64, document: u64, step: Step) {
        let (from, to) = Self::window();
        if !self.is_taken(document) || at < from || at > to {
            return;
        }
        self.known.looks += 1;
        // Where the first look lies before the window, the second one is the first in it.
        let first = step == Step::Viewed || at - 5 < from;
        if first {
            let member = self.member(document);
            self.known.documents += 1;
            *self.known.by_kind.entry(kind(document).into()).or_default() += 1;
            *self.known.by_site.entry(site(member).into()).or_default() += 1;
            let (word, bit) = (member as usize / 64, 1 << (member % 64));
            if is_erased(member) {
                self.known.erased += 1;
            } else if self.taken[word] & bit == 0 {
                self.taken[word] |= bit;
                self.known.members += 1;
            }
        }
    }

    fn write(&mut self, at: u64, document: u64, step: Option<Step>, out: &mut Vec<u8>) {
        let (from, to) = Self::window();
        if self.last.1 > 0 && at >= from && self.last.0 <= to {
            self.known.missing += self.last.1;
        }
        self.last = (at, 0);
        let check = id(b"chk", document, self.seed);
        let body = self.body(at, document, step, &check);
        let salt = mix(self.place);
        let place = self.place;
        writeln!(
            out,
            "{{\"body\":\"{body}\",\"check_id\":\"chk_{check}\",\"place\":{place},\
             \"salt\":\"{salt:016x}{salt:016x}{salt:016x}{salt:016x}\"}}"
        )
        .expect("memory takes it");
        self.place += 1;
        self.known.entries += 1;
        self.known.read += 1;
    }

    /// As it stands within the line, quotation marks escaped.
    fn body(&self, at: u64, document: u64, step: Option<Step>, check: &str) -> String {
        let doc = id(b"doc", document, self.seed);
        let head = |event: &str| format!(r#"{{\"v\":1,\"at\":{at},\"event\":\"{event}\""#);
        let about = format!(r#",\"check\":\"chk_{check}\",\"document\":\"doc_{doc}\""#);
        let assignment = || format!(r#",\"assignment\":\"asg_{}\""#, id(b"asg", document, self.seed));
        let worked = || {
            let staff = if self.is_taken(document) { THIEF } else { 10 + document % 40 };
            let shift = id(b"sft", staff + (at / 28_800) * 64, 0);
            (id(b"stf", staff, 0), shift)
        };
        let viewed = |number: u64| {
            let (staff, shift) = worked();
            let viewing = id(b"vwg", document * 2 + number, self.seed);
            let again = if number > 0 { r#",\"again\":\"in_doubt\""# } else { "" };
            let (head, assignment) = (head("viewed"), assignment());
            format!(
                r#"{head},\"viewing\":\"vwg_{viewing}\"{assignment}{about},\"staff\":\"stf_{staff}\",\"shift\":\"sft_{shift}\"{again}}}"#
            )
        };
        match step {
            None => {
                let (site, kind, deadline) = (site(self.member(document)), kind(document), at + 259_200);
                let (head, hash) = (head("received"), mix(document));
                format!(
                    r#"{head}{about},\"site\":\"{site}\",\"policy\":\"age\",\"policy_version\":1,\"kind\":\"{kind}\",\"arrival\":1,\"deadline\":{deadline},\"ciphertext_sha256\":\"{hash:016x}{hash:016x}{hash:016x}{hash:016x}\"}}"#
                )
            }
            Some(Step::Assigned) => {
                let (staff, shift) = worked();
                let (head, assignment, until) = (head("assigned"), assignment(), at + 600);
                format!(
                    r#"{head}{assignment}{about},\"staff\":\"stf_{staff}\",\"shift\":\"sft_{shift}\",\"until\":{until}}}"#
                )
            }
            Some(Step::Viewed) => viewed(0),
            Some(Step::ViewedAgain) => viewed(1),
            Some(Step::Decided) => {
                let (head, assignment, staff) = (head("decided"), assignment(), worked().0);
                format!(
                    r#"{head}{about}{assignment},\"staff\":\"stf_{staff}\",\"verdict\":\"approve\",\"reason\":\"old_enough\"}}"#
                )
            }
            Some(Step::Shredded) => format!(r#"{}{about},\"cause\":\"decided\"}}"#, head("shredded")),
            Some(Step::Withdrawn) => format!(r#"{}{about},\"cause\":\"withdrawn\"}}"#, head("shredded")),
            Some(Step::CheckEnded) => {
                format!(r#"{},\"check\":\"chk_{check}\",\"withdrawn\":true}}"#, head("check_ended"))
            }
        }
    }

    /// Writes whose the checks are, as an export has it.
    pub(crate) fn checks(&self, out: &mut dyn Write) -> io::Result<()> {
        for document in 0..self.documents {
            let (check, member, at) = (id(b"chk", document, self.seed), self.member(document), self.arrives(document));
            let sub = mix(member);
            let sub = if is_erased(member) { "null".into() } else { format!("\"{sub:016x}{member:016x}{sub:032x}\"") };
            writeln!(
                out,
                "{{\"arrivals\":1,\"attestation\":null,\"created\":{at},\"erase_at\":null,\"id\":\"chk_{check}\",\
                 \"jti\":\"{document:026}\",\"policy\":\"age\",\"policy_version\":1,\"reason\":\"old_enough\",\
                 \"site\":\"{}\",\"state\":\"approved\",\"sub\":{sub},\"withdraw_sha256\":null}}",
                site(member),
            )?;
        }
        Ok(())
    }
}

fn site(member: u64) -> &'static str {
    SITES[(member % 3) as usize]
}

fn kind(document: u64) -> &'static str {
    KINDS[(mix(document) % 4) as usize]
}

const fn is_erased(member: u64) -> bool {
    member % 101 == 5
}

/// The 26 characters of an id.
fn id(prefix: &[u8; 3], number: u64, seed: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let salt = u64::from(prefix[0]) << 40 | u64::from(prefix[2]) << 32;
    let high = mix(number ^ salt ^ seed.rotate_left(20));
    let value = u128::from(high) << 64 | u128::from(mix(high ^ number));
    (0..26).rev().map(|place| char::from(ALPHABET[(value >> (5 * place)) as usize & 31])).collect()
}
