//! What every long reading has: threads, memory, a bar that says how far it is, and what it took.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use clap::Args;
use sekisho_scope::Progress;

/// With what it works.
#[derive(Debug, Args)]
pub(super) struct Means {
    /// Tell silences of so many minutes
    #[arg(long, value_name = "MINUTES", default_value = "15", value_parser = clap::value_parser!(i64).range(1..))]
    silence: i64,
    /// How many threads work; without it, as many as there are processors
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Megabytes for what is found; what doesn't fit goes to a file. A connection larger than half of it is told as unread
    #[arg(long, value_name = "MB", default_value = "512")]
    memory: usize,
    /// The folder for that file; without it, the system's for such
    #[arg(long, value_name = "DIR")]
    pub(super) spill: Option<PathBuf>,
}

impl Means {
    /// A silence of so many seconds is told.
    pub(super) const fn silence(&self) -> i64 {
        self.silence * 60
    }

    /// How many threads work.
    pub(super) fn threads(&self) -> usize {
        let available = || thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(available)
    }

    /// How many bytes are held.
    pub(super) const fn memory(&self) -> usize {
        self.memory << 20
    }
}

/// Does it, with a line on how far it is where somebody watches.
pub(super) fn watched<T>(work: impl FnOnce(&Progress) -> T) -> T {
    let (progress, is_done) = (Progress::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        let watcher = io::stderr().is_terminal().then(|| scope.spawn(|| watch(&progress, &is_done)));
        let done = work(&progress);
        is_done.store(true, Ordering::Release);
        if let Some(watcher) = watcher {
            watcher.thread().unpark();
        }
        done
    })
}

fn watch(progress: &Progress, is_done: &AtomicBool) {
    const WIDTH: u64 = 40;
    let mut err = io::stderr();
    while !is_done.load(Ordering::Acquire) {
        let all = progress.all.load(Ordering::Relaxed).max(1);
        let done = progress.done.load(Ordering::Relaxed).min(all);
        let bar = "#".repeat(usize::try_from(done * WIDTH / all).unwrap_or(0));
        // Nobody is left to see it if this fails.
        let _ = write!(err, "\r[{bar:<40}] {} of {} MB", done >> 20, all >> 20).and_then(|()| err.flush());
        thread::park_timeout(Duration::from_millis(200));
    }
    let _ = write!(err, "\r{:70}\r", "");
}

/// The most memory this process has used, in megabytes (Linux, `VmHWM`).
pub(super) fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// The arguments that stand in words, for a command that reads a file named `a`.
#[cfg(test)]
pub(super) fn parsed<A: Args>(words: &str) -> Result<A, String> {
    let words = ["scope", "a"].into_iter().chain(words.split_whitespace());
    let matches = A::augment_args(clap::Command::new("scope")).try_get_matches_from(words);
    matches.and_then(|matches| A::from_arg_matches(&matches)).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_and_its_answer_comes_back() {
        let answer = watched(|progress| progress.all.fetch_add(7, Ordering::Relaxed) + 1);
        assert_eq!(answer, 1);
        assert!(peak_mb().is_some_and(|peak| peak > 0));
    }
}
