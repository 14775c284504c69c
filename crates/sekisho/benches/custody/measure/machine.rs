//! Where figures were taken: the machine, its kernel, the file system, and what else ran.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

/// The machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Logical processors.
    pub(crate) processors: usize,
    /// What the first one calls itself.
    pub(crate) model: String,
    /// Memory in GiB.
    pub(crate) memory: f64,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// The file system that was written to, and its device and options.
    pub(crate) file_system: String,
}

/// The load averages of 1, 5 and 15 minutes, and the process's own niceness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    /// From /proc/loadavg; what is measured counts itself.
    pub(crate) averages: String,
    /// 0 unless it was started with another.
    pub(crate) niceness: i64,
}

impl Machine {
    /// This machine, as far as it tells; `ground` lies on the file system that is meant.
    pub(crate) fn here(ground: &Path) -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self {
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            model: field(&text("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".into()),
            memory: memory(&text("/proc/meminfo")),
            kernel: text("/proc/sys/kernel/osrelease").trim().into(),
            file_system: file_system(&text("/proc/self/mountinfo"), ground).unwrap_or_else(|| "unknown".into()),
        }
    }
}

impl Load {
    /// Now.
    pub(crate) fn now() -> Self {
        let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The 19th field; the second may hold spaces, and ends with the last parenthesis.
        let nice = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(16)?.parse().ok());
        let three = averages.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        Self { averages: three, niceness: nice.unwrap_or(0) }
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory(text: &str) -> f64 {
    let kib = field(text, "MemTotal").and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok());
    (kib.unwrap_or(0.0) / 1024.0 / 102.4).round() / 10.0
}

/// Of the mounts whose point lies above `ground`, the one that lies deepest.
fn file_system(mounts: &str, ground: &Path) -> Option<String> {
    let ground = ground.canonicalize().ok()?;
    let mount = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split_whitespace().nth(4)?.to_owned();
        let (mut before, mut after) = (before.split_whitespace().skip(5), after.split_whitespace());
        let (kind, device) = (after.next()?, after.next()?);
        let told = format!("{kind} on {device} ({})", before.next()?);
        ground.starts_with(&point).then_some((point.len(), told))
    };
    mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length).map(|(_, told)| told)
}
