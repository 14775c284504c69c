//! The document that is made of measurements.

use std::fmt::Write;

use super::record::{Goal, Measured, Run, Table};

/// Where the generated part begins and ends.
const BEGIN: &str = "<!-- begin: written by `cargo xtask bench custody` -->";
const END: &str = "<!-- end -->";

/// Puts measurements between the markers of `document`.
///
/// # Errors
/// When it lacks a marker.
pub(crate) fn written_into(document: &str, all: &[Measured]) -> Result<String, String> {
    let (before, rest) = document.split_once(BEGIN).ok_or_else(|| format!("there is no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("there is no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{}\n{END}{after}", text(all)))
}

/// Measurements as Markdown: what was to be reached, then each with its run.
pub(crate) fn text(all: &[Measured]) -> String {
    let mut out = String::from("### What was to be reached\n\n| What | Measured | Goal | |\n|---|---:|---:|---|\n");
    for goal in all.iter().flat_map(|measured| &measured.goals) {
        line_of(&mut out, goal);
    }
    for measured in all {
        section(&mut out, measured);
    }
    out
}

fn line_of(out: &mut String, goal: &Goal) {
    let sign = if goal.at_least { "≥" } else { "≤" };
    let verdict = if goal.is_held() { "held" } else { "**missed**" };
    let _ = writeln!(out, "| {} | {} | {sign} {} | {verdict} |", goal.what, number(goal.measured), number(goal.bound));
}

fn section(out: &mut String, measured: &Measured) {
    let _ = writeln!(out, "\n### {}\n", measured.title);
    for line in &measured.how {
        let _ = writeln!(out, "{line}\n");
    }
    measured.tables.iter().for_each(|table| table_of(out, table));
    if let Some(run) = &measured.run {
        run_of(out, run);
    }
}

fn table_of(out: &mut String, table: &Table) {
    let _ = writeln!(out, "| {} |\n|---{}|", table.columns.join(" | "), "|---:".repeat(table.columns.len() - 1));
    for row in &table.rows {
        let figures: Vec<_> = row.figures.iter().map(|figure| figure.map_or_else(String::new, number)).collect();
        let _ = writeln!(out, "| {} | {} |", row.what, figures.join(" | "));
    }
    out.push('\n');
}

fn run_of(out: &mut String, run: &Run) {
    let Run { at, commit, sizes, machine, load: [before, after], seconds } = run;
    let nice = if before.niceness == 0 { String::new() } else { format!(", niceness {}", before.niceness) };
    let _ = writeln!(
        out,
        "<sub>{at}, commit {commit}, sizes {sizes}, {seconds:.0} s with preparations. {} × {}, {} GiB, Linux {}, {}. \
         Load (1, 5, 15 minutes) before {}, after {}{nice}.</sub>",
        machine.processors,
        machine.model,
        machine.memory,
        machine.kernel,
        machine.file_system,
        before.averages,
        after.averages
    );
}

/// Three figures, more where a number is larger.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        large if large >= 100.0 => thousands(value.round() as i64),
        some if some >= 10.0 => format!("{value:.1}"),
        few if few >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

fn thousands(value: i64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
