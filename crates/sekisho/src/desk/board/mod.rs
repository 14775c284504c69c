//! The live board: what is opened now, how budgets stand, what came in, and what a verdict rests on.
//!
//! Everything is drawn here, as HTML and SVG, from what the keeper reads off its ledger. There is no script.

mod budgets;
mod chart;
pub(crate) mod entry;
pub(crate) mod page;
