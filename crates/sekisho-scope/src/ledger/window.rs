//! A window of time whose first and last second both count.

use sekisho_core::time::Timestamp;
use serde::{Serialize, Serializer};

use crate::when::say;

/// From when to when. A bound that isn't there excludes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Window {
    /// The first second.
    #[serde(serialize_with = "in_japan")]
    pub from: Option<Timestamp>,
    /// The last second; it counts until its end.
    #[serde(serialize_with = "in_japan")]
    pub to: Option<Timestamp>,
}

impl Window {
    /// Whether this second lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }

    /// The part that both have.
    #[must_use]
    pub fn and(&self, other: &Window) -> Window {
        let to = self.to.into_iter().chain(other.to).min();
        Window { from: self.from.max(other.from), to }
    }

    /// The smallest window in which both lie.
    #[must_use]
    pub(super) fn with(&self, other: &Window) -> Window {
        let from = self.from.zip(other.from).map(|(one, other)| one.min(other));
        let to = self.to.zip(other.to).map(|(one, other)| one.max(other));
        Window { from, to }
    }
}

/// Writes a second in Japan's zone.
pub(super) fn in_japan<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(in_words).serialize(serializer)
}

/// A second in Japan's zone, RFC 3339.
pub fn in_words(at: Timestamp) -> String {
    say(i64::try_from(at.0).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M27: the boundary's seconds.
    #[test]
    fn both_bounds_lie_within() {
        let window = Window { from: Some(Timestamp(10)), to: Some(Timestamp(20)) };
        let held = [9, 10, 20, 21].map(|at| window.holds(Timestamp(at)));
        assert_eq!(held, [false, true, true, false]);
        assert!(Window::default().holds(Timestamp(0)) && Window::default().holds(Timestamp(u64::MAX)));
    }

    #[test]
    fn what_two_windows_share_has_the_later_begin_and_the_earlier_end() {
        let window = |from: Option<u64>, to: Option<u64>| Window { from: from.map(Timestamp), to: to.map(Timestamp) };
        assert_eq!(window(None, Some(9)).and(&window(Some(3), Some(5))), window(Some(3), Some(5)));
        assert_eq!(window(Some(4), None).and(&window(Some(3), Some(5))), window(Some(4), Some(5)));
        assert_eq!(Window::default().and(&Window::default()), Window::default());
    }

    #[test]
    fn what_holds_two_windows_has_the_earlier_begin_and_the_later_end_and_no_bound_that_one_lacks() {
        let window = |from: Option<u64>, to: Option<u64>| Window { from: from.map(Timestamp), to: to.map(Timestamp) };
        assert_eq!(window(Some(4), Some(9)).with(&window(Some(3), Some(5))), window(Some(3), Some(9)));
        assert_eq!(window(None, Some(9)).with(&window(Some(3), None)), Window::default());
    }
}
