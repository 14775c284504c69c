//! M47: nothing personal leaks. Values are planted wherever a person's could come in, the story is told on the real
//! processes, and then they are looked for: in logs, in every file, in command lines and environments, in memory.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod memory;
#[path = "../common/papers.rs"]
mod papers;
mod refused;

use std::{
    env, fs,
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hyper::{Request, header};
use memchr::memmem;
use papers::paper;
use rustix::process::geteuid;
use sekisho::{
    client::{Client, Limits, Part, Session, multipart},
    demo::{Build, House, Picture},
    drill::{Got, Sought},
    site::kit::{Kit, Profile},
    supervisor::{ProcessReport, Role},
};
use sekisho_core::{policy::Text, time::Clock};
use sekisho_keeper::jose::{Alg, TYP_CHECK, sign};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::json;

/// Set for the process whose standard error is captured: where it notes what it planted.
const NOTES: &str = "SEKISHO_TEST_PLANTED";

const NAME: &str = "関所花子";
const LATIN_NAME: &str = "Hanako-Sekisho-Planted";
const BORN: &str = "1990-04-01";
const FILE_NAME: &str = "関所花子-1990-04-01-planted.jpg";
const IN_THE_PICTURE: &str = "PLANTED-35.6895N-139.6917E";
const MAIL: &str = "hanako.planted@example.com";
/// What the sample site calls its member; it gives an HMAC of it.
const MEMBER: &str = "member-1";

/// The specimen card with things in it that are not pixels.
fn picture() -> Picture {
    let card = Picture::specimen();
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let exif = segment(0xe1, format!("Exif\0\0II*\0\x08\0\0\0\0\0{IN_THE_PICTURE}").as_bytes());
    let comment = segment(0xfe, format!("{IN_THE_PICTURE} {NAME} {BORN}").as_bytes());
    let bytes = [&card.bytes[..2], &exif, &comment, &card.bytes[2..]].concat();
    Picture { bytes, ..card }
}

/// What is looked for as it stands.
#[derive(Default)]
struct Planted(Vec<(&'static str, Vec<u8>)>);

impl Planted {
    fn personal() -> Self {
        let texts = [NAME, LATIN_NAME, BORN, FILE_NAME, IN_THE_PICTURE, MAIL];
        Self(texts.map(|text| ("personal", text.as_bytes().to_vec())).to_vec())
    }

    fn plant(&mut self, what: &'static str, value: &[u8]) {
        self.0.push((what, value.to_vec()));
    }

    /// Fails naming what and where, never the value.
    fn assert_absent(&self, place: &str, bytes: &[u8]) {
        for (number, (what, value)) in self.0.iter().enumerate() {
            assert!(memmem::find(bytes, value).is_none(), "planted {what} ({number}) is in {place}");
        }
    }

    /// Whether any of it is there.
    fn is_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|(_, value)| memmem::find(bytes, value).is_some())
    }

    fn note(&self, path: &Path) {
        let lines = self.0.iter().map(|(what, value)| format!("{what} {}\n", Base64::encode_string(value)));
        fs::write(path, lines.collect::<String>()).unwrap();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.is_file()).collect()
}

fn other_site() -> Kit {
    let profile = Profile {
        name: "other-site".parse().unwrap(),
        title: Text { ja: "別".into(), en: "Other".into() },
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: "https://other.example/".into(),
        webhook: None,
    };
    Kit::new(profile, Alg::EdDSA, &mut SystemEntropy)
}

/// The member's browser with headers that say too much.
fn browser(house: &House) -> Session {
    let origin = format!("http://{}", house.gate.authority).parse().unwrap();
    let session = Session::new(house.gate.clone(), Client::plain(Limits::default())).unwrap();
    let session =
        session.with_header(header::ORIGIN, origin).with_header(header::USER_AGENT, LATIN_NAME.parse().unwrap());
    session.with_header("x-member-name".parse().unwrap(), LATIN_NAME.parse().unwrap())
}

fn path_of(link: &str) -> &str {
    &link[link.find("localhost").and_then(|at| link[at..].find('/').map(|slash| at + slash)).unwrap()..]
}

/// Follows the link and sends the picture, with fields that nobody asked for.
fn send(house: &House, link: &str, planted: &mut Planted) {
    let (path, mut session) = (path_of(link), browser(house));
    planted.plant("link", path.rsplit('/').next().unwrap().as_bytes());
    assert_eq!(session.get(path).unwrap().status(), 200);
    assert_eq!(session.post_form(path, &[("name", LATIN_NAME), ("born", BORN)]).unwrap().status(), 303);
    let cookie = session.jar().get("check").unwrap().to_owned();
    planted.plant("cookie", cookie.as_bytes());
    let picture = picture();
    let boxes = serde_json::to_vec(&picture.boxes).unwrap();
    let parts = [
        Part { name: "name", file: None, value: NAME.as_bytes() },
        Part { name: "boxes", file: None, value: &boxes },
        Part { name: "picture", file: Some((FILE_NAME, "image/jpeg")), value: &picture.bytes },
        Part { name: "birth_date", file: None, value: BORN.as_bytes() },
    ];
    let (kind, body) = multipart(&parts);
    let request = Request::post(format!("/check/photo/jp-driving-licence?name={LATIN_NAME}&born={BORN}"))
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT, "application/json");
    let answer = session.send(request.body(body).unwrap()).unwrap();
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(answer.body()));
}

