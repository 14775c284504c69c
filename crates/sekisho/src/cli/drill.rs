//! `sekisho drill`: the attacks of the promise table on a throwaway installation.

use std::process::ExitCode;

use clap::Args;

use super::refuse;
use crate::{
    drill::{self, Row},
    logging,
};

/// Which attacks.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sekisho drill                               perform all, print what the attacker got\n  \
    sekisho drill stolen-storage stolen-site-key --json\n\nDrills: stolen-storage, stolen-databases, \
    stolen-site-key, public-process"
)]
pub(super) struct DrillArgs {
    /// The drills; all of them without a name
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print a JSON array, and nothing else on standard output
    #[arg(long)]
    json: bool,
}

/// Exit 0 when every promise was kept, 1 when one was broken, 2 when a drill could not be performed.
pub(super) fn run(args: DrillArgs) -> ExitCode {
    if !args.json {
        logging::start("drill");
    }
    match drill::perform(&args.names, None) {
        Ok(rows) => {
            show(&rows, args.json);
            ExitCode::from(u8::from(rows.iter().any(|row| !row.kept)))
        }
        Err(why) => refuse(why),
    }
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(rows: &[Row], json: bool) {
    if json {
        println!("{}", serde_json::to_string(rows).expect("rows are strings and numbers"));
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
    }
}
