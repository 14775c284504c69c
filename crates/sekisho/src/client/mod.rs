//! A small HTTP/1.1 client for our own tools and the courier.
//!
//! It dials an address and sends a name: the name was resolved and the address
//! judged before, so nothing in here looks anything up, follows a redirect, or
//! asks the environment for a proxy. One connection carries one request.

mod drip;
mod error;
mod form;
mod jar;
mod session;
#[cfg(feature = "tls")]
pub mod tls;

pub use drip::Drip;
pub use error::ClientError;
pub use form::{Part, field_value, multipart, urlencoded};
pub use jar::Jar;
pub use session::Session;

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{CONNECTION, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};

/// Whom to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// What is dialled.
    pub address: SocketAddr,
    /// What is sent as `Host`: the name, with the port unless it is the scheme's own.
    pub authority: String,
    /// Whether TLS is spoken, and the server's name proven by a certificate.
    pub tls: bool,
}

impl Server {
    /// A server of plain HTTP.
    pub fn plain(address: SocketAddr, authority: impl Into<String>) -> Self {
        Self { address, authority: authority.into(), tls: false }
    }

    /// The name alone, as a certificate states it.
    pub fn name(&self) -> &str {
        match self.authority.rsplit_once(':') {
            // An IPv6 address in brackets has colons of its own.
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &self.authority,
        }
    }
}

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the whole answer is there, connecting included.
    pub total: Duration,
    /// The most bytes of an answer's body.
    pub body: usize,
}

impl Default for Limits {
    /// For talking to an instance on the same machine.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(60), body: 32 << 20 }
    }
}

/// The client.
#[derive(Debug, Clone, Default)]
pub struct Client {
    limits: Limits,
    #[cfg(feature = "tls")]
    tls: Option<tls::Trust>,
}

/// A connection that ends with its owner.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// A client that speaks plain HTTP only.
    pub fn plain(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// A client that speaks TLS too, and believes the certificates that `trust` does.
    #[cfg(feature = "tls")]
    pub fn with_tls(limits: Limits, trust: tls::Trust) -> Self {
        Self { limits, tls: Some(trust) }
    }

    /// Sends a request and reads the whole answer. The request's URI is a path; `Host` is set here.
    ///
    /// # Errors
    /// See [`ClientError`]. An answer of any status is an answer, redirects included.
    pub async fn send(&self, server: &Server, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ClientError> {
        let exchange = async {
            let (answer, _driven) = self.exchange(server, request).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, self.limits.body).collect().await.map_err(ClientError::of_body)?;
            Ok(Response::from_parts(head, body.to_bytes().to_vec()))
        };
        timeout(self.limits.total, exchange).await.map_err(|_| ClientError::Timeout)?
    }

    /// Sends a request and reads how it is answered, but not the answer's body.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn send_for_status(&self, server: &Server, request: Request<Vec<u8>>) -> Result<StatusCode, ClientError> {
        let exchange = async { Ok(self.exchange(server, request).await?.0.status()) };
        timeout(self.limits.total, exchange).await.map_err(|_| ClientError::Timeout)?
    }

    async fn exchange(
        &self,
        server: &Server,
        request: Request<Vec<u8>>,
    ) -> Result<(Response<Incoming>, Driven), ClientError> {
        let request = prepare(server, request.map(|body| Full::new(Bytes::from(body))))?;
        let connecting = timeout(self.limits.connect, self.connect(server));
        let (mut sender, driven) = connecting.await.map_err(|_| ClientError::Timeout)??;
        let answer = sender.send_request(request).await.map_err(ClientError::Http)?;
        Ok((answer, driven))
    }

    async fn connect<B: Sent>(&self, server: &Server) -> Result<(SendRequest<B>, Driven), ClientError> {
        let stream = TcpStream::connect(server.address).await.map_err(ClientError::Connect)?;
        if !server.tls {
            return handshake(stream).await;
        }
        self.connect_tls(stream, server).await
    }

    #[cfg(feature = "tls")]
    async fn connect_tls<B: Sent>(
        &self,
        stream: TcpStream,
        server: &Server,
    ) -> Result<(SendRequest<B>, Driven), ClientError> {
        let trust = self.tls.as_ref().ok_or(ClientError::NoTls)?;
        handshake(trust.connect(stream, server.name()).await.map_err(ClientError::Tls)?).await
    }

    #[cfg(not(feature = "tls"))]
    async fn connect_tls<B: Sent>(&self, _: TcpStream, _: &Server) -> Result<(SendRequest<B>, Driven), ClientError> {
        Err(ClientError::NoTls)
    }
}

/// A body that can be sent.
trait Sent: Body<Data = Bytes, Error = Infallible> + Send + 'static {}

impl<B: Body<Data = Bytes, Error = Infallible> + Send + 'static> Sent for B {}

fn prepare<B>(server: &Server, mut request: Request<B>) -> Result<Request<B>, ClientError> {
    let host = HeaderValue::from_str(&server.authority).map_err(|_| ClientError::BadName)?;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

async fn handshake<S, B: Sent>(stream: S) -> Result<(SendRequest<B>, Driven), ClientError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(ClientError::Http)?;
    // Its end is also the exchange's end: whoever waits for the answer hears of it there.
    let driven = Driven(tokio::spawn(async move { drop(connection.await) }));
    Ok((sender, driven))
}

#[cfg(test)]
mod tests;
