//! `sekisho drill`: the attacks of the promise table on a throwaway installation.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::refuse;
use crate::{
    drill::{self, Means, Printed, Row},
    logging,
};

/// Which attacks.
#[derive(Debug, Args)]
#[command(
    after_help = format!(
        "Examples:\n  sekisho drill                               perform all, print what the attacker got\n  \
         sekisho drill stolen-storage stolen-site-key --json\n  sekisho drill --table FILE                  the \
         promise table of what --json printed into FILE\n\nDrills: {}",
        drill::names().join(", ")
    )
)]
pub(super) struct DrillArgs {
    /// The drills; all of them without a name
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print a JSON array, and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// The campaign form, where a drill has one: more copies over more simulated hours. Takes many minutes
    #[arg(long)]
    full: bool,
    /// Perform nothing; print the promise table in Markdown, from what an earlier run printed with --json
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "json", "full"])]
    table: Option<PathBuf>,
    /// Perform nothing; print in Markdown what stood beside us in such a run
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "json", "full", "table"])]
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
    let means = Means { program: None, full: args.full, say: Some(say) };
    match drill::perform(&args.names, means) {
        Ok(rows) => {
            show(&rows, args.json);
            ExitCode::from(u8::from(rows.iter().any(|row| !row.kept)))
        }
        Err(why) => refuse(why),
    }
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

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(rows: &[Row], json: bool) {
    if json {
        println!("{}", serde_json::to_string_pretty(rows).expect("rows are strings and numbers"));
        return;
    }
    for row in rows {
        let got = row.got;
        println!("\n{}: {}", row.name, if row.kept { "kept" } else { "BROKEN" });
        println!("  held     {}", row.held);
        println!("  got      {} pictures, {} birth dates, {} names", got.pictures, got.birth_dates, got.names);
        println!("  promise  {}", row.promise);
        println!("  noticed  {}", row.noticed);
        println!("  note     {}", row.note);
        if let Some(short) = &row.short {
            println!("  in short {short}");
        }
    }
}
