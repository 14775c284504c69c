//! Sekisho beside others, on the same specimens.

use super::{document::held, report::Report, rivals::Outcome, rows, wilson::Share};

/// Whether every letter is read of more specimens than by any other, of all there are; nothing where none was asked,
/// or about other files.
pub fn is_above(report: &Report) -> Option<bool> {
    let ours = ours(report);
    let theirs = || report.rivals.iter().map(|rival| rival.all.letters());
    let comparable = ours.of > 0 && !report.rivals.is_empty() && theirs().all(|theirs| theirs.of == ours.of);
    comparable.then(|| theirs().all(|theirs| ours.hits > theirs.hits))
}

/// Every letter, of all specimens.
fn ours(report: &Report) -> Share {
    rows::specimens(&report.rows).map(|row| row.together()).unwrap_or_default()
}

/// The table, and what follows from it.
pub fn text(report: &Report) -> String {
    let mut text = "### Machine-readable lines beside others, the same specimens\n\n\
         | Reader | every letter, as it gives them | every letter, after the same repair | all check digits right, after \
         the same repair | median |\n|---|---:|---:|---:|---:|\n"
        .to_owned();
    text.push_str(&format!("| Sekisho | – | {} | {} | see below |\n", ours(report), report.checked));
    if let Some(unseen) = rows::specimens(&report.rows).filter(|_| report.checked_held_out.of > 0) {
        let checked = report.checked_held_out;
        text.push_str(&format!("| Sekisho, held-out specimens alone | – | {} | {checked} | |\n", unseen.held_out));
    }
    report.rivals.iter().for_each(|rival| text.push_str(&of_one(rival)));
    text + &conclusion(report)
}

fn of_one(rival: &Outcome) -> String {
    let Outcome { name, all, held_out, median_ms } = rival;
    let mut text =
        format!("| {name} | {} | {} | {} | {} ms |\n", all.exact, all.repaired, all.checked, median_ms.round());
    if held_out.exact.of > 0 {
        let (exact, repaired, checked) = (held_out.exact, held_out.repaired, held_out.checked);
        text.push_str(&format!("| {name}, held-out specimens alone | {exact} | {repaired} | {checked} | |\n"));
    }
    text
}

/// Whether it is above them.
fn conclusion(report: &Report) -> String {
    if report.rivals.is_empty() {
        return "\nNo rival was there to be asked.\n".into();
    }
    let best = report.rivals.iter().map(|rival| rival.all.letters()).max_by_key(|letters| letters.hits);
    let (hits, others) = (ours(report).hits, best.unwrap_or_default().hits);
    match is_above(report) {
        Some(above) => {
            let held = held(above);
            format!(
                "\nEvery letter of more specimens than any other reads, looked at or not: {hits} against {others}, {held}.\n"
            )
        }
        None => "\nThey were asked about other files: nothing follows.\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{
        document::tests::report,
        rivals::Counts,
        row::{Bar, Over, Row},
    };

    fn with(ours: [Share; 2], theirs: Option<(u64, u64)>) -> Report {
        let [development, held_out] = ours;
        let row = Row {
            name: "every letter of the machine-readable lines".into(),
            on: "specimens".into(),
            bar: Bar::AtLeast(0.9),
            over: Over::HeldOut,
            development,
            held_out,
            failures: Vec::new(),
        };
        let rival = |(hits, of)| {
            let counts = Counts { repaired: Share { hits, of }, ..Counts::default() };
            Outcome { name: "another".into(), all: counts, held_out: Counts::default(), median_ms: 5.0 }
        };
        Report { rows: rows::filled_up(vec![row]), rivals: theirs.map(rival).into_iter().collect(), ..report() }
    }

    const OURS: [Share; 2] = [Share { hits: 3, of: 4 }, Share { hits: 1, of: 4 }];

    #[test]
    fn above_is_more_of_the_same_files() {
        let above = |theirs| is_above(&with(OURS, theirs));
        assert_eq!(above(Some((3, 8))), Some(true));
        assert_eq!(above(Some((4, 8))), Some(false));
        assert_eq!(above(Some((3, 7))), None);
        assert_eq!(above(None), None);
        assert_eq!(is_above(&with([Share::default(); 2], Some((0, 0)))), None);
    }

    #[test]
    fn it_is_said_and_what_is_held_out_stands_apart_where_it_was_counted() {
        let mut report = with(OURS, Some((4, 8)));
        assert!(text(&report).contains("4 against 4, **missed**") && !text(&report).contains("alone"));
        report.checked_held_out = Share { hits: 2, of: 4 };
        report.rivals[0].held_out = Counts { exact: Share { hits: 0, of: 4 }, ..Counts::default() };
        let told = text(&report);
        assert!(told.contains("| Sekisho, held-out specimens alone | – | 25.0 % (1 of 4;"), "{told}");
        assert!(told.contains("| another, held-out specimens alone | 0.0 % (0 of 4;"), "{told}");
        assert!(text(&with(OURS, Some((1, 2)))).contains("other files"));
        assert!(text(&with(OURS, None)).contains("No rival"));
    }
}
