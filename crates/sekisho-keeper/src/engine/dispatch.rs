//! From a request to its verb, and from a verb's end to an answer.

use super::{
    Engine, Position, alerts, assign, board, budget, canary, changes, checks, clock, decide, fault::Fault, figures,
    intake_keys, lockdown, operated::operator, outbox, pages, pause, receive, registry, staff, stop_keys, stops,
    turn::Turn, view, watching, witness,
};
use crate::{
    custody::{self, Opening},
    wire::{
        Answered, CourierAnswer, CourierRequest, DeskAnswer, DeskRequest, Directory, GateAnswer, GateRequest,
        LoggedEvent, OperatorAnswer, OperatorRequest, Queue, Refusal, ShiftToken, Status,
    },
};
use sekisho_core::{
    calendar::text,
    check::Role,
    id::{StaffId, ViewingId},
    render::RenderRequest,
    time::Timestamp,
};

/// The longest side of what a reviewer is shown, in pixels.
const DISPLAY_SIDE: u32 = 1600;

/// A request, and by which descriptor it came.
#[derive(Debug)]
pub enum Ask {
    /// From the gate.
    Gate(GateRequest),
    /// From the desk.
    Desk(DeskRequest),
    /// From the courier.
    Courier(CourierRequest),
    /// From whoever runs the machine.
    Operator(OperatorRequest),
}

/// An answer for the descriptor that asked.
#[derive(Debug)]
pub enum Reply {
    /// To the gate.
    Gate(Answered<GateAnswer>),
    /// To the desk.
    Desk(Answered<DeskAnswer>),
    /// To the courier.
    Courier(Answered<CourierAnswer>),
    /// To whoever runs the machine.
    Operator(Answered<OperatorAnswer>),
}

/// Who asked.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    /// The gate.
    Gate,
    /// The desk.
    Desk,
    /// The courier.
    Courier,
    /// Whoever runs the machine.
    Operator,
}

impl Ask {
    /// Who asked.
    pub fn side(&self) -> Side {
        match self {
            Self::Gate(_) => Side::Gate,
            Self::Desk(_) => Side::Desk,
            Self::Courier(_) => Side::Courier,
            Self::Operator(_) => Side::Operator,
        }
    }
}

impl Side {
    /// A refusal for this side.
    pub fn refuse(self, refusal: Refusal) -> Reply {
        match self {
            Self::Gate => Reply::Gate(Err(refusal)),
            Self::Desk => Reply::Desk(Err(refusal)),
            Self::Courier => Reply::Courier(Err(refusal)),
            Self::Operator => Reply::Operator(Err(refusal)),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Desk => "desk",
            Self::Courier => "courier",
            Self::Operator => "operator",
        }
    }
}

/// What came of a request.
pub enum Outcome {
    /// An answer.
    Say(Reply),
    /// A document was released; a picture for one person has to be drawn of it.
    Draw {
        /// The viewing.
        viewing: ViewingId,
        /// How to draw it.
        request: RenderRequest,
        /// What was sealed, to be opened.
        opening: Opening,
    },
}

/// A verb's end, before its entries are durable.
pub(super) enum Step {
    Say(Reply),
    Open(Box<view::Allowed>),
}

pub(super) fn ask(turn: &mut Turn<'_>, ask: Ask) -> Result<Step, Fault> {
    if let Some(caught) = canary::catch(turn, &ask)? {
        return Ok(caught);
    }
    match ask {
        Ask::Gate(request) => gate(turn, request).map(|answer| Step::Say(Reply::Gate(Ok(answer)))),
        Ask::Courier(request) => courier(turn, request).map(|answer| Step::Say(Reply::Courier(Ok(answer)))),
        Ask::Operator(request) => operator(turn, request).map(|answer| Step::Say(Reply::Operator(Ok(answer)))),
        Ask::Desk(DeskRequest::View { shift, assignment, again }) => {
            view::view(turn, &shift, assignment, again).map(|allowed| Step::Open(Box::new(allowed)))
        }
        Ask::Desk(request) => desk(turn, request).map(|answer| Step::Say(Reply::Desk(Ok(answer)))),
    }
}

