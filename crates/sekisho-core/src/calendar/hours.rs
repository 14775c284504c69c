//! When reviewers work, held against how long a picture may live.
//!
//! A picture that arrives on a Friday evening before three closed days dies unseen. So a member is told before
//! the camera opens whether anybody looks in time, and when to come back if nobody does.

use alloc::vec::Vec;

use serde::Serialize;

use super::{Day, holidays};
use crate::{
    policy::{ReviewHours, Window},
    time::Timestamp,
};

/// How far [`next_opening`] looks ahead, in days. Who is closed for longer has closed for good.
const HORIZON_DAYS: i64 = 400;

/// A stretch of time; `to` is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first second.
    pub from: Timestamp,
    /// The second after the last.
    pub to: Timestamp,
}

impl Span {
    /// Its length in seconds.
    pub const fn seconds(&self) -> u64 {
        self.to.since(self.from)
    }

    /// The part of it from `from` up to `to`, if there is one.
    fn within(self, from: Timestamp, to: Timestamp) -> Option<Span> {
        let part = Span { from: self.from.max(from), to: self.to.min(to) };
        (part.from < part.to).then_some(part)
    }
}

/// What a member may expect of a picture sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// Reviewers work before the deadline.
    InTime {
        /// The first stretch in which they do, cut to what lies between now and the deadline.
        first: Span,
        /// How many seconds they work before the deadline, all stretches together.
        seconds: u64,
    },
    /// Nobody works before the deadline: a picture sent now would die unseen.
    Unseen {
        /// When they work next, and so when to come back; `None` if not within the coming 400 days.
        come_back: Option<Timestamp>,
    },
}

/// Whether `day` is a closed day, whatever its weekday's hours say.
pub fn is_closed(hours: &ReviewHours, day: Day) -> bool {
    hours.closed.contains(&day) || hours.closed_on_holidays && holidays::holiday(day).is_some()
}

/// Whether reviewers work at this moment.
pub fn work_at(hours: &ReviewHours, at: Timestamp) -> bool {
    windows(hours, Day::of(at)).any(|span| span.from <= at && at < span.to)
}

/// Whether anybody looks at a picture that is sent at `now` and gone at `deadline`, and when.
pub fn prospect(hours: &ReviewHours, now: Timestamp, deadline: Timestamp) -> Prospect {
    let spans = open_spans(hours, now, deadline);
    match spans.first() {
        Some(&first) => Prospect::InTime { first, seconds: spans.iter().map(Span::seconds).sum() },
        None => Prospect::Unseen { come_back: next_opening(hours, now) },
    }
}

/// When reviewers work next: `now` itself if they do. `None` if not within the coming 400 days.
pub fn next_opening(hours: &ReviewHours, now: Timestamp) -> Option<Timestamp> {
    let end = Day::of(now).plus(HORIZON_DAYS).start();
    let mut days = (0..HORIZON_DAYS).map(|count| Day::of(now).plus(count));
    days.find_map(|day| windows(hours, day).find_map(|span| span.within(now, end))).map(|span| span.from)
}

/// All stretches between `from` and `to` in which reviewers work, in order, touching ones joined.
pub fn open_spans(hours: &ReviewHours, from: Timestamp, to: Timestamp) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut day = Day::of(from);
    while from < to && day.start() < to {
        for span in windows(hours, day).filter_map(|span| span.within(from, to)) {
            match found.last_mut() {
                Some(last) if last.to >= span.from => last.to = last.to.max(span.to),
                _ => found.push(span),
            }
        }
        day = day.plus(1);
    }
    found
}

/// All stretches between `from` and `to` in which nobody works for at least `seconds`, in order.
pub fn closed_spans(hours: &ReviewHours, from: Timestamp, to: Timestamp, seconds: u64) -> Vec<Span> {
    let mut found = Vec::new();
    let mut closed_since = from;
    let end = Span { from: to, to };
    for open in open_spans(hours, from, to).into_iter().chain([end]) {
        let gap = Span { from: closed_since, to: open.from };
        if gap.from < gap.to && gap.seconds() >= seconds {
            found.push(gap);
        }
        closed_since = open.to;
    }
    found
}

