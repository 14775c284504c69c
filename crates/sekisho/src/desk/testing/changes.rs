//! Changes that wait, as a keeper that plays along knows them.

use sekisho_core::{
    id::{ChangeId, StaffId},
    time::HOUR,
};
use sekisho_keeper::wire::{Answered, Change, ChangeView, DeskAnswer, Refusal};

use super::NOW;

/// What waits, and whether anything has to.
#[derive(Default)]
pub(super) struct Changes {
    /// Whether the founding is over.
    pub(super) in_use: bool,
    waiting: Vec<ChangeView>,
}

impl Changes {
    pub(super) fn propose(&mut self, change: Change, by: StaffId) -> DeskAnswer {
        let id = ChangeId::from_bytes([self.waiting.len() as u8 + 1; 16]);
        let until = NOW + 7 * 24 * HOUR;
        let (approved, ripe) = (Vec::new(), None);
        self.waiting.push(ChangeView {
            id,
            change,
            sha256: [0xAB; 32],
            by,
            proposed: NOW,
            approved,
            needed: 2,
            yours: true,
            ripe,
            until,
        });
        DeskAnswer::Proposed(id)
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.waiting.iter().map(|change| change.id.to_string()).collect()
    }

    pub(super) fn all(&self) -> DeskAnswer {
        DeskAnswer::Changes(self.waiting.clone())
    }

    /// Whoever it is, their word counts for the newest; the second one's day is over at once.
    pub(super) fn approve(&mut self, by: StaffId) -> Answered<DeskAnswer> {
        let newest = self.waiting.last_mut().ok_or(Refusal::NotFound)?;
        newest.approved.push(by);
        newest.yours = false;
        newest.ripe = (newest.approved.len() >= 2).then_some(NOW);
        Ok(DeskAnswer::Done)
    }

    pub(super) fn cancel(&mut self, id: ChangeId) -> DeskAnswer {
        self.waiting.retain(|change| change.id != id);
        DeskAnswer::Done
    }

    pub(super) fn make(&mut self, id: ChangeId) -> Answered<DeskAnswer> {
        let at = self.waiting.iter().position(|change| change.id == id).ok_or(Refusal::NotFound)?;
        if self.waiting[at].ripe.is_none() {
            return Err(Refusal::NotYet);
        }
        Ok(match self.waiting.remove(at).change {
            Change::Staff { .. } => DeskAnswer::Invitation { invitation: "made".into(), until: NOW + HOUR },
            _ => DeskAnswer::Done,
        })
    }
}
