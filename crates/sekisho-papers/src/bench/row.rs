//! A row of the report: what is counted, what must be reached, and on which pictures that is judged.

use serde::{Deserialize, Serialize};

use super::{judge::Judged, wilson::Share};

/// What must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// At least this share.
    AtLeast(f64),
    /// At most this share.
    AtMost(f64),
    /// Nothing: it is only told.
    None,
}

/// Which pictures say whether a bar is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Those that nobody looked at before.
    #[default]
    HeldOut,
    /// All, also those that were looked at while the program was made: says less.
    All,
}

/// A measure.
pub struct Measure {
    /// What is counted.
    pub name: &'static str,
    /// On which pictures.
    pub on: &'static str,
    /// What must be reached.
    pub bar: Bar,
    /// Which of them say whether it is.
    pub over: Over,
    /// Whether a picture counts, and if so whether it is a hit.
    pub of: fn(&Judged) -> Option<bool>,
    /// Whether a hit is a failure, as in rows with an upper bound.
    pub hits_fail: bool,
}

/// A row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was counted.
    pub name: String,
    /// On which pictures.
    pub on: String,
    /// What must be reached.
    pub bar: Bar,
    /// Which of them say whether it is; the held-out ones where that isn't written.
    #[serde(default)]
    pub over: Over,
    /// Pictures that were looked at while the program was made.
    pub development: Share,
    /// Others.
    pub held_out: Share,
    /// The files that failed, all of them.
    pub failures: Vec<String>,
}

impl Row {
    /// Development and held-out pictures, counted as one.
    pub const fn together(&self) -> Share {
        self.development.and(self.held_out)
    }

    /// What is held against the bar.
    pub const fn judged(&self) -> Share {
        match self.over {
            Over::HeldOut => self.held_out,
            Over::All => self.together(),
        }
    }

    /// Whether the bar is reached on the pictures that say so; nothing where there were none.
    pub fn is_held(&self) -> Option<bool> {
        let share = self.judged().share()?;
        match self.bar {
            Bar::AtLeast(least) => Some(share >= least),
            Bar::AtMost(most) => Some(share <= most),
            Bar::None => None,
        }
    }
}

impl Measure {
    /// Counts over all that was judged.
    pub fn row(&self, all: &[Judged]) -> Row {
        let (mut development, mut held_out, mut failures) = (Share::default(), Share::default(), Vec::new());
        for judged in all {
            let Some(hit) = (self.of)(judged) else { continue };
            if judged.development {
                development.count(hit)
            } else {
                held_out.count(hit)
            }
            if hit == self.hits_fail {
                failures.push(judged.file.clone());
            }
        }
        let (name, on) = (self.name.into(), self.on.into());
        Row { name, on, bar: self.bar, over: self.over, development, held_out, failures }
    }
}
