//! Addresses of clients and the networks they lie in.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use thiserror::Error;

/// An IPv6 address, or an IPv4 address as mapped into IPv6 (RFC 4291, 2.5.5.2), so that both ways to write one are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(u128);

const MAPPED: u128 = 0xffff << 32;

impl Address {
    /// The address with these bits; IPv4 as mapped into IPv6.
    pub(crate) fn of(bits: u128) -> Self {
        Self(bits)
    }

    /// Reads an address as logs write it: bare, or in brackets.
    pub fn parse(text: &[u8]) -> Option<Self> {
        match v4(text) {
            Some(bits) => Some(Self(MAPPED | u128::from(bits))),
            None => v6(text),
        }
    }
}

/// Four decimal numbers, without leading zeros, which some read as octal.
fn v4(text: &[u8]) -> Option<u32> {
    let (mut bits, mut number, mut digits, mut dots) = (0u32, 0u32, 0, 0);
    for &byte in text {
        match byte {
            b'0'..=b'9' if digits == 0 || number != 0 => {
                number = number * 10 + u32::from(byte - b'0');
                digits += 1;
                if number > 255 {
                    return None;
                }
            }
            b'.' if digits > 0 && dots < 3 => {
                bits = bits << 8 | number;
                (number, digits, dots) = (0, 0, dots + 1);
            }
            _ => return None,
        }
    }
    (digits > 0 && dots == 3).then_some(bits << 8 | number)
}

fn v6(text: &[u8]) -> Option<Address> {
    let bare = text.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(text);
    let zone = memchr::memchr(b'%', bare).unwrap_or(bare.len());
    // Longer than any address: not worth reading.
    let bare = bare[..zone].get(..).filter(|bare| bare.len() <= 45 && bare.contains(&b':'))?;
    let address = Ipv6Addr::from_str(std::str::from_utf8(bare).ok()?).ok()?;
    Some(Address(u128::from(address)))
}

/// A network: an address and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    mask: u128,
}

/// Why a text names no network.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NetworkError {
    /// The part before the slash is no address.
    #[error("{0} is no address; write 203.0.113.0/24 or 2001:db8::/32")]
    Address(String),
    /// The part after the slash is no length, or longer than the address.
    #[error("/{0} is no prefix length: 0 to 32 for IPv4, 0 to 128 for IPv6")]
    Prefix(String),
}

impl Network {
    /// The first and the last address, IPv4 as mapped into IPv6.
    pub(crate) fn ends(self) -> (Ipv6Addr, Ipv6Addr) {
        (Ipv6Addr::from(self.base), Ipv6Addr::from(self.base | !self.mask))
    }

    /// The first and the last address as numbers, if it is a network of IPv4.
    pub(crate) fn ends_v4(self) -> Option<(u32, u32)> {
        let (first, last) = self.ends();
        Some((first.to_ipv4_mapped()?.to_bits(), last.to_ipv4_mapped()?.to_bits()))
    }

    /// Whether an address lies within.
    pub fn contains(self, address: Address) -> bool {
        address.0 & self.mask == self.base
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.mask.count_ones();
        match self.ends_v4().zip(bits.checked_sub(96)) {
            Some(((first, _), bits)) => write!(f, "{}/{bits}", Ipv4Addr::from_bits(first)),
            None => write!(f, "{}/{bits}", self.ends().0),
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `address/length`, or an address alone. Bits behind the prefix don't count.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (start, length) = text.split_once('/').unwrap_or((text, ""));
        let address = Address::parse(start.as_bytes()).ok_or_else(|| NetworkError::Address(start.into()))?;
        let most = if start.contains(':') { 128 } else { 32 };
        let bits: u32 = match length {
            "" if !text.contains('/') => most,
            length => length.parse().ok().filter(|bits| *bits <= most).ok_or(NetworkError::Prefix(length.into()))?,
        };
        let mask = u128::MAX.checked_shl(most - bits).unwrap_or(0) | if most == 32 { u128::MAX << 32 } else { 0 };
        Ok(Self { base: address.0 & mask, mask })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(Address::parse(address.as_bytes()).unwrap())
    }

    #[test]
    fn a_prefix_of_any_length_is_a_prefix_in_bits() {
        assert!(contains("203.0.112.0/19", "203.0.127.255") && !contains("203.0.112.0/20", "203.0.128.0"));
        assert!(contains("0.0.0.0/0", "255.1.2.3") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("203.0.113.7", "203.0.113.7") && !contains("203.0.113.7", "203.0.113.8"));
        assert!(contains("2001:db8:8000::/33", "2001:db8:ffff::1") && !contains("2001:db8:8000::/33", "2001:db8::1"));
        assert!(contains("::/0", "::1"));
    }

    #[test]
    fn a_network_is_told_as_it_is_read() {
        for text in ["203.0.113.0/24", "0.0.0.0/0", "203.0.113.7/32", "2001:db8::/33", "::/0"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        assert_eq!("203.0.113.7/24".parse::<Network>().unwrap().to_string(), "203.0.113.0/24");
    }

    #[test]
    fn an_address_is_itself_however_it_is_written() {
        assert!(contains("203.0.113.0/24", "::ffff:203.0.113.9"));
        assert!(contains("2001:db8::/32", "[2001:DB8::0:1]"));
        assert!(contains("fe80::/10", "fe80::1%eth0"));
    }

    #[test]
    fn what_is_no_address_or_prefix_is_refused() {
        for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..2.3", "host", "1.2.3.4:80", "-", ":::"] {
            assert_eq!(Address::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!("1.2.3.4/33".parse::<Network>(), Err(NetworkError::Prefix("33".into())));
        assert_eq!("::/129".parse::<Network>(), Err(NetworkError::Prefix("129".into())));
        assert_eq!("1.2.3.4/".parse::<Network>(), Err(NetworkError::Prefix(String::new())));
    }
}
