//! The attacker holds a day's copies of the data folder, without the keystore, and today: the present disk, the
//! present keystore, and its passphrase.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_core::id::DocumentId;
use serde_json::{Value, json};

use super::{
    DrillError, Moment, Row,
    crack::{KeyLike, Sealed, key_like},
    grounds::Grounds,
    key_bytes::{Seeker, planted},
    openbao,
    past::Past,
    sought::{Got, Sought},
};

/// What opened, by document.
struct Opened(BTreeMap<DocumentId, Got>);

impl Opened {
    fn documents(&self) -> BTreeSet<DocumentId> {
        self.0.keys().copied().collect()
    }

    fn among(&self, documents: &BTreeSet<DocumentId>) -> Self {
        let among = self.0.iter().filter(|(document, _)| documents.contains(document));
        Self(among.map(|(document, got)| (*document, *got)).collect())
    }

    fn got(&self) -> Got {
        let mut sum = Got::default();
        self.0.values().for_each(|got| sum += *got);
        sum
    }
}

/// M8, M9, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let past = grounds.past()?;
    let last = past.moments.last().ok_or(DrillError::Ground)?;
    grounds.say("yesterdays-backup: every key-like thing on every document");
    let targets = past.targets(past.moments.iter())?;
    let mut keys = past.keyring(&past.keystore()?)?.keys();
    keys.extend(key_like(&past.keystore()?));
    keys.extend(past.hoard.key_like(&last.data)?);
    let opened = open(&targets, &keys, &past.sought);
    let gone: BTreeSet<_> = past.documents.difference(&last.undecided).copied().collect();
    let resurrected = opened.among(&gone);
    let as_promised = past.moments.iter().all(|moment| {
        let there: BTreeSet<_> = moment.data.ciphertexts.keys().copied().collect();
        let opens: BTreeSet<_> = opened.documents().intersection(&there).copied().collect();
        opens == last.undecided.intersection(&there).copied().collect()
    });
    let early = before_the_change(past, &targets)?;
    grounds.say("yesterdays-backup: key bytes in every file");
    let scan = scan(past)?;
    let kept = resurrected.0.is_empty()
        && as_promised
        && early.as_promised
        && opened.got().pictures == last.undecided.len() as u64
        && !last.undecided.is_empty()
        && early.decided_since > 0
        && scan.is_clean();
    let copies = past.moments.len();
    grounds.say("yesterdays-backup: OpenBao beside it");
    let beside = openbao::beside(&past.picture.bytes);
    Ok(Row {
        name: "yesterdays-backup",
        held: format!(
            "{copies} copies of all below --data from 24 hours, none with the keystore; the present disk, the present \
             keystore and its passphrase"
        ),
        got: resurrected.got(),
        promise: "0 of what was decided or overdue at the last completed change of root",
        kept,
        noticed: Moment::copied_outside(),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!(
            "{} changes of root, {} documents, {} key-like things; of {} decided or overdue documents {} opened; of \
             what the present keystore is for, the same code opened {} of {} undecided documents, and before the last \
             change also {} that had been decided since the change before; {}; {}",
            past.changes,
            past.documents.len(),
            keys.len(),
            gone.len(),
            resurrected.0.len(),
            opened.0.len(),
            last.undecided.len(),
            early.decided_since,
            scan.told(),
            openbao::told(&beside)
        ),
        short: Some(format!(
            "0 of {} decided or overdue, from {copies} copies; with the present keystore {} of {} undecided",
            gone.len(),
            opened.0.len(),
            last.undecided.len()
        )),
        figures: Some(json!({
            "copies": copies,
            "root_changes": past.changes,
            "documents": past.documents.len(),
            "key_like": keys.len(),
            "decided_or_overdue": gone.len(),
            "decided_or_overdue_opened": resurrected.0.len(),
            "undecided_now": last.undecided.len(),
            "undecided_now_opened": opened.0.len(),
            "decided_since_the_last_change_opened_before_the_next": early.decided_since,
            "scan": scan.figures(),
            "beside": beside,
        })),
    })
}

