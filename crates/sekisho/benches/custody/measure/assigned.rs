//! Documents that came in over the whole way and were given out, one to each reviewer.

use std::fs;

use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{AssignmentId, CheckId, DocumentId},
    time::HOUR,
};
use sekisho_keeper::{
    blobs::{relative_path, shelves},
    engine::{Ask, Outcome, Reply},
    jose::{Sub, call::body_sha256, request},
    wire::{DeskAnswer, DeskRequest, GateAnswer, GateRequest, IntakeKeys, Receive, ShiftToken},
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakePublic, seal_document, seal_key};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    Done,
    house::{House, POLICY},
};

/// As many as the server takes into one transaction.
const BATCH: usize = 64;

/// A document of `length` bytes for every reviewer: received, assigned, with a shift that may look at it.
pub(crate) fn prepare(house: &mut House, length: usize) -> Done<Vec<(ShiftToken, AssignmentId)>> {
    // The last of the people is the officer.
    let reviewers = house.people.len() - 1;
    receive(house, reviewers, length)?;
    let mut prepared = Vec::new();
    for from in (0..reviewers).step_by(BATCH) {
        let until = reviewers.min(from + BATCH);
        let shifts = begin_shifts(house, from..until)?;
        let asks = shifts.iter().map(|shift| Ask::Desk(DeskRequest::Next(shift.clone()))).collect();
        for (outcome, shift) in house.run(asks).into_iter().zip(shifts) {
            match outcome {
                Outcome::Say(Reply::Desk(Ok(DeskAnswer::Next(Some(given))))) => {
                    prepared.push((shift, given.assignment))
                }
                _ => return Err("a reviewer got no assignment".into()),
            }
        }
    }
    Ok(prepared)
}

fn begin_shifts(house: &mut House, people: std::ops::Range<usize>) -> Done<Vec<ShiftToken>> {
    let asks = people.clone().map(|_| Ask::Desk(DeskRequest::ShiftOptions { shift: None })).collect();
    let options = house.run(asks).into_iter().map(|outcome| match outcome {
        Outcome::Say(Reply::Desk(Ok(DeskAnswer::ShiftOptions(options)))) => Ok(options),
        _ => Err("no options".into()),
    });
    let options = options.collect::<Done<Vec<_>>>()?;
    let proofs = people.zip(options).map(|(person, options)| {
        let assertion = house.people[person].get(&options.challenge)?;
        Ok(Ask::Desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion, from: None }))
    });
    let proofs = proofs.collect::<Done<Vec<_>>>()?;
    let begun = house.run(proofs).into_iter().map(|outcome| match outcome {
        Outcome::Say(Reply::Desk(Ok(DeskAnswer::Shift(shift)))) => Ok(shift.token),
        _ => Err("no shift".into()),
    });
    begun.collect()
}

fn receive(house: &mut House, count: usize, length: usize) -> Done {
    for shelf in shelves() {
        fs::create_dir_all(house.path("blobs").join(shelf))?;
    }
    let Ok(GateAnswer::IntakeKey(keys)) = house.gate(GateRequest::IntakeKey) else {
        return Err("no intake key".into());
    };
    let mut picture = vec![0; length];
    SystemEntropy.fill(&mut picture);
    for from in (0..count).step_by(BATCH) {
        let asks = (from..count.min(from + BATCH))
            .map(|_| Ok(Ask::Gate(GateRequest::Receive(sealed(house, &keys, &picture)?))))
            .collect::<Done<Vec<_>>>()?;
        for outcome in house.run(asks) {
            let Outcome::Say(Reply::Gate(Ok(GateAnswer::Received(_)))) = outcome else {
                return Err("a document was not received".into());
            };
        }
    }
    Ok(())
}

/// Seals as a gate does.
fn sealed(house: &House, keys: &IntakeKeys, picture: &[u8]) -> Done<Receive> {
    let entropy = &mut SystemEntropy;
    let (intake, site) = (keys.keys.first().ok_or("no intake key")?, house.site.registration.name.clone());
    let jti = data_encoding::HEXLOWER.encode(&fresh::<16>(entropy));
    let ask = request::Ask {
        site: site.clone(),
        jti: jti.clone(),
        issued: house.now(),
        expires: house.now() + HOUR,
        policy: POLICY.parse()?,
        sub: Sub::of_member(&house.site.sub_secret, jti.as_bytes()),
        return_url: "https://site.example/back".into(),
    };
    let check = CheckId::derive(house.keeper, &site, &jti);
    let document = DocumentId::random(entropy);
    let context =
        Context { version: FormatVersion::V1, keeper: house.keeper, site, check, document, deadline: intake.deadline };
    let key = DocumentKey::fresh(entropy);
    let ciphertext = seal_document(&key, &context, picture, entropy);
    fs::write(house.path("blobs").join(relative_path(document)), &ciphertext)?;
    Ok(Receive {
        request: request::sign_request(&house.site.key, house.keeper, &ask)?,
        document,
        kind: "jp-driving-licence".parse()?,
        intake_key: intake.id,
        deadline: intake.deadline,
        sealed_key: seal_key(&IntakePublic::from_bytes(&intake.public)?, &context, &key, entropy),
        ciphertext_sha256: body_sha256(&ciphertext),
        ciphertext_len: ciphertext.len() as u64,
        withdraw_sha256: fresh(entropy),
    })
}
