//! A campaign's tables, as Markdown.

use std::fmt::Write;

use crate::{
    attack::ATTACKS,
    document::Scaled,
    elsewhere::Elsewhere,
    figures::Row,
    quiet::Quiet,
    rivals::{self, NAMES},
};

/// A number with its thousands apart.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let apart = |(at, digit): (usize, char)| {
        let comma = at > 0 && (digits.len() - at).is_multiple_of(3);
        [comma.then_some(','), Some(digit)].into_iter().flatten()
    };
    digits.chars().enumerate().flat_map(apart).collect()
}

fn held(held: Option<bool>) -> &'static str {
    match held {
        Some(true) => "held",
        Some(false) => "**missed**",
        None => "",
    }
}

fn lasting(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{:.1} days", seconds as f64 / 86_400.0),
    }
}

/// What is measured elsewhere.
pub fn elsewhere(rows: &[Elsewhere]) -> String {
    let mut out = String::from(
        "### Measured elsewhere\n\nNo figure of the model: each is what the command in the last column \
         printed of the real programs.\n\n| Strategy | goal | measured | | by |\n|---|---|---|---|---|\n",
    );
    for Elsewhere { what, goal, measured, held: is_held, by } in rows {
        let _ = writeln!(out, "| {what} | {goal} | {measured} | {} | `{by}` |", held(*is_held));
    }
    out
}

/// Our own rows at every scale.
pub fn ours(scales: &[Scaled]) -> String {
    let mut out = String::from(
        "### What an attacker saw\n\nDistinct documents: median / worst over the seeds. What misses its \
         goal at a scale is bold; goals are set for M, and the last column but one says what came of them there.\n\n",
    );
    let names: Vec<_> = scales.iter().map(|scaled| scaled.scale.as_str()).collect();
    let _ = writeln!(out, "| Attack | goal | {} | at M | noticed at M |", names.join(" | "));
    let _ = writeln!(out, "|---|---|{}---|---|", "---:|".repeat(scales.len()));
    for (place, attack) in ATTACKS.iter().enumerate() {
        let cells: Vec<_> = scales.iter().map(|scaled| seen(&scaled.rows[place])).collect();
        let at_m = scales.iter().find(|scaled| scaled.scale == "M").map(|scaled| &scaled.rows[place]);
        let verdict = held(at_m.map(|row| row.held));
        let noticed = at_m.map_or(String::new(), |row| notice(row, scales_seeds(scales)));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {verdict} | {noticed} |",
            attack.name,
            attack.goal.text(),
            cells.join(" | ")
        );
    }
    out
}

fn scales_seeds(scales: &[Scaled]) -> u64 {
    scales.iter().find(|scaled| scaled.scale == "M").map_or(0, |scaled| scaled.seeds.1)
}

fn seen(row: &Row) -> String {
    let (median, worst) = row.stolen;
    let cell = format!("{} / {}", thousands(median), thousands(worst));
    if row.held { cell } else { format!("**{cell}**") }
}

fn notice(row: &Row, lives: u64) -> String {
    let Some(by) = row.by.as_ref().filter(|_| row.noticed > 0) else { return "never".into() };
    let refusals = match row.refusals {
        (0, 0) => String::new(),
        (median, _) => format!(", refusal {median}"),
    };
    let seldom = if row.noticed < lives { format!(" in {} of {lives}", row.noticed) } else { String::new() };
    format!("{by}, {}{refusals}{seldom}", lasting(row.seconds.0))
}

/// The rows that miss their goal, with the reason.
pub fn lost(scales: &[Scaled]) -> String {
    let mut out = String::from("### What is lost, and why\n\n");
    for (place, attack) in ATTACKS.iter().enumerate() {
        let missed: Vec<_> = scales.iter().filter(|scaled| !scaled.rows[place].held).collect();
        if missed.is_empty() {
            continue;
        }
        let at: Vec<_> = missed.iter().map(|scaled| scaled.scale.as_str()).collect();
        let _ = writeln!(out, "- **{}** (at {}): {}", attack.name, at.join(", "), attack.why_lost());
    }
    out
}

/// The rivals beside ours, at one scale.
pub fn beside(scaled: &Scaled) -> String {
    let mut out = format!(
        "### Beside others, at {}\n\nDocuments that had been seen at the first alarm, in the median, stock · tuned; \
         the alarm is taken as a stop. In brackets: it rang in no life, or in fewer than half, and that many is all \
         there was to get. *Ours* is the median of the table above.\n\n| Attack | nothing | **ours** |",
        scaled.scale
    );
    for (name, _) in NAMES {
        let _ = write!(out, " {name} |");
    }
    let _ = writeln!(out, "\n|---|---:|---:|{}", "---:|".repeat(NAMES.len()));
    for row in scaled.rows.iter().filter(|row| !row.rivals.is_empty()) {
        let _ = write!(out, "| {} | {} | **{}** |", row.attack, thousands(row.unguarded), thousands(row.stolen.0));
        for pair in row.rivals.chunks(2) {
            let cells: Vec<_> = pair.iter().map(|rival| at_alarm(*rival, scaled.seeds.1)).collect();
            let _ = write!(out, " {} |", cells.join(" · "));
        }
        out.push('\n');
    }
    out
}

