//! Gates and sites: sealing, sending, withdrawing.

use sekisho_core::{
    id::{CheckId, DocumentId},
    time::HOUR,
};
use sekisho_keeper::{
    engine::{Ask, Outcome, Reply},
    hash::sha256,
    keystore::deadline_of,
    wire::{GateAnswer, GateRequest, IntakeKey, Receive},
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakePublic, seal_document, seal_key};

use super::{State, World};
use crate::{
    model::{Check, Document, Known},
    people::{self, KIND, MEMBERS, SITES},
};

/// With which a member withdraws.
pub(super) const MEMBER_SECRET: [u8; 32] = [77; 32];

impl World {
    /// A site asks for a check of a member.
    pub(super) fn new_check(&mut self, site: u8, member: u8, expires: u32) -> CheckId {
        let (site, member, n) = (site % SITES, member % MEMBERS, self.number());
        // Signed a while ago, as sites do whose members take their time.
        let times = (self.now() - 2 * HOUR, self.now() + u64::from(expires.max(1)));
        let (check, request) = people::request(self.id, site, member, n, times);
        let documents = Vec::new();
        self.model.checks.insert(
            check,
            Check { site, member, request, documents, state: None, left: false, withdrawal_unclear: false },
        );
        self.model.order.push(check);
        check
    }

    fn intake_key(&mut self) -> Option<IntakeKey> {
        let outcome = self.put(vec![Ask::Gate(GateRequest::IntakeKey)])?.pop();
        self.end_call();
        match outcome {
            Some(Outcome::Say(Reply::Gate(Ok(GateAnswer::IntakeKey(keys))))) => keys.keys.into_iter().next(),
            _ => None,
        }
    }

    /// A gate seals a picture for a check, and puts the ciphertext.
    pub(super) fn sealed(&mut self, check: CheckId) -> Option<DocumentId> {
        let intake = self.intake_key()?;
        let known = self.model.checks.get(&check)?;
        let (site, request) = (people::site_name(known.site), known.request.clone());
        let document = DocumentId::random(&mut self.chance);
        let deadline = intake.deadline;
        let context = Context { version: FormatVersion::V1, keeper: self.id, site, check, document, deadline };
        let key = DocumentKey::fresh(&mut self.chance);
        let picture = format!("what stands for the picture of {document}").into_bytes();
        let ciphertext = seal_document(&key, &context, &picture, &mut self.chance);
        let public = IntakePublic::from_bytes(&intake.public).ok()?;
        let receive = Receive {
            request,
            document,
            kind: KIND.parse().ok()?,
            intake_key: intake.id,
            deadline,
            sealed_key: seal_key(&public, &context, &key, &mut self.chance),
            ciphertext_sha256: sha256(&ciphertext),
            ciphertext_len: ciphertext.len() as u64,
            withdraw_sha256: sha256(&MEMBER_SECRET),
        };
        self.disk.put_blob(document, ciphertext.clone(), self.now());
        debug_assert_eq!(deadline, deadline_of(intake.not_before.hour()));
        let sent = Document {
            receive,
            context,
            key: *key.expose(),
            picture,
            ciphertext,
            intake_hour: intake.not_before.hour(),
            received: Known::No,
            deadline,
            ended: Known::No,
            ended_in: 0,
            is_settled: false,
            excuse: None,
            wrapped: Vec::new(),
            is_past: false,
            waited: false,
        };
        self.model.documents.insert(document, sent);
        self.model.checks.get_mut(&check)?.documents.push(document);
        Some(document)
    }

    /// A request that bends what it sends; each way of bending must be refused.
    pub(super) fn bent(&self, document: DocumentId, how: u8) -> Option<Receive> {
        let mut receive = self.model.documents.get(&document)?.receive.clone();
        // Whether a key is well sealed is seen when it is opened; a locked keeper can't.
        let locked = self.state() == State::Locked;
        match if locked && how % 4 == 2 { 3 } else { how % 4 } {
            0 => receive.ciphertext_len += 1,
            1 => receive.deadline = receive.deadline + 3600,
            2 => receive.sealed_key[7] ^= 1,
            _ => receive.kind = "jp-something-else".parse().ok()?,
        }
        Some(receive)
    }

    /// An upload that is sealed and never received.
    pub(super) fn leave_an_orphan(&mut self) {
        let document = DocumentId::random(&mut self.chance);
        self.disk.put_blob(document, b"sealed and never received".to_vec(), self.now());
    }
}
