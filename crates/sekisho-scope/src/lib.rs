//! Who is affected, from the logs of other systems: whose object was certainly sent to whom the question is about, whose
//! possibly, and what can't be told.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod answer;
mod coverage;
mod entry;
mod format;
mod in_order;
pub mod inventory;
mod join;
mod keys;
pub mod ledger;
mod network;
mod object;
pub mod packets;
mod question;
mod queue;
mod reader;
mod reasons;
mod record;
mod run;
mod source;
mod spill;
mod sql;
mod table;
mod tables;
mod tally;
mod totals;
mod when;

pub use answer::{Answer, Certain, FileRead, Interval, Joined, Lines, OfKind, Open, Reason, ScopeError, Set, Window};
pub use entry::{Delivery, Entry, Sent};
pub use format::{Fault, Field, Fields, Format, Named, NoField, NoFormat, NoTemplate, Template, Wrapped};
pub use keys::objects_file;
pub use network::{Address, Network, NetworkError};
pub use object::Verdict;
pub use question::{Fit, Question};
pub use run::{Plan, Progress, scope};
pub use sql::{Engine, NoSql, emit};
pub use tally::Sample;
pub use when::{End, JAPAN, NoTime, bound, say};
