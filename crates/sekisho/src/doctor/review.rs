//! Review hours against the calendar that is coming (M52).

use sekisho_core::{
    calendar::{
        Day, holidays,
        hours::{Span, closed_spans, open_spans},
        text,
    },
    policy::{BasisClass, Policy},
    time::{HOUR, Timestamp},
};

use super::remark::{Fixed, Remark, Row, Severity};

pub(super) const GAP: Row = Row {
    id: "D-review-gap",
    severity: Severity::Finding,
    why: Fixed {
        en: "A picture that is sent at the beginning of such a stretch dies before anybody works again.",
        ja: "この期間のはじめに送られた画像は、次に誰かが働く前に消えます。",
    },
    mend: Fixed {
        en: "Have somebody work for an hour within it and write that into the policy's hours; until then members are told \
             to come back.",
        ja: "期間の途中に1時間でも審査の時間を作り、ポリシーに書いてください。それまで、会員には後で来るよう案内されます。",
    },
};

pub(super) const NEW_YEAR: Row = Row {
    id: "D-new-year",
    severity: Severity::Note,
    why: Fixed {
        en: "The days around the new year are no public holidays; if nobody works then and the policy says otherwise, \
             pictures die unseen.",
        ja: "年末年始は(元日を除いて)祝日ではありません。実際は休みなのにポリシーが営業としていると、画像が見られずに消えます。",
    },
    mend: Fixed {
        en: "If you are closed, write these days into the policy's `closed`.",
        ja: "休むのなら、ポリシーの `closed` にその日を書いてください。",
    },
};

pub(super) const HOLIDAYS: Row = Row {
    id: "D-holidays",
    severity: Severity::Finding,
    why: Fixed {
        en: "This version knows no public holidays beyond its table: closed days would be taken for working days.",
        ja: "この版の祝日の表が終わると、休みの日が営業日とみなされます。",
    },
    mend: Fixed { en: "Install a newer version.", ja: "新しい版を入れてください。" },
};

/// How far ahead is looked, in days.
const AHEAD: i64 = 60;
/// Days beyond either end that are looked at too, so that a stretch across it is seen whole.
const MARGIN: i64 = 14;
/// How many stretches are named; the others are counted.
const NAMED: usize = 5;

/// Looks at each policy that is or comes into force.
pub(super) fn examine(policies: &[Policy], now: Timestamp) -> Vec<Remark> {
    let today = Day::of(now);
    let mut remarks: Vec<_> = policies
        .iter()
        .filter(|policy| is_reviewed(policy, today))
        .flat_map(|policy| [gaps(policy, now), new_year(policy, today)])
        .flatten()
        .collect();
    remarks.extend(table_ends(today));
    remarks
}

fn is_reviewed(policy: &Policy, today: Day) -> bool {
    let in_force = policy.valid_from <= today.plus(AHEAD) && policy.valid_to.is_none_or(|last| today <= last);
    in_force && policy.basis.class != BasisClass::Record && policy.retention.picture_hours > 0
}

fn gaps(policy: &Policy, now: Timestamp) -> Option<Remark> {
    let (today, life) = (Day::of(now), policy.retention.sure_hours());
    let (from, to) = (today.plus(-MARGIN).start(), today.plus(AHEAD + MARGIN).start());
    let mut spans = closed_spans(&policy.hours, from, to, u64::from(life) * HOUR);
    spans.retain(|span| span.to > now && span.from < today.plus(AHEAD).start());
    if spans.is_empty() {
        return None;
    }
    let name = &policy.name;
    Some(GAP.seen(
        format!("{name}: a picture is sure to live {life} hours, and nobody works for as long: {}", listed_en(&spans)),
        format!("{name}: 画像が確実に残る{life}時間のあいだ、誰も審査しない期間があります: {}", listed_ja(&spans)),
    ))
}

fn listed_en(spans: &[Span]) -> String {
    let named = spans.iter().take(NAMED).map(|span| format!("{} to {}", text::en(span.from), text::en(span.to)));
    let more = (spans.len() > NAMED).then(|| format!("and {} more", spans.len() - NAMED));
    named.chain(more).collect::<Vec<_>>().join("; ")
}

fn listed_ja(spans: &[Span]) -> String {
    let named = spans.iter().take(NAMED).map(|span| format!("{}から{}まで", text::ja(span.from), text::ja(span.to)));
    let more = (spans.len() > NAMED).then(|| format!("ほか{}件", spans.len() - NAMED));
    named.chain(more).collect::<Vec<_>>().join("、")
}

