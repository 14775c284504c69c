//! The operator's visit to their own installation: one check of their own site, one document of nobody's.

use std::{thread, time::Duration};

use hyper::Response;
use sekisho_core::{
    entropy::fresh,
    id::{CheckId, KeeperId},
    time::Clock,
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::Value;

use super::Target;
use crate::{
    client::Session,
    demo::{Member, Picture},
    drill::{DrillError, caller::Caller, lookout::Lookout, sought::Sought},
};

/// What the document is said to be.
const KIND: &str = "jp-driving-licence";
/// Tenths of a second that a finding may take.
const TRIES: u32 = 100;

/// What all live drills share.
pub(super) struct Visit<'a> {
    pub target: &'a Target,
    pub keeper: KeeperId,
    /// Calls with the kit's key.
    pub caller: Caller<'a>,
    /// The check that was asked for, and is withdrawn at the end.
    pub check: CheckId,
    /// Its member's browser, which is in.
    pub member: Member,
    /// The document of nobody's.
    pub picture: Picture,
    /// What would be a picture in an attacker's hand.
    pub sought: Sought,
}

impl<'a> Visit<'a> {
    /// Asks for a check, lets its member in and sends the document.
    pub(super) fn begin(target: &'a Target) -> Result<Self, DrillError> {
        let keeper = keeper(target)?;
        let mut caller = Caller::at(target.gate.clone(), target.client.clone(), keeper, &target.kit)?;
        let (check, link) = caller.ask(&fresh::<16>(&mut SystemEntropy))?;
        let mut member = Member::with(&target.gate, target.client.clone())?;
        member.enter(&link)?;
        let picture = Picture::specimen();
        member.send(KIND, &picture.bytes, &picture.boxes)?.map_err(|_| DrillError::Ground)?;
        let sought = Sought::new(&picture, &[], &[]);
        Ok(Self { target, keeper, caller, check, member, picture, sought })
    }

    /// An attack begins: what stands on the ledger by now is none of its doing.
    pub(super) fn watch(&self) -> Result<Lookout, DrillError> {
        Lookout::over(&self.target.data, SystemClock.read().wall)
    }

    /// Somebody without a key, in a browser of their own.
    pub(super) fn stranger(&self) -> Result<Session, DrillError> {
        Ok(Session::new(self.target.gate.clone(), self.target.client.clone())?)
    }

    /// One call with a valid signature, whatever the answer.
    pub(super) fn call(&mut self, method: &str, path: &str) -> Result<Response<Vec<u8>>, DrillError> {
        let signature = self.caller.signature(method, path, b"")?;
        self.caller.call(method, path, b"", &signature)
    }

    /// Whether the site is answered about its check.
    pub(super) fn site_is_heard(&mut self) -> Result<bool, DrillError> {
        let path = format!("/v1/checks/{}", self.check);
        Ok(self.call("GET", &path)?.status().is_success())
    }

    /// Whether the member who is in is served.
    pub(super) fn member_is_served(&mut self) -> Result<bool, DrillError> {
        Ok(self.member.looks("/check/status")? == 200)
    }

    /// Withdraws the document, by the member's own button if the site is refused by now. Says whether it is done.
    pub(super) fn end(mut self) -> Result<bool, DrillError> {
        let path = format!("/v1/checks/{}/withdraw", self.check);
        Ok(self.call("POST", &path)?.status().is_success() || self.member.withdraws()?)
    }
}

/// Waits until the attack is stopped on record, for ten seconds at most.
pub(super) fn wait(lookout: &mut Lookout, requests: u64) -> Result<(), DrillError> {
    for _ in 0..TRIES {
        if lookout.look(requests)? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// What lies between two tries of somebody who goes on: the gate tells the keeper after it has answered, and a burst may
/// be over before the watch has looked.
pub(super) fn pause() {
    thread::sleep(Duration::from_millis(100));
}

/// Who the site's signatures are for, as the gate publishes it.
fn keeper(target: &Target) -> Result<KeeperId, DrillError> {
    let about = Session::new(target.gate.clone(), target.client.clone())?.get("/.well-known/sekisho")?;
    let about: Value = serde_json::from_slice(about.body()).map_err(|_| DrillError::Ground)?;
    about["keeper"].as_str().and_then(|keeper| keeper.parse().ok()).ok_or(DrillError::Ground)
}
