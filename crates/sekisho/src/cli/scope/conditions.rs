//! The conditions of a question, as they are written on the command line.

use clap::Args;
use regex::bytes::Regex;
use sekisho_scope::{Network, Question};

use super::telling::Span;

/// All optional; a request has to meet all that are said. Of one that is said several times, one is enough
#[derive(Debug, Args)]
pub(super) struct Conditions {
    /// The client's address lies in this network, IPv4 or IPv6
    #[arg(long, value_name = "CIDR")]
    client: Vec<Network>,
    /// Peers in this network are your proxies: whom they speak for stands in X-Forwarded-For
    #[arg(long, value_name = "CIDR")]
    trust_proxy: Vec<Network>,
    /// Who asked: a user's name, a requester, an ARN, an access key
    #[arg(long, value_name = "NAME")]
    principal: Vec<String>,
    /// The user agent contains this
    #[arg(long, value_name = "TEXT")]
    agent: Vec<String>,
    /// The object (path and query, or key) matches; the first group is its key
    #[arg(long, value_name = "REGEX")]
    object: Option<Regex>,
    /// The method, e.g. GET
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    method: Vec<String>,
    /// The status: 200, 200-299 or 2xx
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = statuses)]
    status: Vec<(u16, u16)>,
    #[command(flatten)]
    span: Span,
}

fn statuses(text: &str) -> Result<(u16, u16), String> {
    let none = || format!("{text} is no status; write 200, 200-299 or 2xx");
    let one = |text: &str| text.parse().ok().filter(|status| (100..1000).contains(status)).ok_or_else(none);
    if let [class @ b'1'..=b'9', b'x' | b'X', b'x' | b'X'] = text.as_bytes() {
        let first = u16::from(class - b'0') * 100;
        return Ok((first, first + 99));
    }
    match text.split_once('-') {
        Some((first, last)) => {
            Ok((one(first)?, one(last)?)).and_then(|(a, b)| if a <= b { Ok((a, b)) } else { Err(none()) })
        }
        None => one(text).map(|status| (status, status)),
    }
}

/// Methods as they are sent: their names are of capitals (RFC 9110, 9).
pub(super) fn upper(methods: &[String]) -> Vec<String> {
    methods.iter().map(|method| method.to_ascii_uppercase()).collect()
}

impl Conditions {
    /// The question, or what is wrong with it.
    pub(super) fn question(&self) -> Result<Question, String> {
        let (from, to) = self.span.bounds()?;
        if self.client.is_empty() && !self.trust_proxy.is_empty() {
            return Err("--trust-proxy says who the client is, and is of use only with --client".into());
        }
        Ok(Question {
            clients: self.client.clone(),
            proxies: self.trust_proxy.clone(),
            principals: self.principal.clone(),
            agents: self.agent.clone(),
            object: self.object.clone(),
            methods: upper(&self.method),
            statuses: self.status.clone(),
            from,
            to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_or_a_range_or_a_class() {
        assert_eq!(
            (statuses("206"), statuses("200-204"), statuses("4xx")),
            (Ok((206, 206)), Ok((200, 204)), Ok((400, 499)))
        );
        for text in ["", "20", "2x", "299-200", "abc", "1000", "200-"] {
            assert!(statuses(text).is_err(), "{text}");
        }
    }
}
