//! What a file of budgets would allow.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use sekisho_core::budget::{Allows, Limits, LimitsError, explain};
use serde::Serialize;

use crate::{budget_file, budget_words, cli::language::Language};

/// What is said of a file of budgets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Report {
    /// It may be used.
    Usable { file: PathBuf, usable: bool, reviewers: u64, allows: Allows },
    /// It is refused.
    Refused { file: PathBuf, usable: bool, message_en: String, message_ja: String },
    /// It can't be read.
    Failed { file: PathBuf, error: String },
}

impl Report {
    /// Judges the limits in `file` for a vault of so many reviewers.
    pub(super) fn of(file: &Path, reviewers: u64) -> Self {
        match budget_file::read(file) {
            Ok(limits) => Self::judged(file, &limits, reviewers),
            Err(error) => Self::Failed { file: file.to_path_buf(), error: format!("{}: {error}", file.display()) },
        }
    }

    fn judged(file: &Path, limits: &Limits, reviewers: u64) -> Self {
        let file = file.to_path_buf();
        match limits.validate() {
            Ok(()) => Self::Usable { file, usable: true, reviewers, allows: explain(limits, reviewers) },
            Err(why) => Self::refused(file, &why),
        }
    }

    fn refused(file: PathBuf, why: &LimitsError) -> Self {
        Self::Refused { file, usable: false, message_en: why.to_string(), message_ja: why.ja() }
    }

    /// The command's exit status for it.
    pub(super) const fn status(&self) -> u8 {
        match self {
            Self::Usable { .. } => 0,
            Self::Refused { .. } => 1,
            Self::Failed { .. } => 2,
        }
    }

    /// Says it in one language.
    pub(super) fn print(&self, language: Language, out: &mut dyn Write) -> io::Result<()> {
        match (self, language) {
            (Self::Failed { error, .. }, _) => writeln!(out, "{error}"),
            (Self::Refused { file, message_en: message, .. }, Language::En)
            | (Self::Refused { file, message_ja: message, .. }, Language::Ja) => {
                writeln!(out, "{}: error [budget] {message}", file.display())
            }
            (Self::Usable { file, reviewers, allows, .. }, Language::En) => in_english(file, *reviewers, allows, out),
            (Self::Usable { file, reviewers, allows, .. }, Language::Ja) => in_japanese(file, *reviewers, allows, out),
        }
    }
}

fn in_english(file: &Path, reviewers: u64, allows: &Allows, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: this budget may be used. Distinct documents that it would allow:", file.display())?;
    for line in budget_words::lines(allows, reviewers) {
        writeln!(out, "  {}", line.en)?;
    }
    writeln!(out, "  `sekisho serve --budget` sets it for the vault.")
}

fn in_japanese(file: &Path, reviewers: u64, allows: &Allows, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: この上限は使えます。開ける書類の数(同じ書類は1件と数えます):", file.display())?;
    for line in budget_words::lines(allows, reviewers) {
        writeln!(out, "  {}", line.ja)?;
    }
    writeln!(out, "  sekisho serve --budget で設定します。")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str, language: Language) -> (u8, String) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("budget.toml");
        std::fs::write(&file, text).unwrap();
        let report = Report::of(&file, 40);
        let mut out = Vec::new();
        report.print(language, &mut out).unwrap();
        (report.status(), String::from_utf8(out).unwrap())
    }

    /// M19: whoever sets a budget reads in documents what it would let a thief have.
    #[test]
    fn a_budget_is_explained_in_documents_beside_the_default() {
        let (status, said) = judged("[person]\nminute = 3\nhour = 60\nday = 80\n72_hours = 200\n", Language::En);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("their session: 3 in a minute, 60 in an hour, 80 in a day, 200 in 72 hours"), "{said}");
        assert!(said.contains("comparison:                     5 in a minute, 120 in an hour, 150 in a day"), "{said}");
        assert!(said.contains("40 reviewers together: 120 in a minute"), "{said}");
        assert!(said.contains("first refused after 3 documents, then gets one every 20 seconds"), "{said}");
        assert!(judged("", Language::Ja).1.contains("24時間に150件"), "an empty file is the default");
    }

    #[test]
    fn a_budget_out_of_order_is_refused_and_what_is_no_budget_is_said() {
        let (status, said) = judged("again_percent = 300\n", Language::En);
        assert!(status == 1 && said.contains("error [budget] again_percent is 300: set 100 or less"), "{said}");
        let (status, said) = judged("persons = 3\n", Language::En);
        assert!(status == 2 && said.contains("unknown field `persons`"), "{said}");
        assert_eq!(Report::of(Path::new("/nonexistent.toml"), 1).status(), 2);
    }
}
