//! What a check found, as a sentence or as JSON.

use std::io::{self, Write};

use sekisho_core::{
    ledger::{
        Checkpoint, Cosigned,
        audit::Audited,
        receipt::{Verified, VerifiedEvent},
    },
    time::Timestamp,
};
use serde_json::{Value, json};

/// What was found.
pub(super) enum Finding {
    Receipt(Box<Verified>),
    Ledger(Box<Audited>),
    /// Something does not hold, and what.
    Refused(String),
}

impl Finding {
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Receipt(verified) => receipt_json(verified),
            Self::Ledger(audited) => json!({
                "verified": true,
                "ledger": ledger_json(&audited.checkpoint),
                "continues": audited.older.as_ref().map(Checkpoint::size),
                "cosigned": audited.cosigned,
            }),
            Self::Refused(why) => json!({ "verified": false, "why": why }),
        }
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Receipt(verified) => print_receipt(verified, out),
            Self::Ledger(audited) => print_ledger(audited, out),
            Self::Refused(why) => writeln!(out, "It does not hold: {why}"),
        }
    }
}

fn ledger_json(checkpoint: &Checkpoint) -> Value {
    json!({ "origin": checkpoint.origin, "size": checkpoint.size(), "root": checkpoint.root().to_base64() })
}

fn receipt_json(verified: &Verified) -> Value {
    let event =
        |shown: &VerifiedEvent| json!({ "index": shown.index, "event": shown.event, "cosigned": shown.cosigned });
    json!({
        "verified": true,
        "check": verified.check,
        "key": verified.key.to_string(),
        "key_known": verified.key_known,
        "ledger": ledger_json(&verified.checkpoint),
        "tally": verified.tally(),
        "events": verified.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn print_receipt(verified: &Verified, out: &mut dyn Write) -> io::Result<()> {
    let Checkpoint { origin, head } = &verified.checkpoint;
    writeln!(
        out,
        "The receipt of {} holds: its events stand in the ledger {origin} ({} entries).",
        verified.check, head.size
    )?;
    for shown in &verified.events {
        writeln!(out, "{:>10}  {}  {}", shown.index, moment(shown.event.at), name(shown))?;
        print_witnesses(&shown.cosigned, out)?;
    }
    if !verified.key_known {
        writeln!(
            out,
            "The ledger's key was taken from the receipt itself. Compare it with the one that the site publishes:"
        )?;
        writeln!(out, "  {}", verified.key)?;
    }
    Ok(())
}

fn print_ledger(audited: &Audited, out: &mut dyn Write) -> io::Result<()> {
    let Checkpoint { origin, head } = &audited.checkpoint;
    writeln!(out, "The ledger {origin} holds: {} entries lead to the signed root {}.", head.size, head.root)?;
    print_witnesses(&audited.cosigned, out)?;
    if let Some(older) = &audited.older {
        writeln!(out, "It continues the older checkpoint of {} entries.", older.size())?;
    }
    Ok(())
}

fn print_witnesses(cosigned: &[Cosigned], out: &mut dyn Write) -> io::Result<()> {
    cosigned.iter().try_for_each(|by| writeln!(out, "            cosigned {} by {}", moment(by.time), by.witness))
}

/// A point in time as RFC 3339; the number itself if no calendar has it.
fn moment(at: Timestamp) -> String {
    let seconds = at.0;
    let known = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    known.map_or_else(|| seconds.to_string(), |time| time.to_string())
}

/// What an event calls itself.
fn name(shown: &VerifiedEvent) -> String {
    let value = serde_json::to_value(&shown.event.what).unwrap_or_default();
    value["event"].as_str().unwrap_or("event").to_owned()
}
