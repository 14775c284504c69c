//! The story: a site asks, a member sends, a reviewer looks once, the site hears "over 18", nothing is left.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use sekisho_core::ledger::receipt::{self, Receipt};
use sekisho_inspect::{
    upload,
    wire::{Boxed, Limits, UploadRequest},
};
use serde_json::Value;

use super::{
    House,
    member::Member,
    report::{Check, Delivered, Document, Ledger, Process, Report, Verified},
    reviewer::Reviewer,
    site::Asked,
};
use crate::{client::ClientError, specimen};

/// What the member says the document is.
pub(super) const KIND: &str = "jp-driving-licence";
/// How long the site waits for its webhook.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a story did not come to an end of its own. A picture that is turned away is an end.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// A connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The machine.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something that should be JSON.
    #[error("an answer is not what it should be")]
    Json(#[from] serde_json::Error),
    /// An answer of another status.
    #[error("{what}: answered {found}, not {expected}")]
    Status {
        /// What was asked for.
        what: &'static str,
        /// The status that came.
        found: u16,
        /// The status that should have come.
        expected: u16,
    },
    /// Something is not as it should be.
    #[error("{0} is not what it should be")]
    Unexpected(&'static str),
}

/// A picture and the boxes that its member draws on it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// What stays visible.
    pub boxes: Vec<Boxed>,
}

impl Picture {
    /// Our own specimen card, with birth date, title and issuer left visible.
    pub fn specimen() -> Self {
        Self { bytes: specimen::CARD.to_vec(), boxes: specimen::BOXES.to_vec() }
    }

    /// The same card in fewer pixels, for whoever sends many.
    pub fn small_specimen() -> Self {
        Self { bytes: specimen::SMALL_CARD.to_vec(), boxes: specimen::SMALL_BOXES.to_vec() }
    }

    /// Any file. Where no boxes are given, a band across its middle is drawn, as a member in a hurry would.
    pub fn of_file(bytes: Vec<u8>, boxes: Vec<Boxed>) -> Self {
        let boxes = if boxes.is_empty() { band(&bytes) } else { boxes };
        Self { bytes, boxes }
    }
}

// A browser knows a picture's size before it draws; so does this.
fn band(bytes: &[u8]) -> Vec<Boxed> {
    let seen = upload::inspect(bytes, &UploadRequest { boxes: Vec::new() }, &Limits::UPLOAD).report.facts;
    let (w, h) = (seen.width, seen.height);
    let band = Boxed { x: w / 20, y: h * 2 / 5, w: w * 9 / 10, h: h / 5 };
    if w > 0 && h > 0 { vec![band] } else { Vec::new() }
}

/// Tells the whole story once, and says each step to `say`.
///
/// # Errors
/// [`StoryError`].
pub fn tell(house: &House, picture: &Picture, say: &mut dyn FnMut(&str)) -> Result<Report, StoryError> {
    let began = Instant::now();
    let asked = house.site.ask()?;
    say("the site signed a request, and the gate made a check");
    let mut member = Member::new(&house.gate)?;
    member.enter(&asked.link)?;
    if let Err(trouble) = member.send(KIND, &picture.bytes, &picture.boxes)? {
        say("the picture was turned away; nothing was stored");
        let mut report = bare(house, began)?;
        report.check.state = "awaiting_document".into();
        report.error = Some(trouble);
        return Ok(report);
    }
    say("the picture was cleaned and painted by an inspector, sealed by the gate, received by the keeper");
    let mut reviewer = Reviewer::begin(&house.desk, &house.passkey)?;
    say("a reviewer began a shift with a passkey");
    let size = reviewer.review("old_enough")?;
    say(&format!("the reviewer looked once ({} kB, watermarked) and answered the policy's question", size / 1000));
    finish(house, &asked, began, say)
}

fn finish(house: &House, asked: &Asked, began: Instant, say: &mut dyn FnMut(&str)) -> Result<Report, StoryError> {
    let delivered = hear_of(house, asked).is_some_and(|kind| kind == "check.approved") && house.site.is_open();
    say("the site heard by webhook, verified the claim, and opened its messages");
    let check = shredded(house, asked)?;
    let attestation = check["attestation"].as_str().ok_or(StoryError::Unexpected("the attestation"))?;
    let claims = serde_json::to_value(house.site.verify(attestation)?)?;
    say("the picture was shredded: key and ciphertext are gone");
    let (ledger, receipt) = verified(house, asked)?;
    say("the receipt verifies against the ledger");
    let mut report = bare(house, began)?;
    report.check = Check { state: text(&check["state"]) };
    report.attestation = Some(claims);
    report.document = Some(Document { state: text(&check["documents"][0]["state"]) });
    report.ledger = Some(ledger);
    report.receipt = Some(receipt);
    report.webhook = Some(Delivered { delivered });
    Ok(report)
}

/// What the site hears of this check, whatever else it hears meanwhile.
fn hear_of(house: &House, asked: &Asked) -> Option<String> {
    let check = asked.check.to_string();
    loop {
        let heard = house.site.hear(PATIENCE)?;
        if heard.check == check {
            return Some(heard.kind);
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

// The ciphertext is removed right after the answer; a moment may lie between.
fn shredded(house: &House, asked: &Asked) -> Result<Value, StoryError> {
    for _ in 0..50 {
        let check = house.site.check(asked.check)?;
        if check["documents"][0]["state"] == "shredded" {
            return Ok(check);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(StoryError::Unexpected("the document's end"))
}

fn verified(house: &House, asked: &Asked) -> Result<(Ledger, Verified), StoryError> {
    let json = house.site.receipt(asked.check)?;
    let key = house.site.ledger_key()?.parse().map_err(|_| StoryError::Unexpected("the ledger's key"))?;
    let receipt = Receipt::from_json(&json).map_err(|_| StoryError::Unexpected("the receipt"))?;
    let verified = receipt::verify(&receipt, Some(&key)).map_err(|_| StoryError::Unexpected("the receipt's proof"))?;
    let tally = verified.tally();
    let ledger = Ledger {
        received: tally.received,
        viewed: tally.viewed,
        decided: tally.decided,
        shredded: tally.shredded,
        size: verified.checkpoint.head.size,
    };
    Ok((ledger, Verified { verified: true }))
}

fn bare(house: &House, began: Instant) -> Result<Report, StoryError> {
    Ok(Report {
        check: Check { state: String::new() },
        error: None,
        attestation: None,
        document: None,
        ledger: None,
        receipt: None,
        reads_print: house.handle().reads_print(),
        processes: house.processes().iter().map(Process::from).collect(),
        webhook: None,
        stored: house.blobs()?,
        ms: began.elapsed().as_millis(),
    })
}
