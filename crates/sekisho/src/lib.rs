//! The rooms of Sekisho's one binary.
//!
//! `service` holds the use cases and the ports that they need; `gate`, `desk` and
//! the other roles speak for them over HTTP; `store` and `vault` are what stands
//! behind the ports. Only `app` names concrete back ends.

#![forbid(unsafe_code)]

pub mod app;
#[cfg(test)]
#[path = "../tests/common/browser.rs"]
mod browser;
pub mod budget_file;
pub mod budget_words;
pub mod cli;
pub mod client;
pub mod courier;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod drill;
pub mod forked_reader;
pub mod front;
pub mod gate;
pub mod link;
pub mod logging;
pub mod networks;
pub mod operator;
pub mod policy_file;
pub mod service;
pub mod site;
pub mod specimen;
pub mod store;
pub mod supervisor;
pub mod testing;
mod threads;
pub mod vault;
pub mod watch_file;
pub mod witness;
