//! A house without keys, and what comes to it.

use super::*;

/// Asks a keeper without keys as the gate does.
pub(in crate::engine::tests) fn gate(locked: &mut Locked, request: GateRequest) -> Answered<GateAnswer> {
    match locked.answer(&Ask::Gate(request)) {
        Reply::Gate(answer) => answer,
        _ => panic!("not an answer to the gate"),
    }
}

/// What a keeper without keys offers to seal to.
pub(in crate::engine::tests) fn offered(locked: &mut Locked) -> IntakeKeys {
    let Ok(GateAnswer::IntakeKey(keys)) = gate(locked, GateRequest::IntakeKey) else { panic!("no answer") };
    keys
}

impl Copy {
    /// Whether a key of a document lies in it, held or waiting.
    pub(in crate::engine::tests) fn has_key(&self, document: DocumentId) -> bool {
        let db = db::open(&self.database).unwrap();
        let sql = "SELECT 1 FROM waiting WHERE document = ?1 UNION SELECT 1 FROM document_key WHERE document = ?1";
        db.prepare(sql).unwrap().exists([db::columns::Id(document)]).unwrap()
    }
}

impl House {
    /// A document for a request of this name, sealed to what a keeper without keys offers; nothing is handed in.
    pub(in crate::engine::tests) fn sealed_for(&mut self, locked: &mut Locked, jti: &str) -> Receive {
        let (keys, request) = (offered(locked), self.request(jti, "jp-dating-site", 7 * 24 * HOUR, &site_key()));
        self.sealed(jti, request, &keys)
    }

    /// The same, handed in.
    pub(in crate::engine::tests) fn wait(
        &mut self,
        locked: &mut Locked,
        jti: &str,
    ) -> Result<(CheckId, DocumentId), Refusal> {
        let receive = self.sealed_for(locked, jti);
        let document = receive.document;
        match gate(locked, GateRequest::Receive(receive))? {
            GateAnswer::Received(received) => Ok((received.check, document)),
            _ => panic!("not received"),
        }
    }

    /// From now on the site's policy keeps a picture for so many hours.
    pub(in crate::engine::tests) fn keep_pictures_for(&mut self, hours: u16) {
        let mut policy = policy();
        (policy.version, policy.retention.picture_hours) = (policy.version + 1, hours);
        let engine = self.engine();
        let now = engine.now();
        engine.step(now, |turn| crate::engine::registry::put_policy(turn, &policy)).unwrap();
    }

    /// A process without keys dies, and another one starts without keys.
    pub(in crate::engine::tests) fn again_without_keys(&mut self, locked: Locked, after: u64) -> Locked {
        drop(locked);
        self.restart_locked_after(after)
    }
}
