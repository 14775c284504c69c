//! When a policy and its documents are valid.

use alloc::format;

use super::Report;
use crate::{calendar::Day, policy::Policy};

/// Days before an end from which on it is remarked on.
const SOON: i64 = 60;

pub(super) fn check(policy: &Policy, today: Day, report: &mut Report) {
    match policy.valid_to {
        Some(end) if end < policy.valid_from => report.error(
            "ends_before_start",
            "valid_to",
            format!("It ends on {end}, before it begins on {}: swap or correct the dates.", policy.valid_from),
            format!("終わりの日({end})が始まりの日({})より前です。日付を直してください。", policy.valid_from),
        ),
        Some(end) => end_of_policy(end, today, report),
        None => {}
    }
    for (index, kind) in policy.kinds.iter().enumerate() {
        if let Some(end) = kind.valid_to {
            end_of_kind(index, &kind.name.ja, end, today, report);
        }
    }
}

fn end_of_policy(end: Day, today: Day, report: &mut Report) {
    let days = end.days_since(today);
    if days < 0 {
        report.warning(
            "policy_ended",
            "valid_to",
            format!("It ended on {end}: no new check can be made under it. Write a new version."),
            format!("{end}に終わっています。新しい確認はできません。新しい版を作ってください。"),
        );
    } else if days <= SOON {
        report.warning(
            "policy_ends_soon",
            "valid_to",
            format!("It ends on {end}, in {days} days: write the next version and tell the members before."),
            format!("あと{days}日、{end}で終わります。次の版を用意し、先に会員へ知らせてください。"),
        );
    }
}

fn end_of_kind(index: usize, name: &str, end: Day, today: Day, report: &mut Report) {
    let field = format!("kinds[{index}].valid_to");
    let days = end.days_since(today);
    if days < 0 {
        report.warning(
            "kind_ended",
            field,
            format!("This kind is not accepted since {end}: members see it refused with that date."),
            format!("{name}は{end}で受け付けを終えています。会員にはその日付とともに断られます。"),
        );
    } else if days <= SOON {
        report.warning(
            "kind_ends_soon",
            field,
            format!("This kind is accepted for {days} more days, until {end}: tell the members before."),
            format!("{name}の受け付けはあと{days}日、{end}までです。先に会員へ知らせてください。"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Severity::{Error, Warning},
        testing::{changed, today},
    };

    #[test]
    fn a_policy_that_ends_before_it_begins_is_refused() {
        let found = changed(|policy| policy.valid_to = Some(policy.valid_from.plus(-1)));
        assert_eq!(found, [(Error, "ends_before_start")]);
    }

    #[test]
    fn an_end_is_remarked_on_sixty_days_before_and_afterwards() {
        let ends = |days| changed(|policy| policy.valid_to = Some(today().plus(days)));
        assert_eq!(ends(61), []);
        assert_eq!(ends(60), [(Warning, "policy_ends_soon")]);
        assert_eq!(ends(0), [(Warning, "policy_ends_soon")]);
        assert_eq!(ends(-1), [(Warning, "policy_ended")]);
    }

    /// M2
    #[test]
    fn a_kind_past_its_end_is_remarked_on() {
        let ends = |days| changed(|policy| policy.kinds[0].valid_to = Some(today().plus(days)));
        assert_eq!(ends(61), []);
        assert_eq!(ends(60), [(Warning, "kind_ends_soon")]);
        assert_eq!(ends(-1), [(Warning, "kind_ended")]);
    }
}
