//! Two judges over the same answers, whole and with every single bit flipped.

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_keeper::{
    webauthn::{Credential, RelyingParty, verify_assertion, verify_registration},
    wire::Assertion,
};
use sekisho_sys::entropy::SystemEntropy;
use serde_json::{Value, json};
use webauthn_rs_core::{
    WebauthnCore,
    proto::{AuthenticationState, COSEAlgorithm, RegistrationState, UserVerificationPolicy},
};

use crate::authenticator::{Registration, SoftAuthenticator};

const ORIGIN: &str = "https://desk.example.jp";

fn rp() -> RelyingParty {
    RelyingParty { id: "desk.example.jp".into(), origin: ORIGIN.into() }
}

fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn challenge_in(options: &impl serde::Serialize) -> [u8; 32] {
    let options = serde_json::to_value(options).unwrap();
    let challenge = options["publicKey"]["challenge"].as_str().unwrap();
    Base64UrlUnpadded::decode_vec(challenge).unwrap().try_into().unwrap()
}

/// The other judge, set as strictly as it can be.
struct Other(WebauthnCore);

impl Other {
    fn new() -> Self {
        let origins = vec![ORIGIN.parse().unwrap()];
        Self(WebauthnCore::new_unsafe_experts_only("Sekisho", &rp().id, origins, Duration::from_secs(60), None, None))
    }

    fn begin_registration(&self) -> ([u8; 32], RegistrationState) {
        let builder = self.0.new_challenge_register_builder(&[1; 16], "name", "name").unwrap();
        let builder = builder
            .user_verification_policy(UserVerificationPolicy::Required)
            .credential_algorithms(vec![COSEAlgorithm::ES256, COSEAlgorithm::EDDSA]);
        let (options, state) = self.0.generate_challenge_register(builder).unwrap();
        (challenge_in(&options), state)
    }

    fn register(&self, state: &RegistrationState, made: &Registration) -> Option<webauthn_rs_core::proto::Credential> {
        let answer = json!({
            "id": text(&made.id), "rawId": text(&made.id), "type": "public-key",
            "response": {"clientDataJSON": text(&made.client_data), "attestationObject": text(&made.attestation)},
        });
        self.0.register_credential(&parse(answer), state, None).ok()
    }

    fn begin_assertion(&self, known: webauthn_rs_core::proto::Credential) -> ([u8; 32], AuthenticationState) {
        let builder = self.0.new_challenge_authenticate_builder(vec![known], None).unwrap();
        let (options, state) = self.0.generate_challenge_authenticate(builder).unwrap();
        (challenge_in(&options), state)
    }

    fn assert(&self, state: &AuthenticationState, made: &Assertion) -> Option<u32> {
        let answer = json!({
            "id": text(&made.credential), "rawId": text(&made.credential), "type": "public-key",
            "response": {
                "clientDataJSON": text(&made.client_data),
                "authenticatorData": text(&made.authenticator_data),
                "signature": text(&made.signature),
            },
        });
        self.0.authenticate_credential(&parse(answer), state).ok().map(|result| result.counter())
    }
}

fn parse<T: serde::de::DeserializeOwned>(answer: Value) -> T {
    serde_json::from_value(answer).unwrap()
}

fn ours(challenge: &[u8; 32], made: &Registration) -> Option<Credential> {
    verify_registration(&rp(), challenge, &made.client_data, &made.attestation).ok()
}

/// Every copy of `bytes` with one bit flipped.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut bent = bytes.to_vec();
        bent[bit / 8] ^= 1 << (bit % 8);
        (bit, bent)
    })
}

/// M14
#[test]
fn both_take_an_honest_passkey_and_read_the_same_from_it() {
    let other = Other::new();
    let mut key = SoftAuthenticator::new(&rp().id, ORIGIN, &mut SystemEntropy).unwrap();
    let (challenge, state) = other.begin_registration();
    let made = key.create(&challenge);
    let (mine, theirs) = (ours(&challenge, &made).unwrap(), other.register(&state, &made).unwrap());
    assert_eq!((mine.id.as_slice(), mine.counter), (theirs.cred_id.as_ref(), theirs.counter));

    let (challenge, state) = other.begin_assertion(theirs);
    let answer = key.get(&challenge).unwrap();
    let counter = verify_assertion(&rp(), &challenge, &mine, &answer).unwrap().0;
    assert_eq!(other.assert(&state, &answer), Some(counter));
}

#[test]
fn of_all_registrations_with_one_bit_flipped_we_take_none_that_they_refuse() {
    let other = Other::new();
    let key = SoftAuthenticator::new(&rp().id, ORIGIN, &mut SystemEntropy).unwrap();
    let (challenge, state) = other.begin_registration();
    let made = key.create(&challenge);
    let attestations =
        flipped(&made.attestation).map(|(bit, attestation)| (bit, Registration { attestation, ..made.clone() }));
    let clients =
        flipped(&made.client_data).map(|(bit, client_data)| (bit, Registration { client_data, ..made.clone() }));
    let (mut judged, mut taken, mut only_ours) = (0, 0, vec![]);
    for (bit, bent) in attestations.chain(clients) {
        let (mine, theirs) = (ours(&challenge, &bent).is_some(), other.register(&state, &bent).is_some());
        if mine && !theirs {
            only_ours.push(bit / 8);
        }
        judged += 1;
        taken += u32::from(mine);
    }
    // The bytes of the format's name: we take any, since no statement is judged.
    assert!(only_ours.iter().all(|byte| (6..10).contains(byte)), "{only_ours:?}");
    // Flips of the id, the counter, the AAGUID are new registrations, not broken ones.
    assert!(taken > 0 && taken < judged / 2, "{taken} of {judged}");
}

#[test]
fn of_all_assertions_with_one_bit_flipped_both_refuse_every_one() {
    let other = Other::new();
    let mut key = SoftAuthenticator::new(&rp().id, ORIGIN, &mut SystemEntropy).unwrap();
    let (challenge, state) = other.begin_registration();
    let made = key.create(&challenge);
    let (mine, theirs) = (ours(&challenge, &made).unwrap(), other.register(&state, &made).unwrap());
    let (challenge, state) = other.begin_assertion(theirs);
    let answer = key.get(&challenge).unwrap();
    let bents = [
        flipped(&answer.client_data)
            .map(|(_, client_data)| Assertion { client_data, ..answer.clone() })
            .collect::<Vec<_>>(),
        flipped(&answer.authenticator_data)
            .map(|(_, authenticator_data)| Assertion { authenticator_data, ..answer.clone() })
            .collect(),
        flipped(&answer.signature).map(|(_, signature)| Assertion { signature, ..answer.clone() }).collect(),
    ];
    for (part, bent) in
        bents.into_iter().enumerate().flat_map(|(part, bents)| bents.into_iter().map(move |bent| (part, bent)))
    {
        assert!(verify_assertion(&rp(), &challenge, &mine, &bent).is_err(), "part {part}");
        assert!(other.assert(&state, &bent).is_none(), "part {part}");
    }
}
