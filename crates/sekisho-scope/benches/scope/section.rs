//! What was measured, as a part of docs/SCOPE.md.

use std::{fmt::Write, fs, io, path::Path, process::Command, thread};

use crate::took::{Took, median};

/// Which figures are written: the command that writes them stands at both ends of their place.
pub(crate) const LOGS: &str = "cargo xtask bench scope";
/// Likewise, of packets.
pub(crate) const PACKETS: &str = "cargo xtask bench scope --packets";
/// Likewise, of the ledger.
pub(crate) const LEDGER: &str = "cargo xtask bench scope --ledger";

/// One tool's figures.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) processors: Option<f64>,
    pub(crate) speed: f64,
}

impl Row {
    /// `None` if it never ran. `size` is in bytes.
    pub(crate) fn new(name: &str, runs: &[Took], size: u64) -> Option<Self> {
        let walls = || runs.iter().map(|took| took.wall);
        let processors = runs.iter().filter_map(|took| took.processors).min_by(f64::total_cmp);
        let (least, most) = (walls().min_by(f64::total_cmp)?, walls().max_by(f64::total_cmp)?);
        let median = median(runs);
        Some(Self { name: name.into(), median, least, most, processors, speed: size as f64 / 1e9 / median })
    }
}

/// One question to one log.
pub(crate) struct Section {
    /// The log.
    pub(crate) title: String,
    /// What else there is to say.
    pub(crate) note: String,
    /// Who was asked.
    pub(crate) rows: Vec<Row>,
}

/// The machine's load now (1, 5, 15 minutes).
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// All of it.
pub(crate) fn text(sections: &[Section], before: &str, requests: u64) -> String {
    let mut out = String::from(
        "\nMedians of three runs in turns, from the page cache, each in a process of its own; processors is the least \
         of three, system included.\nAbsolute figures belong to the machine and its load; what counts are ratios \
         within one table.\n",
    );
    for Section { title, note, rows } in sections {
        let _ = write!(
            out,
            "\n### {title}\n\n{note}\n\n| | wall, s | least – most | processors, s | GB/s |\n|---|---:|---:|---:|---:|\n"
        );
        for Row { name, median, least, most, processors, speed } in rows {
            let processors = processors.map_or("–".into(), |seconds| format!("{seconds:.2}"));
            let _ = writeln!(out, "| {name} | {median:.2} | {least:.2} – {most:.2} | {processors} | {speed:.2} |");
        }
    }
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let (after, commit) = (load(), commit());
    let _ = write!(
        out,
        "\n<sub>{requests} requests from seed 2021, commit {commit}. {cores} processors. Load (1, 5, 15 minutes) before {before}, after {after}.</sub>\n"
    );
    out
}

pub(crate) fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or_else(|_| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Puts it where what `command` wrote last was.
pub(crate) fn write(docs: &Path, command: &str, text: &str) -> io::Result<()> {
    let path = docs.join("SCOPE.md");
    let paper = fs::read_to_string(&path)?;
    let (begin, end) =
        (format!("<!-- begin: written by `{command}` -->\n"), format!("<!-- end: written by `{command}` -->"));
    let none = || io::Error::other("docs/SCOPE.md has no place for figures");
    let (before, rest) = paper.split_once(&begin).ok_or_else(none)?;
    let (_, after) = rest.split_once(&end).ok_or_else(none)?;
    fs::write(path, format!("{before}{begin}{text}{end}{after}"))
}
