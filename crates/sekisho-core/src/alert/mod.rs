//! Alerts: which events call a person, whom, how urgently, and with which words.
//!
//! An alert follows from one event and from nothing else, so the keeper raises it in the transaction of that event, and
//! whoever has the ledger can tell which alerts there must have been. Nothing here names a member.

mod rota;
mod told;
mod words;

use serde::{Deserialize, Serialize};

pub use rota::{MAX_PEOPLE, Rota, RotaError, Step};
pub use told::Alerting;

use crate::{
    canary::Canary,
    change::Changing,
    check::{Role, ShredCause},
    event::What,
    policy::Text,
    stop::Stopping,
    watch::{Detector, Finding, Verdict},
};

/// How soon somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within the working day.
    Soon,
    /// At any hour.
    Now,
}

/// Who is called first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// One after the other, as the rota says, until somebody acknowledges.
    Rota,
    /// Everybody on it at once.
    All,
}

/// What an alert is about. While one waits to be acknowledged, further events of its kind are counted, and nobody is
/// called anew: so nobody can bury an alert under others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A witness knows another ledger.
    Contradicted,
    /// A witness counts no more.
    WitnessForgotten,
    /// The detectors were set.
    WatchSet,
    /// Bait was touched.
    Canary,
    /// Somebody paused all openings.
    Paused,
    /// Somebody stopped something.
    Stopped,
    /// The keeper wiped its keys.
    LockedDown,
    /// A change that loosens the registry was proposed.
    ChangeProposed,
    /// Something else opens the keystore than before.
    KeystoreChanged,
    /// The time is not believed.
    TimeDoubted,
    /// A document was found damaged.
    Damaged,
    /// A document died undecided.
    Overdue,
    /// A document nears its deadline undecided.
    DeadlineNears,
    /// The installation was restored from a backup.
    Restored,
    /// Somebody became an officer or an administrator.
    Appointed,
    /// What sends alerts was not heard of.
    CourierSilent,
    /// Somebody tries the alerts.
    Test,
    /// A detector found something.
    Watch(Detector),
}

impl Kind {
    /// Its name, as it stands in messages, figures and rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::WitnessForgotten => "witness_forgotten",
            Self::WatchSet => "watch_set",
            Self::Canary => "canary",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::LockedDown => "locked_down",
            Self::ChangeProposed => "change_proposed",
            Self::KeystoreChanged => "keystore_changed",
            Self::TimeDoubted => "time_doubted",
            Self::Damaged => "damaged",
            Self::Overdue => "overdue",
            Self::DeadlineNears => "deadline_nears",
            Self::Restored => "restored",
            Self::Appointed => "appointed",
            Self::CourierSilent => "courier_silent",
            Self::Test => "test",
            Self::Watch(detector) => detector.name(),
        }
    }
}

/// What somebody is told, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What happened.
    pub happened: Text,
    /// What that implies.
    pub implies: Text,
    /// What to do now.
    pub to_do: Text,
}

/// What an event calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is about.
    pub kind: Kind,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// Who is called first.
    pub audience: Audience,
    /// What they are told.
    pub words: Words,
}

