//! `docs/INSPECTION.md`, made of a report.

use super::{
    beside,
    report::{Becoming, Report},
    row::{Bar, Over, Row},
    wilson::Share,
};

/// Where the generated part begins and ends.
const BEGIN: &str = "<!-- begin: written by `cargo xtask bench inspect` -->";
const END: &str = "<!-- end -->";

/// So many failures of a row are named in the page; all of them are in the data.
const NAMED: usize = 24;

/// Puts a report between the markers of `document`.
///
/// # Errors
/// When it lacks a marker.
pub fn written_into(document: &str, report: &Report) -> Result<String, String> {
    let (before, rest) = document.split_once(BEGIN).ok_or_else(|| format!("there is no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("there is no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{}\n{END}{after}", text(report)))
}

/// A report as Markdown.
pub fn text(report: &Report) -> String {
    [
        of_what(report),
        measures(&report.rows),
        beside::text(report),
        times(report),
        becoming(&report.becoming),
        failures(report),
    ]
    .join("\n")
}

fn of_what(report: &Report) -> String {
    let [(first, many), (held, more)] = report.seeds;
    let judge = report.tesseract.as_deref().map_or("no Tesseract".to_owned(), |version| format!("Tesseract {version}"));
    let read = if report.was_read { "print was read" } else { "**print was not read**: the program had no networks" };
    let mut text = format!(
        "Measured on {} at commit {}; {}; {}; {read}; {judge}, rxing and rqrr looked for numbers in what would be kept. \
         Generated documents: {many} from seed {first} on (development), {more} from seed {held} on (held out). Specimens: \
         {}.\n",
        report.at, report.commit, report.build, report.machine, report.specimens.0,
    );
    for (file, why) in &report.specimens.1 {
        text.push_str(&format!("- not asked for its lines: {file}, since {why}\n"));
    }
    text
}

fn measures(rows: &[Row]) -> String {
    let mut text =
        "### Measures\n\n| Measure | On | Bar | Development | Held out | |\n|---|---|---|---:|---:|---|\n".to_owned();
    for row in rows {
        let (bar, development, held_out, told) = (bar(row.bar), row.development, row.held_out, told(row));
        text.push_str(&format!("| {} | {} | {bar} | {development} | {held_out} | {told} |\n", row.name, row.on));
    }
    text
}

/// Whether a row's bar is held; and of what, where that isn't what was held out.
fn told(row: &Row) -> String {
    let held = match row.is_held() {
        Some(held_so) => held(held_so),
        None if row.bar == Bar::None => "",
        None => "not measured",
    };
    match row.over {
        Over::HeldOut => held.to_owned(),
        Over::All => format!("together {}: {held}", row.together()),
    }
}

fn bar(bar: Bar) -> String {
    let percent = |share: f64| format!("{} %", (share * 1000.0).round() / 10.0);
    match bar {
        Bar::AtLeast(least) => format!("≥ {}", percent(least)),
        Bar::AtMost(most) => format!("≤ {}", percent(most)),
        Bar::None => "–".into(),
    }
}

fn times(report: &Report) -> String {
    let large = report.large;
    let mut text = format!(
        "### Time and memory\n\n| | | Bar |\n|---|---:|---|\n\
         | a JPEG of 12 megapixels, half of {} | {:.0} ms | |\n| nineteen of twenty | {:.0} ms | ≤ 3,000 ms: {} |\n\
         | memory at most | {:.0} MiB | ≤ 600 MiB: {} |\n",
        large.count,
        large.p50,
        large.p95,
        held(large.p95 > 0.0 && large.p95 <= 3000.0),
        large.peak_mb,
        held(large.peak_mb > 0.0 && large.peak_mb <= 600.0),
    );
    for (name, said, ms) in &report.bombs {
        text.push_str(&format!("| a bomb, {name}: `{said}` | {ms:.0} ms | < 50 ms: {} |\n", held(*ms < 50.0)));
    }
    text
}

/// How it is said whether a bar is held.
pub(super) const fn held(held: bool) -> &'static str {
    if held { "held" } else { "**missed**" }
}

fn becoming(all: &[Becoming]) -> String {
    let mut text =
        "### What became of them\n\n| Kind | | accepted | again | refused | birth date | kind | why again |\n\
                    |---|---|---:|---:|---:|---:|---:|---|\n"
            .to_owned();
    for Becoming { kind, severity, verdicts: [accepted, again, refused], birth, kind_told, reasons } in all {
        let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let (birth, told) = (of(*birth), of(*kind_told));
        text.push_str(&format!(
            "| {kind} | {severity} | {accepted} | {again} | {refused} | {birth} | {told} | {} |\n",
            reasons.join(", ")
        ));
    }
    text
}

fn of(share: Share) -> String {
    format!("{} of {}", share.hits, share.of)
}

fn failures(report: &Report) -> String {
    let mut text =
        "### Failures by name\n\nA generated document is made again by `cargo xtask make-documents --out DIR \
                    --count 1` with the `--kind`, `--severity` and `--seed` of its name.\n\n"
            .to_owned();
    // What is counted over all has no failures that another row doesn't name.
    for row in report.rows.iter().filter(|row| row.over == Over::HeldOut && !row.failures.is_empty()) {
        let named: Vec<&str> = row.failures.iter().take(NAMED).map(String::as_str).collect();
        let more = row.failures.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(", and {more} more in inspection.json") } else { String::new() };
        text.push_str(&format!("- {}, {}: {}{more}\n", row.name, row.on, named.join(", ")));
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        bench::{report, rows::tests::judged},
        kinds::Kind,
    };

    pub(in crate::bench) fn report() -> Report {
        let all = [
            judged("passport-clean-1000004.jpg", Kind::Passport, "clean", false),
            super::super::judge::Judged {
                birth: super::super::judge::Told::Wrong,
                ..judged("residence-card-clean-1000005.jpg", Kind::ResidenceCard, "clean", false)
            },
        ];
        Report {
            commit: "abc".into(),
            at: "2026-11-22".into(),
            build: "a release".into(),
            machine: "2 processors".into(),
            was_read: true,
            tesseract: None,
            seeds: [(1, 0), (1_000_000, 2)],
            specimens: (0, Vec::new()),
            rows: report::rows(&all),
            rivals: Vec::new(),
            checked: Share::default(),
            checked_held_out: Share::default(),
            becoming: report::becoming(&all),
            large: report::Large::default(),
            bombs: vec![("a.png".into(), "too_large".into(), 3.0)],
        }
    }

    #[test]
    fn the_page_says_what_was_missed_and_names_the_file() {
        let written = written_into(&format!("# A\n{BEGIN}\nwhat was here\n{END}\nB\n"), &report()).unwrap();
        assert!(written.starts_with("# A\n") && written.ends_with("\nB\n") && !written.contains("what was here"));
        assert!(written.contains("| the birth date | Japanese cards and passports, clean | ≥ 98 % | none | 50.0 %"));
        assert!(written.contains("**missed**") && written.contains("residence-card-clean-1000005.jpg"));
        assert_eq!(written_into(&written, &report()).unwrap(), written);
        assert!(written_into("nothing", &report()).is_err());
    }

    #[test]
    fn the_goal_for_specimens_is_told_beside_the_row_of_those_that_nobody_looked_at() {
        let mut report = report();
        let row = &mut report.rows[0];
        (row.development, row.held_out) = (Share { hits: 23, of: 24 }, Share { hits: 15, of: 18 });
        row.failures = vec!["td3/unread.jpg".into()];
        report.rows.remove(1);
        let older = serde_json::to_string(&report).unwrap().replace(r#""over":"held_out","#, "");
        let page = text(&Report::read(&older).unwrap());
        assert!(page.contains(
            "| specimens | ≥ 90 % | 95.8 % (23 of 24; 79.8–99.3) | 83.3 % (15 of 18; 60.8–94.2) | **missed** |"
        ));
        assert!(
            page.contains("| 83.3 % (15 of 18; 60.8–94.2) | together 90.5 % (38 of 42; 77.9–96.2): held |"),
            "{page}"
        );
        assert_eq!(page.matches("td3/unread.jpg").count(), 1);
    }

    /// So that the page can be written anew from the data alone.
    #[test]
    fn a_report_is_read_as_it_was_written() {
        let text = serde_json::to_string(&report()).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report());
    }
}
