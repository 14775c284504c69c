//! Who asks, as far as an address says it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

/// Who asks: an address of IPv4, or a whole /64 of IPv6, which one household has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Asker(pub(crate) IpAddr);

impl Asker {
    /// Who sent a request: behind a proxy whom that names, else whoever is at the other end of the connection.
    pub(crate) fn of(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> Option<Self> {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let told = if behind_proxy { forwarded(headers) } else { None };
        told.or(peer).map(|address| Self(network(address)))
    }
}

/// What the proxy itself wrote: the last entry. Those before it are the caller's own words.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_six_is_one_asker_and_a_mapped_address_is_its_own() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
        assert!(same("::ffff:203.0.113.7", "203.0.113.7"));
    }

    /// M7: what a caller wrote itself counts for nothing, and without a proxy nobody's word does.
    #[test]
    fn the_proxys_own_word_counts_and_the_callers_does_not() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.1, 203.0.113.7".parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 443))));
        let asker = |behind_proxy| Asker::of(&headers, &extensions, behind_proxy).unwrap().0.to_string();
        assert_eq!((asker(true), asker(false)), ("203.0.113.7".into(), "192.0.2.1".into()));
        assert_eq!(Asker::of(&HeaderMap::new(), &Extensions::new(), true), None);
    }
}
