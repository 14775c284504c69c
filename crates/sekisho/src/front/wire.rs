//! How a listener is spoken to.

/// TLS or not.
#[derive(Debug)]
pub enum Wire {
    /// Plain HTTP: behind a proxy that ends TLS, or on one's own machine for a test.
    Plain,
    /// TLS that ends here.
    #[cfg(feature = "tls")]
    Tls(super::tls::Tls),
}

/// Why an identity can't be served with. Nothing of its files is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No certificate in the first file.
    #[error("there is no certificate in it (PEM: BEGIN CERTIFICATE)")]
    NoCertificate,
    /// No key in the second.
    #[error("there is no private key in it (PEM: BEGIN PRIVATE KEY, unencrypted)")]
    NoKey,
    /// A key of a kind that TLS does not use.
    #[error("the private key is of a kind that is not served: RSA, ECDSA P-256 to P-521 and Ed25519 are")]
    OtherKind,
    /// They don't belong together.
    #[error("the private key does not belong to the certificate; the server's own certificate must come first")]
    Mismatch,
    /// The program can't.
    #[error("this program was built without TLS")]
    NotBuiltIn,
}

impl Wire {
    /// TLS with this certificate chain, the server's own first, and its private key; both PEM.
    ///
    /// # Errors
    /// [`IdentityError`].
    #[cfg(feature = "tls")]
    pub fn tls(chain: &[u8], key: &[u8]) -> Result<Wire, IdentityError> {
        super::tls::Tls::new(chain, key).map(Wire::Tls)
    }

    /// This program can't.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "tls"))]
    pub fn tls(_chain: &[u8], _key: &[u8]) -> Result<Wire, IdentityError> {
        Err(IdentityError::NotBuiltIn)
    }
}
