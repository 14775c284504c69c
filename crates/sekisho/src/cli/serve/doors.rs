//! Where gate and desk are spoken to, and whether that may be.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use sekisho_keeper::engine::Known;

use super::DoorArgs;
use crate::{cli::pem, supervisor::Identity};

/// Both doors, open.
pub(super) struct Doors {
    pub(super) gate: Door,
    pub(super) desk: Door,
}

/// One that is spoken to.
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) origin: String,
    pub(super) identity: Option<Identity>,
}

/// What is asked for, before it is judged.
struct Wanted<'a> {
    name: &'static str,
    listen: SocketAddr,
    origin: Option<&'a str>,
    files: Option<(&'a PathBuf, &'a PathBuf)>,
}

/// What decides on a door.
#[derive(Debug, Clone, Copy)]
struct House {
    test: bool,
    administered: bool,
    behind_proxy: bool,
}

impl Doors {
    /// Judges what is asked for and binds it.
    pub(super) fn open(args: &DoorArgs, test: bool, known: Option<&Known>) -> Result<Self, String> {
        let administered = known.is_some_and(|known| known.has_administrator);
        let house = House { test, administered, behind_proxy: args.behind_proxy };
        let desk_origin = desk_origin(args.desk_origin.as_deref(), known)?;
        let gate = Wanted {
            name: "gate",
            listen: args.gate_listen,
            origin: args.gate_origin.as_deref(),
            files: args.gate_cert.as_ref().zip(args.gate_key.as_ref()),
        };
        let desk = Wanted {
            name: "desk",
            listen: args.desk_listen,
            origin: desk_origin,
            files: args.desk_cert.as_ref().zip(args.desk_key.as_ref()),
        };
        Ok(Self { gate: gate.open(house)?, desk: desk.open(house)? })
    }
}

/// Passkeys are bound to the desk's origin, so a founded installation keeps its own.
fn desk_origin<'a>(asked: Option<&'a str>, known: Option<&'a Known>) -> Result<Option<&'a str>, String> {
    match (asked, known) {
        (Some(asked), Some(known)) if asked != known.desk_origin => Err(format!(
            "--desk-origin {asked}: this installation was founded with {}, and its passkeys work nowhere else",
            known.desk_origin
        )),
        (asked, known) => Ok(known.map(|known| known.desk_origin.as_str()).or(asked)),
    }
}

impl Wanted<'_> {
    fn open(self, house: House) -> Result<Door, String> {
        let Wanted { name, listen, .. } = self;
        let identity = self.files.map(|(chain, key)| pem::read(&format!("{name}-"), chain, key)).transpose()?;
        if let Some(origin) = self.origin {
            judge(name, origin, listen, identity.is_some(), house)?;
        }
        let listener = TcpListener::bind(listen).map_err(|error| format!("--{name}-listen {listen}: {error}"))?;
        let origin = match self.origin {
            Some(origin) => origin.to_owned(),
            None if house.test => {
                let port = listener.local_addr().map_err(|error| error.to_string())?.port();
                format!("http://{name}.localhost:{port}")
            }
            None => return Err(format!("--{name}-origin https://HOST is needed: where browsers find the {name}")),
        };
        judge(name, &origin, listen, identity.is_some(), house)?;
        Ok(Door { listener, origin, identity })
    }
}

/// Whether a door may be as it is asked for.
fn judge(name: &str, origin: &str, listen: SocketAddr, tls: bool, house: House) -> Result<(), String> {
    let secure = is_origin(origin, "https://");
    let local = is_origin(origin, "http://") && host(origin).ends_with(".localhost");
    let loopback = listen.ip().to_canonical().is_loopback();
    if !house.administered && !loopback {
        return Err(format!(
            "--{name}-listen {listen}: until an administrator exists, only loopback addresses are served"
        ));
    }
    let allowed = secure || (house.test && local);
    if !allowed {
        return Err(format!(
            "--{name}-origin {origin}: it must be https://HOST[:PORT]; a test installation may use http://NAME.localhost:PORT"
        ));
    }
    match (tls, house.behind_proxy) {
        (true, _) if !secure => Err(format!("--{name}-origin {origin}: with --{name}-cert it begins with https://")),
        (true, _) | (false, true) => Ok(()),
        (false, false) if local && loopback => Ok(()),
        (false, false) => Err(format!(
            "the {name} would speak plain HTTP: give --{name}-cert and --{name}-key, or --behind-proxy if a proxy ends \
             TLS; only a test installation at http://{name}.localhost on a loopback address goes without"
        )),
    }
}

