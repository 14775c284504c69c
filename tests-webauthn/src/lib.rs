//! Our reading of WebAuthn beside that of webauthn-rs: what we take, they take; what they refuse, we refuse.

#![forbid(unsafe_code)]

// The passkey without a device, from the program itself: both readings judge the same bytes.
#[cfg(test)]
#[path = "../../crates/sekisho/src/testing/authenticator.rs"]
mod authenticator;
#[cfg(test)]
mod beside;
