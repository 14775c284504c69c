//! A throwaway installation and the whole story on it.
//!
//! Everything is real but the people: processes with walls, keys, a database, a
//! ledger, webhooks over sockets. The reviewer's passkey is a software
//! authenticator that was enrolled at founding, and the site is a small one of
//! our own.

mod double;
mod house;
mod member;
mod officer;
mod plan;
mod report;
mod reviewer;
mod shift;
mod site;
mod steps;
mod story;
mod time;
mod witness;

pub use double::{Copied, Double, copy_as_is};
pub(crate) use house::POLICY;
pub use house::{Build, House, HouseError};
pub(crate) use member::Member;
pub use report::{Process, Report, Trouble};
pub use shift::{Answer, OnShift};
pub use steps::Look;
pub use story::{Picture, StoryError, tell};
pub use witness::{Neighbour, NeighbourError};
