//! The courier against sites on this machine, and an outbox in memory.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::Mutex,
    thread,
    time::Instant,
};

use sekisho_core::{
    id::MessageId,
    time::{Reading, Timestamp},
};
use sekisho_keeper::wire::{Answered, CourierAnswer, CourierRequest, Refusal, WitnessAsk, WitnessSaid};

use super::{destination::tests::Book, *};

/// Keeps messages until they are delivered, as the keeper does; a failed one is not due again in a test.
#[derive(Default)]
struct Memory {
    waiting: Mutex<VecDeque<Message>>,
    outcomes: Mutex<Vec<(MessageId, String, Instant)>>,
    away: Mutex<u8>,
    witnesses: Mutex<Vec<WitnessAsk>>,
    said: Mutex<Vec<(String, u64, WitnessSaid, Instant)>>,
}

impl Outbox for Memory {
    fn ask(&self, request: CourierRequest) -> Pending<'_, Answered<CourierAnswer>> {
        let (message, how) = match request {
            CourierRequest::Pull { limit } => {
                let waiting = self.waiting.lock().unwrap().iter().take(limit.into()).cloned().collect();
                return Box::pin(async { Ok(CourierAnswer::Messages(waiting)) });
            }
            CourierRequest::Delivered(message) => (message, "delivered".into()),
            CourierRequest::Failed { message, why } => (message, why),
            CourierRequest::WitnessWork => {
                let due = std::mem::take(&mut *self.witnesses.lock().unwrap());
                return Box::pin(async { Ok(CourierAnswer::WitnessWork(due)) });
            }
            CourierRequest::WitnessSaid { witness, size, said } => {
                self.said.lock().unwrap().push((witness, size, said, Instant::now()));
                return Box::pin(async { Ok(CourierAnswer::Done) });
            }
        };
        let mut away = self.away.lock().unwrap();
        if *away > 0 {
            *away -= 1;
            return Box::pin(async { Err(Refusal::Unavailable) });
        }
        self.waiting.lock().unwrap().retain(|waiting| waiting.id != message);
        self.outcomes.lock().unwrap().push((message, how, Instant::now()));
        Box::pin(async { Ok(CourierAnswer::Done) })
    }
}

struct Still;

impl Clock for Still {
    fn read(&self) -> Reading {
        Reading { wall: Timestamp(1_790_000_000), since_boot: 0 }
    }
}

/// A site that answers each request with `status` after a while; what it read is returned by the channel.
fn site(status: &'static str, after: Duration) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://site.localhost:{}/hook", listener.local_addr().unwrap().port());
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut read = vec![0; 8192];
            let count = stream.read(&mut read).unwrap_or(0);
            let _ = tell.send(String::from_utf8_lossy(&read[..count]).into_owned());
            thread::sleep(after);
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes());
        }
    });
    (url, told)
}

fn message(number: u8, site: &str, url: &str) -> Message {
    let (id, site) = (MessageId::from_bytes([number; 16]), site.parse().unwrap());
    Message { id, site, url: url.into(), body: r#"{"type":"check.decided"}"#.into(), tries: 0 }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sekisho-courier-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for site in ["site-a", "site-b"] {
        std::fs::write(folder.join(site), secrets::format(&[7; 32]).as_str()).unwrap();
    }
    folder
}

fn courier(name: &str, outbox: &Arc<Memory>) -> Courier {
    Courier {
        outbox: Arc::clone(outbox) as Arc<dyn Outbox>,
        clock: Arc::new(Still),
        resolver: Arc::new(Book),
        client: Client::plain(Limits { total: Duration::from_secs(5), ..LIMITS }),
        witness_client: Client::plain(witness::LIMITS),
        secrets: Secrets::new(folder(name)),
        reach: Reach::ThisMachine,
        pace: Duration::from_millis(20),
    }
}

