//! A keeper that plays along: as many verbs as the desk's pages need, in memory.

mod brakes;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use sekisho_core::{
    check::{CheckState, Reason, Role, Verdict},
    event::{Event, What},
    id::{AssignmentId, KeeperId, ShiftId, StaffId, ViewingId},
    render::Proposal,
};
use sekisho_keeper::{
    webauthn::{Credential, RelyingParty, verify_assertion, verify_registration},
    wire::{
        Alerts, Answered, Assertion, Assignment, DeskAnswer, DeskRequest, Directory, EnrolOptions, LoggedEvent, Paused,
        Picture, Queue, Refusal, Shift, ShiftOptions, ShiftToken, SiteView, StaffView, Status, Stop, Whence,
        Witnessing,
    },
};

use super::{
    NOW, alerts,
    board::{self, Play},
    changes::Changes,
    fixtures::{beginning, policy, site, text},
    scope,
};
use crate::service::desk_ports::{DeskKeeper, Pending};

/// The key that only stops, of which it knows.
pub(in crate::desk) const STOP_KEY: &str = "skstop_play";

/// The invitation that it takes, for a reviewer called 新人.
pub(in crate::desk) const INVITATION: &str = "play-invitation";

/// Whoever comes by that invitation.
const NEW: StaffId = StaffId::from_bytes([9; 16]);

/// The question of its assignments.
pub(in crate::desk) const QUESTION: &str = "2008年11月21日以前に生まれましたか";

/// Keeps its state behind one lock, like the real one.
pub(in crate::desk) struct PlayKeeper(Mutex<State>);

struct State {
    origin: String,
    asked: Vec<String>,
    whence: Option<Whence>,
    refusal: Option<Refusal>,
    staff: Vec<StaffView>,
    passkey: Option<Credential>,
    holder: StaffId,
    shifts: BTreeMap<[u8; 32], StaffId>,
    begun: u8,
    sites: Vec<SiteView>,
    waiting: u64,
    present: Option<Assignment>,
    drawn: u8,
    paused: bool,
    doubtful: bool,
    witnessing: Witnessing,
    picture: Vec<u8>,
    proposal: Option<Proposal>,
    events: Vec<What>,
    alerts: Alerts,
    play: Play,
    stops: Vec<Stop>,
    changes: Changes,
}

pub(super) fn staff_id(role: Role) -> [u8; 16] {
    match role {
        Role::Administrator => [1; 16],
        Role::Reviewer => [2; 16],
        Role::Officer => [3; 16],
    }
}

fn person(role: Role, name: &str) -> StaffView {
    StaffView { staff: StaffId::from_bytes(staff_id(role)), name: name.into(), role, enrolled: NOW - 86_400 }
}

/// The smallest PNG: one pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0,
    0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9C, 0x63, 0x60, 0, 0, 0, 2, 0, 1,
    0x48, 0xAF, 0xA4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
];

