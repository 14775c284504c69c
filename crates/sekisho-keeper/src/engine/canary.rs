//! Canaries at work: what is bait is refused like what is unknown, and a touch is entered.

use sekisho_core::{
    canary::Canary,
    event::What,
    id::CanaryId,
    time::{HOUR, Timestamp},
    watch::observed::{Asker, Observation, Outsider, Room},
};

use super::{
    dispatch::{Ask, Side, Step},
    fault::Fault,
    registry,
    turn::Turn,
};
use crate::{
    canary::{self, Bait, Book, BookError, BookKey, Laid},
    hash::{hex, sha256},
    wire::{Directory, GateRequest, Refusal, Refused, Unheard},
};

/// The same asker at the same bait is entered once in this many seconds, so that nobody floods the ledger with it.
const QUIET_SECONDS: u64 = HOUR;
/// Askers remembered for that. More are not entered, until an hour is over; by then the bait is known to be touched.
const REMEMBERED: usize = 100;
/// Seconds for which a document's bait is known after it was laid: access logs come late, and reviewers are measured
/// by more than a few.
const DOCUMENTS_KEPT: u64 = 90 * 24 * HOUR;

/// What an unlocked keeper holds of canaries.
pub(super) struct Canaries {
    key: BookKey,
    /// The book as last read, and the nonce by which it is recognised.
    seen: Option<(Vec<u8>, Book)>,
    told: Vec<(CanaryId, Asker, Timestamp)>,
}

impl Canaries {
    pub(super) fn new(key: BookKey) -> Self {
        Self { key, seen: None, told: Vec::new() }
    }
}

impl From<BookError> for Fault {
    fn from(cause: BookError) -> Self {
        Self::Broken("the book of canaries failed", cause.into())
    }
}

/// The book as it lies there now: somebody at the console may have changed it.
pub(super) fn book<'t>(turn: &'t mut Turn<'_>) -> Result<&'t Book, Fault> {
    let nonce = canary::nonce(turn.db)?.unwrap_or_default();
    let canaries = &mut turn.room.canaries;
    if canaries.seen.as_ref().is_none_or(|(seen, _)| *seen != nonce) {
        let book = canary::load(turn.db, &canaries.key).or_else(|cause| match cause {
            // The house goes on without bait rather than not at all.
            BookError::Damaged => {
                tracing::error!(%cause, "no touch of bait is noticed");
                Ok(Book::default())
            }
            _ => Err(cause),
        });
        canaries.seen = Some((nonce, book?));
    }
    Ok(&canaries.seen.as_ref().expect("it was just read").1)
}

/// Changes the book within this turn's transaction. Nothing happens to one that doesn't open. Its bytes are returned.
fn change(turn: &mut Turn<'_>, work: impl FnOnce(&mut Book)) -> Result<Option<Vec<u8>>, Fault> {
    let room = &mut *turn.room;
    let mut book = match canary::load(turn.db, &room.canaries.key) {
        Err(BookError::Damaged) => return Ok(None),
        loaded => loaded?,
    };
    work(&mut book);
    Ok(Some(canary::store(turn.db, &room.canaries.key, &book, &mut *room.entropy)?))
}

/// Answers in a verb's place, if the verb comes by bait: as it would answer for a key that nobody knows.
pub(super) fn catch(turn: &mut Turn<'_>, ask: &Ask) -> Result<Option<Step>, Fault> {
    let Ask::Gate(request) = ask else { return Ok(None) };
    let jws = match request {
        GateRequest::Receive(receive) => &receive.request,
        GateRequest::Withdraw { call, .. } | GateRequest::MemberLeft { call, .. } => &call.jws,
        _ => return Ok(None),
    };
    // Not as a fault: the verb is not done, and what was entered of the touch stays.
    Ok(is_signed_by_bait(turn, jws)?.then(|| Step::Say(Side::Gate.refuse(Refusal::BadSignature))))
}

/// Whether bait signed this; then it is entered as touched.
pub(super) fn is_signed_by_bait(turn: &mut Turn<'_>, jws: &str) -> Result<bool, Fault> {
    let Some(bait) = book(turn)?.signer(jws).cloned() else { return Ok(false) };
    touched(turn, &bait, Room::Keeper, Asker::Outside(Outsider::Others))?;
    Ok(true)
}

