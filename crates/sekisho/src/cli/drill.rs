//! `sekisho drill`: the attacks of the promise table on a throwaway installation.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_core::time::Clock;
use sekisho_sys::clock::SystemClock;

use super::{dial, refuse};
use crate::{
    doctor::Url,
    drill::{self, Means, Printed, Row, Target, Tongue},
    logging,
    site::kit::Kit,
};

/// Which attacks.
#[derive(Debug, Args)]
#[command(
    after_help = format!(
        "Examples:\n  sekisho drill                               perform all, print what the attacker got\n  \
         sekisho drill stolen-storage stolen-site-key --json\n  sekisho drill --html report.html --lang en  all, \
         and a report to pass on\n  \
         sekisho drill --live --i-am-allowed --gate https://check.example --kit ./own-site --data /var/lib/sekisho\n  \
         sekisho drill --table FILE                  the promise table of what --json printed into FILE\n\nDrills: {}\n\nWith --live: \
         {}",
        drill::names().join(", "),
        drill::LIVE.join(", ")
    )
)]
pub(super) struct DrillArgs {
    /// The drills; all of them without a name
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print a JSON array, and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// Write a report into this file too: one page that needs nothing else, for a telephone or paper
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// What the report is written in
    #[arg(long, value_enum, default_value = "ja", requires = "html")]
    lang: Tongue,
    /// Perform what needs no reviewer's session on your own installation, with a site and a document of your own
    #[arg(long, requires_all = ["gate", "kit", "data"])]
    live: bool,
    /// You may do this to that installation, and agree to what stays on its ledger
    #[arg(long, requires = "live")]
    i_am_allowed: bool,
    /// The gate's origin as members reach it
    #[arg(long, value_name = "ORIGIN", requires = "live")]
    gate: Option<Url>,
    /// The folder with the kit of a site of your own, as `sekisho site new` writes it; registered like any other
    #[arg(long, value_name = "DIR", requires = "live")]
    kit: Option<PathBuf>,
    /// Where the installation's state lies: it is read, and nothing is written
    #[arg(long, value_name = "DIR", requires = "live")]
    data: Option<PathBuf>,
    /// The campaign form, where a drill has one: more copies over more simulated hours. Takes many minutes
    #[arg(long, conflicts_with = "live")]
    full: bool,
    /// Perform nothing; print the promise table in Markdown, from what an earlier run printed with --json
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "json", "html", "full"])]
    table: Option<PathBuf>,
    /// Perform nothing; print in Markdown what stood beside us in such a run
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "json", "html", "full", "table"])]
    comparison: Option<PathBuf>,
}

/// Exit 0 when every promise was kept, 1 when one was broken, 2 when a drill could not be performed.
pub(super) fn run(args: DrillArgs) -> ExitCode {
    if let Some(file) = &args.table {
        return made_of(file, |text| Some(drill::table(&serde_json::from_str::<Vec<Printed>>(text).ok()?)));
    }
    if let Some(file) = &args.comparison {
        return made_of(file, |text| drill::comparison(&serde_json::from_str(text).ok()?));
    }
    if !args.json {
        logging::start("drill");
    }
    match perform(&args) {
        Ok(rows) => {
            show(&rows, args.json);
            let broken = ExitCode::from(u8::from(rows.iter().any(|row| !row.kept)));
            args.html
                .map_or(broken, |file| if let Err(why) = write(&file, &rows, args.lang) { refuse(why) } else { broken })
        }
        Err(why) => refuse(why),
    }
}

fn perform(args: &DrillArgs) -> Result<Vec<Row>, String> {
    if args.live {
        return live(args);
    }
    let means = Means { program: None, full: args.full, say: Some(say) };
    drill::perform(&args.names, means).map_err(|why| why.to_string())
}

/// On the operator's own installation, once they have said that they may and know what stays.
fn live(args: &DrillArgs) -> Result<Vec<Row>, String> {
    if let Some(name) = args.names.iter().find(|name| !drill::LIVE.contains(&name.as_str())) {
        return Err(format!(
            "{name} is performed on a throwaway installation only; with --live: {}",
            drill::LIVE.join(", ")
        ));
    }
    if !args.i_am_allowed {
        return Err(format!("add --i-am-allowed if you are, and agree to this. {}", drill::leaves(&args.names)));
    }
    let (Some(gate), Some(kit), Some(data)) = (&args.gate, &args.kit, &args.data) else {
        return Err("--live needs --gate, --kit and --data".into());
    };
    say(&drill::leaves(&args.names));
    let target = Target {
        gate: gate.server().map_err(|why| format!("{gate}: {why}"))?,
        client: dial::client(gate.tls())?,
        kit: Kit::read(kit).map_err(|why| why.to_string())?,
        data: data.clone(),
    };
    drill::perform_live(&target, &args.names).map_err(|why| why.to_string())
}

