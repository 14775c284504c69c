//! Sealing and sending as a gate does, honestly and bent.

use super::*;

impl House {
    pub(in crate::engine::tests) fn picture(&self) -> Vec<u8> {
        b"what stands for a picture".repeat(1000)
    }

    pub(super) fn request(&self, jti: &str, policy: &str, exp: u64, key: &SigningKey) -> String {
        let ask = request::Ask {
            site: "site-a".parse().unwrap(),
            jti: format!("{:-<20}", jti.replace(' ', "-")),
            issued: START,
            expires: START + exp,
            policy: policy.parse().unwrap(),
            sub: sub(),
            return_url: "https://site-a.example/back".into(),
        };
        request::sign_request(key, self.keeper(), &ask).unwrap()
    }

    pub(super) fn keeper(&self) -> sekisho_core::id::KeeperId {
        Keystore::open(Box::new(self.medium.clone())).unwrap().keeper()
    }

    pub(in crate::engine::tests) fn intake_keys(&mut self) -> IntakeKeys {
        let Ok(GateAnswer::IntakeKey(keys)) = self.gate(GateRequest::IntakeKey) else { panic!("no intake key") };
        keys
    }

    /// Seals as a gate does.
    pub(super) fn sealed(&mut self, jti: &str, request: String, keys: &IntakeKeys) -> Receive {
        let mut entropy = SeededEntropy::new(self.clock.read_now().since_boot * 1_000_003 + self.contexts.len() as u64);
        let document = DocumentId::random(&mut entropy);
        let site = "site-a".parse().unwrap();
        let jti = format!("{:-<20}", jti.replace(' ', "-"));
        let check = CheckId::derive(self.keeper(), &site, &jti);
        let intake = &keys.keys[0];
        let context = Context {
            version: FormatVersion::V1,
            keeper: keys.keeper,
            site,
            check,
            document,
            deadline: intake.deadline,
        };
        let key = DocumentKey::fresh(&mut entropy);
        let ciphertext = seal_document(&key, &context, &self.picture(), &mut entropy);
        let public = IntakePublic::from_bytes(&intake.public).unwrap();
        let sealed_key = seal_key(&public, &context, &key, &mut entropy);
        self.put_blob(document, &ciphertext);
        self.contexts.insert(document, context);
        Receive {
            request,
            document,
            kind: "jp-driving-licence".parse().unwrap(),
            intake_key: intake.id,
            deadline: intake.deadline,
            sealed_key,
            ciphertext_sha256: body_sha256(&ciphertext),
            ciphertext_len: ciphertext.len() as u64,
            withdraw_sha256: body_sha256(&MEMBER_SECRET),
        }
    }

    pub(super) fn put_blob(&self, document: DocumentId, bytes: &[u8]) {
        let path = self.folder.join("blobs").join(relative_path(document));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(self.now().0);
        fs::File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
    }

    pub(super) fn receive(&mut self, receive: Receive) -> Result<(CheckId, DocumentId), Refusal> {
        let document = receive.document;
        match self.gate(GateRequest::Receive(receive))? {
            GateAnswer::Received(received) => Ok((received.check, document)),
            _ => panic!("not received"),
        }
    }

    pub(crate) fn submit(&mut self, jti: &str) -> (CheckId, DocumentId) {
        self.try_submit(jti).unwrap()
    }

    pub(in crate::engine::tests) fn try_submit(&mut self, jti: &str) -> Result<(CheckId, DocumentId), Refusal> {
        let keys = self.intake_keys();
        self.submit_with(jti, &keys)
    }

    pub(in crate::engine::tests) fn submit_with(
        &mut self,
        jti: &str,
        keys: &IntakeKeys,
    ) -> Result<(CheckId, DocumentId), Refusal> {
        let request = self.request(jti, "jp-dating-site", 7 * 24 * HOUR, &site_key());
        let receive = self.sealed(jti, request, keys);
        self.receive(receive)
    }

    pub(super) fn submit_bent(
        &mut self,
        request: impl FnOnce(&Self) -> String,
        bend: impl FnOnce(&mut Receive),
    ) -> Result<(CheckId, DocumentId), Refusal> {
        let (request, keys) = (request(self), self.intake_keys());
        let mut receive = self.sealed("bent", request, &keys);
        bend(&mut receive);
        self.receive(receive)
    }

    pub(super) fn honest(&self) -> String {
        self.request("bent", "jp-dating-site", HOUR, &site_key())
    }

    pub(in crate::engine::tests) fn submit_forged(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        let other = SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(3));
        self.submit_bent(|house| house.request("bent", "jp-dating-site", HOUR, &other), |_| ())
    }

    pub(in crate::engine::tests) fn submit_expired(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.pass(2 * MINUTE);
        self.submit_bent(|house| house.request("bent", "jp-dating-site", MINUTE, &site_key()), |_| ())
    }

    pub(in crate::engine::tests) fn submit_under(&mut self, policy: &str) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(|house| house.request("bent", policy, HOUR, &site_key()), |_| ())
    }

    pub(in crate::engine::tests) fn submit_kind(&mut self, kind: &str) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.kind = kind.parse().unwrap())
    }

    pub(in crate::engine::tests) fn submit_without_blob(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.document = DocumentId::from_bytes([1; 16]))
    }

    pub(in crate::engine::tests) fn submit_with_longer_deadline(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.deadline = receive.deadline + HOUR)
    }

    /// A ciphertext that was written now, by this house's clock, and never received.
    pub(in crate::engine::tests) fn leave_an_orphan(&self) -> DocumentId {
        let document = DocumentId::from_bytes([0xAB; 16]);
        self.put_blob(document, b"sealed and never received");
        document
    }

    pub(in crate::engine::tests) fn has_blob(&self, document: DocumentId) -> bool {
        self.blobs().length(document).is_ok()
    }

    pub(in crate::engine::tests) fn swap_blob(&self, document: DocumentId) {
        let mut bytes = self.blobs().read(document, u64::MAX).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        self.put_blob(document, &bytes);
    }

    pub(in crate::engine::tests) fn check(&mut self, check: CheckId) -> CheckView {
        match self.gate(GateRequest::Check(check)) {
            Ok(GateAnswer::Check(view)) => *view,
            _ => panic!("no check"),
        }
    }
}
