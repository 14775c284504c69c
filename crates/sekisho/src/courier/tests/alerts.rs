//! Alerts: mail to a real server over TLS, webhooks, the heartbeat, and how each failure is told.

use std::sync::atomic::{AtomicU64, Ordering};

use sekisho_core::id::CallId;

use super::*;
use crate::courier::alerts::tests_letter::call;

#[path = "../../../tests/common/smtp.rs"]
mod smtp;
use smtp::{MailServer, Speaks};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn mail(server: &MailServer, tls: &str, name: &str, more: &str) -> String {
    let (port, ca) = (server.port, &server.ca);
    format!(
        "[mail]\nserver = \"{name}\"\nport = {port}\ntls = \"{tls}\"\nfrom = \"s@example.jp\"\n{more}\n\
         ca = \"\"\"\n{ca}\"\"\"\n[[people]]\nname = \"aoki\"\nmail = \"aoki@example.jp\"\n"
    )
}

/// Runs a courier with `config` until aoki's call came to something, and says to what.
async fn outcome(name: &str, config: &str) -> String {
    let outbox = Arc::new(Memory { calls: Mutex::new(vec![call("aoki")]), ..Memory::default() });
    let courier = courier(name, &outbox);
    std::fs::write(&courier.alerts, format!("minutes = 10\nlanguage = \"en\"\n{config}")).unwrap();
    run_until(name, courier, || !outbox.reached.lock().unwrap().is_empty()).await;
    let (id, how) = outbox.reached.lock().unwrap().remove(0);
    assert_eq!(id, CallId::from_bytes([1; 16]));
    how
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_handed_over_tls_or_after_starttls_with_the_password_and_all_its_words() {
    for (name, speaks, tls) in [("mail-tls", Speaks::Tls, "implicit"), ("mail-starttls", Speaks::Starttls, "starttls")]
    {
        let server = MailServer::start(speaks);
        let how = outcome(name, &mail(&server, tls, "localhost", "user = \"u\"\npassword = \"p\"")).await;
        assert_eq!(how, "reached");
        let taken = &server.mails()[0];
        assert!(taken.tls, "{name}");
        assert_eq!(taken.auth.as_deref(), Some("AHUAcA=="), "\\0u\\0p");
        assert!(taken.from.contains("s@example.jp") && taken.to == ["RCPT TO:<aoki@example.jp>"], "{taken:?}");
        for said in ["Subject: [Sekisho] URGENT: Viewing was paused.", "Nobody can open", "/alerts", "alr_"] {
            assert!(taken.text.contains(said), "{said}: {}", taken.text);
        }
    }
}

/// The control: without the rule the same server takes the mail of whoever speaks plainly.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tls_mail_goes_to_this_machine_only_when_the_operator_said_so() {
    let server = MailServer::start(Speaks::Plain);
    assert_eq!(outcome("mail-stripped", &mail(&server, "starttls", "localhost", "")).await, "tls");
    assert!(server.mails().is_empty(), "a line on which somebody took STARTTLS away gets nothing");
    assert_eq!(outcome("mail-plain", &mail(&server, "none", "localhost", "")).await, "reached");
    assert_eq!(server.mails().len(), 1);
}

/// Whoever sits on the line speaks before TLS: what they say is never taken for the server's word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_injected_before_tls_ends_the_conversation() {
    let server = MailServer::start(Speaks::Injected);
    assert_eq!(outcome("mail-injected", &mail(&server, "starttls", "localhost", "")).await, "tls");
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_the_one_named_is_told_nothing() {
    let (server, other) = (MailServer::start(Speaks::Tls), MailServer::start(Speaks::Tls));
    let trusted_other = mail(&server, "implicit", "localhost", "").replace(&server.ca, &other.ca);
    assert_eq!(outcome("mail-ca", &trusted_other).await, "tls");
    assert_eq!(outcome("mail-name", &mail(&server, "implicit", "127.0.0.1", "")).await, "tls");
    assert_eq!(outcome("mail-inside", &mail(&server, "implicit", "inside.example", "")).await, "address_refused");
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alerts_webhook_is_signed_and_says_why_it_was_not_taken() {
    let (port, told) = server("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n", Leash::loose());
    let person = |port| {
        format!("[[people]]\nname = \"aoki\"\nwebhook = \"http://hook.localhost:{port}/a\"\nsecret = \"{SECRET}\"")
    };
    assert_eq!(outcome("alert-hook", &person(port)).await, "reached");
    let read = told.recv().unwrap();
    let (_, body) = read.split_once("\r\n\r\n").unwrap();
    let signed = webhook::signature(
        &CallId::from_bytes([1; 16]).to_string(),
        Timestamp(1_790_000_000),
        body,
        &[secrets::parse(SECRET).unwrap()],
    );
    assert!(read.contains(&format!("webhook-signature: {signed}\r\n")), "{read}");
    assert!(body.contains("\"kind\":\"paused\"") && body.contains("Viewing was paused."), "{body}");
    let (broken, _keep) = server("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", Leash::loose());
    assert_eq!(outcome("alert-hook-500", &person(broken)).await, "status_500");
    assert_eq!(outcome("alert-nobody", "[[people]]\nname = \"baba\"\nwebhook = \"https://a.example\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"").await, "unknown_person");
    assert_eq!(outcome("alert-broken", "what").await, "no_alerts_file");
}

/// One way that works is enough, and the other is not waited for again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_with_two_ways_is_reached_by_the_one_that_works() {
    let mail_server = MailServer::start(Speaks::Tls);
    let (broken, _keep) = server("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", Leash::loose());
    let both = mail(&mail_server, "implicit", "localhost", "")
        + &format!("webhook = \"http://hook.localhost:{broken}/a\"\nsecret = \"{SECRET}\"\n");
    assert_eq!(outcome("alert-both", &both).await, "reached");
    assert_eq!(mail_server.mails().len(), 1);
}

/// A clock on which a minute passes between two looks.
struct Hasty(AtomicU64);

impl Clock for Hasty {
    fn read(&self) -> Reading {
        Reading { since_boot: self.0.fetch_add(60, Ordering::Relaxed), ..Still.read() }
    }
}

/// Whether the heartbeat was heard after the keeper was asked for its pulse, which is `pulse`.
async fn beats(name: &str, pulse: Option<Vec<String>>) -> bool {
    let (port, told) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Leash::loose());
    let outbox = Arc::new(Memory { pulse: Mutex::new(pulse), ..Memory::default() });
    let courier = Courier { clock: Arc::new(Hasty(AtomicU64::new(0))), ..courier(name, &outbox) };
    let beat = format!("[heartbeat]\nurl = \"http://beat.localhost:{port}/beat\"\nseconds = 10\n");
    let people = format!("[[people]]\nname = \"aoki\"\nwebhook = \"https://a.example\"\nsecret = \"{SECRET}\"\n");
    std::fs::write(&courier.alerts, format!("minutes = 10\n{beat}{people}")).unwrap();
    // The second question comes after all that followed from the first.
    run_until(name, courier, || *outbox.pulses.lock().unwrap() > 1).await;
    told.try_iter().any(|read| read.starts_with("GET /beat "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_heart_beats_only_while_the_keeper_says_that_it_is_well() {
    assert!(beats("beat-well", Some(Vec::new())).await);
    assert!(!beats("beat-unwell", Some(vec!["calls_waiting".into()])).await);
    assert!(!beats("beat-locked", None).await);
}
