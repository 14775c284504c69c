//! What lines of print mean: dates, their roles, numbers.
//!
//! Functions over text that some reader of print has found; where it came from doesn't matter. Nothing here guesses:
//! what can be read in two ways is said to be so.

pub mod birth;
pub mod date;
pub mod era;
pub mod fold;
pub mod kind;
mod label;
pub mod line;
mod month;
pub mod number;
pub mod numeral;
pub mod pieces;
pub mod role;
pub mod zone;
