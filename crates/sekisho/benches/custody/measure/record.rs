//! What was measured, as data: for JSON, and for the document that is made of it.

use serde::{Deserialize, Serialize};

use super::machine::{Load, Machine};

/// One measurement's outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Its name on the command line.
    pub(crate) name: String,
    /// A heading.
    pub(crate) title: String,
    /// What was done, what is included and what is not.
    pub(crate) how: Vec<String>,
    /// Figures.
    pub(crate) tables: Vec<Table>,
    /// What was to be reached, held or missed.
    pub(crate) goals: Vec<Goal>,
    /// Everything about the run that isn't the measurement's own; filled in by whoever runs it.
    #[serde(default)]
    pub(crate) run: Option<Run>,
}

/// When and where it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    /// When it began, RFC 3339.
    pub(crate) at: String,
    /// The commit, or why none can be named.
    pub(crate) commit: String,
    /// `full`, `small` or `tiny`.
    pub(crate) sizes: String,
    /// The machine.
    pub(crate) machine: Machine,
    /// What the machine did besides, before and after.
    pub(crate) load: [Load; 2],
    /// Seconds that it took, preparations included.
    pub(crate) seconds: f64,
}

/// Figures of like kind, one row for each circumstance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Table {
    /// What the rows are, then each figure with its unit.
    pub(crate) columns: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// One row; a figure that there is none of is missing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    /// The circumstance.
    pub(crate) what: String,
    /// A figure for each column but the first.
    pub(crate) figures: Vec<Option<f64>>,
}

/// A figure and its bound.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Goal {
    /// What was to be reached, with its unit.
    pub(crate) what: String,
    /// What was measured.
    pub(crate) measured: f64,
    /// The bound.
    pub(crate) bound: f64,
    /// Whether more is better.
    pub(crate) at_least: bool,
}

impl Goal {
    /// A figure that is to be `bound` or more.
    pub(crate) fn at_least(what: &str, measured: f64, bound: f64) -> Self {
        Self { what: what.into(), measured, bound, at_least: true }
    }

    /// A figure that is to be `bound` or less.
    pub(crate) fn at_most(what: &str, measured: f64, bound: f64) -> Self {
        Self { what: what.into(), measured, bound, at_least: false }
    }

    /// Whether it was reached.
    pub(crate) fn is_held(&self) -> bool {
        if self.at_least { self.measured >= self.bound } else { self.measured <= self.bound }
    }
}

impl Measured {
    /// Without figures yet.
    pub(crate) fn new(name: &str, title: &str, how: &[&str]) -> Self {
        let how = how.iter().map(|&line| line.to_owned()).collect();
        Self { name: name.into(), title: title.into(), how, tables: Vec::new(), goals: Vec::new(), run: None }
    }
}

impl Table {
    /// Without rows yet.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|&column| column.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, what: impl Into<String>, figures: impl IntoIterator<Item = f64>) {
        self.rows.push(Row { what: what.into(), figures: figures.into_iter().map(Some).collect() });
    }
}
