//! What a site or a member withdraws while the keeper is locked is gone at once, as at any other time.

use rusqlite::Connection;
use sekisho_core::{
    check::{CheckState, ShredCause},
    event::What,
    id::CheckId,
};

use crate::{
    engine::{Locked, checks, decide::settle, ending, fault::Fault, outbox},
    wire::SignedCall,
};

impl Locked {
    /// By the site's signature over this very call.
    pub(in crate::engine) fn withdraw(&mut self, check: CheckId, call: &SignedCall) -> Result<(), Fault> {
        let when = (self.installation.keeper, self.now());
        self.end_check(check, |db| checks::require_site(db, when, check, call))
    }

    /// By the secret that only the member's browser has.
    pub(in crate::engine) fn withdraw_by_member(&mut self, check: CheckId, secret: &[u8; 32]) -> Result<(), Fault> {
        self.end_check(check, |db| checks::require_member(db, check, secret))
    }

    fn end_check(
        &mut self,
        check: CheckId,
        require: impl FnOnce(&Connection) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let now = self.now();
        self.enter(now, |entries| {
            require(entries.db)?;
            if !checks::is_open(entries.db, check)? {
                return Ok(());
            }
            if let Some(document) = ending::undecided_of(entries.db, check)? {
                entries.shred(check, document, ShredCause::Withdrawn)?;
            }
            settle(entries.db, check, CheckState::Withdrawn, None, None)?;
            entries.log(check, &What::CheckEnded { check, withdrawn: true })?;
            outbox::tell_in(entries.db, entries.entropy, now, check)
        })?;
        // It is withdrawn; what could not be removed now is removed by a tick.
        if let Err(cause) = self.remove_rest(true) {
            tracing::error!(%cause, "what was withdrawn is not removed yet");
        }
        Ok(())
    }
}
