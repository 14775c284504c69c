//! Figures of a whole installation, and the rules over them, judged by Prometheus's own tool.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sekisho::demo::{Build, House, Picture};
use sekisho_keeper::keystore::Cost;

fn house() -> (House, SocketAddr) {
    let figures = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = figures.local_addr().unwrap();
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let build = Build { program, figures: Some(figures), cost: Some(Cost::TEST), ..Build::default() };
    (House::build_as(build).unwrap(), address)
}

fn get(address: SocketAddr, more: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {address}\r\n{more}connection: close\r\n\r\n").unwrap();
    let mut read = String::new();
    stream.read_to_string(&mut read).unwrap();
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[track_caller]
fn value(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {page}")).parse().unwrap()
}

/// Runs promtool, with `input` on its standard input. Nothing if it is not here, which is said.
fn promtool(arguments: &[&str], input: &str) -> Option<(bool, String)> {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        assert!(std::env::var_os("SEKISHO_REQUIRE_PROMTOOL").is_none(), "promtool is demanded and not here");
        #[allow(clippy::print_stderr)] // So that nobody takes it for run.
        {
            eprintln!("NOT RUN: promtool is not here (Debian's package prometheus), so nobody judged {arguments:?}");
        }
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// M20, M47.
#[test]
fn the_figures_follow_a_document_and_tell_nothing_about_anybody() {
    let (house, address) = house();
    let (_, before) = get(address, "");
    assert_eq!((value(&before, "sekisho_keeper_unlocked"), value(&before, "sekisho_arrivals_total")), (1.0, 0.0));
    let check = house.submit("licence.png", &Picture::specimen()).unwrap();
    let (_, arrived) = get(address, "");
    assert_eq!(value(&arrived, "sekisho_documents_waiting"), 1.0);
    assert!(value(&arrived, "sekisho_oldest_deadline_seconds") > 71.0 * 3600.0);
    house.look(Some("old_enough")).unwrap();
    let (status, page) = get(address, "");
    assert_eq!(status, "HTTP/1.1 200 OK");
    for name in ["arrivals", "assignments", "viewings", "decisions"] {
        assert_eq!(value(&page, &format!("sekisho_{name}_total")), 1.0, "{name}");
    }
    assert_eq!(value(&page, "sekisho_documents_undecided"), 0.0);
    for window in ["minute", "hour", "day", "72_hours"] {
        let of = |name| value(&page, &format!("sekisho_vault_{name}_documents{{window=\"{window}\"}}"));
        assert_eq!(of("opened"), 1.0, "{window}");
        assert!(of("allowed") >= 5.0, "{window}");
    }
    assert!(value(&page, "sekisho_process_confined{process=\"keeper\"}") == 1.0, "{page}");
    for told in [check.to_string().as_str(), "chk_", "doc_", "stf_", "demo-reviewer", "sample", "127.0.0.1"] {
        assert!(!page.contains(told), "{told}");
    }
    if let Some((good, said)) = promtool(&["check", "metrics"], &page) {
        assert!(good, "{said}");
    }
}

/// A page that an operator was lured to reads nothing, and the staff's door has no figures.
#[test]
fn a_browser_gets_no_figures_and_nobody_gets_them_elsewhere() {
    let (house, address) = house();
    assert_eq!(get(address, "sec-fetch-site: cross-site\r\n").0, "HTTP/1.1 403 Forbidden");
    assert_eq!(get(address, "origin: https://evil.example\r\n").0, "HTTP/1.1 403 Forbidden");
    assert_eq!(get(house.gate.address, "").0.split(' ').nth(1), Some("404"));
    assert_ne!(get(house.desk.address, "").0.split(' ').nth(1), Some("200"));
}

/// The rules are those of a tool that knows the language, and fire when they should and not before.
#[test]
fn the_rules_are_well_formed_and_fire_when_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus");
    let [rules, tests] = ["sekisho.rules.yml", "sekisho.rules.test.yml"].map(|name| folder.join(name));
    for arguments in [["check", "rules", rules.to_str().unwrap()], ["test", "rules", tests.to_str().unwrap()]] {
        if let Some((good, said)) = promtool(&arguments, "") {
            assert!(good, "{said}");
        }
    }
}

/// A rule over a figure that nobody gives never fires: every name in the rules is one of ours.
#[test]
fn every_figure_in_the_rules_is_given() {
    let (house, address) = house();
    house.submit("licence.png", &Picture::specimen()).unwrap();
    let (_, page) = get(address, "");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus/sekisho.rules.yml");
    let rules = std::fs::read_to_string(rules).unwrap();
    let names =
        rules.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| word.starts_with("sekisho_"));
    // Without a witness there is no age of its cosignature.
    for name in names.filter(|name| *name != "sekisho_witness_cosigned_age_seconds") {
        assert!(page.contains(&format!("# TYPE {name} ")), "{name}");
    }
}