impl Alert {
    /// The alert that an event raises, if it raises one. Every kind of event is named here: whoever adds one decides.
    pub fn of(what: &What) -> Option<Self> {
        let (kind, urgency, audience) = match what {
            What::WitnessContradicted { .. } => (Kind::Contradicted, Urgency::Now, Audience::All),
            What::WitnessForgotten { .. } => (Kind::WitnessForgotten, Urgency::Soon, Audience::All),
            What::Paused { .. } => (Kind::Paused, Urgency::Now, Audience::Rota),
            What::Stopping { stopping: Stopping::Stopped { .. } } => (Kind::Stopped, Urgency::Now, Audience::Rota),
            What::LockedDown { .. } => (Kind::LockedDown, Urgency::Now, Audience::All),
            What::Changing { change: Changing::Proposed { .. } } => {
                (Kind::ChangeProposed, Urgency::Soon, Audience::All)
            }
            What::KeystoreChanged { .. } => (Kind::KeystoreChanged, Urgency::Soon, Audience::All),
            What::TimeDoubted { .. } => (Kind::TimeDoubted, Urgency::Now, Audience::Rota),
            What::Shredded { cause: ShredCause::Damaged, .. } => (Kind::Damaged, Urgency::Soon, Audience::Rota),
            What::Shredded { cause: ShredCause::Overdue, .. } => (Kind::Overdue, Urgency::Soon, Audience::Rota),
            What::DeadlineNears { .. } => (Kind::DeadlineNears, Urgency::Soon, Audience::Rota),
            What::Restored { .. } => (Kind::Restored, Urgency::Now, Audience::All),
            What::StaffEnrolled { role: Role::Officer | Role::Administrator, by: Some(_), .. } => {
                (Kind::Appointed, Urgency::Soon, Audience::All)
            }
            What::Canary { canary: Canary::Known { .. } } => (Kind::Canary, Urgency::Now, Audience::All),
            What::Found { finding } => of_finding(finding)?,
            What::WatchSet { founding: false, .. } => (Kind::WatchSet, Urgency::Soon, Audience::All),
            What::Alerting { alerting } => of_alerting(alerting)?,
            What::Founded { .. }
            | What::Started
            | What::RootChanged { .. }
            | What::SlotsForgotten { .. }
            | What::IntakeKeyMade { .. }
            | What::Received { .. }
            | What::TakenOver { .. }
            | What::Assigned { .. }
            | What::Lapsed { .. }
            | What::Viewed { .. }
            | What::Decided { .. }
            | What::Shredded { .. }
            | What::CheckEnded { .. }
            | What::MemberLeft { .. }
            | What::MemberErased { .. }
            | What::StaffEnrolled { .. }
            | What::StaffRemoved { .. }
            | What::ShiftBegan { .. }
            | What::ShiftEnded { .. }
            | What::SiteRegistered { .. }
            | What::LimitsSet { .. }
            | What::WatchSet { .. }
            | What::SiteBudgetSet { .. }
            | What::PolicyRegistered { .. }
            | What::TimeConfirmed { .. }
            | What::TimeConfirmedByWitness { .. }
            | What::WitnessRegistered { .. }
            | What::WitnessAgreed { .. }
            | What::Resumed { .. }
            | What::ResumeAsked { .. }
            | What::Stopping { .. }
            | What::Changing { .. }
            | What::Unlocked { .. }
            | What::Canary { .. }
            // A detector makes of it what there is to make.
            | What::Observed { .. } => return None,
        };
        Some(Self { kind, urgency, audience, words: words::of(kind, what) })
    }
}

fn of_finding(finding: &Finding) -> Option<(Kind, Urgency, Audience)> {
    let (urgency, audience) = match (finding.detector, finding.verdict()) {
        (_, Verdict::Note) => return None,
        (Detector::Canary, _) | (_, Verdict::Lockdown) => (Urgency::Now, Audience::All),
        // What the internet can bring about by misbehaving wakes nobody.
        (_, Verdict::Deny) => (Urgency::Soon, Audience::Rota),
        (_, Verdict::EndShift | Verdict::Pause) => (Urgency::Now, Audience::Rota),
    };
    Some((Kind::Watch(finding.detector), urgency, audience))
}

const fn of_alerting(alerting: &Alerting) -> Option<(Kind, Urgency, Audience)> {
    match alerting {
        Alerting::CourierSilent { .. } => Some((Kind::CourierSilent, Urgency::Now, Audience::All)),
        Alerting::Tested { .. } => Some((Kind::Test, Urgency::Now, Audience::Rota)),
        Alerting::Acknowledged { .. } | Alerting::RotaSet { .. } => None,
    }
}

#[cfg(test)]
mod tests;
