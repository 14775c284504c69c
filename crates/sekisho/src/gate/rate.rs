//! How often somebody may ask. Over it, they are told when to come back.
//!
//! Kept in memory: it bounds what one asker costs, nothing more. What may be
//! opened, and how often, is the keeper's to count.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use sekisho_core::time::Timestamp;

use super::{api, places::Asker, state::Gate};

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
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let told = if gate.settings().behind_proxy { forwarded(request.headers()) } else { None };
    if let Some(asker) = told.or(peer).map(|address| Asker(network(address))) {
        if let Err(seconds) = gate.rates().count(&asker, gate.room().now()) {
            return api::too_many(seconds).into_response();
        }
        if let Some(seconds) = denied(&gate, asker, request.uri().path()) {
            return api::denied(seconds).into_response();
        }
        request.extensions_mut().insert(asker);
    }
    next.run(request).await
}

/// For how many more seconds the watch has this address refused.
fn denied(gate: &Gate, asker: Asker, path: &str) -> Option<u64> {
    let unheard = gate.unheard();
    if unheard.denied().is_empty() {
        return None;
    }
    unheard.denied().network_at(unheard.network(asker), path, gate.room().now())
}

/// What the proxy itself wrote: the last entry. Those before it are the caller's own words.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// One household has a whole /64 of IPv6 addresses: it counts as one asker.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
    }
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

    #[test]
    fn a_network_of_six_is_one_asker_and_a_mapped_address_is_its_own() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
        assert!(same("::ffff:203.0.113.7", "203.0.113.7"));
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
