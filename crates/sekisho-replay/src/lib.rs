//! A vault's life and its thieves, driven by chance, before the budgets and the watch.
//!
//! Members send documents, reviewers work them off, thieves ride their sessions with valid assignments. Every opening
//! passes [`sekisho_core::budget::decide`], every event is seen by [`sekisho_core::watch::Watch`], and what they say is
//! done: neither is modelled. What is modelled is everything around them: the keeper itself doesn't run here, and
//! nothing is opened. Beside it the published rules of others look at the same lives ([`rivals`]). One seed gives one
//! life.

#![forbid(unsafe_code)]

pub mod attack;
pub mod campaign;
pub mod chance;
pub mod document;
pub mod elsewhere;
pub mod figures;
pub mod load;
pub mod quiet;
pub mod rivals;
pub mod tables;
pub mod tuning;
mod why;
pub mod world;
