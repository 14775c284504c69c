//! `cargo xtask test`: everything that must hold, with one line at the end that says whether it did.

use std::process::Command;

use crate::{
    engines,
    install::{
        self, C_COMPILER, CHROMIUM, GO, GO_SUMDB, IPA_FONTS, JAPANESE_FONTS, NETWORKS, NGINX, NOTO_CJK, Need, OCR_B,
        OPENBAO, PEER_WITNESS, PROMTOOL,
    },
    sh::{self, Failure, cargo, which},
    tally::Tally,
    wheel,
};

/// What the tests need, and the variable that forbids them to pass without it.
const NEEDS: [(Need, &str); 13] = [
    (C_COMPILER, ""),
    (CHROMIUM, "SEKISHO_REQUIRE_BROWSER"),
    (JAPANESE_FONTS, "SEKISHO_REQUIRE_FONTS"),
    (GO, "SEKISHO_REQUIRE_GO"),
    (GO_SUMDB, "SEKISHO_REQUIRE_GO"),
    (OPENBAO, "SEKISHO_REQUIRE_OPENBAO"),
    (PEER_WITNESS, "SEKISHO_REQUIRE_PEER_WITNESS"),
    (NETWORKS, "SEKISHO_REQUIRE_MODELS"),
    (NGINX, "SEKISHO_REQUIRE_NGINX"),
    (PROMTOOL, "SEKISHO_REQUIRE_PROMTOOL"),
    (NOTO_CJK, "SEKISHO_REQUIRE_PAPERS"),
    (IPA_FONTS, "SEKISHO_REQUIRE_PAPERS"),
    (OCR_B, "SEKISHO_REQUIRE_PAPERS"),
];

/// Installs what is missing, checks and tests everything; `filters` go to the tests' runner.
pub fn run(filters: &[String]) -> Result<(), Failure> {
    let missing = install::ensure(&NEEDS.map(|(need, _)| need));
    let mut tally = Tally::default();
    tally.not_run.extend(missing.iter().map(|need| format!("what needs {}: {}", need.name, need.purpose)));
    tally.check(sh::succeeds(&mut cargo(&["fmt", "--all", "--check"])));
    tally.check(sh::succeeds(&mut cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])));
    bans(&mut tally);
    let mut required = required(&missing);
    match engines::ensure() {
        Some(_) => required.push("SEKISHO_REQUIRE_ENGINES"),
        None => tally.not_run.push("what asks DuckDB and ClickHouse the same: they can't be had here".into()),
    }
    if install::is_root() {
        required.push("SEKISHO_REQUIRE_ROOT");
    } else {
        tally.not_run.push("what reads another process's memory: only root may".into());
    }
    if install::can_mount() {
        required.push("SEKISHO_REQUIRE_DISK");
    } else {
        tally.not_run.push("what fills a disk up: a small one in memory can't be mounted by this user".into());
    }
    tests(&mut tally, &required, filters);
    conclude(&tally)
}

/// `cargo deny`, where it is installed. The advisories want a network and are left to `cargo deny check`.
fn bans(tally: &mut Tally) {
    if which("cargo-deny").is_none() {
        tally
            .not_run
            .push("bans, licences and sources: cargo-deny is not installed (`cargo install cargo-deny`)".into());
        return;
    }
    tally.check(sh::succeeds(&mut cargo(&[
        "deny",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ])));
}

/// The variables for which everything is there: a test that finds it missing all the same must fail.
fn required(missing: &[Need]) -> Vec<&'static str> {
    let is_missing = |variable: &str| {
        NEEDS.iter().any(|(need, other)| *other == variable && missing.iter().any(|gone| gone.name == need.name))
    };
    let mut variables: Vec<_> = NEEDS.iter().map(|(_, variable)| *variable).collect();
    variables.dedup();
    variables.retain(|variable| !variable.is_empty() && !is_missing(variable));
    variables
}

fn tests(tally: &mut Tally, required: &[&str], filters: &[String]) {
    if which("cargo-nextest").is_some() {
        let mut command = cargo(&["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        // Filters that match nothing in one half may match in the other.
        command.arg("--no-tests=pass").args(filters);
        count(tally, &mut command, required);
        count(
            tally,
            cargo(&["test", "--locked", "--workspace", "--doc", "--no-fail-fast", "--"]).args(filters),
            required,
        );
    } else {
        count(tally, cargo(&["test", "--locked", "--workspace", "--no-fail-fast", "--"]).args(filters), required);
    }
}

/// Runs tests and adds up their summaries. A run that ends badly without a failed test counts as one failure.
fn count(tally: &mut Tally, command: &mut Command, required: &[&str]) {
    let (before, mut summaries) = (tally.failed, 0);
    command.envs(required.iter().map(|variable| (variable, "1")));
    for wheel in [wheel::OPENBAO, wheel::PEER_WITNESS] {
        command.envs(wheel.found().map(|program| (wheel.variable, program)));
    }
    if required.contains(&"SEKISHO_REQUIRE_ENGINES") {
        command.envs(engines::found().map(|folder| (engines::VARIABLE, folder)));
    }
    let well = sh::watched(command, |line| summaries += usize::from(tally.read(line)));
    if summaries == 0 || (!well && tally.failed == before) {
        eprintln!("`{}` did not run to its end", sh::typed(command));
        tally.failed += 1;
    }
}

fn conclude(tally: &Tally) -> Result<(), Failure> {
    for line in &tally.not_run {
        println!("not run: {line}");
    }
    if tally.left_out > 0 {
        println!("not run: {} tests that are marked as ignored or were filtered out", tally.left_out);
    }
    for test in &tally.second_try {
        println!("passed at a second try only: {test}");
    }
    println!("{}", tally.closing_line());
    if tally.is_good() { Ok(()) } else { Err(Failure::finding(String::new())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(script: &str) -> Tally {
        let mut tally = Tally::default();
        count(&mut tally, Command::new("sh").args(["-c", script]), &["SEKISHO_REQUIRE_GO"]);
        tally
    }

    #[test]
    fn a_run_that_dies_or_says_nothing_is_a_failure() {
        assert_eq!(counted("exit 101").failed, 1);
        assert_eq!(counted("exit 0").failed, 1);
        assert_eq!(counted("echo 'test result: ok. 3 passed; 0 failed; 0 ignored'; exit 101").failed, 1);
    }

    #[test]
    fn a_failed_test_is_counted_once() {
        let tally = counted("echo 'test result: FAILED. 3 passed; 2 failed; 0 ignored' >&2; exit 101");
        assert_eq!(tally.closing_line(), "3 passed, 2 failed");
        assert!(conclude(&tally).is_err());
    }

    #[test]
    fn a_good_run_is_told_what_it_must_not_skip() {
        let script = "[ \"$SEKISHO_REQUIRE_GO\" = 1 ] && echo 'test result: ok. 7 passed; 0 failed; 0 ignored'";
        let tally = counted(script);
        assert_eq!(tally.closing_line(), "7 passed, 0 failed");
        assert!(conclude(&tally).is_ok());
    }

    #[test]
    fn what_is_missing_is_not_required() {
        let (mut all, without) = (required(&[]), required(&[GO_SUMDB]));
        assert!(all.contains(&"SEKISHO_REQUIRE_GO") && all.contains(&"SEKISHO_REQUIRE_BROWSER"));
        all.retain(|name| *name != "SEKISHO_REQUIRE_GO");
        assert_eq!(without, all);
    }
}
