//! What the gate refused because it knows no such key or link is passed on to the keeper, after the answer.
//!
//! Some of it may be bait; the gate can't tell, and passes all of it on alike. Whoever asked has their answer by then,
//! so that neither what it says nor how long it took depends on what the keeper makes of it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sekisho_core::id::{CheckId, NetworkId, SiteName};
use sekisho_keeper::wire::{GateAnswer, GateRequest, Refusal, Refused, Unheard};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::sleep,
};

use super::denied::Denied;
use crate::{
    front::Asker,
    service::{ports::GateKeeper, room::Room, secret::sha256},
};

/// How many may wait for the keeper; each holds 8 KiB at most. More than these are not passed on.
const WAITING: usize = 512;
/// How many checks that aren't theirs are remembered of sites.
const ASKED: usize = 4096;
/// How often a keeper that is locked or away is asked again, and after how long.
const TRIES: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the keeper for what was refused.
pub(super) struct Passing {
    /// Under which addresses are hashed, drawn at the start: it is nowhere but here.
    key: [u8; 32],
    queue: Sender<Unheard>,
    denied: Arc<Denied>,
    /// What sites asked about lately that isn't theirs: a program that asks the same again and again tries nothing.
    asked: Mutex<HashSet<(SiteName, CheckId)>>,
}

impl Passing {
    /// Begins to pass on, in a task of the present runtime.
    pub(super) fn start(room: &Room) -> Self {
        let (queue, waiting) = channel(WAITING);
        let denied = Arc::new(Denied::default());
        tokio::spawn(pass_on(Arc::clone(&room.keeper), waiting, Arc::clone(&denied)));
        Self { key: room.draw(), queue, denied, asked: Mutex::default() }
    }

    /// A request or call whose signature is by no key that its site has.
    pub(super) fn signed(&self, jws: &str, from: Option<Asker>) {
        self.tell(Refused::Signed(jws.to_owned()), from);
    }

    /// A member's link that doesn't work.
    pub(super) fn link(&self, sha256: [u8; 32], from: Option<Asker>) {
        self.tell(Refused::Link(sha256), from);
    }

    /// A check that a site asked about and that isn't its own; each is told once for a while.
    pub(super) fn check(&self, site: &SiteName, check: CheckId, exists: bool) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= ASKED {
            asked.clear();
        }
        if asked.insert((site.clone(), check)) {
            drop(asked);
            self.tell(Refused::Check { site: site.clone(), exists }, None);
        }
    }

    /// Who is refused, as the keeper said last.
    pub(super) fn denied(&self) -> &Denied {
        &self.denied
    }

    fn tell(&self, what: Refused, from: Option<Asker>) {
        let from = from.map(|asker| self.network(asker));
        if self.queue.try_send(Unheard { what, from }).is_err() {
            tracing::warn!("more was refused than the keeper can be told");
        }
    }

    /// The name that an asker's network has in the ledger: no address, and none can be tried out on it.
    pub(super) fn network(&self, Asker(address): Asker) -> NetworkId {
        let address = address.to_string();
        let hash = sha256(&[&self.key[..], address.as_bytes()].concat());
        NetworkId::from_bytes(hash[..16].try_into().expect("half of 32 bytes"))
    }
}

