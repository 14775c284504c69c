//! Budgets: how many distinct documents may be opened within a minute, an hour, a day and 72 hours.
//!
//! A document costs one at its first opening. Any later look at it comes out of a second, small allowance, and from
//! the third on it takes a reason. A picture lives 72 hours at most, which is the longest window too, so nothing is
//! counted twice and nothing is forgotten.
//!
//! A decision is a function of limits and of counts that only grow ([`Counts`]): how many openings a person had until
//! a given second. They are read from rows that are written in the transaction of the ledger's entry. So windows slide
//! by the second, a restart in the midst of an attack forgets nothing, and two nodes on one store count as one.
//!
//! What a site and the vault may open follows from what arrived under sites' signatures, not from what was opened
//! before: a campaign doesn't trip it, and a thief who opens more every day teaches it nothing.

mod counts;
mod explain;
mod limits;
mod meter;
mod tightening;
mod window;

pub use counts::{Counts, Kind, Memory, Never, Series, Subject};
pub use explain::{Allows, explain};
pub use limits::{Limits, LimitsError, Relief};
pub use meter::{Cost, Demand, Look, Past, Refused, Spent, Standing, Standings, decide, standings};
pub use window::{Window, Windows};

#[cfg(test)]
mod tests;
