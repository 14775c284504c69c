//! A witness over TLS: a real one, behind a certificate that is believed, or not.

use sekisho_core::ledger::{Note, WitnessKey};

use super::{
    witnesses::{box_of, unreachable},
    *,
};
use crate::{
    client::tls::Trust,
    front::{
        self, Front, Wire,
        testing::{made, wire},
    },
    witness::{
        router,
        testing::{Bench, log, signer},
    },
};

const NAME: &str = "witness.localhost";

/// A witness that follows the ledger of [`log`], behind `wire`.
fn witness(wire: Wire) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let front = Front::new(listener, wire, front::Limits::DIRECT).unwrap();
    tokio::spawn(front.serve(router(Bench::new().witness), std::future::pending()));
    format!("https://{NAME}:{port}")
}

/// What the courier says of a witness behind `wire`, if it believes the certificate `trusted`.
async fn said(name: &str, wire: Wire, trusted: &[u8]) -> WitnessSaid {
    let mut log = log();
    log.grow(3);
    let (url, body) = (witness(wire), log.request(0, 3).to_string());
    let outbox = box_of(vec![WitnessAsk { witness: "w1".into(), url, size: 3, body }]);
    let trust = Trust::only(&[trusted]).unwrap();
    let courier = Courier { witness_client: Client::with_tls(witness::LIMITS, trust), ..courier(name, &outbox) };
    run_until(name, courier, || !outbox.said.lock().unwrap().is_empty()).await;
    outbox.said.lock().unwrap().remove(0).2
}

/// M16.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_is_asked_over_tls_and_its_cosignature_verifies() {
    let own = made(NAME);
    let said = said("tls", wire(&own), own.cert.der()).await;
    let WitnessSaid::Status { code: 200, body } = said else { panic!("{said:?}") };
    let mut log = log();
    log.grow(3);
    let mut note = Note::parse(&log.checkpoint(3)).unwrap();
    let key: WitnessKey = signer().key().clone();
    assert!(note.adopt_cosignature(&body, &key).is_ok(), "{body}");
}

/// M16: whoever answers in the witness's place is told nothing, not even the question.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_another_name_or_that_nobody_vouches_for_is_not_spoken_to() {
    let (own, other) = (made(NAME), made("other.localhost"));
    assert_eq!(said("tls-name", wire(&other), other.cert.der()).await, unreachable("tls"));
    assert_eq!(said("tls-root", wire(&own), made(NAME).cert.der()).await, unreachable("tls"));
}
