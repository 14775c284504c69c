//! The attacker is root on the keeper's machine: keystore, passphrase, disk and the process's own memory.
//!
//! This is the floor, and the drill measures it: what is undecided and what arrives is open to them, and so is the key
//! that signs claims. What was decided or overdue at the last change of root is not, in no copy.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use memchr::memmem;
use rustix::process::geteuid;
use sekisho_core::time::HOUR;
use sekisho_keeper::{
    jose::{Jwks, SigningKey, TYP_ATTESTATION, sign, verify},
    keystore::{FileMedium, Identity, Keys, Keystore},
};
use serde_json::json;

use super::{
    DrillError, Moment, Row,
    clockwork::{Clockwork, root_changes},
    grounds::Grounds,
    loot::{Loot, keys_with_the_keystore, known},
    sought::{Got, Sought},
};
use crate::{
    client::{Client, Limits, Session},
    demo::House,
    supervisor::Role,
};

/// How many documents wait when they come in, and how many come while they are in.
const WAITING: u64 = 2;
const ARRIVING: u64 = 1;

/// What of the keeper's memory could be read, and what was in it.
struct Memory {
    /// How much of it could be read, in bytes.
    read: u64,
    /// Parts of it that hold a picture.
    pictures: u64,
    /// Of the keys that open what is undecided, how many lie there, and how many there are.
    opening: (usize, usize),
    /// The same of those that sign.
    signing: (usize, usize),
}

/// M8, M11, M39: the number is not zero, and it is printed as it is.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Clockwork::new(grounds)?;
    let decided = work.submit()?;
    let before = Loot::copy(&work.house.data())?;
    let open_before = work.opening_of(&before)?;
    work.must(open_before == 1, "before its decision the document in the copy opens");
    work.house.look(Some("old_enough"))?;
    work.must_come("it is decided and gone", |house| Ok(house.state(decided)? == "approved" && house.blobs()? == 0))?;
    change_the_root(&mut work)?;
    for _ in 0..WAITING {
        work.submit()?;
    }
    let waiting = work.opening_of(&Loot::copy(&work.house.data())?)?;
    let memory = memory(&work.house, work.sought())?;
    for _ in 0..ARRIVING {
        work.submit()?;
    }
    let with_arrivals = work.opening_of(&Loot::copy(&work.house.data())?)?;
    let past = work.opening_of(&before)?;
    work.must(past == 0, "with all keys of now, what was decided before the change of root stays closed");
    work.must(waiting as u64 == WAITING, "what is undecided opens: the floor");
    work.must(with_arrivals as u64 == WAITING + ARRIVING, "and what arrives meanwhile");
    let claim = forged_claim(&work.house)?;
    work.must(claim, "a false claim under the installation's own key holds: the floor");
    let got = Got { pictures: with_arrivals as u64, ..Got::default() };
    let row = work.row(row(got, memory.as_ref()))?;
    // What opened is the floor, which is promised; more than it, or less, breaks the promise.
    Ok(Row { got, kept: row.kept, ..row })
}

fn row(got: Got, memory: Option<&Memory>) -> Row {
    let said = memory.map_or_else(
        || "NOT RUN: reading the keeper's memory needs root and a kernel that lets root do so".to_owned(),
        |Memory { read, pictures, opening, signing }| {
            format!(
                "{} MB of the keeper's memory read: {pictures} pictures, {} of {} keys that open and {} of {} that sign; \
                 whoever runs code in the keeper has all of them",
                read >> 20,
                opening.0,
                opening.1,
                signing.0,
                signing.1,
            )
        },
    );
    Row {
        name: "key-process",
        held: "root on the keeper's machine: its keystore and passphrase, its disk, its memory".into(),
        got: Got::default(),
        promise: "what is undecided and what arrives, and false claims; nothing decided or overdue: the floor",
        kept: true,
        noticed: Moment::never("whoever is root answers to nobody on that machine"),
        stopped: Moment::never("nothing on that machine stops root; a witness elsewhere sees a ledger that was bent"),
        officer: None,
        note: said,
        short: Some(format!(
            "{} pictures: the {WAITING} that were undecided and the {ARRIVING} that came; 0 of what was decided; and \
             false claims{}",
            got.pictures,
            if memory.is_some() { "" } else { "; its memory was NOT RUN, which needs root" }
        )),
        figures: memory.map(|memory| {
            json!({
                "memory_bytes": memory.read, "memory_pictures": memory.pictures,
                "opening_keys": memory.opening, "signing_keys": memory.signing,
            })
        }),
    }
}

