//! The rows of the report, one by one.

use super::{
    answer::Verdict,
    judge::{Judged, SURE, Told},
    row::{Bar, Measure, Over, Row},
};
use crate::kinds::Kind;

fn is_specimen(judged: &Judged) -> bool {
    judged.severity == "specimen"
}

/// Cards and pages that members are asked for.
fn is_asked_for(judged: &Judged) -> bool {
    use Kind::*;
    let asked = [
        DrivingLicence,
        MyNumberFront,
        Passport,
        ResidenceCard,
        SpecialPermanentResidentCertificate,
        EligibilityCertificate,
        HealthInsuranceCard,
    ];
    !is_specimen(judged) && judged.kind.is_some_and(|kind| asked.contains(&kind))
}

fn birth_read(judged: &Judged, severity: &str) -> Option<bool> {
    (is_asked_for(judged) && judged.severity == severity).then_some(judged.birth == Told::Right)
}

fn zone_read(judged: &Judged, severity: &str) -> Option<bool> {
    judged.mrz.filter(|_| judged.severity == severity).map(|told| told == Told::Right)
}

fn refused(judged: &Judged, kinds: &[Kind]) -> Option<bool> {
    let counts = !is_specimen(judged) && judged.kind.is_some_and(|kind| kinds.contains(&kind));
    counts.then_some(judged.verdict == Verdict::Refuse)
}

fn uncovered(judged: &Judged) -> Option<bool> {
    let leak = judged.leak.as_ref()?;
    Some(leak.covered && leak.read_by.is_empty())
}

/// Every letter of the machine-readable lines of specimens that nobody looked at before.
const UNSEEN: Measure =
    at_least("every letter of the machine-readable lines", "specimens", 0.90, |judged| zone_read(judged, "specimen"));

/// The same of all specimens, which is the goal that was set. Part of them were looked at, so it stands beside the row
/// above and never in its place.
const TOGETHER: Measure = Measure { on: "all specimens, looked at or not", over: Over::All, ..UNSEEN };

/// All measures, in the order of the report.
pub const ALL: [Measure; 19] = [
    UNSEEN,
    TOGETHER,
    at_least("every letter of the machine-readable lines", "passports and TD1 backs, clean", 0.95, |judged| {
        zone_read(judged, "clean")
    }),
    at_least("every letter of the machine-readable lines", "the same, mild", 0.95, |judged| zone_read(judged, "mild")),
    at_least("every letter of the machine-readable lines", "the same, hard", 0.80, |judged| zone_read(judged, "hard")),
    at_most("a wrong birth date or last day, told as right", "specimens", 0.0, |judged| {
        is_specimen(judged).then_some(wrong_day(judged))
    }),
    at_most("a wrong birth date or last day, told as right", "all generated documents", 0.001, |judged| {
        (!is_specimen(judged)).then_some(wrong_day(judged))
    }),
    at_least(
        "the My Number is nowhere: nothing kept, or each digit and the code covered, and no other reader reads it",
        "My Number backs, notification cards, extracts with a number",
        1.0,
        uncovered,
    ),
    Measure {
        name: "the My Number is seen, and the picture refused",
        on: "the same",
        bar: Bar::None,
        over: Over::HeldOut,
        of: |judged| judged.leak.as_ref().map(|_| judged.verdict == Verdict::Refuse),
        hits_fail: false,
    },
    at_most("refused though there is nothing to refuse", "driving licences", 0.01, |judged| {
        refused(judged, &[Kind::DrivingLicence])
    }),
    at_most("refused though there is nothing to refuse", "insurance cards and 資格確認書", 0.01, |judged| {
        refused(judged, &[Kind::HealthInsuranceCard, Kind::EligibilityCertificate])
    }),
    at_most("refused though there is nothing to refuse", "fronts of the My Number card", 0.01, |judged| {
        refused(judged, &[Kind::MyNumberFront])
    }),
    at_most("refused though there is nothing to refuse", "specimens", 0.01, |judged| {
        is_specimen(judged).then_some(judged.verdict == Verdict::Refuse)
    }),
    at_least("the birth date", "Japanese cards and passports, clean", 0.98, |judged| birth_read(judged, "clean")),
    at_least("the birth date", "the same, mild", 0.90, |judged| birth_read(judged, "mild")),
    at_least("the kind of document, \"none of these\" for what is none", "all", 0.97, |judged| {
        Some(judged.kind_told == Told::Right)
    }),
    at_most("a wrong kind, told as sure (0.8 or more)", "all", 0.005, |judged| {
        Some(judged.kind_told == Told::Wrong && judged.kind_confidence >= SURE)
    }),
    at_least(
        "all that the registry of kinds hides is covered to the last pixel",
        "pictures that would be kept",
        1.0,
        |judged| (judged.stored && !is_specimen(judged)).then_some(judged.seen.is_empty()),
    ),
    at_least("nothing but pixels in the file", "pictures that would be kept", 1.0, |judged| {
        judged.stored.then_some(judged.side_data.is_empty())
    }),
];

/// How many specimens are read letter by letter, looked at or not.
pub fn specimens(rows: &[Row]) -> Option<&Row> {
    rows.iter().find(|row| is(row, &TOGETHER)).or_else(|| rows.iter().find(|row| is(row, &UNSEEN)))
}

