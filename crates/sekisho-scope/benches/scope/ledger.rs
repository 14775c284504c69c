//! A question to a long ledger: how long it takes, how much memory, and whether the answer is the one that is known; of
//! the ledger itself, and with an index of it.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs::{self, File},
    path::Path,
    thread,
    time::Instant,
};

use sekisho_core::time::Timestamp;
use sekisho_scope::ledger::{
    Exported, Ledger, Lines, Question, Window,
    index::{self, Index, Making},
};
use serde_json::{Value, json};

use crate::{
    Outcome,
    bulk::{Bulk, Known},
    make::make,
    section,
    took::timed,
};

const SEED: u64 = 2021;
const ROUNDS: usize = 3;
/// Ledgers up to this length lie in the page cache; longer ones are read without their index once only.
const CACHED: u64 = 40_000_000;
/// The goal's entries, seconds and megabytes.
const GOAL: &str = "Goal: 100 million entries in 10 s on 2 cores, 1 GiB of memory, exact.";

/// One run, in a process of its own: the folder of an export, the number of threads, and whether with its index. Prints
/// the answer.
pub(crate) fn ask(words: &[String]) -> Outcome {
    let [folder, threads, how] = words else { return Err("a folder, a number of threads, index or whole".into()) };
    let (folder, threads) = (Path::new(folder), threads.parse()?);
    let begun = Instant::now();
    let file = folder.join("event.jsonl");
    let mut lines = Lines::new(File::open(&file)?);
    let mut ledger = Ledger::new(question()?);
    if how == "index" {
        let index = Index::fitting(&index::beside(&file), &File::open(&file)?, false)?;
        lines = Lines::behind(File::open(&file)?, index.cover().bytes)?;
        ledger = Ledger::recalled(question()?, index, threads)?;
    }
    let whole = ledger.gather(lines, threads)?;
    let read = begun.elapsed();
    let size = ledger.next();
    let mut members = Exported::new(folder.join("checks.jsonl"), threads);
    let scope = ledger.affected(size).count(Some(&mut members))?;
    let (all, peak) = (begun.elapsed(), peak_mb());
    let (ms, read_ms) = (all.as_millis() as u64, read.as_millis() as u64);
    println!("{}", json!({ "scope": scope, "whole": whole, "ms": ms, "read_ms": read_ms, "peak_mb": peak }));
    Ok(())
}

