use sekisho_core::{
    kinds::{Back, NotAccepted},
    policy::{BasisClass, lint::lint, question::question},
};

use super::*;

fn today() -> Day {
    "2026-11-21".parse().unwrap()
}

fn parsed(text: &str) -> Result<Policy, String> {
    parse(text, Path::new("p.toml")).map_err(|error| error.to_string())
}

/// M55
#[test]
fn every_shipped_policy_lints_clean() {
    let policies = built_in();
    assert_eq!(policies.len(), SHIPPED.len());
    for (policy, (file, _)) in policies.iter().zip(SHIPPED) {
        assert_eq!(lint(policy, today()), [], "{file}");
        assert_eq!(kinds().lint(policy), [], "{file}");
        assert_eq!(format!("{}.toml", policy.name), file);
        assert_eq!(policy.basis.class, BasisClass::Age);
    }
}

/// M55
#[test]
fn each_shipped_policy_asks_for_its_own_age() {
    let asked: Vec<_> = built_in().iter().map(|policy| question(policy, today())).collect();
    assert_eq!(asked[0].text.ja, "2008年(平成20年)11月21日以前に生まれましたか。");
    assert_eq!(asked[1].text.en, "Born on or before 21 November 2006 (平成18年)?");
}

/// M10, M13: the policy of 2021, ten years after leaving, in hours of a picture and in days of a member.
#[test]
fn an_over_long_age_policy_is_refused() {
    let shipped = SHIPPED[0].1;
    let changed = |from: &str, to: &str| {
        assert!(shipped.contains(from));
        let policy = parsed(&shipped.replace(from, to)).unwrap();
        lint(&policy, today()).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(changed("picture_hours = 72", "picture_hours = 73"), ["picture_too_long"]);
    assert_eq!(changed("picture_hours = 72", "picture_hours = 65535"), ["picture_too_long"]);
    assert_eq!(changed("member_days = 90", "member_days = 3653"), ["member_days_without_reason"]);
}

/// M2
#[test]
fn the_registry_knows_every_kind_and_its_statutory_masks() {
    let registry = kinds();
    for name in ["jp-health-insurance-card", "jp-eligibility-certificate"] {
        let kind = registry.get(&name.parse().unwrap()).unwrap();
        let masks: Vec<_> = kind.statutory().map(|hidden| hidden.what.ja.as_str()).collect();
        assert_eq!(masks, ["保険者番号", "記号・番号・枝番", "QRコード"], "{name}");
    }
    let my_number = registry.get(&"jp-my-number-card".parse().unwrap()).unwrap();
    assert_eq!(my_number.back, Back::Refuse);
    for name in ["jp-notification-card", "jp-pension-book", "jp-disability-certificate"] {
        let name = name.parse().unwrap();
        assert!(matches!(registry.accepted(&name, today()), Err(NotAccepted::Refused(_))), "{name}");
    }
}

/// M2
#[test]
fn the_health_insurance_card_ended_on_its_day() {
    let (registry, name) = (kinds(), "jp-health-insurance-card".parse().unwrap());
    let last: Day = "2025-12-01".parse().unwrap();
    assert!(registry.accepted(&name, last).is_ok());
    let refused = registry.accepted(&name, last.plus(1)).unwrap_err();
    assert!(matches!(refused, NotAccepted::Ended { last: day, why: Some(_) } if day == last));
}

#[test]
fn no_kind_is_listed_twice() {
    let registry = kinds();
    for (index, kind) in registry.kinds.iter().enumerate() {
        assert!(!registry.kinds[..index].iter().any(|earlier| earlier.kind == kind.kind), "{}", kind.kind);
    }
}

#[test]
fn a_misspelt_word_is_refused_with_its_place_and_what_to_do() {
    let text = SHIPPED[0].1.replace("picture_hours", "picture_hour");
    let line = text.lines().position(|line| line.starts_with("picture_hour ")).unwrap() + 1;
    let error = parsed(&text).unwrap_err();
    assert!(error.starts_with(&format!("p.toml:{line}:1: unknown field `picture_hour`")), "{error}");
    assert!(error.contains("correct the spelling"), "{error}");
}

#[test]
fn each_mistake_is_named_where_it_is() {
    for (from, to, expected) in [
        ("09:00-21:00", "9-21", "\"09:00-21:00\""),
        ("09:00-21:00", "09:00-24:01", "\"09:00-21:00\""),
        ("valid_from = \"2026-11-01\"", "valid_from = 2026-11-01", "in quotes"),
        ("valid_from = \"2026-11-01\"", "valid_from = \"2026-11-31\"", "YYYY-MM-DD"),
        ("valid_from = \"2026-11-01\"", "", "missing field `valid_from`; add it"),
        ("class = \"age\"", "class = \"ages\"", "unknown variant `ages`"),
        ("reviewers = 1", "reviewers = -1", "invalid value"),
    ] {
        let error = parsed(&SHIPPED[0].1.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn a_day_that_is_not_named_is_closed() {
    let text = SHIPPED[0].1.replace("sunday = [\"09:00-21:00\"]\n", "");
    assert!(parsed(&text).unwrap().hours.week[6].is_empty());
}

#[test]
fn a_file_that_is_not_there_says_so() {
    let error = read(Path::new("/nonexistent/policy.toml")).unwrap_err();
    assert!(error.to_string().contains("check the path"), "{error}");
}
