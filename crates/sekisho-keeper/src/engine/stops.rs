//! Stop switches: what is stopped, by whom and why; on record, and asked before each verb that they concern.

use rusqlite::Connection;
use sekisho_core::{
    author::Author,
    check::Role,
    event::What,
    id::{SiteName, StaffId, StopId},
    lockdown::Why,
    stop::{Stopping, Target},
    time::Timestamp,
};

use super::{Reply, dispatch::Side, fault::Fault, registry, staff, turn::Turn};
use crate::{
    db::columns::{At, Id},
    wire::{DeskAnswer, GateAnswer, OperatorAnswer, Refusal, ShiftToken, Stop},
};

/// Why everything is stopped when a lockdown ended. It is read by officers in either language.
const AFTER_LOCKDOWN: &str = "施錠のあと: 順に再開する / after a lockdown: reopen step by step";

/// The most stops at once: more is a slip, and each is asked before each verb.
const AT_ONCE: usize = 200;

/// Everything that is stopped now, oldest first. Needs no key.
pub(crate) fn list(db: &Connection) -> rusqlite::Result<Vec<Stop>> {
    db.prepare_cached("SELECT id, target, by, why, since FROM stop ORDER BY since, id")?
        .query_map([], |row| {
            Ok(Stop {
                id: row.get::<_, Id<StopId>>(0)?.0,
                target: parsed(row, 1)?,
                by: parsed(row, 2)?,
                why: parsed(row, 3)?,
                since: row.get::<_, At<_>>(4)?.0,
            })
        })?
        .collect()
}

/// The same, as the answer to whoever asks.
pub(super) fn tell(db: &Connection, side: Side) -> Result<Reply, Fault> {
    Ok(match side {
        Side::Gate => Reply::Gate(Ok(GateAnswer::Stops(targets(db)?))),
        Side::Desk => Reply::Desk(Ok(DeskAnswer::Stops(list(db)?))),
        _ => Reply::Operator(Ok(OperatorAnswer::Stops(list(db)?))),
    })
}

fn parsed<T: std::str::FromStr>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|why: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(why))
    })
}

/// Refuses if anything that is stopped now concerns this.
fn require(db: &Connection, concerns: impl Fn(&Target) -> bool) -> Result<(), Fault> {
    if targets(db)?.iter().any(concerns) { Err(Refusal::Stopped.into()) } else { Ok(()) }
}

/// What is stopped now.
pub(super) fn targets(db: &Connection) -> rusqlite::Result<Vec<Target>> {
    db.prepare_cached("SELECT target FROM stop ORDER BY since, id")?.query_map([], |row| parsed(row, 0))?.collect()
}

/// Refuses a document of a site from which none is taken in.
pub(super) fn require_upload(db: &Connection, site: &SiteName) -> Result<(), Fault> {
    require(db, |target| target.stops_upload_of(site))
}

/// Refuses a viewing, or the assignment before it, of a site's document by a person.
pub(super) fn require_viewing(db: &Connection, site: &SiteName, staff: StaffId) -> Result<(), Fault> {
    require(db, |target| target.stops_viewing(site, staff))
}

/// Refuses a decision.
pub(super) fn require_decision(db: &Connection, site: &SiteName, staff: StaffId) -> Result<(), Fault> {
    require(db, |target| target.stops_decision(site, staff))
}

/// Refuses a shift of a person who may not work. Whoever lifts stops is refused only by name.
pub(super) fn require_shift(db: &Connection, staff: StaffId, role: Role) -> Result<(), Fault> {
    require(db, |target| target.stops_shift(staff, role))
}

/// Leaves those sites whose documents may be given to a person.
pub(super) fn spare(db: &Connection, sites: &mut Vec<SiteName>, staff: StaffId) -> rusqlite::Result<()> {
    let stopped = targets(db)?;
    sites.retain(|site| !stopped.iter().any(|target| target.stops_viewing(site, staff)));
    Ok(())
}

/// An officer's or an administrator's word: it tightens.
pub(super) fn stop_at_desk(turn: &mut Turn<'_>, token: &ShiftToken, target: &Target, why: &str) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer, Role::Administrator], turn.now.at)?.staff();
    // Nobody shuts out themselves, which nobody means.
    if *target == Target::Person(by) {
        return Err(Refusal::BadRequest.into());
    }
    stop(turn, target, by.into(), why).map(drop)
}

