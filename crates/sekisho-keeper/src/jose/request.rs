//! The request object: a site's signed word that one of its members is to be checked.
//!
//! Everything about a check comes from here: site, policy, member, where to
//! return. Gate and keeper each judge it with [`verify_request`]; the keeper
//! does so again at every arrival, with its own list of sites and its own time.

use sekisho_core::{
    id::{CheckId, KeeperId, PolicyName, SiteName},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    CLOCK_SKEW, TYP_CHECK,
    json::{self, Malformed},
    jwk::{Jwks, JwksError},
    jws::{self, JwsError, Unverified},
    key::{KeyError, SigningKey},
    return_url::{ReturnUrlError, check_return_url},
    sub::{Sub, SubError},
};
use crate::wire::{Refusal, SiteView};

/// The longest time from `iat` to `exp`, in seconds: seven days.
pub const MAX_LIFETIME: u64 = 7 * 86_400;
/// The time from `iat` to `exp` that our own tools use, in seconds: a day.
pub const DEFAULT_LIFETIME: u64 = 86_400;

const NAMES: [&str; 8] = ["iss", "aud", "jti", "iat", "exp", "policy", "sub", "return_url"];

/// What a site may ask for, from whoever keeps the list of sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteTerms {
    /// The keys with which it signs.
    pub jwks: Jwks,
    /// The policies under which it may ask.
    pub policies: Vec<PolicyName>,
    /// Where its members may be sent back to, see [`super::check_prefix`].
    pub return_prefix: String,
}

impl TryFrom<&SiteView> for SiteTerms {
    type Error = JwksError;

    fn try_from(site: &SiteView) -> Result<Self, JwksError> {
        let jwks = Jwks::parse(&site.jwks)?;
        Ok(Self { jwks, policies: site.policies.clone(), return_prefix: site.return_prefix.clone() })
    }
}

/// A request that a site did sign, for us, and that says nothing it may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRequest {
    /// The check that it makes, derived from keeper, site and `jti`.
    pub check: CheckId,
    /// `iss`.
    pub site: SiteName,
    /// `jti`, unique for the site.
    pub jti: String,
    /// `iat`.
    pub issued: Timestamp,
    /// `exp`: until when the first document may come.
    pub expires: Timestamp,
    /// `policy`.
    pub policy: PolicyName,
    /// `sub`.
    pub sub: Sub,
    /// `return_url`.
    pub return_url: String,
}

/// Why a request object is refused. Nothing of what it said is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a JWS of ours, or its signature does not hold.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The claims are not those eight.
    #[error("the claims must be iss, aud, jti, iat, exp, policy, sub, return_url and nothing else: {0}")]
    Claims(#[from] Malformed),
    /// `iss` is nobody we know.
    #[error("iss is not a registered site")]
    UnknownSite,
    /// `aud` is another keeper.
    #[error("aud is not the id of this keeper")]
    Audience,
    /// `jti` has another shape.
    #[error("jti must be 16 to 64 characters of A-Z, a-z, 0-9, '-' and '_', random")]
    Jti,
    /// `sub` is not an HMAC.
    #[error(transparent)]
    Sub(#[from] SubError),
    /// `policy` is not one under which this site may ask.
    #[error("the site may not ask under this policy")]
    Policy,
    /// `return_url` is not the site's.
    #[error(transparent)]
    ReturnUrl(#[from] ReturnUrlError),
    /// `iat` lies ahead.
    #[error("iat lies more than 60 seconds ahead: set the clock of the machine that signs")]
    NotYet,
    /// `exp` is not after `iat`, or more than seven days after it.
    #[error("exp must lie after iat, by seven days at most")]
    Lifetime,
    /// `exp` has passed.
    #[error("the request has expired: sign a new one")]
    Expired,
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Jws(JwsError::Signature | JwsError::UnknownKey | JwsError::Alg)
            | RequestError::UnknownSite => Self::BadSignature,
            RequestError::NotYet | RequestError::Expired => Self::RequestExpired,
            RequestError::Policy => Self::PolicyNotInForce,
            _ => Self::BadRequest,
        }
    }
}

