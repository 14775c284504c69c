//! HTTP/1.x out of streams of bytes (RFC 9112).

mod cursor;
mod head;
mod message;
mod pair;

pub(super) use cursor::Body;
pub(super) use head::Head;
pub(super) use message::{Message, Messages};
pub(super) use pair::{Talk, talk};
