//! A site's signatures, judged on the site's own side first: what the gate would refuse is told before it is sent.

use sekisho_core::{id::KeeperId, time::Timestamp};
use sekisho_keeper::jose::{
    Jwks, KeyError, SigningKey,
    request::{self, Ask, CheckRequest, RequestError, SiteTerms},
};

/// Why a request can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The library failed.
    #[error("the key can't sign")]
    Key(#[from] KeyError),
    /// The gate would refuse it.
    #[error(transparent)]
    Refused(#[from] RequestError),
}

/// Signs a request object, and judges it as the gate will, but for what only the operator's list can tell.
///
/// # Errors
/// See [`SignError`].
pub fn sign_request(
    key: &SigningKey,
    keeper: KeeperId,
    ask: &Ask,
    now: Timestamp,
) -> Result<(String, CheckRequest), SignError> {
    let jws = request::sign_request(key, keeper, ask)?;
    let jwks = Jwks::new(vec![key.public().clone()]).expect("one key is a set");
    let terms = SiteTerms { jwks, policies: vec![ask.policy.clone()], return_prefix: origin(&ask.return_url) };
    let judged = request::verify_request(&jws, keeper, |_| Some(terms.clone()), now)?;
    Ok((jws, judged))
}

/// Scheme and host of an address, with a slash: the widest prefix under which it may lie.
fn origin(url: &str) -> String {
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let end = url[host_at..].find(['/', '?', '#']).map_or(url.len(), |at| host_at + at);
    format!("{}/", &url[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::jose::{Alg, ReturnUrlError, Sub};
    use sekisho_sys::entropy::SystemEntropy;

    const NOW: Timestamp = Timestamp(1_790_000_000);
    const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);

    fn sign(return_url: &str, lifetime: u64) -> Result<(String, CheckRequest), SignError> {
        let key = SigningKey::generate(Alg::EdDSA, &mut SystemEntropy);
        let ask = Ask {
            site: "site-a".parse().unwrap(),
            jti: "0123456789abcdef".into(),
            issued: NOW,
            expires: NOW + lifetime,
            policy: "jp-dating-site".parse().unwrap(),
            sub: Sub::of_member(&[1; 32], b"4711"),
            return_url: return_url.into(),
        };
        sign_request(&key, KEEPER, &ask, NOW)
    }

    #[test]
    fn what_the_gate_would_refuse_is_not_signed_away() {
        assert_eq!(sign("https://a.example/back?x=1", 60).unwrap().1.expires, NOW + 60);
        let too_long = sign("https://a.example/", request::MAX_LIFETIME + 1).unwrap_err();
        assert_eq!(too_long, RequestError::Lifetime.into());
        for (url, error) in [
            ("http://a.example/", ReturnUrlError::Scheme),
            ("https://a.example/@taro", ReturnUrlError::Characters),
            ("nowhere", ReturnUrlError::Scheme),
            ("", ReturnUrlError::Scheme),
        ] {
            assert_eq!(sign(url, 60).unwrap_err(), RequestError::ReturnUrl(error).into(), "{url}");
        }
    }
}
