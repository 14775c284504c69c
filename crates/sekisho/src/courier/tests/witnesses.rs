//! Witnesses: asked as the format has it; what they say is handed back as it is.

use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

fn witness(answer: impl Into<String>, leash: Leash) -> (String, mpsc::Receiver<String>) {
    let (port, told) = server(answer, leash);
    (format!("http://127.0.0.1:{port}/sub"), told)
}

fn ask_of(name: &str, url: &str) -> WitnessAsk {
    WitnessAsk { witness: name.into(), url: url.into(), size: 7, body: "old 0\n\ncheckpoint\n".into() }
}

pub(super) fn box_of(asks: Vec<WitnessAsk>) -> Arc<Memory> {
    Arc::new(Memory { witnesses: Mutex::new(asks), ..Memory::default() })
}

/// What the courier says of witnesses, one thing of each, in order of names.
async fn said(name: &str, asks: Vec<WitnessAsk>) -> Vec<(String, u64, WitnessSaid)> {
    let (count, outbox) = (asks.len(), box_of(asks));
    run_until(name, courier(name, &outbox), || outbox.said.lock().unwrap().len() >= count).await;
    let mut said = outbox.said.lock().unwrap().clone();
    said.sort_by(|one, other| one.0.cmp(&other.0));
    said
}

pub(super) fn unreachable(why: &str) -> WitnessSaid {
    WitnessSaid::Unreachable { why: why.into() }
}

/// M16: C2SP tlog-witness: a POST to the prefix and `add-checkpoint`, the body word for word, the answer unread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_is_asked_as_the_format_has_it_and_its_answer_is_handed_back() {
    let (url, told) = witness("HTTP/1.1 409 Conflict\r\ncontent-length: 3\r\n\r\n12\n", Leash::loose());
    let said = said("witness", vec![ask_of("w1", &url)]).await;
    assert_eq!((said[0].0.as_str(), said[0].1), ("w1", 7));
    assert_eq!(said[0].2, WitnessSaid::Status { code: 409, body: "12\n".into() });
    let read = told.recv().unwrap();
    assert!(read.starts_with("POST /sub/add-checkpoint HTTP/1.1\r\n"), "{read}");
    assert!(read.ends_with("\r\n\r\nold 0\n\ncheckpoint\n"), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_is_not_heard_is_told_of_by_a_short_reason() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n\r\n";
    let (elsewhere, _keep) = witness(redirect, Leash::loose());
    let long = format!("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{}", "x".repeat(70_000));
    let (much, _keep) = witness(long, Leash::loose());
    let asks = vec![
        ask_of("w1", &elsewhere),
        ask_of("w2", &much),
        ask_of("w3", "http://good.example"),
        ask_of("w4", "http://unknown.example"),
    ];
    let whats: Vec<_> = said("unheard", asks).await.into_iter().map(|(_, _, said)| said).collect();
    let redirected = WitnessSaid::Status { code: 307, body: String::new() };
    assert_eq!(whats, [redirected, unreachable("too_large"), unreachable("address_refused"), unreachable("dns")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_witness_holds_up_only_itself() {
    let (let_go, leash) = Leash::held();
    let ((slow, _keep), (quick, _also)) = (witness(OK, leash), witness(OK, Leash::loose()));
    let outbox = box_of(vec![ask_of("slow", &slow), ask_of("quick", &quick)]);
    let mut let_go = Some(let_go);
    run_until("slow-witness", courier("slow-witness", &outbox), || {
        let heard = outbox.said.lock().unwrap().len();
        if heard == 1 {
            let_go.take();
        }
        heard == 2
    })
    .await;
    let order: Vec<_> = outbox.said.lock().unwrap().iter().map(|(witness, ..)| witness.clone()).collect();
    assert_eq!(order, ["quick", "slow"]);
}
