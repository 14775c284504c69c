//! The intruder in the gate hands in documents for checks that no site asked for: rightly sealed, really stored, with a
//! request that nobody signed so.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
};

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    entropy::fresh,
    id::{CheckId, DocumentId, KeeperId, SiteName},
};
use sekisho_keeper::{
    blobs::relative_path,
    wire::{GateAnswer, GateRequest, IntakeKeys, Receive},
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakePublic, seal_document, seal_key};
use sekisho_sys::entropy::SystemEntropy;

use super::{in_gate::Intruder, sought::Got};
use crate::service::secret::sha256;

/// What the drill counts, by how the intruder calls it.
pub(super) const FORGED: &str = "a document for a check that nobody asked for";
pub(super) const ELSEWHERE: &str = "a document that never arrived, for a check that was asked for";
pub(super) const HONEST: &str = "a document for a check that was asked for";

/// What the document is said to be.
const KIND: &str = "jp-driving-licence";

/// Hands in every forged request as often as is asked, then the honest one: first without its document, then with it.
pub(super) fn try_all(intruder: &mut Intruder) -> io::Result<()> {
    let Some(forged) = intruder.brief.forged.clone() else { return Ok(()) };
    let (keys, picture) = (keys(intruder)?, fs::read(&forged.picture)?);
    for request in &forged.requests {
        let (receive, stored) = sealed(&keys, request, &picture)?;
        store(intruder, &stored)?;
        for _ in 0..forged.times {
            hand_in(intruder, FORGED, receive.clone())?;
        }
    }
    let (honest, stored) = sealed(&keys, &forged.honest, &picture)?;
    for _ in 0..forged.times {
        let document = DocumentId::from_bytes(fresh(&mut SystemEntropy));
        hand_in(intruder, ELSEWHERE, Receive { document, ..honest.clone() })?;
    }
    store(intruder, &stored)?;
    hand_in(intruder, HONEST, honest)
}

fn hand_in(intruder: &mut Intruder, what: &str, receive: Receive) -> io::Result<()> {
    let answer = intruder.asked::<GateAnswer>(&GateRequest::Receive(receive))?.1;
    intruder.tried(what, answer.is_ok(), Got::default())
}

fn keys(intruder: &mut Intruder) -> io::Result<IntakeKeys> {
    match intruder.asked::<GateAnswer>(&GateRequest::IntakeKey)?.1 {
        Ok(GateAnswer::IntakeKey(keys)) => Ok(keys),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// A ciphertext and the name under which the keeper looks for it.
type Stored = (DocumentId, Vec<u8>);

/// Everything as a gate makes it. What the request claims is believed here; the keeper is to judge it.
fn sealed(keys: &IntakeKeys, request: &str, picture: &[u8]) -> io::Result<(Receive, Stored)> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    let key = keys.keys.first().ok_or(io::ErrorKind::NotFound)?;
    let to = IntakePublic::from_bytes(&key.public).map_err(|_| wrong())?;
    let (site, check) = claimed(keys.keeper, request).ok_or_else(wrong)?;
    let (document, entropy) = (DocumentId::from_bytes(fresh(&mut SystemEntropy)), &mut SystemEntropy);
    let (version, keeper) = (FormatVersion::V1, keys.keeper);
    let context = Context { version, keeper, site, check, document, deadline: key.deadline };
    let document_key = DocumentKey::fresh(entropy);
    let ciphertext = seal_document(&document_key, &context, picture, entropy);
    let receive = Receive {
        request: request.to_owned(),
        document,
        kind: KIND.parse().expect("a kind's name"),
        intake_key: key.id,
        deadline: key.deadline,
        sealed_key: seal_key(&to, &context, &document_key, entropy),
        ciphertext_sha256: sha256(&ciphertext),
        ciphertext_len: ciphertext.len() as u64,
        withdraw_sha256: [0; 32],
    };
    Ok((receive, (document, ciphertext)))
}

/// Of which site and check a request object speaks, as whoever wrote it wants it.
fn claimed(keeper: KeeperId, request: &str) -> Option<(SiteName, CheckId)> {
    let payload = Base64UrlUnpadded::decode_vec(request.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    let site: SiteName = claims["iss"].as_str()?.parse().ok()?;
    let check = CheckId::derive(keeper, &site, claims["jti"].as_str()?);
    Some((site, check))
}

/// Where the keeper will look for it: that much a gate may write.
fn store(intruder: &Intruder, (document, ciphertext): &Stored) -> io::Result<()> {
    let path = intruder.data.join("blobs").join(relative_path(*document));
    let shelf = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    match fs::create_dir(shelf) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o640).open(&path)?.write_all(ciphertext)
}