fn open<'a>(targets: impl IntoIterator<Item = &'a Sealed>, keys: &BTreeSet<KeyLike>, sought: &Sought) -> Opened {
    let opened = targets.into_iter().filter_map(|target| Some((target.document, sought.within(&target.open(keys)?))));
    Opened(opened.collect())
}

/// "Everywhere" holds from the next change of root on: what was decided since the last one opens until then.
struct Early {
    decided_since: usize,
    as_promised: bool,
}

fn before_the_change(past: &Past, targets: &[Sealed]) -> Result<Early, DrillError> {
    let keys = past.keyring(&past.before_the_change)?.keys();
    let opened = open(targets, &keys, &past.sought).documents();
    let at = &past.moments[past.before_at];
    let this_hour = past.moments[..=past.before_at].iter().filter(|moment| moment.root == at.root);
    let reachable: BTreeSet<_> = this_hour.flat_map(|moment| moment.undecided.iter().copied()).collect();
    Ok(Early { decided_since: opened.difference(&at.undecided).count(), as_promised: opened == reachable })
}

/// Where key bytes were looked for, and found.
struct Scan {
    keys: usize,
    files: usize,
    bytes: u64,
    found: usize,
    planted: usize,
    /// Sealed roots of earlier hours that a later keystore's file still holds.
    old_roots: usize,
    roots: usize,
}

impl Scan {
    fn is_clean(&self) -> bool {
        (self.found, self.planted, self.old_roots) == (0, 4, 0) && self.keys > 100 && self.roots > 20
    }

    fn told(&self) -> String {
        format!(
            "{} keys of every hour (documents', roots, slots, intake keys, seeds) were looked for in {} different \
             files of the copies ({} MB: databases with their freed pages, write-ahead logs, journal): {} found, of 4 \
             that were planted {}; of {} roots {} were left in a keystore's file after their change",
            self.keys,
            self.files,
            self.bytes / 1_000_000,
            self.found,
            self.planted,
            self.roots,
            self.old_roots
        )
    }

    fn figures(&self) -> Value {
        json!({
            "keys": self.keys, "files": self.files, "bytes": self.bytes, "found": self.found,
            "planted": 4, "planted_found": self.planted, "roots": self.roots, "old_roots_left": self.old_roots,
        })
    }
}

fn scan(past: &Past) -> Result<Scan, DrillError> {
    let keys = every_key(past)?;
    let seeker = Seeker::new(&keys);
    let mut found = BTreeSet::new();
    for content in past.hoard.contents() {
        found.extend(seeker.within(&content?));
    }
    for moment in &past.moments {
        found.extend(seeker.within(&moment.keystore));
    }
    let few: Vec<_> = keys.iter().take(4).collect();
    let places = planted(few.try_into().map_err(|_| DrillError::Ground)?)?;
    let planted = places.iter().filter(|place| seeker.within(place).len() == 1).count();
    let (files, bytes) = past.hoard.size();
    let (roots, old_roots) = old_roots(past)?;
    Ok(Scan { keys: keys.len(), files, bytes, found: found.len(), planted, old_roots, roots })
}

/// The secrets of every keystore that was copied, and the documents' own keys.
fn every_key(past: &Past) -> Result<BTreeSet<KeyLike>, DrillError> {
    let mut keys = BTreeSet::new();
    for moment in &past.moments {
        let ring = past.keyring(&moment.keystore)?;
        let wrapping = ring.wrapping_keys();
        for target in past.targets([moment].into_iter())? {
            keys.extend(wrapping.iter().filter_map(|key| target.unwrap(key)));
        }
        keys.extend(ring.secrets());
    }
    Ok(keys)
}

/// How many roots there were, and how many of them a later file still holds as they lay sealed.
fn old_roots(past: &Past) -> Result<(usize, usize), DrillError> {
    let (mut roots, mut left) = (BTreeSet::new(), 0);
    for moment in &past.moments {
        for sealed in past.keyring(&moment.keystore)?.sealed_roots {
            roots.insert((moment.root, sealed));
        }
        let older = roots.iter().filter(|(at, _)| *at < moment.root);
        left += older.filter(|(_, sealed)| memchr::memmem::find(&moment.keystore, sealed).is_some()).count();
    }
    Ok((roots.len(), left))
}
