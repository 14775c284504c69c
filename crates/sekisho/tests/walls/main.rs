//! Who may import whom (the layout's walls): read from the sources and manifests, not from good intentions.
//!
//! Every wall has a planted breach, and a test sees that each is found: a
//! checker that finds nothing would look just like a house in order.

mod crates;
mod dependencies;
mod rooms;
mod source;
mod tree;

/// One wall, broken at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    /// The file or manifest.
    at: String,
    /// What it does, and which wall that breaks.
    what: String,
}

impl Breach {
    fn new(at: &str, what: String) -> Self {
        Self { at: at.into(), what }
    }
}

/// Fails with one line for each breach.
#[track_caller]
fn assert_none(breaches: &[Breach]) {
    let lines: Vec<_> = breaches.iter().map(|breach| format!("  {}: {}", breach.at, breach.what)).collect();
    assert!(breaches.is_empty(), "walls are broken:\n{}", lines.join("\n"));
}