/// A site that gives an e-mail address for a member is refused, and the address is nowhere.
fn mail_as_sub(house: &House, kit: &Kit) {
    let now = SystemClock.read().wall.0;
    let claims = json!({
        "iss": "other-site", "aud": house.keeper.to_string(), "jti": "planted-0123456789abcdef", "iat": now,
        "exp": now + 600, "policy": "jp-dating-site", "sub": MAIL, "return_url": "https://other.example/back",
    });
    let request = sign(&kit.key, TYP_CHECK, claims.to_string().as_bytes()).unwrap();
    let answer = browser(house).post_json("/v1/checks", &json!({ "request": request })).unwrap();
    assert_eq!(answer.status(), 422, "an e-mail address is no sub");
    assert!(memmem::find(answer.body(), MAIL.as_bytes()).is_none(), "and is not said back");
}

fn in_files(house: &House, planted: &Planted, sought: &Sought) {
    let found = files(&house.data());
    assert!(found.len() > 10);
    for path in found.iter().chain([&house.keystore()]) {
        let bytes = fs::read(path).unwrap();
        planted.assert_absent(&path.file_name().unwrap().to_string_lossy(), &bytes);
        assert_eq!(sought.within(&bytes), Got::default(), "in {}", path.display());
        assert!(!path.file_name().unwrap().to_string_lossy().starts_with("core"));
    }
}

/// Command lines and environments: of a process that can't be dumped only root reads the second.
fn in_proc(processes: &[ProcessReport], planted: &Planted) {
    for process in processes {
        let line = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap();
        assert!(!line.is_empty());
        planted.assert_absent("a command line", &line);
        match fs::read(format!("/proc/{}/environ", process.pid)) {
            Ok(environment) => planted.assert_absent("an environment", &environment),
            Err(_) => assert!(!geteuid().is_root()),
        }
    }
}

/// Without a core file there is nothing to find later: the limit is zero, and the kernel gives such a process's files
/// in `/proc` to root, which it does for those that can't be dumped.
fn no_core(processes: &[ProcessReport]) {
    for process in processes {
        let limits = fs::read_to_string(format!("/proc/{}/limits", process.pid)).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{}", process.role);
        let memory = fs::metadata(format!("/proc/{}/mem", process.pid)).unwrap();
        assert_eq!(memory.uid(), 0, "{} can be dumped", process.role);
    }
}

/// Pieces of what the reviewer saw, raw and in base64 as the page carried it, and of what the member sent.
fn pieces(page: &str) -> Vec<Vec<u8>> {
    let encoded = page.split_once(";base64,").unwrap().1.split('"').next().unwrap();
    let shown = Base64::decode_vec(encoded).unwrap();
    let sent = picture().bytes;
    let of = |bytes: &[u8]| {
        let parts = bytes.chunks(bytes.len() / 20).skip(1);
        parts.filter_map(|part| part.get(..32).map(<[u8]>::to_vec)).collect()
    };
    let all: [Vec<Vec<u8>>; 3] = [of(encoded.as_bytes()), of(&shown), of(&sent)];
    all.concat()
}

