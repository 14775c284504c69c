//! What the gate refused for its signature, or because it knows no such link, is passed on to the keeper, after the answer.
//!
//! Some of it may be bait; the gate can't tell, and passes all of it on alike. Whoever asked has their answer by then,
//! so that neither what it says nor how long it took depends on what the keeper makes of it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sekisho_core::{
    id::{CheckId, SiteName},
    time::Timestamp,
};
use sekisho_keeper::jose::MAX_JWS;
use sekisho_keeper::wire::{Closed, GateAnswer, GateRequest, Refusal, Refused, Sent, Unheard};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{sleep, timeout},
};

use super::{denied::Denied, names::Names};
use crate::{
    front::Asker,
    service::{
        ports::{Clock, GateKeeper},
        room::Room,
    },
};

/// How many may wait for the keeper; each holds 8 KiB at most. More than these are not passed on.
const WAITING: usize = 512;
/// How many checks that aren't theirs are remembered of sites.
const ASKED: usize = 4096;
/// How soon a gate that begins asks once more.
const AGAIN: Duration = Duration::from_millis(100);
/// How often the keeper is asked for news when nothing is refused.
const LOOK: Duration = Duration::from_secs(60);
/// How often a keeper that is locked or away is asked again, and after how long.
const TRIES: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the keeper for what was refused.
pub(super) struct Passing {
    way: Arc<Way>,
    queue: Sender<(What, Option<Asker>)>,
    /// What sites asked about lately that isn't theirs: a program that asks the same again and again tries nothing.
    asked: Mutex<HashSet<(SiteName, CheckId)>>,
}

/// What the keeper is told.
enum What {
    Refused(Refused),
    /// A picture, and whether it was taken.
    Picture(bool),
}

/// The keeper, and what it said.
struct Way {
    keeper: Arc<dyn GateKeeper>,
    clock: Arc<dyn Clock>,
    names: Names,
    denied: Denied,
}

impl Passing {
    /// Begins to pass on, in a task of the present runtime.
    pub(super) fn start(room: &Room) -> Self {
        let (queue, waiting) = channel(WAITING);
        let (keeper, clock) = (Arc::clone(&room.keeper), Arc::clone(&room.clock));
        let way = Arc::new(Way { keeper, clock, names: Names::default(), denied: Denied::default() });
        tokio::spawn(pass_on(Arc::clone(&way), waiting));
        Self { way, queue, asked: Mutex::default() }
    }

    /// Asks the keeper who is refused, so that nobody is free again because the gate began anew: until it answers, which
    /// it may do a moment later than a gate that was started with it. A locked one refuses: then nobody is named until it
    /// is asked again.
    pub(super) async fn learn(&self) {
        while self.way.learn().await == Err(Refusal::Unavailable) {
            sleep(AGAIN).await;
        }
    }

    /// A request or call whose signature doesn't do, or a call without one.
    pub(super) fn call(&self, jws: Option<&str>, from: Option<Asker>) {
        let what =
            jws.filter(|jws| jws.len() <= MAX_JWS).map_or(Refused::Unsigned, |jws| Refused::Signed(jws.to_owned()));
        self.tell(What::Refused(what), from);
    }

    /// A member's link that doesn't work.
    pub(super) fn link(&self, sha256: [u8; 32], from: Option<Asker>) {
        self.tell(What::Refused(Refused::Link(sha256)), from);
    }

    /// A picture that came: taken, or refused for what it is.
    pub(super) fn picture(&self, taken: bool, from: Option<Asker>) {
        self.tell(What::Picture(taken), from);
    }

    /// A check that a site asked about and that isn't its own; each is told once for a while.
    pub(super) fn check(&self, site: &SiteName, check: CheckId, exists: bool) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= ASKED {
            asked.clear();
        }
        if asked.insert((site.clone(), check)) {
            drop(asked);
            self.tell(What::Refused(Refused::Check { site: site.clone(), exists }), None);
        }
    }

    /// Whether nobody at all is refused: asked before every request.
    pub(super) fn denies_nobody(&self) -> bool {
        self.way.denied.is_empty()
    }

    /// For how many more seconds an asker is refused what they ask for.
    pub(super) fn denied(&self, asker: Asker, of: Closed, now: Timestamp) -> Option<u64> {
        self.way.names.each(asker).into_iter().filter_map(|name| self.way.denied.network(name, of, now)).max()
    }

    /// For how many more seconds a site is refused.
    pub(super) fn denied_site(&self, site: &SiteName, now: Timestamp) -> Option<u64> {
        self.way.denied.site(site, now)
    }

    fn tell(&self, what: What, from: Option<Asker>) {
        if self.queue.try_send((what, from)).is_err() {
            tracing::warn!("more was refused than the keeper can be told");
        }
    }
}

