//! What custodians hold: shares of a secret that opens the keystore, k of n (Shamir, 1979; crate `blahaj`).
//!
//! Any k shares give *some* secret; whether it is the one shows when the master key opens under it. So that a slip is
//! told before that, a share names its dealing and ends in a check.

use std::{borrow::Borrow, str::FromStr};

use blahaj::Sharks;
use sekisho_core::entropy::{Entropy, fresh};
use sekisho_seal::Rng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::Secret;
use crate::hash::sha256;

/// Bytes of a share: dealing, needed, of, its number, 32 bytes, a check.
const BYTES: usize = 8 + 3 + 32 + CHECK;
const CHECK: usize = 4;
const PREFIX: &str = "share1";
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many shares there are and how many of them are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    needed: u8,
    of: u8,
}

impl Terms {
    /// `needed` of `of`, two at least; or one of one, which is a recovery share: it stands in for a lost passphrase.
    pub fn new(needed: u8, of: u8) -> Option<Self> {
        let fits = (2 <= needed && needed <= of) || (needed, of) == (1, 1);
        fits.then_some(Self { needed, of })
    }

    /// How many are needed.
    pub const fn needed(self) -> u8 {
        self.needed
    }

    /// How many there are.
    pub const fn of(self) -> u8 {
        self.of
    }

    /// Whether there are custodians: several people, without whom a lockdown doesn't end.
    pub const fn has_custodians(self) -> bool {
        self.needed >= 2
    }
}

/// Which dealing a share is of.
pub type Dealing = [u8; 8];

/// One custodian's share. Wiped when dropped; never printed but by [`Share::to_text`].
pub struct Share {
    dealing: Dealing,
    terms: Terms,
    point: Zeroizing<[u8; 33]>,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} of {})", self.number(), self.terms.of)
    }
}

/// Why a text or its bytes are no share, or shares don't belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It is no share of this version, or was copied wrongly.
    #[error("this is no share, or a letter of it is wrong")]
    Malformed,
    /// They are not of one dealing.
    #[error("these shares are not of the same dealing")]
    Mixed,
    /// More are needed, each another one.
    #[error("{needed} different shares are needed, and {given} were given")]
    TooFew {
        /// How many are needed.
        needed: u8,
        /// How many different ones were given.
        given: u8,
    },
}

/// Draws a secret and deals shares of it.
pub fn deal(terms: Terms, entropy: &mut dyn Entropy) -> (Secret, Dealing, Vec<Share>) {
    let secret: Secret = Zeroizing::new(fresh(entropy));
    let dealing = fresh(entropy);
    let points = Sharks(terms.needed).dealer_rng(&*secret, &mut Rng(entropy)).take(terms.of.into());
    let shares = points.filter_map(|point| {
        let bytes = Zeroizing::new(Vec::from(&point));
        Some(Share { dealing, terms, point: Zeroizing::new(bytes.as_slice().try_into().ok()?) })
    });
    let shares = shares.collect();
    (secret, dealing, shares)
}

/// The secret that these shares make.
///
/// # Errors
/// [`ShareError::Mixed`], [`ShareError::TooFew`].
pub fn join<S: Borrow<Share>>(shares: &[S]) -> Result<Secret, ShareError> {
    let shares: Vec<&Share> = shares.iter().map(Borrow::borrow).collect();
    let first = shares.first().ok_or(ShareError::TooFew { needed: 1, given: 0 })?;
    if shares.iter().any(|share| (share.dealing, share.terms) != (first.dealing, first.terms)) {
        return Err(ShareError::Mixed);
    }
    // The same share twice would be a division by zero further down.
    let mut seen = std::collections::BTreeSet::new();
    let different = shares.iter().filter(|share| seen.insert(share.number()));
    let points: Vec<blahaj::Share> =
        different.filter_map(|share| blahaj::Share::try_from(&share.point[..]).ok()).collect();
    let (needed, given) = (first.terms.needed, points.len() as u8);
    let too_few = ShareError::TooFew { needed, given };
    if given < needed {
        return Err(too_few);
    }
    let joined = Sharks(needed).recover(&points).map(Zeroizing::new).map_err(|_| too_few)?;
    Ok(Zeroizing::new(joined.as_slice().try_into().map_err(|_| ShareError::Malformed)?))
}

impl Share {
    /// Which of all it is, from 1.
    pub fn number(&self) -> u8 {
        self.point[0]
    }

    /// Which dealing it is of.
    pub const fn dealing(&self) -> Dealing {
        self.dealing
    }

    /// How many there are, and are needed.
    pub const fn terms(&self) -> Terms {
        self.terms
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        bytes.extend_from_slice(&self.dealing);
        bytes.extend_from_slice(&[self.terms.needed, self.terms.of]);
        bytes.extend_from_slice(&*self.point);
        let check = sha256(&bytes);
        bytes.extend_from_slice(&check[..CHECK]);
        bytes
    }

