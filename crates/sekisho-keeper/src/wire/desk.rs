//! What the desk says, and what it is answered.

use sekisho_core::{
    budget::Windows,
    check::{CheckState, LookReason, Reason, Role},
    id::{AlertId, AssignmentId, ChangeId, CheckId, KindName, ShiftId, SiteName, StaffId, StopId, ViewingId},
    policy::{Policy, Text},
    render::Proposal,
    stop::Target,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::{
    Alerts, Answered, Board, Change, ChangeView, Dialogue, Directory, Figures, Page, SameMember, SiteView, Status,
    Stop, Whence,
};

/// The desk's dialogue.
pub struct Desk;

impl Dialogue for Desk {
    type Request = DeskRequest;
    type Answer = Answered<DeskAnswer>;
}

/// The secret of a shift. Held by the desk for one browser session; wiped with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftToken(pub [u8; 32]);

impl core::fmt::Debug for ShiftToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ShiftToken(..)")
    }
}

impl Drop for ShiftToken {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What the desk may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum DeskRequest {
    /// What a browser needs to make a passkey for an invitation (or the founding token).
    EnrolOptions {
        /// The invitation, as the person received it.
        invitation: String,
    },
    /// The browser's new passkey.
    Enrol {
        /// From the options.
        ceremony: [u8; 16],
        /// `clientDataJSON`.
        client_data: Vec<u8>,
        /// `attestationObject`.
        attestation: Vec<u8>,
    },
    /// What a browser needs to prove presence: to begin a shift, or to go on with one.
    ShiftOptions {
        /// The shift that goes on, if one does.
        shift: Option<ShiftToken>,
    },
    /// The browser's proof.
    BeginShift {
        /// From the options.
        ceremony: [u8; 16],
        /// The proof.
        assertion: Assertion,
        /// From where it came, where the desk knows.
        from: Option<Whence>,
    },
    /// Ends a shift.
    EndShift(ShiftToken),
    /// The person of a shift and what it may do.
    Whoami(ShiftToken),
    /// The present assignment, or the next one.
    Next(ShiftToken),
    /// The one look of an assignment.
    View {
        /// The shift.
        shift: ShiftToken,
        /// The assignment.
        assignment: AssignmentId,
        /// Why once more, where the document was looked at twice before.
        again: Option<LookReason>,
    },
    /// The answer to the policy's question.
    Decide {
        /// The shift.
        shift: ShiftToken,
        /// The assignment.
        assignment: AssignmentId,
        /// The reason; it implies the verdict.
        reason: Reason,
    },
    /// Counts of what waits.
    Queue(ShiftToken),
    /// Invites somebody (administrator).
    Invite {
        /// The shift.
        shift: ShiftToken,
        /// What the desk shows for the person. Not an e-mail address.
        name: String,
        /// As what.
        role: Role,
    },
    /// Everybody who is enrolled (administrator, officer).
    Staff(ShiftToken),
    /// Removes somebody (administrator). At once: it tightens.
    RemoveStaff {
        /// The shift.
        shift: ShiftToken,
        /// Who.
        staff: StaffId,
    },
    /// Registers or changes a site (administrator; while founding).
    RegisterSite {
        /// The shift.
        shift: ShiftToken,
        /// The site.
        site: Box<SiteView>,
    },
    /// Sets a site's own budget (administrator, officer). Tightening is immediate.
    SetSiteBudget {
        /// The shift.
        shift: ShiftToken,
        /// The site.
        site: SiteName,
        /// What it allows; nothing for what the vault lets a site have.
        budget: Option<Windows>,
    },
    /// Sites and policies.
    Directory(ShiftToken),
    /// The newest events, newest first (officer, administrator).
    Events {
        /// The shift.
        shift: ShiftToken,
        /// How many at most.
        limit: u16,
    },
    /// What is opened now, how budgets stand, what came in (officer, administrator).
    Board(ShiftToken),
    /// Entries of the ledger by their places, as evidence (officer, administrator).
    Entries {
        /// The shift.
        shift: ShiftToken,
        /// Which, [`super::Board::ENTRIES_MOST`] at most.
        places: Vec<u64>,
    },
    /// The ledger's entries from a place on, one page of them (officer).
    Ledger {
        /// The shift.
        shift: ShiftToken,
        /// The first place.
        from: u64,
    },
    /// Which checks are of the same member (officer).
    SameMembers {
        /// The shift.
        shift: ShiftToken,
        /// Which, [`super::Page::CHECKS_MOST`] at most.
        checks: Vec<CheckId>,
    },
    /// Whoever holds a key that only stops stops something (no shift).
    StopByKey {
        /// The key.
        key: String,
        /// What.
        target: Target,
        /// Why; with the key's name before it, 200 characters at most.
        why: String,
    },
    /// Somebody on shift named what their role may not see: the desk refuses it, and so does this verb. The watch hears
    /// of it (anybody).
    Tried(ShiftToken),
    /// Registers a version of a policy: one that only tightens, at any time; any, while founding (officer,
    /// administrator).
    RegisterPolicy {
        /// The shift.
        shift: ShiftToken,
        /// The policy.
        policy: Box<Policy>,
    },
    /// Pauses all openings (officer, administrator).
    Pause {
        /// The shift.
        shift: ShiftToken,
        /// For how long: 1 to 480. It ends by itself then.
        minutes: u16,
    },
    /// Asks to lift the pause (officer, with a fresh touch). The second officer's word lifts it; the first one's, where
    /// there is but one.
    Resume(ShiftToken),
    /// Proposes a change that loosens the registry, after the founding (administrator, officer).
    Propose {
        /// The shift.
        shift: ShiftToken,
        /// What.
        change: Box<Change>,
    },
    /// The changes that wait (administrator, officer).
    Changes(ShiftToken),
    /// A challenge to approve a change with (officer).
    ApprovalOptions {
        /// The shift.
        shift: ShiftToken,
        /// Which.
        change: ChangeId,
    },
    /// An officer is for it.
    Approve {
        /// The shift.
        shift: ShiftToken,
        /// The ceremony that `ApprovalOptions` began.
        ceremony: [u8; 16],
        /// The passkey's answer.
        assertion: Assertion,
    },
    /// It will not be made (officer, administrator).
    CancelChange {
        /// The shift.
        shift: ShiftToken,
        /// Which.
        change: ChangeId,
    },
    /// It is made, after its day (administrator). `Done`, or `Invitation` for somebody new.
    MakeChange {
        /// The shift.
        shift: ShiftToken,
        /// Which.
        change: ChangeId,
    },
    /// What is stopped now. The desk asks for itself too, so it takes no shift.
    Stops,
    /// Stops something (officer, administrator).
    Stop {
        /// The shift.
        shift: ShiftToken,
        /// What.
        target: Target,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Lets something go on (officer).
    Lift {
        /// The shift.
        shift: ShiftToken,
        /// Which stop.
        stop: StopId,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Lets one site and one reviewer go on, where everything is stopped (officer); all others wait on.
    Reopen {
        /// The shift.
        shift: ShiftToken,
        /// The stop of everything, which is lifted.
        stop: StopId,
        /// The site.
        site: SiteName,
        /// The reviewer.
        staff: StaffId,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Locks the vault down (officer). Nobody's shift survives it.
    LockDown {
        /// The shift.
        shift: ShiftToken,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Confirms that what the machine's clock shows now is the time (officer). Ends a doubt; what is overdue by
    /// it is destroyed.
    ConfirmTime(ShiftToken),
    /// The alerts, and who is called (officer, administrator).
    Alerts(ShiftToken),
    /// Somebody has seen an alert and sees to it (officer, administrator).
    Acknowledge {
        /// The shift.
        shift: ShiftToken,
        /// Which.
        alert: AlertId,
    },
    /// Figures for whoever watches from outside; nothing about anybody.
    Figures,
    /// How the keeper is.
    Status,
}

/// The answers to [`DeskRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum DeskAnswer {
    /// To `EnrolOptions`.
    EnrolOptions(EnrolOptions),
    /// To `Enrol`.
    Enrolled(StaffView),
    /// To `ShiftOptions`, `ApprovalOptions`.
    ShiftOptions(ShiftOptions),
    /// To `BeginShift`.
    Shift(Shift),
    /// To `EndShift`, `RemoveStaff`, `RegisterSite`, `RegisterPolicy`, `SetSiteBudget`, `Pause`, `Resume`, `Stop`, `Lift`, `Reopen`, `Approve`, `CancelChange`, `MakeChange`, `LockDown`,
    /// `ConfirmTime`, `Acknowledge`.
    Done,
    /// To `Whoami`.
    Whoami(Shift),
    /// To `Next`: nothing if nothing waits.
    Next(Option<Box<Assignment>>),
    /// To `View`.
    Picture(Picture),
    /// To `Decide`.
    Decided(CheckState),
    /// To `Queue`.
    Queue(Queue),
    /// To `Invite`: the invitation to hand over, shown once.
    Invitation {
        /// The secret of it.
        invitation: String,
        /// Until when it works.
        until: Timestamp,
    },
    /// To `Staff`.
    Staff(Vec<StaffView>),
    /// To `Directory`.
    Directory(Directory),
    /// To `Board`.
    Board(Box<Board>),
    /// To `Events` and `Entries`.
    Events(Vec<LoggedEvent>),
    /// To `Ledger`.
    Ledger(Page),
    /// To `SameMembers`, for each check: nothing where what tied it to a person was erased.
    SameMembers(Vec<Option<SameMember>>),
    /// To `Alerts`.
    Alerts(Alerts),
    /// To `Figures`.
    Figures(Box<Figures>),
    /// To `StopByKey`: under this name it is lifted.
    Stopped(StopId),
    /// To `Stops`.
    Stops(Vec<Stop>),
    /// To `Propose`.
    Proposed(ChangeId),
    /// To `Changes`.
    Changes(Vec<ChangeView>),
    /// To `Status`.
    Status(Status),
}

/// For `navigator.credentials.create`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolOptions {
    /// Handed back with the answer.
    pub ceremony: [u8; 16],
    /// The challenge.
    pub challenge: [u8; 32],
    /// The relying party's id: the desk's full host.
    pub rp_id: String,
    /// The user handle: the staff id's bytes.
    pub user: [u8; 16],
    /// What the person is shown as.
    pub name: String,
    /// What the person will be.
    pub role: Role,
}

/// For `navigator.credentials.get`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShiftOptions {
    /// Handed back with the answer.
    pub ceremony: [u8; 16],
    /// The challenge.
    pub challenge: [u8; 32],
    /// The relying party's id.
    pub rp_id: String,
}

/// What `navigator.credentials.get` gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assertion {
    /// The credential's id.
    pub credential: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
}

/// A shift that began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shift {
    /// Its id, as the ledger names it.
    pub id: ShiftId,
    /// Its secret.
    pub token: ShiftToken,
    /// Whose it is.
    pub staff: StaffView,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// A staff member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffView {
    /// The id.
    pub staff: StaffId,
    /// What the desk shows.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Since when.
    pub enrolled: Timestamp,
}

