use sekisho_core::{
    kinds::{Back, NotAccepted},
    policy::{BasisClass, Field, lint::lint, question::question},
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

/// M4: the keeper's own list, which needs no file, and the registry's, which says why, are one.
#[test]
fn what_no_policy_may_show_has_its_law_in_the_registry() {
    let registry = kinds();
    let mut named: Vec<Field> = registry.statutes.iter().flat_map(|statute| statute.fields.clone()).collect();
    named.sort_by_key(|field| Field::FORBIDDEN.iter().position(|known| known == field));
    assert_eq!(named, Field::FORBIDDEN);
    for hidden in registry.kinds.iter().flat_map(|kind| &kind.hide) {
        assert!(!hidden.fields.is_empty(), "{}", hidden.what.en);
        let forbidden = hidden.fields.iter().filter(|field| registry.forbids(**field).is_some()).count();
        let expected = if hidden.statute.is_some() { hidden.fields.len() } else { 0 };
        assert_eq!(forbidden, expected, "{}", hidden.what.en);
    }
}

/// M4: what an age check may see stands in the code that judges it and in the registry, and is the same.
#[test]
fn an_age_check_may_see_what_the_registry_says() {
    let registry = kinds();
    let age = registry.purposes.iter().find(|purpose| purpose.class == BasisClass::Age).unwrap();
    assert_eq!(age.needs, [vec![Field::BirthDate, Field::Age], vec![Field::Title], vec![Field::Issuer]]);
    assert_eq!(age.may, age.needs.concat());
    for (field, refused) in [(Field::Age, false), (Field::Name, true), (Field::Domicile, true)] {
        let mut policy = built_in().remove(0);
        policy.visible.push(field);
        assert_eq!(!lint(&policy, today()).is_empty(), refused, "{field}");
        assert_eq!(!age.may.contains(&field), refused);
    }
}

/// M2, M4
#[test]
fn every_kind_that_is_accepted_has_a_layout_that_lies_on_it() {
    for kind in kinds().kinds.iter().filter(|kind| kind.refused.is_none()) {
        let layout = kind.layout.as_ref().unwrap_or_else(|| panic!("{} has no layout", kind.kind));
        let what: Vec<_> = layout.boxes.iter().map(|found| found.what).collect();
        assert_eq!(what, [Field::BirthDate, Field::Title, Field::Issuer], "{}", kind.kind);
        assert!(layout.boxes.iter().all(|found| found.fits()) && layout.ratio > 0, "{}", kind.kind);
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

/// M4: what print says is proposed to a reviewer, and no policy can have it decided by that.
#[test]
fn no_policy_lets_a_machine_decide() {
    for word in ["auto_approve = true", "auto_approve = \"two_readings\""] {
        let text = SHIPPED[0].1.replacen("reviewers = 1", &format!("reviewers = 1\n{word}"), 1);
        let error = parsed(&text).unwrap_err();
        assert!(error.contains("unknown field `auto_approve`"), "{error}");
    }
    let nobody = parsed(&SHIPPED[0].1.replacen("reviewers = 1", "reviewers = 0", 1)).unwrap();
    assert!(lint(&nobody, today()).iter().any(|finding| finding.code == "no_reviewers"));
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