/// A scheme, a host, perhaps a port, and nothing else.
fn is_origin(origin: &str, scheme: &str) -> bool {
    let Some(rest) = origin.strip_prefix(scheme) else { return false };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "443"));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    !host.is_empty() && host.bytes().all(plain) && port.parse::<u16>().is_ok()
}

/// The host of an origin.
pub(super) fn host(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    rest.split_once(':').map_or(rest, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUNDING: House = House { test: false, administered: false, behind_proxy: false };
    const TEST: House = House { test: true, ..FOUNDING };
    const REAL: House = House { administered: true, ..FOUNDING };

    fn may(origin: &str, listen: &str, tls: bool, house: House) -> bool {
        judge("gate", origin, listen.parse().unwrap(), tls, house).is_ok()
    }

    #[test]
    fn before_there_is_an_administrator_only_this_machine_is_served() {
        for house in [FOUNDING, TEST, House { behind_proxy: true, ..FOUNDING }] {
            assert!(!may("https://a.example", "0.0.0.0:443", true, house));
            assert!(!may("https://a.example", "[::ffff:192.0.2.1]:443", true, house));
            for here in ["127.0.0.1:443", "[::1]:443", "[::ffff:127.0.0.1]:443"] {
                assert!(may("https://a.example", here, true, house));
            }
        }
        assert!(may("https://a.example", "0.0.0.0:443", true, REAL));
    }

    #[test]
    fn plain_http_is_for_proxies_and_for_tests_on_this_machine() {
        assert!(!may("https://a.example", "127.0.0.1:80", false, REAL));
        assert!(may("https://a.example", "0.0.0.0:80", false, House { behind_proxy: true, ..REAL }));
        assert!(may("http://gate.localhost:80", "127.0.0.1:80", false, TEST));
        assert!(!may("http://gate.localhost:80", "0.0.0.0:80", false, House { administered: true, ..TEST }));
        assert!(!may("https://a.example", "127.0.0.1:80", false, TEST), "nobody ends the TLS that browsers expect");
    }

    #[test]
    fn a_real_installation_has_a_secure_origin_and_nothing_but_an_origin() {
        let proxied = House { behind_proxy: true, ..REAL };
        for bad in
            ["http://gate.localhost:80", "http://a.example", "a.example", "https://a.example/", "https://", "https://A"]
        {
            assert!(!may(bad, "127.0.0.1:80", false, proxied), "{bad}");
        }
        assert!(!may("http://a.example", "127.0.0.1:80", false, House { test: true, ..proxied }));
        assert!(!may("http://gate.localhost:80", "127.0.0.1:80", true, TEST), "TLS and http do not fit");
        assert_eq!((host("https://a.example:1"), host("https://a.example")), ("a.example", "a.example"));
    }

    #[test]
    fn a_founded_desk_keeps_its_origin() {
        let known = Known { test: false, desk_origin: "https://desk.example".into(), has_administrator: true };
        assert_eq!(desk_origin(None, Some(&known)), Ok(Some("https://desk.example")));
        assert_eq!(desk_origin(Some("https://desk.example"), Some(&known)), Ok(Some("https://desk.example")));
        assert!(desk_origin(Some("https://other.example"), Some(&known)).is_err());
        assert_eq!(desk_origin(Some("https://new.example"), None), Ok(Some("https://new.example")));
    }
}
