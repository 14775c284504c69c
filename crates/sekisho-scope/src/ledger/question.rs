//! What is asked of a ledger: whose looks, at whose documents, when.

use sekisho_core::{
    id::{DeviceId, NetworkId, ShiftId, SiteName, StaffId},
    time::Timestamp,
    watch::{Cause, Finding},
};
use thiserror::Error;

use super::{shifts::Shift, window::Window};

/// How surely something is what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It surely isn't.
    No,
    /// The ledger leaves it open.
    Possible,
    /// It surely is.
    Sure,
}

/// All conditions that are said have to be met; of one that is said several times, one is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Who looked.
    pub people: Vec<StaffId>,
    /// In which session.
    pub sessions: Vec<ShiftId>,
    /// With which passkey the session began.
    pub devices: Vec<DeviceId>,
    /// From which network the session was worked.
    pub networks: Vec<NetworkId>,
    /// Which site asked for the document.
    pub sites: Vec<SiteName>,
    /// When it was looked at.
    pub window: Window,
    /// Whether the rest of a session in which something matches is possibly meant too: whoever took it may have had it
    /// from its beginning.
    pub whole_sessions: bool,
}

/// This finding is about nobody who could have been shown a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("that finding is about somebody outside, to whom no document is ever shown")]
pub struct NobodyInside;

impl Question {
    /// The same, of the looks that a finding of `at` is about: those of its people, or of everybody if it is about the
    /// whole vault, while its evidence came together; and possibly the rest of their sessions.
    ///
    /// # Errors
    /// When it is about somebody outside.
    pub fn about(mut self, finding: &Finding, at: Timestamp) -> Result<Self, NobodyInside> {
        match &finding.cause {
            Cause::Outside { .. } => return Err(NobodyInside),
            Cause::Person { staff, .. } => self.people = vec![*staff],
            Cause::Several { staff, .. } => self.people = staff.people().to_vec(),
            Cause::Vault { .. } => {}
        }
        let evidence = Window { from: Some(at - finding.evidence.seconds), to: Some(at) };
        self.window = self.window.and(&evidence);
        self.whole_sessions = true;
        Ok(self)
    }

    /// Whether a look of this person in this session may be meant at all, as far as can be told at once.
    pub(super) fn may_mean(&self, at: Timestamp, staff: StaffId, session: ShiftId) -> bool {
        let one_of_them = self.people.is_empty() || self.people.contains(&staff);
        let in_one = self.sessions.is_empty() || self.sessions.contains(&session);
        one_of_them && in_one && (self.whole_sessions || self.window.holds(at))
    }

    /// How surely one that may be meant is, by what is known of its session.
    pub(super) fn of_session(&self, session: &Shift) -> Fit {
        among(&self.devices, &session.devices).min(among(&self.networks, &session.networks))
    }

    /// How surely a document is meant whose site is this one, as far as it is known.
    pub(super) fn of_site(&self, site: Option<&SiteName>) -> Fit {
        among(&self.sites, site.map_or(&[], std::slice::from_ref))
    }
}

/// Whether it is one of those asked for, where it is one of these, or unknown.
fn among<T: PartialEq>(asked: &[T], known: &[T]) -> Fit {
    let met = known.iter().filter(|one| asked.contains(one)).count();
    match (asked.len(), known.len()) {
        (0, _) => Fit::Sure,
        (_, 0) => Fit::Possible,
        (_, all) if met == all => Fit::Sure,
        _ if met > 0 => Fit::Possible,
        _ => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_core::watch::{Detector, Evidence, OutsideVerdict, PersonVerdict, observed::Outsider};

    #[test]
    fn what_is_one_of_several_is_possibly_the_one_and_what_is_unknown_too() {
        assert_eq!(among(&[] as &[u8], &[]), Fit::Sure, "nothing was asked");
        assert_eq!(among(&[1], &[]), Fit::Possible);
        assert_eq!(among(&[1], &[1]), Fit::Sure);
        assert_eq!(among(&[1], &[1, 2]), Fit::Possible);
        assert_eq!(among(&[1, 2], &[1, 2]), Fit::Sure);
        assert_eq!(among(&[1], &[2]), Fit::No);
    }

    #[test]
    fn a_finding_asks_about_its_people_while_its_evidence_came_together() {
        let staff = StaffId::from_bytes([1; 16]);
        let evidence = Evidence { places: vec![], count: 5, seconds: 60 };
        let finding = Finding::of_person(Detector::Pressing, staff, PersonVerdict::EndShift, evidence);
        let asked = Question::default().about(&finding, Timestamp(1000)).unwrap();
        assert_eq!((asked.people, asked.window.from), (vec![staff], Some(Timestamp(940))));
        let cause = Cause::Outside { asker: Outsider::Others, verdict: OutsideVerdict::Note };
        let outside = Finding::new(Detector::Flood, cause, Evidence::default());
        assert_eq!(Question::default().about(&outside, Timestamp(1000)), Err(NobodyInside));
    }
}
