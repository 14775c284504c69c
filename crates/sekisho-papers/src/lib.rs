//! Test documents that nobody holds, with all that is known of them.
//!
//! Cards, pages and sheets of every kind that members send, drawn with fonts of the system and photographed by
//! calculation: names, numbers and days by chance, check digits right, 見本 and SPECIMEN on each. What is known of a
//! picture ([`truth::Truth`]) is written beside it. One seed makes one picture, to the last byte.
//!
//! Nothing here is part of the program, and nothing that the program reads by is used here: eras, check digits and
//! zones are written down once more, so that a mistake in one is found by the other.

#![forbid(unsafe_code)]
#![allow(clippy::cast_possible_truncation, reason = "pixels and levels are small")]

pub mod bench;
pub mod canvas;
pub mod dice;
pub mod fuzz;
pub mod kinds;
pub mod make;
pub mod shoot;
pub mod truth;
pub mod words;