/// Judges what a gate refused. The answer is the same whatever it was.
pub(super) fn hear(turn: &mut Turn<'_>, unheard: &Unheard) -> Result<(), Fault> {
    let book = book(turn)?;
    let bait = match &unheard.what {
        Refused::Signed(jws) => book.signer(jws),
        Refused::Link(sha256) => book.link(sha256),
        Refused::Check { .. } | Refused::Unsigned => None,
    };
    if let Some(bait) = bait.cloned() {
        let from = unheard.from.map_or(Outsider::Others, Outsider::Network);
        touched(turn, &bait, Room::Gate, Asker::Outside(from))?;
    }
    Ok(())
}

/// Enters a touch, and with the first one what was touched: from then on it is no bait any more.
pub(super) fn touched(turn: &mut Turn<'_>, bait: &Bait, room: Room, asker: Asker) -> Result<(), Fault> {
    let (now, first) = (turn.now.at, bait.touched.is_none());
    if bait.retired.is_some() || !(is_fresh(turn, bait.id, &asker) || first) {
        return Ok(());
    }
    tracing::error!(canary = %bait.id, "bait was touched");
    turn.log(
        None,
        What::Observed { room, seen: Observation::CanaryTouched { canary: bait.id, asker: asker.clone() } },
    )?;
    if first {
        let known = Canary::Known { canary: bait.id, lure: bait.lure(), laid: bait.place.clone(), since: bait.made };
        turn.log(None, What::Canary { canary: known })?;
        change(turn, |book| book.find(bait.id).into_iter().for_each(|bait| bait.touched = Some(now)))?;
    }
    turn.room.canaries.told.push((bait.id, asker, now));
    Ok(())
}

fn is_fresh(turn: &mut Turn<'_>, canary: CanaryId, asker: &Asker) -> bool {
    let (told, now) = (&mut turn.room.canaries.told, turn.now.at);
    told.retain(|(.., at)| now.since(*at) < QUIET_SECONDS);
    told.len() < REMEMBERED && !told.iter().any(|(known, by, _)| *known == canary && by == asker)
}

/// Leaves out of a directory what the gate is to refuse like any unknown site.
pub(super) fn hide(turn: &mut Turn<'_>, directory: &mut Directory) -> Result<(), Fault> {
    let book = book(turn)?;
    directory.sites.retain(|site| !book.is_site(site));
    Ok(())
}

/// Enters what was laid or reported since, and once an hour seals the book anew and enters that, whatever it says.
pub(super) fn turn_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let (now, hour) = (turn.now.at, turn.now.at.hour());
    let (waiting, due) = (waiting(book(turn)?), book(turn)?.sealed < hour);
    for bait in &waiting {
        match bait.laid {
            Laid::SiteKey { .. } => enter(turn, bait)?,
            Laid::Document { .. } => touched(turn, bait, Room::Keeper, Asker::Outside(Outsider::Others))?,
            Laid::Link { .. } => {}
        }
    }
    if !due && waiting.is_empty() {
        return Ok(());
    }
    let done = waiting.iter().map(|bait| bait.id).collect::<Vec<_>>();
    let sealed = change(turn, |book| {
        book.sealed = book.sealed.max(hour);
        book.baits.iter_mut().filter(|bait| done.contains(&bait.id)).for_each(settle);
        book.drop_documents_before(now - DOCUMENTS_KEPT);
    })?;
    if let Some(sealed) = sealed.filter(|_| due) {
        turn.log(None, What::Canary { canary: Canary::Book { sha256: hex(&sha256(&sealed)) } })?;
    }
    Ok(())
}

/// What the console left for the keeper to do.
fn waiting(book: &Book) -> Vec<Bait> {
    let waits = |bait: &&Bait| {
        matches!(bait.laid, Laid::SiteKey { entered: false, .. } | Laid::Document { reported: Some(_), .. })
    };
    book.baits.iter().filter(waits).cloned().collect()
}

fn settle(bait: &mut Bait) {
    match &mut bait.laid {
        Laid::SiteKey { entered, .. } => *entered = true,
        Laid::Document { reported, .. } => *reported = None,
        Laid::Link { .. } => {}
    }
}

/// Registers a bait's site as any site is, unless a real one bears its name.
fn enter(turn: &mut Turn<'_>, bait: &Bait) -> Result<(), Fault> {
    let Laid::SiteKey { site, .. } = &bait.laid else { return Ok(()) };
    if let Some(known) = registry::site(turn.db, &site.name)?
        && !book(turn)?.is_site(&known)
    {
        tracing::error!(canary = %bait.id, "not registered: a real site bears its name");
        return Ok(());
    }
    match registry::put_site(turn, site) {
        Err(Fault::Refused(why)) => {
            tracing::error!(canary = %bait.id, %why, "not registered: no site could be");
            Ok(())
        }
        done => done,
    }
}
