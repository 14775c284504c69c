//! What the keeper that plays along begins with: a site, a policy, the first events.

use sekisho_core::{
    check::Role,
    event::What,
    id::{AssignmentId, CheckId, DocumentId, ShiftId, StaffId, ViewingId},
    policy::{Policy, Text},
    time::Timestamp,
};
use sekisho_keeper::wire::SiteView;

use super::{NOW, keeper::staff_id};

pub(super) fn text(ja: &str, en: &str) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

pub(super) fn site() -> SiteView {
    SiteView {
        name: "sample-dating".parse().expect("a name"),
        title: text("出会いの見本", "Sample dating site"),
        jwks: "{\"keys\":[]}".into(),
        policies: vec!["jp-dating-site".parse().expect("a name")],
        return_prefix: "https://dating.example/".into(),
        budget: None,
        webhook: Some("https://dating.example/hooks/sekisho".into()),
    }
}

/// A policy as small as it may be; the desk shows its name and title.
pub(super) fn policy() -> Policy {
    let both = serde_json::json!({ "ja": "出会い系サイトの年齢確認", "en": "Age check for dating sites" });
    serde_json::from_value(serde_json::json!({
        "name": "jp-dating-site", "version": 1, "title": both, "valid_from": "2026-01-01", "valid_to": null,
        "basis": { "class": "age", "law": both, "article": both, "purpose": both, "source": "" },
        "kinds": [], "visible": ["birth_date"],
        "age": { "at_least": 18, "reached": "birthday", "leap_day": "march1" },
        "question": both, "reviewers": 1,
        "retention": { "picture_hours": 72, "warn_hours": 48, "member_days": 90 },
        "hours": { "week": [[], [], [], [], [], [], []], "closed_on_holidays": true },
    }))
    .expect("a policy")
}

pub(super) fn beginning() -> Vec<What> {
    let (check, document) = (CheckId::from_bytes([11; 16]), DocumentId::from_bytes([12; 16]));
    let (assignment, staff) = (AssignmentId::from_bytes([13; 16]), StaffId::from_bytes(staff_id(Role::Reviewer)));
    let shift = ShiftId::from_bytes([14; 16]);
    vec![
        What::Founded { test: true },
        What::StaffEnrolled { staff, role: Role::Reviewer, by: None },
        What::ShiftBegan { shift, staff, until: Timestamp(NOW.0 + 3600) },
        What::Received {
            check,
            document,
            site: "sample-dating".parse().expect("a name"),
            policy: "jp-dating-site".parse().expect("a name"),
            policy_version: 1,
            kind: "jp-driving-licence".parse().expect("a name"),
            arrival: 1,
            deadline: NOW + 72 * 3600,
            ciphertext_sha256: "00".repeat(32),
            waits: false,
        },
        What::Assigned { assignment, check, document, staff, shift, until: NOW },
        What::Viewed {
            viewing: ViewingId::from_bytes([15; 16]),
            assignment,
            check,
            document,
            staff,
            shift,
            again: None,
        },
        What::DeadlineNears { check, document, deadline: NOW + 3600 },
    ]
}
