//! What is looked for in a text: kinds of values, each found by its form, by a pattern, or by the column it stands in.

mod card;
mod columns;
mod japan;

use std::collections::BTreeSet;

use regex::Regex;
use thiserror::Error;

use self::columns::Columns;
pub(super) use self::columns::Table;
use super::text::Block;

/// Where a text is cut, what stands so near to the cut is left to the next block, which overlaps.
const EDGE: usize = 256;

/// The kind of cards, and the richer kind of those with an expiry beside them.
pub(super) const CARD: &str = "card";
pub(super) const CARD_WITH_EXPIRY: &str = "card_with_expiry";

/// Kinds that are known by their form.
pub const KNOWN: [&str; 4] = [CARD, "phone", "address", "mail"];

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Kinds {
    names: Vec<String>,
    patterns: Vec<(u8, Regex)>,
    columns: Columns,
}

/// Why kinds can't be looked for.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoKinds {
    /// No such kind is known by its form.
    #[error("{0} is no kind that has a form; there are card, phone, address, mail; others need a pattern or a column")]
    Unknown(String),
    /// A pattern or a column can't have that name.
    #[error("{0} has a form of its own; give your pattern another name")]
    Taken(String),
    /// Too many.
    #[error("no more than 200 kinds can be told apart")]
    TooMany,
}

impl Default for Kinds {
    fn default() -> Self {
        let names = KNOWN.map(String::from).to_vec();
        Self { names, patterns: Vec::new(), columns: Columns::default() }
    }
}

impl Kinds {
    /// Kinds by their form, by patterns (the first group, or all of the match, is the value), and by the columns or
    /// fields in which they stand.
    ///
    /// # Errors
    /// When a name is not known, taken, or there are too many.
    pub fn new(
        known: &[String],
        patterns: Vec<(String, Regex)>,
        columns: Vec<(String, String)>,
    ) -> Result<Self, NoKinds> {
        let mut kinds = Self { names: Vec::new(), patterns: Vec::new(), columns: Columns::default() };
        for name in known {
            let known = KNOWN.iter().find(|known| *known == name).ok_or_else(|| NoKinds::Unknown(name.clone()))?;
            kinds.named(known)?;
        }
        let free = |name: &str| {
            let is_taken = name == CARD_WITH_EXPIRY || KNOWN.contains(&name);
            if is_taken { Err(NoKinds::Taken(name.into())) } else { Ok(()) }
        };
        for (name, pattern) in patterns {
            free(&name)?;
            let kind = kinds.named(&name)?;
            kinds.patterns.push((kind, pattern));
        }
        for (name, column) in columns {
            free(&name)?;
            let kind = kinds.named(&name)?;
            kinds.columns.add(kind, &column);
        }
        Ok(kinds)
    }

    fn named(&mut self, name: &str) -> Result<u8, NoKinds> {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        u8::try_from(at).ok().filter(|at| *at < 200).ok_or(NoKinds::TooMany)
    }

    /// What a kind is called, by its number; or the richer kind of it.
    pub(super) fn called(&self, kind: u8, is_rich: bool) -> &str {
        match self.names[usize::from(kind)].as_str() {
            CARD if is_rich => CARD_WITH_EXPIRY,
            name => name,
        }
    }

    /// What is looked for, by name.
    pub(super) fn looked_for(&self) -> Vec<String> {
        let names = self.names.iter().map(String::as_str);
        let richer = names.clone().filter(|name| *name == CARD).map(|_| CARD_WITH_EXPIRY);
        let all: BTreeSet<_> = names.chain(richer).collect();
        all.into_iter().map(String::from).collect()
    }

    /// Shows what a block holds: its kind, its value, whether it is of the richer kind, and whether all of it is there.
    pub(super) fn each(&self, block: Block<'_>, table: &mut Table, see: &mut dyn FnMut(u8, &str, bool, bool)) {
        let text = block.text;
        let place = |start, end| place(block, start, end);
        let mut show = |kind, value: &str, is_rich, start, end| match place(start, end) {
            Place::Within => see(kind, value, is_rich, true),
            Place::AtTheEdge => see(kind, value, is_rich, false),
            Place::Elsewhere => {}
        };
        for (kind, name) in (0..).zip(&self.names) {
            let hit = |hit: japan::Hit| show(kind, &hit.value, false, hit.start, hit.end);
            match name.as_str() {
                CARD => card::each(text, |card| show(kind, &card.digits, card.has_expiry, card.start, card.end)),
                "phone" => japan::phones(text, hit),
                "address" => japan::addresses(text, hit),
                "mail" => japan::mails(text, hit),
                _ => {}
            }
        }
        for (kind, pattern) in &self.patterns {
            for groups in pattern.captures_iter(text) {
                let value = groups.get(1).or_else(|| groups.get(0)).filter(|value| !value.is_empty());
                if let Some(value) = value {
                    show(*kind, value.as_str(), false, value.start(), value.end());
                }
            }
        }
        let is_within = |start, end| place(start, end) == Place::Within;
        self.columns.each(block, table, &is_within, &mut |kind, value| see(kind, value, false, true));
    }
}

/// Where in a block a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Within,
    /// So near to the edge of a part of an object that there may be more of it elsewhere.
    AtTheEdge,
    /// So near to where a text is cut that another block has it whole.
    Elsewhere,
}

fn place(block: Block<'_>, start: usize, end: usize) -> Place {
    let (is_first, is_last) = (start < EDGE, end > block.text.len().saturating_sub(EDGE));
    match block.is_part {
        _ if (is_first && block.is_cut_before) || (is_last && block.is_cut_behind) => Place::Elsewhere,
        (before, behind) if (is_first && before) || (is_last && behind) => Place::AtTheEdge,
        _ => Place::Within,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kinds: &Kinds, text: &str) -> Vec<String> {
        let (mut all, mut table) = (Vec::new(), Table::default());
        kinds.each(Block::whole(text), &mut table, &mut |kind, value, rich, _| {
            all.push(format!("{} {value}{}", kinds.called(kind, false), if rich { " +" } else { "" }));
        });
        all
    }

    #[test]
    fn all_kinds_of_a_row_are_found() {
        let row = "4111111111111111,12/27,taro@example.jp,03-1234-5678,東京都千代田区千代田1-1\n";
        let all =
            ["card 4111111111111111 +", "phone 0312345678", "address 東京都千代田区千代田1-1", "mail taro@example.jp"];
        assert_eq!(found(&Kinds::default(), row), all);
    }

    #[test]
    fn own_patterns_take_their_first_group() {
        let pattern = |text: &str| Regex::new(text).unwrap();
        let patterns = vec![("token".into(), pattern("tok_[a-z]+")), ("order".into(), pattern(r"order=(\d+)"))];
        let kinds = Kinds::new(&[], patterns, Vec::new()).unwrap();
        assert_eq!(found(&kinds, "tok_abc order=12"), ["token tok_abc", "order 12"]);
    }

    #[test]
    fn names_that_are_taken_or_unknown_are_refused() {
        let pattern = || vec![("card".into(), Regex::new("x").unwrap())];
        assert_eq!(Kinds::new(&[], pattern(), vec![]).unwrap_err(), NoKinds::Taken("card".into()));
        assert_eq!(Kinds::new(&["name".into()], vec![], vec![]).unwrap_err(), NoKinds::Unknown("name".into()));
    }
}
