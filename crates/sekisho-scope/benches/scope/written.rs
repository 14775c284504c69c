//! A ledger's entries and checks as an export writes them, byte for byte.

use std::{
    fmt::{self, Write as _},
    io::{self, Write},
};

use crate::{bulk::Shape, chance::mix};

/// What happens to a document, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Arrives,
    Assigned,
    Viewed,
    ViewedAgain,
    Decided,
    Shredded,
    Withdrawn,
    CheckEnded,
}

/// An entry of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) place: u64,
    pub(crate) at: u64,
    pub(crate) document: u64,
    pub(crate) step: Step,
}

/// Appends a line.
pub(crate) fn line(shape: &Shape, entry: &Entry, out: &mut Vec<u8>) {
    let Entry { place, document, .. } = *entry;
    let (check, salt) = (id(b"chk", document, shape.seed), mix(place));
    let mut line = Text(out);
    // Memory takes whatever is written.
    let _ = line.write_str("{\"body\":\"").and_then(|()| body(shape, entry, check, &mut line)).and_then(|()| {
        writeln!(
            line,
            "\",\"check_id\":\"chk_{check}\",\"place\":{place},\"salt\":\"{salt:016x}{salt:016x}{salt:016x}{salt:016x}\"}}"
        )
    });
}

/// As it stands within the line, quotation marks escaped.
fn body(shape: &Shape, entry: &Entry, check: Id, out: &mut Text<'_>) -> fmt::Result {
    let Entry { at, document, step, .. } = *entry;
    let doc = id(b"doc", document, shape.seed);
    let assignment = id(b"asg", document, shape.seed);
    let worker = shape.worker(document);
    let (staff, shift) = (id(b"stf", worker, 0), id(b"sft", worker + (at / 28_800) * 64, 0));
    let head = |event: &'static str, out: &mut Text<'_>| write!(out, r#"{{\"v\":1,\"at\":{at},\"event\":\"{event}\""#);
    let about = |out: &mut Text<'_>| write!(out, r#",\"check\":\"chk_{check}\",\"document\":\"doc_{doc}\""#);
    let viewed = |number: u64, again: &str, out: &mut Text<'_>| {
        let viewing = id(b"vwg", document * 2 + number, shape.seed);
        head("viewed", out)?;
        write!(out, r#",\"viewing\":\"vwg_{viewing}\",\"assignment\":\"asg_{assignment}\""#)?;
        about(out)?;
        write!(out, r#",\"staff\":\"stf_{staff}\",\"shift\":\"sft_{shift}\"{again}}}"#)
    };
    let ended = |cause: &str, out: &mut Text<'_>| {
        head("shredded", out)?;
        about(out)?;
        write!(out, r#",\"cause\":\"{cause}\"}}"#)
    };
    match step {
        Step::Arrives => {
            let (site, kind, deadline) = (shape.site(document), shape.kind(document), at + 259_200);
            let hash = mix(document);
            head("received", out)?;
            about(out)?;
            write!(
                out,
                r#",\"site\":\"{site}\",\"policy\":\"age\",\"policy_version\":1,\"kind\":\"{kind}\",\"arrival\":1,\"deadline\":{deadline},\"ciphertext_sha256\":\"{hash:016x}{hash:016x}{hash:016x}{hash:016x}\"}}"#
            )
        }
        Step::Assigned => {
            let until = at + 600;
            head("assigned", out)?;
            write!(out, r#",\"assignment\":\"asg_{assignment}\""#)?;
            about(out)?;
            write!(out, r#",\"staff\":\"stf_{staff}\",\"shift\":\"sft_{shift}\",\"until\":{until}}}"#)
        }
        Step::Viewed => viewed(0, "", out),
        Step::ViewedAgain => viewed(1, r#",\"again\":\"in_doubt\""#, out),
        Step::Decided => {
            head("decided", out)?;
            about(out)?;
            write!(
                out,
                r#",\"assignment\":\"asg_{assignment}\",\"staff\":\"stf_{staff}\",\"verdict\":\"approve\",\"reason\":\"old_enough\"}}"#
            )
        }
        Step::Shredded => ended("decided", out),
        Step::Withdrawn => ended("withdrawn", out),
        Step::CheckEnded => {
            head("check_ended", out)?;
            write!(out, r#",\"check\":\"chk_{check}\",\"withdrawn\":true}}"#)
        }
    }
}

/// Writes whose a document's check is.
pub(crate) fn check(shape: &Shape, document: u64, out: &mut dyn Write) -> io::Result<()> {
    let (check, member, at) = (id(b"chk", document, shape.seed), shape.member(document), shape.arrives(document));
    let (sub, site) = (mix(member), shape.site(document));
    let head = format_args!(
        "{{\"arrivals\":1,\"attestation\":null,\"created\":{at},\"erase_at\":null,\"id\":\"chk_{check}\",\
         \"jti\":\"{document:026}\",\"policy\":\"age\",\"policy_version\":1,\"reason\":\"old_enough\",\
         \"site\":\"{site}\",\"state\":\"approved\",\"sub\":"
    )
    .to_string();
    out.write_all(head.as_bytes())?;
    if shape.is_erased(member) {
        return out.write_all(b"null,\"withdraw_sha256\":null}\n");
    }
    writeln!(out, "\"{sub:016x}{member:016x}{sub:032x}\",\"withdraw_sha256\":null}}")
}

/// Memory that takes text.
struct Text<'a>(&'a mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The 26 characters of an id.
#[derive(Clone, Copy)]
pub(crate) struct Id([u8; 26]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// The id of something, by its number.
pub(crate) fn id(prefix: &[u8; 3], number: u64, seed: u64) -> Id {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let salt = u64::from(prefix[0]) << 40 | u64::from(prefix[2]) << 32;
    let high = mix(number ^ salt ^ seed.rotate_left(20));
    let value = u128::from(high) << 64 | u128::from(mix(high ^ number));
    let mut text = [0; 26];
    for (place, character) in text.iter_mut().rev().enumerate() {
        *character = ALPHABET[(value >> (5 * place)) as usize & 31];
    }
    Id(text)
}
