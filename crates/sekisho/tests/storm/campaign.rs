//! Where a campaign's report goes.

use serde::Serialize;

/// Writes the report as one JSON object with its last line into the file that `SEKISHO_REPORT` names; prints the line.
#[allow(clippy::print_stderr)] // A campaign is watched.
pub(crate) fn deliver(report: &impl Serialize, last_line: &str) {
    eprintln!("{last_line}");
    let Some(path) = std::env::var_os("SEKISHO_REPORT") else { return };
    let whole = serde_json::json!({ "line": last_line, "report": report });
    std::fs::write(path, format!("{whole}\n")).unwrap();
}

/// Says how far a campaign has come.
#[allow(clippy::print_stderr)]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
