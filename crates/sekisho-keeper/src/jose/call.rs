//! A site's signature over one call, as in DPoP (RFC 9449): a bearer token alone does nothing.

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    id::{KeeperId, SiteName},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    CLOCK_SKEW, TYP_CALL,
    json::{self, Malformed},
    jwk::Jwks,
    jws::{self, JwsError, Unverified},
    key::{KeyError, SigningKey},
    request::is_jti,
};
use crate::{
    hash::sha256,
    wire::{Refusal, SignedCall},
};

/// How old a signature may be, in seconds; a `jti` must be remembered for this and [`CLOCK_SKEW`] together.
pub const MAX_AGE: u64 = 60;

const NAMES: [&str; 7] = ["iss", "aud", "htm", "htu", "bdh", "iat", "jti"];

/// A call that a site did sign, now, for us. Whether its `jti` came before is the caller's to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCall {
    /// Who calls.
    pub site: SiteName,
    /// Unique for the site: the same one a second time is a replay.
    pub jti: String,
    /// When it was signed.
    pub issued: Timestamp,
}

/// Why a signed call is refused. Nothing of what it said is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Not a JWS of ours, or its signature does not hold.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The claims are not those seven.
    #[error("the claims must be iss, aud, htm, htu, bdh, iat, jti and nothing else: {0}")]
    Claims(#[from] Malformed),
    /// `iss` is nobody we know.
    #[error("iss is not a registered site")]
    UnknownSite,
    /// `aud` is another keeper.
    #[error("aud is not the id of this keeper")]
    Audience,
    /// `htm` is not the method that was called.
    #[error("htm is not the method of this call")]
    Method,
    /// `htu` is not the path that was called.
    #[error("htu is not the path of this call, with its query")]
    Path,
    /// `bdh` is not the hash of the body that came.
    #[error("bdh is not the base64url SHA-256 of this body")]
    Body,
    /// `iat` is too far from now.
    #[error("iat is more than 60 seconds from our time")]
    Time,
    /// `jti` has another shape.
    #[error("jti must be 16 to 64 characters of A-Z, a-z, 0-9, '-' and '_', random")]
    Jti,
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Time => Self::RequestExpired,
            CallError::Claims(_) | CallError::Jti => Self::BadRequest,
            _ => Self::BadSignature,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    htm: String,
    htu: String,
    bdh: String,
    iat: u64,
    jti: String,
}

/// Judges a signed call against what was called.
///
/// # Errors
/// See [`CallError`].
pub fn verify_call(
    call: &SignedCall,
    keeper: KeeperId,
    jwks_of: impl Fn(&SiteName) -> Option<Jwks>,
    now: Timestamp,
) -> Result<VerifiedCall, CallError> {
    let unverified = Unverified::parse(&call.jws, TYP_CALL)?;
    let claims: Claims = json::read(unverified.unverified_payload(), &NAMES)?;
    let site: SiteName = claims.iss.parse().map_err(|_| CallError::UnknownSite)?;
    unverified.verify(&jwks_of(&site).ok_or(CallError::UnknownSite)?)?;
    judge(&claims, call, keeper, now)?;
    Ok(VerifiedCall { site, jti: claims.jti, issued: Timestamp(claims.iat) })
}

/// Which site a call says that it is by. Nothing is verified.
pub fn claimed_site(jws: &str) -> Option<SiteName> {
    let unverified = Unverified::parse(jws, TYP_CALL).ok()?;
    let claims: Claims = json::read(unverified.unverified_payload(), &NAMES).ok()?;
    claims.iss.parse().ok()
}

fn judge(claims: &Claims, call: &SignedCall, keeper: KeeperId, now: Timestamp) -> Result<(), CallError> {
    let rules = [
        (claims.aud == keeper.to_string(), CallError::Audience),
        (claims.htm == call.method, CallError::Method),
        (claims.htu == call.path, CallError::Path),
        (claims.bdh == Base64UrlUnpadded::encode_string(&call.body_sha256), CallError::Body),
        (claims.iat <= now.0.saturating_add(CLOCK_SKEW), CallError::Time),
        (now.0 <= claims.iat.saturating_add(MAX_AGE), CallError::Time),
        (is_jti(&claims.jti), CallError::Jti),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, error)| Err(error))
}

