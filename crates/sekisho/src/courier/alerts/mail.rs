//! One mail to its server: dialled at an address that was judged, TLS agreed on, then SMTP (RFC 5321).

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use lettre::{
    Message,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        extension::ClientId,
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};

use super::{
    config::{MailServer, MailTls},
    starttls,
};
use crate::courier::{
    Courier,
    destination::{self, DestinationError},
};

/// How long all of it may take.
const TOTAL: Duration = Duration::from_secs(30);
/// The greeting that stands for the one before TLS.
const GREETING: &[u8] = b"220 over TLS\r\n";

/// Why a mail was not taken. Its text is the short reason that is kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum MailError {
    /// The server can't be dialled.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Nobody listens there.
    #[error("connect")]
    Connect(#[source] io::Error),
    /// No TLS was agreed on, or the certificate is not that of the server.
    #[error("tls")]
    Tls(#[source] io::Error),
    /// Without TLS mail goes to this machine only.
    #[error("tls_required")]
    TlsRequired,
    /// The server did not take it.
    #[error("{}", code(.0))]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// It took too long.
    #[error("timeout")]
    Timeout,
}

fn code(error: &lettre::transport::smtp::Error) -> String {
    error.status().map_or_else(|| "smtp".to_owned(), |status| format!("smtp_{status}"))
}

/// Hands `message` to `server`.
///
/// # Errors
/// [`MailError`].
pub(super) async fn send(courier: &Courier, server: &MailServer, message: &Message) -> Result<(), MailError> {
    timeout(TOTAL, talk(courier, server, message)).await.map_err(|_| MailError::Timeout)?
}

async fn talk(courier: &Courier, server: &MailServer, message: &Message) -> Result<(), MailError> {
    let judged = destination::find_mail(server, courier.reach, &*courier.resolver).await?;
    if server.tls == MailTls::None && !judged.ip().is_loopback() {
        return Err(MailError::TlsRequired);
    }
    let hello = ClientId::Domain(server.from.email.domain().to_owned());
    let stream = TcpStream::connect(judged).await.map_err(MailError::Connect)?;
    let stream = secured(stream, server, &hello.to_string()).await?;
    let mut smtp = AsyncSmtpConnection::connect_with_transport(stream, &hello).await?;
    if let (Some(user), Some(password)) = (&server.user, &server.password) {
        smtp.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.to_string())).await?;
    }
    smtp.send(message.envelope(), &message.formatted()).await?;
    // It has been taken; how the server says good-bye doesn't matter.
    let _ = smtp.quit().await;
    Ok(())
}

async fn secured(
    mut stream: TcpStream,
    server: &MailServer,
    hello: &str,
) -> Result<Box<dyn AsyncTokioStream>, MailError> {
    match server.tls {
        MailTls::None => return Ok(Box::new(stream)),
        MailTls::Starttls => starttls::ask(&mut stream, hello).await.map_err(MailError::Tls)?,
        MailTls::Implicit => {}
    }
    let peer = stream.peer_addr().map_err(MailError::Connect)?;
    let stream = over_tls(stream, server).await.map_err(MailError::Tls)?;
    let greeting = if server.tls == MailTls::Starttls { GREETING } else { b"" };
    Ok(Box::new(Greeted { greeting, stream, peer }))
}

#[cfg(feature = "tls")]
type Tls = tokio_rustls::client::TlsStream<TcpStream>;
#[cfg(not(feature = "tls"))]
type Tls = TcpStream;

#[cfg(feature = "tls")]
async fn over_tls(stream: TcpStream, server: &MailServer) -> io::Result<Tls> {
    use crate::client::tls::{Trust, from_pem};
    let own: Option<Vec<Vec<u8>>> = server.ca.as_ref().map(|pem| from_pem(pem.as_bytes()));
    let trust = Trust::for_mail(own.as_deref())?;
    trust.connect(stream, &server.server).await
}

#[cfg(not(feature = "tls"))]
async fn over_tls(_: TcpStream, _: &MailServer) -> io::Result<Tls> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A stream that begins with a greeting, as every SMTP server's does: after STARTTLS there is no other.
#[derive(Debug)]
struct Greeted {
    greeting: &'static [u8],
    stream: Tls,
    peer: SocketAddr,
}

impl AsyncTokioStream for Greeted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Greeted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let (now, later) = self.greeting.split_at(self.greeting.len().min(buf.remaining()));
        buf.put_slice(now);
        self.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greeted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