#[allow(clippy::print_stderr)] // Progress, beside an answer that may be somebody's JSON.
fn say(what: &str) {
    eprintln!("drill: {what}");
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn made_of(file: &Path, make: impl FnOnce(&str) -> Option<String>) -> ExitCode {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) => return refuse(format!("{}: {why}", file.display())),
    };
    let Some(table) = make(&text) else {
        return refuse(format!("{}: not what `sekisho drill --json` prints", file.display()));
    };
    print!("{table}");
    ExitCode::SUCCESS
}

fn write(file: &Path, rows: &[Row], lang: Tongue) -> Result<(), String> {
    let page = drill::report(rows, lang, SystemClock.read().wall).map_err(|why| why.to_string())?;
    fs::write(file, page).map_err(|why| format!("{}: {why}", file.display()))
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(rows: &[Row], json: bool) {
    if json {
        println!("{}", serde_json::to_string_pretty(rows).expect("rows are strings and numbers"));
        return;
    }
    rows.iter().for_each(|row| print!("{}", in_full(row)));
    println!("\n{}", summary(rows));
}

/// Everything that one drill showed.
fn in_full(row: &Row) -> String {
    let mut text = format!("\n{}: {}\n", row.name, word(row));
    let mut line = |what: &str, told: &str| text += &format!("  {what:<8} {told}\n");
    line("held", &row.held);
    line("got", &row.got.to_string());
    line("promise", row.promise);
    line("noticed", &row.noticed.told("noticed"));
    line("stopped", &row.stopped.told("stopped"));
    match &row.officer {
        Some(seen) => line("officer", &format!("{} ({})", seen.en, seen.place)),
        None => line("officer", "sees nothing of it"),
    }
    line("note", &row.note);
    row.short.iter().for_each(|short| line("in short", short));
    text
}

/// One line for each, to be seen at a glance.
fn summary(rows: &[Row]) -> String {
    let head = ["attack", "pictures", "noticed", "stopped", "promise"].map(String::from);
    let lines = rows.iter().map(|row| {
        let pictures = row.got.pictures.to_string();
        [row.name.into(), pictures, row.noticed.short("noticed"), row.stopped.short("stopped"), word(row).into()]
    });
    let lines: Vec<_> = std::iter::once(head).chain(lines).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or_default();
    let padded = |line: &[String; 5]| -> String {
        line.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}  ", width(column))).collect()
    };
    lines.iter().map(|line| padded(line).trim_end().to_owned() + "\n").collect()
}

const fn word(row: &Row) -> &'static str {
    if row.kept { "kept" } else { "BROKEN" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::{Got, Moment, Seen};

    fn row(kept: bool, officer: Option<Seen>) -> Row {
        let moment = |came, how: &str| Moment { came, requests: None, seconds: came.then_some(7), how: how.into() };
        Row {
            name: "mass-read",
            held: "a session".into(),
            got: Got { pictures: 5, ..Got::default() },
            promise: "25",
            kept,
            noticed: moment(true, "by the watch's tempo"),
            stopped: moment(false, "nobody did"),
            officer,
            note: "tried".into(),
            short: None,
            figures: None,
        }
    }

    /// M39
    #[test]
    fn what_was_noticed_and_what_the_officer_reads_stand_in_the_terminal_too() {
        let seen = Seen { place: "/board".into(), ja: "速い".into(), en: "Too fast.".into() };
        let text = in_full(&row(true, Some(seen)));
        for line in ["noticed after 7 s by the watch's tempo", "not stopped: nobody did", "Too fast. (/board)"] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(in_full(&row(true, None)).contains("sees nothing of it"));
    }

    #[test]
    fn the_summary_is_a_table_whose_columns_stand_under_their_heads() {
        let text = summary(&[row(true, None), row(false, None)]);
        let lines: Vec<_> = text.lines().collect();
        let column = lines[0].find("stopped").unwrap();
        assert!(lines[1..].iter().all(|line| line[column..].starts_with("not stopped")), "{text}");
        assert!(lines[1].ends_with("kept") && lines[2].ends_with("BROKEN"));
    }
}
