//! Many attempts at once, and what came of each.

use super::*;

/// What came of many attempts in one batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::engine::tests) struct Came {
    /// Pictures that opened.
    pub(in crate::engine::tests) pictures: u64,
    /// Documents that were taken in.
    pub(in crate::engine::tests) received: u64,
    /// Refusals.
    pub(in crate::engine::tests) refused: u64,
    /// Anything else, such as a decision.
    pub(in crate::engine::tests) other: u64,
}

impl House {
    /// Sends everything at once, as one batch of the keeper's server, and opens what it lets be opened.
    pub(in crate::engine::tests) fn at_once(&mut self, asks: Vec<Ask>) -> Came {
        let mut came = Came::default();
        for outcome in self.engine().run(asks) {
            match outcome {
                Outcome::Draw { opening, .. } => came.pictures += u64::from(opening.open().is_ok()),
                Outcome::Say(Reply::Gate(Ok(GateAnswer::Received(_)))) => came.received += 1,
                Outcome::Say(Reply::Gate(Err(_)) | Reply::Desk(Err(_))) => came.refused += 1,
                Outcome::Say(_) => came.other += 1,
            }
        }
        came
    }

    /// A document that waits, taken by the reviewer and not looked at yet.
    pub(in crate::engine::tests) fn given(&mut self, name: &str) -> (ShiftToken, AssignmentId) {
        self.submit(name);
        let shift = self.begin_shift();
        let assignment = self.next(&shift).unwrap();
        (shift, assignment)
    }

    /// A request object that the site signed, and a document that it would bring. Nothing is sent.
    pub(in crate::engine::tests) fn unsent(&mut self, jti: &str) -> Receive {
        let keys = self.intake_keys();
        let request = self.request(jti, "jp-dating-site", 7 * 24 * HOUR, &site_key());
        self.sealed(jti, request, &keys)
    }

    /// The same request object, not signed by the site: one of six ways, `nth` chooses and varies it.
    pub(in crate::engine::tests) fn forged(&self, honest: &str, nth: u64) -> String {
        let parts: Vec<&str> = honest.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("three parts") };
        let decoded = |part: &str| Base64UrlUnpadded::decode_vec(part).unwrap();
        let bent = |part: &str| {
            let mut bytes = decoded(part);
            let place = (nth / 6) as usize % (bytes.len() * 8);
            bytes[place / 8] ^= 1 << (place % 8);
            Base64UrlUnpadded::encode_string(&bytes)
        };
        match nth % 6 {
            0 => format!("{header}.{claims}.{}", bent(signature)),
            1 => format!("{header}.{}.{signature}", bent(claims)),
            2 => format!("{}.{claims}.{signature}", bent(header)),
            3 => {
                let other = SigningKey::ed25519(&nth_secret(nth)).unwrap();
                let signed = other.sign(format!("{header}.{claims}").as_bytes()).unwrap();
                format!("{header}.{claims}.{}", Base64UrlUnpadded::encode_string(&signed))
            }
            4 => {
                let none = String::from_utf8(decoded(header)).unwrap().replace("ES256", "none");
                format!("{}.{claims}.", Base64UrlUnpadded::encode_string(none.as_bytes()))
            }
            _ => format!("{header}.{claims}.{}", Base64UrlUnpadded::encode_string(&[nth as u8; 64])),
        }
    }

    /// Begins a shift, and shows the passkey's answer once more: the shift, and why there is no second one.
    pub(in crate::engine::tests) fn begin_shift_and_replay(&mut self) -> (ShiftToken, Refusal) {
        let Ok(DeskAnswer::ShiftOptions(options)) = self.desk(DeskRequest::ShiftOptions { shift: None }) else {
            panic!("no options")
        };
        let assertion = Person::new(1).prove(&options.challenge);
        let begin = || DeskRequest::BeginShift { ceremony: options.ceremony, assertion: assertion.clone(), from: None };
        let Ok(DeskAnswer::Shift(shift)) = self.desk(begin()) else { panic!("no shift") };
        (shift.token, self.desk(begin()).unwrap_err())
    }

    /// Removes the person of this name, as an administrator.
    pub(in crate::engine::tests) fn remove(&mut self, name: &str) {
        let shift = self.begin_shift_as(Role::Administrator);
        let Ok(DeskAnswer::Staff(all)) = self.desk(DeskRequest::Staff(shift.clone())) else { panic!("no staff") };
        let staff = all.into_iter().find(|one| one.name == name).unwrap().staff;
        self.desk(DeskRequest::RemoveStaff { shift, staff }).unwrap();
    }
}

fn nth_secret(nth: u64) -> [u8; 32] {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&nth.to_le_bytes());
    secret
}
