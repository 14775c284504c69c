//! Who is refused for a while, as the findings on record say.

use sekisho_core::{
    time::Timestamp,
    watch::{
        Cause, DENY_SECONDS, Detector, Finding, PersonVerdict, Verdict,
        observed::{Asker, Outsider},
    },
};
use serde::{Deserialize, Serialize};

use crate::wire::{Closed, Denial};

/// Who is refused, and until when. Those who are too many to be named are not among them: it would be everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Denied(Vec<(Asker, Closed, Timestamp)>);

impl Denied {
    /// Takes a finding that was entered `at` this time.
    pub(super) fn take(&mut self, finding: &Finding, at: Timestamp) {
        self.0.retain(|(.., until)| at < *until);
        if let Some(asker) = asker(finding) {
            let of = of(finding.detector);
            self.0.retain(|denied| (&denied.0, denied.1) != (&asker, of));
            self.0.push((asker, of, at + DENY_SECONDS));
        }
    }

    /// Until when `asker` is refused what they ask for.
    pub(super) fn until(&self, asker: &Asker, now: Timestamp) -> Option<Timestamp> {
        let stands = |denied: &&(Asker, Closed, Timestamp)| denied.1 == Closed::References && now < denied.2;
        self.0.iter().filter(stands).find(|(denied, ..)| denied == asker).map(|(.., until)| *until)
    }

    /// Who outside is refused.
    pub(super) fn outside(&self, now: Timestamp) -> Vec<Denial> {
        let standing = self.0.iter().filter(|(.., until)| now < *until);
        let outside = standing.filter_map(|(asker, of, until)| match asker {
            Asker::Outside(who) => Some(Denial { who: who.clone(), of: *of, until: *until }),
            Asker::Staff(_) => None,
        });
        outside.collect()
    }

    /// Whether anybody is refused.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

// A member who shares an address with somebody who tries links still sends their picture; a site that shares one with
// somebody who forges signatures still calls.
const fn of(detector: Detector) -> Closed {
    match detector {
        Detector::Flood => Closed::Pictures,
        Detector::Forgery => Closed::Calls,
        _ => Closed::References,
    }
}

fn asker(finding: &Finding) -> Option<Asker> {
    // Whoever touched bait is answered as before: else the next answer would tell them that it was bait.
    if finding.verdict() != Verdict::Deny || finding.detector == Detector::Canary {
        return None;
    }
    match &finding.cause {
        Cause::Outside { asker: Outsider::Others, .. } => None,
        Cause::Outside { asker, .. } => Some(Asker::Outside(asker.clone())),
        Cause::Person { staff, verdict: PersonVerdict::Deny } => Some(Asker::Staff(*staff)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::{
        id::{NetworkId, StaffId},
        watch::{Evidence, OutsideVerdict},
    };

    use super::*;

    fn network(byte: u8) -> Outsider {
        Outsider::Network(NetworkId::from_bytes([byte; 16]))
    }

    fn denial(asker: Outsider) -> Finding {
        let cause = Cause::Outside { asker, verdict: OutsideVerdict::Deny };
        Finding::new(Detector::Enumeration, cause, Evidence::default())
    }

    /// M20, M26: one asker for a quarter of an hour, and nobody else.
    #[test]
    fn who_is_denied_is_refused_for_a_quarter_of_an_hour_and_nobody_else() {
        let (mut denied, asker) = (Denied::default(), Asker::Outside(network(1)));
        denied.take(&denial(network(1)), Timestamp(100));
        assert_eq!(denied.until(&asker, Timestamp(100 + DENY_SECONDS - 1)), Some(Timestamp(100 + DENY_SECONDS)));
        assert_eq!(denied.until(&asker, Timestamp(100 + DENY_SECONDS)), None);
        assert_eq!(denied.until(&Asker::Outside(network(2)), Timestamp(100)), None);
        denied.take(&denial(network(2)), Timestamp(100 + DENY_SECONDS));
        assert_eq!(denied.0.len(), 1, "what is over is let go");
    }

    /// M20: who floods us with pictures sends no more of them, and does the rest as before; and the other way round.
    #[test]
    fn somebody_is_refused_that_with_which_they_were_found() {
        let mut denied = Denied::default();
        denied.take(&Finding { detector: Detector::Flood, ..denial(network(1)) }, Timestamp(1));
        let told = |denied: &Denied| denied.outside(Timestamp(2)).iter().map(|denial| denial.of).collect::<Vec<_>>();
        assert_eq!(told(&denied), [Closed::Pictures]);
        assert_eq!(denied.until(&Asker::Outside(network(1)), Timestamp(2)), None);
        denied.take(&denial(network(1)), Timestamp(1));
        assert_eq!(told(&denied), [Closed::Pictures, Closed::References]);
        denied.take(&Finding { detector: Detector::Forgery, ..denial(network(1)) }, Timestamp(1));
        assert_eq!(told(&denied), [Closed::Pictures, Closed::References, Closed::Calls]);
    }

    /// M7: what it is answered next doesn't tell a thief that it was bait.
    #[test]
    fn who_touches_bait_is_answered_as_before() {
        let mut denied = Denied::default();
        denied.take(&Finding { detector: Detector::Canary, ..denial(network(1)) }, Timestamp(1));
        assert!(denied.is_empty());
    }

    /// M26
    #[test]
    fn neither_those_too_many_to_be_named_nor_what_is_only_tried_is_denied() {
        let mut denied = Denied::default();
        denied.take(&denial(Outsider::Others), Timestamp(1));
        denied.take(&Finding { shadow: true, ..denial(network(1)) }, Timestamp(1));
        let end = PersonVerdict::EndShift;
        let staff = StaffId::from_bytes([1; 16]);
        denied.take(&Finding::of_person(Detector::Tempo, staff, end, Evidence::default()), Timestamp(1));
        assert!(denied.is_empty());
        denied
            .take(&Finding::of_person(Detector::Tempo, staff, PersonVerdict::Deny, Evidence::default()), Timestamp(1));
        assert!(denied.until(&Asker::Staff(staff), Timestamp(2)).is_some());
    }
}
