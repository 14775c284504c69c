//! The attacker uploads what a server might run or serve, puts files into its folders, and asks for them in every way;
//! and has addresses fetched that only the inside can reach.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use memchr::memmem;
use sekisho_core::entropy::fresh;
use sekisho_keeper::keystore::Cost;
use sekisho_sys::entropy::SystemEntropy;
use serde_json::json;

use super::{
    DrillError, Moment, Row,
    file_server::FileServer,
    findings::Findings,
    grounds::Grounds,
    loot::list,
    raw,
    shells::{self, Shell},
    sought::Got,
};
use crate::{
    client::Server,
    demo::{Build, House, Picture},
};

/// Folders of the installation into which somebody put a file.
const FOLDERS: [&str; 4] = ["", "gate", "desk", "blobs"];
/// What they called it.
const NAME: &str = "shell.php";
/// How a file of accounts begins on every machine.
const ACCOUNTS: &str = "root:x:0:0";

struct Trial<'a> {
    house: &'a House,
    mark: String,
    findings: Findings,
    asked: u64,
}

impl Trial<'_> {
    /// Whether an answer holds what was put there, or what lies outside of every folder.
    fn gives_away(&self, bytes: &[u8]) -> bool {
        [self.mark.as_str(), ACCOUNTS].iter().any(|sought| memmem::find(bytes, sought.as_bytes()).is_some())
    }

    fn ask(&mut self, server: &Server, call: (&str, &str), host: &str, body: &[u8]) -> Result<u16, DrillError> {
        let headers = [("Origin", "http://evil.example"), ("X-Forwarded-Host", "evil.example")];
        let answer = raw::ask(server.address, call, host, &headers, body)?;
        self.asked += 1;
        let leaks = self.gives_away(&answer.bytes);
        self.findings.must(!leaks, "nothing that was put there is served");
        self.findings.must(answer.status != 200 || !names_evil(&answer.bytes), "no page names another's host");
        Ok(answer.status)
    }
}

fn names_evil(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"evil.example").is_some()
}

/// M11, M39, M48.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let house = grounds.own(Build { cost: Some(Cost::TEST), ..Build::default() })?;
    let mark = format!("mark-{:x}", u128::from_le_bytes(fresh(&mut SystemEntropy)));
    let inside = TcpListener::bind("127.0.0.1:0")?;
    inside.set_nonblocking(true)?;
    let mut trial = Trial { house: &house, mark, findings: Findings::default(), asked: 0 };
    let (taken, refused) = upload(&mut trial, inside.local_addr()?)?;
    put_and_ask(&mut trial)?;
    trial.findings.must(inside.accept().is_err(), "nobody dialled an address that an upload named");
    trial.findings.must(dials(&inside)?, "where somebody listens who would have been heard");
    let Trial { findings, asked, .. } = trial;
    house.clear_away()?;
    Ok(findings.row(Row {
        name: "web-shell",
        held: "a member's link to upload by, and a way to put files into the folders of the running installation".into(),
        got: Got::default(),
        promise: "nothing is served or run: pages and scripts are built in, and a picture is drawn anew",
        kept: true,
        noticed: Moment::never("what isn't there is answered so, and no detector counts it"),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!(
            "{refused} uploads were turned away, {taken} were pictures too and were drawn anew, and of those a reviewer \
             saw the picture alone; {asked} requests for files that lay there, by every name, method and way out of a \
             folder; a careless server over the same folders gave them out; that gate and desk start no program is \
             in public-process and staff-process"
        ),
        short: Some(format!("0 of {} files served or run", shells::NAMES.len() + FOLDERS.len())),
        figures: Some(json!({ "taken": taken, "turned_away": refused, "asked": asked })),
    }))
}

