//! What a policy must have at all: texts, documents, visible parts, a question, an age.

use alloc::{format, string::String};

use super::Report;
use crate::policy::{BasisClass, Field, Policy, Text, question::PLACEHOLDER};

/// The oldest age that a policy may ask for. More is a slip of the hand.
const OLDEST: u8 = 100;

/// What an age check may leave visible (出会い系サイト規制法施行規則 5(1)一 names exactly these).
const ENOUGH_FOR_AGE: [Field; 4] = [Field::BirthDate, Field::Age, Field::Title, Field::Issuer];

pub(super) fn check(policy: &Policy, report: &mut Report) {
    texts(policy, report);
    if policy.version == 0 {
        report.error("version_zero", "version", "Versions begin with 1.", "版は1から始めてください。");
    }
    kinds(policy, report);
    forbidden(policy, report);
    if policy.basis.class == BasisClass::Age {
        visible(policy, report);
    }
    age(policy, report);
    question(policy, report);
}

fn texts(policy: &Policy, report: &mut Report) {
    let basis = &policy.basis;
    let all = [
        ("title", &policy.title),
        ("basis.law", &basis.law),
        ("basis.article", &basis.article),
        ("basis.purpose", &basis.purpose),
        ("question", &policy.question),
    ];
    for (field, text) in all {
        text_is_there(field.into(), text, report);
    }
    for (index, kind) in policy.kinds.iter().enumerate() {
        text_is_there(format!("kinds[{index}].name"), &kind.name, report);
        text_is_there(format!("kinds[{index}].hide"), &kind.hide, report);
    }
    if basis.source.trim().is_empty() {
        report.error(
            "source_missing",
            "basis.source",
            "Say where the law was read: an address or a publication.",
            "法令をどこで確認したか、URLや出典を書いてください。",
        );
    }
}

fn text_is_there(field: String, text: &Text, report: &mut Report) {
    if text.ja.trim().is_empty() || text.en.trim().is_empty() {
        report.error(
            "text_missing",
            field,
            "Members and reviewers read this: write it in Japanese and in English.",
            "会員や審査員が読む文です。日本語と英語の両方を書いてください。",
        );
    }
}

fn kinds(policy: &Policy, report: &mut Report) {
    if policy.kinds.is_empty() {
        report.error(
            "no_kinds",
            "kinds",
            "No document is accepted: name at least one kind.",
            "受け付ける書類がありません。1種類以上を書いてください。",
        );
    }
    for (index, kind) in policy.kinds.iter().enumerate() {
        if policy.kinds[..index].iter().any(|earlier| earlier.kind == kind.kind) {
            report.error(
                "kind_twice",
                format!("kinds[{index}].kind"),
                format!("{} is listed twice: keep one.", kind.kind),
                format!("{}が2回書かれています。1つにしてください。", kind.kind),
            );
        }
    }
}

/// M4: what a law forbids to ask for stays covered under every basis. The keeper holds to this without any registry.
fn forbidden(policy: &Policy, report: &mut Report) {
    for (index, field) in policy.visible.iter().enumerate().filter(|(_, field)| Field::FORBIDDEN.contains(field)) {
        report.error(
            "visible_forbidden",
            format!("visible[{index}]"),
            format!("A law forbids asking for {field} or writing it down, under any basis: remove it."),
            format!("{field}は、どの根拠でも、求めたり記録したりすることが法律で禁じられています。外してください。"),
        );
    }
}

/// M4: an age check leaves three things visible, and nothing else.
fn visible(policy: &Policy, report: &mut Report) {
    for (index, field) in policy.visible.iter().enumerate() {
        if !ENOUGH_FOR_AGE.contains(field) && !Field::FORBIDDEN.contains(field) {
            report.error(
                "visible_beyond_need",
                format!("visible[{index}]"),
                format!("An age check needs birth date or age, title and issuer only: remove {field}."),
                format!("年齢確認に要るのは生年月日か年齢、書面の名称、発行者だけです。{field}を外してください。"),
            );
        }
    }
    let has = |field| policy.visible.contains(&field);
    if !(has(Field::BirthDate) || has(Field::Age)) || !has(Field::Title) || !has(Field::Issuer) {
        report.error(
            "visible_too_little",
            "visible",
            "A reviewer can't decide: birth_date or age, title and issuer must stay visible.",
            "これでは審査できません。birth_dateかage、title、issuerは見えるようにしてください。",
        );
    }
}