/// As root only: nobody else may read another's memory here. A minute is allowed; it is waited for only if needed.
fn no_memory_of_it(processes: &[ProcessReport], page: &str) {
    if !geteuid().is_root() {
        return;
    }
    let (planted, sought) = (Planted::personal(), pieces(page));
    // The search finds what is there: this very process holds it all.
    assert!(!memory::in_memory(std::process::id(), &planted, &sought).is_empty());
    let limit = Instant::now() + Duration::from_secs(60);
    let faces = [Role::Gate, Role::Desk, Role::UploadInspector, Role::ViewingInspector, Role::Courier];
    for process in processes.iter().filter(|process| faces.contains(&process.role)) {
        loop {
            let found = memory::in_memory(process.pid, &planted, &sought);
            if found.is_empty() {
                break;
            }
            assert!(Instant::now() < limit, "{}, a minute later: {found:#?}", process.role);
            thread::sleep(Duration::from_secs(1));
        }
    }
}

fn tell(notes: &Path) {
    let kit = other_site();
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let house = House::build_as(Build { program, sites: vec![kit.registration.clone()], ..Build::default() }).unwrap();
    let mut planted = Planted::personal();
    planted.plant("passphrase", &house.passphrase().0);
    planted.plant("passphrase in text", Base64UrlUnpadded::encode_string(&house.passphrase().0).as_bytes());
    planted.plant("member id", MEMBER.as_bytes());
    let sought = Sought::new(&picture(), &[BORN], &[NAME]);
    let (check, link) = house.ask().unwrap();
    send(&house, &link, &mut planted);
    mail_as_sub(&house, &kit);
    assert_eq!(house.blobs().unwrap(), 1);
    in_files(&house, &planted, &sought);
    let page = house.look(Some("old_enough")).unwrap();
    assert_eq!(sought.within(page.as_bytes()).pictures, 1, "the reviewer saw it");
    assert_eq!(house.state(check).unwrap(), "approved");
    in_files(&house, &planted, &sought);
    let processes = house.processes();
    in_proc(&processes, &planted);
    no_core(&processes);
    no_memory_of_it(&processes, &page);
    planted.note(notes);
    house.clear_away().unwrap();
}

/// M47. The story is told in a process of its own, so that all it and its roles say is captured.
#[test]
fn nothing_planted_is_left_anywhere() {
    if let Some(notes) = env::var_os(NOTES) {
        return tell(Path::new(&notes));
    }
    if !geteuid().is_root() {
        let _ = io::stderr().write_all(b"NOT RUN: the search in the processes' memory, which only root may read\n");
    }
    let (said, planted) = captured("nothing_planted_is_left_anywhere");
    assert!(planted.0.len() >= 10);
    planted.assert_absent("the log", &said);
}

/// Runs this test of ours once more in a process of its own: all that it and its roles said, and what it planted.
fn captured(test: &str) -> (Vec<u8>, Planted) {
    let place = tempfile::tempdir().unwrap();
    let (notes, said) = (place.path().join("planted"), place.path().join("said"));
    let out = fs::File::create(&said).unwrap();
    let ended = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(NOTES, &notes)
        .env("SEKISHO_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .status()
        .unwrap();
    let said = fs::read(&said).unwrap();
    let end = String::from_utf8_lossy(&said[said.len().saturating_sub(3_000)..]).into_owned();
    assert!(ended.success(), "{end}");
    assert!(memmem::find(&said, b"route=").is_some(), "the roles' own words were captured");
    let mut planted = Planted::default();
    for line in fs::read_to_string(&notes).unwrap().lines() {
        let value = Base64::decode_vec(line.rsplit_once(' ').unwrap().1).unwrap();
        planted.plant("value", &value);
    }
    (said, planted)
}
