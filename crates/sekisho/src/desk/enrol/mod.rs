//! How a person comes to a passkey: by an invitation, or as the founder by the founding token.

pub(crate) mod finish;
pub(crate) mod options;
pub(crate) mod page;

/// Whether this may be an invitation: short, and of letters that need no escaping in an address.
fn is_invitation(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
