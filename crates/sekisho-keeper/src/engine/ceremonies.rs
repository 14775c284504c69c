//! Challenges that wait for a passkey's answer. Each is good once, for five minutes.

use std::collections::HashMap;

use sekisho_core::{
    check::Role,
    entropy::{Entropy, fresh},
    id::{ChangeId, ShiftId, StaffId},
    time::Timestamp,
};

use crate::{hash::sha256, wire::Refusal};

const SECONDS: u64 = 300;
// Anybody who reaches the desk's sign-in page can ask for challenges; they must not fill the memory.
const AT_ONCE: usize = 4096;

/// What a challenge is for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// To enrol the person of an invitation.
    Enrol { invitation: [u8; 32], staff: StaffId, name: String, role: Role, by: Option<StaffId> },
    /// To begin a shift.
    Begin,
    /// To go on with a shift.
    Touch(ShiftId),
    /// To approve a change of this hash.
    Approve { change: ChangeId, sha256: [u8; 32] },
}

impl Purpose {
    /// The challenge, of what was drawn for it: a passkey that approves a change signs the hash of the change.
    fn challenge(&self, drawn: [u8; 32]) -> [u8; 32] {
        match self {
            Self::Approve { sha256: change, .. } => sha256(&[drawn, *change].concat()),
            _ => drawn,
        }
    }
}

/// A challenge that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub challenge: [u8; 32],
    pub purpose: Purpose,
    until: Timestamp,
}

/// All challenges that wait.
#[derive(Default)]
pub(super) struct Ceremonies(HashMap<[u8; 16], Waiting>);

impl Ceremonies {
    /// Draws a challenge.
    pub(super) fn begin(
        &mut self,
        purpose: Purpose,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> ([u8; 16], [u8; 32]) {
        self.0.retain(|_, waiting| waiting.until > now);
        if self.0.len() >= AT_ONCE {
            self.drop_oldest();
        }
        let (id, drawn): ([u8; 16], [u8; 32]) = (fresh(entropy), fresh(entropy));
        let challenge = purpose.challenge(drawn);
        self.0.insert(id, Waiting { challenge, purpose, until: now + SECONDS });
        (id, challenge)
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.0.iter().min_by_key(|(_, waiting)| waiting.until).map(|(id, _)| *id) {
            self.0.remove(&oldest);
        }
    }

    /// Takes a challenge; it can't be taken again.
    ///
    /// # Errors
    /// [`Refusal::BadPasskey`] if there is none.
    pub(super) fn take(&mut self, id: [u8; 16], now: Timestamp) -> Result<Waiting, Refusal> {
        self.0.remove(&id).filter(|waiting| waiting.until > now).ok_or(Refusal::BadPasskey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    #[test]
    fn a_challenge_is_good_once_and_for_five_minutes() {
        let (mut entropy, mut all) = (SeededEntropy::new(1), Ceremonies::default());
        let (id, _) = all.begin(Purpose::Begin, Timestamp(0), &mut entropy);
        assert!(all.take(id, Timestamp(299)).is_ok());
        assert!(all.take(id, Timestamp(299)).is_err());
        let (id, _) = all.begin(Purpose::Begin, Timestamp(0), &mut entropy);
        assert!(all.take(id, Timestamp(300)).is_err());
    }

    /// M15
    #[test]
    fn whoever_approves_a_change_signs_its_hash() {
        let approve = |byte| Purpose::Approve { change: ChangeId::from_bytes([9; 16]), sha256: [byte; 32] };
        let challenge = |purpose| Ceremonies::default().begin(purpose, Timestamp(0), &mut SeededEntropy::new(1)).1;
        // The same is drawn for all of them.
        let drawn = challenge(Purpose::Begin);
        assert_eq!(challenge(approve(1)), sha256(&[drawn, [1; 32]].concat()));
        assert_ne!(challenge(approve(1)), challenge(approve(2)));
    }

    #[test]
    fn a_flood_of_challenges_has_a_bound() {
        let (mut entropy, mut all) = (SeededEntropy::new(1), Ceremonies::default());
        for second in 0..AT_ONCE as u64 + 50 {
            all.begin(Purpose::Begin, Timestamp(second / 100), &mut entropy);
        }
        assert_eq!(all.0.len(), AT_ONCE);
    }
}
