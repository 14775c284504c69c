//! `sekisho export`: everything in open formats, for whoever leaves.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::{Map, Value, json};

use super::refuse;
use crate::app::archive::export::write_all;

/// What to export, and where to
#[derive(Debug, Args)]
#[command(after_help = "\
Each table becomes a file of JSON lines, the ledger is copied as it was published, and README.md says what every file \
and field holds and how the ledger is checked without this program. No key, no picture.

Examples:
  sekisho export --data /var/lib/sekisho --to /mnt/export
  sekisho export --data ./data --to ./export --json

Exit status: 0 it is written, 2 it is not: a file or option is wrong, or the disk is full.")]
pub(super) struct ExportArgs {
    /// The folder with the state; the installation may run meanwhile
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// An empty folder, or none yet; never below --data
    #[arg(long)]
    to: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Writes it and says how many rows each file has.
#[allow(clippy::print_stdout)] // The command line's own way to speak.
pub(super) fn run(args: ExportArgs) -> ExitCode {
    let written = match write_all(&args.data, &args.to) {
        Ok(written) => written,
        Err(why) => return refuse(why),
    };
    if args.json {
        let rows: Map<String, Value> = written.into_iter().map(|(name, rows)| (name, rows.into())).collect();
        println!("{}", json!({ "export": args.to, "rows": rows }));
    } else {
        println!("{}; README.md there says what each file holds", args.to.display());
        written.iter().for_each(|(name, rows)| println!("  {name}: {rows} rows"));
    }
    ExitCode::SUCCESS
}
