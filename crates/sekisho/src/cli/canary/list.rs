//! `sekisho canary list`.

use std::process::ExitCode;

use clap::Args;
use sekisho_core::id::StaffId;
use sekisho_keeper::canary::{Answers, Book, Console, ConsoleError};
use serde::Serialize;
use serde_json::json;

use super::{Place, told};

/// Which installation.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sekisho canary list --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore

Exit status: 0 nothing was touched, 1 something was, 2 the book doesn't open.")]
pub(super) struct ListArgs {
    #[command(flatten)]
    place: Place,
}

/// Says it: exit 1 if something that isn't given up was touched.
pub(super) fn run(args: &ListArgs) -> Result<ExitCode, String> {
    let console = args.place.open()?;
    let told = console.read().and_then(|book| Ok((rates(&console, &book)?, book)));
    let (rates, book) = told.map_err(|why| why.to_string())?;
    let touched = book.baits.iter().any(|bait| bait.touched.is_some() && bait.retired.is_none());
    show(&book, &rates, args.place.json);
    Ok(ExitCode::from(u8::from(touched)))
}

/// How one reviewer answered test documents: only how many of how many.
#[derive(Debug, Serialize)]
struct Rate {
    reviewer: String,
    right: u32,
    of: u32,
}

fn rates(console: &Console, book: &Book) -> Result<Vec<Rate>, ConsoleError> {
    let rate = |(staff, Answers { right, of }): (StaffId, Answers)| {
        let reviewer = console.name(staff)?.unwrap_or_else(|| staff.to_string());
        Ok(Rate { reviewer, right, of })
    };
    console.answers(book)?.into_iter().map(rate).collect()
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(book: &Book, rates: &[Rate], as_json: bool) {
    if as_json {
        let canaries: Vec<_> = book.baits.iter().map(told::json).collect();
        println!("{}", json!({ "canaries": canaries, "answers": rates }));
        return;
    }
    if book.baits.is_empty() {
        println!("No bait is laid. See `sekisho canary make --help`.");
    }
    for bait in &book.baits {
        println!("{}", told::line(bait));
    }
    for Rate { reviewer, right, of } in rates {
        println!("{reviewer}: {right} of {of} test documents answered as they ought to be");
    }
}