impl Way {
    /// The names of now, and who is refused.
    async fn learn(&self) -> Result<(), Refusal> {
        match self.keeper.ask(GateRequest::Names).await? {
            GateAnswer::Names(names) => {
                self.denied.learn(names.denied.clone());
                self.names.learn(names);
                Ok(())
            }
            _ => Err(Refusal::Unavailable),
        }
    }

    /// Tells the keeper, and learns who is refused for it.
    async fn tell(&self, what: &What, from: Option<Asker>) -> Result<(), Refusal> {
        if self.names.are_over(self.clock.read().wall) {
            self.learn().await?;
        }
        let from = from.and_then(|asker| self.names.of(asker));
        let request = match what {
            What::Refused(what) => GateRequest::Unheard(Unheard { what: what.clone(), from }),
            What::Picture(taken) => {
                GateRequest::Sent(Sent { from, taken: u64::from(*taken), refused: u64::from(!taken) })
            }
        };
        if let GateAnswer::Heard(denials) = self.keeper.ask(request).await? {
            self.denied.learn(denials);
        }
        Ok(())
    }
}

async fn pass_on(way: Arc<Way>, mut waiting: Receiver<(What, Option<Asker>)>) {
    loop {
        match timeout(LOOK, waiting.recv()).await {
            // Nothing was refused for a while: a day may be over, and another gate may have found somebody.
            Err(_) => drop(way.learn().await),
            Ok(Some((what, from))) => pass(&way, &what, from).await,
            Ok(None) => return,
        }
    }
}

async fn pass(way: &Way, what: &What, from: Option<Asker>) {
    for _ in 0..TRIES {
        match way.tell(what, from).await {
            Err(Refusal::Unavailable | Refusal::Locked) => sleep(PATIENCE).await,
            _ => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::watch::observed::Outsider;
    use sekisho_keeper::wire::{Closed, Refused, Unheard};

    use std::time::Duration;

    use tokio::time::timeout;

    use super::Passing;
    use crate::{
        front::Asker,
        gate::testing::{Ask, TestGate},
    };

    async fn passed_on(gate: &TestGate, count: usize) -> Vec<Unheard> {
        gate.passed_on(count).await
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
        assert_eq!(gate.get(&nowhere.replace("/m/", "/s/")).send().await.status, 404);
        let heard = passed_on(&gate, 3).await;
        let expected = Refused::Link(crate::service::secret::sha256(&[0; 32]));
        assert!(heard.len() == 3 && heard.iter().all(|unheard| unheard.what == expected));
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
        gate.keeper.deny(Outsider::Network(network), Closed::References);
        gate.keeper.deny(Outsider::Site("site-a".parse().unwrap()), Closed::References);
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

    /// M7, M20: a gate that begins anew asks first, and refuses whoever was refused; one that can't ask serves all the
    /// same.
    #[tokio::test]
    async fn who_is_denied_stays_so_when_the_gate_begins_anew() {
        let gate = TestGate::new().await;
        let (asker, now) = (Asker([203, 0, 113, 7].into()), gate.room().now());
        gate.get(&format!("/m/{}", "A".repeat(43))).header("x-forwarded-for", "203.0.113.7").send().await;
        let Some(network) = passed_on(&gate, 1).await[0].from else { panic!("no network") };
        gate.keeper.deny(Outsider::Network(network), Closed::References);
        let anew = Passing::start(gate.room());
        assert!(anew.denies_nobody());
        anew.learn().await;
        assert_eq!(anew.denied(asker, Closed::References, now), Some(900));
        assert_eq!(anew.denied(asker, Closed::Pictures, now), None);
        assert_eq!(anew.denied(Asker([203, 0, 113, 8].into()), Closed::References, now), None);
        gate.keeper.away();
        let alone = Passing::start(gate.room());
        assert!(timeout(Duration::from_millis(300), alone.learn()).await.is_err(), "it goes on asking");
        assert!(alone.denies_nobody());
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
