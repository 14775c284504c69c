//! The report of a campaign: `docs/inspection.json`.

use std::{collections::BTreeMap, fs};

use serde::{Deserialize, Serialize};

use super::{
    answer::{Answer, Verdict},
    beside,
    judge::{Judged, Told},
    rivals::Outcome,
    row::Row,
    rows,
    wilson::Share,
};

/// What was measured, with what, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The commit that was measured.
    pub commit: String,
    /// The day, `YYYY-MM-DD`.
    pub at: String,
    /// How the program was built.
    pub build: String,
    /// Processors and what else the machine did.
    pub machine: String,
    /// Whether print was read.
    pub was_read: bool,
    /// Tesseract's version, where it judged.
    pub tesseract: Option<String>,
    /// Documents from development seeds and from held-out ones, and the first of each.
    pub seeds: [(u64, u64); 2],
    /// How many specimens there were, and which had lines that weren't asked for, with why.
    pub specimens: (u64, Vec<(String, String)>),
    /// Each measure.
    pub rows: Vec<Row>,
    /// Others on the specimens with lines.
    pub rivals: Vec<Outcome>,
    /// On how many of these we read lines whose check digits are all right.
    #[serde(default)]
    pub checked: Share,
    /// The same of held-out ones alone. Nothing where that wasn't counted apart.
    #[serde(default)]
    pub checked_held_out: Share,
    /// What became of each kind in each severity.
    pub becoming: Vec<Becoming>,
    /// Time and memory of pictures of twelve megapixels.
    pub large: Large,
    /// Bombs: the file, what was said, the milliseconds of the slowest of five.
    pub bombs: Vec<(String, String, f64)>,
}

impl Report {
    /// A report as it was written, or by a judge that counted less: rows that follow from others are put in.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        let report: Self = serde_json::from_str(text)?;
        Ok(Self { rows: rows::filled_up(report.rows), ..report })
    }

    /// Whether every bar that was measured is held.
    pub fn is_held(&self) -> bool {
        let rows = self.rows.iter().map(Row::is_held);
        rows.chain([beside::is_above(self)]).all(|held| held != Some(false))
    }
}

/// What became of the documents of a kind and severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Becoming {
    /// The kind.
    pub kind: String,
    /// `clean`, `mild`, `hard`.
    pub severity: String,
    /// Accepted, to be taken again, refused.
    pub verdicts: [u64; 3],
    /// Birth dates that were told rightly.
    pub birth: Share,
    /// Kinds that were told rightly.
    pub kind_told: Share,
    /// Why pictures were to be taken again, by how often.
    pub reasons: Vec<(String, u64)>,
}

/// Time and memory.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Large {
    /// How many pictures.
    pub count: u64,
    /// Milliseconds: half of them took less.
    pub p50: f64,
    /// Milliseconds: nineteen of twenty took less.
    pub p95: f64,
    /// MiB that one took at most.
    pub peak_mb: f64,
}

impl Large {
    /// Over answers.
    pub fn of(answers: &[Answer]) -> Self {
        let mut times: Vec<f64> = answers.iter().map(|answer| answer.ms).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get(((times.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
        Self {
            count: answers.len() as u64,
            p50: at(0.5).unwrap_or(0.0),
            p95: at(0.95).unwrap_or(0.0),
            peak_mb: answers.iter().map(|answer| answer.peak_mb).fold(0.0, f64::max),
        }
    }
}

/// Each measure over all that was judged.
pub fn rows(all: &[Judged]) -> Vec<Row> {
    rows::ALL.iter().map(|measure| measure.row(all)).collect()
}

/// On how many specimens with lines all check digits were right, whatever else was read: of all, and of held-out ones.
pub fn checked(all: &[Judged]) -> [Share; 2] {
    let mut shares = [Share::default(); 2];
    for judged in all.iter().filter(|judged| judged.severity == "specimen") {
        let Some(told) = judged.mrz else { continue };
        let counted = if judged.development { 1 } else { 2 };
        shares[..counted].iter_mut().for_each(|share| share.count(told != Told::Not));
    }
    shares
}

/// What became of each kind.
pub fn becoming(all: &[Judged]) -> Vec<Becoming> {
    let mut groups: BTreeMap<(String, String), Vec<&Judged>> = BTreeMap::new();
    for judged in all.iter().filter(|judged| judged.severity != "specimen") {
        let Some(kind) = judged.kind else { continue };
        groups.entry((kind.name().into(), judged.severity.clone())).or_default().push(judged);
    }
    groups.into_iter().map(|((kind, severity), all)| one(kind, severity, &all)).collect()
}

fn one(kind: String, severity: String, all: &[&Judged]) -> Becoming {
    let count = |verdict| all.iter().filter(|judged| judged.verdict == verdict).count() as u64;
    let (mut birth, mut kind_told) = (Share::default(), Share::default());
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for judged in all {
        birth.count(judged.birth == Told::Right);
        kind_told.count(judged.kind_told == Told::Right);
        if judged.verdict == Verdict::Retake {
            *reasons.entry(judged.reason.clone()).or_default() += 1;
        }
    }
    let verdicts = [Verdict::Accept, Verdict::Retake, Verdict::Refuse].map(count);
    Becoming { kind, severity, verdicts, birth, kind_told, reasons: reasons.into_iter().collect() }
}

/// `2 processors, Intel…; load 3.1`.
pub fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim()));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{processors} processors ({}), load {load} at the end", model.unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bench::rows::tests::judged, kinds::Kind};

    #[test]
    fn check_digits_are_counted_of_all_specimens_and_of_held_out_ones() {
        let specimen = |development, mrz| {
            let specimen = judged("a", Kind::Passport, "specimen", development);
            Judged { mrz, ..specimen }
        };
        let all = [
            specimen(true, Some(Told::Right)),
            specimen(false, Some(Told::Wrong)),
            specimen(false, Some(Told::Not)),
            specimen(false, None),
        ];
        assert_eq!(checked(&all), [Share { hits: 2, of: 3 }, Share { hits: 1, of: 2 }]);
    }

    #[test]
    fn a_report_holds_when_its_rows_do() {
        let row = |all: &[Judged]| rows(all);
        let refused = |verdict| [Judged { verdict, ..judged("a", Kind::DrivingLicence, "clean", false) }];
        let report = |rows| Report { rows, ..crate::bench::document::tests::report() };
        assert!(report(row(&refused(Verdict::Accept))).is_held());
        assert!(!report(row(&refused(Verdict::Refuse))).is_held());
    }

    #[test]
    fn percentiles_are_times_that_occurred() {
        let answer = |ms: u64| serde_json::from_str(&format!(r#"{{"file":"a","ms":{ms},"peak_mb":{ms}}}"#)).unwrap();
        let answers: Vec<Answer> = (1..=100).rev().map(answer).collect();
        assert_eq!(Large::of(&answers), Large { count: 100, p50: 50.0, p95: 95.0, peak_mb: 100.0 });
        assert_eq!(Large::of(&[]), Large::default());
    }
}
