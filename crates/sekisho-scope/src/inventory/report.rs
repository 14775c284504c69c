//! What a scope's report tells by kind, whatever it was made from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// What a report was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `sekisho scope ledger`.
    Ledger,
    /// `sekisho scope logs`.
    Logs,
    /// `sekisho scope packets`.
    Packets,
}

impl Source {
    /// As an inventory and an answer write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Logs => "logs",
            Self::Packets => "packets",
        }
    }
}

/// How many of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// For certain.
    pub certain: u64,
    /// What is possible included.
    pub at_most: u64,
    /// Of which it can't be told.
    pub unclear: u64,
}

/// A report, as far as it is held against an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it was made from.
    pub source: Source,
    /// How many of each kind.
    pub kinds: BTreeMap<String, Amount>,
    /// The kinds that it would tell of; `None` if it tells of all there are.
    pub looked_for: Option<BTreeSet<String>>,
    /// Why there may be more than it tells, in a sentence each.
    pub open: Vec<String>,
}

/// This is no report of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no report of a scope; give what `sekisho scope ledger`, `logs` or `packets` prints with --json")]
pub struct NoReport;

impl Report {
    /// Reads what a scope printed as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(said: &Value) -> Result<Self, NoReport> {
        let source = source(said).ok_or(NoReport)?;
        let kinds = said["by_kind"].as_object().ok_or(NoReport)?;
        let kinds: BTreeMap<_, _> = kinds.iter().map(|(kind, of)| (kind.clone(), amount(of))).collect();
        let mut open = open(said, source, &kinds);
        let unknown = said["by_kind"].as_object().into_iter().flatten().filter(|(_, of)| is_unknown(of));
        open.extend(unknown.map(|(kind, _)| format!("how many there are of {kind} can't be told")));
        let looked_for = (source == Source::Packets).then(|| looked_for(said, &kinds));
        Ok(Self { source, kinds, looked_for, open })
    }

    /// Whether it would tell of a kind if there were any.
    pub fn looks_for(&self, kind: &str) -> bool {
        self.looked_for.as_ref().is_none_or(|all| all.contains(kind))
    }
}

fn source(said: &Value) -> Option<Source> {
    let has = |name: &str| said.get(name).is_some();
    match (has("flows"), has("sent"), has("documents")) {
        (true, ..) => Some(Source::Packets),
        (_, true, _) => Some(Source::Logs),
        (.., true) => Some(Source::Ledger),
        _ => None,
    }
}

/// Packets show the kinds that somebody looked for, and no others.
fn looked_for(said: &Value, kinds: &BTreeMap<String, Amount>) -> BTreeSet<String> {
    let named = said["looked_for"].as_array().into_iter().flatten().filter_map(Value::as_str);
    named.map(ToOwned::to_owned).chain(kinds.keys().cloned()).collect()
}

/// Packets may leave open whether any were sent, or how many at most.
fn is_unknown(of: &Value) -> bool {
    ["confirmed", "at_most"].iter().any(|name| of.get(name).is_some_and(Value::is_null))
}

/// A log's kinds are sent, possibly sent or can't be told; others' are confirmed, and so many at most.
fn amount(of: &Value) -> Amount {
    let number = |name: &str| of[name].as_u64().unwrap_or(0);
    let certain = number("sent") + number("confirmed");
    let at_most = number("at_most").max(certain + number("possibly"));
    Amount { certain, at_most, unclear: number("cannot_tell") }
}

fn open(said: &Value, source: Source, kinds: &BTreeMap<String, Amount>) -> Vec<String> {
    let cannot_tell = &said["cannot_tell"];
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let mut all = Vec::new();
    for reason in cannot_tell["reasons"].as_array().into_iter().flatten() {
        all.extend(reason["says"].as_str().or_else(|| reason.as_str()).map(ToOwned::to_owned));
    }
    let counts = [
        (&cannot_tell["entries"], "entries have no body that can be read"),
        (&cannot_tell["looks"], "looks are left open"),
        (&said["lines"]["unparsed"], "lines were not understood"),
        (&said["bodies"]["partial"], "bodies were not reassembled whole"),
    ];
    all.extend(counts.iter().filter(|(n, _)| number(n) > 0).map(|(n, says)| format!("{} {says}", number(n))));
    let nameless = match source {
        Source::Logs if kinds.is_empty() => number(&said["sent"]["objects"]) + number(&said["possibly"]["objects"]),
        Source::Logs => number(&said["sent"]["unjoined"]) + number(&said["possibly"]["unjoined"]),
        Source::Ledger | Source::Packets => 0,
    };
    all.extend((nameless > 0).then(|| format!("{nameless} objects have no kind (--join FILE gives them one)")));
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_report_is_known_by_what_it_has() {
        let logs =
            json!({ "sent": { "objects": 3 }, "by_kind": { "photo": { "sent": 2, "possibly": 1, "cannot_tell": 4 } } });
        let report = Report::of(&logs).unwrap();
        assert_eq!(
            (report.source, report.kinds["photo"]),
            (Source::Logs, Amount { certain: 2, at_most: 3, unclear: 4 })
        );
        let ledger = json!({ "documents": {}, "by_kind": { "passport": { "confirmed": 1, "at_most": 5 } } });
        let report = Report::of(&ledger).unwrap();
        assert_eq!((report.source, report.kinds["passport"].at_most), (Source::Ledger, 5));
        assert_eq!(Report::of(&json!({ "flows": 1, "by_kind": {} })).unwrap().source, Source::Packets);
        assert_eq!(Report::of(&json!({ "by_kind": {} })), Err(NoReport));
    }

    /// Packets of which nothing was read whole say neither yes nor no.
    #[test]
    fn what_packets_do_not_show_is_open() {
        let packets =
            json!({ "flows": 1, "by_kind": { "token": { "confirmed": null, "possibly": 0, "at_most": 460_395 } } });
        let report = Report::of(&packets).unwrap();
        assert_eq!((report.kinds["token"].certain, report.kinds["token"].at_most), (0, 460_395));
        assert_eq!(report.open, ["how many there are of token can't be told"]);
    }

    #[test]
    fn why_there_may_be_more_is_carried_over() {
        let logs = json!({
            "sent": { "objects": 3, "unjoined": null }, "by_kind": {}, "lines": { "unparsed": 7 },
            "cannot_tell": { "reasons": [{ "reason": "silence", "count": 1, "says": "nothing was logged" }] },
        });
        let open = Report::of(&logs).unwrap().open;
        assert_eq!(
            open,
            [
                "nothing was logged",
                "7 lines were not understood",
                "3 objects have no kind (--join FILE gives them one)"
            ]
        );
    }
}
