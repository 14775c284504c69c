//! `receive` while the keeper is locked: everything is judged that takes no key, and the rest waits.

use sekisho_seal::SEALED_KEY_LEN;

use super::{offered, put};
use crate::{
    engine::{Locked, budget, fault::Fault, receive},
    intake,
    wire::{IntakeKey, IntakeKeys, Receive, Received, Refusal},
};

impl Locked {
    /// What a gate may seal to now.
    pub(in crate::engine) fn intake_keys(&mut self) -> Result<IntakeKeys, Fault> {
        let now = self.now();
        let key = offered(&self.parts.db, &self.parts.keystore, now)?;
        Ok(super::key::for_gate(self.installation.keeper, key))
    }

    /// Takes in what waits from now on.
    pub(in crate::engine) fn take_in(&mut self, ask: &Receive) -> Result<Received, Fault> {
        let now = self.now();
        let key = offered(&self.parts.db, &self.parts.keystore, now)?;
        sealed_to(key.ok_or_else(|| self.closed())?, ask)?;
        let (keeper, test) = (self.installation.keeper, self.installation.test);
        let coming = receive::judge(&self.parts.db, (keeper, now), ask)?;
        receive::require_blob(&*self.parts.blobs, ask)?;
        let deadline = ask.deadline;
        if !intake::may_wait(now, deadline, &coming.policy) {
            return Err(self.closed().into());
        }
        self.enter(now, |entries| {
            receive::put_check(entries.db, now, ask, &coming)?;
            receive::put_document(entries.db, now, ask, &coming, (deadline, None))?;
            put(entries.db, ask)?;
            budget::note_arrived(entries.db, &coming.request.site, now)?;
            receive::end_founding(entries.db, test)?;
            let (check, arrival) = (coming.request.check, coming.arrival);
            let ledger_index = entries.log(check, &receive::received_event(ask, &coming, deadline, true))?;
            Ok(Received { check, arrival, deadline, ledger_index })
        })
    }
}

// Whether the key is well sealed is seen when it is opened; that it can be is seen now.
fn sealed_to(key: IntakeKey, ask: &Receive) -> Result<(), Refusal> {
    match ask {
        _ if ask.intake_key != key.id => Err(Refusal::IntakeKeyExpired),
        _ if ask.deadline != key.deadline => Err(Refusal::BadRequest),
        _ if ask.sealed_key.len() != SEALED_KEY_LEN => Err(Refusal::Damaged),
        _ => Ok(()),
    }
}
