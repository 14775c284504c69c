//! What is said of budgets: which one is spent, and how they stand.

use core::fmt;

use sekisho_core::{
    budget::{Limits, Spent, Subject, Window, Windows},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Whose budget it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whose {
    /// The asking person's, or their passkey's.
    Own,
    /// The document's site's.
    Site,
    /// The whole vault's.
    Vault,
}

/// A budget is spent: whose, and when the next opening is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetSpent {
    /// Whose.
    pub whose: Whose,
    /// In which window.
    pub window: Window,
    /// How many documents it allows in that window.
    pub limit: u64,
    /// When the next opening is allowed if nothing else happens; nothing if that can't be told.
    pub frees: Option<Timestamp>,
}

impl BudgetSpent {
    /// Its code.
    pub const fn code(&self) -> &'static str {
        match (self.whose, self.window) {
            (Whose::Own, Window::Minute) => "too_fast",
            (Whose::Own, _) => "budget_spent",
            (Whose::Site, _) => "site_budget_spent",
            (Whose::Vault, _) => "vault_budget_spent",
        }
    }
}

impl fmt::Display for BudgetSpent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl From<&Spent> for BudgetSpent {
    fn from(spent: &Spent) -> Self {
        let whose = match spent.series.of {
            Subject::Person(_) | Subject::Device(_) => Whose::Own,
            Subject::Site(_) => Whose::Site,
            Subject::Vault => Whose::Vault,
        };
        Self { whose, window: spent.window, limit: spent.limit, frees: spent.frees }
    }
}

/// How the budgets stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BudgetView {
    /// What the vault allows.
    pub limits: Limits,
    /// Distinct documents that were opened, by anybody, in the windows that end now.
    pub opened: Windows,
}