fn age(policy: &Policy, report: &mut Report) {
    if !(1..=OLDEST).contains(&policy.age.at_least) {
        report.error(
            "age_out_of_range",
            "age.at_least",
            format!("The age must be from 1 to {OLDEST} years."),
            format!("年齢は1から{OLDEST}までにしてください。"),
        );
    }
}

fn question(policy: &Policy, report: &mut Report) {
    for (language, text) in [("ja", &policy.question.ja), ("en", &policy.question.en)] {
        let rest = text.replace(PLACEHOLDER, "");
        if rest.len() == text.len() || rest.contains(['{', '}']) {
            report.error(
                "question_without_date",
                format!("question.{language}"),
                "Put {date} where the latest birth date that is old enough belongs, and no other braces.",
                "年齢を満たす最も遅い生年月日が入る所に{date}を書いてください。ほかの波括弧は使えません。",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Severity::Error, testing::changed};
    use super::*;

    #[test]
    fn a_policy_that_accepts_no_document_is_refused() {
        assert_eq!(changed(|policy| policy.kinds.clear()), [(Error, "no_kinds")]);
        assert_eq!(changed(|policy| policy.kinds.push(policy.kinds[0].clone())), [(Error, "kind_twice")]);
    }

    /// M4
    #[test]
    fn an_age_policy_that_leaves_more_than_three_parts_visible_is_refused() {
        for field in [Field::Name, Field::Portrait, Field::Address, Field::Number] {
            assert_eq!(changed(|policy| policy.visible.push(field)), [(Error, "visible_beyond_need")]);
        }
        assert_eq!(changed(|policy| policy.visible[0] = Field::Age), []);
    }

    /// M4
    #[test]
    fn what_a_law_forbids_to_ask_for_is_visible_under_no_basis() {
        for class in [BasisClass::Age, BasisClass::Identity] {
            for field in Field::FORBIDDEN {
                let found = changed(|policy| {
                    policy.basis.class = class;
                    policy.visible.push(field);
                });
                assert_eq!(found, [(Error, "visible_forbidden")], "{field} {class:?}");
            }
        }
        assert_eq!(
            changed(|policy| {
                policy.basis.class = BasisClass::Identity;
                policy.visible.push(Field::Name);
            }),
            []
        );
    }

    /// M4
    #[test]
    fn an_age_policy_that_hides_one_of_the_three_is_refused() {
        for index in 0..3 {
            let found = changed(|policy| {
                policy.visible.remove(index);
            });
            assert_eq!(found, [(Error, "visible_too_little")]);
        }
    }

    #[test]
    fn a_question_without_its_date_is_refused_in_either_language() {
        assert_eq!(changed(|policy| policy.question.ja = "成人ですか。".into()), [(Error, "question_without_date")]);
        assert_eq!(
            changed(|policy| policy.question.en = "{date} or {day}?".into()),
            [(Error, "question_without_date")]
        );
    }

    #[test]
    fn what_members_read_must_be_there_in_both_languages() {
        assert_eq!(changed(|policy| policy.basis.purpose.en = " ".into()), [(Error, "text_missing")]);
        assert_eq!(changed(|policy| policy.kinds[0].hide.ja.clear()), [(Error, "text_missing")]);
        assert_eq!(changed(|policy| policy.basis.source.clear()), [(Error, "source_missing")]);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(changed(|policy| policy.age.at_least = 0), [(Error, "age_out_of_range")]);
        assert_eq!(changed(|policy| policy.age.at_least = 101), [(Error, "age_out_of_range")]);
        assert_eq!(changed(|policy| policy.version = 0), [(Error, "version_zero")]);
    }
}
