//! A new passkey (§7.1).

use minicbor::{Decoder, data::Type};

use super::{
    Credential, RelyingParty,
    auth_data::{AuthData, AuthDataError},
    client_data::{self, ClientDataError},
};

/// The most bytes of an attestation object that we read.
const MAX: usize = 16 << 10;

/// Why a new passkey is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// What the browser says does not fit.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// Not an attestation object.
    #[error("the attestation object is malformed")]
    Malformed,
    /// What the authenticator says does not fit.
    #[error(transparent)]
    AuthData(#[from] AuthDataError),
    /// There is no credential in it.
    #[error("the attestation object holds no credential")]
    NoCredential,
}

/// Judges what `navigator.credentials.create` gave for `challenge`, which must be fresh and used once.
///
/// # Errors
/// See [`RegistrationError`]. That the credential's id is new among all staff is for the caller to check.
pub fn verify_registration(
    rp: &RelyingParty,
    challenge: &[u8; 32],
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Credential, RegistrationError> {
    client_data::check(client_data, "webauthn.create", rp, challenge)?;
    let auth_data = AuthData::parse(read_object(attestation).ok_or(RegistrationError::Malformed)?)?;
    auth_data.check(rp)?;
    let (id, key) = auth_data.credential.ok_or(RegistrationError::NoCredential)?;
    Ok(Credential { id: id.to_vec(), key, counter: auth_data.counter })
}

/// The authenticator data of an attestation object (§6.5.4); its statement is passed over.
fn read_object(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.len() > MAX {
        return None;
    }
    let mut decoder = Decoder::new(bytes);
    let (mut format, mut statement, mut auth_data) = (None, None, None);
    for _ in 0..decoder.map().ok()?? {
        let twice = match decoder.str().ok()? {
            "fmt" => format.replace(decoder.str().ok()?).is_some(),
            "attStmt" if decoder.datatype().ok()? == Type::Map => statement.replace(decoder.skip().ok()?).is_some(),
            "authData" => auth_data.replace(decoder.bytes().ok()?).is_some(),
            _ => return None,
        };
        if twice {
            return None;
        }
    }
    let whole = decoder.position() == bytes.len() && format.is_some() && statement.is_some();
    auth_data.filter(|_| whole)
}
