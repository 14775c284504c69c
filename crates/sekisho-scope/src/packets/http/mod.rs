//! HTTP/1.x out of streams of bytes (RFC 9112).

mod cursor;
mod head;
mod lenient;
mod message;
mod pair;
mod proxy;

pub(super) use cursor::Body;
pub(super) use head::Head;
pub(super) use message::{Message, Messages};
pub(super) use pair::{Talk, talk};
