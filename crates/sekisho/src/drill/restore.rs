//! The restore drill: an installation is backed up, goes on, burns down, and comes back. Twice: once the keystore and
//! the journal's disk survive, once nothing does but the backups.
//!
//! The attacker has what every thief of backups hopes for: all of them, the passphrase, and every ciphertext.

use std::{fs, path::PathBuf, sync::Arc};

use sekisho_core::{
    id::CheckId,
    ledger::receipt::{self, Receipt},
    time::Clock,
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    DrillError, Moment, Row,
    caller::Caller,
    crack::key_like,
    ground,
    grounds::Grounds,
    loot::{Loot, keys_with_the_keystore, known, open_all},
    sought::{Got, Sought},
};
use crate::{
    app::archive::{
        backup,
        restore::{Done, Order, judge},
    },
    demo::{Build, House, Picture, tell},
    site::kit::Kit,
};

/// Members whose documents wait when the first backup is made.
const WAITING: usize = 5;

/// M8, M10, M50.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    grounds.say("restore: the keystore and the journal survive");
    let kept = Pass::run(grounds, true)?;
    grounds.say("restore: nothing survives but the backups");
    let bare = Pass::run(grounds, false)?;
    let mut got = kept.got;
    got += bare.got;
    let failed: Vec<_> = kept.failed.iter().chain(&bare.failed).copied().collect();
    Ok(Row {
        name: "restore",
        held: "every backup with its sealed identity, the passphrase, and every ciphertext, twice".into(),
        got,
        promise: "no picture; nothing decided opens, and nobody who left or was removed is back",
        kept: failed.is_empty() && got == Got::default(),
        noticed: Moment::never(
            "a copy that is made outside of Sekisho leaves no trace in it; the restore itself is an entry of the ledger",
        ),
        stopped: Moment::never(
            "the copies open nothing, so there was nothing to stop; the sealed identity signs until the keys are changed",
        ),
        officer: None,
        note: match failed.as_slice() {
            [] => format!(
                "{} key-like things were tried on {} ciphertexts; with the keystore the same code opened {}; after \
                 each restore the story passed again, on the same ledger with the journal and on another without it",
                kept.tried + bare.tried,
                kept.ciphertexts + bare.ciphertexts,
                kept.control + bare.control
            ),
            failed => format!("did not hold: {}", failed.join("; ")),
        },
        short: Some("0 pictures; what was decided, left and removed stayed so after two restores".into()),
        figures: None,
    })
}

/// One installation from its founding to its second life.
struct Pass {
    survives: bool,
    house: House,
    kit: Kit,
    dest: TempDir,
    members: Vec<CheckId>,
    got: Got,
    tried: usize,
    ciphertexts: usize,
    control: u64,
    failed: Vec<&'static str>,
}

/// What was true before the fire.
struct Before {
    old: CheckId,
    receipt: String,
    claim: Value,
    ledger_key: String,
    decided: CheckId,
    decided_claim: Value,
    withdrawn: CheckId,
    left: CheckId,
    backup: PathBuf,
}

impl Pass {
    fn run(grounds: &Grounds, survives: bool) -> Result<Self, DrillError> {
        let kit = ground::kit();
        let sites = vec![kit.registration.clone()];
        let house = grounds.own(Build { officer: true, administrator: true, sites, ..Build::default() })?;
        let dest = tempfile::Builder::new().prefix("sekisho-backups-").tempdir()?;
        let (got, members, failed) = (Got::default(), Vec::new(), Vec::new());
        let mut pass = Self { survives, house, kit, dest, members, got, tried: 0, ciphertexts: 0, control: 0, failed };
        let before = pass.live()?;
        pass.steal()?;
        let done = pass.burn_and_restore(&before)?;
        pass.look_around(&before, &done)?;
        Ok(pass)
    }

    fn must(&mut self, holds: bool, what: &'static str) {
        self.failed.extend((!holds).then_some(what));
    }