/// The claims as they are written. Names are judged one by one afterwards, so that each fault has its own error.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    jti: String,
    iat: u64,
    exp: u64,
    policy: String,
    sub: String,
    return_url: String,
}

/// Judges a request object for a first arrival: everything, `exp` included.
///
/// # Errors
/// See [`RequestError`].
pub fn verify_request(
    jws: &str,
    keeper: KeeperId,
    terms_of: impl Fn(&SiteName) -> Option<SiteTerms>,
    now: Timestamp,
) -> Result<CheckRequest, RequestError> {
    let request = verify_known_request(jws, keeper, terms_of, now)?;
    if now >= request.expires { Err(RequestError::Expired) } else { Ok(request) }
}

/// Judges a request object for a later arrival: `exp` bounds the first upload only.
///
/// To be asked only when a first arrival of the same check is on record.
///
/// # Errors
/// See [`RequestError`]; never `Expired`.
pub fn verify_known_request(
    jws: &str,
    keeper: KeeperId,
    terms_of: impl Fn(&SiteName) -> Option<SiteTerms>,
    now: Timestamp,
) -> Result<CheckRequest, RequestError> {
    let unverified = Unverified::parse(jws, TYP_CHECK)?;
    let claims: Claims = json::read(unverified.unverified_payload(), &NAMES)?;
    let site: SiteName = claims.iss.parse().map_err(|_| RequestError::UnknownSite)?;
    let terms = terms_of(&site).ok_or(RequestError::UnknownSite)?;
    unverified.verify(&terms.jwks)?;
    judge(claims, site, keeper, &terms, now)
}

fn judge(
    claims: Claims,
    site: SiteName,
    keeper: KeeperId,
    terms: &SiteTerms,
    now: Timestamp,
) -> Result<CheckRequest, RequestError> {
    if claims.aud != keeper.to_string() {
        return Err(RequestError::Audience);
    }
    if !is_jti(&claims.jti) {
        return Err(RequestError::Jti);
    }
    let sub = claims.sub.parse()?;
    let policy = claims.policy.parse().ok().filter(|policy| terms.policies.contains(policy));
    let policy = policy.ok_or(RequestError::Policy)?;
    check_return_url(&claims.return_url, &terms.return_prefix)?;
    let (issued, expires) = check_times(claims.iat, claims.exp, now)?;
    let check = CheckId::derive(keeper, &site, &claims.jti);
    Ok(CheckRequest { check, site, jti: claims.jti, issued, expires, policy, sub, return_url: claims.return_url })
}

fn check_times(iat: u64, exp: u64, now: Timestamp) -> Result<(Timestamp, Timestamp), RequestError> {
    if iat > now.0.saturating_add(CLOCK_SKEW) {
        return Err(RequestError::NotYet);
    }
    if exp <= iat || exp - iat > MAX_LIFETIME {
        return Err(RequestError::Lifetime);
    }
    Ok((Timestamp(iat), Timestamp(exp)))
}

/// Whether a text may be a `jti`. Narrow, so that nobody puts a name or an address there (M47).
pub(super) fn is_jti(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Signs a request object, as a site does. It is not judged here.
///
/// # Errors
/// When the library fails its own check.
pub fn sign_request(key: &SigningKey, keeper: KeeperId, request: &Ask) -> Result<String, KeyError> {
    let claims = Claims {
        iss: request.site.to_string(),
        aud: keeper.to_string(),
        jti: request.jti.clone(),
        iat: request.issued.0,
        exp: request.expires.0,
        policy: request.policy.to_string(),
        sub: request.sub.to_string(),
        return_url: request.return_url.clone(),
    };
    jws::sign(key, TYP_CHECK, &serde_json::to_vec(&claims).map_err(|_| KeyError)?)
}

/// What a site wants to ask, before it signs.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub site: SiteName,
    /// 16 to 64 random characters.
    pub jti: String,
    /// From when.
    pub issued: Timestamp,
    /// Until when the first document may come.
    pub expires: Timestamp,
    /// Under which policy.
    pub policy: PolicyName,
    /// About whom.
    pub sub: Sub,
    /// Where the member goes afterwards.
    pub return_url: String,
}

#[cfg(test)]
mod tests {
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
}
