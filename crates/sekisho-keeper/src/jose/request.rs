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

impl RequestError {
    /// Whether whoever sent it may not be the site: nobody signed it so, or for something else, or long ago.
    pub fn is_strangers(&self) -> bool {
        matches!(self, Self::Jws(_) | Self::UnknownSite | Self::Audience | Self::Expired)
    }
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
mod tests;