/// Everything by a member's own way in. What is a picture is taken, and only the picture is left of it.
fn upload(trial: &mut Trial<'_>, inside: SocketAddr) -> Result<(usize, usize), DrillError> {
    let picture = Picture::specimen();
    let (mut taken, mut refused) = (0, 0);
    for Shell { name, bytes, picture: is_picture } in shells::all(&picture.bytes, &trial.mark, inside) {
        let (_, link) = trial.house.ask()?;
        let sent = trial.house.send(&link, name, &Picture { bytes, boxes: picture.boxes.clone() })?;
        trial.findings.must(sent.is_ok() == is_picture, "what is a picture is taken, and nothing else");
        if sent.is_ok() {
            taken += 1;
            let page = trial.house.look(Some("old_enough"))?;
            let (shown, clean) = (drawn(&page), !trial.gives_away(page.as_bytes()));
            let clean = clean && shown.as_ref().is_some_and(|shown| !trial.gives_away(shown));
            trial.findings.must(clean, "a reviewer sees the picture and nothing that hid in it");
        } else {
            refused += 1;
        }
    }
    let left = marked(&trial.house.data(), &trial.mark)?;
    trial.findings.must(left == 0, "and no file holds any of it");
    Ok((taken, refused))
}

/// The picture that stands in a page.
fn drawn(page: &str) -> Option<Vec<u8>> {
    use base64ct::{Base64, Encoding};
    let encoded = page.split_once(";base64,")?.1.split('"').next()?;
    Base64::decode_vec(encoded).ok()
}

/// How many files below a folder hold the mark.
fn marked(folder: &Path, mark: &str) -> Result<usize, DrillError> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    let holds = |path: &Path| fs::read(path).is_ok_and(|bytes| memmem::find(&bytes, mark.as_bytes()).is_some());
    Ok(files.iter().filter(|path| holds(path)).count())
}

/// Files lie in the folders; they are asked for at gate and desk, and at a server that is careless.
fn put_and_ask(trial: &mut Trial<'_>) -> Result<(), DrillError> {
    let data = trial.house.data();
    let shell = format!("<?php /* {} */ system($_GET['cmd']); ?>", trial.mark);
    for folder in FOLDERS {
        fs::write(data.join(folder).join(NAME), &shell)?;
    }
    let control = FileServer::over(&data)?;
    for path in [format!("/{NAME}"), format!("/gate/{NAME}"), format!("/gate/../desk/{NAME}")] {
        let given = raw::ask(control.address, ("GET", &path), "x", &[], b"")?;
        let out = trial.gives_away(&given.bytes);
        trial.findings.must(out, "a careless server gives out what lies there");
    }
    for server in [trial.house.gate.clone(), trial.house.desk.clone()] {
        ask_everywhere(trial, &server)?;
    }
    for folder in FOLDERS {
        fs::remove_file(data.join(folder).join(NAME))?;
    }
    trial.findings.must(marked(&data, &trial.mark)? == 0, "nor was a file made by asking");
    Ok(())
}

fn ask_everywhere(trial: &mut Trial<'_>, server: &Server) -> Result<(), DrillError> {
    let shell = format!("<?php /* {} */ ?>", trial.mark);
    for path in shells::paths(NAME) {
        let status = trial.ask(server, ("GET", &path), &server.authority, b"")?;
        trial.findings.must(status != 200, "no such path is there");
    }
    for method in ["PUT", "POST", "PATCH", "MOVE", "PROPFIND", "TRACE", "CONNECT"] {
        let status = trial.ask(server, (method, &format!("/{NAME}")), &server.authority, shell.as_bytes())?;
        trial.findings.must(status != 200 && status != 201, "nothing is put there by asking");
    }
    // As a proxy would be asked to fetch what it can reach.
    for target in ["http://127.0.0.1:22/", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/"] {
        trial.ask(server, ("GET", target), "evil.example", b"")?;
    }
    trial.ask(server, ("GET", "/"), "evil.example", b"")?;
    Ok(())
}

/// The control: whoever dials is heard.
fn dials(inside: &TcpListener) -> Result<bool, DrillError> {
    let _stream = std::net::TcpStream::connect(inside.local_addr()?)?;
    inside.set_nonblocking(false)?;
    Ok(inside.accept().is_ok())
}
