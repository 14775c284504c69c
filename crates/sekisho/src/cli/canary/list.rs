//! `sekisho canary list`.

use std::process::ExitCode;

use clap::Args;
use sekisho_keeper::canary::Book;
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
    let book = args.place.open()?.read().map_err(|why| why.to_string())?;
    let touched = book.baits.iter().any(|bait| bait.touched.is_some() && bait.retired.is_none());
    show(&book, args.place.json);
    Ok(ExitCode::from(u8::from(touched)))
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(book: &Book, as_json: bool) {
    if as_json {
        let canaries: Vec<_> = book.baits.iter().map(told::json).collect();
        println!("{}", json!({ "canaries": canaries }));
        return;
    }
    if book.baits.is_empty() {
        println!("No bait is laid. See `sekisho canary make --help`.");
    }
    for bait in &book.baits {
        println!("{}", told::line(bait));
    }
}
