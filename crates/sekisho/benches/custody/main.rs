//! `cargo bench --package sekisho --bench custody`: figures, beside rivals and the bare machine.
//!
//! A plain program. `cargo xtask bench custody` gets what it needs and calls it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks")]

mod measure;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use measure::{
    ALL, Bench, Done, Measurement, Sizes,
    commit::commit,
    machine::{Load, Machine},
    record::{Measured, Run},
    report,
};
use sekisho_core::{calendar::text::rfc3339, time::Clock};
use sekisho_sys::clock::SystemClock;

/// Measure Sekisho's custody beside OpenBao and the bare machine
#[derive(Debug, Parser)]
#[command(after_help = "Example: cargo xtask bench custody --only release --small")]
struct Args {
    /// Only this measurement; may be given again.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print JSON instead of Markdown.
    #[arg(long)]
    json: bool,
    /// A minute's sizes, for developing. Nothing is written.
    #[arg(long)]
    small: bool,
    /// The folder of BENCHMARKS.md and benchmarks.json, to be brought up to date.
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("custody: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Done {
    let chosen = chosen(&args.only)?;
    let bench = Bench {
        ground: env!("CARGO_TARGET_TMPDIR").into(),
        sizes: Sizes::named(if args.small { "small" } else { "full" }).ok_or("no such sizes")?,
        openbao: std::env::var_os("SEKISHO_OPENBAO").map(PathBuf::from),
        sekisho: env!("CARGO_BIN_EXE_sekisho").into(),
    };
    if bench.openbao.is_none() {
        eprintln!("OpenBao is not here (SEKISHO_OPENBAO names no program): nothing stands beside ours");
    }
    let commit = commit();
    let docs = args.docs.as_ref().filter(|_| !args.small);
    if let (Some(_), Err(why)) = (docs, &commit) {
        eprintln!("figures are printed only, since they name their commit, and that is: {why}");
    }
    let docs = docs.filter(|_| commit.is_ok());
    let commit = commit.unwrap_or_else(|why| why.to_string());
    let mut all = Vec::new();
    for measurement in chosen {
        eprintln!("{} …", measurement.name);
        all.push(taken(measurement, &bench, &commit)?);
        // After each, so that what was measured is not lost with what comes after it.
        if let Some(docs) = docs {
            bring_up_to_date(docs, &all)?;
        }
    }
    println!("{}", if args.json { serde_json::to_string(&all)? } else { report::text(&all) });
    Ok(())
}

fn chosen(only: &[String]) -> Done<Vec<&'static Measurement>> {
    let names: Vec<_> = ALL.iter().map(|measurement| measurement.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no measurement `{unknown}`; there are {}", names.join(", ")).into());
    }
    Ok(ALL.iter().filter(|it| only.is_empty() || only.iter().any(|name| name == it.name)).collect())
}

fn taken(measurement: &Measurement, bench: &Bench, commit: &str) -> Done<Measured> {
    let (before, begun) = (Load::now(), Instant::now());
    let at = rfc3339(SystemClock.read().wall);
    let mut measured = (measurement.take)(bench)?;
    measured.run = Some(Run {
        at,
        commit: commit.to_owned(),
        sizes: bench.sizes.name.into(),
        machine: Machine::here(&bench.ground),
        load: [before, Load::now()],
        seconds: begun.elapsed().as_secs_f64(),
    });
    Ok(measured)
}

/// Puts `new` in the place of what was measured under the same name before, and writes the document anew.
fn bring_up_to_date(docs: &Path, new: &[Measured]) -> Done {
    let (data, document) = (docs.join("benchmarks.json"), docs.join("BENCHMARKS.md"));
    let mut all: Vec<Measured> = match fs::read(&data) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => Vec::new(),
    };
    all.retain(|old| !new.iter().any(|measured| measured.name == old.name));
    all.extend(new.iter().cloned());
    all.sort_by_key(|measured| ALL.iter().position(|it| it.name == measured.name));
    fs::write(&data, serde_json::to_string_pretty(&all)? + "\n")?;
    fs::write(&document, report::written_into(&fs::read_to_string(&document)?, &all)?)?;
    Ok(())
}
