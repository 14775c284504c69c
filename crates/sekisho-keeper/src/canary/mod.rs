//! Canaries: the sealed book that knows which key, link or document is bait.
//!
//! A canary looks like any other row, file or key, wherever it lies. What makes it one stands in a single sealed row
//! of keeper.db, which every installation has, which is always of one size, and which is sealed anew every hour. Its
//! key hangs on the keeper's identity, so it is in the keystore and in no copy of the data.

mod asked;
mod book;
mod console;
mod sealed;
mod shelf;

pub use asked::{Answers, Stored};
pub use book::{Bait, Book, Laid};
pub use console::{Console, ConsoleError};
pub use sealed::{BookError, BookKey, SEALED_SIZE};
pub use shelf::{edit, load, nonce, store};