fn gate(turn: &mut Turn<'_>, request: GateRequest) -> Result<GateAnswer, Fault> {
    Ok(match request {
        GateRequest::IntakeKey => GateAnswer::IntakeKey(intake_keys::accepted(turn.db, turn.room.keeper())?),
        GateRequest::Directory => GateAnswer::Directory(known_sites(turn)?),
        GateRequest::Receive(ask) => GateAnswer::Received(receive::receive(turn, &ask)?),
        GateRequest::Check(check) => GateAnswer::Check(Box::new(checks::check(turn, check)?)),
        GateRequest::Withdraw { check, call } => done(checks::withdraw(turn, check, &call))?,
        GateRequest::WithdrawByMember { check, secret } => done(checks::withdraw_by_member(turn, check, &secret))?,
        GateRequest::MemberLeft { sub, call } => done(checks::member_left(turn, &sub, &call))?,
        GateRequest::Proof(check) => GateAnswer::Proof(checks::proof(turn, check)?),
        GateRequest::Status => GateAnswer::Status(status(turn)?),
        GateRequest::Sent(_) => GateAnswer::Heard(Vec::new()),
        GateRequest::Names => GateAnswer::Names(watching::names(turn)?),
        GateRequest::Unheard(unheard) => canary::hear(turn, &unheard).map(|()| GateAnswer::Heard(Vec::new()))?,
        GateRequest::Stops => GateAnswer::Stops(stops::list(turn.db)?.into_iter().map(|stop| stop.target).collect()),
    })
}

/// What the gate may know of sites: of a canary's it is not told.
fn known_sites(turn: &mut Turn<'_>) -> Result<Directory, Fault> {
    let mut directory = registry::directory(turn)?;
    canary::hide(turn, &mut directory)?;
    Ok(directory)
}

fn done(result: Result<(), Fault>) -> Result<GateAnswer, Fault> {
    result.map(|()| GateAnswer::Done)
}

