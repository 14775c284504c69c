//! What was sealed once opens for ever: the committed vectors of format version 1.
//!
//! `testdata/v1-*.json` were written once by `write_the_vectors` below. They
//! are never written again; a new format version gets files of its own.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{fs, path::PathBuf};

use data_encoding::{BASE64, HEXLOWER as HEX};
use sekisho_core::{
    id::{CheckId, DocumentId, KeeperId, SiteName},
    time::Timestamp,
};
use sekisho_seal::{testing::SeededEntropy, *};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ContextVector {
    keeper: KeeperId,
    site: SiteName,
    check: CheckId,
    document: DocumentId,
    deadline: Timestamp,
}

impl ContextVector {
    fn draw(site: &str, entropy: &mut SeededEntropy) -> Self {
        Self {
            keeper: KeeperId::random(entropy),
            site: site.parse().unwrap(),
            check: CheckId::random(entropy),
            document: DocumentId::random(entropy),
            deadline: Timestamp(1_795_046_400),
        }
    }

    fn context(&self) -> Context {
        let Self { keeper, check, document, deadline, .. } = *self;
        Context { version: FormatVersion::V1, keeper, site: self.site.clone(), check, document, deadline }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct DocumentVector {
    about: String,
    context: ContextVector,
    key: String,
    /// The document's length; its byte number n is n modulo 253.
    plain_len: usize,
    /// Base64, for its size; all else is hex.
    sealed: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeyVector {
    about: String,
    context: ContextVector,
    intake_seed: String,
    intake_public: String,
    key: String,
    sealed_key: String,
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "testdata", name].iter().collect()
}

fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    serde_json::from_str(&fs::read_to_string(path(name)).unwrap()).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    HEX.decode(text.as_bytes()).unwrap()
}

fn unhex32(text: &str) -> [u8; 32] {
    unhex(text).try_into().unwrap()
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 253) as u8).collect()
}

fn document_vector(about: &str, seed: u64, plain_len: usize) -> DocumentVector {
    let mut entropy = SeededEntropy::new(seed);
    let context = ContextVector::draw("dating.example", &mut entropy);
    let key = DocumentKey::fresh(&mut entropy);
    let sealed = seal_document(&key, &context.context(), &pattern(plain_len), &mut entropy);
    let (key, sealed) = (HEX.encode(key.expose()), BASE64.encode(&sealed));
    DocumentVector { about: about.into(), context, key, plain_len, sealed }
}

fn document_vectors() -> Vec<DocumentVector> {
    vec![
        document_vector("an empty document: one empty chunk", 1, 0),
        document_vector("a document shorter than a chunk", 2, 321),
        document_vector("a document of exactly one chunk: an empty one follows", 3, 16_384),
        document_vector("a document of two chunks and a bit", 4, 2 * 16_384 + 11),
    ]
}

fn key_vectors() -> Vec<KeyVector> {
    let mut entropy = SeededEntropy::new(5);
    let context = ContextVector::draw("dating.example", &mut entropy);
    let intake = IntakeSecret::fresh(&mut entropy);
    let key = DocumentKey::fresh(&mut entropy);
    let sealed_key = seal_key(&intake.public(), &context.context(), &key, &mut entropy);
    let [intake_seed, intake_public, key, sealed_key] =
        [&intake.expose()[..], &intake.public().to_bytes(), key.expose(), &sealed_key].map(|bytes| HEX.encode(bytes));
    let about = "a document key under an intake key".into();
    vec![KeyVector { about, context, intake_seed, intake_public, key, sealed_key }]
}

#[test]
fn every_document_ever_sealed_in_version_1_opens() {
    let vectors: Vec<DocumentVector> = read("v1-documents.json");
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let key = DocumentKey::from_bytes(&unhex32(&vector.key));
        let opened =
            open_document(&key, &vector.context.context(), &BASE64.decode(vector.sealed.as_bytes()).unwrap()).unwrap();
        assert_eq!(opened.as_bytes(), pattern(vector.plain_len), "{}", vector.about);
    }
}

#[test]
fn every_key_ever_sealed_in_version_1_opens() {
    let vectors: Vec<KeyVector> = read("v1-keys.json");
    assert_eq!(vectors.len(), 1);
    for vector in vectors {
        let intake = IntakeSecret::from_seed(&unhex32(&vector.intake_seed));
        assert_eq!(intake.public().to_bytes(), unhex(&vector.intake_public), "{}", vector.about);
        let key = open_key(&intake, &vector.context.context(), &unhex(&vector.sealed_key)).unwrap();
        assert_eq!(key.expose(), &unhex32(&vector.key), "{}", vector.about);
    }
}

#[test]
fn sealing_today_gives_the_bytes_of_the_vectors() {
    assert_eq!(read::<DocumentVector>("v1-documents.json"), document_vectors());
    assert_eq!(read::<KeyVector>("v1-keys.json"), key_vectors());
}

fn write_once(name: &str, vectors: &impl Serialize) {
    let text = serde_json::to_string_pretty(vectors).unwrap() + "\n";
    let mut file = fs::File::create_new(path(name)).expect("vectors are written once and never again");
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

#[test]
#[ignore = "not a test: it wrote testdata/v1-*.json, and refuses to do so again"]
fn write_the_vectors() {
    write_once("v1-documents.json", &document_vectors());
    write_once("v1-keys.json", &key_vectors());
}
