//! Where a message may go: the rules for its address, applied before anything is dialled.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    time::Duration,
};

use hyper::Uri;
use tokio::time::timeout;

use super::{address::is_global, alerts::config::MailServer};
use crate::client::Server;

/// How long a name may take to be looked up; less in our own tests, which wait for it.
const LOOK_UP: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 5_000 });

/// Why a message can't go where it is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Not an address that we use: https, port 443, a plain host.
    #[error("bad_url")]
    Url,
    /// The name leads nowhere.
    #[error("dns")]
    Name,
    /// The name leads to an address that isn't global (or, in a test installation, isn't loopback).
    #[error("address_refused")]
    Address,
}

/// What looks names up.
pub trait Resolver: Send + Sync {
    /// Every address of `host`.
    fn resolve<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Which rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https to global addresses on port 443.
    Internet,
    /// An installation marked as test: http or https, any port, this machine only.
    ThisMachine,
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Internet => is_global(address),
            Self::ThisMachine => address.is_loopback(),
        }
    }
}

/// An address taken apart: what to look up, and what to say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Destination {
    host: String,
    port: u16,
    tls: bool,
    authority: String,
    path: String,
}

/// Finds the server for `url`, with an address that was looked up and judged just now, and the path to ask for.
///
/// # Errors
/// See [`DestinationError`].
pub async fn find(url: &str, reach: Reach, resolver: &dyn Resolver) -> Result<(Server, String), DestinationError> {
    let Destination { host, port, tls, authority, path } = parse(url, reach)?;
    let found = look_up(&host, reach, resolver).await?;
    // One address that isn't ours to dial makes the rest no worse; the one that is dialled was judged.
    let address = found.into_iter().find(|address| reach.allows(*address)).ok_or(DestinationError::Address)?;
    Ok((Server { address: SocketAddr::new(address, port), authority, tls }, path))
}

/// Finds a mail server's address, looked up and judged just now: global, or one that the operator named for it.
///
/// # Errors
/// See [`DestinationError`].
pub async fn find_mail(
    server: &MailServer,
    reach: Reach,
    resolver: &dyn Resolver,
) -> Result<SocketAddr, DestinationError> {
    let found = look_up(&server.server, reach, resolver).await?;
    let named = |address: &IpAddr| reach == Reach::Internet && server.allowed.contains(address);
    let address = found.into_iter().find(|address| reach.allows(*address) || named(address));
    Ok(SocketAddr::new(address.ok_or(DestinationError::Address)?, server.port))
}

fn parse(url: &str, reach: Reach) -> Result<Destination, DestinationError> {
    let uri: Uri = url.parse().map_err(|_| DestinationError::Url)?;
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if reach == Reach::ThisMachine => false,
        _ => return Err(DestinationError::Url),
    };
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
    let authority = authority.ok_or(DestinationError::Url)?;
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    if port == 0 || (reach == Reach::Internet && port != 443) {
        return Err(DestinationError::Url);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(Destination { host: authority.host().to_owned(), port, tls, authority: authority.to_string(), path })
}

async fn look_up(host: &str, reach: Reach, resolver: &dyn Resolver) -> Result<Vec<IpAddr>, DestinationError> {
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
    if let Ok(address) = literal {
        return Ok(vec![address]);
    }
    // Browsers know these names (RFC 6761 §6.3); not every resolver does.
    if reach == Reach::ThisMachine && (host == "localhost" || host.ends_with(".localhost")) {
        return Ok(vec![Ipv4Addr::LOCALHOST.into()]);
    }
    let looked_up = timeout(LOOK_UP, resolver.resolve(host)).await;
    let found = looked_up.ok().and_then(Result::ok).ok_or(DestinationError::Name)?;
    if found.is_empty() { Err(DestinationError::Name) } else { Ok(found) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Knows a few names.
    pub(crate) struct Book;

    impl Resolver for Book {
        fn resolve<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
            let found: &[&str] = match host {
                "good.example" => &["93.184.215.14"],
                "mixed.example" => &["10.0.0.1", "::1", "93.184.215.14"],
                "inside.example" => &["192.168.1.1", "fd00::1", "::ffff:93.184.215.14"],
                "2130706433" => &["127.0.0.1"],
                "none.example" => &[],
                _ => return Box::pin(async { Err(io::ErrorKind::NotFound.into()) }),
            };
            let found = found.iter().map(|text| text.parse().unwrap()).collect();
            Box::pin(async { Ok(found) })
        }
    }

    /// Never answers.
    struct Mute;

    impl Resolver for Mute {
        fn resolve<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_name_server_that_is_silent_holds_nobody_up() {
        let found = find("https://good.example/", Reach::Internet, &Mute).await;
        assert_eq!(found, Err(DestinationError::Name));
    }

    async fn internet(url: &str) -> Result<(Server, String), DestinationError> {
        find(url, Reach::Internet, &Book).await
    }

    #[tokio::test]
    async fn the_address_that_was_judged_is_the_one_that_is_dialled() {
        let (server, path) = internet("https://good.example/hook?a=1").await.unwrap();
        assert_eq!(server.address, "93.184.215.14:443".parse().unwrap());
        assert_eq!((server.authority.as_str(), path.as_str(), server.tls), ("good.example", "/hook?a=1", true));
        assert_eq!(internet("https://mixed.example").await.unwrap().0.address.ip().to_string(), "93.184.215.14");
    }

    #[tokio::test]
    async fn addresses_inside_are_refused_by_name_and_by_number() {
        for url in [
            "https://inside.example/",
            "https://2130706433/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
        ] {
            assert_eq!(internet(url).await, Err(DestinationError::Address), "{url}");
        }
        for url in ["https://localhost/", "https://none.example/"] {
            assert_eq!(internet(url).await, Err(DestinationError::Name), "{url}");
        }
    }

    #[tokio::test]
    async fn only_https_on_its_own_port_and_without_a_user() {
        for url in [
            "http://good.example/",
            "https://good.example:8443/",
            "https://good.example:22/",
            "https://user@good.example/",
            "ftp://good.example/",
            "//good.example/",
            "good.example",
            "",
        ] {
            assert_eq!(internet(url).await, Err(DestinationError::Url), "{url}");
        }
    }

    /// M17: a test installation reaches this machine and nothing else.
    #[tokio::test]
    async fn a_test_installation_reaches_this_machine_only() {
        for url in ["http://site.localhost:8081/hook", "http://127.0.0.1:8081/hook"] {
            let (server, _) = find(url, Reach::ThisMachine, &Book).await.unwrap();
            assert_eq!(server.address, "127.0.0.1:8081".parse().unwrap(), "{url}");
        }
        for url in ["https://good.example/", "http://192.168.1.1/"] {
            assert_eq!(find(url, Reach::ThisMachine, &Book).await, Err(DestinationError::Address), "{url}");
        }
    }
}