async fn pass_on(keeper: Arc<dyn GateKeeper>, mut waiting: Receiver<Unheard>, denied: Arc<Denied>) {
    while let Some(unheard) = waiting.recv().await {
        for _ in 0..TRIES {
            match keeper.ask(GateRequest::Unheard(unheard.clone())).await {
                Err(Refusal::Unavailable | Refusal::Locked) => sleep(PATIENCE).await,
                Ok(GateAnswer::Heard(denials)) => {
                    denied.learn(denials);
                    break;
                }
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::watch::observed::Outsider;
    use sekisho_keeper::wire::{Refused, Unheard};

    use crate::gate::testing::{Ask, TestGate};

    async fn passed_on(gate: &TestGate, count: usize) -> Vec<Unheard> {
        for _ in 0..1000 {
            if gate.keeper.unheard().len() >= count {
                break;
            }
            tokio::task::yield_now().await;
        }
        gate.keeper.unheard()
    }

    /// M7, M19: every call by a key that the gate doesn't know is passed on, and nothing else.
    #[tokio::test]
    async fn what_nobody_signed_is_passed_on_and_what_a_site_signed_is_not() {
        let gate = TestGate::new().await;
        gate.announced().await;
        let (call, request) = (gate.sign_call_as("site-b", "GET", "/v1/checks?sub=x", b""), gate.sign_as_a_thief());
        let asked = gate.get("/v1/checks?sub=x").header("sekisho-call", &call).header("x-forwarded-for", "203.0.113.7");
        assert_eq!(asked.send().await.code(), "bad_signature");
        assert_eq!(gate.announce(&request).await.code(), "bad_signature");
        let heard = passed_on(&gate, 2).await;
        assert_eq!(heard.len(), 2);
        assert_eq!(heard[0].what, Refused::Signed(call));
        assert_eq!(heard[1].what, Refused::Signed(request));
        assert!(heard[0].from.is_some());
        assert_eq!(gate.announce(&gate.sign(Ask { jti: "another-01234567", ..Ask::default() })).await.status, 201);
        assert_eq!(passed_on(&gate, 3).await.len(), 2);
    }

    /// M19: so is every link that leads nowhere; one that leads somewhere is not.
    #[tokio::test]
    async fn a_link_that_leads_nowhere_is_passed_on() {
        let gate = TestGate::new().await;
        let link = gate.announced().await.link;
        assert_eq!(gate.get(&link).send().await.status, 200);
        let nowhere = format!("/m/{}", "A".repeat(43));
        let (got, posted) = (gate.get(&nowhere).send().await, gate.post(&nowhere).send().await);
        assert_eq!((got.status, posted.status), (404, 404));
        let heard = passed_on(&gate, 2).await;
        let expected = Refused::Link(crate::service::secret::sha256(&[0; 32]));
        assert!(heard.len() == 2 && heard.iter().all(|unheard| unheard.what == expected));
    }

    /// M7, M20: whoever the watch has refused is refused where references are tried, and a member goes on.
    #[tokio::test]
    async fn who_is_denied_is_refused_at_the_next_request_and_nobody_else() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let nowhere = format!("/m/{}", "A".repeat(43));
        let ask = |address: &'static str| gate.get(&nowhere).header("x-forwarded-for", address).send();
        assert_eq!(ask("203.0.113.7").await.status, 404);
        let Some(network) = passed_on(&gate, 1).await[0].from else { panic!("no network") };
        gate.keeper.deny(Outsider::Network(network));
        gate.keeper.deny(Outsider::Site("site-a".parse().unwrap()));
        assert_eq!(ask("203.0.113.8").await.status, 404);
        passed_on(&gate, 2).await;
        tokio::task::yield_now().await;
        let refused = ask("203.0.113.7").await;
        assert_eq!((refused.status, refused.code()), (429, "denied".into()));
        assert!(refused.header("retry-after").is_some());
        assert_eq!(ask("203.0.113.8").await.status, 404, "another network");
        let path = format!("/v1/checks/{}", member.check);
        assert_eq!(gate.call("GET", &path, b"").await.code(), "denied");
        assert_eq!(member.upload().await.status, 303, "its members are not stopped for it");
        gate.pass(900);
        assert_eq!(ask("203.0.113.7").await.status, 404, "for a while");
    }

    /// M7: what a site asks about and isn't its own is passed on once, whatever it was answered.
    #[tokio::test]
    async fn a_site_that_asks_about_others_is_passed_on() {
        let gate = TestGate::with_second_site().await;
        let theirs = format!("/v1/checks/{}", gate.announced().await.check);
        for _ in 0..3 {
            assert_eq!(gate.call_as("site-b", "GET", &theirs, b"").await.status, 404);
        }
        let heard = passed_on(&gate, 1).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].what, Refused::Check { site: "site-b".parse().unwrap(), exists: true });
    }

    /// M47: what the keeper is told of an address is the same for the same one, and not the address.
    #[tokio::test]
    async fn an_address_is_passed_on_as_a_name_that_leads_back_to_nobody() {
        let (one, other) = (TestGate::new().await, TestGate::with_tls().await);
        let nowhere = format!("/m/{}", "A".repeat(43));
        for address in ["203.0.113.7", "203.0.113.7", "203.0.113.8"] {
            one.get(&nowhere).header("x-forwarded-for", address).send().await;
            other.get(&nowhere).header("x-forwarded-for", address).send().await;
        }
        let (one, other) = (passed_on(&one, 3).await, passed_on(&other, 3).await);
        assert_eq!(one[0].from, one[1].from);
        assert_ne!(one[0].from, one[2].from);
        assert_eq!(one.len() + other.len(), 6);
    }
}
