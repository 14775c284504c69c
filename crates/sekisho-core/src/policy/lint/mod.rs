//! Whether a policy may be used, and what is doubtful about it.
//!
//! An error means: this policy is refused. A warning means: it works, and somebody should look. Each finding says
//! in both languages what is wrong and what to do.

mod dates;
mod form;
mod retention;
mod review;

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::Policy;
use crate::calendar::Day;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy works; somebody should look.
    Warning,
}

/// One thing that is wrong or doubtful about a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is, for programs, e.g. `picture_too_long`.
    pub code: &'static str,
    /// Where in the policy, e.g. `retention.picture_hours`.
    pub field: String,
    /// What is wrong and what to do, in English.
    pub message_en: String,
    /// The same in Japanese.
    pub message_ja: String,
}

/// Judges a policy as of `today`: errors first, and in the order of the policy's fields.
pub fn lint(policy: &Policy, today: Day) -> Vec<Finding> {
    let mut report = Report::default();
    form::check(policy, &mut report);
    dates::check(policy, today, &mut report);
    retention::check(policy, &mut report);
    review::check(policy, today, &mut report);
    report.0.sort_by_key(|finding| finding.severity);
    report.0
}

/// Whether any finding refuses the policy.
pub fn is_refused(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Findings as they are collected.
#[derive(Default)]
pub(crate) struct Report(pub(crate) Vec<Finding>);

impl Report {
    /// Adds an error.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) {
        self.add(Severity::Error, code, field.into(), en.into(), ja.into());
    }

    /// Adds a warning.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) {
        self.add(Severity::Warning, code, field.into(), en.into(), ja.into());
    }

    fn add(&mut self, severity: Severity, code: &'static str, field: String, message_en: String, message_ja: String) {
        self.0.push(Finding { severity, code, field, message_en, message_ja });
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The day on which the tests lint.
    pub(crate) fn today() -> Day {
        "2026-11-21".parse().unwrap()
    }

    /// The codes of all findings.
    pub(crate) fn codes(policy: &Policy) -> Vec<(Severity, &'static str)> {
        lint(policy, today()).into_iter().map(|finding| (finding.severity, finding.code)).collect()
    }

    /// What is found after `change` in a policy that is otherwise in order.
    pub(crate) fn changed(change: impl FnOnce(&mut Policy)) -> Vec<(Severity, &'static str)> {
        let mut policy = crate::policy::sample::age_policy();
        change(&mut policy);
        codes(&policy)
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::*, *};
    use crate::policy::sample::{age_policy, record_policy};

    #[test]
    fn a_policy_in_order_has_no_findings() {
        assert_eq!(codes(&age_policy()), []);
    }

    /// M13: the longer duty is a policy of its own, with an object and a vault of its own.
    #[test]
    fn a_record_of_seven_years_beside_the_age_policy_is_only_remarked_on() {
        assert_eq!(codes(&record_policy()), [(Severity::Warning, "member_days_long")]);
    }

    #[test]
    fn errors_come_before_warnings_and_refuse() {
        let mut policy = record_policy();
        policy.reviewers = 0;
        policy.kinds.clear();
        let findings = lint(&policy, today());
        assert!(findings.is_sorted_by_key(|finding| finding.severity));
        assert!(is_refused(&findings) && !is_refused(&findings[findings.len() - 1..]));
    }

    #[test]
    fn every_finding_says_what_to_do_in_both_languages() {
        let mut policy = age_policy();
        policy.retention.picture_hours = 0;
        policy.question = crate::policy::sample::text("", "{when}");
        policy.hours.week = Default::default();
        let findings = lint(&policy, today());
        assert!(findings.len() >= 4);
        for finding in findings {
            assert!(finding.message_en.is_ascii() && finding.message_en.ends_with('.'), "{finding:?}");
            assert!(!finding.message_ja.is_ascii() && finding.message_ja.ends_with('。'), "{finding:?}");
        }
    }
}