/// Two hours, so that whatever the copy's key hung on is destroyed.
fn change_the_root(work: &mut Clockwork) -> Result<(), DrillError> {
    for nth in 1..=2 {
        let changes = root_changes(&work.house)?;
        work.house.pass(HOUR);
        work.must_come(said(nth), |house| Ok(root_changes(house)? > changes))?;
    }
    Ok(())
}

const fn said(nth: u32) -> &'static str {
    if nth == 1 { "an hour later the root is changed" } else { "and an hour later once more" }
}

/// What the keystore holds, with its passphrase.
fn unlocked(house: &House) -> Result<(Keys, Identity), DrillError> {
    let keystore = Keystore::open(Box::new(FileMedium::open(&house.keystore())?)).map_err(|_| DrillError::Ground)?;
    keystore.unlock(&house.passphrase().0).map_err(|_| DrillError::Ground)
}

/// Whether a claim that nobody decided holds under the keys that the gate publishes.
fn forged_claim(house: &House) -> Result<bool, DrillError> {
    let mut session = Session::new(house.gate.clone(), Client::plain(Limits::default()))?;
    let published = session.get("/.well-known/jwks.json")?;
    let published = std::str::from_utf8(published.body()).map_err(|_| DrillError::Ground)?;
    let published = Jwks::parse(published).map_err(|_| DrillError::Ground)?;
    let (_, identity) = unlocked(house)?;
    let key = SigningKey::ed25519(&identity.attestation).map_err(|_| DrillError::Ground)?;
    let claim = json!({ "check": "chk_of_nobody", "age_over_18": true }).to_string();
    let forged = sign(&key, TYP_ATTESTATION, claim.as_bytes()).map_err(|_| DrillError::Ground)?;
    Ok(verify(&forged, TYP_ATTESTATION, &published).is_ok())
}

/// Reads the keeper's memory as root reads it; nothing where that can't be done.
fn memory(house: &House, sought: &Sought) -> Result<Option<Memory>, DrillError> {
    let keeper = house.processes().into_iter().find(|process| process.role == Role::Keeper);
    let keeper = keeper.ok_or(DrillError::Ground)?.pid;
    let Ok(file) = File::open(format!("/proc/{keeper}/mem")) else { return Ok(None) };
    if !geteuid().is_root() {
        return Ok(None);
    }
    let (_, identity) = unlocked(house)?;
    let mut keys: Vec<[u8; 32]> = keys_with_the_keystore(house, &known(&house.data())?)?.into_iter().collect();
    let opening = keys.len();
    keys.extend([&identity.keeper, &identity.ledger, &identity.attestation].map(|seed| **seed));
    let (mut read, mut pictures, mut seen) = (0, 0, vec![false; keys.len()]);
    for (from, to) in fs::read_to_string(format!("/proc/{keeper}/maps"))?.lines().filter_map(writable) {
        let mut bytes = vec![0; (to - from) as usize];
        // The kernel keeps some pages from everybody: secret memory is among them.
        if file.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        read += to - from;
        pictures += sought.within(&bytes).pictures;
        for (key, seen) in keys.iter().zip(&mut seen) {
            *seen |= memmem::find(&bytes, key).is_some();
        }
    }
    let count = |seen: &[bool]| (seen.iter().filter(|seen| **seen).count(), seen.len());
    let (opening, signing) = seen.split_at(opening);
    Ok(Some(Memory { read, pictures, opening: count(opening), signing: count(signing) }))
}

/// From where to where a line of `/proc/PID/maps` reaches, if what lies there can change.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    words.next().filter(|mode| mode.starts_with("rw"))?;
    Some((number(from)?, number(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_change_is_read_and_nothing_else() {
        assert_eq!(writable("7f00-8f00 rw-p 00000000 00:00 0 [heap]"), Some((0x7f00, 0x8f00)));
        assert_eq!(writable("7f00-8f00 r--p 00000000 00:00 0 /usr/bin/sekisho"), None);
        assert_eq!(writable(""), None);
    }
}