/// Puts in the row of all specimens where a report is older than that row: it counts what two others count.
pub fn filled_up(mut rows: Vec<Row>) -> Vec<Row> {
    let unseen = rows.iter().position(|row| is(row, &UNSEEN));
    if let Some(at) = unseen.filter(|_| !rows.iter().any(|row| is(row, &TOGETHER))) {
        rows.insert(at + 1, Row { on: TOGETHER.on.into(), over: TOGETHER.over, ..rows[at].clone() });
    }
    rows
}

fn is(row: &Row, measure: &Measure) -> bool {
    row.name == measure.name && row.on == measure.on
}

fn wrong_day(judged: &Judged) -> bool {
    judged.birth == Told::Wrong || judged.expiry == Told::Wrong
}

const fn at_least(name: &'static str, on: &'static str, least: f64, of: fn(&Judged) -> Option<bool>) -> Measure {
    Measure { name, on, bar: Bar::AtLeast(least), over: Over::HeldOut, of, hits_fail: false }
}

const fn at_most(name: &'static str, on: &'static str, most: f64, of: fn(&Judged) -> Option<bool>) -> Measure {
    Measure { name, on, bar: Bar::AtMost(most), over: Over::HeldOut, of, hits_fail: true }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::{judge::Leak, wilson::Share};

    pub(in crate::bench) fn judged(file: &str, kind: Kind, severity: &str, development: bool) -> Judged {
        Judged {
            file: file.into(),
            kind: Some(kind),
            severity: severity.into(),
            development,
            verdict: Verdict::Accept,
            reason: "ok".into(),
            birth: Told::Right,
            expiry: Told::Not,
            mrz: None,
            kind_told: Told::Right,
            kind_confidence: 0.9,
            leak: None,
            seen: Vec::new(),
            side_data: Vec::new(),
            stored: true,
            was_read: true,
            ms: 900.0,
            peak_mb: 200.0,
        }
    }

    fn row(name: &str, on: &str, all: &[Judged]) -> Row {
        ALL.iter().find(|measure| measure.name.contains(name) && measure.on.contains(on)).unwrap().row(all)
    }

    #[test]
    fn a_leak_fails_the_row_whoever_finds_it_and_is_named() {
        let leaking = |file: &str, covered, reader: &str| {
            let leak =
                Leak { covered, read_by: [reader].iter().filter(|r| !r.is_empty()).map(|r| r.to_string()).collect() };
            Judged { leak: Some(leak), ..judged(file, Kind::MyNumberBack, "clean", false) }
        };
        let all = [leaking("good", true, ""), leaking("bare", false, ""), leaking("read", true, "Tesseract")];
        let row = row("nowhere", "backs", &all);
        assert_eq!((row.held_out, row.is_held()), (Share { hits: 1, of: 3 }, Some(false)));
        assert_eq!(row.failures, ["bare", "read"]);
    }

    #[test]
    fn what_was_looked_at_before_is_counted_apart_and_holds_nothing() {
        let all = [judged("seen", Kind::Passport, "clean", true)];
        let row = row("the birth date", "clean", &all);
        assert_eq!((row.development.of, row.held_out.of, row.is_held()), (1, 0, None));
    }

    fn specimen(development: bool, mrz: Told) -> Judged {
        Judged { mrz: Some(mrz), ..judged("specimen", Kind::Passport, "specimen", development) }
    }

    /// Nine of ten that were looked at don't hold the row of those that nobody looked at, of which one of two is read.
    #[test]
    fn all_specimens_together_hold_their_row_and_no_other() {
        let seen = (0..18).map(|_| specimen(true, Told::Right));
        let all: Vec<_> = seen.chain([Told::Right, Told::Not].map(|told| specimen(false, told))).collect();
        let rows = [&UNSEEN, &TOGETHER].map(|measure| measure.row(&all));
        assert_eq!(rows[0].judged(), Share { hits: 1, of: 2 });
        assert_eq!(rows[1].judged(), Share { hits: 19, of: 20 });
        assert_eq!(rows.map(|row| row.is_held()), [Some(false), Some(true)]);
    }

    #[test]
    fn an_older_report_gets_the_row_of_all_specimens_once() {
        let all = [specimen(true, Told::Right), specimen(false, Told::Not)];
        let now: Vec<Row> = ALL.iter().map(|measure| measure.row(&all)).collect();
        let before: Vec<Row> = now.iter().filter(|row| !is(row, &TOGETHER)).cloned().collect();
        assert_eq!(filled_up(before), now);
        assert_eq!(filled_up(now.clone()), now);
        assert_eq!(filled_up(Vec::new()), []);
    }

    #[test]
    fn a_refused_licence_is_a_failure_and_a_refused_back_is_none() {
        let refused = |file: &str, kind| Judged { verdict: Verdict::Refuse, ..judged(file, kind, "mild", false) };
        let all = [refused("licence", Kind::DrivingLicence), refused("back", Kind::MyNumberBack)];
        assert_eq!(row("refused", "driving", &all).failures, ["licence"]);
        assert_eq!(row("refused", "driving", &all).is_held(), Some(false));
    }
}
