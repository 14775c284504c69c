//! In which minutes anything was logged, and in which nothing: silence is told as silence.

use std::collections::BTreeMap;

/// Minutes of a day, a bit each.
type Day = [u64; 23];

const MINUTES: i64 = 1440;

/// The minutes in which there were entries, by day. The years that logs can name bound its size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    days: BTreeMap<i64, Box<Day>>,
    /// The minute marked last: the next entry mostly lies in it too.
    latest: Option<i64>,
}

impl Coverage {
    /// Marks the minute of a second.
    #[inline]
    pub(crate) fn mark(&mut self, at: i64) {
        let minute = at.div_euclid(60);
        if self.latest != Some(minute) {
            self.latest = Some(minute);
            let of_day = minute.rem_euclid(MINUTES) as usize;
            self.days.entry(minute.div_euclid(MINUTES)).or_default()[of_day / 64] |= 1 << (of_day % 64);
        }
    }

    /// Adds what another has marked.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (day, bits) in &other.days {
            let own = self.days.entry(*day).or_default();
            own.iter_mut().zip(bits.iter()).for_each(|(own, other)| *own |= other);
        }
    }

    /// The marked minutes, in order.
    fn minutes(&self) -> impl Iterator<Item = i64> {
        self.days.iter().flat_map(|(day, bits)| {
            let set = |of_day: &i64| bits[*of_day as usize / 64] >> (of_day % 64) & 1 == 1;
            (0..MINUTES).filter(set).map(move |of_day| day * MINUTES + of_day)
        })
    }

    /// Whether nothing was marked.
    pub(crate) fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Silences within a window that last at least so many seconds: first and last second of each. Without bounds, a
    /// window reaches from the first entry to the last.
    pub(crate) fn silences(&self, from: Option<i64>, to: Option<i64>, least: i64) -> Vec<(i64, i64)> {
        let (mut found, mut next) = (Vec::new(), from);
        let mut silent = |from: i64, to: i64| {
            if to - from + 1 >= least.max(1) {
                found.push((from, to));
            }
        };
        for minute in self.minutes() {
            let (start, end) = (minute * 60, minute * 60 + 59);
            if from.is_some_and(|from| end < from) {
                continue;
            }
            if to.is_some_and(|to| start > to) {
                break;
            }
            if let Some(next) = next {
                silent(next, start - 1);
            }
            next = Some(end + 1);
        }
        if let (Some(next), Some(to)) = (next, to) {
            silent(next, to);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_within_before_and_behind_is_told() {
        let mut coverage = Coverage::default();
        [600, 659, 660, 7200].into_iter().for_each(|at| coverage.mark(at));
        assert_eq!(coverage.silences(None, None, 60), [(720, 7199)]);
        assert_eq!(coverage.silences(Some(0), Some(9000), 60), [(0, 599), (720, 7199), (7260, 9000)]);
        assert_eq!(coverage.silences(Some(0), Some(9000), 1742), [(720, 7199)]);
        assert_eq!(coverage.silences(Some(630), Some(700), 1), []);
        assert_eq!(coverage.silences(Some(1000), Some(2000), 60), [(1000, 2000)]);
    }

    #[test]
    fn an_empty_log_is_silent_all_the_time() {
        let none = Coverage::default();
        assert!(none.is_empty());
        assert_eq!(none.silences(Some(0), Some(99), 60), [(0, 99)]);
        assert_eq!(none.silences(None, None, 60), []);
    }

    #[test]
    fn who_marked_what_makes_no_difference() {
        let times = [-61, -1, 0, 86_399, 86_400, 10_000_000_000];
        let (mut one, mut two, mut all) = (Coverage::default(), Coverage::default(), Coverage::default());
        times.iter().enumerate().for_each(|(at, time)| if at % 2 == 0 { one.mark(*time) } else { two.mark(*time) });
        times.iter().for_each(|time| all.mark(*time));
        one.merge(&two);
        assert_eq!(one.days, all.days);
        assert_eq!(all.minutes().count(), 6);
    }
}
