//! Drills on an operator's own installation: with a site of the operator's own and a document of nobody's.
//!
//! Only what needs no member's document is performed here. Whoever performs it holds a key that is theirs, sees what it
//! is answered, and opens nothing: there is no reviewer's session in it.

use std::{path::PathBuf, thread, time::Duration};

use sekisho_core::{
    entropy::fresh,
    id::{CheckId, KeeperId},
    time::Clock,
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::Value;

use super::{
    DrillError, Row,
    caller::Caller,
    lookout::Lookout,
    sought::{Got, Sought},
    stolen_site_key::{Tally, routes},
};
use crate::{
    client::{Client, Server, Session},
    demo::{Member, Picture},
    site::kit::Kit,
};

/// What is performed on an installation that is in use.
pub const LIVE: [&str; 1] = ["stolen-site-key"];

/// What a live performance leaves behind, for whoever has to agree to it.
pub const LEAVES: &str = "It signs with the kit's key, sends in one document of nobody's (our specimen card), asks every \
     route of the API about it, withdraws it, and then asks for checks that don't exist. It opens no document. The \
     ledger will say: a document of that site arrived, and its check was withdrawn; refusals; and a finding about the \
     site, which is refused for fifteen minutes. Everybody on the rota may be called.";

/// Checks that don't exist, and are asked for.
const STRANGE: usize = 16;
/// Tenths of a second that a finding may take.
const TRIES: u32 = 100;
/// What the document is said to be.
const KIND: &str = "jp-driving-licence";

/// An operator's own installation, and a site of their own in it.
pub struct Target {
    /// Its gate.
    pub gate: Server,
    /// What speaks to it.
    pub client: Client,
    /// The site's kit.
    pub kit: Kit,
    /// Where the installation's state lies: the ledger is read there, and nothing is written.
    pub data: PathBuf,
}

/// M11, M39: with a site's key on the installation itself. What it leaves behind says [`LEAVES`].
///
/// # Errors
/// [`DrillError`]: then nothing was shown.
pub fn perform_live(target: &Target) -> Result<Vec<Row>, DrillError> {
    let mut lookout = Lookout::over(&target.data, SystemClock.read().wall)?;
    let picture = Picture::specimen();
    let sought = Sought::new(&picture, &[], &[]);
    let mut caller = Caller::at(target.gate.clone(), target.client.clone(), keeper(target)?, &target.kit)?;
    let (check, link) = caller.ask(&fresh::<16>(&mut SystemEntropy))?;
    let mut member = Member::with(&target.gate, target.client.clone())?;
    member.enter(&link)?;
    member.send(KIND, &picture.bytes, &picture.boxes)?.map_err(|_| DrillError::Ground)?;
    let mut tally = Tally::default();
    let asked = ask_about(&mut caller, check, &sought, &mut tally)?;
    let withdrawn = call(&mut caller, "POST", &format!("/v1/checks/{check}/withdraw"), &sought, &mut tally)?;
    for _ in 0..STRANGE {
        let path = format!("/v1/checks/{}", CheckId::random(&mut SystemEntropy));
        call(&mut caller, "GET", &path, &sought, &mut tally)?;
        lookout.look(tally.calls)?;
    }
    wait(&mut lookout, tally.calls)?;
    let found_in_what_was_sent = sought.within(&picture.bytes).pictures == 1;
    Ok(vec![Row {
        name: "stolen-site-key",
        held: "the private key of the operator's own site, on the operator's own installation".into(),
        got: tally.got,
        promise: "no route answers with a picture or a birth date; 0",
        kept: tally.got == Got::default() && tally.failed == 0 && withdrawn && found_in_what_was_sent,
        noticed: lookout.noticed("the ledger says nothing of it within ten seconds"),
        stopped: lookout.stopped("the ledger says nothing of it within ten seconds"),
        officer: lookout.seen_on_record()?,
        note: format!(
            "{} calls on {asked} routes, {} of them refused; the document of nobody's was {}; the same search finds \
             the picture in what was sent",
            tally.calls,
            tally.refused,
            if withdrawn { "withdrawn" } else { "NOT withdrawn: it waits until its deadline" }
        ),
        short: None,
        figures: None,
    }])
}

/// Who the site's signatures are for, as the gate publishes it.
fn keeper(target: &Target) -> Result<KeeperId, DrillError> {
    let about = Session::new(target.gate.clone(), target.client.clone())?.get("/.well-known/sekisho")?;
    let about: Value = serde_json::from_slice(about.body()).map_err(|_| DrillError::Ground)?;
    about["keeper"].as_str().and_then(|keeper| keeper.parse().ok()).ok_or(DrillError::Ground)
}

/// Every route that reads, about a check of its own. Answers with how many there are.
fn ask_about(caller: &mut Caller<'_>, check: CheckId, sought: &Sought, tally: &mut Tally) -> Result<usize, DrillError> {
    let routes: Vec<_> = routes()?.into_iter().filter(|(_, method)| method == "GET").collect();
    for (route, method) in &routes {
        let path = route.replace("{check}", &check.to_string()).replace("{sub}", &caller.sub(b"nobody").to_string());
        call(caller, method, &path, sought, tally)?;
    }
    for end in ["picture", "image", "document", "blob", "view"] {
        call(caller, "GET", &format!("/v1/checks/{check}/{end}"), sought, tally)?;
    }
    Ok(routes.len())
}

/// One call with a valid signature, whatever the answer. Says whether it was done.
fn call(
    caller: &mut Caller<'_>,
    method: &str,
    path: &str,
    sought: &Sought,
    tally: &mut Tally,
) -> Result<bool, DrillError> {
    let signature = caller.signature(method, path, b"")?;
    let answer = caller.call(method, path, b"", &signature)?;
    Ok(tally.take(sought, &answer))
}

fn wait(lookout: &mut Lookout, requests: u64) -> Result<(), DrillError> {
    for _ in 0..TRIES {
        if lookout.look(requests)? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
