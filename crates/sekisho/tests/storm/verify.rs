//! Everything that must hold after a kill, against the files themselves and against everybody's own record.

mod custody;
mod files;
mod ledger;
mod told;

use std::time::Duration;

use sekisho_core::ledger::VerifierKey;

use crate::{books::Books, ground::Ground};

/// How long a webhook may take once everything stands: the courier asks twice a second, and tries again after five.
const POST: Duration = Duration::from_secs(30);

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Finding {
    /// Acknowledged work that is not there, and whatever else is not as it must be.
    pub(crate) losses: Vec<String>,
    /// Pictures that were seen and stand nowhere in the ledger.
    pub(crate) unlogged_viewings: usize,
    /// Acknowledged pieces of work that were looked for.
    pub(crate) checked: usize,
    /// Entries of the ledger.
    pub(crate) entries: usize,
    /// Ciphertexts that nobody was told are there.
    pub(crate) orphans: usize,
    /// Webhooks that came, each once.
    pub(crate) webhooks: usize,
}

impl Finding {
    /// Notes a loss, unless `holds`.
    fn demand(&mut self, holds: bool, loss: impl FnOnce() -> String) {
        if !holds {
            self.losses.push(loss());
        }
    }
}

/// How many documents wait for a decision.
pub(crate) fn waiting(ground: &Ground) -> usize {
    files::state(ground).documents.values().filter(|document| document.has_key).count()
}

/// Holds the installation against the books, after each kill against the last checkpoint too.
pub(crate) struct Verifier<'a> {
    ground: &'a Ground,
    key: VerifierKey,
    checkpoint: Option<String>,
    /// How long a webhook may still take.
    pub(crate) patience: Duration,
}

impl<'a> Verifier<'a> {
    pub(crate) fn new(ground: &'a Ground) -> Self {
        Self { ground, key: ground.ledger_key(), checkpoint: None, patience: POST }
    }

    /// Everybody rests, and it stands.
    pub(crate) fn verify(&mut self, books: &Books) -> Finding {
        let (mut finding, pages) = (Finding::default(), books.all());
        // What is public first, then the journal, then the database: each may only know more than the one before.
        let published = ledger::published(self.ground, &self.key, self.checkpoint.as_deref(), &mut finding);
        let journal = files::journal(self.ground);
        let state = files::state(self.ground);
        ledger::verify(&published, &journal, &state, &mut finding);
        let past = ledger::Past::of(&state.entries);
        custody::verify(self.ground, &state, &past, &mut finding);
        told::verify(&pages, &state, &past, &mut finding);
        self.ground.hook.wait(self.patience, |hook| told::undelivered(hook, &past).is_empty());
        told::post(&self.ground.hook, &past, &mut finding);
        self.checkpoint = published.checkpoint.or(self.checkpoint.take());
        (finding.checked, finding.entries) = (pages.count(), state.entries.len());
        finding
    }
}
