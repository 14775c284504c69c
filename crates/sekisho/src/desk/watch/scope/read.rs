//! The answer: from the keeper's pages of the ledger, and from what it says of members.

use std::{collections::HashMap, convert::Infallible};

use sekisho_core::{
    event::{Event, What},
    id::CheckId,
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Page, SameMember};
use sekisho_scope::ledger::{Affected, Ledger, Member, Members, Question};

use super::{
    Cause, Desk, Scope,
    asked::{Asked, Wrong},
    misplaced,
};
use crate::service::desk_sessions::Signed;

/// The most entries that are read for a page; a longer ledger is for `sekisho scope ledger`, which has files to read.
const ENTRIES: u64 = 400_000;

/// What came of a question.
pub(super) enum Reading {
    /// It was asked wrongly.
    Wrong(Wrong),
    /// The ledger has so many entries.
    TooLong(u64),
    /// The documents concerned, and how many there are.
    Done(Box<Affected>, Box<Scope>),
}

const NO_FINDING: [&str; 2] = ["番の記録は検知ではありません", "is not the place of a finding"];
const OUTSIDE: [&str; 2] = [
    "番の検知は外部の相手についてです。外部に書類が開かれることはありません",
    "is about somebody outside, to whom no document is ever shown",
];

/// Asks the keeper.
pub(super) async fn read(desk: &Desk, signed: &Signed, asked: &Asked) -> Result<Reading, Cause> {
    let question = match asked.question() {
        Ok((question, None)) => question,
        Ok((question, Some(place))) => match about(desk, signed, question, place).await? {
            Ok(question) => question,
            Err(wrong) => return Ok(Reading::Wrong(wrong)),
        },
        Err(wrong) => return Ok(Reading::Wrong(wrong)),
    };
    let (mut ledger, mut from) = (Ledger::new(question), Some(0));
    let mut size = 0;
    while let Some(place) = from {
        let page = page(desk, signed, place).await?;
        if page.size > ENTRIES {
            return Ok(Reading::TooLong(page.size));
        }
        page.entries.iter().for_each(|entry| ledger.read(entry.index, entry.body.as_bytes()));
        (from, size) = (page.next, page.size);
    }
    let affected = ledger.affected(size);
    let mut members = Known::of(desk, signed, &affected).await?;
    let scope = affected.count(Some(&mut members)).unwrap_or_else(|never| match never {});
    Ok(Reading::Done(Box::new(affected), Box::new(scope)))
}

async fn page(desk: &Desk, signed: &Signed, from: u64) -> Result<Page, Cause> {
    match desk.ask_for(signed, DeskRequest::Ledger { shift: signed.shift.token.clone(), from }).await? {
        DeskAnswer::Ledger(page) => Ok(page),
        _ => Err(misplaced()),
    }
}

/// The question about the finding at a place.
async fn about(desk: &Desk, signed: &Signed, question: Question, place: u64) -> Result<Result<Question, Wrong>, Cause> {
    let request = DeskRequest::Entries { shift: signed.shift.token.clone(), places: vec![place] };
    let DeskAnswer::Events(found) = desk.ask_for(signed, request).await? else { return Err(misplaced()) };
    let event = found.first().and_then(|entry| Event::from_bytes(entry.body.as_bytes()).ok());
    Ok(match event {
        Some(Event { at, what: What::Found { finding }, .. }) => {
            question.about(&finding, at).map_err(|_| Wrong::new(OUTSIDE, &place.to_string()))
        }
        _ => Err(Wrong::new(NO_FINDING, &place.to_string())),
    })
}

/// Whose the checks concerned are.
struct Known(HashMap<CheckId, Member>);

impl Known {
    async fn of(desk: &Desk, signed: &Signed, affected: &Affected) -> Result<Self, Cause> {
        let mut checks: Vec<CheckId> = affected.each().map(|one| one.check).collect();
        checks.sort_unstable();
        checks.dedup();
        let (mut numbers, mut known) = (HashMap::<SameMember, Member>::new(), HashMap::new());
        for some in checks.chunks(Page::CHECKS_MOST) {
            let request = DeskRequest::SameMembers { shift: signed.shift.token.clone(), checks: some.to_vec() };
            let DeskAnswer::SameMembers(members) = desk.ask_for(signed, request).await? else {
                return Err(misplaced());
            };
            for (check, member) in some.iter().zip(members) {
                let next = numbers.len() as Member;
                known.extend(member.map(|member| (*check, *numbers.entry(member).or_insert(next))));
            }
        }
        Ok(Self(known))
    }
}

impl Members for Known {
    type Error = Infallible;

    fn of(&mut self, check: CheckId) -> Result<Option<Member>, Infallible> {
        Ok(self.0.get(&check).copied())
    }
}