    /// Reads [`Share::to_bytes`] back.
    ///
    /// # Errors
    /// [`ShareError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        let (body, check) = bytes.split_at_checked(BYTES - CHECK).ok_or(ShareError::Malformed)?;
        let (dealing, rest) = body.split_first_chunk::<8>().ok_or(ShareError::Malformed)?;
        let ([needed, of], point) = rest.split_first_chunk::<2>().ok_or(ShareError::Malformed)?;
        let terms = Terms::new(*needed, *of).ok_or(ShareError::Malformed)?;
        let point: [u8; 33] = point.try_into().map_err(|_| ShareError::Malformed)?;
        if sha256(body)[..CHECK] != *check || !(1..=*of).contains(&point[0]) {
            return Err(ShareError::Malformed);
        }
        Ok(Self { dealing: *dealing, terms, point: Zeroizing::new(point) })
    }

    /// As it is written down: groups of five letters and digits, without those that look alike.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(PREFIX.to_owned());
        let bytes = self.to_bytes();
        for (place, digit) in digits(&bytes).enumerate() {
            if place % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(digit)]));
        }
        text
    }
}

impl FromStr for Share {
    type Err = ShareError;

    /// Case, spaces and dashes don't matter.
    fn from_str(text: &str) -> Result<Self, ShareError> {
        let plain =
            text.chars().filter(|letter| letter.is_ascii_alphanumeric()).map(|letter| letter.to_ascii_lowercase());
        let plain = Zeroizing::new(plain.collect::<String>());
        let digits = plain.strip_prefix(PREFIX).ok_or(ShareError::Malformed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        let (mut held, mut bits) = (0_u32, 0);
        for letter in digits.bytes() {
            let digit = ALPHABET.iter().position(|known| *known == letter).ok_or(ShareError::Malformed)?;
            (held, bits) = (held << 5 | digit as u32, bits + 5);
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
                held &= (1 << bits) - 1;
            }
        }
        if bytes.len() == BYTES && held == 0 { Self::from_bytes(&bytes) } else { Err(ShareError::Malformed) }
    }
}

/// Five bits at a time, the last ones filled with zeros.
fn digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    (0..(bytes.len() * 8).div_ceil(5)).map(|place| {
        let (byte, bit) = (place * 5 / 8, place * 5 % 8);
        let pair = u16::from_be_bytes([bytes[byte], bytes.get(byte + 1).copied().unwrap_or(0)]);
        (pair >> (11 - bit)) as u8 & 31
    })
}

/// What people compare by telephone: eight groups of four letters and digits of a key's SHA-256.
pub fn fingerprint(public: &[u8]) -> String {
    let letters: Vec<u8> =
        digits(&sha256(public)[..20]).map(|digit| ALPHABET[usize::from(digit)].to_ascii_uppercase()).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    fn dealt(needed: u8, of: u8) -> (Secret, Vec<Share>) {
        let (secret, _, shares) = deal(Terms::new(needed, of).unwrap(), &mut SeededEntropy::new(u64::from(of)));
        (secret, shares)
    }

    fn again(share: &Share) -> Share {
        Share::from_bytes(&share.to_bytes()).unwrap()
    }

    /// Any k of n make the secret; fewer, or the same one twice, make nothing.
    #[test]
    fn any_k_of_n_make_the_secret_and_fewer_do_not() {
        for (needed, of) in [(2, 3), (3, 5), (5, 5), (1, 1)] {
            let (secret, shares) = dealt(needed, of);
            assert_eq!(shares.len(), usize::from(of));
            for first in 0..=(of - needed) {
                let some: Vec<Share> = shares[usize::from(first)..][..usize::from(needed)].iter().map(again).collect();
                assert_eq!(join(&some), Ok(secret.clone()), "{needed} of {of} from {first}");
                assert!(join(&some[1..]).is_err());
            }
            let twice: Vec<Share> = (0..needed).map(|_| again(&shares[0])).collect();
            assert_eq!(join(&twice).is_ok(), needed == 1);
        }
        assert_eq!(join::<Share>(&[]), Err(ShareError::TooFew { needed: 1, given: 0 }));
    }

    #[test]
    fn shares_of_two_dealings_do_not_mix() {
        let (_, one) = dealt(2, 3);
        let (_, _, other) = deal(Terms::new(2, 3).unwrap(), &mut SeededEntropy::new(77));
        assert_eq!(join(&[again(&one[0]), again(&other[1])]), Err(ShareError::Mixed));
    }

    #[test]
    fn a_share_is_read_back_from_its_text_however_it_is_typed() {
        let (_, shares) = dealt(2, 3);
        for share in &shares {
            let text = share.to_text();
            let typed = text.to_uppercase().replace('-', " ");
            for text in [text.as_str(), &typed] {
                assert_eq!(text.parse::<Share>().unwrap().to_bytes(), share.to_bytes());
            }
        }
    }

    #[test]
    fn one_wrong_letter_is_noticed() {
        let (_, shares) = dealt(2, 3);
        let text = shares[0].to_text();
        for at in PREFIX.len() + 1..text.len() {
            let mut bent: Vec<char> = text.chars().collect();
            bent[at] = if bent[at] == '7' { '8' } else { '7' };
            if text.as_bytes()[at] != b'-' {
                assert!(bent.iter().collect::<String>().parse::<Share>().is_err(), "at {at}");
            }
        }
        assert!("".parse::<Share>().is_err() && "share1".parse::<Share>().is_err());
    }

    #[test]
    fn nobody_is_made_a_custodian_alone_of_several() {
        for (needed, of) in [(0, 0), (1, 2), (3, 2), (0, 3)] {
            assert_eq!(Terms::new(needed, of), None, "{needed} of {of}");
        }
        assert!(!Terms::new(1, 1).unwrap().has_custodians() && Terms::new(2, 2).unwrap().has_custodians());
    }
}
