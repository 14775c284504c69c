//! Passkeys, verified by the process that acts on them (WebAuthn Level 2, §7.1 and §7.2).
//!
//! A reviewer's presence is the cause of every viewing, so the keeper issues
//! the challenge and judges the answer itself: a desk that lies can't begin a
//! shift. Only what Sekisho uses is here: ES256 and EdDSA, user verification
//! always required, one relying party with one origin, compared exactly.
//!
//! Attestation statements are not judged. The browser is asked for none; what
//! makes a key somebody's is the invitation under which it was enrolled, and a
//! statement would only tell the make of the device.

mod assertion;
mod auth_data;
mod client_data;
mod cose;
mod registration;
#[cfg(test)]
mod tests;

pub use assertion::{AssertionError, NewCounter, verify_assertion};
pub use auth_data::AuthDataError;
pub use client_data::ClientDataError;
pub use cose::CoseError;
pub use registration::{RegistrationError, verify_registration};

use serde::{Deserialize, Serialize};

use crate::jose::PublicKey;

/// Whom a passkey is for: the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The desk's full host, e.g. `desk.example.jp`: never a parent domain, which other hosts could claim too.
    pub id: String,
    /// Scheme, host and port exactly as the browser states them, e.g. `https://desk.example.jp`.
    pub origin: String,
}

/// A passkey that was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id, 1 to 1,023 bytes. That no other person has the same is for the registry to check.
    pub id: Vec<u8>,
    /// The key that checks its signatures.
    pub key: PublicKey,
    /// The counter last seen; zero for ever with passkeys that don't count.
    pub counter: u32,
}