/// The days from 29 December to 3 January on which the policy says that somebody works.
fn new_year(policy: &Policy, today: Day) -> Option<Remark> {
    let is_turn = |day: &Day| matches!((day.0.month(), day.0.day()), (12, 29..=31) | (1, 1..=3));
    let works = |day: &Day| !open_spans(&policy.hours, day.start(), day.plus(1).start()).is_empty();
    let days: Vec<_> = (0..AHEAD).map(|count| today.plus(count)).filter(is_turn).filter(works).collect();
    let (first, last) = (days.first()?, days.last()?);
    let (name, count) = (&policy.name, days.len());
    Some(NEW_YEAR.seen(
        format!("{name} says that somebody works on {count} days from {first} to {last}"),
        format!("{name} では、{first} から {last} までの{count}日に審査があることになっています"),
    ))
}

fn table_ends(today: Day) -> Option<Remark> {
    let last = *holidays::YEARS.end();
    (today.0.year() >= last)
        .then(|| HOLIDAYS.seen(format!("the table ends with {last}"), format!("表は{last}年で終わります")))
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, *};
    use crate::policy_file;
    use sekisho_core::policy::Window;

    fn at(day: &str, hour: u16) -> Timestamp {
        day.parse::<Day>().unwrap().at_minute(hour * 60)
    }

    /// A shipped policy whose reviewers work from Monday to Friday, 9 to 17, and are off from `closed` on for six days.
    fn office(closed: &str) -> Policy {
        let mut policy = policy_file::built_in().swap_remove(0);
        policy.valid_from = "2020-01-01".parse().unwrap();
        policy.hours.week = std::array::from_fn(|_| vec![Window { from: 540, to: 1020 }]);
        (policy.hours.week[5], policy.hours.week[6]) = (Vec::new(), Vec::new());
        policy.hours.closed_on_holidays = true;
        policy.hours.closed = (0..6).map(|count| closed.parse::<Day>().unwrap().plus(count)).collect();
        policy
    }

    /// M52
    #[test]
    fn the_coming_new_year_is_named_with_its_hours_in_japan() {
        let remarks = examine(&[office("2026-12-29")], at("2026-11-26", 12));
        assert_eq!(ids(&remarks), ["D-review-gap"]);
        let ja = "12月28日 17時00分から1月4日 9時00分まで";
        assert!(
            remarks[0].seen.ja.ends_with(&format!("{ja}、1月8日 17時00分から1月12日 9時00分まで")),
            "{:?}",
            remarks[0].seen
        );
        assert!(remarks[0].seen.en.contains("28 December 2026, 17:00 (Japan time) to 4 January 2027, 09:00"));
    }

    /// M52: what begins after sixty days is not named yet, what has begun still is.
    #[test]
    fn only_what_is_coming_or_under_way_is_named() {
        assert_eq!(ids(&examine(&[office("2027-03-01")], at("2027-01-12", 12))), ["D-review-gap"]);
        assert_eq!(ids(&examine(&[office("2027-08-09")], at("2027-05-10", 12))), [""; 0]);
        assert_eq!(ids(&examine(&[office("2026-12-29")], at("2027-01-02", 12))), ["D-review-gap"]);
    }

    /// M52
    #[test]
    fn who_seems_to_work_through_the_new_year_is_asked() {
        let mut policy = office("2026-12-29");
        policy.hours.closed.clear();
        let remarks = examine(&[policy.clone()], at("2026-11-26", 12));
        let note = remarks.iter().find(|remark| remark.row == &NEW_YEAR).unwrap();
        assert!(note.seen.en.ends_with("3 days from 2026-12-29 to 2026-12-31"), "{:?}", note.seen);
        policy.valid_to = Some("2026-11-25".parse().unwrap());
        assert_eq!(ids(&examine(&[policy], at("2026-11-26", 12))), [""; 0], "it is not in force any more");
    }

    #[test]
    fn the_end_of_the_holiday_table_is_found_in_its_last_year() {
        assert_eq!(ids(&examine(&[], at("2098-12-31", 12))), [""; 0]);
        assert_eq!(ids(&examine(&[], at("2099-01-01", 12))), ["D-holidays"]);
    }
}