fn desk(turn: &mut Turn<'_>, request: DeskRequest) -> Result<DeskAnswer, Fault> {
    let now = turn.now.at;
    Ok(match request {
        DeskRequest::EnrolOptions { invitation } => DeskAnswer::EnrolOptions(staff::enrol_options(turn, &invitation)?),
        DeskRequest::Enrol { ceremony, client_data, attestation } => {
            DeskAnswer::Enrolled(staff::enrol(turn, ceremony, &client_data, &attestation)?)
        }
        DeskRequest::ShiftOptions { shift } => DeskAnswer::ShiftOptions(staff::shift_options(turn, shift.as_ref())?),
        DeskRequest::BeginShift { ceremony, assertion, from } => {
            DeskAnswer::Shift(staff::begin_shift(turn, ceremony, &assertion, from.as_ref())?)
        }
        DeskRequest::EndShift(shift) => staff::end_shift(turn, &shift).map(|()| DeskAnswer::Done)?,
        DeskRequest::Whoami(shift) => DeskAnswer::Whoami(staff::whoami(turn, &shift)?),
        DeskRequest::Next(shift) => DeskAnswer::Next(assign::next(turn, &shift)?),
        // Handled before: it is the one verb that doesn't end with an answer.
        DeskRequest::View { .. } => return Err(Refusal::BadRequest.into()),
        DeskRequest::Decide { shift, assignment, reason } => {
            DeskAnswer::Decided(decide::decide(turn, &shift, assignment, reason)?)
        }
        DeskRequest::Queue(shift) => {
            turn.room.shifts.get(&shift, now)?;
            DeskAnswer::Queue(queue(turn)?)
        }
        DeskRequest::Invite { shift, name, role } => {
            let (invitation, until) = staff::invite(turn, &shift, &name, role)?;
            DeskAnswer::Invitation { invitation, until }
        }
        DeskRequest::Staff(shift) => DeskAnswer::Staff(staff::list(turn, &shift)?),
        DeskRequest::RemoveStaff { shift, staff } => staff::remove(turn, &shift, staff).map(|()| DeskAnswer::Done)?,
        DeskRequest::RegisterSite { shift, site } => {
            registry::register_site(turn, &shift, &site).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::RegisterPolicy { shift, policy } => {
            registry::register_policy(turn, &shift, &policy).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::SetSiteBudget { shift, site, budget } => {
            budget::set_of_site(turn, &shift, &site, budget).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::Directory(shift) => {
            turn.room.shifts.get(&shift, now)?;
            DeskAnswer::Directory(registry::directory(turn)?)
        }
        DeskRequest::Board(shift) => DeskAnswer::Board(Box::new(board::board(turn, &shift)?)),
        DeskRequest::Entries { shift, places } => DeskAnswer::Events(board::entries_at(turn, &shift, &places)?),
        DeskRequest::Ledger { shift, from } => DeskAnswer::Ledger(pages::page(turn, &shift, from)?),
        DeskRequest::SameMembers { shift, checks } => DeskAnswer::SameMembers(pages::members(turn, &shift, &checks)?),
        DeskRequest::Tried(shift) => {
            turn.room.shifts.get(&shift, turn.now.at)?;
            return Err(Refusal::NotAllowed.into());
        }
        DeskRequest::Events { shift, limit } => DeskAnswer::Events(events(turn, &shift, limit)?),
        DeskRequest::Pause { shift, minutes } => pause::by_staff(turn, &shift, minutes).map(|()| DeskAnswer::Done)?,
        DeskRequest::Propose { shift, change } => DeskAnswer::Proposed(changes::propose(turn, &shift, *change)?),
        DeskRequest::Changes(shift) => DeskAnswer::Changes(changes::list(turn, &shift)?),
        DeskRequest::ApprovalOptions { shift, change } => {
            DeskAnswer::ShiftOptions(changes::options(turn, &shift, change)?)
        }
        DeskRequest::Approve { shift, ceremony, assertion } => {
            changes::approve(turn, &shift, ceremony, &assertion).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::CancelChange { shift, change } => {
            changes::cancel(turn, &shift, change).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::MakeChange { shift, change } => changes::make(turn, &shift, change)?,
        DeskRequest::Stops => DeskAnswer::Stops(stops::list(turn.db)?),
        DeskRequest::Stop { shift, target, why } => {
            stops::stop_at_desk(turn, &shift, &target, &why).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::StopByKey { key, target, why } => DeskAnswer::Stopped(stop_keys::stop(turn, &key, &target, &why)?),
        DeskRequest::Lift { shift, stop, why } => {
            stops::lift_at_desk(turn, &shift, stop, &why).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::Reopen { shift, stop, site, staff, why } => {
            let first = stops::First { site: &site, staff };
            stops::reopen(turn, &shift, stop, &first, &why).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::LockDown { shift, why } => lockdown::by_officer(turn, &shift, &why).map(|()| DeskAnswer::Done)?,
        DeskRequest::ConfirmTime(shift) => clock::confirm(turn, &shift).map(|()| DeskAnswer::Done)?,
        DeskRequest::Resume(shift) => pause::resume(turn, &shift).map(|()| DeskAnswer::Done)?,
        DeskRequest::Alerts(shift) => {
            turn.room.shifts.require(&shift, &[Role::Officer, Role::Administrator], now)?;
            DeskAnswer::Alerts(alerts::list(turn.db)?)
        }
        DeskRequest::Acknowledge { shift, alert } => {
            alerts::acknowledge_at_desk(turn, &shift, alert).map(|()| DeskAnswer::Done)?
        }
        DeskRequest::Figures => DeskAnswer::Figures(Box::new(figures::figures(turn)?)),
        DeskRequest::Status => DeskAnswer::Status(status(turn)?),
    })
}

fn courier(turn: &mut Turn<'_>, request: CourierRequest) -> Result<CourierAnswer, Fault> {
    let since_boot = turn.room.clock.read().since_boot;
    turn.room.heard.hear(since_boot);
    Ok(match request {
        CourierRequest::Pull { limit } => CourierAnswer::Messages(outbox::pull(turn.db, turn.now.at, limit)?),
        CourierRequest::Delivered(message) => outbox::delivered(turn.db, message).map(|()| CourierAnswer::Done)?,
        CourierRequest::Failed { message, why } => {
            outbox::failed(turn.db, turn.now.at, message, &why).map(|()| CourierAnswer::Done)?
        }
        CourierRequest::Calls { .. } | CourierRequest::Called(_) | CourierRequest::CallFailed { .. } => {
            let desk = &turn.room.installation.desk_origin;
            alerts::answer(turn.db, turn.now.at, desk, &request).unwrap_or(Err(Refusal::BadRequest.into()))?
        }
        CourierRequest::Pulse => CourierAnswer::Pulse(alerts::pulse(turn)?),
        CourierRequest::WitnessWork => CourierAnswer::WitnessWork(witness::work(turn)?),
        CourierRequest::WitnessSaid { witness, size, said } => {
            witness::said(turn, &witness, size, &said).map(|()| CourierAnswer::Done)?
        }
    })
}

pub(super) fn status(turn: &Turn<'_>) -> Result<Status, Fault> {
    let undecided: i64 = turn
        .db
        .prepare_cached("SELECT count(*) FROM document WHERE shredded IS NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(Status {
        keeper: turn.room.keeper(),
        test: turn.room.installation.test,
        founded: staff::is_founded(turn.db)?,
        locked: false,
        locked_down: None,
        custodians: turn.room.keystore.shares(),
        paused: pause::view(turn.db, turn.now.at)?,
        time_in_doubt: !turn.now.may_open,
        budget: Box::new(budget::view(turn.db, &turn.room.tally, turn.now.at)?),
        witnessing: turn.room.witnesses.view(witness::forgotten(turn.db)?),
        ledger_size: turn.room.ledger.next_index(),
        undecided: undecided as u64,
        now: turn.now.at,
        wall: turn.room.clock.read().wall,
    })
}

pub(super) fn queue(turn: &Turn<'_>) -> Result<Queue, Fault> {
    Ok(turn
        .db
        .prepare_cached(
            "SELECT (SELECT count(*) FROM document WHERE state = 'waiting'),
                    (SELECT count(*) FROM assignment WHERE state = 'open'),
                    (SELECT count(*) FROM document WHERE shredded IS NULL)
                        - (SELECT count(*) FROM document WHERE warn_at IS NOT NULL),
                    (SELECT min(deadline) FROM document WHERE shredded IS NULL)",
        )?
        .query_row([], |row| {
            Ok(Queue {
                waiting: row.get::<_, i64>(0)? as u64,
                assigned: row.get::<_, i64>(1)? as u64,
                near_deadline: row.get::<_, i64>(2)? as u64,
                next_deadline: row.get::<_, Option<i64>>(3)?.map(|at| Timestamp(at as u64)),
            })
        })?)
}

fn events(turn: &mut Turn<'_>, shift: &ShiftToken, limit: u16) -> Result<Vec<LoggedEvent>, Fault> {
    turn.room.shifts.require(shift, &[Role::Officer, Role::Administrator], turn.now.at)?;
    let mut newest = turn.db.prepare_cached("SELECT place, body FROM event ORDER BY place DESC LIMIT ?1")?;
    let found = newest.query_map([limit.min(500)], |row| {
        let body: Vec<u8> = row.get(1)?;
        Ok(LoggedEvent { index: row.get::<_, i64>(0)? as u64, body: String::from_utf8_lossy(&body).into_owned() })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Engine {
    /// After the entries are durable: gives the answer, or releases.
    pub(super) fn conclude(&mut self, side: Side, step: Result<Step, Fault>, positions: &[Position]) -> Outcome {
        match step {
            Ok(Step::Say(reply)) => Outcome::Say(reply),
            // Ordered in the same batch: nothing is released any more, whatever was entered before.
            Ok(Step::Open(_)) if self.locked_down => Outcome::Say(side.refuse(Refusal::LockedDown)),
            Ok(Step::Open(allowed)) => self.release(*allowed, positions),
            Err(fault) => {
                if let Fault::Broken(what, cause) = &fault {
                    tracing::error!(what, %cause, "a verb was not done");
                }
                let refusal = fault.refusal();
                self.room.counts.refuse(side.name(), refusal);
                Outcome::Say(side.refuse(refusal))
            }
        }
    }

    // An entry counts as a viewing even if nothing comes of it from here on.
    fn release(&mut self, allowed: view::Allowed, positions: &[Position]) -> Outcome {
        let (viewing, request) = (allowed.viewing, render_request(&self.name_of(allowed.staff), &allowed));
        match self.released(allowed, positions) {
            Some(opening) => Outcome::Draw { viewing, request, opening },
            None => Outcome::Say(Reply::Desk(Err(Refusal::Damaged))),
        }
    }

    fn released(&mut self, allowed: view::Allowed, positions: &[Position]) -> Option<Opening> {
        let position = positions.iter().find(|position| position.index() == allowed.ticket.place())?;
        let ciphertext = self.room.blobs.read(allowed.document, allowed.length).ok()?;
        custody::release(&self.room.keys, allowed.ticket, position, ciphertext).ok()
    }

    // What is printed is ASCII; a name in other letters is printed as the id's end.
    fn name_of(&self, staff: StaffId) -> String {
        let name: Option<String> = self
            .db
            .prepare_cached("SELECT name FROM staff WHERE id = ?1")
            .and_then(|mut query| query.query_row([crate::db::columns::Id(staff)], |row| row.get(0)))
            .ok();
        name.filter(|name| name.is_ascii()).unwrap_or_else(|| short(&staff.to_string()))
    }
}

fn short(id: &str) -> String {
    id.chars().skip(id.len().saturating_sub(8)).collect()
}

fn render_request(name: &str, allowed: &view::Allowed) -> RenderRequest {
    let lines = vec![short(&allowed.viewing.to_string()), name.to_owned(), text::rfc3339(allowed.at)];
    RenderRequest { watermark: lines, max_side: DISPLAY_SIDE, age: allowed.age }
}
