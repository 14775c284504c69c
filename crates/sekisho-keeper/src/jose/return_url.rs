//! Where a member may be sent back to.
//!
//! Not a URL parser: a text that any parser could read differently is refused
//! before it is compared, so that ours and a browser's can't disagree on the host.

/// The most bytes that an address may have.
const MAX: usize = 1024;

/// Why an address to return to is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnUrlError {
    /// Not https (or http on loopback).
    #[error("return_url must begin with https:// (http:// only for localhost)")]
    Scheme,
    /// Characters that could be read in two ways, or that name a person.
    #[error("return_url must be plain: no '@', no '\\', no '#', no '..', letters of ASCII, 1,024 bytes at most")]
    Characters,
    /// Not where the site said its members return to.
    #[error("return_url does not begin with the address registered for the site")]
    OtherPlace,
}

/// Checks the prefix that a site registers.
///
/// # Errors
/// When it isn't an https address with a host and a path that ends in '/'.
pub fn check_prefix(prefix: &str) -> Result<(), ReturnUrlError> {
    check_plain(prefix)?;
    let rest = after_scheme(prefix).ok_or(ReturnUrlError::Scheme)?;
    // Without the slash, "https://site.example" would also allow "https://site.example.evil".
    let has_host = rest.find('/').is_some_and(|at| at > 0);
    if has_host && prefix.ends_with('/') && !prefix.contains('?') { Ok(()) } else { Err(ReturnUrlError::OtherPlace) }
}

/// Checks that `url` lies under `prefix`.
///
/// # Errors
/// When it doesn't, or when either isn't plain.
pub fn check_return_url(url: &str, prefix: &str) -> Result<(), ReturnUrlError> {
    check_prefix(prefix)?;
    check_plain(url)?;
    after_scheme(url).ok_or(ReturnUrlError::Scheme)?;
    if url.starts_with(prefix) { Ok(()) } else { Err(ReturnUrlError::OtherPlace) }
}

fn check_plain(url: &str) -> Result<(), ReturnUrlError> {
    let lower = url.to_ascii_lowercase();
    // %40, %2e, %2f and %5c are '@', '.', '/' and '\' in disguise.
    let doubtful = ["@", "\\", "#", "/../", "/./", "%40", "%2e", "%2f", "%5c"].iter().any(|part| lower.contains(part));
    let ends_up = lower.ends_with("/..") || lower.ends_with("/.");
    if url.len() > MAX || doubtful || ends_up || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ReturnUrlError::Characters);
    }
    Ok(())
}

fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|rest| is_local(rest)))
}

/// Whether the host is this machine's own, by a name that browsers don't resolve elsewhere.
fn is_local(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1"
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "https://site.example/back/";

    #[test]
    fn an_address_under_the_prefix_is_taken() {
        for url in [PREFIX, "https://site.example/back/x?state=1", "https://site.example/back/a.b"] {
            assert_eq!(check_return_url(url, PREFIX), Ok(()), "{url}");
        }
        assert_eq!(check_return_url("http://site.localhost:8080/x", "http://site.localhost:8080/"), Ok(()));
    }

    #[test]
    fn an_address_elsewhere_is_refused() {
        for url in
            ["https://site.example.evil/back/", "https://evil/https://site.example/back/", "https://site.example/"]
        {
            assert_eq!(check_return_url(url, PREFIX), Err(ReturnUrlError::OtherPlace), "{url}");
        }
    }

    #[test]
    fn an_address_that_could_be_read_in_two_ways_is_refused() {
        for tail in ["@evil", "\\@evil", "../out", "%2E%2e/out", "..", "a b", "日本", "x#y", "a\n", "%5cevil"] {
            let url = format!("{PREFIX}{tail}");
            assert_eq!(check_return_url(&url, PREFIX), Err(ReturnUrlError::Characters), "{url}");
        }
        assert_eq!(check_return_url(&format!("{PREFIX}{}", "a".repeat(MAX)), PREFIX), Err(ReturnUrlError::Characters));
    }

    #[test]
    fn only_https_or_this_machine() {
        for url in ["http://site.example/back/", "ftp://site.example/", "javascript:alert(1)", "//site.example/"] {
            assert_eq!(check_return_url(url, PREFIX), Err(ReturnUrlError::Scheme), "{url}");
        }
        assert_eq!(check_prefix("http://localhost.evil/"), Err(ReturnUrlError::Scheme));
    }

    #[test]
    fn a_prefix_ends_its_host() {
        for prefix in ["https://site.example", "https:///", "https://site.example/a", "https://site.example/?a/"] {
            assert_eq!(check_prefix(prefix), Err(ReturnUrlError::OtherPlace), "{prefix}");
        }
    }
}
