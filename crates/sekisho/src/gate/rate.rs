//! How often somebody may ask. Over it, they are told when to come back.
//!
//! Kept in memory: it bounds what one asker costs, nothing more. What may be
//! opened, and how often, is the keeper's to count.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sekisho_core::time::Timestamp;
use sekisho_keeper::wire::Closed;

use super::{api, denied::asked_for, state::Gate};
use crate::front::Asker;

/// Calls of one asker within one minute.
const PER_MINUTE: u32 = 600;
/// Askers remembered within one minute; more than that, and all newcomers share one count.
const ASKERS: usize = 10_000;

/// Counts of the present minute.
#[derive(Default)]
pub(super) struct Rates(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    number: u64,
    counts: HashMap<u64, u32>,
}

impl Rates {
    /// Counts one call of `asker`; gives the seconds to wait when it was one too many.
    pub(super) fn count(&self, asker: &impl Hash, now: Timestamp) -> Result<(), u64> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != now.0 / 60 {
            *minute = Minute { number: now.0 / 60, counts: HashMap::new() };
        }
        let known = minute.counts.len() < ASKERS;
        let key = if known { digest(asker) } else { 0 };
        let count = minute.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        if *count > PER_MINUTE { Err(60 - now.0 % 60) } else { Ok(()) }
    }
}

/// Stops an address that asks too often. Addresses are counted, never kept longer than the minute, never logged.
pub(super) async fn by_address(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    if let Some(asker) = Asker::of(request.headers(), request.extensions(), gate.settings().behind_proxy) {
        if let Err(seconds) = gate.rates().count(&asker, gate.room().now()) {
            return api::too_many(seconds).into_response();
        }
        match denied(&gate, asker, &request) {
            // A call is judged by its signature first.
            Some((Closed::Calls, seconds)) => drop(request.extensions_mut().insert(api::Shut(seconds))),
            Some((_, seconds)) => return api::denied(seconds).into_response(),
            None => {}
        }
        request.extensions_mut().insert(asker);
    }
    next.run(request).await
}

/// What this address asks for, if the watch has it refused that, and for how many more seconds.
fn denied(gate: &Gate, asker: Asker, request: &Request) -> Option<(Closed, u64)> {
    let unheard = gate.unheard();
    if unheard.denies_nobody() {
        return None;
    }
    let of = asked_for(request.method(), request.uri().path())?;
    Some((of, unheard.denied(asker, of, gate.room().now())?))
}

fn digest(asker: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    asker.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M7
    #[tokio::test]
    async fn an_address_that_asks_too_often_is_told_to_wait_and_can_not_pose_as_others() {
        let gate = crate::gate::testing::TestGate::new().await;
        let ask = |forwarded: String| gate.get("/healthz").header("x-forwarded-for", &forwarded).send();
        for number in 0..600 {
            assert_eq!(ask(format!("10.0.0.{}, 203.0.113.7", number % 250)).await.status, 200);
        }
        let stopped = ask("198.51.100.1, 203.0.113.7".into()).await;
        assert_eq!((stopped.status, stopped.code()), (429, "too_many".into()));
        assert!(stopped.header("retry-after").is_some());
        assert_eq!(ask("203.0.113.8".into()).await.status, 200);
    }

    /// M7
    #[test]
    fn one_asker_is_stopped_for_the_minute_and_another_is_not() {
        let rates = Rates::default();
        let now = Timestamp(6_000_010);
        for _ in 0..PER_MINUTE {
            assert_eq!(rates.count(&"a", now), Ok(()));
        }
        assert_eq!(rates.count(&"a", now), Err(50));
        assert_eq!(rates.count(&"b", now), Ok(()));
        assert_eq!(rates.count(&"a", now + 60), Ok(()));
    }
}
