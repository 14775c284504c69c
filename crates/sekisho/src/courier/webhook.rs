//! A message as a request: Standard Webhooks 1.0 (standardwebhooks.com).

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};
use hyper::{Method, Request, header};
use sekisho_core::time::Timestamp;

use super::secrets::Secret;

/// What we call ourselves.
pub(super) const AGENT: &str = concat!("Sekisho/", env!("CARGO_PKG_VERSION"));

/// The value of `webhook-signature`: one `v1,…` for each secret, so that a site can change its secret without a gap.
pub fn signature(id: &str, at: Timestamp, body: &str, secrets: &[Secret]) -> String {
    let signed = format!("{id}.{}.{body}", at.0);
    let tags = secrets.iter().map(|secret| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("v1,{}", Base64::encode_string(tag.as_ref()))
    });
    tags.collect::<Vec<_>>().join(" ")
}

/// The request that carries `body` to `path`.
///
/// # Errors
/// When `path` or `id` can't stand in a request.
pub fn request(
    path: &str,
    id: &str,
    at: Timestamp,
    body: &str,
    secrets: &[Secret],
) -> Result<Request<Vec<u8>>, hyper::http::Error> {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, AGENT)
        .header("webhook-id", id)
        .header("webhook-timestamp", at.0)
        .header("webhook-signature", signature(id, at, body, secrets))
        .body(body.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::{super::secrets, *};

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: Timestamp = Timestamp(1_614_265_330);
    const BODY: &str = r#"{"test": 2432232314}"#;

    /// The example that libraries of the specification test themselves with.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let secret = secrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(signature(ID, AT, BODY, &[secret]), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_request_carries_what_the_signature_covers() {
        let secret = || Secret::new(vec![7; 32]);
        let request = request("/hook?a=1", ID, AT, BODY, &[secret(), Secret::new(vec![8; 32])]).unwrap();
        assert_eq!(request.headers()["webhook-id"], ID);
        assert_eq!(request.headers()["webhook-timestamp"], "1614265330");
        let sent = request.headers()["webhook-signature"].to_str().unwrap();
        assert!(sent.split(' ').any(|one| one == signature(ID, AT, BODY, &[secret()])));
        assert_eq!(sent.split(' ').count(), 2);
        assert_eq!(request.body(), BODY.as_bytes());
    }
}
