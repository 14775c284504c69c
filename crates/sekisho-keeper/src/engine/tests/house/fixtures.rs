//! A policy, a site, its member.

use super::*;

pub(super) fn people() -> BTreeMap<u8, Role> {
    BTreeMap::from([(1, Role::Reviewer), (2, Role::Officer), (3, Role::Administrator)])
}

pub(super) fn policy() -> Policy {
    let text = |text: &str| Text { ja: text.into(), en: text.into() };
    Policy {
        name: "jp-dating-site".parse().unwrap(),
        version: 1,
        title: text("title"),
        valid_from: "2026-01-01".parse().unwrap(),
        valid_to: None,
        basis: Basis {
            class: BasisClass::Age,
            law: text("law"),
            article: text("5"),
            purpose: text("purpose"),
            source: "source".into(),
        },
        kinds: vec![AcceptedKind {
            kind: "jp-driving-licence".parse().unwrap(),
            name: text("licence"),
            hide: text("name"),
            valid_to: None,
        }],
        visible: vec![Field::BirthDate],
        age: AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 },
        question: text("born on or before {date}?"),
        reviewers: 1,
        retention: Retention { picture_hours: 72, warn_hours: 48, member_days: 90, member_days_reason: None },
        hours: ReviewHours { week: Default::default(), closed_on_holidays: false, closed: vec![] },
    }
}

pub(super) fn site_key() -> SigningKey {
    SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(99))
}

pub(super) fn site() -> SiteView {
    SiteView {
        name: "site-a".parse().unwrap(),
        title: Text { ja: "サイトA".into(), en: "Site A".into() },
        jwks: Jwks::new(vec![site_key().public().clone()]).unwrap().to_json(),
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: "https://site-a.example/".into(),
        webhook: Some("https://site-a.example/hook".into()),
        budget: None,
    }
}

pub(super) fn sub() -> Sub {
    Sub::of_member(&[5; 32], b"member-1")
}

pub(in crate::engine::tests) fn sub_text() -> String {
    sub().to_string()
}
