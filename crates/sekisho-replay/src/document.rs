//! The document that is made of a campaign.

use serde::{Deserialize, Serialize};

use crate::{elsewhere::Elsewhere, figures::Row, quiet::Quiet, tables};

/// Where the generated part begins and ends.
const BEGIN: &str = "<!-- begin: written by `cargo xtask bench replay` -->";
const END: &str = "<!-- end -->";

/// One scale's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaled {
    /// The scale's name.
    pub scale: String,
    /// The commit it is of.
    pub commit: String,
    /// The first seed, and how many.
    pub seeds: (u64, u64),
    /// The attacks.
    pub rows: Vec<Row>,
    /// Lives without one.
    pub quiet: Quiet,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Campaign {
    /// Each scale.
    pub scales: Vec<Scaled>,
}

impl Campaign {
    /// Puts a scale's figures in the place of older ones; scales stand from the small to the large.
    pub fn put(&mut self, new: Scaled) {
        self.scales.retain(|scaled| scaled.scale != new.scale);
        self.scales.push(new);
        self.scales.sort_by_key(|scaled| ["S", "M", "L"].iter().position(|name| *name == scaled.scale));
    }

    /// Whether everything that is to hold holds at scale M, for which the goals are set.
    pub fn is_held(&self) -> bool {
        let at_m = self.scales.iter().filter(|scaled| scaled.scale == "M");
        at_m.flat_map(|scaled| &scaled.rows).all(|row| row.held)
    }
}

/// Puts a campaign between the markers of `document`.
///
/// # Errors
/// When it lacks a marker.
pub fn written_into(document: &str, campaign: &Campaign, elsewhere: &[Elsewhere]) -> Result<String, String> {
    let (before, rest) = document.split_once(BEGIN).ok_or_else(|| format!("there is no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("there is no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{}\n{END}{after}", text(campaign, elsewhere)))
}

/// A campaign as Markdown.
pub fn text(campaign: &Campaign, elsewhere: &[Elsewhere]) -> String {
    let mut parts = vec![
        of_what(campaign),
        tables::elsewhere(elsewhere),
        tables::ours(&campaign.scales),
        tables::lost(&campaign.scales),
    ];
    parts.extend(campaign.scales.iter().map(tables::beside));
    parts.push(tables::quiet(&campaign.scales));
    parts.push(tables::alarms(&campaign.scales));
    parts.join("\n")
}

fn of_what(campaign: &Campaign) -> String {
    let each = |scaled: &Scaled| {
        let (first, many) = scaled.seeds;
        format!("{}: commit {}, seeds {first} to {}", scaled.scale, scaled.commit, first + many - 1)
    };
    let scales: Vec<_> = campaign.scales.iter().map(each).collect();
    format!("{}. Detectors and rivals were tuned on seeds 1 to 20.\n", scales.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_the_markers_stays() {
        let document = format!("before\n{BEGIN}\nwhat was here\n{END}\nafter\n");
        let written = written_into(&document, &Campaign::default(), &[]).unwrap();
        assert!(
            written.starts_with("before\n") && written.ends_with("\nafter\n") && !written.contains("what was here")
        );
        assert_eq!(written_into(&written, &Campaign::default(), &[]).unwrap(), written);
        assert!(written_into("nothing", &Campaign::default(), &[]).is_err());
    }
}
