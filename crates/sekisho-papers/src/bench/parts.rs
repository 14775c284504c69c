//! As many documents as a bar of one in a hundred or a thousand needs, in parts that can be judged one after the other.

use super::campaign::HELD_OUT;
use crate::{kinds::Kind, make::Order, shoot::Severity};

/// A part: some kinds, so many of each in each severity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Its name on the command line.
    pub name: &'static str,
    /// The kinds.
    kinds: &'static [Kind],
    /// How many of each kind and severity.
    each: u64,
}

/// All of them: a thousand that show a My Number; five hundred of each that must not be refused.
pub const ALL: [Part; 4] = [
    Part { name: "numbers", kinds: &[Kind::MyNumberBack, Kind::NotificationCard, Kind::ResidentRecord], each: 112 },
    Part { name: "licences", kinds: &[Kind::DrivingLicence], each: 167 },
    Part { name: "insurance", kinds: &[Kind::EligibilityCertificate, Kind::HealthInsuranceCard], each: 84 },
    Part { name: "fronts", kinds: &[Kind::MyNumberFront], each: 167 },
];

/// The first seed of all parts: held out, and none that the campaign over all kinds takes.
const FIRST: u64 = HELD_OUT + 500_000;

impl Part {
    /// The part of this name.
    pub fn named(name: &str) -> Option<Part> {
        ALL.into_iter().find(|part| part.name == name)
    }

    /// Its documents.
    pub fn order(&self) -> Order {
        let severities = Severity::ALL.to_vec();
        let count = self.each * (self.kinds.len() * severities.len()) as u64;
        Order { count, seed: FIRST, kinds: self.kinds.to_vec(), severities }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_as_many_as_are_asked_for_in_equal_shares() {
        for (part, least) in ALL.iter().zip([1000, 500, 500, 500]) {
            let order = part.order();
            assert!(order.count >= least, "{}", part.name);
            for kind in part.kinds {
                for severity in Severity::ALL {
                    let count = order.each().filter(|(_, k, s)| (k, s) == (kind, &severity)).count() as u64;
                    assert!(count.abs_diff(part.each) <= 1, "{} {kind:?} {severity:?}: {count}", part.name);
                }
            }
            assert_eq!(Part::named(part.name), Some(*part));
        }
        assert_eq!(Part::named("all"), None);
    }
}
