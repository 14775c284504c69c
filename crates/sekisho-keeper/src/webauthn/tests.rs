//! An authenticator that lies in one place at a time: each check meets the one lie that only it can see.

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use minicbor::Encoder;

use super::*;
use crate::{
    jose::{Alg, SigningKey, tests::Counting},
    wire::Assertion,
};

const CHALLENGE: [u8; 32] = [5; 32];
const ID: [u8; 32] = [6; 32];

fn rp() -> RelyingParty {
    RelyingParty { id: "desk.example.jp".into(), origin: "https://desk.example.jp".into() }
}

/// What browser and authenticator say; honest unless a test changes it.
struct Ceremony {
    client: serde_json::Value,
    rp_id: &'static str,
    flags: u8,
    counter: u32,
    key: SigningKey,
    extensions: Vec<u8>,
}

impl Ceremony {
    fn honest(kind: &str, flags: u8, alg: Alg) -> Self {
        let challenge = Base64UrlUnpadded::encode_string(&CHALLENGE);
        let client = serde_json::json!({
            "type": kind, "challenge": challenge, "origin": rp().origin, "crossOrigin": false, "other": "may be added",
        });
        let key = SigningKey::generate(alg, &mut Counting(0));
        Self { client, rp_id: "desk.example.jp", flags, counter: 7, key, extensions: vec![] }
    }

    fn create(alg: Alg) -> Self {
        Self::honest("webauthn.create", 0b0100_0101, alg)
    }

    fn get(alg: Alg) -> Self {
        Self::honest("webauthn.get", 0b0000_0101, alg)
    }

    fn client_data(&self) -> Vec<u8> {
        serde_json::to_vec(&self.client).unwrap()
    }

    fn auth_data(&self, credential: &[u8]) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, self.rp_id.as_bytes());
        [hash.as_ref(), &[self.flags], &self.counter.to_be_bytes(), credential, &self.extensions].concat()
    }

    fn attested(&self) -> Vec<u8> {
        [&[0; 16][..], &[0, ID.len() as u8], &ID, &cose_key(self.key.public())].concat()
    }

    fn register(&self) -> Result<Credential, RegistrationError> {
        self.register_with(&object("none", &self.auth_data(&self.attested())))
    }

    fn register_with(&self, attestation: &[u8]) -> Result<Credential, RegistrationError> {
        verify_registration(&rp(), &CHALLENGE, &self.client_data(), attestation)
    }

    fn assertion(&self) -> Assertion {
        let (client_data, authenticator_data) = (self.client_data(), self.auth_data(&[]));
        let hash = digest::digest(&digest::SHA256, &client_data);
        let signature = sign(&self.key, &[&authenticator_data, hash.as_ref()].concat());
        Assertion { credential: ID.to_vec(), client_data, authenticator_data, signature }
    }

    fn assert(&self) -> Result<NewCounter, AssertionError> {
        verify_assertion(&rp(), &CHALLENGE, &enrolled(self.key.public().alg()), &self.assertion())
    }
}

/// What the registry holds of the authenticator above: its counter was 6.
fn enrolled(alg: Alg) -> Credential {
    let key = SigningKey::generate(alg, &mut Counting(0)).public().clone();
    Credential { id: ID.to_vec(), key, counter: 6 }
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    if key.public().alg() == Alg::EdDSA {
        return key.sign(message).unwrap();
    }
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key.to_pkcs8().unwrap()).unwrap();
    pair.sign_digest(&digest::digest(&digest::SHA256, message)).unwrap().as_ref().to_vec()
}

fn cbor(write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

fn cose_key(key: &PublicKey) -> Vec<u8> {
    let bytes = key.as_bytes();
    cbor(|out| {
        match key.alg() {
            Alg::EdDSA => out.map(4).and_then(|e| cose_head(e, 1, -8, 6)?.i8(-2)?.bytes(bytes)),
            Alg::ES256 => out
                .map(5)
                .and_then(|e| cose_head(e, 2, -7, 1)?.i8(-2)?.bytes(&bytes[1..33])?.i8(-3)?.bytes(&bytes[33..])),
        }
        .unwrap();
    })
}

type Written<'a> = Result<&'a mut Encoder<Vec<u8>>, minicbor::encode::Error<core::convert::Infallible>>;

fn cose_head(out: &mut Encoder<Vec<u8>>, kty: i8, alg: i8, crv: i8) -> Written<'_> {
    out.i8(1)?.i8(kty)?.i8(3)?.i8(alg)?.i8(-1)?.i8(crv)
}

