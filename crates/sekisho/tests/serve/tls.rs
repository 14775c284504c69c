//! Gate and desk with certificates of their own, from the founding to an open door.

use std::{fs, net::SocketAddr, process::Command};

use base64ct::{Base64UrlUnpadded, Encoding};
use rcgen::{CertificateParams, KeyPair};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use sekisho::{
    client::{Client, Limits, Server, Session, tls::Trust},
    testing::authenticator::SoftAuthenticator,
};
use sekisho_core::{calendar::Day, time::Clock};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::{Value, json};

use super::{
    doctor,
    place::{PASSPHRASE, Place, Running, refusal, text, until},
};

const DESK: &str = "https://desk.example";

/// Two certificates in files, each for one name.
struct Papers {
    place: Place,
    roots: Vec<Vec<u8>>,
}

fn pem(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).unwrap()
}

impl Papers {
    fn new() -> Papers {
        Papers::with(|_| {})
    }

    fn with(change: impl Fn(&mut CertificateParams)) -> Papers {
        let place = Place::new();
        let roots = ["gate", "desk"].map(|name| {
            let pair = KeyPair::generate().unwrap();
            let names = ["example", "localhost"].map(|domain| format!("{name}.{domain}"));
            let mut params = CertificateParams::new(names).unwrap();
            change(&mut params);
            let certificate = params.self_signed(&pair).unwrap();
            place.file(&format!("{name}.pem"), pem("CERTIFICATE", certificate.der()));
            place.file(&format!("{name}.key"), pem("PRIVATE KEY", &pair.serialize_der()));
            certificate.der().to_vec()
        });
        Papers { place, roots: roots.into() }
    }

    /// `serve` with TLS at these addresses.
    fn command(&self, gate: &str, desk: &str) -> Command {
        let mut command = self.place.bare(&["--passphrase-fd", "0", "--gate-listen", gate, "--desk-listen", desk]);
        command.args(["--gate-origin", "https://gate.example", "--desk-origin", DESK]);
        for (option, name) in [
            ("--gate-cert", "gate.pem"),
            ("--gate-key", "gate.key"),
            ("--desk-cert", "desk.pem"),
            ("--desk-key", "desk.key"),
        ] {
            command.arg(option).arg(self.place.path(name));
        }
        command.stdin(fs::File::open(self.place.file("passphrase", PASSPHRASE)).unwrap());
        command
    }

    fn session(&self, running: &Running, name: &str, tls: bool) -> Session {
        let roots: Vec<&[u8]> = self.roots.iter().map(Vec::as_slice).collect();
        let mut address: SocketAddr = running.told[name]["listen"].as_str().unwrap().parse().unwrap();
        address.set_ip([127, 0, 0, 1].into());
        let server = Server { address, authority: format!("{name}.example"), tls };
        Session::new(server, Client::with_tls(Limits::default(), Trust::only(&roots).unwrap())).unwrap()
    }

    /// The first administrator, from the founding link, as a browser would. Gives the cookie of the first shift.
    fn administrator(&self, running: &Running) -> String {
        let link = fs::read_to_string(self.place.token()).unwrap();
        let invitation = link.trim().strip_prefix(&format!("{DESK}/enrol/")).unwrap().to_owned();
        let mut desk =
            self.session(running, "desk", true).with_header("origin".parse().unwrap(), DESK.parse().unwrap());
        let mut passkey = SoftAuthenticator::new("desk.example", DESK, &mut SystemEntropy).unwrap();
        let options = post(&mut desk, "/enrol/options", &json!({ "invitation": invitation }));
        let made = passkey.create(&challenge(&options));
        let (client_data, attestation) = (encode(&made.client_data), encode(&made.attestation));
        let made = json!({ "ceremony": options["ceremony"], "clientData": client_data, "attestation": attestation });
        post(&mut desk, "/enrol/finish", &made);
        let options = post(&mut desk, "/shift/options", &json!({}));
        let begun = desk.post_json("/shift/begin", &passkey.prove_presence(&options).unwrap()).unwrap();
        assert_eq!(begun.status(), 200);
        begun.headers()["set-cookie"].to_str().unwrap().to_owned()
    }
}

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn challenge(options: &Value) -> [u8; 32] {
    let text = options["publicKey"]["challenge"].as_str().unwrap();
    Base64UrlUnpadded::decode_vec(text).unwrap().try_into().unwrap()
}

fn post(session: &mut Session, path: &str, value: &Value) -> Value {
    let answer = session.post_json(path, value).unwrap();
    assert_eq!(answer.status(), 200, "{path}: {}", String::from_utf8_lossy(answer.body()));
    serde_json::from_slice(answer.body()).unwrap()
}