/// The working stretches of one day, none if it is closed.
fn windows(hours: &ReviewHours, day: Day) -> impl Iterator<Item = Span> {
    let weekday = day.0.weekday().to_monday_zero_offset().unsigned_abs();
    let listed: &[Window] = if is_closed(hours, day) { &[] } else { &hours.week[usize::from(weekday)] };
    listed.iter().map(move |window| Span { from: day.at_minute(window.from), to: day.at_minute(window.to) })
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::time::HOUR;

    /// Monday to Friday, 9 to 18, closed on holidays and from 29 December to 3 January.
    fn office() -> ReviewHours {
        let nine_to_six = || vec![Window { from: 9 * 60, to: 18 * 60 }];
        let mut week: [Vec<Window>; 7] = core::array::from_fn(|_| nine_to_six());
        week[5].clear();
        week[6].clear();
        let closed = (0..6).map(|count| Day::new(2026, 12, 29).unwrap().plus(count)).collect();
        ReviewHours { week, closed_on_holidays: true, closed }
    }

    fn at(day: &str, hour: u16, minute: u16) -> Timestamp {
        day.parse::<Day>().unwrap().at_minute(hour * 60 + minute)
    }

    fn sent(hours: &ReviewHours, now: Timestamp) -> Prospect {
        prospect(hours, now, now + 72 * HOUR)
    }

    fn unseen_until(opening: Timestamp) -> Prospect {
        Prospect::Unseen { come_back: Some(opening) }
    }

    /// M52: 23 November 2026 is a Monday and 勤労感謝の日.
    #[test]
    fn on_friday_evening_before_three_closed_days_the_member_is_told_to_come_back_on_tuesday() {
        assert_eq!(sent(&office(), at("2026-11-20", 18, 0)), unseen_until(at("2026-11-24", 9, 0)));
    }

    /// M52
    #[test]
    fn a_minute_before_closing_somebody_still_looks() {
        let now = at("2026-11-20", 17, 59);
        let first = Span { from: now, to: at("2026-11-20", 18, 0) };
        assert_eq!(sent(&office(), now), Prospect::InTime { first, seconds: 60 });
    }

    /// M52
    #[test]
    fn an_ordinary_weekend_is_short_enough() {
        let first = Span { from: at("2026-11-30", 9, 0), to: at("2026-11-30", 18, 0) };
        assert_eq!(sent(&office(), at("2026-11-27", 18, 0)), Prospect::InTime { first, seconds: 9 * HOUR });
    }

    /// M52: 2027-04-30 is a Friday between 昭和の日 and a week of holidays.
    #[test]
    fn golden_week_has_one_working_day_and_then_none_until_6_may() {
        let first = Span { from: at("2027-04-30", 9, 0), to: at("2027-04-30", 18, 0) };
        assert_eq!(sent(&office(), at("2027-04-28", 19, 0)), Prospect::InTime { first, seconds: 9 * HOUR });
        assert_eq!(sent(&office(), at("2027-04-30", 19, 0)), unseen_until(at("2027-05-06", 9, 0)));
    }

    /// M52
    #[test]
    fn over_the_years_end_the_member_is_told_to_come_back_on_4_january() {
        assert_eq!(sent(&office(), at("2026-12-28", 18, 0)), unseen_until(at("2027-01-04", 9, 0)));
        assert_eq!(sent(&office(), at("2027-01-01", 0, 0)), unseen_until(at("2027-01-04", 9, 0)));
        let first = Span { from: at("2027-01-04", 9, 0), to: at("2027-01-04", 10, 0) };
        assert_eq!(sent(&office(), at("2027-01-01", 10, 0)), Prospect::InTime { first, seconds: HOUR });
    }

    #[test]
    fn who_comes_back_when_told_is_seen() {
        for start in 0..(24 * 60) {
            let now = at("2026-12-15", 0, 0) + start * HOUR;
            let Prospect::Unseen { come_back } = sent(&office(), now) else { continue };
            assert!(matches!(sent(&office(), come_back.unwrap()), Prospect::InTime { .. }));
        }
    }

    #[test]
    fn nobody_ever_works_is_said_so() {
        let mut hours = office();
        hours.week = core::array::from_fn(|_| Vec::new());
        assert_eq!(sent(&hours, at("2026-11-20", 12, 0)), Prospect::Unseen { come_back: None });
    }

    #[test]
    fn work_over_midnight_is_one_stretch() {
        let mut hours = office();
        hours.week[0] = vec![Window { from: 20 * 60, to: 1440 }];
        hours.week[1] = vec![Window { from: 0, to: 4 * 60 }];
        let spans = open_spans(&hours, at("2026-12-07", 12, 0), at("2026-12-08", 12, 0));
        assert_eq!(spans, [Span { from: at("2026-12-07", 20, 0), to: at("2026-12-08", 4, 0) }]);
        assert!(work_at(&hours, at("2026-12-07", 23, 59)) && !work_at(&hours, at("2026-12-08", 4, 0)));
    }

    #[test]
    fn closed_stretches_are_named_whole() {
        let spans = closed_spans(&office(), at("2026-12-25", 12, 0), at("2027-01-12", 12, 0), 72 * HOUR);
        assert_eq!(
            spans,
            [
                Span { from: at("2026-12-28", 18, 0), to: at("2027-01-04", 9, 0) },
                Span { from: at("2027-01-08", 18, 0), to: at("2027-01-12", 9, 0) },
            ]
        );
    }

    #[test]
    fn a_stretch_that_is_still_closed_at_the_end_counts() {
        let spans = closed_spans(&office(), at("2026-12-28", 18, 0), at("2027-01-02", 0, 0), 72 * HOUR);
        assert_eq!(spans, [Span { from: at("2026-12-28", 18, 0), to: at("2027-01-02", 0, 0) }]);
        assert!(open_spans(&office(), at("2026-12-29", 0, 0), at("2026-12-28", 0, 0)).is_empty());
    }
}
