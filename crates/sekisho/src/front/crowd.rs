//! How many come from one address.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Counts connections by address.
pub(super) struct Crowd {
    most: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection's place. Dropping it gives it back.
pub(super) struct Place {
    from: IpAddr,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Crowd {
    pub(super) fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// A place for a caller; none if there are too many from its address.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let from = household(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(from).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { from, counts: Arc::clone(&self.counts) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(self.from) {
            *count.get_mut() -= 1;
            // Whoever is gone is forgotten, or the table would grow with every address ever seen.
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Whoever has one address of IPv6 has the whole /64.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_gets_its_share_and_gives_it_back() {
        let (crowd, at) = (Crowd::new(2), |address: &str| address.parse().unwrap());
        let (one, two) = (crowd.admit(at("2001:db8::1")), crowd.admit(at("2001:db8::2")));
        assert!(one.is_some() && two.is_some() && crowd.admit(at("2001:db8::3")).is_none());
        assert!(crowd.admit(at("2001:db8:0:1::1")).is_some() && crowd.admit(at("192.0.2.1")).is_some());
        drop(one);
        assert!(crowd.admit(at("2001:db8::3")).is_some());
        drop(two);
        assert!(crowd.counts.lock().unwrap().is_empty());
    }

    #[test]
    fn an_address_in_its_mapped_form_is_the_same() {
        let crowd = Crowd::new(1);
        let _one = crowd.admit("192.0.2.1".parse().unwrap()).unwrap();
        assert!(crowd.admit("::ffff:192.0.2.1".parse().unwrap()).is_none());
    }
}
