//! The promise table: what an attacker may hold, what is promised, and what the drill of that row printed.
//!
//! What stands here is promised; what stands in the last column was printed by `sekisho drill --json`. README.md shows
//! the two together, and a test holds them against each other.

use serde::Deserialize;

use super::Got;

/// One row.
struct Promise {
    /// The drill that performs it; none yet for an intention.
    drill: Option<&'static str>,
    /// What the attacker holds.
    held: &'static str,
    /// What that was worth in 2021.
    then: &'static str,
    /// What it is to be worth here.
    promised: &'static str,
    /// Why there is no drill.
    why_not: &'static str,
}

const fn drilled(drill: &'static str, held: &'static str, then: &'static str, promised: &'static str) -> Promise {
    Promise { drill: Some(drill), held, then, promised, why_not: "" }
}

const fn intended(held: &'static str, then: &'static str, promised: &'static str, why_not: &'static str) -> Promise {
    Promise { drill: None, held, then, promised, why_not }
}

const PICTURES: &str = "every picture";
const UNDRILLED: &str = "no drill yet";

const PROMISES: [Promise; 18] = [
    drilled("stolen-storage", "the whole blob store and its credentials", PICTURES, "ciphertext"),
    drilled(
        "stolen-databases",
        "a dump of the databases, and all else below the data folder",
        "every record",
        "references without names",
    ),
    drilled("stolen-site-key", "a site's API key", PICTURES, "nothing: no route answers with a picture"),
    drilled(
        "public-process",
        "code running in the process that faces the internet",
        PICTURES,
        "nothing that was sent before; what is sent while they are in",
    ),
    intended(
        "a reviewer's live session",
        PICTURES,
        "that person's budget: ten assignments until the passkey is asked for again, each look on record",
        UNDRILLED,
    ),
    intended(
        "code running in the process that faces the staff",
        PICTURES,
        "at most the budgets of the reviewers then on shift",
        UNDRILLED,
    ),
    drilled(
        "yesterdays-backup",
        "a day's backups without the keystore, and today's disk, keystore and passphrase",
        "every picture, for ever",
        "nothing that was decided or overdue at the last change of root",
    ),
    drilled(
        "snapshot-with-keystore",
        "whole machines of yesterday, keystore and passphrase included",
        "every picture, for ever",
        "what was undecided at that moment, no other",
    ),
    drilled(
        "restore",
        "every backup with its sealed identity, the passphrase, and every ciphertext",
        "every picture, for ever",
        "no picture; false claims, until the keys are changed. Restored from a backup, nothing decided opens and \
         nobody who left is back",
    ),
    drilled(
        "clock-back",
        "the machine's clock, to set back",
        "–",
        "no longer life for any picture: time since boot goes on counting",
    ),
    drilled(
        "clock-forward",
        "the machine's clock, to set forward",
        "–",
        "no fire: opening stops, and nothing is destroyed until an officer confirms",
    ),
    drilled("old-state", "an older state of the whole machine, to put back", "–", "nothing: the witness knows more"),
    drilled("clone", "a clone of the whole machine, started beside it", "–", "one of the two stops and says so"),
    drilled("fork", "the log's key, to write another and longer history", "–", "nothing: the witness knows another"),
    drilled("truncated-ledger", "the log's key, to cut the ledger's end off", "–", "nothing: the witness knows more"),
    drilled("rewritten-ledger", "the log's key, to rewrite the ledger", "–", "nothing: the witness knows another"),
    drilled(
        "canary",
        "a site's key or a member's link that was laid as bait, and a copy of every database",
        "–",
        "nothing: refused like what nobody knows, and told at the first use",
    ),
    intended(
        "the key process itself, or root on its machine",
        "–",
        "what is undecided and what arrives: the floor",
        UNDRILLED,
    ),
];

/// What the table needs of a row as `sekisho drill --json` printed it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Printed {
    /// The drill's name.
    pub name: String,
    /// What the attacker got.
    pub got: Got,
    /// Whether the promise was kept.
    pub kept: bool,
    /// Who noticed.
    pub noticed: String,
    /// What it printed in a few words.
    pub short: Option<String>,
}

impl Printed {
    fn cell(&self) -> String {
        let counts = || {
            let Got { pictures, birth_dates, names } = self.got;
            format!("{pictures} pictures, {birth_dates} birth dates, {names} names")
        };
        let word = if self.kept { "kept" } else { "BROKEN" };
        // The first clause says whether; how stands in the report.
        let noticed = self.noticed.split([':', ';']).next().unwrap_or_default();
        format!("**{word}**: {}; {noticed}", self.short.clone().unwrap_or_else(counts))
    }
}

/// The promise table in Markdown, from what drills printed. A row whose drill is not among them says so.
pub fn table(printed: &[Printed]) -> String {
    let mut text =
        "| The attacker holds | In 2021 they got | What Sekisho is built to give | What the drill printed |\n\
                    |---|---|---|---|\n"
            .to_owned();
    for row in &PROMISES {
        let cell = match row.drill {
            None => row.why_not.to_owned(),
            Some(name) => printed
                .iter()
                .find(|printed| printed.name == name)
                .map_or_else(|| format!("`{name}` was not performed"), Printed::cell),
        };
        text += &format!("| {} | {} | {} | {cell} |\n", row.held, row.then, row.promised);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(name: &str) -> Printed {
        let noticed = "not noticed: a copy leaves no trace".into();
        Printed { name: name.into(), got: Got::default(), kept: true, noticed, short: None }
    }

    /// M39: a row without a drill is an intention, and a drill without a row would promise nothing.
    #[test]
    fn every_drill_has_one_row_in_the_table() {
        let mut rows: Vec<_> = PROMISES.iter().filter_map(|row| row.drill).collect();
        let mut drills = super::super::names();
        rows.sort_unstable();
        drills.sort_unstable();
        assert_eq!(rows, drills);
    }

    #[test]
    fn a_row_says_what_was_printed_and_whether_it_was_kept() {
        let broken = Printed { kept: false, got: Got { pictures: 3, ..Got::default() }, ..printed("stolen-storage") };
        let text = table(&[broken, Printed { short: Some("0 of 7".into()), ..printed("stolen-databases") }]);
        assert!(text.contains("| **BROKEN**: 3 pictures, 0 birth dates, 0 names; not noticed |"), "{text}");
        assert!(text.contains("| **kept**: 0 of 7; not noticed |"), "{text}");
        assert!(text.contains("| `public-process` was not performed |"), "{text}");
    }
}
