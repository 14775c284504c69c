//! Until when certificates are good (RFC 5280, section 4.1.2.5).

use std::{io, net::Ipv4Addr};

use sekisho_core::{
    calendar::{DAY, Day},
    time::Timestamp,
};
use x509_parser::parse_x509_certificate;

use super::remark::{CannotTell, Fixed, Remark, Row, Severity, Told};
use crate::{
    client::{
        Server,
        tls::{certificates_at, from_pem},
    },
    supervisor::{Door, Spoken},
};

pub(super) const ENDS: Row = Row {
    id: "D-certificate",
    severity: Severity::Finding,
    why: Fixed {
        en: "Outside its days browsers refuse the site: nobody can send a picture, and nobody can review one.",
        ja: "期間の外ではブラウザーが開かず、画像を送ることも審査することもできません。",
    },
    mend: Fixed {
        en: "Renew the certificate and start again: gate and desk read it once, at their start.",
        ja: "証明書を更新し、起動し直してください(ゲートとデスクは起動の時に一度だけ読みます)。",
    },
};

/// Days before the end on which it is told.
const SOON: u64 = 21;

/// From when until when a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Validity {
    from: Timestamp,
    to: Timestamp,
}

/// Looks at the certificates in a PEM file.
pub(super) fn in_file(path: &std::path::Path, now: Timestamp) -> Vec<Remark> {
    let text = std::fs::read(path).map_err(|error| CannotTell::at(path, &error));
    let place = path.display().to_string();
    examine(&place, text.map(|text| from_pem(&text)), now)
}

/// Looks at the certificates that a server shows.
pub(super) fn at_server(place: &str, server: io::Result<Server>, now: Timestamp) -> Vec<Remark> {
    let failed = |error: io::Error| CannotTell::new(format!("{place}: {error}"), format!("{place}: {error}"));
    let chain = server.and_then(|server| certificates_at(&server)).map_err(failed);
    examine(place, chain, now)
}

/// Looks at what a door of this machine shows, if TLS ends there.
pub(super) fn at_door(door: &Door, now: Timestamp) -> Vec<Remark> {
    if door.wire != Spoken::Tls {
        return Vec::new();
    }
    let mut address = door.listen;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let authority = door.origin.trim_start_matches("https://").to_owned();
    at_server(&door.origin, Ok(Server { address, authority, tls: true }), now)
}

fn examine(place: &str, chain: Told<Vec<Vec<u8>>>, now: Timestamp) -> Vec<Remark> {
    let chain = match chain {
        Ok(chain) => chain,
        Err(why) => return vec![ENDS.untold(&why)],
    };
    let validities: Option<Vec<_>> = chain.iter().map(|der| validity(der)).collect();
    match validities.filter(|validities| !validities.is_empty()) {
        Some(validities) => validities.into_iter().filter_map(|one| judge(place, one, now)).take(1).collect(),
        None => vec![ENDS.untold(&CannotTell::new(
            format!("{place} holds no certificate that can be read"),
            format!("{place} に読める証明書がありません"),
        ))],
    }
}

fn validity(der: &[u8]) -> Option<Validity> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let validity = certificate.validity();
    let second = |time: x509_parser::time::ASN1Time| u64::try_from(time.timestamp()).ok().map(Timestamp);
    Some(Validity { from: second(validity.not_before)?, to: second(validity.not_after)? })
}

fn judge(place: &str, validity: Validity, now: Timestamp) -> Option<Remark> {
    let (first, last) = (Day::of(validity.from), Day::of(validity.to));
    let bad = now < validity.from || validity.to.since(now) < SOON * DAY;
    bad.then(|| {
        ENDS.seen(
            format!("a certificate of {place} is good from {first} to {last}"),
            format!("{place} の証明書の期間は {first} から {last} までです"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, *};
    use crate::front::testing::{chain, key};

    /// Good from 2026-11-01 to 2027-01-31, both at midnight in UTC.
    fn made() -> rcgen::CertifiedKey<rcgen::KeyPair> {
        let mut params = rcgen::CertificateParams::new(vec!["gate.example".into()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 11, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 31);
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertifiedKey { cert: params.self_signed(&key).unwrap(), signing_key: key }
    }

    fn at(day: &str) -> Timestamp {
        day.parse::<Day>().unwrap().at_minute(12 * 60)
    }

    #[test]
    fn a_certificate_is_told_of_before_it_ends_after_and_before_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gate.pem");
        std::fs::write(&file, chain(&made().cert)).unwrap();
        let found = |day| ids(&in_file(&file, at(day)));
        assert_eq!(found("2026-12-01"), [""; 0]);
        assert_eq!(found("2027-01-09"), [""; 0]);
        for day in ["2026-10-31", "2027-01-11", "2027-03-01"] {
            assert_eq!(found(day), ["D-certificate"], "{day}");
        }
        assert!(in_file(&file, at("2027-03-01"))[0].seen.en.ends_with("from 2026-11-01 to 2027-01-31"));
    }

    #[test]
    fn what_is_no_certificate_is_not_called_fine() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gate.pem");
        assert_eq!(ids(&in_file(&file, at("2026-12-01"))), ["D-certificate?"]);
        std::fs::write(&file, key(&made().signing_key)).unwrap();
        assert_eq!(ids(&in_file(&file, at("2026-12-01"))), ["D-certificate?"]);
    }
}
