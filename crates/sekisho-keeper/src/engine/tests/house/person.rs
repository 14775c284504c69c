//! The driven clock, and people's passkeys as the engine meets them.

use super::*;

#[derive(Clone)]
pub(super) struct Driven(Arc<Mutex<Reading>>);

impl Driven {
    pub(super) fn starting_at(wall: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Reading { wall, since_boot: 1000 })))
    }

    /// Sets the wall clock alone; time since boot doesn't bear it out.
    pub(super) fn set_wall(&self, wall: Timestamp) {
        self.0.lock().unwrap().wall = wall;
    }

    /// Sets the wall to what time since boot says, counted from `start`.
    pub(super) fn set_right(&self, start: Timestamp) {
        let mut reading = self.0.lock().unwrap();
        reading.wall = start + (reading.since_boot - 1000);
    }

    pub(super) fn read_now(&self) -> Reading {
        *self.0.lock().unwrap()
    }

    pub(super) fn pass(&self, seconds: u64) {
        let mut reading = self.0.lock().unwrap();
        reading.wall = reading.wall + seconds;
        reading.since_boot += seconds;
    }
}

impl Clock for Driven {
    fn read(&self) -> Reading {
        self.read_now()
    }
}

/// A passkey of a person, as the engine meets it.
pub(super) struct Person {
    key: SigningKey,
    id: Vec<u8>,
}

impl Person {
    pub(super) fn new(n: u8) -> Self {
        Self { key: SigningKey::ed25519(&[n; 32]).unwrap(), id: vec![n; 20] }
    }

    pub(super) fn passkey(&self) -> Credential {
        Credential { id: self.id.clone(), key: self.key.public().clone(), counter: 0 }
    }

    pub(super) fn client_data(kind: &str, challenge: &[u8; 32]) -> Vec<u8> {
        let challenge = Base64UrlUnpadded::encode_string(challenge);
        serde_json::to_vec(&serde_json::json!({
            "type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": false,
        }))
        .unwrap()
    }

    pub(super) fn auth_data(flags: u8) -> Vec<u8> {
        let rp = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"desk.example.jp");
        [rp.as_ref(), &[flags], &[0; 4]].concat()
    }

    pub(super) fn prove(&self, challenge: &[u8; 32]) -> Assertion {
        let client_data = Self::client_data("webauthn.get", challenge);
        let authenticator_data = Self::auth_data(0b101);
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client_data);
        let signature = self.key.sign(&[&authenticator_data, hash.as_ref()].concat()).unwrap();
        Assertion { credential: self.id.clone(), client_data, authenticator_data, signature }
    }

    pub(super) fn register(&self) -> Vec<u8> {
        let mut key = minicbor::Encoder::new(Vec::new());
        key.map(4).unwrap().i8(1).unwrap().i8(1).unwrap().i8(3).unwrap().i8(-8).unwrap();
        key.i8(-1).unwrap().i8(6).unwrap().i8(-2).unwrap().bytes(self.key.public().as_bytes()).unwrap();
        let credential = [&[0; 16][..], &(self.id.len() as u16).to_be_bytes(), &self.id, &key.into_writer()].concat();
        let auth_data = [Self::auth_data(0b0100_0101), credential].concat();
        let mut object = minicbor::Encoder::new(Vec::new());
        object.map(3).unwrap().str("fmt").unwrap().str("none").unwrap().str("attStmt").unwrap().map(0).unwrap();
        object.str("authData").unwrap().bytes(&auth_data).unwrap();
        object.into_writer()
    }
}
