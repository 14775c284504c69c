//! Webhooks: signed, one at a time for each site, and how each failure is told.

use super::*;

fn site(status: &str, leash: Leash) -> (String, mpsc::Receiver<String>) {
    let (port, told) = server(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"), leash);
    (format!("http://site.localhost:{port}/hook"), told)
}

fn message(number: u8, site: &str, url: &str) -> Message {
    let (id, site) = (MessageId::from_bytes([number; 16]), site.parse().unwrap());
    Message { id, site, url: url.into(), body: r#"{"type":"check.decided"}"#.into(), tries: 0 }
}

fn box_of(messages: Vec<Message>) -> Arc<Memory> {
    Arc::new(Memory { waiting: Mutex::new(messages.into()), ..Memory::default() })
}

/// Runs the courier until `count` outcomes are recorded; returns them in order of messages.
async fn outcomes(name: &str, outbox: &Arc<Memory>, count: usize) -> Vec<(u8, String)> {
    run_until(name, courier(name, outbox), || outbox.outcomes.lock().unwrap().len() >= count).await;
    let mut found: Vec<_> = recorded(outbox);
    found.sort();
    found
}

fn recorded(outbox: &Memory) -> Vec<(u8, String)> {
    outbox.outcomes.lock().unwrap().iter().map(|(id, how)| (id.as_bytes()[0], how.clone())).collect()
}

/// M1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_arrives_signed() {
    let (url, told) = site("204 No Content", Leash::loose());
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
    let (broken, _keep) = site("500 Internal Server Error", Leash::loose());
    let (elsewhere, _keep) = site("307 Temporary Redirect", Leash::loose());
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
    let told: Vec<_> = outcomes("reasons", &outbox, 7).await.into_iter().map(|(_, how)| how).collect();
    let expected = ["status_500", "redirect_refused", "connect", "address_refused", "bad_url", "no_secret", "dns"];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_site_holds_up_only_itself_and_is_asked_one_thing_at_a_time() {
    let (let_go, leash) = Leash::held();
    let (slow, asked) = site("200 OK", leash);
    let (quick, _keep) = site("200 OK", Leash::loose());
    let outbox = box_of(vec![
        message(1, "site-a", &slow),
        message(2, "site-a", &slow),
        message(3, "site-b", &quick),
        message(4, "site-b", &quick),
    ]);
    let (mut let_go, mut asked_before) = (Some(let_go), 0);
    run_until("slow", courier("slow", &outbox), || {
        let done = recorded(&outbox);
        if done.len() == 2 && let_go.take().is_some() {
            asked_before = asked.try_iter().count();
        }
        done.len() == 4
    })
    .await;
    let order: Vec<_> = recorded(&outbox).into_iter().map(|(number, _)| number).collect();
    assert_eq!(order, [3, 4, 1, 2]);
    assert_eq!((asked_before, asked.try_iter().count()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_recorded_is_sent_again_under_the_same_id() {
    let (url, told) = site("200 OK", Leash::loose());
    let outbox = box_of(vec![message(1, "site-a", &url)]);
    *outbox.away.lock().unwrap() = 1;
    outcomes("again", &outbox, 1).await;
    let (first, second) = (told.recv().unwrap(), told.recv().unwrap());
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
