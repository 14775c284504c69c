//! The question that a reviewer answers, with its date filled in.

use super::{Policy, Text};
use crate::calendar::{Day, age::latest_birth_date, text};

/// Where a policy's question wants the date.
pub const PLACEHOLDER: &str = "{date}";

/// A question ready to be asked on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The latest birth date that is old enough on that day.
    pub date: Day,
    /// The question with that date in it.
    pub text: Text,
}

/// What reviewers are asked on `today`.
///
/// Documents print birth dates by era, so the date is given in both calendars: a reviewer compares, and computes
/// nothing.
pub fn question(policy: &Policy, today: Day) -> Question {
    let date = latest_birth_date(&policy.age, today);
    let ja = policy.question.ja.replace(PLACEHOLDER, &text::day_ja_with_era(date));
    let en = policy.question.en.replace(PLACEHOLDER, &text::day_en_with_era(date));
    Question { date, text: Text { ja, en } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sample::age_policy;

    #[test]
    fn the_reviewer_reads_the_date_in_both_calendars() {
        let asked = question(&age_policy(), "2026-11-21".parse().unwrap());
        assert_eq!(asked.text.ja, "2008年(平成20年)11月21日以前に生まれましたか。");
        assert_eq!(asked.text.en, "Born on or before 21 November 2008 (平成20年)?");
        assert_eq!(asked.date, "2008-11-21".parse().unwrap());
    }

    #[test]
    fn the_question_moves_on_at_midnight_in_japan() {
        let midnight = Day::new(2026, 11, 22).unwrap().start();
        let before = question(&age_policy(), Day::of(midnight - 1)).date;
        assert_eq!(question(&age_policy(), Day::of(midnight)).date, before.plus(1));
    }
}
