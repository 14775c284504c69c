//! An assignment that stands, as it is on record. The cause of every viewing and decision.

use rusqlite::OptionalExtension;
use sekisho_core::{
    id::{AssignmentId, CheckId, DocumentId, KindName, PolicyName, ShiftId, SiteName, StaffId},
    time::{Hour, Timestamp},
};

use super::{receive::context, shifts::OnShift, turn::Turn};
use crate::{
    custody::{Entry, Hold},
    db::columns::{At, Id, Word},
    wire::Refusal,
};

/// An open assignment of a document whose key is held. Made by [`load`] alone.
pub(crate) struct Assigned {
    assignment: AssignmentId,
    staff: StaffId,
    shift: ShiftId,
    until: Timestamp,
    viewed: bool,
    deadline: Timestamp,
    record: Record,
}

/// What else is on record of it.
pub(super) struct Record {
    pub check: CheckId,
    pub document: DocumentId,
    pub kind: KindName,
    pub site: SiteName,
    pub sub: Option<String>,
    pub policy: PolicyName,
    pub version: u32,
    pub arrivals: u8,
    pub sha256: Vec<u8>,
    pub length: u64,
    sealed_deadline: Timestamp,
    root: Hour,
    wrapped: Vec<u8>,
}

impl Assigned {
    /// The assignment.
    pub(crate) fn assignment(&self) -> AssignmentId {
        self.assignment
    }

    /// Who holds it.
    pub(crate) fn staff(&self) -> StaffId {
        self.staff
    }

    /// Whether it was given to this person in this very shift; it doesn't outlive either.
    pub(crate) fn is_of(&self, shift: &OnShift) -> bool {
        self.staff == shift.staff() && self.shift == shift.id()
    }

    /// When it lapses.
    pub(crate) fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether its one look was taken.
    pub(crate) fn is_viewed(&self) -> bool {
        self.viewed
    }

    /// When nothing opens its document any more.
    pub(crate) fn deadline(&self) -> Timestamp {
        self.deadline
    }

    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// What opening its document takes.
    ///
    /// # Errors
    /// [`Refusal::Damaged`] if what is on record of its ciphertext is no hash.
    pub(super) fn entry(&self, turn: &Turn<'_>) -> Result<Entry, Refusal> {
        let (keeper, record) = (turn.room.keeper(), &self.record);
        let hold = Hold { keeper, document: record.document, root: record.root, deadline: self.deadline.hour() };
        let context = context(keeper, &record.site, record.check, record.document, record.sealed_deadline);
        let sha256 = record.sha256.as_slice().try_into().map_err(|_| Refusal::Damaged)?;
        Ok(Entry { hold, wrapped: record.wrapped.clone(), context, sha256 })
    }

    #[cfg(test)]
    pub(crate) fn for_test(shift: &OnShift, until: Timestamp, viewed: bool, deadline: Timestamp) -> Self {
        let record = Record {
            check: CheckId::from_bytes([0; 16]),
            document: DocumentId::from_bytes([0; 16]),
            kind: "kind".parse().unwrap(),
            site: "site".parse().unwrap(),
            sub: None,
            policy: "policy".parse().unwrap(),
            version: 1,
            arrivals: 1,
            sha256: Vec::new(),
            length: 0,
            sealed_deadline: deadline,
            root: Hour(0),
            wrapped: Vec::new(),
        };
        let assignment = AssignmentId::from_bytes([0; 16]);
        Self { assignment, staff: shift.staff(), shift: shift.id(), until, viewed, deadline, record }
    }
}

const LOAD: &str = "SELECT a.staff, a.until, a.viewed, d.deadline, c.id, d.id, d.kind, c.site, c.sub, c.policy,
            c.policy_version, c.arrivals, d.sha256, d.length, d.sealed_deadline, k.root_hour,
            substr(k.body, d.key_place % 48 * 84 + 25, 60), a.shift
     FROM assignment AS a JOIN document AS d ON d.id = a.document JOIN checks AS c ON c.id = a.check_id
     LEFT JOIN key_page AS k ON k.number = d.key_place / 48
                            AND substr(k.body, d.key_place % 48 * 84 + 1, 16) = d.id
     WHERE a.id = ?1 AND a.state = 'open' AND d.key_place IS NOT NULL";

/// The open assignment of this id.
///
/// # Errors
/// [`Refusal::AssignmentOver`] if there is none, or its document has ended.
pub(super) fn load(turn: &Turn<'_>, assignment: AssignmentId) -> Result<Assigned, super::Fault> {
    let found = turn.db.prepare_cached(LOAD)?.query_row([Id(assignment)], |row| read(assignment, row)).optional()?;
    Ok(found.ok_or(Refusal::AssignmentOver)?)
}

fn read(assignment: AssignmentId, row: &rusqlite::Row<'_>) -> rusqlite::Result<Assigned> {
    Ok(Assigned {
        assignment,
        staff: row.get::<_, Id<_>>(0)?.0,
        shift: row.get::<_, Id<_>>(17)?.0,
        until: row.get::<_, At<_>>(1)?.0,
        viewed: row.get(2)?,
        deadline: row.get::<_, At<_>>(3)?.0,
        record: Record {
            check: row.get::<_, Id<_>>(4)?.0,
            document: row.get::<_, Id<_>>(5)?.0,
            kind: row.get::<_, Word<_>>(6)?.0,
            site: row.get::<_, Word<_>>(7)?.0,
            sub: row.get(8)?,
            policy: row.get::<_, Word<_>>(9)?.0,
            version: row.get(10)?,
            arrivals: row.get(11)?,
            sha256: row.get(12)?,
            length: row.get::<_, i64>(13)? as u64,
            sealed_deadline: row.get::<_, At<_>>(14)?.0,
            // Of what is overdue the key may be gone before its end is on record.
            root: row.get::<_, Option<At<_>>>(15)?.map_or(Hour(0), |At(root)| root),
            wrapped: row.get::<_, Option<_>>(16)?.unwrap_or_default(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{super::retention::NEXT_DUE, LOAD};
    use crate::db;

    /// With a million documents, what is asked for every viewing has to be as quick as with ten.
    #[test]
    fn what_is_asked_for_every_viewing_reads_no_table_through() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let plan = |sql: &str| -> Vec<String> {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            plan.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect()
        };
        let through = |sql| {
            let slow = |step: &String| step.contains("SCAN ") && !step.contains("subquery") || step.contains("AUTO");
            plan(sql).into_iter().filter(slow).collect::<Vec<_>>()
        };
        assert_eq!((through(LOAD), through(NEXT_DUE)), (vec![], vec![]));
        let control = "SELECT * FROM assignment WHERE until < 5 AND viewed = 0";
        assert_eq!(through(control), ["SCAN assignment"], "the control");
    }
}
