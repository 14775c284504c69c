//! A question to a long ledger: how long it takes, how much memory, and whether the answer is the one that is known.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    thread,
    time::Instant,
};

use sekisho_core::time::Timestamp;
use sekisho_scope::ledger::{Exported, Ledger, Lines, Question, Window};
use serde_json::{Value, json};

use crate::{
    Outcome,
    bulk::{Bulk, Known},
    section,
    took::timed,
};

const SEED: u64 = 2021;
const ROUNDS: usize = 3;
/// The goal's entries, seconds and megabytes.
const GOAL: &str = "Goal: 100 million entries in 10 s on 2 cores, 1 GiB of memory, exact.";

/// One run, in a process of its own: the folder of an export, and the number of threads. Prints the answer.
pub(crate) fn ask(words: &[String]) -> Outcome {
    let [folder, threads] = words else { return Err("a folder and a number of threads".into()) };
    let (folder, threads) = (Path::new(folder), threads.parse()?);
    let mut ledger = Ledger::new(question()?);
    let begun = Instant::now();
    let whole = ledger.gather(Lines::new(File::open(folder.join("event.jsonl"))?), threads)?;
    let read = begun.elapsed();
    let size = ledger.next();
    let mut members = Exported::new(folder.join("checks.jsonl"), threads);
    let scope = ledger.affected(size).count(Some(&mut members))?;
    let (all, peak) = (begun.elapsed(), peak_mb());
    let (ms, read_ms) = (all.as_millis() as u64, read.as_millis() as u64);
    println!("{}", json!({ "scope": scope, "whole": whole, "ms": ms, "read_ms": read_ms, "peak_mb": peak }));
    Ok(())
}

fn question() -> Result<Question, Box<dyn std::error::Error>> {
    let (from, to) = Bulk::window();
    let window = Window { from: Some(Timestamp(from)), to: Some(Timestamp(to)) };
    Ok(Question { people: vec![Bulk::thief().parse()?], window, ..Question::default() })
}

/// The most memory this process has used, in megabytes (Linux, `VmHWM`).
pub(crate) fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Makes a ledger, asks it, writes the figures and removes it again.
pub(crate) fn measure(words: &[String]) -> Outcome {
    let after = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    let is_small = words.iter().any(|word| word == "--small");
    let entries = match after("--events") {
        Some(number) => number.parse()?,
        None => {
            if is_small {
                1_000_000
            } else {
                20_000_000
            }
        }
    };
    let folder = env::temp_dir().join("sekisho-bench-ledger");
    fs::create_dir_all(&folder)?;
    let measured = measured(&folder, entries);
    fs::remove_dir_all(&folder)?;
    let text = measured?;
    println!("{text}");
    match after("--docs") {
        Some(docs) if !is_small => Ok(section::write(Path::new(docs), section::LEDGER, &text)?),
        _ => Ok(()),
    }
}

fn measured(folder: &Path, entries: u64) -> Result<String, Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let (known, sizes) = make(folder, entries)?;
    eprintln!("made {} entries in {:.0} s", known.entries, begun.elapsed().as_secs_f64());
    let before = section::load();
    let mut rows = Vec::new();
    for threads in [2, 1] {
        // The first run warms up and counts for nothing.
        let runs = (0..=ROUNDS).map(|_| run(folder, threads, &known)).collect::<Result<Vec<_>, _>>()?;
        rows.push((threads, runs[1..].to_vec()));
    }
    Ok(text(&known, sizes, &rows, &before))
}

/// Writes the ledger and its checks; how many bytes each has.
fn make(folder: &Path, entries: u64) -> io::Result<(Known, [u64; 2])> {
    let (events, checks) = (folder.join("event.jsonl"), folder.join("checks.jsonl"));
    let (mut bulk, mut piece) = (Bulk::new(entries, SEED), Vec::new());
    let mut out = File::create(&events)?;
    while bulk.lines(1 << 20, &mut piece) {
        out.write_all(&piece)?;
        piece.clear();
    }
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&checks)?);
    bulk.checks(&mut out)?;
    out.flush()?;
    Ok((bulk.known, [fs::metadata(&events)?.len(), fs::metadata(&checks)?.len()]))
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Seconds in all, on the wall.
    all: f64,
    /// Of these, of reading the ledger.
    ledger: f64,
    /// Seconds of processors, the system's included.
    processors: f64,
    peak_mb: u64,
}