    /// Until the fire: something is decided, a backup is made, and life goes on.
    fn live(&mut self) -> Result<Before, DrillError> {
        let picture = Picture::specimen();
        let old = self.house.submit("picture", &picture)?;
        self.house.look(Some("old_enough"))?;
        for number in 0..WAITING {
            let (check, link) = Caller::of(&self.house, &self.kit)?.ask(&member(number))?;
            self.house.send(&link, "picture", &picture)?.map_err(|_| DrillError::Ground)?;
            self.members.push(check);
        }
        let backup = self.back_up(0)?;
        let (receipt, claim) = (self.house.receipt(old)?, self.house.told(old)?["attestation"].clone());
        self.house.look(Some("old_enough"))?;
        let decided = self.find("approved")?.ok_or(DrillError::Ground)?;
        let mut rest = self.members.clone().into_iter().filter(|check| *check != decided);
        let (withdrawn, left) = rest.next().zip(rest.next()).ok_or(DrillError::Ground)?;
        self.post(&format!("/v1/checks/{withdrawn}/withdraw"))?;
        let sub = Caller::of(&self.house, &self.kit)?.sub(&member(self.number_of(left)));
        self.post(&format!("/v1/members/{sub}/left"))?;
        let got_in = self.house.officer_gets_in();
        self.must(got_in, "the officer could not get in before being removed");
        self.house.remove_the_officer()?;
        let later = self.house.submit("picture", &picture)?;
        self.back_up(60)?;
        self.must(self.house.state(later)? == "in_review", "a check that began after the backup is under way");
        let decided_claim = self.told(decided)?["attestation"].clone();
        let ledger_key = self.house.ledger_key()?.to_string();
        Ok(Before { old, receipt, claim, ledger_key, decided, decided_claim, withdrawn, left, backup })
    }

    fn number_of(&self, check: CheckId) -> usize {
        self.members.iter().position(|one| *one == check).unwrap_or_default()
    }

    /// A backup with the identity, `later` seconds from now by its name.
    fn back_up(&self, later: u64) -> Result<PathBuf, DrillError> {
        let (keystore, now) = (self.house.keystore(), SystemClock.read().wall + later);
        let identity = Some((keystore.as_path(), self.house.passphrase()));
        let order = backup::Order { data: &self.house.data(), to: self.dest.path(), identity, now };
        let made = backup::make(&order, &mut SystemEntropy);
        Ok(made.map_err(|_| DrillError::Unfinished("the backup"))?.folder)
    }

    /// Opens what can be opened with every backup, the passphrase and every ciphertext; then, as the control, with the
    /// keystore too.
    fn steal(&mut self) -> Result<(), DrillError> {
        let sought = Sought::new(&Picture::specimen(), &["1990-04-01", "19900401"], &["見本 花子"]);
        let (backups, blobs) = (Loot::copy(self.dest.path())?, Loot::copy(&self.house.data().join("blobs"))?);
        let mut keys = backups.key_like()?;
        keys.extend(key_like(&self.house.passphrase().0));
        self.got += backups.in_the_clear(&sought)?;
        let live = known(&self.house.data())?;
        let documents = blobs.documents(&live)?;
        self.got += open_all(&documents, &keys, &sought);
        self.tried = keys.len();
        self.ciphertexts = documents.len();
        self.control = open_all(&documents, &keys_with_the_keystore(&self.house, &live)?, &sought).pictures;
        self.must(self.control == documents.len() as u64 && self.control > 0, "the control opened too little");
        Ok(())
    }

    /// The first backup is what is restored: the second only left its tombstones.
    fn burn_and_restore(&mut self, before: &Before) -> Result<Done, DrillError> {
        self.house.die();
        let (data, keystore, journal) = (self.house.data(), self.house.keystore(), self.dest.path().join("journal"));
        fs::copy(data.join("ledger/journal"), &journal)?;
        fs::remove_dir_all(&data)?;
        if !self.survives {
            fs::remove_file(&keystore)?;
        }
        let journal = self.survives.then_some(journal.as_path());
        let order = Order { from: &before.backup, data: &data, keystore: &keystore, journal, tombstones: &[] };
        let judged = judge(&order).map_err(|_| DrillError::Unfinished("judging the backup"))?;
        let done = judged.perform(self.house.passphrase(), Arc::new(SystemClock));
        let done = done.map_err(|_| DrillError::Unfinished("the restore"))?;
        self.must(self.house.blobs()? == 0, "a ciphertext came back");
        self.house.revive()?;
        Ok(done)
    }

