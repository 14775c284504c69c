//! `GET /`: for people, what this witness is and what it cosigned last. C2SP names no such page.

use std::fmt::Write as _;

use axum::extract::State;
use sekisho_core::time::Timestamp;

use crate::witness::{Witness, memory::origin_hash};

/// Plain text: the witness's key, and each log with its last size and time, or how it contradicted itself.
pub(crate) async fn get(State(witness): State<Witness>) -> String {
    let mut page = format!("A witness (c2sp.org/tlog-witness). Its key:\n{}\n", witness.key());
    for origin in witness.logs().origins() {
        let _ = write!(page, "\n{origin}\n");
        match witness.record(origin) {
            Some(last) => {
                let (size, time, hash) = (last.checkpoint.size(), moment(last.time), origin_hash(origin));
                let _ = writeln!(page, "  {size} entries, cosigned {time}: /{hash}/checkpoint");
            }
            None => page.push_str("  nothing cosigned yet\n"),
        }
        if witness.contradiction(origin).is_some() {
            page.push_str("  ALARM: this log signed two different trees of one size; both are in the state folder\n");
        }
    }
    page
}

/// A point in time as RFC 3339; the number itself if no calendar has it.
fn moment(at: Timestamp) -> String {
    let known = i64::try_from(at.0).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    known.map_or_else(|| at.0.to_string(), |time| time.to_string())
}
