//! What is said of one file.

use std::path::Path;

use sekisho_core::policy::Text;
use sekisho_inspect::{
    examine::{BirthFound, BoxFound, Findings, KindFound, MyNumberFound, QualityFound, ZoneFound},
    wire::{Examination, Facts, UploadReport, Verdict},
};
use serde::Serialize;

/// What is said of one file. No digit of a My Number is ever in it.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    pub(super) file: &'a Path,
    pub(super) verdict: Verdict,
    /// Why, for programs.
    pub(super) reason: &'static str,
    pub(super) advice: Text,
    pub(super) kind: Option<KindFound>,
    pub(super) mrz: Option<ZoneFound>,
    pub(super) birth_date: Option<BirthFound>,
    /// Where it isn't sure: what may be meant.
    pub(super) birth_dates_in_doubt: Vec<sekisho_core::calendar::Day>,
    pub(super) my_number: Option<MyNumberFound>,
    pub(super) quality: Option<QualityFound>,
    pub(super) boxes: Vec<BoxFound>,
    /// Milliseconds from its first byte to its answer.
    pub(super) ms: u64,
    /// The most memory of the process that read it.
    pub(super) peak_mb: f64,
    /// Whether print was read.
    pub(super) was_read: bool,
    /// Whether a confined process of its own read it.
    pub(super) confined: bool,
    pub(super) facts: Facts,
}

const ENDED: &str = "The process that read it ended: it took too long, too much memory, or did something forbidden.";
const ENDED_JA: &str = "よめませんでした。しゃしんを とりなおしてください。";

impl<'a> Answer<'a> {
    /// Of a file that was read to its end.
    pub(super) fn of(file: &'a Path, report: UploadReport, found: Examination, confined: bool) -> Self {
        let peak_mb = found.peak_kib as f64 / 1024.0;
        let mut answer = Self {
            verdict: report.verdict,
            reason: report.code.as_str(),
            advice: report.advice,
            peak_mb: (peak_mb * 10.0).round() / 10.0,
            facts: report.facts,
            ..Self::ended(file, confined)
        };
        if let Some(findings) = found.findings {
            answer.tell(findings);
        }
        answer
    }

    fn tell(&mut self, found: Findings) {
        self.was_read = found.was_read;
        (self.kind, self.mrz) = (found.kind, found.mrz);
        (self.birth_date, self.birth_dates_in_doubt) = (found.birth_date, found.birth_dates_in_doubt);
        (self.my_number, self.quality) = (Some(found.my_number), Some(found.quality));
        self.boxes = found.boxes;
    }

    /// Of one whose reader ended before it answered. A gate would have turned it away.
    pub(super) fn ended(file: &'a Path, confined: bool) -> Self {
        Self {
            file,
            verdict: Verdict::Retake,
            reason: "reader_ended",
            advice: Text { ja: ENDED_JA.into(), en: ENDED.into() },
            kind: None,
            mrz: None,
            birth_date: None,
            birth_dates_in_doubt: Vec::new(),
            my_number: None,
            quality: None,
            boxes: Vec::new(),
            ms: 0,
            peak_mb: 0.0,
            was_read: false,
            confined,
            facts: Facts::default(),
        }
    }

    /// In a line for people.
    pub(super) fn in_words(&self) -> String {
        let (width, height) = (self.facts.width, self.facts.height);
        let kind = self.kind.as_ref().map(|kind| format!(" {}.", kind.value)).unwrap_or_default();
        let birth = self.birth_date.as_ref().map(|birth| format!(" Born on {}.", birth.value)).unwrap_or_default();
        format!("{}: {} ({width} × {height}). {}{kind}{birth}", self.file.display(), self.reason, self.advice.en)
    }
}
