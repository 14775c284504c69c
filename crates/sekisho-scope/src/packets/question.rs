//! What is asked of packets, and how what was said over a connection answers it.

use std::str::FromStr;

use regex::bytes::Regex;

use super::{
    http::Head,
    segment::{Host, NO_TIME, Pair},
};
use crate::{
    network::{Address, Network, NetworkError},
    question::Fit,
};

/// A network and, if one is said, a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    network: Network,
    port: Option<u16>,
}

impl FromStr for Server {
    type Err = NetworkError;

    /// `192.0.2.0/24`, `192.0.2.7:8080`, `192.0.2.0/24:8080`, `[2001:db8::7]:8080`, `[2001:db8::/32]:8080`.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if let Ok(network) = text.parse() {
            return Ok(Self { network, port: None });
        }
        let (network, port) = text.rsplit_once(':').ok_or_else(|| NetworkError::Address(text.into()))?;
        let network = network.trim_start_matches('[').trim_end_matches(']').parse()?;
        let port = port.parse().map_err(|_| NetworkError::Address(text.into()))?;
        Ok(Self { network, port: Some(port) })
    }
}

/// Conditions that a request and its response have to meet, all of them. An empty one is met by all.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The client lies in one of these.
    pub clients: Vec<Network>,
    /// The server is one of these.
    pub servers: Vec<Server>,
    /// The request's target (path and query) matches.
    pub path: Option<Regex>,
    /// The method is one of these.
    pub methods: Vec<String>,
    /// The first second, since 1970.
    pub from: Option<i64>,
    /// The last second; it lies within.
    pub to: Option<i64>,
}

/// Seconds, both within; `None` for all time.
pub(super) type Windows = Option<Vec<(i64, i64)>>;

/// A request, its response, or both.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    /// From its first to its last byte, in nanoseconds.
    pub(super) span: (i64, i64),
    /// `None` if it was not captured, or it can't be told which it is.
    pub(super) request: Option<&'a Head>,
}

fn within(host: Host, networks: &[Network]) -> bool {
    networks.is_empty() || networks.iter().any(|network| network.contains(Address::of(host.address)))
}

impl Question {
    /// Whether a connection may be asked about: one of its ends as client, the other as server.
    pub(super) fn may_ask(&self, pair: &Pair) -> bool {
        self.is_between(pair.0[0], pair.0[1]) || self.is_between(pair.0[1], pair.0[0])
    }

    /// Whether a connection from a client to a server is asked about.
    pub(super) fn is_between(&self, client: Host, server: Host) -> bool {
        let is_server = |known: &Server| {
            known.network.contains(Address::of(server.address)) && known.port.is_none_or(|port| port == server.port)
        };
        within(client, &self.clients) && (self.servers.is_empty() || self.servers.iter().any(is_server))
    }

    /// How an exchange of such a connection answers.
    pub(super) fn fit(&self, exchange: &Exchange<'_>, windows: &Windows) -> Fit {
        let time = time(exchange.span, windows);
        let asks = !self.methods.is_empty() || self.path.is_some();
        let said = match exchange.request {
            _ if time == Fit::OutOfWindow => return time,
            _ if !asks => Fit::Meets,
            None => Fit::Unclear,
            Some(head) => {
                let is_method = self.methods.is_empty() || self.methods.contains(&head.method);
                let is_path = self.path.as_ref().is_none_or(|path| path.is_match(&head.target));
                if is_method && is_path { Fit::Meets } else { Fit::Other }
            }
        };
        if said == Fit::Meets { time } else { said }
    }
}

/// Whether any second of a span lies in a window.
pub(super) fn time((first, last): (i64, i64), windows: &Windows) -> Fit {
    let second = |nanos: i64| nanos.div_euclid(1_000_000_000);
    match windows {
        None => Fit::Meets,
        Some(_) if first == NO_TIME => Fit::Unclear,
        Some(windows) => {
            let (first, last) = (second(first), second(last));
            let behind = windows.partition_point(|(_, to)| *to < first);
            let is_within = windows.get(behind).is_some_and(|(from, _)| *from <= last);
            if is_within { Fit::Meets } else { Fit::OutOfWindow }
        }
    }
}

/// Windows as one list without overlaps, cut to the bounds.
pub(super) fn windows(mut all: Vec<(i64, i64)>, from: Option<i64>, to: Option<i64>) -> Vec<(i64, i64)> {
    all.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (first, last) in all {
        let (first, last) = (first.max(from.unwrap_or(first)), last.min(to.unwrap_or(last)));
        match joined.last_mut() {
            _ if first > last => {}
            Some(known) if first <= known.1.saturating_add(1) => known.1 = known.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_network_with_or_without_a_port() {
        for (text, port) in [
            ("192.0.2.0/24", None),
            ("192.0.2.7:8080", Some(8080)),
            ("192.0.2.0/24:8080", Some(8080)),
            ("2001:db8::7", None),
            ("[2001:db8::7]:443", Some(443)),
            ("[2001:db8::/32]:443", Some(443)),
        ] {
            assert_eq!(text.parse::<Server>().unwrap().port, port, "{text}");
        }
        for text in ["", "host", "192.0.2.7:x", "192.0.2.7:99999", ":80"] {
            assert!(text.parse::<Server>().is_err(), "{text}");
        }
    }

    #[test]
    fn windows_are_joined_and_cut_and_every_second_counts() {
        assert_eq!(windows(vec![(20, 30), (1, 5), (6, 9), (28, 40)], Some(2), Some(35)), [(2, 9), (20, 35)]);
        let all = Some(vec![(2, 9), (20, 35)]);
        let fit = |first: i64, last: i64| time((first * 1_000_000_000, last * 1_000_000_000 + 999_999_999), &all);
        assert_eq!(
            [fit(0, 1), fit(0, 2), fit(9, 9), fit(10, 19), fit(36, 40)].map(|fit| fit == Fit::Meets),
            [false, true, true, false, false]
        );
        assert_eq!(time((NO_TIME, NO_TIME), &all), Fit::Unclear);
        assert_eq!(time((NO_TIME, NO_TIME), &None), Fit::Meets);
    }

    #[test]
    fn what_was_not_captured_is_unclear_if_it_matters() {
        let exchange = Exchange { span: (5, 6), request: None };
        assert_eq!(Question::default().fit(&exchange, &None), Fit::Meets);
        let asks = Question { path: Some(Regex::new("^/shell").unwrap()), ..Question::default() };
        assert_eq!(asks.fit(&exchange, &None), Fit::Unclear);
        let other = Head { target: b"/index".to_vec(), ..Head::default() };
        assert_eq!(asks.fit(&Exchange { request: Some(&other), ..exchange }, &None), Fit::Other);
    }
}
