//! A custodian's share, sealed to a keeper's fresh key.
//!
//! HPKE as for document keys (see [`crate::intake`]); `info` says what it is and whose. Before it stands, in clear, to
//! which key it was sealed: whoever mixes up two requests is told so, and not that their share is damaged.

use aws_lc_rs::digest::{SHA256, digest};
use hpke::{
    Deserializable, OpModeR, OpModeS, Serializable,
    aead::{AeadTag, AesGcm256},
    kdf::HkdfSha256,
    kem::XWing,
    single_shot_open_inout_detached, single_shot_seal_with_rng,
};
use sekisho_core::{entropy::Entropy, id::KeeperId};

use crate::{
    IntakePublic, IntakeSecret,
    entropy::Rng,
    intake::{ENCAPSULATED, EncappedKey, TAG},
    secret::Wiped,
};

/// Bytes of the name of a key.
const KEY_NAME: usize = 8;

/// Why a sealed share does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareOpenError {
    /// It was sealed to another key: for another keeper, or for an earlier request.
    #[error("sealed to another key")]
    OtherKey,
    /// It was changed, or cut off, since it was sealed.
    #[error("changed since it was sealed")]
    Altered,
}

fn info(keeper: KeeperId) -> Vec<u8> {
    [&b"sekisho custodian's share v1\0"[..], keeper.as_bytes()].concat()
}

fn name(key: &IntakePublic, keeper: KeeperId) -> [u8; KEY_NAME] {
    let hash = digest(&SHA256, &[&info(keeper)[..], &key.to_bytes()].concat());
    hash.as_ref()[..KEY_NAME].try_into().expect("a hash of 32 bytes begins with 8")
}

/// Seals a share to `to`, a key that `keeper` made for this one occasion.
pub fn seal_share(to: &IntakePublic, keeper: KeeperId, share: &[u8], entropy: &mut dyn Entropy) -> Vec<u8> {
    let (encapsulated, sealed) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, XWing>(
        &OpModeS::Base,
        to.key(),
        &info(keeper),
        share,
        b"",
        &mut Rng(entropy),
    )
    .expect("a public key that was read encapsulates, and a first message is below the limit");
    [&name(to, keeper)[..], &encapsulated.to_bytes()[..], &sealed].concat()
}

/// Opens a sealed share.
///
/// # Errors
/// [`ShareOpenError`].
pub fn open_share(secret: &IntakeSecret, keeper: KeeperId, sealed: &[u8]) -> Result<Wiped, ShareOpenError> {
    let altered = |_| ShareOpenError::Altered;
    let (to, sealed) = sealed.split_at_checked(KEY_NAME).ok_or(ShareOpenError::Altered)?;
    if to != name(&secret.public(), keeper) {
        return Err(ShareOpenError::OtherKey);
    }
    let (encapsulated, rest) = sealed.split_at_checked(ENCAPSULATED).ok_or(ShareOpenError::Altered)?;
    let length = rest.len().checked_sub(TAG).ok_or(ShareOpenError::Altered)?;
    let (share, tag) = rest.split_at(length);
    let mut share = Wiped::new(share.to_vec());
    single_shot_open_inout_detached::<AesGcm256, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret.private(),
        &EncappedKey::from_bytes(encapsulated).map_err(altered)?,
        &info(keeper),
        share[..].as_mut().into(),
        b"",
        &AeadTag::from_bytes(tag).map_err(altered)?,
    )
    .map_err(altered)?;
    Ok(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    const KEEPER: KeeperId = KeeperId::from_bytes([1; 16]);

    fn refused(secret: &IntakeSecret, keeper: KeeperId, sealed: &[u8]) -> Option<ShareOpenError> {
        open_share(secret, keeper, sealed).err()
    }

    #[test]
    fn a_share_opens_for_the_key_and_the_keeper_that_it_was_sealed_for_and_for_no_other() {
        let entropy = &mut SeededEntropy::new(1);
        let (secret, other) = (IntakeSecret::fresh(entropy), IntakeSecret::fresh(entropy));
        let sealed = seal_share(&secret.public(), KEEPER, b"a share", entropy);
        assert_eq!(&*open_share(&secret, KEEPER, &sealed).unwrap(), b"a share");
        assert_eq!(refused(&other, KEEPER, &sealed), Some(ShareOpenError::OtherKey));
        assert_eq!(refused(&secret, KeeperId::from_bytes([2; 16]), &sealed), Some(ShareOpenError::OtherKey));
    }

    /// Whoever writes another key's name before it wins nothing.
    #[test]
    fn a_share_that_was_relabelled_flipped_or_cut_off_opens_nothing() {
        let entropy = &mut SeededEntropy::new(1);
        let (secret, other) = (IntakeSecret::fresh(entropy), IntakeSecret::fresh(entropy));
        let sealed = seal_share(&secret.public(), KEEPER, b"a share", entropy);
        let relabelled = [&name(&other.public(), KEEPER)[..], &sealed[KEY_NAME..]].concat();
        assert_eq!(refused(&other, KEEPER, &relabelled), Some(ShareOpenError::Altered));
        for at in [KEY_NAME, KEY_NAME + ENCAPSULATED, sealed.len() - 1] {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(refused(&secret, KEEPER, &bent), Some(ShareOpenError::Altered), "flipped at {at}");
        }
        for length in [0, KEY_NAME, KEY_NAME + ENCAPSULATED + 3] {
            assert_eq!(refused(&secret, KEEPER, &sealed[..length]), Some(ShareOpenError::Altered), "{length} bytes");
        }
    }
}
