//! A vault's life and its thieves, driven by chance, before the budgets and the watch.
//!
//! Members send documents, reviewers work them off, thieves ride their sessions with valid assignments. Every opening
//! passes [`sekisho_core::budget::decide`], every event is seen by [`sekisho_core::watch::Watch`], and what they say is
//! done. It is a model: the keeper itself doesn't run here, and nothing is opened. One seed gives one life.

#![forbid(unsafe_code)]

pub mod attack;
pub mod chance;
pub mod load;
pub mod report;
pub mod world;
