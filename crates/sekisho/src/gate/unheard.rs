//! What the gate refused because it knows no such key or link is passed on to the keeper, after the answer.
//!
//! Some of it may be bait; the gate can't tell, and passes all of it on alike. Whoever asked has their answer by then,
//! so that neither what it says nor how long it took depends on what the keeper makes of it.

use std::{sync::Arc, time::Duration};

use sekisho_core::id::NetworkId;
use sekisho_keeper::wire::{GateRequest, Refusal, Refused, Unheard};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::sleep,
};

use super::places::Asker;
use crate::service::{ports::GateKeeper, room::Room, secret::sha256};

/// How many may wait for the keeper; each holds 8 KiB at most. More than these are not passed on.
const WAITING: usize = 512;
/// How often a keeper that is locked or away is asked again, and after how long.
const TRIES: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the keeper for what was refused.
pub(super) struct Passing {
    /// Under which addresses are hashed, drawn at the start: it is nowhere but here.
    key: [u8; 32],
    queue: Sender<Unheard>,
}

impl Passing {
    /// Begins to pass on, in a task of the present runtime.
    pub(super) fn start(room: &Room) -> Self {
        let (queue, waiting) = channel(WAITING);
        tokio::spawn(pass_on(Arc::clone(&room.keeper), waiting));
        Self { key: room.draw(), queue }
    }

    /// A request or call whose signature is by no key that its site has.
    pub(super) fn signed(&self, jws: &str, from: Option<Asker>) {
        self.tell(Refused::Signed(jws.to_owned()), from);
    }

    /// A member's link that doesn't work.
    pub(super) fn link(&self, sha256: [u8; 32], from: Option<Asker>) {
        self.tell(Refused::Link(sha256), from);
    }

    fn tell(&self, what: Refused, from: Option<Asker>) {
        let from = from.map(|asker| self.network(asker));
        if self.queue.try_send(Unheard { what, from }).is_err() {
            tracing::warn!("more was refused than the keeper can be told");
        }
    }

    /// The name that an asker's network has in the ledger: no address, and none can be tried out on it.
    fn network(&self, Asker(address): Asker) -> NetworkId {
        let address = address.to_string();
        let hash = sha256(&[&self.key[..], address.as_bytes()].concat());
        NetworkId::from_bytes(hash[..16].try_into().expect("half of 32 bytes"))
    }
}

async fn pass_on(keeper: Arc<dyn GateKeeper>, mut waiting: Receiver<Unheard>) {
    while let Some(unheard) = waiting.recv().await {
        for _ in 0..TRIES {
            match keeper.ask(GateRequest::Unheard(unheard.clone())).await {
                Err(Refusal::Unavailable | Refusal::Locked) => sleep(PATIENCE).await,
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
