//! TLS as a client: the public web's roots, or those that a test names.

use std::{io, sync::Arc, time::Duration};

use tokio::{net::TcpStream, runtime::Builder, time::timeout};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

mod shown;

use super::Server;

/// How long a server may take to show its certificates.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// The certificates in a PEM text, DER; none if there is none, or one of them is broken.
pub fn from_pem(text: &[u8]) -> Vec<Vec<u8>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    found.unwrap_or_default().into_iter().map(|der| der.to_vec()).collect()
}

/// The certificates that a server shows, its own first, DER; believed or not. Nothing is sent to it, and a server that
/// does not hold the key of what it shows is refused. Not for use inside an async runtime.
///
/// # Errors
/// When it is not reached or speaks no TLS.
pub fn certificates_at(server: &Server) -> io::Result<Vec<Vec<u8>>> {
    let shown = shown::ask(server);
    let asked = async { timeout(SHOWN_WITHIN, shown).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))? };
    Builder::new_current_thread().enable_all().build()?.block_on(asked)
}

/// Whose certificates are believed.
#[derive(Clone)]
pub struct Trust(TlsConnector);

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trust(..)")
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn only<'a>(certificates: impl Iterator<Item = &'a [u8]>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for der in certificates {
        roots.add(CertificateDer::from_slice(der)).map_err(io::Error::other)?;
    }
    Ok(roots)
}

impl Trust {
    /// The roots of the public web, as Mozilla keeps them.
    ///
    /// # Errors
    /// When the library has no cipher in common with itself; not seen.
    pub fn public_web() -> io::Result<Self> {
        Self::roots(public_roots(), b"http/1.1")
    }

    /// Exactly these roots, DER.
    ///
    /// # Errors
    /// When one of them is not a certificate.
    pub fn only(certificates: &[&[u8]]) -> io::Result<Self> {
        Self::roots(only(certificates.iter().copied())?, b"http/1.1")
    }

    /// For a mail server: exactly these roots, DER, or else the public web's. No protocol is named (RFC 7301): mail has
    /// none that servers know.
    ///
    /// # Errors
    /// When one of them is not a certificate, or there is none.
    pub fn for_mail(certificates: Option<&[Vec<u8>]>) -> io::Result<Self> {
        match certificates {
            Some([]) => Err(io::ErrorKind::InvalidData.into()),
            Some(own) => Self::roots(only(own.iter().map(Vec::as_slice))?, b""),
            None => Self::roots(public_roots(), b""),
        }
    }

    fn roots(roots: RootCertStore, protocol: &[u8]) -> io::Result<Self> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = if protocol.is_empty() { vec![] } else { vec![protocol.to_vec()] };
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Agrees on TLS with the server called `name`.
    ///
    /// # Errors
    /// When it can't prove that name.
    pub(crate) async fn connect(&self, stream: TcpStream, name: &str) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        self.0.connect(name, stream).await
    }
}
