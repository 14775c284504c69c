//! Authenticator data: what the authenticator itself says and signs (§6.1).

use aws_lc_rs::digest;
use minicbor::{Decoder, data::Type};

use super::{
    RelyingParty,
    cose::{self, CoseError},
};
use crate::jose::PublicKey;

/// Flag UP: somebody touched it.
const PRESENT: u8 = 1 << 0;
/// Flag UV: it made sure who that was, by finger, face or PIN.
const VERIFIED: u8 = 1 << 2;
/// Flag BE: the passkey may be copied to other devices by its maker.
const COPYABLE: u8 = 1 << 3;
/// Flag BS: it was.
const COPIED: u8 = 1 << 4;
/// Flag AT: a credential follows.
const ATTESTED: u8 = 1 << 6;
/// Flag ED: extensions follow.
const EXTENDED: u8 = 1 << 7;

/// The longest id of a credential, in bytes (§4).
const MAX_ID: usize = 1023;

/// Why authenticator data is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthDataError {
    /// Too short, or with something left over.
    #[error("the authenticator data is malformed")]
    Malformed,
    /// It was made for another relying party.
    #[error("the authenticator data is for another host")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    NotPresent,
    /// The authenticator did not verify who touched it.
    #[error("the person was not verified")]
    NotVerified,
    /// The credential's key is not one that we take.
    #[error(transparent)]
    Key(#[from] CoseError),
}

/// Authenticator data, taken apart.
#[derive(Debug)]
pub(super) struct AuthData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    /// The signature counter.
    pub(super) counter: u32,
    /// The new credential, at a registration.
    pub(super) credential: Option<(&'a [u8], PublicKey)>,
}

impl<'a> AuthData<'a> {
    /// Takes it apart; every byte must have its place.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, AuthDataError> {
        let (rp_id_hash, rest) = split(bytes, 32)?;
        let (&[flags, a, b, c, d], rest) = rest.split_first_chunk().ok_or(AuthDataError::Malformed)?;
        let (credential, rest) = if flags & ATTESTED == 0 { (None, rest) } else { attested(rest)? };
        let rest = if flags & EXTENDED == 0 { rest } else { skip_map(rest)? };
        // Level 3, §7.1 step 17: what can't be copied was not.
        if !rest.is_empty() || flags & (COPYABLE | COPIED) == COPIED {
            return Err(AuthDataError::Malformed);
        }
        Ok(Self { rp_id_hash, flags, counter: u32::from_be_bytes([a, b, c, d]), credential })
    }

    /// Checks that it is for us, and that a person was present and verified.
    pub(super) fn check(&self, rp: &RelyingParty) -> Result<(), AuthDataError> {
        if self.rp_id_hash != digest::digest(&digest::SHA256, rp.id.as_bytes()).as_ref() {
            return Err(AuthDataError::RelyingParty);
        }
        if self.flags & PRESENT == 0 {
            return Err(AuthDataError::NotPresent);
        }
        if self.flags & VERIFIED == 0 { Err(AuthDataError::NotVerified) } else { Ok(()) }
    }
}

type Attested<'a> = (Option<(&'a [u8], PublicKey)>, &'a [u8]);

/// Attested credential data (§6.5.1): AAGUID, length, id, key.
fn attested(bytes: &[u8]) -> Result<Attested<'_>, AuthDataError> {
    let (_aaguid, rest) = split(bytes, 16)?;
    let (&[high, low], rest) = rest.split_first_chunk().ok_or(AuthDataError::Malformed)?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !(1..=MAX_ID).contains(&length) {
        return Err(AuthDataError::Malformed);
    }
    let (id, rest) = split(rest, length)?;
    let (key, rest) = cose::read_key(rest)?;
    Ok((Some((id, key)), rest))
}

/// Extensions are not asked for and not acted on; they only must be what they claim to be.
fn skip_map(bytes: &[u8]) -> Result<&[u8], AuthDataError> {
    let mut decoder = Decoder::new(bytes);
    let is_map = decoder.datatype().is_ok_and(|kind| kind == Type::Map);
    if !is_map || decoder.skip().is_err() {
        return Err(AuthDataError::Malformed);
    }
    bytes.get(decoder.position()..).ok_or(AuthDataError::Malformed)
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), AuthDataError> {
    bytes.split_at_checked(at).ok_or(AuthDataError::Malformed)
}
