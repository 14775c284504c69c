//! What a law forbids to ask for, and what a duty needs to see: dated data.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::Registry;
use crate::{
    calendar::Day,
    policy::{BasisClass, Field, Policy, Text, lint::Report},
};

/// Parts that a law forbids to ask for or to write down, on every document and under every policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statute {
    /// The law and its articles.
    pub law: Text,
    /// What must stay covered.
    pub fields: Vec<Field>,
    /// Where this was read.
    pub source: String,
    /// The day on which it was read.
    pub read_on: Day,
}

/// What a duty to check somebody needs to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// The sort of duty, as a policy names it.
    pub class: BasisClass,
    /// The law and its article.
    pub law: Text,
    /// What must be seen: of each group one part.
    pub needs: Vec<Vec<Field>>,
    /// What may be seen; nothing else.
    pub may: Vec<Field>,
    /// The first day on which it stands so, if that is known.
    #[serde(default)]
    pub valid_from: Option<Day>,
    /// The last day on which a picture does for it.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Where this was read.
    pub source: String,
    /// The day on which it was read.
    pub read_on: Day,
}

impl Registry {
    /// What forbids `field`, if anything does.
    pub fn forbids(&self, field: Field) -> Option<&Statute> {
        self.statutes.iter().find(|statute| statute.fields.contains(&field))
    }

    /// Judges what a policy leaves visible by what its sort of duty may see. A policy of the class `age` is judged by
    /// [`crate::policy::lint::lint`] already, whose list a test holds against this one.
    pub(super) fn lint_visible(&self, policy: &Policy, report: &mut Report) {
        let class = policy.basis.class;
        if class == BasisClass::Age {
            return;
        }
        let known: Vec<&Purpose> = self.purposes.iter().filter(|purpose| purpose.class == class).collect();
        for (index, field) in policy.visible.iter().enumerate() {
            let allowed = known.iter().any(|purpose| purpose.may.contains(field));
            if !allowed && self.forbids(*field).is_none() {
                beyond(index, *field, &known, report);
            }
        }
        if !known.is_empty() && known.iter().all(|purpose| !purpose.lasts_as_long_as(policy)) {
            outlasts(&known, report);
        }
        for (index, field) in policy.visible.iter().enumerate() {
            if let Some(statute) = self.forbids(*field).filter(|_| !Field::FORBIDDEN.contains(field)) {
                forbidden(index, *field, statute, report);
            }
        }
    }
}

impl Purpose {
    fn lasts_as_long_as(&self, policy: &Policy) -> bool {
        let begins = self.valid_from.is_none_or(|first| first <= policy.valid_from);
        let ends = self.valid_to.is_none_or(|last| policy.valid_to.is_some_and(|end| end <= last));
        begins && ends
    }
}

fn beyond(index: usize, field: Field, known: &[&Purpose], report: &mut Report) {
    let laws = |of: fn(&Text) -> &String| {
        let laws: Vec<&str> = known.iter().map(|purpose| of(&purpose.law).as_str()).collect();
        laws.join("; ")
    };
    report.error(
        "visible_without_basis",
        format!("visible[{index}]"),
        format!(
            "No duty of this class that is known may see {field} ({}): remove it, or add its law to the registry.",
            laws(|text| &text.en)
        ),
        format!(
            "この種類の義務({})では、{field}を見る根拠がありません。外すか、根拠の法令を一覧に足してください。",
            laws(|text| &text.ja)
        ),
    );
}

fn forbidden(index: usize, field: Field, statute: &Statute, report: &mut Report) {
    report.error(
        "visible_forbidden",
        format!("visible[{index}]"),
        format!("{} forbids asking for {field}: remove it.", statute.law.en),
        format!("{field}を求めることは{}で禁じられています。外してください。", statute.law.ja),
    );
}

fn outlasts(known: &[&Purpose], report: &mut Report) {
    let Some(last) = known.iter().filter_map(|purpose| purpose.valid_to).max() else { return };
    report.error(
        "picture_ends_by_law",
        "valid_to",
        format!("A picture does for this duty until {last} only: set valid_to to that day or an earlier one."),
        format!("この義務で画像が使えるのは{last}までです。valid_toをその日以前にしてください。"),
    );
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::policy::sample::{age_policy, text};

    fn registry() -> Registry {
        let read_on = "2026-11-21".parse().unwrap();
        let identity = Purpose {
            class: BasisClass::Identity,
            law: text("ある法律", "A law"),
            needs: vec![vec![Field::Name]],
            may: vec![Field::BirthDate, Field::Title, Field::Issuer, Field::Name],
            valid_from: None,
            valid_to: Some("2027-03-31".parse().unwrap()),
            source: "x".into(),
            read_on,
        };
        let statute = Statute {
            law: text("番号法", "The My Number Act"),
            fields: vec![Field::MyNumber, Field::Domicile],
            source: "x".into(),
            read_on,
        };
        Registry { kinds: vec![], statutes: vec![statute], purposes: vec![identity] }
    }

    fn found(class: BasisClass, field: Field, end: Option<&str>) -> Vec<(&'static str, String)> {
        let mut policy = age_policy();
        policy.basis.class = class;
        policy.valid_to = end.map(|end| end.parse().unwrap());
        policy.visible.push(field);
        policy.kinds.clear();
        registry().lint(&policy).into_iter().map(|finding| (finding.code, finding.message_en)).collect()
    }

    fn codes(class: BasisClass, field: Field, end: Option<&str>) -> Vec<&'static str> {
        found(class, field, end).into_iter().map(|(code, _)| code).collect()
    }

    /// M4
    #[test]
    fn another_basis_may_see_what_its_law_needs_and_nothing_else() {
        let identity = |field| codes(BasisClass::Identity, field, Some("2027-03-31"));
        assert_eq!(identity(Field::Name), [""; 0]);
        assert_eq!(identity(Field::Address), ["visible_without_basis"]);
        assert_eq!(identity(Field::Domicile), ["visible_forbidden"]);
        assert_eq!(identity(Field::MyNumber), [""; 0], "the keeper's own list refuses it already");
    }

    #[test]
    fn a_refusal_names_the_law() {
        let end = Some("2027-03-31");
        let (_, told) = &found(BasisClass::Identity, Field::Domicile, end)[0];
        assert!(told.starts_with("The My Number Act forbids"), "{told}");
        let (_, told) = &found(BasisClass::Identity, Field::Address, end)[0];
        assert!(told.contains("(A law)"), "{told}");
    }

    #[test]
    fn a_policy_may_not_outlast_the_day_to_which_a_picture_does() {
        assert_eq!(codes(BasisClass::Identity, Field::Name, None), ["picture_ends_by_law"]);
        assert_eq!(codes(BasisClass::Identity, Field::Name, Some("2027-04-01")), ["picture_ends_by_law"]);
    }

    #[test]
    fn an_age_policy_is_judged_elsewhere() {
        assert_eq!(codes(BasisClass::Age, Field::Domicile, None), [""; 0]);
    }
}
