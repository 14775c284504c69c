//! What ends: policies, kinds of documents, and how long ago the law was read.

use sekisho_core::{calendar::Day, policy::Policy, time::Timestamp};

use super::remark::{Fixed, Remark, Row, Severity};
use crate::policy_file;

pub(super) const POLICY: Row = Row {
    id: "D-policy-ends",
    severity: Severity::Finding,
    why: Fixed {
        en: "From the day after on, every request under this policy is refused.",
        ja: "翌日から、このポリシーでの依頼はすべて断られます。",
    },
    mend: Fixed {
        en: "Have the law read again, and prepare an installation with the policy's next version (`sekisho policy check`).",
        ja: "法令を確かめ直し、次の版のポリシー(`sekisho policy check`)での設置を準備してください。",
    },
};

pub(super) const KIND: Row = Row {
    id: "D-kind-ends",
    severity: Severity::Note,
    why: Fixed {
        en: "From the day after on, members can't use this document any more.",
        ja: "翌日から、会員はこの書類を使えません。",
    },
    mend: Fixed {
        en: "Tell the sites, and name another document in the policy's next version.",
        ja: "サイトに知らせ、次の版のポリシーに別の書類を挙げてください。",
    },
};

pub(super) const LAW: Row = Row {
    id: "D-law-old",
    severity: Severity::Note,
    why: Fixed {
        en: "Laws and documents change; nobody has dated this policy anew for more than a year.",
        ja: "法令も書類も変わります。このポリシーは1年より長く改められていません。",
    },
    mend: Fixed {
        en: "Have a lawyer read it again, and give it a new version with a new `valid_from`.",
        ja: "弁護士に読み直してもらい、新しい `valid_from` で新しい版にしてください。",
    },
};

pub(super) const RETENTION: Row = Row {
    id: "D-retention",
    severity: Severity::Note,
    why: Fixed {
        en: "What ties a check to a person is kept for longer than a year after they left.",
        ja: "確認と会員を結びつけるものが、退会から1年より長く残ります。",
    },
    mend: Fixed {
        en: "Lower `member_days` in the policy's next version, or have the reason in it confirmed.",
        ja: "次の版のポリシーで `member_days` を短くするか、書かれた理由を確かめてください。",
    },
};

/// Days before an end on which it is told.
const SOON: i64 = 60;
/// Days after which the law should have been read again.
const YEAR: i64 = 366;

/// Looks at the newest version of each policy.
pub(super) fn examine(policies: &[Policy], now: Timestamp) -> Vec<Remark> {
    let today = Day::of(now);
    policies.iter().flat_map(|policy| judge(policy, today)).collect()
}

fn judge(policy: &Policy, today: Day) -> Vec<Remark> {
    let name = &policy.name;
    let mut remarks = Vec::new();
    if let Some(last) = policy.valid_to.filter(|last| last.days_since(today) < SOON) {
        remarks
            .push(POLICY.seen(format!("the last day of {name} is {last}"), format!("{name} の最後の日は {last} です")));
    }
    remarks.extend(kinds(policy, today));
    if today.days_since(policy.valid_from) > YEAR {
        let (version, from) = (policy.version, policy.valid_from);
        remarks.push(LAW.seen(
            format!("{name} version {version} is of {from}"),
            format!("{name} の第{version}版は {from} のものです"),
        ));
    }
    let days = policy.retention.member_days;
    if days > 365 {
        remarks.push(RETENTION.seen(format!("{name} keeps it for {days} days"), format!("{name} では{days}日です")));
    }
    remarks
}

/// The policy's own last day for a kind, or what is known of the kind at large; an end that is past is told too, as long
/// as the policy lists it.
fn kinds(policy: &Policy, today: Day) -> Vec<Remark> {
    let known = policy_file::kinds();
    let ends = policy.kinds.iter().filter_map(|listed| {
        let at_large = known.get(&listed.kind).and_then(|kind| kind.valid_to);
        Some((&listed.kind, listed.valid_to.into_iter().chain(at_large).min()?))
    });
    let soon = ends.filter(|(_, last)| last.days_since(today) < SOON);
    soon.map(|(kind, last)| {
        let name = &policy.name;
        KIND.seen(
            format!("{name}: the last day of {kind} is {last}"),
            format!("{name}: {kind} の最後の日は {last} です"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, *};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn policy() -> Policy {
        let mut policy = policy_file::built_in().swap_remove(0);
        (policy.valid_from, policy.valid_to) = (day("2026-11-01"), None);
        policy.kinds.truncate(1);
        policy.kinds[0].valid_to = None;
        policy.retention.member_days = 90;
        policy
    }

    fn found(change: impl FnOnce(&mut Policy), today: &str) -> Vec<String> {
        let mut policy = policy();
        change(&mut policy);
        ids(&examine(&[policy], day(today).start()))
    }

    #[test]
    fn a_policy_and_a_kind_are_told_of_before_they_end_and_after() {
        assert_eq!(found(|_| {}, "2026-12-01"), [""; 0]);
        for today in ["2026-12-03", "2027-01-31", "2027-03-01"] {
            assert_eq!(found(|policy| policy.valid_to = Some(day("2027-01-31")), today), ["D-policy-ends"], "{today}");
            assert_eq!(found(|policy| policy.kinds[0].valid_to = Some(day("2027-01-31")), today), ["D-kind-ends"]);
        }
        assert_eq!(found(|policy| policy.valid_to = Some(day("2027-01-31")), "2026-12-02"), [""; 0]);
    }

    #[test]
    fn law_that_was_read_long_ago_and_a_long_memory_are_noted() {
        assert_eq!(found(|_| {}, "2027-11-02"), [""; 0]);
        assert_eq!(found(|_| {}, "2027-11-03"), ["D-law-old"]);
        assert_eq!(found(|policy| policy.retention.member_days = 366, "2026-12-01"), ["D-retention"]);
    }
}