/// Runs the courier until `count` outcomes are recorded; returns them in order of messages.
async fn outcomes(name: &str, outbox: &Arc<Memory>, count: usize) -> Vec<(u8, String, Instant)> {
    let running = tokio::spawn(run(courier(name, outbox)));
    let enough = || outbox.outcomes.lock().unwrap().len() >= count;
    for _ in 0..500 {
        if enough() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    running.abort();
    std::fs::remove_dir_all(folder(name)).unwrap();
    let found = outbox.outcomes.lock().unwrap().clone();
    let mut found: Vec<_> = found.into_iter().map(|(id, how, when)| (id.as_bytes()[0], how, when)).collect();
    found.sort_by_key(|(number, ..)| *number);
    assert!(found.len() >= count, "{found:?}");
    found
}

fn box_of(messages: Vec<Message>) -> Arc<Memory> {
    Arc::new(Memory { waiting: Mutex::new(messages.into()), ..Memory::default() })
}

/// M1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_arrives_signed() {
    let (url, told) = site("204 No Content", Duration::ZERO);
    let sent = message(1, "site-a", &url);
    assert_eq!(outcomes("signed", &box_of(vec![sent.clone()]), 1).await[0].1, "delivered");
    let read = told.recv().unwrap();
    let secret = secrets::parse(&secrets::format(&[7; 32])).unwrap();
    let signature = webhook::signature(&sent.id.to_string(), Timestamp(1_790_000_000), &sent.body, &[secret]);
    assert!(read.starts_with("POST /hook HTTP/1.1\r\n"), "{read}");
    assert!(read.contains(&format!("webhook-signature: {signature}\r\n")), "{read}");
    assert!(read.contains(&format!("webhook-id: {}\r\n", sent.id)), "{read}");
    assert!(read.to_ascii_lowercase().contains("host: site.localhost:"), "{read}");
    assert!(read.ends_with(&sent.body), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_failure_is_told_by_a_short_reason() {
    let (broken, _keep) = site("500 Internal Server Error", Duration::ZERO);
    let (elsewhere, _keep) = site("307 Temporary Redirect", Duration::ZERO);
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let outbox = box_of(vec![
        message(1, "site-a", &broken),
        message(2, "site-a", &elsewhere),
        message(3, "site-a", &format!("http://{closed}/")),
        message(4, "site-a", "http://good.example/"),
        message(5, "site-a", "https://user@localhost/"),
        message(6, "site-c", &broken),
        message(7, "site-a", "http://unknown.example/"),
    ]);
    let told: Vec<_> = outcomes("reasons", &outbox, 7).await.into_iter().map(|(_, how, _)| how).collect();
    let expected = ["status_500", "redirect_refused", "connect", "address_refused", "bad_url", "no_secret", "dns"];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_site_holds_up_only_itself() {
    let (slow, _keep) = site("200 OK", Duration::from_millis(400));
    let (quick, _keep) = site("200 OK", Duration::ZERO);
    let outbox = box_of(vec![
        message(1, "site-a", &slow),
        message(2, "site-a", &slow),
        message(3, "site-b", &quick),
        message(4, "site-b", &quick),
    ]);
    let began = Instant::now();
    let found = outcomes("slow", &outbox, 4).await;
    let took = |at: usize| found[at].2.duration_since(began);
    assert!(took(3) < Duration::from_millis(300), "the quick site waited {:?}", took(3));
    // One at a time: the second begins after the first is answered.
    assert!(took(1) >= Duration::from_millis(800), "the slow site was asked twice at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_recorded_is_sent_again_under_the_same_id() {
    let (url, told) = site("200 OK", Duration::ZERO);
    let outbox = box_of(vec![message(1, "site-a", &url)]);
    *outbox.away.lock().unwrap() = 1;
    outcomes("again", &outbox, 1).await;
    let (first, second) = (told.recv().unwrap(), told.recv_timeout(Duration::from_secs(5)).unwrap());
    let id = |read: &str| read.lines().find(|line| line.starts_with("webhook-id")).map(str::to_owned).unwrap();
    assert_eq!(id(&first), id(&second));
}

#[test]
fn a_page_full_of_busy_sites_is_looked_past() {
    let mut rounds = Rounds::new();
    let page = |count: u16| (0..count).map(|_| message(1, "site-a", "")).collect::<Vec<_>>();
    assert_eq!(rounds.choose(page(PAGE.0)).len(), 1);
    assert_eq!(rounds.page, PAGE.0);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let task = runtime.block_on(async { rounds.tasks.spawn(std::future::pending()) });
    rounds.sites.insert(task.id(), "site-a".parse().unwrap());
    assert!(rounds.choose(page(PAGE.0)).is_empty());
    assert_eq!(rounds.page, 2 * PAGE.0);
    assert_eq!(rounds.choose(vec![message(2, "site-b", "")]).len(), 1);
    assert_eq!(rounds.page, PAGE.0);
}

/// A witness that answers each request with `answer` after a while.
fn witness(answer: &'static str, after: Duration) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://127.0.0.1:{}/sub", listener.local_addr().unwrap().port());
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut read = vec![0; 8192];
            let count = stream.read(&mut read).unwrap_or(0);
            let _ = tell.send(String::from_utf8_lossy(&read[..count]).into_owned());
            thread::sleep(after);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url, told)
}

fn ask_of(name: &str, url: &str) -> WitnessAsk {
    WitnessAsk { witness: name.into(), url: url.into(), size: 7, body: "old 0\n\ncheckpoint\n".into() }
}

/// Runs the courier until it has said so many things of witnesses; returns them in order of names.
async fn said(name: &str, asks: Vec<WitnessAsk>, count: usize) -> Vec<(String, u64, WitnessSaid, Instant)> {
    let outbox = Arc::new(Memory { witnesses: Mutex::new(asks), ..Memory::default() });
    let running = tokio::spawn(run(courier(name, &outbox)));
    for _ in 0..500 {
        if outbox.said.lock().unwrap().len() >= count {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    running.abort();
    std::fs::remove_dir_all(folder(name)).unwrap();
    let mut said = outbox.said.lock().unwrap().clone();
    said.sort_by(|one, other| one.0.cmp(&other.0));
    said
}

/// M16: C2SP tlog-witness: a POST to the prefix and `add-checkpoint`, the body word for word, the answer unread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_is_asked_as_the_format_has_it_and_its_answer_is_handed_back() {
    let (url, told) = witness("HTTP/1.1 409 Conflict\r\ncontent-length: 3\r\n\r\n12\n", Duration::ZERO);
    let said = said("witness", vec![ask_of("w1", &url)], 1).await;
    assert_eq!((said[0].0.as_str(), said[0].1), ("w1", 7));
    assert_eq!(said[0].2, WitnessSaid::Status { code: 409, body: "12\n".into() });
    let read = told.recv().unwrap();
    assert!(read.starts_with("POST /sub/add-checkpoint HTTP/1.1\r\n"), "{read}");
    assert!(read.ends_with("\r\n\r\nold 0\n\ncheckpoint\n"), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_is_not_heard_is_told_of_by_a_short_reason() {
    let (elsewhere, _keep) = witness("HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n\r\n", Duration::ZERO);
    let (much, _keep) = witness(
        format!("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{}", "x".repeat(70_000)).leak(),
        Duration::ZERO,
    );
    let asks = vec![
        ask_of("w1", &elsewhere),
        ask_of("w2", &much),
        ask_of("w3", "http://good.example"),
        ask_of("w4", "http://unknown.example"),
    ];
    let said = said("unheard", asks, 4).await;
    let whats: Vec<_> = said.into_iter().map(|(_, _, said, _)| said).collect();
    let unreachable = |why: &str| WitnessSaid::Unreachable { why: why.into() };
    let redirected = WitnessSaid::Status { code: 307, body: String::new() };
    assert_eq!(whats, [redirected, unreachable("too_large"), unreachable("address_refused"), unreachable("dns")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_witness_holds_up_only_itself() {
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let ((slow, _keep), (quick, _also)) = (witness(OK, Duration::from_millis(600)), witness(OK, Duration::ZERO));
    let said = said("slow-witness", vec![ask_of("slow", &slow), ask_of("quick", &quick)], 2).await;
    assert_eq!(said.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["quick", "slow"]);
    assert!(said[0].3 < said[1].3, "the quick one did not wait");
}
