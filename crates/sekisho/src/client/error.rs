//! Why an exchange did not come to an answer.

use std::{error::Error, io};

use http_body_util::LengthLimitError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens there, or the network does not lead there.
    #[error("can't connect")]
    Connect(#[source] io::Error),
    /// No TLS was agreed on, or the certificate is not that of the server.
    #[error("TLS failed")]
    Tls(#[source] io::Error),
    /// TLS is wanted, and this build or this client does not speak it.
    #[error("this client does not speak TLS")]
    NoTls,
    /// The server's name can't be sent.
    #[error("not a server's name")]
    BadName,
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// What came is not HTTP/1.1, or ended too early.
    #[error("not a whole HTTP answer")]
    Http(#[source] hyper::Error),
    /// The answer's body is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer's body ended too early.
    #[error("the answer was cut off")]
    Cut(#[source] Box<dyn Error + Send + Sync>),
}

impl ClientError {
    /// A short technical name, fit to be stored and shown.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::NoTls => "no_tls",
            Self::BadName => "bad_name",
            Self::Timeout => "timeout",
            Self::Http(_) => "http",
            Self::TooLarge => "too_large",
            Self::Cut(_) => "cut",
        }
    }

    pub(super) fn of_body(error: Box<dyn Error + Send + Sync>) -> Self {
        if error.is::<LengthLimitError>() { Self::TooLarge } else { Self::Cut(error) }
    }
}
