//! M3: a picture with a My Number is refused, and of the number nothing is left: no row, no blob, no file, no line, no
//! figure, no piece of memory. The searches are shown to find it where it is.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
};

use rusqlite::{Connection, OpenFlags};
use sekisho::networks;
use sekisho_inspect::wire::Code;
use sekisho_papers::{kinds::Kind, make::Made};

use super::*;

/// A seed of the development's part.
const SEED: u64 = 500_203;

/// The number in every way in which it might be left, whole or half: half of it is not there by chance.
pub(crate) fn number(digits: &str) -> Planted {
    let mut planted = Planted::default();
    let figures: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
    planted.plant("number, a byte for each digit", &figures);
    planted.plant("number as an integer", &digits.parse::<u64>().unwrap().to_le_bytes());
    for half in [&digits[..8], &digits[2..10], &digits[4..]] {
        let wide: String = half.chars().filter_map(|digit| char::from_u32(digit as u32 - 0x30 + 0xff10)).collect();
        planted.plant("digits", half.as_bytes());
        planted.plant("digits in base64", Base64::encode_string(half.as_bytes()).trim_end_matches('=').as_bytes());
        planted.plant("wide digits", wide.as_bytes());
    }
    for (first, second) in [(&digits[..4], &digits[4..8]), (&digits[4..8], &digits[8..])] {
        for between in [" ", "-", "\n", "\0"] {
            planted.plant("digits in groups", format!("{first}{between}{second}").as_bytes());
        }
    }
    planted
}

/// Tables of the keeper that change with time alone: hours, keys of hours, figures, entries about them.
const OF_TIME: [&str; 7] = ["meta", "event", "intake_key", "key_page", "metered", "watch", "waiting_key"];

/// How many rows each table of each database has, but for those of time.
fn rows(house: &House) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    for path in files(&house.data()).into_iter().filter(|path| path.extension().is_some_and(|end| end == "db")) {
        let database = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(|name| name.unwrap()).collect();
        for name in names.iter().filter(|name| !OF_TIME.contains(&name.as_str())) {
            let count = database.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0)).unwrap();
            rows.insert(format!("{}/{name}", path.file_name().unwrap().to_string_lossy()), count);
        }
    }
    assert!(rows.len() > 10, "{rows:?}");
    rows
}

fn metrics(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).unwrap();
    assert!(memmem::find(&page, b"sekisho_arrivals_total").is_some());
    page
}

/// Sends a picture without boxes; the status and what is said.
fn send_open(house: &House, session: &mut Session, jpeg: &[u8]) -> (u16, serde_json::Value) {
    let (kind, body) = multipart(&[Part { name: "picture", file: Some(("back.jpg", "image/jpeg")), value: jpeg }]);
    let request = Request::post("/check/photo/jp-my-number-card").header(header::CONTENT_TYPE, kind);
    let answer = session.send(request.header(header::ACCEPT, "application/json").body(body).unwrap()).unwrap();
    assert!(house.processes().iter().all(|process| process.ready));
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
}

fn arrived(house: &House, link: &str) -> Session {
    let (path, mut session) = (path_of(link), browser(house));
    assert_eq!(session.get(path).unwrap().status(), 200);
    assert_eq!(session.post_form(path, &[]).unwrap().status(), 303);
    session
}

/// Every file, and what has no place among them.
fn in_every_file(house: &House, planted: &Planted) {
    let found = files(&house.data());
    assert!(found.len() > 10);
    for path in found.iter().chain([&house.keystore()]) {
        planted.assert_absent(&path.file_name().unwrap().to_string_lossy(), &fs::read(path).unwrap());
        assert!(!path.file_name().unwrap().to_string_lossy().starts_with("core"));
    }
    // The control: the same search finds it in a file of this folder.
    let file = house.data().join("planted");
    fs::write(&file, [b"row 7: ".as_slice(), &planted.0[2].1].concat()).unwrap();
    assert!(files(&house.data()).iter().any(|path| planted.is_in(&fs::read(path).unwrap())));
    fs::remove_file(file).unwrap();
}

/// The gate, which had the picture, and the inspector's parent, which forked whoever read it, included.
fn in_no_memory(processes: &[ProcessReport], planted: &Planted, jpeg: &[u8]) {
    if !geteuid().is_root() {
        return;
    }
    let pieces: Vec<Vec<u8>> =
        jpeg.chunks(jpeg.len() / 20).skip(1).map(|part| part[..32.min(part.len())].into()).collect();
    let own = memory::in_memory(std::process::id(), planted, &pieces);
    assert!(own.iter().any(|found| found.contains("digits")) && own.iter().any(|found| found.contains("piece")));
    let limit = Instant::now() + Duration::from_secs(60);
    for process in processes {
        loop {
            let found = memory::in_memory(process.pid, planted, &pieces);
            if found.is_empty() {
                break;
            }
            assert!(Instant::now() < limit, "{}, a minute later: {found:#?}", process.role);
            thread::sleep(Duration::from_secs(1));
        }
    }
}

/// What is done in the process whose words are captured.
fn tell_of(back: &Made, front: &Made, notes: &Path) {
    let planted = number(&back.truth.my_number.as_ref().unwrap().digits);
    let figures = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = figures.local_addr().unwrap();
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let networks = networks::Source::Found;
    let house = House::build_as(Build { program, networks, figures: Some(figures), ..Build::default() }).unwrap();
    let (check, link) = house.ask().unwrap();
    let mut session = arrived(&house, &link);
    let before = rows(&house);
    let (status, said) = send_open(&house, &mut session, &back.jpeg);
    assert_eq!((status, &said["code"]), (422, &"my_number".into()), "{said}");
    assert_eq!(said["detail"], Code::MyNumber.advice().ja);
    planted.assert_absent("the answer", said.to_string().as_bytes());
    assert_eq!((house.blobs().unwrap(), rows(&house)), (0, before.clone()));
    assert_eq!(house.told(check).unwrap()["documents"], json!([]));
    in_every_file(&house, &planted);
    planted.assert_absent("the figures", &metrics(address));
    in_no_memory(&house.processes(), &planted, &back.jpeg);
    // The control: what is taken leaves rows and a blob. The member may come with the other side.
    let (status, said) = send_open(&house, &mut session, &front.jpeg);
    assert_eq!(status, 200, "{said}");
    assert_eq!(house.blobs().unwrap(), 1);
    assert_ne!(rows(&house), before);
    in_every_file(&house, &planted);
    planted.note(notes);
    house.clear_away().unwrap();
}

/// M3, M47.
#[test]
fn a_refused_my_number_leaves_nothing() {
    let (Some(back), Some(front)) = (paper(Kind::MyNumberBack, SEED), paper(Kind::MyNumberFront, SEED)) else { return };
    if let Some(notes) = env::var_os(NOTES) {
        return tell_of(&back, &front, Path::new(&notes));
    }
    let (said, planted) = captured("refused::a_refused_my_number_leaves_nothing");
    assert!(planted.0.len() >= 15);
    planted.assert_absent("the log", &said);
    // The control: one line would be found.
    let line = [&said, b"gate WARN turned away: ".as_slice(), &planted.0[2].1, b"\n"].concat();
    assert!(planted.is_in(&line));
}
