use super::{
    super::key::{Alg, tests::Counting},
    *,
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_790_000_000);
const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);

fn key() -> SigningKey {
    SigningKey::generate(Alg::ES256, &mut Counting(0))
}

fn terms(name: &SiteName) -> Option<SiteTerms> {
    (name.as_str() == "site-a").then(|| SiteTerms {
        jwks: Jwks::new(vec![key().public().clone()]).unwrap(),
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: "https://a.example/".into(),
    })
}

fn ask() -> Ask {
    Ask {
        site: "site-a".parse().unwrap(),
        jti: "0123456789abcdef".into(),
        issued: NOW,
        expires: NOW + DEFAULT_LIFETIME,
        policy: "jp-dating-site".parse().unwrap(),
        sub: Sub::of_member(&[1; 32], b"4711"),
        return_url: "https://a.example/back".into(),
    }
}

/// The good claims with one of them replaced, or left out.
fn with(name: &str, value: Option<Value>) -> String {
    let good = sign_request(&key(), KEEPER, &ask()).unwrap();
    let payload = Unverified::parse(&good, TYP_CHECK).map(|jws| jws.unverified_payload().to_vec()).unwrap();
    let mut claims: serde_json::Map<String, Value> = serde_json::from_slice(&payload).unwrap();
    match value {
        Some(value) => claims.insert(name.into(), value),
        None => claims.remove(name),
    };
    jws::sign(&key(), TYP_CHECK, &serde_json::to_vec(&claims).unwrap()).unwrap()
}

fn refused(jws: &str) -> RequestError {
    verify_request(jws, KEEPER, terms, NOW).unwrap_err()
}

/// M7
#[test]
fn a_signed_request_is_taken_and_makes_one_check() {
    let request = verify_request(&sign_request(&key(), KEEPER, &ask()).unwrap(), KEEPER, terms, NOW).unwrap();
    assert_eq!(request.check, CheckId::derive(KEEPER, &ask().site, &ask().jti));
    assert_eq!((request.sub, request.policy), (ask().sub, ask().policy));
    assert_eq!((request.issued, request.expires), (NOW, NOW + DEFAULT_LIFETIME));
}

/// M7: each row breaks one thing and meets the error for that thing.
#[test]
fn each_claim_is_judged_by_itself() {
    let rows = [
        ("iss", json!("site-b"), RequestError::UnknownSite),
        ("iss", json!("Site A"), RequestError::UnknownSite),
        ("aud", json!(KeeperId::from_bytes([8; 16])), RequestError::Audience),
        ("aud", json!([KEEPER]), RequestError::Claims(Malformed::Type)),
        ("jti", json!("short"), RequestError::Jti),
        ("jti", json!("taro.yamada@example.jp"), RequestError::Jti),
        ("iat", json!(NOW.0 + 61), RequestError::NotYet),
        ("iat", json!(1.5), RequestError::Claims(Malformed::Type)),
        ("iat", json!(NOW.0 - MAX_LIFETIME), RequestError::Lifetime),
        ("exp", json!(NOW.0), RequestError::Lifetime),
        ("exp", json!(NOW.0 + MAX_LIFETIME + 1), RequestError::Lifetime),
        ("policy", json!("jp-age-restricted-sale"), RequestError::Policy),
        ("sub", json!("4711"), RequestError::Sub(SubError::Shape)),
        ("return_url", json!("https://b.example/"), RequestError::ReturnUrl(ReturnUrlError::OtherPlace)),
        ("birth_date", json!("2000-01-01"), RequestError::Claims(Malformed::Unknown)),
    ];
    for (name, value, error) in rows {
        assert_eq!(refused(&with(name, Some(value.clone()))), error, "{name} {value}");
    }
    for name in NAMES {
        assert_eq!(refused(&with(name, None)), RequestError::Claims(Malformed::Missing(name)));
    }
}

/// M47
#[test]
fn a_mail_address_as_sub_is_refused_and_not_repeated() {
    let error = refused(&with("sub", Some(json!("taro.yamada@example.jp"))));
    assert_eq!(error, RequestError::Sub(SubError::LooksLikeAnAddress));
    assert!(!format!("{error} {error:?}").contains("taro"));
}

#[test]
fn bounds_themselves_are_allowed() {
    for (name, value) in [("iat", NOW.0 + 60), ("exp", NOW.0 + MAX_LIFETIME), ("exp", NOW.0 + 1)] {
        assert!(verify_request(&with(name, Some(json!(value))), KEEPER, terms, NOW).is_ok(), "{name} {value}");
    }
}

#[test]
fn exp_bounds_the_first_arrival_only() {
    let jws = sign_request(&key(), KEEPER, &ask()).unwrap();
    let late = NOW + DEFAULT_LIFETIME;
    assert!(verify_request(&jws, KEEPER, terms, late - 1).is_ok());
    assert_eq!(verify_request(&jws, KEEPER, terms, late), Err(RequestError::Expired));
    assert!(verify_known_request(&jws, KEEPER, terms, late + 86_400).is_ok());
}

/// M7
#[test]
fn another_sites_key_or_another_kind_of_jws_is_refused() {
    let other = SigningKey::generate(Alg::ES256, &mut Counting(7));
    assert_eq!(refused(&sign_request(&other, KEEPER, &ask()).unwrap()), JwsError::UnknownKey.into());
    let good = sign_request(&key(), KEEPER, &ask()).unwrap();
    let payload = Unverified::parse(&good, TYP_CHECK).map(|jws| jws.unverified_payload().to_vec()).unwrap();
    let call = jws::sign(&key(), super::super::TYP_CALL, &payload).unwrap();
    assert_eq!(refused(&call), JwsError::Typ.into());
}

#[test]
fn the_keeper_tells_apart_forged_late_and_malformed() {
    assert_eq!(Refusal::from(RequestError::Jws(JwsError::Signature)), Refusal::BadSignature);
    assert_eq!(Refusal::from(RequestError::Expired), Refusal::RequestExpired);
    assert_eq!(Refusal::from(RequestError::Sub(SubError::Shape)), Refusal::BadRequest);
}
