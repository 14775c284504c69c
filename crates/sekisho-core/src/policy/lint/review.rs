//! Who looks, and whether they look in time.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::Report;
use crate::{
    calendar::{
        Day,
        hours::{Span, closed_spans},
        text,
    },
    policy::{BasisClass, Policy, Window},
    time::HOUR,
};

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// How far ahead closed stretches are looked for, in days.
const AHEAD: i64 = 365;

/// Days beyond either end that are looked at too, so that a stretch across it is seen whole.
const MARGIN: i64 = 14;

/// How many closed stretches are named; the others are counted.
const NAMED: usize = 6;

pub(super) fn check(policy: &Policy, today: Day, report: &mut Report) {
    if policy.reviewers == 0 {
        report.error(
            "no_reviewers",
            "reviewers",
            "Somebody must look: set 1 or more.",
            "審査する人が要ります。1以上にしてください。",
        );
    }
    let in_order = windows(policy, report);
    if policy.basis.class != BasisClass::Record && in_order {
        closed(policy, today, report);
    }
}

/// Whether every day's windows are in order.
fn windows(policy: &Policy, report: &mut Report) -> bool {
    let wrong = (0..7).filter(|&day| !are_in_order(&policy.hours.week[day])).collect::<Vec<_>>();
    for day in &wrong {
        report.error(
            "hours_out_of_order",
            format!("hours.{}", WEEKDAYS[*day]),
            "Each span must begin before it ends, end by 24:00, and begin after the one before it ended.",
            "それぞれの時間帯は、始まりを終わりより前、終わりを24:00までにし、前の時間帯と重ねないでください。",
        );
    }
    wrong.is_empty()
}

fn are_in_order(windows: &[Window]) -> bool {
    let each = windows.iter().all(|window| window.from < window.to && window.to <= 1440);
    each && windows.is_sorted_by(|earlier, later| earlier.to <= later.from)
}

/// M52: names the stretches in which a picture would die unseen.
fn closed(policy: &Policy, today: Day, report: &mut Report) {
    let hours = &policy.hours;
    if hours.week.iter().all(Vec::is_empty) {
        report.error(
            "never_open",
            "hours",
            "Nobody ever works: give at least one day its hours.",
            "審査する時間がありません。少なくとも1つの曜日に時間を書いてください。",
        );
        return;
    }
    let life = policy.retention.sure_hours();
    let (first, last) = (today.max(policy.valid_from), today.max(policy.valid_from).plus(AHEAD));
    let (from, to) = (first.plus(-MARGIN).start(), last.plus(MARGIN).start());
    let mut spans = closed_spans(hours, from, to, u64::from(life) * HOUR);
    spans.retain(|span| span.to > first.start() && span.from < last.start());
    if !spans.is_empty() && policy.retention.picture_hours > 0 {
        report.warning("closed_too_long", "hours", closed_en(life, &spans), closed_ja(life, &spans));
    }
}

fn closed_en(life: u16, spans: &[Span]) -> String {
    format!(
        "A picture is sure to live {life} hours, and nobody works for as long: {}. Members are told before the camera \
         opens; add hours on one of these days, or expect no checks.",
        listed(
            spans,
            ", ",
            |span| format!("{} to {}", minute(span.from), minute(span.to)),
            |n| format!("and {n} more")
        )
    )
}

fn closed_ja(life: u16, spans: &[Span]) -> String {
    format!(
        "画像が確実に残る{life}時間のあいだ、誰も審査しない期間があります: {}。会員には撮影の前に知らされます。\
         どこかの日に審査時間を足すか、その間は確認ができないものとしてください。",
        listed(spans, "、", |span| format!("{}から{}", minute(span.from), minute(span.to)), |n| format!("ほか{n}件"))
    )
}

fn listed(spans: &[Span], comma: &str, one: impl Fn(&Span) -> String, more: impl Fn(usize) -> String) -> String {
    let mut parts: Vec<String> = spans.iter().take(NAMED).map(one).collect();
    if spans.len() > NAMED {
        parts.push(more(spans.len() - NAMED));
    }
    parts.join(comma)
}