fn at_alarm((seen, rang): (u64, u64), lives: u64) -> String {
    if rang * 2 < lives { format!("({})", thousands(seen)) } else { thousands(seen) }
}

fn heads(out: &mut String, scales: &[Scaled]) {
    for scaled in scales {
        let _ = write!(out, " {} |", scaled.scale);
    }
}

/// What one cell says.
type Cell = fn(&Quiet) -> String;

/// Lives without an attack.
pub fn quiet(scales: &[Scaled]) -> String {
    let mut out = String::from("### Lives without an attack\n\n| |");
    heads(&mut out, scales);
    let _ = writeln!(out, "\n|---|{}", "---:|".repeat(scales.len()));
    let lines: [(&str, Cell); 14] = [
        ("lives × days (first day of the year)", |q| format!("{} × {} ({})", q.lives, q.days.1, q.days.0)),
        ("vault-years", |q| format!("{:.1}", q.vault_years)),
        ("reviewer-years", |q| thousands(q.reviewer_years as u64)),
        ("documents", |q| thousands(q.arrived)),
        ("**false lockdowns** (goal 0)", |q| q.lockdowns.to_string()),
        ("false pauses", |q| q.pauses.to_string()),
        ("false ended shifts", |q| q.ended.to_string()),
        ("**the same for each reviewer-year** (goal ≤ 1)", |q| format!("{:.3}", q.ended as f64 / q.reviewer_years)),
        ("askers outside refused by mistake", |q| q.denied.to_string()),
        ("notes to officers, for each vault-year", |q| format!("{:.1}", q.notes as f64 / q.vault_years)),
        ("shifts ended by three lapses, for each reviewer-year", |q| format!("{:.1}", q.absences)),
        ("hours until 80 of 100 are decided (without budgets and watch)", |q| {
            format!("{} ({})", q.hours_80.0, q.hours_80.1)
        }),
        ("hours until 95 of 100 are (the same)", |q| format!("{} ({})", q.hours_95.0, q.hours_95.1)),
        ("documents that died undecided (the same)", |q| format!("{} ({})", thousands(q.died.0), thousands(q.died.1))),
    ];
    for (what, cell) in lines {
        let cells: Vec<_> = scales.iter().map(|scaled| cell(&scaled.quiet)).collect();
        let _ = writeln!(out, "| {what} | {} |", cells.join(" | "));
    }
    scales.iter().for_each(|scaled| found(&mut out, scaled));
    out
}

fn found(out: &mut String, scaled: &Scaled) {
    let all: Vec<_> = scaled.quiet.findings.iter().map(|(what, count)| format!("{what} {count}")).collect();
    let all = if all.is_empty() { "nothing".into() } else { all.join(", ") };
    let _ = writeln!(out, "\nFound by mistake at {}: {all}.", scaled.scale);
}

/// How often the rivals rang in the same lives.
pub fn alarms(scales: &[Scaled]) -> String {
    let mut out = String::from(
        "### False alarms of others\n\nDays of a vault-year on which each rang, or put honest people off: stock · tuned.\n\n| Rival | settings |",
    );
    heads(&mut out, scales);
    let _ = writeln!(out, "\n|---|---|{}", "---:|".repeat(scales.len()));
    for (place, (name, what)) in NAMES.iter().enumerate() {
        let (stock, tuned) = rivals::set(place);
        let _ = write!(out, "| {name}: {what} | {stock} · {tuned} |");
        for scaled in scales {
            let days =
                |at: usize| scaled.quiet.rivals.get(at).map_or(0.0, |days| *days as f64 / scaled.quiet.vault_years);
            let _ = write!(out, " {:.1} · {:.1} |", days(2 * place), days(2 * place + 1));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_as_people_read_them() {
        assert_eq!([0, 999, 1_000, 1_711_756].map(thousands), ["0", "999", "1,000", "1,711,756"]);
        assert_eq!([7, 600, 86_400, 335_674].map(lasting), ["7 s", "10 min", "24 h", "3.9 days"]);
    }

    #[test]
    fn a_rival_that_seldom_rings_stands_in_brackets() {
        assert_eq!([at_alarm((1_769, 20), 20), at_alarm((9_460, 9), 20)], ["1,769", "(9,460)"]);
    }
}