fn object(format: &str, auth_data: &[u8]) -> Vec<u8> {
    cbor(|out| {
        let _ = out.map(3).and_then(|e| e.str("fmt")?.str(format)?.str("attStmt")?.map(0));
        let _ = out.str("authData").and_then(|e| e.bytes(auth_data));
    })
}

const ALGS: [Alg; 2] = [Alg::EdDSA, Alg::ES256];

/// M14
#[test]
fn an_honest_passkey_is_enrolled_and_used() {
    for alg in ALGS {
        let credential = Ceremony::create(alg).register().unwrap();
        assert_eq!(credential, Credential { counter: 7, ..enrolled(alg) });
        assert_eq!(Ceremony::get(alg).assert(), Ok(NewCounter(7)));
    }
}

/// Lies of the browser, and the one error that each must meet in both ceremonies.
#[test]
fn each_lie_of_the_browser_is_caught_by_its_own_check() {
    let other = Base64UrlUnpadded::encode_string(&[4; 32]);
    let rows = [
        ("type", serde_json::json!("payment.get"), ClientDataError::Type),
        ("challenge", serde_json::json!(other), ClientDataError::Challenge),
        ("origin", serde_json::json!("https://desk.example.jp.evil"), ClientDataError::Origin),
        ("origin", serde_json::json!("http://desk.example.jp"), ClientDataError::Origin),
        ("origin", serde_json::json!("https://desk.example.jp:8443"), ClientDataError::Origin),
        ("crossOrigin", serde_json::json!(true), ClientDataError::CrossOrigin),
        ("topOrigin", serde_json::json!("https://evil.example"), ClientDataError::CrossOrigin),
        ("tokenBinding", serde_json::json!({"status": "present", "id": "x"}), ClientDataError::TokenBinding),
        ("challenge", serde_json::json!(5), ClientDataError::Malformed),
    ];
    for (name, value, error) in rows {
        let (mut create, mut get) = (Ceremony::create(Alg::ES256), Ceremony::get(Alg::ES256));
        create.client[name] = value.clone();
        get.client[name] = value;
        assert_eq!(create.register(), Err(error.into()), "{name}");
        assert_eq!(get.assert(), Err(error.into()), "{name}");
    }
}

#[test]
fn one_ceremony_does_not_stand_for_the_other() {
    let create = Ceremony::honest("webauthn.get", 0b0100_0101, Alg::ES256).register();
    assert_eq!(create, Err(ClientDataError::Type.into()));
    let get = Ceremony::honest("webauthn.create", 0b0000_0101, Alg::ES256).assert();
    assert_eq!(get, Err(ClientDataError::Type.into()));
}

/// Lies, or honest words, of the authenticator that we don't take.
#[test]
fn each_word_of_the_authenticator_is_judged_by_its_own_check() {
    type Bend = fn(&mut Ceremony);
    let rows: [(Bend, AuthDataError); 7] = [
        (|c| c.rp_id = "example.jp", AuthDataError::RelyingParty),
        (|c| c.flags &= !1, AuthDataError::NotPresent),
        (|c| c.flags &= !4, AuthDataError::NotVerified),
        (|c| c.flags |= 128, AuthDataError::Malformed),
        (|c| c.flags |= 16, AuthDataError::Malformed),
        (|c| c.extensions = vec![0xa0], AuthDataError::Malformed),
        (|c| (c.flags, c.extensions) = (c.flags | 128, vec![0x80]), AuthDataError::Malformed),
    ];
    for (number, (bend, error)) in rows.into_iter().enumerate() {
        let (mut create, mut get) = (Ceremony::create(Alg::ES256), Ceremony::get(Alg::ES256));
        bend(&mut create);
        bend(&mut get);
        assert_eq!(create.register(), Err(error.into()), "row {number}");
        assert_eq!(get.assert(), Err(error.into()), "row {number}");
    }
}

