//! Whether new limits allow anything that the old ones don't.

use super::{Limits, Relief, Window, Windows};

impl Windows {
    /// Whether no window of these allows more than the same one of `others`.
    pub fn are_within(&self, others: &Windows) -> bool {
        Window::ALL.into_iter().all(|window| self.get(window) <= others.get(window))
    }
}

impl Relief {
    fn is_within(&self, other: &Relief) -> bool {
        self.after_hours >= other.after_hours && self.day_at_most <= other.day_at_most
    }
}

impl Limits {
    /// Whether these limits allow nothing that `others` don't: then they may be set at once.
    pub fn are_within(&self, others: &Limits) -> bool {
        let pairs = [
            (&self.person, &others.person),
            (&self.device, &others.device),
            (&self.again, &others.again),
            (&self.site_at_most, &others.site_at_most),
            (&self.slack, &others.slack),
        ];
        let site = match (&self.site, &others.site) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(site), Some(other)) => site.are_within(other),
        };
        let windows = pairs.into_iter().all(|(windows, others)| windows.are_within(others));
        windows && site && self.relief.is_within(&others.relief) && self.again_percent <= others.again_percent
    }

    /// Limits that nobody reaches, for a test installation in which programs do people's work. They are not usable
    /// elsewhere: [`Limits::validate`] refuses them.
    pub fn endless() -> Self {
        // So large that nothing is reached, so small that sums of them are numbers still.
        const MANY: u64 = 1 << 40;
        let windows = Windows::each(|_| MANY);
        Self {
            person: windows,
            device: windows,
            again: windows,
            relief: Relief { after_hours: 6, day_at_most: MANY },
            site: None,
            site_at_most: windows,
            slack: windows,
            again_percent: 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: impl FnOnce(&mut Limits)) -> Limits {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    }

    /// M19: what loosens anywhere loosens.
    #[test]
    fn limits_are_within_others_if_nothing_is_allowed_that_was_not() {
        let windows = Windows { minute: 1, hour: 2, day: 3, three_days: 4 };
        let old = Limits { site: Some(Windows { day: 4, three_days: 4, ..windows }), ..Limits::default() };
        assert!(old.are_within(&old) && old.are_within(&Limits::default()));
        let tighter = Limits { site: Some(windows), person: windows, again_percent: 3, ..Limits::default() };
        assert!(tighter.are_within(&old) && !old.are_within(&tighter));
        let looser = [
            changed(|limits| limits.person.three_days += 1),
            changed(|limits| limits.device.minute += 1),
            changed(|limits| limits.again.hour += 1),
            changed(|limits| limits.slack.day += 1),
            changed(|limits| limits.site_at_most.day += 1),
            changed(|limits| limits.again_percent += 1),
            changed(|limits| limits.relief.after_hours -= 1),
            changed(|limits| limits.relief.day_at_most += 1),
        ];
        for limits in looser {
            assert!(!limits.are_within(&Limits::default()), "{limits:?}");
        }
        assert!(!Limits::default().are_within(&old), "a site's own limit goes away");
    }

    #[test]
    fn endless_limits_are_no_setting() {
        assert!(Limits::endless().validate().is_err());
    }
}
