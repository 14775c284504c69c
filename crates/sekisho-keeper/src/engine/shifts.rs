//! Shifts: the time for which a person has proven presence. They live in memory
//! and end with the process; whoever steals a database finds none.

use std::collections::BTreeMap;

use sekisho_core::{
    check::Role,
    entropy::{Entropy, fresh},
    id::{DeviceId, ShiftId, StaffId},
    time::{HOUR, Timestamp},
};

use crate::{
    hash::sha256,
    wire::{Refusal, ShiftToken},
};

/// How long a shift lasts at most, in seconds.
pub(super) const SHIFT_SECONDS: u64 = 8 * HOUR;
/// After this many assignments presence is proven again.
pub(super) const ASSIGNMENTS_PER_TOUCH: u32 = 10;
/// After this many lapses the shift ends: the person is not there, or is choosing.
pub(super) const LAPSES_PER_SHIFT: u32 = 3;

/// A shift that runs.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub id: ShiftId,
    pub staff: StaffId,
    pub role: Role,
    /// The passkey with which presence was proven.
    pub device: DeviceId,
    pub until: Timestamp,
    pub since_touch: u32,
    /// When the passkey was last touched.
    pub touched: Timestamp,
    pub lapses: u32,
}

/// That a person is on shift in a role now. Made by [`Shifts::require`] alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnShift {
    id: ShiftId,
    staff: StaffId,
    role: Role,
    device: DeviceId,
    since_touch: u32,
}

impl OnShift {
    /// The shift.
    pub(crate) fn id(&self) -> ShiftId {
        self.id
    }

    /// The person.
    pub(crate) fn staff(&self) -> StaffId {
        self.staff
    }

    /// What the person may do.
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// The passkey with which presence was proven.
    pub(crate) fn device(&self) -> DeviceId {
        self.device
    }

    /// Assignments since presence was last proven.
    pub(super) fn since_touch(&self) -> u32 {
        self.since_touch
    }

    #[cfg(test)]
    pub(crate) fn for_test(id: u8, staff: StaffId, role: Role) -> Self {
        Self { id: ShiftId::from_bytes([id; 16]), staff, role, device: DeviceId::from_bytes([id; 16]), since_touch: 0 }
    }
}

/// All shifts that run, by the SHA-256 of their token; in an order, so that several end in the same one each time.
#[derive(Default)]
pub(super) struct Shifts(BTreeMap<[u8; 32], Running>);

fn hash(token: &ShiftToken) -> [u8; 32] {
    sha256(&token.0)
}

impl Shifts {
    /// Begins a shift.
    pub(super) fn begin(
        &mut self,
        (staff, role, device): (StaffId, Role, DeviceId),
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> (ShiftToken, Running) {
        let token = ShiftToken(fresh(entropy));
        let running = Running {
            id: ShiftId::random(entropy),
            staff,
            role,
            device,
            until: now + SHIFT_SECONDS,
            since_touch: 0,
            touched: now,
            lapses: 0,
        };
        self.0.insert(hash(&token), running.clone());
        (token, running)
    }

    /// The shift of a token.
    ///
    /// # Errors
    /// [`Refusal::ShiftOver`] if it ended or never was.
    pub(super) fn get(&mut self, token: &ShiftToken, now: Timestamp) -> Result<&mut Running, Refusal> {
        self.0.get_mut(&hash(token)).filter(|shift| shift.until > now).ok_or(Refusal::ShiftOver)
    }

    /// The shift of a token, if its person may act in `role`.
    ///
    /// # Errors
    /// [`Refusal::ShiftOver`], [`Refusal::NotAllowed`].
    pub(super) fn require(&mut self, token: &ShiftToken, roles: &[Role], now: Timestamp) -> Result<OnShift, Refusal> {
        let Running { id, staff, role, device, since_touch, .. } = *self.get(token, now)?;
        if roles.contains(&role) {
            Ok(OnShift { id, staff, role, device, since_touch })
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// How many are under way.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Those that are under way.
    pub(super) fn running(&self) -> impl Iterator<Item = &Running> {
        self.0.values()
    }

    /// Ends the shifts that `doomed` names and returns them.
    pub(super) fn end_where(&mut self, doomed: impl Fn(&Running) -> bool) -> Vec<Running> {
        self.0.extract_if(.., |_, shift| doomed(shift)).map(|(_, shift)| shift).collect()
    }

    /// The running shift of this id.
    pub(super) fn by_id(&mut self, id: ShiftId) -> Option<&mut Running> {
        self.0.values_mut().find(|shift| shift.id == id)
    }
}
