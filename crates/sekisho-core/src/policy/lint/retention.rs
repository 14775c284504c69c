//! How long things are kept: the rules that the incident of 2021 was about.

use alloc::format;

use super::Report;
use crate::policy::{BasisClass, MAX_PICTURE_HOURS, PLAIN_MEMBER_DAYS, Policy};

pub(super) fn check(policy: &Policy, report: &mut Report) {
    match policy.basis.class {
        BasisClass::Record => record(policy, report),
        BasisClass::Age | BasisClass::Identity => picture(policy, report),
    }
    member_days(policy, report);
}

/// M13: a longer duty keeps a record, never a picture.
fn record(policy: &Policy, report: &mut Report) {
    if policy.retention.picture_hours > 0 {
        report.error(
            "record_with_picture",
            "retention.picture_hours",
            "A record is kept without the picture: set 0. If a picture must be looked at, that is a policy of its own.",
            "記録の保存に画像は含められません。0にしてください。画像を見る必要があるなら別のポリシーにしてください。",
        );
    }
}

fn picture(policy: &Policy, report: &mut Report) {
    let (hours, warn) = (policy.retention.picture_hours, policy.retention.warn_hours);
    if hours > MAX_PICTURE_HOURS {
        report.error(
            "picture_too_long",
            "retention.picture_hours",
            format!(
                "No law that this policy can rest on asks for {hours} hours of a picture: {MAX_PICTURE_HOURS} at most. \
                 A longer duty keeps a record, in a policy of class \"record\"."
            ),
            format!(
                "画像を{hours}時間残す根拠はありません。{MAX_PICTURE_HOURS}時間以内にしてください。\
                 長い保存義務があるなら、class = \"record\"の別のポリシーで記録だけを残してください。"
            ),
        );
    }
    if hours == 0 {
        report.error(
            "picture_hours_zero",
            "retention.picture_hours",
            "Nobody could look in no time: set from 1 to 72 hours.",
            "0時間では誰も審査できません。1から72時間にしてください。",
        );
    } else if warn > policy.retention.sure_hours() {
        report.error(
            "warning_too_late",
            "retention.warn_hours",
            format!(
                "The queue must be warned while the picture is sure to be there: set {} hours or less.",
                policy.retention.sure_hours()
            ),
            format!(
                "画像が確実に残っているうちに知らせる必要があります。{}時間以内にしてください。",
                policy.retention.sure_hours()
            ),
        );
    }
}

/// M10
fn member_days(policy: &Policy, report: &mut Report) {
    let days = policy.retention.member_days;
    if days <= PLAIN_MEMBER_DAYS {
        return;
    }
    let reason = policy.retention.member_days_reason.as_deref().unwrap_or_default().trim();
    if reason.is_empty() {
        report.error(
            "member_days_without_reason",
            "retention.member_days",
            format!(
                "Keeping what ties a record to a person for {days} days after they left needs an officer's reason in \
                 member_days_reason; without one, {PLAIN_MEMBER_DAYS} days at most."
            ),
            format!(
                "退会後{days}日残すには、責任者の理由をmember_days_reasonに書いてください。\
                 理由がなければ{PLAIN_MEMBER_DAYS}日以内です。"
            ),
        );
    } else {
        report.warning(
            "member_days_long",
            "retention.member_days",
            format!("What ties a record to a person is kept for {days} days after they left: is it still needed?"),
            format!("退会後{days}日、本人と結びつく情報が残ります。今も必要ですか。"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Severity::{Error, Warning},
        testing::{changed, codes},
    };
    use super::*;
    use crate::policy::sample::record_policy;

    /// M10, M13: ten years is what the dating service of 2021 had written down.
    #[test]
    fn a_picture_beyond_72_hours_is_refused_whatever_the_class() {
        for hours in [73, 10 * 366 * 24_u32] {
            let hours = u16::try_from(hours).unwrap_or(u16::MAX);
            let found = changed(|policy| policy.retention.picture_hours = hours);
            assert_eq!(found, [(Error, "picture_too_long")]);
            let identity = changed(|policy| {
                policy.basis.class = BasisClass::Identity;
                policy.retention.picture_hours = hours;
            });
            assert_eq!(identity, [(Error, "picture_too_long")]);
        }
    }

    /// M13
    #[test]
    fn a_record_with_a_picture_is_refused() {
        let mut policy = record_policy();
        policy.retention.picture_hours = 1;
        assert_eq!(codes(&policy), [(Error, "record_with_picture"), (Warning, "member_days_long")]);
    }

    #[test]
    fn a_picture_of_no_hours_is_refused() {
        assert_eq!(changed(|policy| policy.retention.picture_hours = 0), [(Error, "picture_hours_zero")]);
    }

    /// M9
    #[test]
    fn a_warning_that_comes_when_the_picture_is_gone_is_refused() {
        for (warn, found) in [(70, &[][..]), (71, &[(Error, "warning_too_late")]), (72, &[(Error, "warning_too_late")])]
        {
            assert_eq!(changed(|policy| policy.retention.warn_hours = warn), found, "{warn}");
        }
    }

    /// M10
    #[test]
    fn member_data_beyond_90_days_wants_a_reason_and_stays_remarked_on() {
        let kept = |days, reason: Option<&str>| {
            changed(|policy| {
                policy.retention.member_days = days;
                policy.retention.member_days_reason = reason.map(Into::into);
            })
        };
        assert_eq!(kept(90, None), []);
        assert_eq!(kept(91, None), [(Error, "member_days_without_reason")]);
        assert_eq!(kept(91, Some("  ")), [(Error, "member_days_without_reason")]);
        assert_eq!(kept(91, Some("裁判中")), [(Warning, "member_days_long")]);
    }
}
