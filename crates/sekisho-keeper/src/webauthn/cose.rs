//! A credential's public key in COSE (RFC 9052 §7, RFC 9053; WebAuthn L2 §5.8.5).

use minicbor::Decoder;

use crate::jose::{Alg, PublicKey};

/// Why a COSE key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// Not a map of the members that a credential's key has, once each.
    #[error("the COSE key is malformed")]
    Malformed,
    /// Neither ES256 on P-256 nor EdDSA on Ed25519, the two that we ask for.
    #[error("the COSE key is for another algorithm")]
    Algorithm,
    /// Not a point of its curve.
    #[error("the COSE key is not a valid key")]
    Key,
}

/// The members of a key: labels 1, 3, -1, -2 and -3.
#[derive(Default)]
struct Members<'a> {
    kty: Option<i32>,
    alg: Option<i32>,
    crv: Option<i32>,
    x: Option<&'a [u8]>,
    y: Option<&'a [u8]>,
}

/// Reads the key at the head of `bytes`; returns it and what follows.
pub(super) fn read_key(bytes: &[u8]) -> Result<(PublicKey, &[u8]), CoseError> {
    let mut decoder = Decoder::new(bytes);
    let members = read_members(&mut decoder).ok_or(CoseError::Malformed)?;
    let rest = bytes.get(decoder.position()..).ok_or(CoseError::Malformed)?;
    Ok((members.key()?, rest))
}

/// A credential's key has no optional members (§6.5.1), so an unknown label is a fault.
fn read_members<'a>(decoder: &mut Decoder<'a>) -> Option<Members<'a>> {
    let mut members = Members::default();
    // Definite length: CTAP2's canonical form has no other.
    for _ in 0..decoder.map().ok()?? {
        let twice = match decoder.i32().ok()? {
            1 => members.kty.replace(decoder.i32().ok()?).is_some(),
            3 => members.alg.replace(decoder.i32().ok()?).is_some(),
            -1 => members.crv.replace(decoder.i32().ok()?).is_some(),
            -2 => members.x.replace(decoder.bytes().ok()?).is_some(),
            -3 => members.y.replace(decoder.bytes().ok()?).is_some(),
            _ => return None,
        };
        if twice {
            return None;
        }
    }
    Some(members)
}

impl Members<'_> {
    fn key(&self) -> Result<PublicKey, CoseError> {
        // kty 2 is EC2, 1 is OKP; alg -7 is ES256, -8 is EdDSA; crv 1 is P-256, 6 is Ed25519.
        match (self.kty, self.alg, self.crv, self.x, self.y) {
            (Some(2), Some(-7), Some(1), Some(x), Some(y)) => p256(x, y),
            (Some(1), Some(-8), Some(6), Some(x), None) => PublicKey::new(Alg::EdDSA, x).map_err(|_| CoseError::Key),
            _ => Err(CoseError::Algorithm),
        }
    }
}

fn p256(x: &[u8], y: &[u8]) -> Result<PublicKey, CoseError> {
    let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else {
        return Err(CoseError::Key);
    };
    PublicKey::p256(x, y).map_err(|_| CoseError::Key)
}
