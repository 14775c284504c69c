//! Whether a new version of a policy lets in, shows or keeps anything that the old one doesn't.

use super::{AcceptedKind, Policy, Retention};

impl Retention {
    fn is_within(&self, other: &Self) -> bool {
        self.picture_hours <= other.picture_hours && self.member_days <= other.member_days
    }
}

impl AcceptedKind {
    /// Whether this is `other`, perhaps accepted for less long.
    fn is_within(&self, other: &Self) -> bool {
        let sooner = match (self.valid_to, other.valid_to) {
            (_, None) => true,
            (ours, Some(theirs)) => ours.is_some_and(|ours| ours <= theirs),
        };
        sooner && *self == Self { valid_to: self.valid_to, ..other.clone() }
    }
}

impl Policy {
    /// Whether this is a later version of `other` that accepts, shows and keeps no more, says the same, and ends no
    /// later: then it may be registered at once.
    pub fn is_within(&self, other: &Self) -> bool {
        let kinds = self.kinds.iter().all(|kind| other.kinds.iter().any(|known| kind.is_within(known)));
        let visible = self.visible.iter().all(|field| other.visible.contains(field));
        let ends = other.valid_to.is_none_or(|last| self.valid_to.is_some_and(|ours| ours <= last));
        let same = *self
            == Self {
                version: self.version,
                valid_from: self.valid_from,
                valid_to: self.valid_to,
                kinds: self.kinds.clone(),
                visible: self.visible.clone(),
                retention: self.retention.clone(),
                ..other.clone()
            };
        same && self.version > other.version && kinds && visible && ends && self.retention.is_within(&other.retention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Field, sample};

    fn changed(change: impl Fn(&mut Policy)) -> bool {
        let old = sample::age_policy();
        let mut new = Policy { version: old.version + 1, ..old.clone() };
        change(&mut new);
        new.is_within(&old)
    }

    /// M15: what keeps less, shows less or accepts less is tighter.
    #[test]
    fn less_of_anything_is_within() {
        assert!(changed(|_| ()), "nothing but its version");
        assert!(changed(|policy| policy.retention.picture_hours -= 1));
        assert!(changed(|policy| policy.retention.member_days -= 1));
        assert!(changed(|policy| policy.kinds.truncate(policy.kinds.len() - 1)));
        assert!(changed(|policy| policy.visible.truncate(1)));
        assert!(changed(|policy| policy.valid_to = Some(policy.valid_from)));
        assert!(changed(|policy| policy.kinds[0].valid_to = Some(policy.valid_from)));
    }

    /// M15: more of anything, and anything that is asked otherwise, is not.
    #[test]
    fn more_of_anything_or_something_else_is_not() {
        assert!(!changed(|policy| policy.version -= 1), "no later version");
        assert!(!changed(|policy| policy.retention.picture_hours += 1));
        assert!(!changed(|policy| policy.retention.member_days += 1));
        assert!(!changed(|policy| policy.visible.push(Field::Number)));
        assert!(!changed(|policy| policy.kinds[0].hide.en.push('.')));
        assert!(!changed(|policy| policy.age.at_least -= 1));
        assert!(!changed(|policy| policy.basis.purpose.en.clear()));
        assert!(!changed(|policy| policy.question.ja.clear()));
    }
}
