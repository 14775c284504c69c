//! The courier against servers on this machine, and an outbox in memory.

#[cfg(feature = "tls")]
mod alerts;
mod sites;
#[cfg(feature = "tls")]
mod tls;
mod witnesses;

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::{Mutex, mpsc},
    thread,
};

use sekisho_core::{
    id::{CallId, MessageId},
    time::{Reading, Timestamp},
};
use sekisho_keeper::wire::{Answered, Call, CourierAnswer, CourierRequest, Pulse, Refusal, WitnessAsk, WitnessSaid};

use super::{destination::tests::Book, *};

/// Keeps messages until they are delivered, as the keeper does; a failed one is not due again in a test.
#[derive(Default)]
struct Memory {
    waiting: Mutex<VecDeque<Message>>,
    outcomes: Mutex<Vec<(MessageId, String)>>,
    away: Mutex<u8>,
    witnesses: Mutex<Vec<WitnessAsk>>,
    said: Mutex<Vec<(String, u64, WitnessSaid)>>,
    calls: Mutex<Vec<Call>>,
    reached: Mutex<Vec<(CallId, String)>>,
    /// What is wrong; nothing if the keeper doesn't answer.
    pulse: Mutex<Option<Vec<String>>>,
    pulses: Mutex<u8>,
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
            CourierRequest::Calls { .. } => {
                let due = std::mem::take(&mut *self.calls.lock().unwrap());
                return Box::pin(async { Ok(CourierAnswer::Calls(due)) });
            }
            CourierRequest::Called(call) => return self.reach(call, "reached"),
            CourierRequest::CallFailed { call, why } => return self.reach(call, &why),
            CourierRequest::Pulse => {
                *self.pulses.lock().unwrap() += 1;
                let pulse = self.pulse.lock().unwrap().clone().map(|troubles| CourierAnswer::Pulse(Pulse { troubles }));
                return Box::pin(async { pulse.ok_or(Refusal::Locked) });
            }
            CourierRequest::WitnessWork => {
                let due = std::mem::take(&mut *self.witnesses.lock().unwrap());
                return Box::pin(async { Ok(CourierAnswer::WitnessWork(due)) });
            }
            CourierRequest::WitnessSaid { witness, size, said } => {
                self.said.lock().unwrap().push((witness, size, said));
                return Box::pin(async { Ok(CourierAnswer::Done) });
            }
        };
        let mut away = self.away.lock().unwrap();
        if *away > 0 {
            *away -= 1;
            return Box::pin(async { Err(Refusal::Unavailable) });
        }
        self.waiting.lock().unwrap().retain(|waiting| waiting.id != message);
        self.outcomes.lock().unwrap().push((message, how));
        Box::pin(async { Ok(CourierAnswer::Done) })
    }
}

impl Memory {
    fn reach(&self, call: CallId, how: &str) -> Pending<'_, Answered<CourierAnswer>> {
        self.reached.lock().unwrap().push((call, how.to_owned()));
        Box::pin(async { Ok(CourierAnswer::Done) })
    }
}

struct Still;

impl Clock for Still {
    fn read(&self) -> Reading {
        Reading { wall: Timestamp(1_790_000_000), since_boot: 0 }
    }
}

/// What a server waits for before each answer: a word, or that nobody is left to give one.
struct Leash(mpsc::Receiver<()>);

impl Leash {
    fn loose() -> Self {
        Self::held().1
    }

    fn held() -> (mpsc::Sender<()>, Self) {
        let (hand, leash) = mpsc::channel();
        (hand, Self(leash))
    }
}

/// A server that reads each request as it comes and answers it with `answer` when it is let. Returns its port, and what
/// it read.
fn server(answer: impl Into<String>, leash: Leash) -> (u16, mpsc::Receiver<String>) {
    let (answer, listener) = (answer.into(), TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::channel();
    let leash = Arc::new(Mutex::new(leash));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (tell, leash, answer) = (tell.clone(), Arc::clone(&leash), answer.clone());
            thread::spawn(move || {
                let mut read = vec![0; 8192];
                let count = stream.read(&mut read).unwrap_or(0);
                let _ = tell.send(String::from_utf8_lossy(&read[..count]).into_owned());
                let _ = leash.lock().unwrap().0.recv();
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    (port, told)
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
        client: Client::plain(LIMITS),
        witness_client: Client::plain(witness::LIMITS),
        secrets: Secrets::new(folder(name)),
        alerts: folder(name).join("alerts.toml"),
        reach: Reach::ThisMachine,
        pace: Duration::from_millis(20),
    }
}

/// Runs a courier until `is_enough`.
async fn run_until(name: &str, courier: Courier, mut is_enough: impl FnMut() -> bool) {
    let running = tokio::spawn(run(courier));
    let waiting = async {
        while !is_enough() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    running.abort();
    std::fs::remove_dir_all(folder(name)).unwrap();
    ended.expect("what the test waits for did not come about");
}
