//! How long `sekisho scope logs` takes, beside others that were asked the same in the same run.
//!
//! Called by `cargo xtask bench scope`. With `ask` as its first word it is one run of ours, in a process of its own.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measurement speaks")]

#[allow(dead_code, reason = "a test reads it as it comes")]
mod bulk;
mod chance;
mod generate;
mod ledger;
mod make;
mod packets;
mod program;
mod rivals;
mod section;
mod took;
#[path = "../../tests/packets/wire.rs"]
mod wire;
mod written;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use program::{Ours, ask};
use section::{Row, Section};
use took::{Took, median, timed};

const HELP: &str = "\
How long sekisho scope takes, beside others that were asked the same in the same run.

  (nothing)     logs of a gigabyte: nginx, gzipped, S3, CloudTrail; beside Polars, DuckDB, gawk and goaccess (10 minutes)
  --ledger      ledgers, with an index and without; --events N for one of so many entries
  --packets     a capture of 500 MB, beside tshark
  --small       a little of it, to see whether it runs; writes no report
  --program FILE  ask this sekisho; without it, the library in a program of its own. `cargo xtask bench scope` builds one
                and names it here, but for --small
  --docs DIR    the folder of SCOPE.md, whose figures are brought up to date
  make DIR N    only writes the logs, of N requests

Example: cargo xtask bench scope --small";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let outcome = match words.split_first() {
        _ if words.iter().any(|word| word == "--help") => {
            println!("{HELP}");
            Ok(())
        }
        Some((first, files)) if first == "ask" => ask(files),
        Some((first, rest)) if first == "make" => make(rest),
        Some((first, rest)) if first == "ask-ledger" => ledger::ask(rest),
        Some((first, rest)) if first == "index-ledger" => ledger::index(rest),
        Some((first, rest)) if first == "ask-packets" => packets::ask(rest),
        _ if words.iter().any(|word| word == "--packets") => packets::measure(&words),
        _ if words.iter().any(|word| word == "--ledger") => ledger::measure(&words),
        _ => measure(&words),
    };
    outcome.map_or_else(
        |why| {
            eprintln!("{why}");
            ExitCode::from(2)
        },
        |()| ExitCode::SUCCESS,
    )
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Only writes the logs, to be looked at or asked about by hand: into a folder, so many requests.
fn make(words: &[String]) -> Outcome {
    let [folder, requests] = words else { return Err("which folder, how many requests?".into()) };
    let (folder, requests) = (Path::new(folder), requests.parse()?);
    fs::create_dir_all(folder.join("trail"))?;
    generate::nginx(&folder.join("access.log"), requests)?;
    generate::s3(&folder.join("s3.log"), requests * 2 / 5)?;
    generate::cloudtrail(&folder.join("trail"), requests / 10, 5000)?;
    Ok(generate::pack(fs::File::open(folder.join("access.log"))?, &folder.join("access.log.gz"))?)
}

/// What is measured, and where.
struct Ground {
    folder: PathBuf,
    /// Requests in the log of a web server; a gigabyte has 6.5 million.
    requests: u64,
    rounds: usize,
    ours: Ours,
}

fn measure(words: &[String]) -> Outcome {
    let is_small = words.iter().any(|word| word == "--small");
    let after = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    let folder = env::temp_dir().join("sekisho-bench-scope");
    fs::create_dir_all(&folder)?;
    let (requests, rounds) = if is_small { (200_000, 1) } else { (6_500_000, 3) };
    let ground = Ground { folder, requests, rounds, ours: Ours::told(words) };
    let before = section::load();
    let (plain, expected) = web_server(&ground)?;
    let mut sections = vec![plain, packed(&ground, &expected)?];
    sections.push(object_storage(&ground)?);
    sections.push(audit_trail(&ground)?);
    let text = section::text(&sections, &before, requests);
    println!("{text}");
    fs::remove_dir_all(&ground.folder)?;
    match after("--docs") {
        Some(docs) if !is_small => Ok(section::write(Path::new(docs), section::LOGS, &text)?),
        _ => Ok(()),
    }
}