fn run(folder: &Path, threads: usize, known: &Known) -> Result<Run, Box<dyn std::error::Error>> {
    let own = env::current_exe()?.display().to_string();
    let took = timed(&[own, "ask-ledger".into(), folder.display().to_string(), threads.to_string()])?;
    let said: Value = serde_json::from_str(&took.said)?;
    if said["whole"] != true || !is_known(&said["scope"], known) {
        return Err(format!("it says {}, and {known:?} is known", said["scope"]).into());
    }
    let [ms, read_ms, peak_mb] = ["ms", "read_ms", "peak_mb"].map(|name| said[name].as_u64().unwrap_or(0));
    let (all, ledger) = (ms as f64 / 1e3, read_ms as f64 / 1e3);
    Ok(Run { all, ledger, processors: took.processors.unwrap_or(f64::NAN), peak_mb })
}

/// Whether an answer is the one that is known.
fn is_known(scope: &Value, known: &Known) -> bool {
    let Known { documents, looks, members, erased, missing, read, entries, .. } = known;
    let parts = |all: &BTreeMap<String, u64>| {
        json!(all.iter().map(|(name, n)| (name, json!({ "confirmed": n, "at_most": n }))).collect::<BTreeMap<_, _>>())
    };
    scope["documents"] == json!({ "confirmed": documents, "at_most": documents + missing })
        && scope["looks"] == *looks
        && scope["members"]["confirmed"] == *members
        && scope["members"]["at_most"] == members + missing
        && scope["members"]["erased"]["confirmed"] == *erased
        && scope["by_kind"] == parts(&known.by_kind)
        && scope["by_site"] == parts(&known.by_site)
        && scope["cannot_tell"]["entries"] == *missing
        && scope["read"] == *read
        && (scope["entries"] == *entries)
}

fn text(known: &Known, [events, checks]: [u64; 2], rows: &[(usize, Vec<Run>)], before: &str) -> String {
    let gb = |bytes: u64| bytes as f64 / 1e9;
    let mut out = format!(
        "\n### {} entries ({:.2} GB), {} checks ({:.2} GB)\n\nOf one reviewer in a window: {} documents, {} members and \
         {} checks whose members were erased, in {} looks; {} entries are left out, of which {} may lie in the window. \
         Every run gave exactly these. {GOAL}\n\n\
         | | in all, s | least – most | of it the ledger, s | processors, s | entries a second of processors | most \
         memory, MB |\n|---|---:|---:|---:|---:|---:|---:|\n",
        known.entries,
        gb(events),
        known.entries / 5,
        gb(checks),
        known.documents,
        known.members,
        known.erased,
        known.looks,
        known.entries - known.read,
        known.missing,
    );
    rows.iter().for_each(|(threads, runs)| row(&mut out, known, *threads, runs));
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let _ = write!(
        out,
        "\n<sub>An export without attestations from seed {SEED}, from the page cache; medians of {ROUNDS} runs, each in a \
         process of its own; of processors the least. Commit {}. {cores} processors. Load (1, 5, 15 minutes) before \
         {before}, after {}.</sub>\n",
        section::commit(),
        section::load(),
    );
    out
}

fn row(out: &mut String, known: &Known, threads: usize, runs: &[Run]) {
    let sorted = |of: fn(&Run) -> f64| {
        let mut all: Vec<_> = runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (all, ledger, processors) = (sorted(|run| run.all), sorted(|run| run.ledger), sorted(|run| run.processors));
    let memory = runs.iter().map(|run| run.peak_mb).max().unwrap_or(0);
    let _ = writeln!(
        out,
        "| {threads} thread{} | {:.2} | {:.2} – {:.2} | {:.2} | {:.2} | {:.1} million | {memory} |",
        if threads == 1 { "" } else { "s" },
        all[all.len() / 2],
        all[0],
        all[all.len() - 1],
        ledger[ledger.len() / 2],
        processors[0],
        known.entries as f64 / 1e6 / processors[0],
    );
}
