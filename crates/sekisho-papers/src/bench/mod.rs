//! The inspector, judged: the real program, on documents of which everything is known and on public specimens.

pub mod answer;
pub mod beside;
pub mod bombs;
pub mod campaign;
pub mod document;
pub mod judge;
pub mod parts;
pub mod program;
pub mod readers;
pub mod report;
pub mod rivals;
pub mod row;
pub mod rows;
pub mod specimens;
pub mod stored;
pub mod wilson;