/// What a site wants to call, before it signs.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Who calls.
    pub site: &'a SiteName,
    /// The method.
    pub method: &'a str,
    /// The path with its query.
    pub path: &'a str,
    /// The body; empty if there is none.
    pub body: &'a [u8],
    /// When.
    pub issued: Timestamp,
    /// 16 to 64 random characters.
    pub jti: &'a str,
}

/// Signs a call, as a site does.
///
/// # Errors
/// When the library fails its own check.
pub fn sign_call(key: &SigningKey, keeper: KeeperId, call: &Call<'_>) -> Result<String, KeyError> {
    let claims = Claims {
        iss: call.site.to_string(),
        aud: keeper.to_string(),
        htm: call.method.into(),
        htu: call.path.into(),
        bdh: Base64UrlUnpadded::encode_string(&body_sha256(call.body)),
        iat: call.issued.0,
        jti: call.jti.into(),
    };
    jws::sign(key, TYP_CALL, &serde_json::to_vec(&claims).map_err(|_| KeyError)?)
}

/// SHA-256 of a body, as [`SignedCall`] carries it.
pub fn body_sha256(body: &[u8]) -> [u8; 32] {
    sha256(body)
}

#[cfg(test)]
mod tests {
    use super::{
        super::key::{Alg, tests::Counting},
        *,
    };

    const NOW: Timestamp = Timestamp(1_790_000_000);
    const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);
    const JTI: &str = "0123456789abcdef";

    fn key() -> SigningKey {
        SigningKey::generate(Alg::EdDSA, &mut Counting(0))
    }

    fn jwks(name: &SiteName) -> Option<Jwks> {
        (name.as_str() == "site-a").then(|| Jwks::new(vec![key().public().clone()]).unwrap())
    }

    fn signed_by(site: &str, jti: &str) -> SignedCall {
        let (site, body) = (site.parse().unwrap(), b"{}");
        let call = Call { site: &site, method: "POST", path: "/v1/checks?x=1", body, issued: NOW, jti };
        SignedCall {
            jws: sign_call(&key(), KEEPER, &call).unwrap(),
            method: call.method.into(),
            path: call.path.into(),
            body_sha256: body_sha256(body),
        }
    }

    fn at(call: &SignedCall, now: Timestamp) -> Result<VerifiedCall, CallError> {
        verify_call(call, KEEPER, jwks, now)
    }

    /// M7
    #[test]
    fn a_signed_call_is_taken_for_a_minute_either_way() {
        let call = signed_by("site-a", JTI);
        assert_eq!(at(&call, NOW).unwrap().jti, JTI);
        assert!(at(&call, NOW + 60).is_ok() && at(&call, NOW - 60).is_ok());
        assert_eq!(at(&call, NOW + 61), Err(CallError::Time));
        assert_eq!(at(&call, NOW - 61), Err(CallError::Time));
    }

    /// M7: a call that was caught can't be turned into another.
    #[test]
    fn each_part_of_a_call_is_held_by_the_signature() {
        type Bend = fn(&mut SignedCall);
        let rows: [(Bend, CallError); 3] = [
            (|call| call.method = "DELETE".into(), CallError::Method),
            (|call| call.path = "/v1/checks".into(), CallError::Path),
            (|call| call.body_sha256[0] ^= 1, CallError::Body),
        ];
        for (bend, error) in rows {
            let mut call = signed_by("site-a", JTI);
            bend(&mut call);
            assert_eq!(at(&call, NOW), Err(error));
        }
    }

    #[test]
    fn another_site_keeper_or_jti_is_refused() {
        assert_eq!(at(&signed_by("site-b", JTI), NOW), Err(CallError::UnknownSite));
        assert_eq!(at(&signed_by("site-a", "short"), NOW), Err(CallError::Jti));
        let elsewhere = verify_call(&signed_by("site-a", JTI), KeeperId::from_bytes([8; 16]), jwks, NOW);
        assert_eq!(elsewhere, Err(CallError::Audience));
    }

    #[test]
    fn a_request_object_is_no_call() {
        let mut call = signed_by("site-a", JTI);
        call.jws = jws::sign(&key(), super::super::TYP_CHECK, b"{}").unwrap();
        assert_eq!(at(&call, NOW), Err(JwsError::Typ.into()));
        call.jws = jws::sign(&key(), TYP_CALL, br#"{"iss":"site-a"}"#).unwrap();
        assert_eq!(at(&call, NOW), Err(Malformed::Missing("aud").into()));
    }
}
