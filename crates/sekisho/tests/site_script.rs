//! The shell example in the documents, run with openssl and curl: what it signs, the keeper takes.

#![allow(clippy::unwrap_used)]

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
};

use sekisho::site::kit::{self, Kit, Profile};
use sekisho_core::{
    id::KeeperId,
    policy::Text,
    time::{Clock, Timestamp},
};
use sekisho_keeper::{
    jose::{
        Alg, Sub,
        call::{body_sha256, verify_call},
        request::{CheckRequest, SiteTerms, verify_request},
    },
    wire::SignedCall,
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};

const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/site.sh");

struct Site {
    folder: PathBuf,
    kit: Kit,
    gate: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Site {
    fn new(name: &str) -> Self {
        let title = Text { ja: "見本".into(), en: "Sample".into() };
        let policies = vec!["jp-dating-site".parse().unwrap()];
        let return_prefix = "https://shop.example/".to_owned();
        let profile = Profile { name: "shop".parse().unwrap(), title, policies, return_prefix, webhook: None };
        let kit = Kit::new(profile, Alg::EdDSA, &mut SystemEntropy);
        let folder = std::env::temp_dir().join(format!("sekisho-script-{name}-{}", std::process::id()));
        kit.write(&folder).unwrap();
        Self { folder, kit, gate: String::new() }
    }

    fn terms(&self) -> SiteTerms {
        SiteTerms::try_from(&self.kit.registration).unwrap()
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new("sh")
            .arg(SCRIPT)
            .args(args)
            .env("SEKISHO_SITE", "shop")
            .env("SEKISHO_KEEPER", KEEPER.to_string())
            .env("SEKISHO_KEY", self.folder.join(kit::KEY))
            .env("SEKISHO_SUB_SECRET", self.folder.join(kit::SUB_SECRET))
            .env("SEKISHO_POLICY", "jp-dating-site")
            .env("SEKISHO_RETURN_URL", "https://shop.example/done?x=1")
            .env("SEKISHO_GATE", &self.gate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What it prints; the example needs openssl 3 and curl, and so does this test.
    fn prints(&self, args: &[&str], input: &[u8]) -> String {
        let output = self.run(args, input);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn judge(&self, request: &str) -> CheckRequest {
        verify_request(request, KEEPER, |_| Some(self.terms()), now()).unwrap()
    }
}

fn now() -> Timestamp {
    SystemClock.read().wall
}

/// A gate for one request: answers 201 and hands over what came.
fn gate() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let came = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        came
    });
    (address, served)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut came = String::new();
    while !came.ends_with("\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        came.push(char::from(byte[0]));
    }
    let length = came.lines().find_map(|line| line.strip_prefix("Content-Length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    came + std::str::from_utf8(&body).unwrap()
}

/// M7
#[test]
fn the_keeper_takes_what_the_example_signs() {
    let site = Site::new("sign");
    let request = site.judge(&site.prints(&["sign"], b"member 4711"));
    assert_eq!(request.sub, Sub::of_member(&site.kit.sub_secret, b"member 4711"));
    assert_eq!((request.site.as_str(), request.return_url.as_str()), ("shop", "https://shop.example/done?x=1"));
    let again = site.judge(&site.prints(&["sign"], b"member 4711"));
    assert_ne!(request.jti, again.jti);
}

/// M7
#[test]
fn the_keeper_takes_the_calls_that_the_example_signs() {
    let site = Site::new("call");
    let body = site.folder.join("body.json");
    std::fs::write(&body, b"{\"a\":1}").unwrap();
    let sent: [(&[&str], &[u8]); 2] =
        [(&["GET", "/v1/checks?sub=x"], b""), (&["POST", "/v1/x", body.to_str().unwrap()], b"{\"a\":1}")];
    for (args, body) in sent {
        let jws = site.prints(&[&["sign_call"], args].concat(), b"");
        let (method, path) = (args[0].into(), args[1].into());
        let call = SignedCall { jws, method, path, body_sha256: body_sha256(body) };
        verify_call(&call, KEEPER, |_| Some(site.terms().jwks), now()).unwrap();
    }
}

#[test]
fn the_example_sends_what_it_signed() {
    let mut site = Site::new("send");
    let (address, served) = gate();
    site.gate = address;
    let request = site.prints(&["sign"], b"member 4711");
    assert_eq!(site.prints(&["send"], request.as_bytes()), "{}");
    let came = served.join().unwrap();
    assert!(came.starts_with("POST /v1/checks HTTP/1.1\r\n") && came.contains("Content-Type: application/jwt\r\n"));
    assert!(came.ends_with(&format!("\r\n\r\n{request}")), "{came}");

    let (address, served) = gate();
    site.gate = address;
    site.prints(&["call", "GET", "/v1/checks?sub=x"], b"");
    let came = served.join().unwrap();
    let jws = came.lines().find_map(|line| line.strip_prefix("Sekisho-Call: ")).unwrap().to_owned();
    let (method, path) = ("GET".into(), "/v1/checks?sub=x".into());
    let call = SignedCall { jws, method, path, body_sha256: body_sha256(b"") };
    verify_call(&call, KEEPER, |_| Some(site.terms().jwks), now()).unwrap();
}

#[test]
fn without_an_order_the_example_says_how_it_is_used() {
    let output = Site::new("usage").run(&[], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("prints a signed request object"));
    assert!(Path::new(SCRIPT).is_file());
}
