//! The courier: the only process that speaks outward: to sites, to witnesses, to whoever is called in an alert.
//!
//! It pulls what waits from the keeper, signs it with the site's webhook
//! secret, and says how it went. When to try again is the keeper's to know: the
//! courier remembers nothing, so it may die at any time, and a site may see a
//! message twice (under the same `webhook-id`) but never miss one.

pub mod address;
pub mod alerts;
pub mod deliver;
pub mod destination;
pub mod outbox;
pub mod secrets;
pub mod webhook;
pub mod witness;

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use sekisho_core::{id::SiteName, time::Clock};
use sekisho_keeper::wire::Message;
use tokio::{
    task::{Id, JoinSet},
    time::sleep,
};

use crate::client::{Client, Limits};
use destination::{Reach, Resolver};
use outbox::Outbox;
use secrets::Secrets;

/// A future that a port hands back; it can move between threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How many messages are asked for at first, and at most.
const PAGE: (u16, u16) = (64, 4096);

/// How long a site may take to answer. Its answer's body is not read.
pub const LIMITS: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(15), body: 0 };

/// How often the keeper is asked when nothing else happens.
pub const PACE: Duration = Duration::from_millis(500);

/// The courier and what it works with.
pub struct Courier {
    /// The keeper's end.
    pub outbox: Arc<dyn Outbox>,
    /// The time that signatures state.
    pub clock: Arc<dyn Clock>,
    /// What looks names up.
    pub resolver: Arc<dyn Resolver>,
    /// What speaks HTTP to sites, and reads nothing of what they answer.
    pub client: Client,
    /// What speaks HTTP to witnesses, and reads a little.
    pub witness_client: Client,
    /// The sites' webhook secrets.
    pub secrets: Secrets,
    /// The file that says how people are called, see [`alerts::config`]. Read at each call: a change needs no restart.
    pub alerts: PathBuf,
    /// Where it may go.
    pub reach: Reach,
    /// How long it waits between two questions to the keeper.
    pub pace: Duration,
}

/// What is under way: one message for each site at most, so that a slow site holds up only itself.
struct Rounds {
    tasks: JoinSet<()>,
    sites: HashMap<Id, SiteName>,
    page: u16,
}

impl Rounds {
    fn new() -> Self {
        Self { tasks: JoinSet::new(), sites: HashMap::new(), page: PAGE.0 }
    }

    /// The first message of each site that has none under way.
    fn choose(&mut self, messages: Vec<Message>) -> Vec<Message> {
        let full = messages.len() >= usize::from(self.page);
        let mut busy: HashSet<SiteName> = self.sites.values().cloned().collect();
        let chosen: Vec<_> = messages.into_iter().filter(|message| busy.insert(message.site.clone())).collect();
        // A page full of what busy sites wait for would hide the others: look further.
        self.page = if full && chosen.is_empty() { self.page.saturating_mul(2).min(PAGE.1) } else { PAGE.0 };
        chosen
    }

    /// Waits until a delivery ends, however it ends, or the time is over.
    async fn rest(&mut self, pace: Duration) {
        tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                self.sites.remove(&id);
            }
            () = sleep(pace) => {}
        }
    }
}

/// Delivers, and asks witnesses, until the caller drops it; what is under way is dropped with it and comes again.
pub async fn run(courier: Courier) {
    let courier = Arc::new(courier);
    let (sites, people, silence) = (Arc::clone(&courier), Arc::clone(&courier), Arc::clone(&courier));
    tokio::join!(deliver_all(sites), alerts::run(people), alerts::beat(silence), witness::run(courier));
}

async fn deliver_all(courier: Arc<Courier>) {
    let mut rounds = Rounds::new();
    loop {
        let messages = outbox::pull(&*courier.outbox, rounds.page).await;
        for message in rounds.choose(messages) {
            let site = message.site.clone();
            let task = rounds.tasks.spawn(deliver::deliver(Arc::clone(&courier), message));
            rounds.sites.insert(task.id(), site);
        }
        rounds.rest(courier.pace).await;
    }
}

#[cfg(test)]
mod tests;