/// Also gives the known answer.
fn web_server(ground: &Ground) -> Result<(Section, String), Box<dyn std::error::Error>> {
    let log = ground.folder.join("access.log");
    let expected = generate::nginx(&log, ground.requests)?.to_string();
    let file = log.display().to_string();
    let own = |threads: usize| ground.ours.asked(threads, std::slice::from_ref(&log), &expected);
    let mut runs: Vec<(String, Vec<Took>)> =
        vec![("ours, 2 threads".into(), Vec::new()), ("ours, 1 thread".into(), Vec::new())];
    runs.extend(rivals::RIVALS.iter().map(|rival| (rival.name.to_owned(), Vec::new())));
    // The first run of ours warms up and counts for nothing.
    own(2)?;
    for round in 0..ground.rounds {
        runs[0].1.push(own(2)?);
        runs[1].1.push(own(1)?);
        for (at, rival) in rivals::RIVALS.iter().enumerate().filter(|(_, rival)| round < rival.rounds) {
            let command: Vec<_> = rival.command.iter().map(|word| (*word).to_owned()).chain([file.clone()]).collect();
            match timed(&command) {
                Ok(took) if rival.counts && took.said != expected => {
                    return Err(format!("{} says {}, there are {expected}", rival.name, took.said).into());
                }
                Ok(took) => runs[at + 2].1.push(took),
                Err(why) => eprintln!("not run: {}: {why}", rival.name),
            }
        }
    }
    let size = fs::metadata(&log)?.len();
    let rows = runs.iter().filter_map(|(name, took)| Row::new(name, took, size)).collect();
    let title = format!("A web server's log of {:.2} GB, {} lines", size as f64 / 1e9, ground.requests);
    let shares = runs[2..].iter().filter(|(_, took)| !took.is_empty());
    let ratios = shares.map(|(name, took)| format!("{name} {:.1}", median(took) / median(&runs[0].1)));
    let note = format!(
        "All count {expected} distinct paths, as whoever made the log does (of ours: certainly and possibly sent \
         together). {} Goal: 1.5 s for 1 GB on 2 idle cores, and less than any other. Times as long as ours with 2 threads: {}.",
        ground.ours.name(),
        ratios.collect::<Vec<_>>().join(", ")
    );
    Ok((Section { title, note, rows }, expected))
}

fn packed(ground: &Ground, expected: &str) -> Result<Section, Box<dyn std::error::Error>> {
    let log = ground.folder.join("access.log");
    let packed = ground.folder.join("access.log.gz");
    generate::pack(fs::File::open(&log)?, &packed)?;
    let size = fs::metadata(&log)?.len();
    fs::remove_file(&log)?;
    let (mut own, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..=ground.rounds {
        own.push(ground.ours.asked(2, std::slice::from_ref(&packed), expected)?);
        alone.push(took::unpacked(&packed)?);
    }
    let (share, file) = (median(&alone[1..]) / median(&own[1..]), fs::metadata(&packed)?.len());
    let rows = [
        Row::new("ours, 2 threads", &own[1..], size),
        Row::new("unpacking alone, 1 thread, the same library", &alone[1..], size),
    ];
    let title = format!("The same log, gzipped to {:.2} GB", file as f64 / 1e9);
    let note = format!("{:.0} % of the decoder's own speed; goal 90 %. GB/s are of the unpacked log.", share * 100.0);
    fs::remove_file(&packed)?;
    Ok(Section { title, note, rows: rows.into_iter().flatten().collect() })
}

fn object_storage(ground: &Ground) -> Result<Section, Box<dyn std::error::Error>> {
    let log = ground.folder.join("s3.log");
    // A line is about three times as long.
    let requests = ground.requests * 2 / 5;
    let expected = generate::s3(&log, requests)?.to_string();
    let size = fs::metadata(&log)?.len();
    let mut own = Vec::new();
    for _ in 0..=ground.rounds {
        own.push(ground.ours.asked(2, std::slice::from_ref(&log), &expected)?);
    }
    fs::remove_file(&log)?;
    let title = format!("S3 server access log of {:.2} GB, {requests} lines", size as f64 / 1e9);
    let note = format!(
        "Every run counts {expected} objects, as whoever made the log does. Every request has an identifier, which is \
         held to find duplicates. Goal: 2 s for 1 GB on 2 idle cores."
    );
    Ok(Section { title, note, rows: Row::new("ours, 2 threads", &own[1..], size).into_iter().collect() })
}

fn audit_trail(ground: &Ground) -> Result<Section, Box<dyn std::error::Error>> {
    let folder = ground.folder.join("trail");
    fs::create_dir_all(&folder)?;
    let requests = ground.requests / 10;
    let (size, expected) = generate::cloudtrail(&folder, requests, 5000)?;
    let files: Vec<_> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let mut own = Vec::new();
    for _ in 0..=ground.rounds {
        own.push(ground.ours.asked(1, &files, &expected.to_string())?);
    }
    let title = format!(
        "CloudTrail: {requests} data events in {} gzipped documents, {:.2} GB unpacked",
        files.len(),
        size as f64 / 1e9
    );
    let note = format!(
        "Every run counts {expected} objects, as whoever made the trail does. Goal: 300 MB/s of the unpacked text on one \
         core, unpacking included."
    );
    Ok(Section { title, note, rows: Row::new("ours, 1 thread", &own[1..], size).into_iter().collect() })
}