impl PlayKeeper {
    pub(super) fn new(origin: &str) -> Self {
        let staff =
            vec![person(Role::Administrator, "山本"), person(Role::Reviewer, "審査一"), person(Role::Officer, "中村")];
        Self(Mutex::new(State {
            origin: origin.into(),
            asked: Vec::new(),
            whence: None,
            refusal: None,
            passkey: None,
            holder: NEW,
            staff,
            shifts: BTreeMap::new(),
            begun: 0,
            sites: vec![site()],
            waiting: 3,
            present: None,
            drawn: 0,
            paused: false,
            doubtful: false,
            witnessing: Witnessing::nobody(),
            picture: PIXEL.into(),
            proposal: None,
            events: beginning(),
            alerts: alerts::waiting(),
            play: Play::Busy,
            stops: Vec::new(),
            changes: Changes::default(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test dies in here")
    }

    /// What it was asked, oldest first, as `Debug` writes it.
    pub(in crate::desk) fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// From where presence was proven last.
    pub(in crate::desk) fn whence(&self) -> Option<Whence> {
        self.state().whence.clone()
    }

    /// Refuses everything from now on.
    pub(in crate::desk) fn refuse(&self, refusal: Refusal) {
        self.state().refusal = Some(refusal);
    }

    /// Ends what [`PlayKeeper::refuse`] began.
    pub(in crate::desk) fn obey(&self) {
        self.state().refusal = None;
    }

    /// Doubts the time until an officer confirms it.
    pub(in crate::desk) fn doubt_the_time(&self) {
        self.state().doubtful = true;
    }

    /// Says this of witnesses from now on.
    pub(in crate::desk) fn be_witnessed(&self, witnessing: Witnessing) {
        self.state().witnessing = witnessing;
    }

    /// Shows this on its board; under attack, detectors have something to say.
    pub(in crate::desk) fn play(&self, play: Play) {
        let mut state = self.state();
        state.play = play;
        if play == Play::Attack {
            let places: Vec<u64> = vec![5, 7];
            let viewed = state.events[5].clone();
            state.events.push(viewed);
            state.events.extend(board::findings(places));
        }
    }

    /// What it answers to whoever asks for the board.
    pub(in crate::desk) fn board(&self) -> sekisho_keeper::wire::Board {
        let state = self.state();
        board::board(state.play, &state.staff, &state.logged())
    }

    /// Lets nothing wait.
    pub(in crate::desk) fn empty(&self) {
        self.state().waiting = 0;
    }

    /// Lets this many wait.
    pub(in crate::desk) fn pile(&self, waiting: u64) {
        self.state().waiting = waiting;
    }

    /// What it proposes beside a picture from now on, or that it proposes nothing.
    pub(crate) fn propose(&self, proposal: impl Into<Option<Proposal>>) {
        self.state().proposal = proposal.into();
    }

    /// The picture that it releases from now on.
    pub(in crate::desk) fn show(&self, png: Vec<u8>) {
        self.state().picture = png;
    }

    /// The present assignment's id.
    pub(in crate::desk) fn assignment(&self) -> String {
        self.state().present.as_ref().expect("an assignment").assignment.to_string()
    }

    /// From now on the passkey that was enrolled belongs to the person of that role.
    pub(in crate::desk) fn give_passkey_to(&self, role: Role) {
        self.state().holder = StaffId::from_bytes(staff_id(role));
    }

    /// The id of the person of a role.
    pub(in crate::desk) fn person(&self, role: Role) -> String {
        StaffId::from_bytes(staff_id(role)).to_string()
    }
}

impl DeskKeeper for PlayKeeper {
    fn ask(&self, request: DeskRequest) -> Pending<'_, Answered<DeskAnswer>> {
        let mut state = self.state();
        state.asked.push(format!("{request:?}"));
        let answer = match state.refusal {
            Some(refusal) => Err(refusal),
            None => state.answer(request),
        };
        Box::pin(std::future::ready(answer))
    }
}

impl State {
    fn answer(&mut self, request: DeskRequest) -> Answered<DeskAnswer> {
        match request {
            DeskRequest::EnrolOptions { invitation } => self.enrol_options(&invitation),
            DeskRequest::Enrol { ceremony, client_data, attestation } => {
                self.enrol(ceremony, &client_data, &attestation)
            }
            DeskRequest::ShiftOptions { .. } => Ok(DeskAnswer::ShiftOptions(ShiftOptions {
                ceremony: [6; 16],
                challenge: [8; 32],
                rp_id: self.rp_id(),
            })),
            DeskRequest::BeginShift { assertion, from, .. } => {
                self.whence = from;
                self.begin(&assertion)
            }
            DeskRequest::EndShift(token) => {
                self.shifts.remove(&token.0).map(|_| DeskAnswer::Done).ok_or(Refusal::ShiftOver)
            }
            DeskRequest::Whoami(_) => Err(Refusal::NotFound),
            DeskRequest::Next(token) => self.reviewer(&token).map(|()| self.next()),
            DeskRequest::View { shift, assignment, .. } => self.reviewer(&shift).and_then(|()| self.view(assignment)),
            DeskRequest::Decide { shift, assignment, reason } => {
                self.reviewer(&shift).and_then(|()| self.decide(assignment, reason))
            }
            DeskRequest::Queue(_) => Ok(DeskAnswer::Queue(Queue {
                waiting: self.waiting,
                assigned: 1,
                near_deadline: self.waiting.min(1),
                next_deadline: (self.waiting > 0).then_some(NOW + 5 * 3600),
            })),
            DeskRequest::Invite { .. }
            | DeskRequest::RegisterSite { .. }
            | DeskRequest::RegisterPolicy { .. }
            | DeskRequest::SetSiteBudget { .. }
                if self.changes.in_use =>
            {
                Err(Refusal::AlreadyFounded)
            }
            DeskRequest::Propose { change, .. } => Ok(self.changes.propose(*change, self.holder)),
            DeskRequest::Changes(_) => Ok(self.changes.all()),
            DeskRequest::ApprovalOptions { .. } => Ok(DeskAnswer::ShiftOptions(ShiftOptions {
                ceremony: [6; 16],
                challenge: [8; 32],
                rp_id: self.rp_id(),
            })),
            DeskRequest::Approve { assertion, .. } => {
                let by = self.prover(&assertion)?;
                self.changes.approve(by)
            }
            DeskRequest::CancelChange { change, .. } => Ok(self.changes.cancel(change)),
            DeskRequest::MakeChange { change, .. } => self.changes.make(change),
            DeskRequest::Invite { .. } => Ok(DeskAnswer::Invitation {
                invitation: "Jx3fQ0mVt2kP9sYb7LwZ4nRc6HdTg1uE".into(),
                until: NOW + 86_400,
            }),
            DeskRequest::Staff(_) => Ok(DeskAnswer::Staff(self.staff.clone())),
            DeskRequest::RemoveStaff { staff, .. } => {
                self.staff.retain(|person| person.staff != staff);
                Ok(DeskAnswer::Done)
            }
            DeskRequest::RegisterSite { site, .. } => {
                self.sites.push(*site);
                Ok(DeskAnswer::Done)
            }
            DeskRequest::RegisterPolicy { .. } => Ok(DeskAnswer::Done),
            DeskRequest::SetSiteBudget { site, budget, .. } => {
                let known = self.sites.iter_mut().filter(|known| known.name == site);
                known.for_each(|known| known.budget = budget);
                Ok(DeskAnswer::Done)
            }
            DeskRequest::Directory(_) => Ok(DeskAnswer::Directory(Directory {
                sites: self.sites.clone(),
                policies: vec![policy()],
                jwks: "{\"keys\":[]}".into(),
                ledger_key: "play".into(),
                witness_keys: Vec::new(),
            })),
            DeskRequest::Board(_) => {
                Ok(DeskAnswer::Board(Box::new(board::board(self.play, &self.staff, &self.logged()))))
            }
            DeskRequest::Entries { places, .. } => {
                let all = self.logged();
                let find = |place: u64| all.iter().find(|entry| entry.index == place).cloned();
                Ok(DeskAnswer::Events(places.into_iter().filter_map(find).collect()))
            }
            DeskRequest::Ledger { from, .. } => Ok(scope::page(&self.logged(), from)),
            DeskRequest::SameMembers { checks, .. } => Ok(scope::members(&checks)),
            DeskRequest::Tried(_) => Err(Refusal::NotAllowed),
            DeskRequest::Events { .. } => Ok(DeskAnswer::Events(self.logged())),
            DeskRequest::Pause { .. } => Ok(self.pause(true)),
            DeskRequest::Stops => Ok(DeskAnswer::Stops(self.stops.clone())),
            DeskRequest::Stop { target, why, .. } => Ok(self.stop(target, &why)),
            DeskRequest::StopByKey { key, target, why } if key == STOP_KEY => {
                self.stop(target, &why);
                Ok(DeskAnswer::Stopped(self.stops.last().expect("it was just stopped").id))
            }
            DeskRequest::StopByKey { .. } => Err(Refusal::BadSignature),
            DeskRequest::Lift { stop, .. } => {
                self.stops.retain(|known| known.id != stop);
                Ok(DeskAnswer::Done)
            }
            DeskRequest::Reopen { stop, site, staff, why, .. } => Ok(self.reopen(stop, (site, staff), &why)),
            DeskRequest::Resume(_) => Ok(self.pause(false)),
            DeskRequest::LockDown { .. } => {
                self.refusal = Some(Refusal::LockedDown);
                Ok(DeskAnswer::Done)
            }
            DeskRequest::ConfirmTime(_) => Ok(self.confirm_time()),
            DeskRequest::Alerts(_) => Ok(DeskAnswer::Alerts(self.alerts.clone())),
            DeskRequest::Acknowledge { alert, .. } => Ok(alerts::acknowledge(&mut self.alerts, alert)),
            DeskRequest::Figures => Err(Refusal::Unavailable),
            DeskRequest::Status => Ok(DeskAnswer::Status(self.status())),
        }
    }

    fn rp_id(&self) -> String {
        let host = self.origin.split_once("://").expect("an origin").1;
        host.split(':').next().expect("a host").into()
    }

    fn enrol_options(&self, invitation: &str) -> Answered<DeskAnswer> {
        if invitation != INVITATION {
            return Err(Refusal::BadInvitation);
        }
        Ok(DeskAnswer::EnrolOptions(EnrolOptions {
            ceremony: [5; 16],
            challenge: [7; 32],
            rp_id: self.rp_id(),
            user: *NEW.as_bytes(),
            name: "新人".into(),
            role: Role::Reviewer,
        }))
    }

    /// Judges the passkey with the keeper's own code.
    fn enrol(&mut self, ceremony: [u8; 16], client_data: &[u8], attestation: &[u8]) -> Answered<DeskAnswer> {
        if ceremony != [5; 16] {
            return Err(Refusal::BadPasskey);
        }
        let made = verify_registration(&self.party(), &[7; 32], client_data, attestation);
        self.passkey = Some(made.map_err(|_| Refusal::BadPasskey)?);
        let person = StaffView { staff: NEW, name: "新人".into(), role: Role::Reviewer, enrolled: NOW };
        self.staff.push(person.clone());
        Ok(DeskAnswer::Enrolled(person))
    }

    fn party(&self) -> RelyingParty {
        RelyingParty { id: self.rp_id(), origin: self.origin.clone() }
    }

    /// Who proves presence: by the passkey that was enrolled, or by [`super::proof`].
    fn prover(&mut self, assertion: &Assertion) -> Answered<StaffId> {
        if assertion.signature == b"played" {
            let id: [u8; 16] = assertion.credential.as_slice().try_into().map_err(|_| Refusal::BadPasskey)?;
            return Ok(StaffId::from_bytes(id));
        }
        let party = self.party();
        let passkey = self.passkey.as_mut().ok_or(Refusal::BadPasskey)?;
        let counter = verify_assertion(&party, &[8; 32], passkey, assertion).map_err(|_| Refusal::BadPasskey)?;
        passkey.counter = counter.0;
        Ok(self.holder)
    }

    fn begin(&mut self, assertion: &Assertion) -> Answered<DeskAnswer> {
        let staff = self.prover(assertion)?;
        let staff = self.staff.iter().find(|person| person.staff == staff).ok_or(Refusal::BadPasskey)?.clone();
        self.begun += 1;
        let number = self.begun;
        self.shifts.insert([number; 32], staff.staff);
        let (id, token) = (ShiftId::from_bytes([number; 16]), ShiftToken([number; 32]));
        Ok(DeskAnswer::Shift(Shift { id, token, staff, until: NOW + 4 * 3600 }))
    }

    fn reviewer(&self, token: &ShiftToken) -> Answered<()> {
        let staff = self.shifts.get(&token.0).ok_or(Refusal::ShiftOver)?;
        let person = self.staff.iter().find(|person| person.staff == *staff).ok_or(Refusal::ShiftOver)?;
        if person.role == Role::Reviewer { Ok(()) } else { Err(Refusal::NotAllowed) }
    }

    fn next(&mut self) -> DeskAnswer {
        if self.present.is_none() && self.waiting > 0 {
            self.waiting -= 1;
            self.drawn += 1;
            self.present = Some(Assignment {
                assignment: AssignmentId::from_bytes([self.drawn; 16]),
                until: NOW + 600,
                viewed: false,
                kind: "jp-driving-licence".parse().expect("a name"),
                kind_name: text("運転免許証", "Driving licence"),
                question: text(QUESTION, "Born on or before 21 November 2008?"),
                site: text("出会いの見本", "Sample dating site"),
                deadline: NOW + 40 * 3600,
            });
        }
        DeskAnswer::Next(self.present.clone().map(Box::new))
    }

    fn view(&mut self, assignment: AssignmentId) -> Answered<DeskAnswer> {
        let present = self.present.as_mut().filter(|present| present.assignment == assignment);
        let present = present.ok_or(Refusal::AssignmentOver)?;
        if std::mem::replace(&mut present.viewed, true) {
            return Err(Refusal::AlreadyViewed);
        }
        let viewing = ViewingId::from_bytes([0x42; 16]);
        Ok(DeskAnswer::Picture(Picture {
            viewing,
            media_type: "image/png".into(),
            bytes: self.picture.clone(),
            proposal: self.proposal,
        }))
    }

    fn decide(&mut self, assignment: AssignmentId, reason: Reason) -> Answered<DeskAnswer> {
        self.present.take_if(|present| present.assignment == assignment).ok_or(Refusal::AssignmentOver)?;
        Ok(DeskAnswer::Decided(match reason.verdict() {
            Verdict::Approve => CheckState::Approved,
            Verdict::Reject => CheckState::Rejected,
            Verdict::Retake => CheckState::AwaitingDocument,
        }))
    }

    fn pause(&mut self, paused: bool) -> DeskAnswer {
        let by = StaffId::from_bytes(staff_id(Role::Officer));
        self.paused = paused;
        self.events.push(if paused { What::Paused { by: by.into(), until: None } } else { What::Resumed { by } });
        DeskAnswer::Done
    }

    fn confirm_time(&mut self) -> DeskAnswer {
        self.doubtful = false;
        DeskAnswer::Done
    }

    fn logged(&self) -> Vec<LoggedEvent> {
        let event = |(index, what): (usize, &What)| {
            let body = Event::new(NOW - 600 + index as u64 * 7, what.clone()).to_bytes();
            LoggedEvent { index: index as u64, body: String::from_utf8(body).expect("JSON") }
        };
        self.events.iter().enumerate().map(event).rev().collect()
    }

    fn status(&self) -> Status {
        Status {
            keeper: KeeperId::from_bytes([1; 16]),
            test: true,
            founded: true,
            locked: false,
            locked_down: None,
            custodians: None,
            paused: self.paused.then_some(Paused { until: NOW + 900, asked: 1, needed: 2 }),
            time_in_doubt: self.doubtful,
            budget: Box::new(sekisho_keeper::wire::BudgetView {
                limits: Default::default(),
                opened: sekisho_core::budget::Windows::each(|_| 0),
            }),
            witnessing: self.witnessing.clone(),
            ledger_size: self.events.len() as u64,
            undecided: self.waiting,
            now: NOW,
            wall: NOW,
        }
    }
}
