//! Custodians: the key that they seal their shares to, what their shares make, and what they may change.

use std::collections::BTreeSet;

use sekisho_core::{
    event::What,
    lockdown::{KeystoreChange, Means},
};
use sekisho_seal::{IntakeSecret, ShareOpenError, open_share};

use super::{Engine, Locked, fault::Fault, turn::Turn};
use crate::{
    db::meta,
    keystore::{
        Secret, Share, ShareError,
        shares::{self, Dealing},
    },
    wire::{OperatorAnswer, Secrets, SharesRefused},
};

impl Locked {
    /// A fresh key for custodians to seal their shares to; an earlier one is forgotten. It lives in this process alone,
    /// and until the keeper is unlocked.
    pub(super) fn fresh_share_key(&mut self) -> OperatorAnswer {
        let secret = IntakeSecret::fresh(&mut *self.parts.entropy);
        let public = secret.public().to_bytes();
        self.share_key = Some(secret);
        OperatorAnswer::ShareKey { keeper: self.installation.keeper, public }
    }

    /// The secret that sealed shares make, and how many they were. What is refused spoils none of the others.
    ///
    /// # Errors
    /// [`SharesRefused`].
    pub fn joined(&self, sealed: &[Secrets]) -> Result<(Secret, u8), SharesRefused> {
        let key = self.share_key.as_ref().ok_or(SharesRefused::NoRequest)?;
        let numbered = (1..=u8::MAX).zip(sealed);
        let shares: Vec<Share> =
            numbered.map(|(at, sealed)| self.opened_share(key, at, sealed)).collect::<Result<_, _>>()?;
        let different: BTreeSet<u8> = shares.iter().map(Share::number).collect();
        match shares::join(&shares) {
            Ok(secret) => Ok((secret, different.len() as u8)),
            Err(ShareError::TooFew { needed, given }) => Err(SharesRefused::TooFew { needed, given }),
            // Their dealings were compared with the keystore's, which is one.
            Err(ShareError::Mixed | ShareError::Malformed) => Err(SharesRefused::Wrong),
        }
    }

    fn opened_share(&self, key: &IntakeSecret, at: u8, sealed: &Secrets) -> Result<Share, SharesRefused> {
        let share = open_share(key, self.installation.keeper, &sealed.0).map_err(|why| match why {
            ShareOpenError::OtherKey => SharesRefused::OtherKey(at),
            ShareOpenError::Altered => SharesRefused::Altered(at),
        })?;
        let share = Share::from_bytes(&share).map_err(|_| SharesRefused::NoShare(at))?;
        let current = self.parts.keystore.dealing() == Some(share.dealing());
        if current { Ok(share) } else { Err(SharesRefused::Earlier(at)) }
    }
}

/// Puts on record that shares were dealt since the last start: that happens while no keeper runs.
pub(super) fn note_dealing(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let (known, dealing): (Option<Dealing>, _) =
        (meta::get(turn.db, meta::names::DEALING)?, turn.room.keystore.dealing());
    let Some((dealing, terms)) = dealing.zip(turn.room.keystore.shares()).filter(|(new, _)| known != Some(*new)) else {
        return Ok(());
    };
    meta::set(turn.db, meta::names::DEALING, &dealing)?;
    let change = KeystoreChange::SharesDealt { needed: terms.needed(), of: terms.of() };
    turn.log(None, What::KeystoreChanged { change })?;
    Ok(())
}

impl Engine {
    /// For whoever gave enough shares: from now on this passphrase opens the keystore, and the earlier one does not.
    ///
    /// # Errors
    /// [`Fault`]; then the earlier one still does, whatever is on record.
    pub fn choose_passphrase(&mut self, passphrase: &[u8]) -> Result<(), Fault> {
        let now = self.now();
        let change = What::KeystoreChanged { change: KeystoreChange::PassphraseChosen };
        let (noted, _, _) = self.transact(now, |turn| super::apart(turn, |turn| turn.log(None, change)))?;
        noted?;
        let room = &mut self.room;
        Ok(room.keystore.choose_passphrase(&room.keys, passphrase, &mut *room.entropy)?)
    }

    /// The keystore's mark goes once the end is on record. That shares were given is written before it.
    pub(super) fn release_keystore(&mut self, by: Option<Means>) -> Result<(), Fault> {
        if matches!(by, Some(Means::Shares { .. })) {
            self.room.keystore.note_shares_used()?;
        }
        Ok(self.room.keystore.release(&self.room.keys)?)
    }
}
