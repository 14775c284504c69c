//! TLS as a server (RFC 8446, RFC 5246): a certificate chain and a key from PEM, read once.

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs::{self, sign::any_supported_type},
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        sign::{CertifiedKey, SingleCertAndKey},
    },
    server::TlsStream,
};
use zeroize::Zeroizing;

use super::wire::IdentityError;

/// The first byte of a TLS record that carries a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

const REFUSAL: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Cache-Control: no-store\r\nConnection: close\r\nContent-Length: 33\r\n\r\nThis port speaks HTTPS, not HTTP.";

/// A server's side of TLS.
pub struct Tls(TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    /// Serves with this chain, the server's own certificate first, and its key.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn new(chain: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let identity = SingleCertAndKey::from(certified(chain, key)?);
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| IdentityError::NotBuiltIn)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(identity));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Agrees on TLS with a caller; nothing if there is none to be had with it. Whoever speaks plain HTTP is told so.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let mut first = [0];
        match stream.peek(&mut first).await {
            Ok(1) if first[0] == HANDSHAKE => self.0.accept(stream).await.ok(),
            Ok(1) if first[0].is_ascii_uppercase() => {
                let _ = refuse(stream).await;
                None
            }
            _ => None,
        }
    }
}

fn certified(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, IdentityError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(IdentityError::NoCertificate)?;
    let key = Zeroizing::new(PrivateKeyDer::from_pem_slice(key).map_err(|_| IdentityError::NoKey)?);
    let key = any_supported_type(&key).map_err(|_| IdentityError::OtherKind)?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|_| IdentityError::Mismatch)?;
    Ok(certified)
}

/// Says in the clear what this port speaks. What came is read first: a socket closed with bytes unread is reset, and
/// the caller would see that instead of the answer.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let mut asked = [0; 8192];
    let _ = stream.read(&mut asked).await?;
    stream.write_all(REFUSAL).await?;
    stream.shutdown().await
}