    fn look_around(&mut self, before: &Before, done: &Done) -> Result<(), DrillError> {
        let told = self.house.told(before.old)?;
        self.must(told["state"] == "approved" && told["attestation"] == before.claim, "a decision before the backup");
        let told = self.told(before.decided)?;
        let same = told["state"] == "approved" && told["attestation"] == before.decided_claim;
        self.must(same && !before.decided_claim.is_null(), "a decision after the backup, and its claim");
        self.must(self.told(before.withdrawn)?["state"] == "withdrawn", "a withdrawal after the backup");
        let told = self.told(before.left)?;
        self.must(told["state"] == "withdrawn", "a member who left after the backup is asked nothing more");
        self.must(self.leaves(before.left)?, "what ties the check to a member who left goes on its day");
        let waiting = self
            .members
            .clone()
            .into_iter()
            .filter(|check| ![before.decided, before.withdrawn, before.left].contains(check));
        for check in waiting.collect::<Vec<_>>() {
            self.must(self.told(check)?["state"] == "awaiting_document", "who waited is asked for a new picture");
        }
        self.must(!self.house.officer_gets_in(), "a removed officer is back");
        // The sample site's newest check began after the backup: only the ledger knows of it.
        self.must(done.restored.lost == (WAITING - 3) as u64, "as many documents are lost as waited");
        self.must(done.restored.unknown == 1, "a check that began after the backup is counted");
        self.ledger(before, done)?;
        self.house.site.begin_anew();
        let report = tell(&self.house, &Picture::specimen(), &mut |_| {})?;
        self.must(report.check.state == "approved", "the story passes again");
        Ok(())
    }

    /// What was signed before still verifies, and the ledger never says two things under one name.
    fn ledger(&mut self, before: &Before, done: &Done) -> Result<(), DrillError> {
        let key = before.ledger_key.parse().map_err(|_| DrillError::Ground)?;
        let verified = Receipt::from_json(&before.receipt).and_then(|receipt| receipt::verify(&receipt, Some(&key)));
        self.must(verified.is_ok(), "a receipt of before the fire");
        let now = self.house.ledger_key()?;
        let fresh = self.house.receipt(before.old)?;
        let verified = Receipt::from_json(&fresh).and_then(|receipt| receipt::verify(&receipt, Some(&now)));
        self.must(verified.is_ok(), "a receipt of after it, of the same check");
        let same = now.to_string() == before.ledger_key;
        self.must(same == self.survives, "the same ledger goes on with the journal, and only with it");
        self.must(done.restored.instead_of.is_some() != self.survives, "the ledger that ended is named");
        let closed = self.house.data().join("ledger/closed");
        self.must(closed.is_dir() != self.survives, "the ledger that ended is kept");
        Ok(())
    }

    fn find(&self, state: &str) -> Result<Option<CheckId>, DrillError> {
        for check in &self.members {
            if self.told(*check)?["state"] == state {
                return Ok(Some(*check));
            }
        }
        Ok(None)
    }

    fn told(&self, check: CheckId) -> Result<Value, DrillError> {
        let mut caller = Caller::of(&self.house, &self.kit)?;
        let path = format!("/v1/checks/{check}");
        let signature = caller.signature("GET", &path, b"")?;
        let answer = caller.call("GET", &path, b"", &signature)?;
        serde_json::from_slice(answer.body()).map_err(|_| DrillError::Ground)
    }

    fn post(&self, path: &str) -> Result<(), DrillError> {
        let mut caller = Caller::of(&self.house, &self.kit)?;
        let signature = caller.signature("POST", path, b"")?;
        let answer = caller.call("POST", path, b"", &signature)?;
        if answer.status().is_success() { Ok(()) } else { Err(DrillError::Ground) }
    }

    /// Whether keeper and gate both know when the member of this check is forgotten.
    fn leaves(&self, check: CheckId) -> Result<bool, DrillError> {
        let at = |database: &str, id: &str| -> Result<Option<i64>, DrillError> {
            let db = rusqlite::Connection::open(self.house.data().join(database))?;
            let sql = format!("SELECT erase_at FROM checks WHERE {id} = ?1");
            Ok(db.query_row(&sql, [check.as_bytes()], |row| row.get(0))?)
        };
        Ok(at("keeper/keeper.db", "id")?.is_some() && at("gate/gate.db", "check_id")?.is_some())
    }
}

fn member(number: usize) -> Vec<u8> {
    format!("member-{number}").into_bytes()
}
