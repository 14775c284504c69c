//! Who is refused for a while, as the keeper's watch says: a network that tries references or forges signatures, a site
//! that asks about others' checks, whoever floods us with pictures.
//!
//! The keeper says so in the answer to what the gate tells it, so it is felt within a moment of the finding. A member
//! whose session stands goes on, whatever their neighbours at the same address do.

use std::sync::{PoisonError, RwLock};

use axum::http::Method;
use sekisho_core::{id::NetworkId, id::SiteName, time::Timestamp, watch::observed::Outsider};
use sekisho_keeper::wire::{Closed, Denial};

/// Paths at which a reference is tried.
const TRIED: [&str; 2] = ["/m/", "/s/"];
/// Where sites call.
const CALLS: &str = "/v1/";
/// Where pictures are sent.
const PICTURES: &str = "/check/photo/";

/// What a request asks for of which somebody may be refused.
pub(super) fn asked_for(method: &Method, path: &str) -> Option<Closed> {
    if TRIED.iter().any(|tried| path.starts_with(tried)) {
        return Some(Closed::References);
    }
    if path.starts_with(CALLS) {
        return Some(Closed::Calls);
    }
    (method == Method::POST && path.starts_with(PICTURES)).then_some(Closed::Pictures)
}

/// Who is refused now.
#[derive(Debug, Default)]
pub(super) struct Denied(RwLock<Vec<Denial>>);

impl Denied {
    /// What the keeper said last.
    pub(super) fn learn(&self, denials: Vec<Denial>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = denials;
    }

    /// Whether nobody at all is refused: asked before every request.
    pub(super) fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// For how many more seconds a network is refused `of`.
    pub(super) fn network(&self, network: NetworkId, of: Closed, now: Timestamp) -> Option<u64> {
        self.seconds(&Outsider::Network(network), of, now)
    }

    /// For how many more seconds a site is refused.
    pub(super) fn site(&self, site: &SiteName, now: Timestamp) -> Option<u64> {
        if self.is_empty() { None } else { self.seconds(&Outsider::Site(site.clone()), Closed::References, now) }
    }

    fn seconds(&self, who: &Outsider, of: Closed, now: Timestamp) -> Option<u64> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let until = all.iter().find(|denial| denial.who == *who && denial.of == of).map(|denial| denial.until)?;
        (now < until).then(|| until.since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M20, M26
    #[test]
    fn a_network_is_refused_where_references_are_tried_and_nowhere_else() {
        let (denied, network) = (Denied::default(), NetworkId::from_bytes([1; 16]));
        let until = Timestamp(900);
        denied.learn(vec![Denial { who: Outsider::Network(network), of: Closed::References, until }]);
        let at = |path, now| denied.network(network, asked_for(&Method::GET, path)?, Timestamp(now));
        assert_eq!((at("/m/abc", 0), at("/s/abc", 899), at("/s/abc", 900)), (Some(900), Some(1), None));
        let elsewhere = ["/check/photo/x", "/assets/1/style.css", "/v1/checks"];
        assert!(elsewhere.iter().all(|path| at(path, 0).is_none()));
        assert_eq!(denied.network(network, Closed::Pictures, Timestamp(0)), None);
        let other = NetworkId::from_bytes([2; 16]);
        assert_eq!(denied.network(other, Closed::References, Timestamp(0)), None);
    }

    /// M20: to look at the page with the camera is no upload.
    #[test]
    fn what_is_closed_to_a_flood_is_the_sending_alone() {
        assert_eq!(asked_for(&Method::POST, "/check/photo/passport"), Some(Closed::Pictures));
        assert_eq!(asked_for(&Method::GET, "/check/photo/passport"), None);
        assert_eq!(asked_for(&Method::POST, "/check/withdraw"), None);
    }
}
