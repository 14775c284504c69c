//! A passkey used (§7.2).

use aws_lc_rs::digest;

use super::{
    Credential, RelyingParty,
    auth_data::{AuthData, AuthDataError},
    client_data::{self, ClientDataError},
};
use crate::wire::Assertion;

/// The counter to remember for the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCounter(pub u32);

/// Why a passkey's answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It names another credential.
    #[error("the answer is from another passkey")]
    Credential,
    /// What the browser says does not fit.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// What the authenticator says does not fit.
    #[error(transparent)]
    AuthData(#[from] AuthDataError),
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// The counter did not go up: there may be two of this passkey.
    #[error("the signature counter did not go up: this passkey may have been copied")]
    Counter,
}

/// Judges what `navigator.credentials.get` gave for `challenge`, which must be fresh and used once.
///
/// # Errors
/// See [`AssertionError`]. On success the caller stores the new counter in the credential.
pub fn verify_assertion(
    rp: &RelyingParty,
    challenge: &[u8; 32],
    credential: &Credential,
    assertion: &Assertion,
) -> Result<NewCounter, AssertionError> {
    if assertion.credential != credential.id {
        return Err(AssertionError::Credential);
    }
    client_data::check(&assertion.client_data, "webauthn.get", rp, challenge)?;
    let auth_data = AuthData::parse(&assertion.authenticator_data)?;
    auth_data.check(rp)?;
    check_signature(credential, assertion)?;
    check_counter(credential.counter, auth_data.counter)
}

/// The signature covers the authenticator data and the hash of the client data (§6.3.3).
fn check_signature(credential: &Credential, assertion: &Assertion) -> Result<(), AssertionError> {
    let client_data_hash = digest::digest(&digest::SHA256, &assertion.client_data);
    let signed = [&assertion.authenticator_data, client_data_hash.as_ref()].concat();
    credential.key.verify_webauthn(&signed, &assertion.signature).map_err(|_| AssertionError::Signature)
}

/// Many passkeys never count; but one that counted even once must go on counting.
fn check_counter(known: u32, new: u32) -> Result<NewCounter, AssertionError> {
    let counts = known != 0 || new != 0;
    if counts && new <= known { Err(AssertionError::Counter) } else { Ok(NewCounter(new)) }
}
