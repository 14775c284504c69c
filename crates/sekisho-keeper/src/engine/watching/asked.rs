//! Who asked for what, as far as it matters to the watch when they are refused.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Spent, Subject, Window},
    id::{AssignmentId, CheckId, NetworkId, StaffId},
    watch::observed::{Asker, Outsider, Room, Trouble},
};

use super::super::{dispatch::Ask, fault::Fault, turn::Turn};
use crate::{
    db::columns::Id,
    jose::call,
    wire::{DeskRequest, GateRequest, Refusal, Refused, Sent, ShiftToken},
};

/// What is kept of a request while it is done.
pub(super) enum Asked {
    /// Nothing that anybody is refused for.
    Nothing,
    /// At the desk, on a shift.
    OnShift(ShiftToken, Named),
    /// At the desk, without one.
    Knocking,
    /// A site, by a signed call, about a check.
    Site { jws: String, check: Option<CheckId> },
    /// A member, about a check.
    Member(CheckId),
    /// A document that came with a site's signature.
    Document,
    /// What a gate refused itself.
    Unheard(Trouble, Asker),
    /// Pictures that a gate was sent.
    Sent(Sent),
}

/// What somebody on shift named.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// Nothing, or what they may not know of.
    Nothing,
    /// An assignment, to look.
    ToLook,
    /// An assignment, to decide.
    ToDecide(AssignmentId),
    /// A person, a site, an alert, a change, a stop.
    Other,
    /// What their role may not see.
    Reserved,
}

/// What there is to observe.
pub(super) enum Seen {
    Refused(Room, Trouble, Asker),
    Spent(Room, Box<Spent>),
    Sent(Sent),
}

const fn outside(from: Option<NetworkId>) -> Asker {
    Asker::Outside(match from {
        Some(network) => Outsider::Network(network),
        None => Outsider::Others,
    })
}

impl Asked {
    /// What to keep of a request.
    pub(super) fn of(ask: &Ask) -> Self {
        match ask {
            Ask::Gate(request) => Self::of_gate(request),
            Ask::Desk(request) => Self::of_desk(request),
            Ask::Courier(_) | Ask::Operator(_) => Self::Nothing,
        }
    }

    fn of_gate(request: &GateRequest) -> Self {
        match request {
            GateRequest::Receive(_) => Self::Document,
            GateRequest::Withdraw { check, call } => Self::Site { jws: call.jws.clone(), check: Some(*check) },
            GateRequest::MemberLeft { call, .. } => Self::Site { jws: call.jws.clone(), check: None },
            GateRequest::WithdrawByMember { check, .. } => Self::Member(*check),
            GateRequest::Sent(sent) => Self::Sent(sent.clone()),
            GateRequest::Unheard(unheard) => match &unheard.what {
                Refused::Signed(_) | Refused::Unsigned => Self::Unheard(Trouble::BadSignature, outside(unheard.from)),
                Refused::Link(_) => Self::Unheard(Trouble::UnknownReference, outside(unheard.from)),
                Refused::Check { site, exists } => {
                    let trouble = if *exists { Trouble::NotTheirs } else { Trouble::UnknownReference };
                    Self::Unheard(trouble, Asker::Outside(Outsider::Site(site.clone())))
                }
            },
            _ => Self::Nothing,
        }
    }

    fn of_desk(request: &DeskRequest) -> Self {
        match request {
            DeskRequest::View { shift, .. } => Self::OnShift(shift.clone(), Named::ToLook),
            DeskRequest::Decide { shift, assignment, .. } => Self::OnShift(shift.clone(), Named::ToDecide(*assignment)),
            DeskRequest::RemoveStaff { shift, .. }
            | DeskRequest::SetSiteBudget { shift, .. }
            | DeskRequest::CancelChange { shift, .. }
            | DeskRequest::MakeChange { shift, .. }
            | DeskRequest::Lift { shift, .. }
            | DeskRequest::Reopen { shift, .. }
            | DeskRequest::Acknowledge { shift, .. } => Self::OnShift(shift.clone(), Named::Other),
            DeskRequest::Tried(shift)
            | DeskRequest::Entries { shift, .. }
            | DeskRequest::ApprovalOptions { shift, .. } => Self::OnShift(shift.clone(), Named::Reserved),
            DeskRequest::Next(shift) => Self::OnShift(shift.clone(), Named::Nothing),
            DeskRequest::EnrolOptions { .. }
            | DeskRequest::Enrol { .. }
            | DeskRequest::BeginShift { .. }
            | DeskRequest::StopByKey { .. } => Self::Knocking,
            _ => Self::Nothing,
        }
    }

