//! Drills on an operator's own installation: with a site of the operator's own and a document of nobody's.
//!
//! Only what needs no member's document is performed here. Whoever performs it holds a key that is theirs, sees what it
//! is answered, and opens nothing: there is no reviewer's session in it. Drills that ride one would have to look at what
//! is drawn among the oldest documents that wait, which are members'.

mod at_rest;
mod forged;
mod guesses;
mod outside;
mod site_key;
mod visit;

use std::path::PathBuf;

use self::visit::Visit;
use super::{DrillError, Row};
use crate::{
    client::{Client, Server},
    site::kit::Kit,
};

/// A drill that is performed on an installation in use, and what it does there.
struct Live {
    name: &'static str,
    perform: fn(&mut Visit<'_>) -> Result<Row, DrillError>,
    /// What it does and leaves, in a sentence of its own.
    does: &'static str,
}

/// In the order in which they are performed: what has somebody refused for a while comes after what they still need.
const LIVE_DRILLS: [Live; 5] = [
    Live { name: "stolen-databases", perform: at_rest::perform, does: at_rest::DOES },
    Live { name: "forged-check", perform: forged::perform, does: forged::DOES },
    Live { name: "enumeration", perform: guesses::perform, does: guesses::DOES },
    Live { name: "lock-us-out-from-outside", perform: outside::perform, does: outside::DOES },
    Live { name: "stolen-site-key", perform: site_key::perform, does: site_key::DOES },
];

/// What is performed on an installation that is in use.
pub const LIVE: [&str; 5] = {
    let mut names = [""; 5];
    let mut at = 0;
    while at < names.len() {
        names[at] = LIVE_DRILLS[at].name;
        at += 1;
    }
    names
};

/// What a live performance of these drills, all if none is named, does and leaves behind: for whoever has to agree.
pub fn leaves(wanted: &[String]) -> String {
    let does: Vec<_> = chosen(wanted).map(|drill| drill.does).collect();
    format!(
        "It sends in one document of nobody's (our specimen card) with the kit's key, opens no document, and withdraws \
         it at the end. {} The ledger will say: a document of that site arrived, and its check was withdrawn; refusals; \
         and findings. Everybody on the rota may be called.",
        does.join(" ")
    )
}

/// An operator's own installation, and a site of their own in it.
pub struct Target {
    /// Its gate.
    pub gate: Server,
    /// What speaks to it.
    pub client: Client,
    /// The site's kit.
    pub kit: Kit,
    /// Where the installation's state lies: it is read there, and nothing is written.
    pub data: PathBuf,
}

/// M11, M39: these drills, all if none is named, on the installation itself. What it leaves behind says [`leaves`].
///
/// # Errors
/// [`DrillError`]: then nothing was shown. The document of nobody's is withdrawn if it was sent.
pub fn perform_live(target: &Target, wanted: &[String]) -> Result<Vec<Row>, DrillError> {
    let mut visit = Visit::begin(target)?;
    let rows: Result<Vec<_>, _> = chosen(wanted).map(|drill| (drill.perform)(&mut visit)).collect();
    let withdrawn = visit.end()?;
    let end = if withdrawn { "was withdrawn" } else { "was NOT withdrawn: it waits until its deadline" };
    let ended = |row: Row| Row {
        kept: row.kept && withdrawn,
        note: format!("{}; the document of nobody's {end}", row.note),
        ..row
    };
    Ok(rows?.into_iter().map(ended).collect())
}

fn chosen(wanted: &[String]) -> impl Iterator<Item = &'static Live> {
    LIVE_DRILLS.iter().filter(|drill| wanted.is_empty() || wanted.iter().any(|name| name == drill.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_agreed_to_is_what_is_performed() {
        let all = leaves(&[]);
        assert!(LIVE_DRILLS.iter().all(|drill| all.contains(drill.does)), "{all}");
        let one = leaves(&["forged-check".to_owned()]);
        assert!(one.contains(forged::DOES) && !one.contains(site_key::DOES), "{one}");
    }

    #[test]
    fn each_has_the_name_of_a_drill_that_everybody_can_perform() {
        assert!(LIVE.iter().all(|name| crate::drill::names().contains(name)));
    }
}
