//! Certificates made on the spot, for tests that speak TLS.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use rcgen::{Certificate, CertifiedKey, KeyPair, generate_simple_self_signed};

use super::Wire;

/// A certificate of `name`, signed by itself, and its key.
pub(crate) fn made(name: &str) -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(vec![name.to_owned()]).unwrap()
}

/// The certificate as a PEM file holds it.
pub(crate) fn chain(certificate: &Certificate) -> String {
    pem("CERTIFICATE", certificate.der())
}

/// The key as a PEM file holds it, PKCS #8.
pub(crate) fn key(pair: &KeyPair) -> String {
    pem("PRIVATE KEY", &pair.serialize_der())
}

/// TLS as a server speaks it with that certificate.
pub(crate) fn wire(made: &CertifiedKey<KeyPair>) -> Wire {
    Wire::tls(chain(&made.cert).as_bytes(), key(&made.signing_key).as_bytes()).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).unwrap()
}
