//! Sites and policies that tests stand on.

use sekisho_core::policy::{
    AcceptedKind, AgeRule, Basis, BasisClass, Day, Field, LeapDay, Policy, Reached, Retention, ReviewHours, Text,
    Window,
};
use sekisho_keeper::{
    jose::{Jwks, SigningKey},
    wire::{Directory, SiteView},
};

/// The key with which a site signs.
pub(super) fn key_of(site: &str) -> SigningKey {
    let mut seed = [0; 32];
    seed[..site.len()].copy_from_slice(site.as_bytes());
    SigningKey::ed25519(&seed).unwrap()
}

pub(super) fn site(name: &str) -> SiteView {
    let jwks = Jwks::new(vec![key_of(name).public().clone()]).unwrap();
    SiteView {
        name: name.parse().unwrap(),
        title: text("見本サイト", "Sample Site"),
        jwks: jwks.to_json(),
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: format!("https://{name}.example/"),
        budget: None,
        webhook: None,
    }
}

pub(super) fn directory() -> Directory {
    Directory {
        sites: vec![site("site-a")],
        policies: vec![policy()],
        jwks: site("site-a").jwks,
        ledger_key: "sekisho.example/ledger+00000000+AAAA".into(),
        witness_keys: Vec::new(),
    }
}

fn text(ja: &str, en: &str) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

fn day(text: &str) -> Day {
    Day(text.parse().unwrap())
}

fn kind(name: &str, ja: &str, en: &str, valid_to: Option<&str>) -> AcceptedKind {
    AcceptedKind {
        kind: name.parse().unwrap(),
        name: text(ja, en),
        hide: text("名前、住所、顔、番号を かくします。", "Name, address, face and number are covered."),
        valid_to: valid_to.map(day),
    }
}

fn basis() -> Basis {
    Basis {
        class: BasisClass::Age,
        law: text(
            "インターネット異性紹介事業を利用して児童を誘引する行為の規制等に関する法律",
            "Act on Regulation of Inducing Children by Using Opposite Sex Introducing Services on the Internet",
        ),
        article: text("第11条", "Article 11"),
        purpose: text("18歳未満の 人が 使わないように するためです。", "So that nobody under 18 uses the service."),
        source: "for tests".into(),
    }
}

pub(super) fn policy() -> Policy {
    Policy {
        name: "jp-dating-site".parse().unwrap(),
        version: 1,
        title: text("年齢の確認", "Age check"),
        valid_from: day("2026-01-01"),
        valid_to: None,
        basis: basis(),
        kinds: vec![
            kind("jp-driving-licence", "運転免許証", "Driving licence", None),
            kind("jp-my-number-card", "マイナンバーカード（おもて）", "My Number card (front)", None),
            kind("jp-passport", "パスポート", "Passport", None),
            kind("jp-residence-card", "在留カード", "Residence card", None),
            kind("jp-health-insurance-card", "健康保険証", "Health insurance card", Some("2025-12-01")),
        ],
        visible: vec![Field::BirthDate, Field::Title, Field::Issuer],
        age: AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 },
        question: text("{date} 以前の 生まれですか", "Born on or before {date}?"),
        reviewers: 1,
        retention: Retention { picture_hours: 72, warn_hours: 48, member_days: 90, member_days_reason: None },
        hours: ReviewHours { week: std::array::from_fn(|_| all_day()), closed_on_holidays: false, closed: vec![] },
    }
}

fn all_day() -> Vec<Window> {
    vec![Window { from: 0, to: 1440 }]
}

/// Every day from nine to six, but not from 22 to 27 November.
pub(super) fn long_weekend() -> ReviewHours {
    let closed = (22..=27).map(|date| day(&format!("2026-11-{date}"))).collect();
    let week = std::array::from_fn(|_| vec![Window { from: 540, to: 1080 }]);
    ReviewHours { week, closed_on_holidays: true, closed }
}