/// `2026-11-20 18:00` in Japan.
fn minute(at: crate::time::Timestamp) -> String {
    text::rfc3339(at)[..16].replace('T', " ").to_string()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::super::{
        Severity::{Error, Warning},
        lint,
        testing::{changed, today},
    };
    use super::*;
    use crate::policy::sample::age_policy;

    /// Monday to Friday, 9 to 18, closed on holidays and over the year's end.
    fn office_hours(policy: &mut Policy) {
        for day in &mut policy.hours.week {
            *day = vec![Window { from: 540, to: 1080 }];
        }
        policy.hours.week[5].clear();
        policy.hours.week[6].clear();
        policy.hours.closed_on_holidays = true;
        policy.hours.closed = (0..6).map(|count| Day::new(2026, 12, 29).unwrap().plus(count)).collect();
    }

    #[test]
    fn without_reviewers_it_is_refused() {
        assert_eq!(changed(|policy| policy.reviewers = 0), [(Error, "no_reviewers")]);
    }

    #[test]
    fn without_any_hours_it_is_refused() {
        assert_eq!(changed(|policy| policy.hours.week = Default::default()), [(Error, "never_open")]);
    }

    #[test]
    fn hours_out_of_order_are_refused() {
        let spans = |spans: &[(u16, u16)]| {
            let windows = spans.iter().map(|&(from, to)| Window { from, to }).collect();
            changed(|policy| policy.hours.week[2] = windows)
        };
        assert_eq!(spans(&[(0, 600), (600, 1440)]), []);
        for bad in [&[(600, 600)][..], &[(700, 600)], &[(0, 1441)], &[(600, 900), (800, 1000)], &[(800, 900), (0, 60)]]
        {
            assert_eq!(spans(bad), [(Error, "hours_out_of_order")], "{bad:?}");
        }
    }

    /// M52
    #[test]
    fn closed_stretches_in_which_a_picture_dies_are_named_with_their_dates() {
        let mut policy = age_policy();
        office_hours(&mut policy);
        let findings = lint(&policy, today());
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.code), (Warning, "closed_too_long"));
        for stretch in ["2026-11-20 18:00 to 2026-11-24 09:00", "2026-12-28 18:00 to 2027-01-04 09:00"] {
            assert!(finding.message_en.contains(stretch), "{}", finding.message_en);
        }
        assert!(finding.message_ja.contains("2026-12-28 18:00から2027-01-04 09:00"));
    }

    /// M52: a picture that comes with an hour-old intake key lives 70 hours, not 72.
    #[test]
    fn a_stretch_of_seventy_hours_is_long_enough_to_be_named() {
        let monday_opens = |minute| {
            changed(|policy| {
                policy.hours.week = core::array::from_fn(|_| vec![Window { from: minute, to: 1080 }]);
                policy.hours.week[5].clear();
                policy.hours.week[6].clear();
            })
        };
        // Friday 18:00 to Monday 16:00 is 70 hours.
        assert_eq!(monday_opens(16 * 60), [(Warning, "closed_too_long")]);
        assert_eq!(monday_opens(16 * 60 - 1), []);
    }

    /// M52
    #[test]
    fn a_shorter_life_makes_shorter_stretches_count() {
        let found = |hours| {
            changed(|policy| {
                policy.retention.picture_hours = hours;
                policy.retention.warn_hours = 1;
            })
        };
        // Every night from 21:00 to 9:00 is 12 hours.
        assert_eq!(found(14), []);
        assert_eq!(found(13), [(Warning, "closed_too_long")]);
    }

    #[test]
    fn many_stretches_are_counted_rather_than_listed() {
        let mut policy = age_policy();
        office_hours(&mut policy);
        policy.hours.week[4].clear();
        let findings = lint(&policy, today());
        assert!(findings[0].message_en.contains(" more. Members"), "{}", findings[0].message_en);
        assert_eq!(findings[0].message_en.matches(" to 20").count(), NAMED);
    }
}
