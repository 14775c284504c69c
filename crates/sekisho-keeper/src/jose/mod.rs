//! Signed JSON: what sites sign and what the keeper signs (RFC 7515, 7517, 7638, 8037).
//!
//! A narrow reading on purpose. Two algorithms (EdDSA with Ed25519, ES256), one
//! serialisation (compact), three header parameters (`alg`, `kid`, `typ`), and
//! no other: a header can't bring its own key, an extension or another
//! encoding. `kid` is the thumbprint of the key, so that a name can't be bent
//! to a different key. Gate and keeper judge a request with these same functions.

pub mod call;
mod json;
mod jwk;
pub(crate) mod jws;
mod key;
pub mod request;
mod return_url;
mod sub;

#[cfg(test)]
pub(crate) use key::tests;

pub use json::Malformed;
pub use jwk::{Jwks, JwksError};
pub use jws::{JwsError, MAX_JWS, Unverified, sign, verify};
pub use key::{Alg, BadSignature, KeyError, PublicKey, SigningKey};
pub use return_url::{ReturnUrlError, check_prefix, check_return_url};
pub use sub::{Sub, SubError};

/// The `typ` of a site's request object.
pub const TYP_CHECK: &str = "sekisho-check+jwt";
/// The `typ` of a site's signature over a call.
pub const TYP_CALL: &str = "sekisho-call+jwt";
/// The `typ` of the keeper's attestation.
pub const TYP_ATTESTATION: &str = "sekisho-attestation+jwt";

/// Seconds by which a signer's clock may be ahead of ours.
pub const CLOCK_SKEW: u64 = 60;
