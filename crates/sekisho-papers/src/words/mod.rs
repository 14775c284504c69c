//! What stands on documents: names, days, numbers, machine-readable zones. All of it by chance.

pub mod day;
pub mod number;
pub mod people;
pub mod zone;