/// One check given to one reviewer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assignment {
    /// The assignment.
    pub assignment: AssignmentId,
    /// When it lapses.
    pub until: Timestamp,
    /// Whether its one look was taken.
    pub viewed: bool,
    /// What the member said the document is.
    pub kind: KindName,
    /// What members call that kind.
    pub kind_name: Text,
    /// The policy's question, with the date filled in.
    pub question: Text,
    /// The site.
    pub site: Text,
    /// The document's deadline.
    pub deadline: Timestamp,
}

/// One picture for one person.
#[derive(Serialize, Deserialize)]
pub struct Picture {
    /// The viewing, as it is printed on the picture.
    pub viewing: ViewingId,
    /// Its media type.
    pub media_type: String,
    /// The picture.
    #[serde(with = "super::bytes")]
    pub bytes: Vec<u8>,
    /// What a program reads of the age, if one read it. The reviewer decides.
    pub proposal: Option<Proposal>,
}

impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.viewing, self.bytes.len())
    }
}

/// What waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Queue {
    /// Documents that nobody has.
    pub waiting: u64,
    /// Documents that somebody has.
    pub assigned: u64,
    /// Of both, those past the policy's warning.
    pub near_deadline: u64,
    /// The earliest deadline.
    pub next_deadline: Option<Timestamp>,
}

/// An event with its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// Its place.
    pub index: u64,
    /// Its body, JSON.
    pub body: String,
}
