//! What is said once an installation serves: where, and what confines each process.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
};

use serde::Serialize;

use super::doors::{Door, Doors};
use crate::{networks, supervisor::ProcessReport};

/// How to say it, and what of it is known before the processes run.
pub(super) struct Told {
    gate: Spoken,
    desk: Spoken,
    test: bool,
    json: bool,
}

/// Where one is spoken to.
#[derive(Debug, Clone, Serialize)]
struct Spoken {
    origin: String,
    listen: String,
    /// `tls`, `proxy` or `plain`.
    wire: &'static str,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Process {
    role: String,
    pid: u32,
    /// Whether at least the floor holds: seccomp, no new privileges, Landlock for files.
    confined: bool,
    holds: Vec<&'static str>,
    missing: Vec<&'static str>,
    /// The Landlock ABI that was found, 0 if none.
    landlock_abi: u32,
}

/// All that is said.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    gate: Spoken,
    desk: Spoken,
    test: bool,
    /// Whether print on uploads is read.
    reads_print: bool,
    processes: Vec<Process>,
    /// Where the link for the first sign-in lies, while there is no administrator. Never the link itself.
    founding_token: Option<PathBuf>,
    #[serde(skip)]
    json: bool,
}

impl Told {
    pub(super) fn new(doors: &Doors, test: bool, behind_proxy: bool, json: bool) -> Self {
        let spoken = |door: &Door| Spoken {
            origin: door.origin.clone(),
            listen: door.listener.local_addr().map_or_else(|_| String::new(), |address| address.to_string()),
            wire: match (&door.identity, behind_proxy) {
                (Some(_), _) => "tls",
                (None, true) => "proxy",
                (None, false) => "plain",
            },
        };
        Self { gate: spoken(&doors.gate), desk: spoken(&doors.desk), test, json }
    }
}

impl From<&ProcessReport> for Process {
    fn from(report: &ProcessReport) -> Self {
        let grade = &report.grade;
        let (holds, missing) = (grade.holding(), grade.missing());
        let (role, confined) = (report.role.to_string(), grade.at_floor());
        Self { role, pid: report.pid, confined, holds, missing, landlock_abi: grade.landlock_abi }
    }
}

impl Report {
    pub(super) fn new(
        told: Told,
        (processes, reads_print): (&[ProcessReport], bool),
        founding_token: Option<PathBuf>,
    ) -> Self {
        let Told { gate, desk, test, json } = told;
        let processes = processes.iter().map(Process::from).collect();
        Self { gate, desk, test, reads_print, processes, founding_token, json }
    }

    /// Says it. Whoever does not listen has the log.
    pub(super) fn print(&self) {
        let text = if self.json { serde_json::to_string(self).unwrap_or_default() + "\n" } else { self.text() };
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, at) in [("gate", &self.gate), ("desk", &self.desk)] {
            let wire = match at.wire {
                "tls" => "TLS ends here",
                "proxy" => "a proxy ends TLS",
                _ => "plain HTTP, this machine only",
            };
            let _ = writeln!(text, "{name}  {}  on {} ({wire})", at.origin, at.listen);
        }
        self.processes.iter().for_each(|process| text += &process.line());
        text += &self.meanings();
        if !self.reads_print {
            let _ = writeln!(text, "{}: only what members draw stays visible", networks::absence());
        }
        if self.test {
            text += "\nTHIS IS A TEST INSTALLATION: it may speak plain HTTP, its webhooks may go to this machine, \
                     its clock can be moved. Show it no real document.\n";
        }
        if let Some(path) = &self.founding_token {
            let _ = writeln!(
                text,
                "\nThere is no administrator yet. Whoever opens the link in\n  {}\nbecomes the first. It lies there \
                 for 30 minutes; a new start lays out a new one.",
                path.display()
            );
        }
        text
    }

    /// What the names of missing parts mean, each once.
    fn meanings(&self) -> String {
        let known = MEANINGS.iter().filter(|(name, _)| self.processes.iter().any(|one| one.missing.contains(name)));
        known.map(|(name, meaning)| format!("  {name}: {meaning}\n")).collect()
    }
}

const MEANINGS: [(&str, &str); 9] = [
    ("seccomp", "system calls are not filtered"),
    ("no_new_privs", "a program started from it could gain privileges"),
    ("landlock_files", "this kernel has no Landlock: every file of its user is open to it"),
    ("landlock_ports", "this kernel's Landlock does not limit ports (Linux 6.7 does); seccomp carries it alone"),
    ("landlock_scopes", "this kernel's Landlock does not limit signals (Linux 6.12 does)"),
    ("not_dumpable", "others of its user may read its memory"),
    ("core_dumps_off", "it may leave a core file"),
    ("own_user", "started by an ordinary user, all processes share its id; start as root to give each its own"),
    ("secret_memory", "this kernel has no memfd_secret: keys lie in locked memory, or in ordinary"),
];

impl Process {
    fn line(&self) -> String {
        let held = if self.confined { "confined" } else { "NOT CONFINED" };
        let missing =
            if self.missing.is_empty() { String::new() } else { format!(", without {}", self.missing.join(", ")) };
        format!("  {:<17} {held}{missing}\n", self.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor::Role;
    use sekisho_sys::confine::Grade;

    fn report(json: bool, grade: Grade) -> Report {
        let at = |name: &str| Spoken {
            origin: format!("https://{name}.example"),
            listen: "127.0.0.1:1".into(),
            wire: "tls",
        };
        let told = Told { gate: at("gate"), desk: at("desk"), test: true, json };
        let process = ProcessReport { role: Role::Gate, pid: 7, grade, restarts: 0, ready: true };
        Report::new(told, (&[process], false), Some("/d/keeper/founding-token".into()))
    }

    #[test]
    fn what_is_missing_is_said_and_explained() {
        let text = report(false, Grade::default()).text();
        assert!(text.contains("gate              NOT CONFINED, without seccomp"), "{text}");
        assert!(text.contains("print is not read: "), "{text}");
        assert!(text.contains("own_user: started by an ordinary user"), "{text}");
        assert!(text.contains("THIS IS A TEST INSTALLATION") && text.contains("/d/keeper/founding-token"), "{text}");
    }

    #[test]
    fn every_part_of_a_grade_has_its_meaning() {
        let nothing = Grade { secret_memory: Some(sekisho_sys::secret::SecretKind::Ordinary), ..Grade::default() };
        let explained: Vec<_> = MEANINGS.iter().map(|(name, _)| *name).collect();
        assert_eq!(nothing.missing(), explained);
    }

    #[test]
    fn a_program_gets_the_same_as_an_object() {
        let json = serde_json::to_value(report(true, Grade::default())).unwrap();
        assert_eq!(json["processes"][0]["role"], "gate");
        assert_eq!(json["processes"][0]["confined"], false);
        assert_eq!((&json["gate"]["wire"], &json["reads_print"]), (&"tls".into(), &false.into()));
    }
}
