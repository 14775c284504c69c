//! The ledger for officers who ask whose documents were opened: its entries in pages, and which checks are of the same
//! member. Each answer is bounded, so that no viewing waits for it.

use rusqlite::OptionalExtension as _;
use sekisho_core::{check::Role, id::CheckId};

use super::{fault::Fault, turn::Turn};
use crate::{
    db::columns::Id,
    hash::sha256,
    wire::{LoggedEvent, Page, Refusal, SameMember, ShiftToken},
};

/// The entries from place `from` on, as many as one page has.
pub(super) fn page(turn: &mut Turn<'_>, token: &ShiftToken, from: u64) -> Result<Page, Fault> {
    turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?;
    let size = turn.room.ledger.size();
    let mut query =
        turn.db.prepare_cached("SELECT place, body FROM event WHERE place >= ?1 AND place < ?2 ORDER BY place")?;
    let mut rows = query.query((i64::try_from(from).unwrap_or(i64::MAX), size as i64))?;
    let (mut entries, mut bytes, mut next) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        let index = row.get::<_, i64>(0)? as u64;
        if entries.len() == Page::ENTRIES_MOST || bytes > Page::BYTES_MOST {
            next = Some(index);
            break;
        }
        let body = String::from_utf8_lossy(row.get_ref(1)?.as_blob().unwrap_or_default()).into_owned();
        bytes += body.len();
        entries.push(LoggedEvent { index, body });
    }
    Ok(Page { entries, next, size })
}

/// Whose each check is, in their order; nothing where what tied it to a person was erased.
pub(super) fn members(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    checks: &[CheckId],
) -> Result<Vec<Option<SameMember>>, Fault> {
    turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?;
    if checks.len() > Page::CHECKS_MOST {
        return Err(Refusal::BadRequest.into());
    }
    let mut whose = turn.db.prepare_cached("SELECT site, sub FROM checks WHERE id = ?1")?;
    let mut found = Vec::new();
    for check in checks {
        let row = whose.query_row([Id(*check)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        let (site, sub) = row.optional()?.unwrap_or_default();
        found.push(sub.map(|sub| same(token, &site, &sub)));
    }
    Ok(found)
}

/// A site's name has no zero byte, so that nothing can be moved from one part to another.
fn same(token: &ShiftToken, site: &str, sub: &str) -> SameMember {
    let whole = sha256(&[b"sekisho same member v1\0", &token.0[..], site.as_bytes(), b"\0", sub.as_bytes()].concat());
    let mut short = SameMember::default();
    short.copy_from_slice(&whole[..16]);
    short
}
