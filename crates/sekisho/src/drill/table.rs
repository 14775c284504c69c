//! The promise table: what is promised, and what the drill of that row printed.
//!
//! What stands in the last column was printed by `sekisho drill --json`. README.md shows the two together, and a test
//! holds them against each other.

use serde::Deserialize;

use super::{Got, Moment, promises::PROMISES};

/// What the table needs of a row as `sekisho drill --json` printed it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Printed {
    /// The drill's name.
    pub name: String,
    /// What the attacker got.
    pub got: Got,
    /// Whether the promise was kept.
    pub kept: bool,
    /// When it was noticed.
    pub noticed: Moment,
    /// What it printed in a few words.
    pub short: Option<String>,
}

impl Printed {
    fn cell(&self) -> String {
        let word = if self.kept { "kept" } else { "BROKEN" };
        // The first clause says whether; how stands in the report.
        let noticed = self.noticed.told("noticed");
        let noticed = noticed.split([':', ';']).next().unwrap_or_default();
        format!("**{word}**: {}; {noticed}", self.short.clone().unwrap_or_else(|| self.got.to_string()))
    }
}

/// The promise table in Markdown, from what drills printed. A row whose drill is not among them says so.
pub fn table(printed: &[Printed]) -> String {
    let mut text =
        "| The attacker holds | In 2021 they got | What Sekisho is built to give | What the drill printed |\n\
                    |---|---|---|---|\n"
            .to_owned();
    for row in &PROMISES {
        let cell = printed
            .iter()
            .find(|printed| printed.name == row.drill)
            .map_or_else(|| format!("`{}` was not performed", row.drill), Printed::cell);
        text += &format!("| {} | {} | {} | {cell} |\n", row.held, row.then, row.promised);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(name: &str) -> Printed {
        let noticed = Moment::never("a copy leaves no trace");
        Printed { name: name.into(), got: Got::default(), kept: true, noticed, short: None }
    }

    /// M39: a row without a drill is an intention, and a drill without a row would promise nothing.
    #[test]
    fn every_drill_has_one_row_in_the_table() {
        let mut rows: Vec<_> = PROMISES.iter().map(|row| row.drill).collect();
        let mut drills = super::super::names();
        rows.sort_unstable();
        drills.sort_unstable();
        assert_eq!(rows, drills);
    }

    /// The report is for Japanese readers too.
    #[test]
    fn every_row_is_promised_in_both_languages() {
        let is_japanese = |text: &str| text.chars().any(|letter| ('\u{3041}'..'\u{9fff}').contains(&letter));
        for row in &PROMISES {
            assert!(is_japanese(row.ja.0) && is_japanese(row.ja.1), "{}", row.held);
        }
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
