//! Where a gate or a desk is to be found, as an operator types it.

use std::{
    fmt, io,
    net::{SocketAddr, ToSocketAddrs},
    str::FromStr,
};

use crate::client::Server;

/// `https://HOST[:PORT]` or `http://HOST[:PORT]`, and nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    tls: bool,
    authority: String,
}

/// Why a text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is written https://HOST[:PORT] or http://HOST[:PORT], without a path")]
pub struct NotAUrl;

impl FromStr for Url {
    type Err = NotAUrl;

    fn from_str(text: &str) -> Result<Self, NotAUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(NotAUrl)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        let tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(NotAUrl),
        };
        let sound = !authority.is_empty() && authority.bytes().all(plain);
        if sound { Ok(Self { tls, authority: authority.to_owned() }) } else { Err(NotAUrl) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.authority)
    }
}

impl Url {
    /// Whether TLS is spoken there.
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// Looks its name up.
    ///
    /// # Errors
    /// When nobody knows it.
    pub fn server(&self) -> io::Result<Server> {
        Ok(Server { address: self.address()?, authority: self.authority.clone(), tls: self.tls })
    }

    fn address(&self) -> io::Result<SocketAddr> {
        let has_port = self.authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let port = if self.tls { 443 } else { 80 };
        let text = if has_port { self.authority.clone() } else { format!("{}:{port}", self.authority) };
        // Browsers take every name below `localhost` for this machine; resolvers need not.
        let host = text.rsplit_once(':').map_or("", |(host, _)| host);
        if host.ends_with(".localhost") {
            let port = text.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(port);
            return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
        }
        text.to_socket_addrs()?.next().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_and_more_than_that_is_not() {
        let url: Url = "https://check.example/".parse().unwrap();
        assert_eq!((url.to_string().as_str(), url.tls()), ("https://check.example", true));
        for bad in ["check.example", "ftp://a", "https://", "https://a/path", "https://a b", "https://user@a"] {
            assert_eq!(bad.parse::<Url>(), Err(NotAUrl), "{bad}");
        }
    }

    #[test]
    fn the_port_is_the_schemes_own_unless_it_is_named() {
        let address = |text: &str| text.parse::<Url>().unwrap().server().unwrap().address.to_string();
        assert_eq!(address("http://127.0.0.1"), "127.0.0.1:80");
        assert_eq!(address("https://127.0.0.1"), "127.0.0.1:443");
        assert_eq!(address("http://gate.localhost:8443"), "127.0.0.1:8443");
        assert_eq!(address("https://[::1]:9"), "[::1]:9");
    }
}
