//! The unlocking takes over what waited, and overwrites the waiting key before anything is given out.

use sekisho_core::{
    check::ShredCause,
    event::What,
    id::{CheckId, DocumentId, SiteName},
    time::Timestamp,
};
use sekisho_seal::{Context, DocumentKey, IntakeSecret, open_key};

use super::{all, forget};
use crate::{
    db::{
        self,
        columns::{At, Id, Word},
    },
    engine::{Engine, canary, ending, fault::Fault, receive, retention, roots, turn::Turn},
    wire::{Receive, Refusal},
};

impl Engine {
    /// Takes over what waited. Afterwards the waiting key is gone, whether anything waited or not; if it can't be
    /// overwritten the keeper does not begin.
    pub(in crate::engine) fn take_over_waiting(&mut self) -> Result<(), Fault> {
        let now = self.now();
        if !all(&self.db)?.is_empty() {
            // Under a root of this hour, so that no copy from before the keeper was locked holds it.
            roots::begin(&mut self.room, now.at)?;
            self.step(now, take_over)?;
            db::truncate_wal(&self.db)?;
        }
        let room = &mut self.room;
        Ok(room.keystore.forget_waiting(&mut room.keys, &mut *room.entropy)?)
    }
}

fn take_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let (mut documents, mut damaged) = (0, 0);
    for (document, asked) in all(turn.db)? {
        match hold(turn, document, asked.as_ref()) {
            Ok(()) => documents += 1,
            Err(Fault::Refused(why)) => {
                tracing::error!(%document, %why, "a document that waited is not held");
                end(turn, document)?;
                damaged += 1;
            }
            Err(fault) => return Err(fault),
        }
    }
    turn.log(None, What::TakenOver { documents, damaged })?;
    Ok(())
}

/// Opens its key and wraps it under root and slot.
fn hold(turn: &mut Turn<'_>, document: DocumentId, asked: Option<&Receive>) -> Result<(), Fault> {
    let asked = asked.ok_or(Refusal::Damaged)?;
    // What came by bait is refused, and entered as a touch, as it would have been with the book at hand.
    if canary::is_signed_by_bait(turn, &asked.request)? {
        return Err(Refusal::BadSignature.into());
    }
    let (context, deadline) = row(turn, document)?;
    let key = opened(turn, asked, &context)?;
    let place = receive::keep(turn, &context, deadline, &key)?;
    turn.db.prepare_cached("UPDATE document SET key_place = ?2 WHERE id = ?1")?.execute((Id(document), place))?;
    Ok(forget(turn.db, document)?)
}

fn opened(turn: &Turn<'_>, asked: &Receive, context: &Context) -> Result<DocumentKey, Refusal> {
    let held = turn.room.keys.waiting().filter(|(id, ..)| *id == asked.intake_key);
    let (.., seed) = held.ok_or(Refusal::IntakeKeyExpired)?;
    open_key(&IntakeSecret::from_seed(&seed), context, &asked.sealed_key).map_err(|_| Refusal::Damaged)
}

/// What a document is bound to, and its deadline.
fn row(turn: &Turn<'_>, document: DocumentId) -> rusqlite::Result<(Context, Timestamp)> {
    let keeper = turn.room.keeper();
    turn.db.prepare_cached("SELECT site, check_id, sealed_deadline, deadline FROM document WHERE id = ?1")?.query_row(
        [Id(document)],
        |row| {
            let (Word(site), Id(check)): (Word<SiteName>, Id<CheckId>) = (row.get(0)?, row.get(1)?);
            let (At(sealed), At(deadline)): (At<Timestamp>, At<Timestamp>) = (row.get(2)?, row.get(3)?);
            Ok((receive::context(keeper, &site, check, document, sealed), deadline))
        },
    )
}

/// One that can't be held ends here, and its member is asked again.
fn end(turn: &mut Turn<'_>, document: DocumentId) -> Result<(), Fault> {
    let (context, deadline) = row(turn, document)?;
    let cause = match turn.room.keys.has_slot(deadline.hour()) {
        true => ShredCause::Damaged,
        false => ShredCause::Overdue,
    };
    ending::shred(turn, context.check, document, cause)?;
    retention::ask_again(turn, context.check)
}