    /// Who asks, where that is known before it is done. Of a site it is only what it says: whoever says so of another
    /// is refused in its place.
    pub(super) fn asker(&self, turn: &mut Turn<'_>) -> Option<Asker> {
        match self {
            Self::OnShift(token, _) => staff(turn, token).map(Asker::Staff),
            Self::Site { jws, .. } => site(jws),
            _ => None,
        }
    }

    /// What there is to observe of a request that was done.
    pub(super) fn seen_anyway(&self) -> Option<Seen> {
        match self {
            Self::Unheard(trouble, asker) => Some(Seen::Refused(Room::Gate, *trouble, asker.clone())),
            Self::Sent(sent) => Some(Seen::Sent(sent.clone())),
            _ => None,
        }
    }

    /// What there is to observe of a request that was refused.
    pub(super) fn seen_refused(&self, turn: &mut Turn<'_>, fault: &Fault) -> Option<Seen> {
        let keepers = |trouble, asker| Some(Seen::Refused(Room::Keeper, trouble, asker));
        match (self, fault) {
            (Self::OnShift(token, _), Fault::Spent(spent)) => of_spent(turn, token, spent),
            (Self::OnShift(token, named), Fault::Refused(refusal)) => {
                let staff = staff(turn, token)?;
                keepers(named.trouble(turn.db, staff, *refusal)?, Asker::Staff(staff))
            }
            (Self::Knocking, Fault::Refused(Refusal::BadPasskey)) => keepers(Trouble::BadSignature, outside(None)),
            (Self::Knocking, Fault::Refused(Refusal::BadInvitation)) => {
                keepers(Trouble::UnknownReference, outside(None))
            }
            // That the check isn't there is said to nobody whose signature doesn't hold.
            (Self::Site { jws, check: Some(check) }, Fault::Refused(Refusal::NotFound)) => {
                keepers(of_check(turn.db, *check), site(jws)?)
            }
            (Self::Site { .. } | Self::Document | Self::Knocking, Fault::Refused(Refusal::BadSignature)) => {
                keepers(Trouble::BadSignature, outside(None))
            }
            (Self::Member(check), Fault::Refused(Refusal::NotFound)) => {
                let trouble = of_check(turn.db, *check);
                (trouble == Trouble::UnknownReference).then(|| keepers(trouble, outside(None))).flatten()
            }
            _ => None,
        }
    }
}

impl Named {
    fn trouble(self, db: &Connection, staff: StaffId, refusal: Refusal) -> Option<Trouble> {
        match (self, refusal) {
            (Self::ToLook, Refusal::AssignmentOver | Refusal::AlreadyViewed) => Some(Trouble::NoAssignment),
            // Deciding twice is a slip; deciding what was never theirs is not.
            (Self::ToDecide(assignment), Refusal::AssignmentOver) if !was_given(db, assignment, staff) => {
                Some(Trouble::NoAssignment)
            }
            (Self::Reserved, Refusal::NotAllowed) => Some(Trouble::NotTheirs),
            (Self::Other | Self::Reserved, Refusal::NotFound) => Some(Trouble::UnknownReference),
            _ => None,
        }
    }
}

fn was_given(db: &Connection, assignment: AssignmentId, staff: StaffId) -> bool {
    let given = db
        .prepare_cached("SELECT 1 FROM assignment WHERE id = ?1 AND staff = ?2")
        .and_then(|mut query| query.exists((Id(assignment), Id(staff))));
    given.unwrap_or(false)
}

fn of_check(db: &Connection, check: CheckId) -> Trouble {
    let known = db
        .prepare_cached("SELECT 1 FROM checks WHERE id = ?1")
        .and_then(|mut query| query.query_row([Id(check)], |_| Ok(())).optional());
    if matches!(known, Ok(Some(()))) { Trouble::NotTheirs } else { Trouble::UnknownReference }
}

fn of_spent(turn: &mut Turn<'_>, token: &ShiftToken, spent: &Spent) -> Option<Seen> {
    let trouble = match (&spent.series.of, spent.window) {
        (Subject::Site(_) | Subject::Vault, _) => return Some(Seen::Spent(Room::Keeper, Box::new(spent.clone()))),
        (_, Window::Minute) => Trouble::TooFast,
        _ => Trouble::BudgetSpent,
    };
    Some(Seen::Refused(Room::Keeper, trouble, Asker::Staff(staff(turn, token)?)))
}

fn staff(turn: &mut Turn<'_>, token: &ShiftToken) -> Option<StaffId> {
    turn.room.shifts.get(token, turn.now.at).ok().map(|shift| shift.staff)
}

fn site(jws: &str) -> Option<Asker> {
    call::claimed_site(jws).map(|site| Asker::Outside(Outsider::Site(site)))
}
