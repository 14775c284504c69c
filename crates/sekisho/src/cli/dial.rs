//! How the command line speaks to a server that somebody named.

use crate::client::{Client, Limits};

/// For a server with TLS or without it.
///
/// # Errors
/// What is missing on this machine, in words.
#[cfg(feature = "tls")]
pub(super) fn client(tls: bool) -> Result<Client, String> {
    use crate::client::tls::Trust;
    match tls {
        true => Ok(Client::with_tls(Limits::default(), Trust::public_web().map_err(|why| why.to_string())?)),
        false => Ok(Client::plain(Limits::default())),
    }
}

/// For a server with TLS or without it.
///
/// # Errors
/// For one with TLS: this program can't.
#[cfg(not(feature = "tls"))]
pub(super) fn client(tls: bool) -> Result<Client, String> {
    match tls {
        true => Err("this program was built without TLS".into()),
        false => Ok(Client::plain(Limits::default())),
    }
}