#[test]
fn extensions_are_passed_over_where_they_are_announced() {
    for mut ceremony in [Ceremony::create(Alg::ES256), Ceremony::get(Alg::ES256)] {
        // {"credProtect": 2}
        ceremony.extensions = [&[0xa1, 0x6b][..], b"credProtect", &[2]].concat();
        ceremony.flags |= 128;
        let fine = if ceremony.flags & 64 == 0 { ceremony.assert().is_ok() } else { ceremony.register().is_ok() };
        assert!(fine);
    }
}

#[test]
fn a_registration_without_a_credential_or_with_a_strange_key_is_refused() {
    let mut bare = Ceremony::create(Alg::ES256);
    bare.flags &= !64;
    let refused = bare.register_with(&object("none", &bare.auth_data(&[])));
    assert_eq!(refused, Err(RegistrationError::NoCredential));

    let honest = Ceremony::create(Alg::ES256);
    let key = cose_key(honest.key.public());
    // The bytes of kty, alg and crv (2, -7, 1), then a bit of y, then a label that is not y's.
    for (at, error) in [
        (2, CoseError::Algorithm),
        (4, CoseError::Algorithm),
        (6, CoseError::Algorithm),
        (key.len() - 1, CoseError::Key),
        (key.len() - 35, CoseError::Malformed),
    ] {
        let mut bent = honest.attested();
        let start = bent.len() - key.len();
        bent[start + at] ^= 1;
        let refused = honest.register_with(&object("none", &honest.auth_data(&bent)));
        assert_eq!(refused, Err(AuthDataError::Key(error).into()), "byte {at}");
    }
}

#[test]
fn an_attestation_object_is_whole_or_refused() {
    let honest = Ceremony::create(Alg::ES256);
    let good = object("none", &honest.auth_data(&honest.attested()));
    for end in 0..good.len() {
        assert!(honest.register_with(&good[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(honest.register_with(&[&good[..], &[0]].concat()), Err(RegistrationError::Malformed));
    assert!(honest.register_with(&object("packed", &honest.auth_data(&honest.attested()))).is_ok());
}

#[test]
fn another_passkeys_answer_is_refused() {
    let mut assertion = Ceremony::get(Alg::ES256).assertion();
    assertion.credential[0] ^= 1;
    let refused = verify_assertion(&rp(), &CHALLENGE, &enrolled(Alg::ES256), &assertion);
    assert_eq!(refused, Err(AssertionError::Credential));
}

/// The counter, another origin in the bytes, the other half: all are under the signature.
#[test]
fn what_was_not_signed_is_refused() {
    for alg in ALGS {
        let honest = Ceremony::get(alg).assertion();
        let last = honest.authenticator_data.len() - 1;
        let mut bent = [honest.clone(), honest.clone(), honest];
        bent[0].authenticator_data[last] ^= 8;
        bent[1].client_data.insert(1, b' ');
        bent[2].signature[20] ^= 1;
        for assertion in bent {
            let refused = verify_assertion(&rp(), &CHALLENGE, &enrolled(alg), &assertion);
            assert_eq!(refused, Err(AssertionError::Signature));
        }
        let mut other = Ceremony::get(alg);
        other.key = SigningKey::generate(alg, &mut Counting(9));
        assert_eq!(other.assert(), Err(AssertionError::Signature));
    }
}

#[test]
fn a_counter_that_counts_must_go_up() {
    for (known, new, fine) in [(0, 0, true), (0, 1, true), (6, 7, true), (6, 6, false), (6, 5, false), (6, 0, false)] {
        let credential = Credential { counter: known, ..enrolled(Alg::ES256) };
        let ceremony = Ceremony { counter: new, ..Ceremony::get(Alg::ES256) };
        let judged = verify_assertion(&rp(), &CHALLENGE, &credential, &ceremony.assertion());
        assert_eq!(judged, if fine { Ok(NewCounter(new)) } else { Err(AssertionError::Counter) }, "{known} {new}");
    }
}

#[test]
fn an_enrolled_passkey_survives_storage() {
    let credential = enrolled(Alg::EdDSA);
    let bytes = postcard::to_allocvec(&credential).unwrap();
    assert_eq!(postcard::from_bytes::<Credential>(&bytes).unwrap(), credential);
}
