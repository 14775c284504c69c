//! Who is affected, from packets: the times that an access log shows, the packets of those times, requests and
//! responses out of them, and the records that the responses hold.

mod answer;
#[cfg(test)]
mod carried;
mod counts;
mod exchange;
mod file;
mod find;
mod flow;
mod fragment;
mod frame;
mod hand;
mod http;
mod layer;
mod listing;
mod lost;
mod packet;
mod payload;
mod pile;
mod plan;
mod question;
mod ranges;
mod reading;
mod reasons;
mod run;
mod search;
mod segment;
mod sighting;
mod sightings;
mod spelling;
mod stores;
mod stream;
mod target;
mod text;
mod totals;
mod tunnel;
mod windows;
mod wireless;

pub use answer::{Answer, FileRead, Log, OfStore, Open, Records, Window};
pub use counts::{Bodies, Exchanges, Flows, Named, Packets, Payload};
pub use find::{KNOWN, Kinds, NoKinds};
pub use plan::Plan;
pub use question::{Question, Server};
pub use run::scope;
pub use stores::{NoStores, Store, Stores};
pub use windows::FromLog;