/// What this kernel and user can't give, and nothing else, is missing.
fn assert_full_grade(process: &Value) {
    let missing: Vec<&str> = process["missing"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let abi = process["landlock_abi"].as_u64().unwrap();
    let excused = |name: &str| match name {
        "landlock_ports" => abi < 4,
        "landlock_scopes" => abi < 6,
        "own_user" => !geteuid().is_root(),
        "secret_memory" => !sekisho_sys::secret::is_available(),
        _ => false,
    };
    assert!(missing.iter().all(|name| excused(name)), "{process}");
}

/// M45: a production installation without a proxy: founded, spoken to over TLS, staffed, opened to the network.
#[test]
fn gate_and_desk_end_tls_themselves_and_stay_confined() {
    let papers = Papers::new();
    let running = papers.place.up(papers.command("127.0.0.1:0", "127.0.0.1:0"));
    running.told["processes"].as_array().unwrap().iter().for_each(assert_full_grade);
    assert_eq!((&running.told["test"], &running.told["gate"]["wire"]), (&false.into(), &"tls".into()));
    for name in ["gate", "desk"] {
        let answer = papers.session(&running, name, true).get("/healthz").unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        let refused = papers.session(&running, name, false).get("/healthz").unwrap();
        assert_eq!((refused.status().as_u16(), &refused.body()[..]), (400, &b"This port speaks HTTPS, not HTTP."[..]));
    }
    let secure = papers.session(&running, "gate", true).get("/healthz").unwrap();
    assert!(secure.headers().contains_key("strict-transport-security"));
    let cookie = papers.administrator(&running);
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{}", &cookie[..20]);
    let log = running.log();
    let key = fs::read_to_string(papers.place.path("gate.key")).unwrap();
    assert!(key.lines().all(|line| !log.contains(line)), "M47: no word of a key is in the log");
    let gate = running.told["processes"].as_array().unwrap().iter().find(|one| one["role"] == "gate").unwrap();
    kill_process(Pid::from_raw(gate["pid"].as_i64().unwrap().try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    until("the gate is back with its certificate", || {
        papers.session(&running, "gate", true).get("/healthz").ok().filter(|answer| answer.status() == 200)
    });
    running.end(Signal::TERM);
    // An administrator exists: no link any more, and the doors may be opened.
    let open = papers.place.up(papers.command("0.0.0.0:0", "0.0.0.0:0"));
    assert!(!papers.place.token().exists() && open.told["founding_token"].is_null());
    assert_eq!(papers.session(&open, "desk", true).get("/healthz").unwrap().status(), 200);
    let told = doctor::Told::of(doctor::command(&papers.place, &[]).output().unwrap());
    let seen = ["D-officers", "D-administrators", "D-reviewers", "D-desk-public"].map(|id| told.severity(id));
    assert_eq!(seen, [Some("finding"), Some("note"), Some("finding"), Some("note")]);
    let fine = ["D-founding", "D-certificate", "D-test-public", "D-plain-http", "D-proxy-bypass", "D-stopped"];
    assert_eq!(fine.map(|id| told.severity(id)), [None; 6]);
    open.stop(Signal::TERM);
}

/// Found at the door that serves with it, and the body that looks for a spooling proxy goes over TLS too.
#[test]
fn a_certificate_that_ends_is_found_at_the_running_door() {
    let last = Day::of(SystemClock.read().wall).plus(10).0;
    let ends =
        rcgen::date_time_ymd(last.year().into(), last.month().try_into().unwrap(), last.day().try_into().unwrap());
    let papers = Papers::with(|params| params.not_after = ends);
    let running = papers.place.up(papers.command("127.0.0.1:0", "127.0.0.1:0"));
    let listen: SocketAddr = running.told["gate"]["listen"].as_str().unwrap().parse().unwrap();
    let (gate, trust) = (format!("https://gate.localhost:{}", listen.port()), papers.place.path("gate.pem"));
    let told = doctor::command(&papers.place, &["--gate", &gate, "--trust", text(&trust)]).output().unwrap();
    let told = doctor::Told::of(told);
    assert_eq!((told.severity("D-certificate"), told.severity("D-proxy-spools")), (Some("finding"), None));
    running.stop(Signal::TERM);
}

#[test]
fn a_wrong_certificate_is_named_before_anything_is_made() {
    let papers = Papers::new();
    fs::copy(papers.place.path("desk.key"), papers.place.path("gate.key")).unwrap();
    let said = refusal(papers.command("127.0.0.1:0", "127.0.0.1:0").output().unwrap());
    assert!(said.contains("gate.key") && said.contains("does not belong to the certificate"), "{said}");
    fs::remove_file(papers.place.path("gate.key")).unwrap();
    let said = refusal(papers.command("127.0.0.1:0", "127.0.0.1:0").output().unwrap());
    assert!(said.contains(text(&papers.place.path("gate.key"))), "{said}");
    assert!(!papers.place.path("keys/keystore").exists());
}
