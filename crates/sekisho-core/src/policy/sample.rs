//! A policy for tests: an age policy that lints clean.

use alloc::{vec, vec::Vec};

use super::{
    AcceptedKind, AgeRule, Basis, BasisClass, Field, LeapDay, Policy, Reached, Retention, ReviewHours, Text, Window,
};

/// Text in both languages.
pub(crate) fn text(ja: &str, en: &str) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

/// An age policy that is in order, reviewed on every day of the week.
pub(crate) fn age_policy() -> Policy {
    let week: [Vec<Window>; 7] = core::array::from_fn(|_| vec![Window { from: 540, to: 1260 }]);
    Policy {
        name: "sample".parse().unwrap(),
        version: 1,
        title: text("見本", "Sample"),
        valid_from: "2026-01-01".parse().unwrap(),
        valid_to: None,
        basis: Basis {
            class: BasisClass::Age,
            law: text("法律", "A law"),
            article: text("第1条", "Article 1"),
            purpose: text("年齢を確かめるため", "To check your age"),
            source: "https://example.com/law".into(),
        },
        kinds: vec![AcceptedKind {
            kind: "jp-driving-licence".parse().unwrap(),
            name: text("運転免許証", "Driving licence"),
            hide: text("名前をかくしてください。", "Hide your name."),
            valid_to: None,
        }],
        visible: vec![Field::BirthDate, Field::Title, Field::Issuer],
        age: AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 },
        question: text("{date}以前に生まれましたか。", "Born on or before {date}?"),
        reviewers: 1,
        retention: Retention { picture_hours: 72, warn_hours: 48, member_days: 90, member_days_reason: None },
        hours: ReviewHours { week, closed_on_holidays: false, closed: Vec::new() },
    }
}

/// A record policy under another law: seven years of a record, no picture.
pub(crate) fn record_policy() -> Policy {
    let mut policy = age_policy();
    policy.name = "sample-record".parse().unwrap();
    policy.basis.class = BasisClass::Record;
    policy.retention = Retention {
        picture_hours: 0,
        warn_hours: 0,
        member_days: 2557,
        member_days_reason: Some("犯罪収益移転防止法6条2項: 7年".into()),
    };
    policy
}