/// Somebody stops something.
pub(super) fn stop(turn: &mut Turn<'_>, target: &Target, by: Author, why: &str) -> Result<StopId, Fault> {
    let count: i64 = turn.db.query_row("SELECT count(*) FROM stop", [], |row| row.get(0))?;
    if count as usize >= AT_ONCE {
        return Err(Refusal::BadRequest.into());
    }
    enter(turn, target, by, why)
}

/// Stops something. Stopped already, it is stopped for one reason more. However many are stopped: the end of a lockdown
/// and what reopens step by step must not hang on that.
fn enter(turn: &mut Turn<'_>, target: &Target, by: Author, why: &str) -> Result<StopId, Fault> {
    let why: Why = why.parse().map_err(|_| Refusal::BadRequest)?;
    let id = StopId::random(&mut *turn.room.entropy);
    put(turn.db, &Stop { id, target: target.clone(), by, why: why.clone(), since: turn.now.at })?;
    turn.log(None, What::Stopping { stopping: Stopping::Stopped { stop: id, what: target.on_ledger(), by, why } })?;
    end_shifts(turn, target)?;
    Ok(id)
}

/// What a lockdown leaves behind: everything is stopped, unless it is already.
pub(super) fn shut_until_reopened(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if targets(turn.db)?.contains(&Target::Everything) {
        return Ok(());
    }
    enter(turn, &Target::Everything, Author::Operator, AFTER_LOCKDOWN).map(drop)
}

/// What an officer reopens first.
pub(super) struct First<'a> {
    /// The one site whose documents are seen.
    pub site: &'a SiteName,
    /// The one reviewer who sees them.
    pub staff: StaffId,
}

/// An officer's word that one site and one reviewer go on, and nobody else yet: in the place of a stop of everything.
pub(super) fn reopen(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    everything: StopId,
    first: &First<'_>,
    why: &str,
) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?.staff();
    let standing = list(turn.db)?.into_iter().find(|stop| stop.id == everything).ok_or(Refusal::NotFound)?;
    let known =
        registry::site(turn.db, first.site)?.is_some() && staff::role_of(turn.db, first.staff)? == Some(Role::Reviewer);
    if standing.target != Target::Everything || !known {
        return Err(Refusal::BadRequest.into());
    }
    enter(turn, &Target::OtherSites(first.site.clone()), by.into(), why)?;
    enter(turn, &Target::OtherPeople(first.staff), by.into(), why)?;
    lift(turn, everything, by.into(), why)
}

/// Does again what the ledger tells of stops, for a restore. Whose network was stopped it doesn't tell.
pub(super) fn note(db: &Connection, at: Timestamp, stopping: &Stopping) -> rusqlite::Result<()> {
    match stopping {
        Stopping::Stopped { stop, what, by, why } => match what.parse::<Target>() {
            Ok(target) => put(db, &Stop { id: *stop, target, by: *by, why: why.clone(), since: at }),
            Err(_) => Ok(()),
        },
        Stopping::Lifted { stop, .. } => db.execute("DELETE FROM stop WHERE id = ?1", [Id(*stop)]).map(drop),
        Stopping::KeyMade { .. } | Stopping::KeyDropped { .. } => Ok(()),
    }
}

fn put(db: &Connection, stop: &Stop) -> rusqlite::Result<()> {
    let Stop { id, target, by, why, since } = stop;
    db.prepare_cached("INSERT OR IGNORE INTO stop (id, target, by, why, since) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((Id(*id), target.to_string(), by.to_string(), why.to_string(), At(*since)))
        .map(drop)
}

fn end_shifts(turn: &mut Turn<'_>, target: &Target) -> Result<(), Fault> {
    let running = turn.room.shifts.running().filter(|shift| target.stops_shift(shift.staff, shift.role));
    let stopped: Vec<StaffId> = running.map(|shift| shift.staff).collect();
    stopped.into_iter().try_for_each(|staff| staff::end_shifts_of(turn, staff))
}

/// An officer's word that something may go on.
pub(super) fn lift_at_desk(turn: &mut Turn<'_>, token: &ShiftToken, id: StopId, why: &str) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?.staff();
    lift(turn, id, by.into(), why)
}

/// Lets something go on. What it named is forgotten but for the ledger.
pub(super) fn lift(turn: &mut Turn<'_>, id: StopId, by: Author, why: &str) -> Result<(), Fault> {
    let why: Why = why.parse().map_err(|_| Refusal::BadRequest)?;
    if turn.db.prepare_cached("DELETE FROM stop WHERE id = ?1")?.execute([Id(id)])? == 0 {
        return Err(Refusal::NotFound.into());
    }
    turn.log(None, What::Stopping { stopping: Stopping::Lifted { stop: id, by, why } })?;
    Ok(())
}
