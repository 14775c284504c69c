//! Which addresses are out there for everybody.
//!
//! A site tells us where its webhooks go, and so could make us knock on doors
//! inside our own network. Only addresses of the public internet are dialled;
//! what the IANA special-purpose registries (RFC 6890 and later) set apart is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are set apart: network, bits, why.
const SPECIAL_V4: [([u8; 4], u8, &str); 19] = [
    ([0, 0, 0, 0], 8, "this network, RFC 791"),
    ([10, 0, 0, 0], 8, "private, RFC 1918"),
    ([100, 64, 0, 0], 10, "carriers' shared space, RFC 6598"),
    ([127, 0, 0, 0], 8, "loopback, RFC 1122"),
    ([169, 254, 0, 0], 16, "link-local and clouds' metadata, RFC 3927"),
    ([172, 16, 0, 0], 12, "private, RFC 1918"),
    ([192, 0, 0, 0], 24, "protocol assignments, RFC 6890"),
    ([192, 0, 2, 0], 24, "documentation, RFC 5737"),
    ([192, 31, 196, 0], 24, "AS112, RFC 7535"),
    ([192, 52, 193, 0], 24, "AMT, RFC 7450"),
    ([192, 88, 99, 0], 24, "6to4 relays, RFC 7526"),
    ([192, 168, 0, 0], 16, "private, RFC 1918"),
    ([192, 175, 48, 0], 24, "AS112, RFC 7534"),
    ([198, 18, 0, 0], 15, "benchmarks, RFC 2544"),
    ([198, 51, 100, 0], 24, "documentation, RFC 5737"),
    ([203, 0, 113, 0], 24, "documentation, RFC 5737"),
    ([224, 0, 0, 0], 4, "multicast, RFC 1112"),
    ([240, 0, 0, 0], 4, "reserved, RFC 1112"),
    ([255, 255, 255, 255], 32, "broadcast, RFC 919"),
];

/// IPv6 networks that are set apart within 2000::/3, the only part given out for the public internet.
///
/// All else needs no row: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96 and
/// 64:ff9b:1::/48), discard (100::/64), SRv6 (5f00::/16), unique local
/// (fc00::/7), link-local (fe80::/10) and multicast (ff00::/8) lie outside.
const SPECIAL_V6: [([u16; 8], u8, &str); 6] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "protocol assignments, Teredo and ORCHID, RFC 2928"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation, RFC 3849"),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4, RFC 3056"),
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "AS112, RFC 7534"),
    ([0x3ffe, 0, 0, 0, 0, 0, 0, 0], 16, "6bone, returned, RFC 3701"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation, RFC 9637"),
];

/// Whether an address belongs to the public internet and to nobody's inside.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(net, len, _)| (bits ^ u32::from_be_bytes(*net)) >> (32 - len) == 0)
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let within = |net: [u16; 8], len: u8| (address.to_bits() ^ Ipv6Addr::from(net).to_bits()) >> (128 - len) == 0;
    within([0x2000, 0, 0, 0, 0, 0, 0, 0], 3) && !SPECIAL_V6.iter().any(|(net, len, _)| within(*net, *len))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last address of every network that is set apart.
    #[test]
    fn both_ends_of_every_special_network_are_refused() {
        for (net, len, why) in SPECIAL_V4 {
            let first = u32::from_be_bytes(net);
            let last = first | u32::MAX.checked_shr(u32::from(len)).unwrap_or(0);
            for bits in [first, last] {
                assert!(!is_global(Ipv4Addr::from_bits(bits).into()), "{why}");
            }
        }
        for (net, len, why) in SPECIAL_V6 {
            let first = Ipv6Addr::from(net).to_bits();
            for bits in [first, first | u128::MAX >> len] {
                assert!(!is_global(Ipv6Addr::from_bits(bits).into()), "{why}");
            }
        }
    }

    #[test]
    fn the_neighbours_of_special_networks_are_global() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.31.195.255",
            "192.52.194.0",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "8.8.8.8",
            "2000::",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2003::",
            "2606:4700::1111",
            "2620:4f:8001::",
            "3ffd:ffff::",
            "3fff:1000::",
        ] {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
    }

    /// Addresses that carry another one inside, and the parts of IPv6 that no row names.
    #[test]
    fn no_disguise_helps() {
        for text in [
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:30::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "4000::",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "169.254.169.254",
            "127.1.2.3",
            "0.0.0.0",
            "255.255.255.255",
        ] {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
    }
}
