//! Which data lie where: stores, their classes, of whom, from when, which fields, how many; and what was said of them in
//! public. A scope is held against it, so that a report says which stores its question reached, which it can't have seen,
//! and of which it can't tell.

mod check;
mod held;
mod report;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use check::{Check, Remark, check};
pub use held::{Held, HeldClass, HeldStore, Reach, Share, hold};
pub use report::{NoReport, Report, Source};

/// An inventory, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// What it is an inventory of.
    pub name: String,
    /// Where data lie.
    #[serde(rename = "store")]
    pub stores: Vec<Store>,
    /// What was said in public of how many are concerned, each time that it was said, the first one first. An earlier
    /// statement stays when a later one corrects it.
    #[serde(default, rename = "published", skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
}

/// A place where data lie: a bucket, a table, a repository, a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Its name, different from all others.
    pub name: String,
    /// What kinds of scope could show that it was reached; none if nothing records who reads it.
    #[serde(default)]
    pub seen_by: Vec<Source>,
    /// What lies in it.
    #[serde(rename = "class")]
    pub classes: Vec<Class>,
}

/// Data of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name, different from all others in the inventory.
    pub name: String,
    /// Whose data they are.
    pub whose: Whose,
    /// Which fields a record has.
    pub fields: Vec<String>,
    /// The first day from which there are any, `2013-08-05`, or a month or a year; nothing if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day, likewise; nothing if they are still added to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How many records there are; nothing if nobody counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What a scope's report calls them: its kinds. Without any, the class's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
}

impl Class {
    /// What reports call it.
    pub fn called(&self) -> &[String] {
        if self.kinds.is_empty() { std::slice::from_ref(&self.name) } else { &self.kinds }
    }

    /// Whether a report that tells of this kind tells of this class.
    pub fn is_called(&self, kind: &str) -> bool {
        self.called().iter().any(|own| own == kind)
    }
}

/// Whose data they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// People who use the service.
    Members,
    /// People and firms that sell on it, or are paid by it.
    Merchants,
    /// People who are employed, or were.
    Staff,
    /// People who work for it without being employed.
    Contractors,
    /// Anybody else: who asked, applied, came to an event.
    Others,
}

impl Whose {
    /// As an inventory and an answer write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Merchants => "merchants",
            Self::Staff => "staff",
            Self::Contractors => "contractors",
            Self::Others => "others",
        }
    }
}

/// What was said in public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// On which day.
    pub on: String,
    /// How many records, in all.
    pub total: u64,
    /// How many of each class.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// Of the total, how many were not told by class.
    #[serde(default)]
    pub not_told_by_class: u64,
    /// Why it differs from what was said before; nothing in the first statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A file is no inventory.
#[derive(Debug, Error)]
pub enum NoInventory {
    /// It is no TOML of this form.
    #[error("{0}")]
    Toml(#[from] Box<toml::de::Error>),
    /// It is no JSON of this form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

impl Inventory {
    /// Reads a file's text: JSON if it begins with a brace, else TOML.
    ///
    /// # Errors
    /// [`NoInventory`], with the place.
    pub fn parse(text: &str) -> Result<Self, NoInventory> {
        if text.trim_start().starts_with('{') {
            return Ok(serde_json::from_str(text)?);
        }
        toml::from_str(text).map_err(|why| NoInventory::Toml(Box::new(why)))
    }

    /// Every class with its store.
    pub fn classes(&self) -> impl Iterator<Item = (&Store, &Class)> {
        self.stores.iter().flat_map(|store| store.classes.iter().map(move |class| (store, class)))
    }
}

#[cfg(test)]
mod tests;