/// Makes the index, in a process of its own: the folder of an export, and the number of threads.
pub(crate) fn index(words: &[String]) -> Outcome {
    let [folder, threads] = words else { return Err("a folder and a number of threads".into()) };
    let file = Path::new(folder).join("event.jsonl");
    let ledger = File::open(&file)?;
    let to = index::beside(&file);
    let making = Making { ledger: &ledger, grows: false, to: &to, threads: threads.parse()? };
    let begun = Instant::now();
    let made = making.make(None, |cover| Ok(Lines::behind(ledger.try_clone()?, cover.bytes)?.for_index()))?;
    let ms = begun.elapsed().as_millis() as u64;
    println!("{}", json!({ "bytes": made.bytes, "whole": made.whole, "ms": ms, "peak_mb": peak_mb() }));
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

/// Makes a ledger of `--events` entries (a hundred million take 52 GB for some minutes), asks it with an index and without,
/// writes the figures and removes it again.
pub(crate) fn measure(words: &[String]) -> Outcome {
    let after = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    let is_small = words.iter().any(|word| word == "--small");
    let default = if is_small { 1_000_000 } else { 20_000_000 };
    let entries = after("--events").map_or(Ok(default), |number| number.parse())?;
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
    let (known, sizes) = make(folder, entries, SEED)?;
    eprintln!("made {} entries in {:.0} s", known.entries, begun.elapsed().as_secs_f64());
    let before = section::load();
    let index = made(folder)?;
    eprintln!("an index of {} bytes in {:.1} s", index.bytes, index.seconds);
    // The first run warms up and counts for nothing, unless there is nothing that could be warm.
    let is_cached = entries <= CACHED;
    let all = [
        ("index", 2, ROUNDS, 1),
        ("index", 1, 1, 0),
        ("whole", 2, if is_cached { ROUNDS } else { 1 }, usize::from(is_cached)),
    ];
    let mut rows = Vec::new();
    for (how, threads, rounds, warm) in all {
        let runs = (0..warm + rounds).map(|_| run(folder, threads, how, &known)).collect::<Result<Vec<_>, _>>()?;
        runs.iter().for_each(|run| eprintln!("{how}, {threads} threads: {run:?}"));
        rows.push((how, threads, runs[warm..].to_vec()));
    }
    Ok(text(&known, sizes, &index, &rows, &before))
}

/// An index that was made.
struct Indexed {
    bytes: u64,
    seconds: f64,
    processors: f64,
    peak_mb: u64,
}

fn made(folder: &Path) -> Result<Indexed, Box<dyn std::error::Error>> {
    let own = env::current_exe()?.display().to_string();
    let took = timed(&[own, "index-ledger".into(), folder.display().to_string(), "2".into()])?;
    let said: Value = serde_json::from_str(&took.said)?;
    if said["whole"] != true {
        return Err("the index doesn't cover the ledger".into());
    }
    let [bytes, ms, peak_mb] = ["bytes", "ms", "peak_mb"].map(|name| said[name].as_u64().unwrap_or(0));
    Ok(Indexed { bytes, seconds: ms as f64 / 1e3, processors: took.processors.unwrap_or(f64::NAN), peak_mb })
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Seconds in all, on the wall.
    all: f64,
    /// Of these, of reading the ledger or its index.
    ledger: f64,
    /// Seconds of processors, the system's included.
    processors: f64,
    peak_mb: u64,
}

fn run(folder: &Path, threads: usize, how: &str, known: &Known) -> Result<Run, Box<dyn std::error::Error>> {
    let own = env::current_exe()?.display().to_string();
    let took = timed(&[own, "ask-ledger".into(), folder.display().to_string(), threads.to_string(), how.into()])?;
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

type Rows = [(&'static str, usize, Vec<Run>)];

fn text(known: &Known, [events, checks]: [u64; 2], index: &Indexed, rows: &Rows, before: &str) -> String {
    let gb = |bytes: u64| bytes as f64 / 1e9;
    let Indexed { bytes, seconds, processors, peak_mb } = index;
    let mut out = format!(
        "\n### {} entries ({:.2} GB), {} checks ({:.2} GB)\n\nOf one reviewer in a window: {} documents, {} members and \
         {} checks whose members were erased, in {} looks; {} entries are left out, of which {} may lie in the window. \
         Every run gave exactly these. {GOAL}\n\nThe index has {:.2} GB, {:.1} bytes an entry. Making it took {seconds:.1} s \
         on 2 threads ({processors:.1} s of processors) and {peak_mb} MB.\n\n\
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
        gb(*bytes),
        *bytes as f64 / known.entries as f64,
    );
    rows.iter().for_each(|(how, threads, runs)| row(&mut out, known, &called(how, *threads, runs.len()), runs));
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let _ = write!(
        out,
        "\n<sub>An export without attestations from seed {SEED}; medians, each run in a process of its own; of processors \
         the least. Index and checks are in the page cache; the ledger itself is where it has less than {} million \
         entries. Commit {}. {cores} processors. Load (1, 5, 15 minutes) before {before}, after {}.</sub>\n",
        CACHED / 1_000_000,
        section::commit(),
        section::load(),
    );
    out
}

fn called(how: &str, threads: usize, runs: usize) -> String {
    let how = if how == "index" { "with the index" } else { "the ledger itself" };
    let threads = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
    format!("{how}, {threads}, {}", if runs == 1 { "one run".into() } else { format!("{runs} runs") })
}

fn row(out: &mut String, known: &Known, name: &str, runs: &[Run]) {
    let sorted = |of: fn(&Run) -> f64| {
        let mut all: Vec<_> = runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (all, ledger, processors) = (sorted(|run| run.all), sorted(|run| run.ledger), sorted(|run| run.processors));
    let memory = runs.iter().map(|run| run.peak_mb).max().unwrap_or(0);
    let _ = writeln!(
        out,
        "| {name} | {:.2} | {:.2} – {:.2} | {:.2} | {:.2} | {:.1} million | {memory} |",
        all[all.len() / 2],
        all[0],
        all[all.len() - 1],
        ledger[ledger.len() / 2],
        processors[0],
        known.entries as f64 / 1e6 / processors[0],
    );
}
