//! What is remembered of an entry while a ledger is read.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{
    check::ShredCause,
    id::{CheckId, DeviceId, DocumentId, KindName, NetworkId, ShiftId, SiteName},
    time::Timestamp,
};

use super::{question::Question, scan::Told};

/// An entry that matters, with names as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Received { at: Timestamp, check: CheckId, document: DocumentId, site: u32, kind: u32 },
    Looked { at: Timestamp, check: CheckId, document: DocumentId, shift: ShiftId },
    Ended { at: Timestamp, document: DocumentId, cause: ShredCause },
    Began { at: Timestamp, shift: ShiftId, until: Timestamp },
    From { shift: ShiftId, device: DeviceId, network: NetworkId },
}

/// Names, each by a number.
#[derive(Debug)]
pub(super) struct Names<T> {
    numbers: HashMap<Box<str>, u32, FixedState>,
    all: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), all: Vec::new() }
    }
}

impl<T: std::str::FromStr> Names<T> {
    /// The number of a name; nothing if it is none.
    pub(super) fn number(&mut self, name: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        let number = self.all.len() as u32;
        self.all.push(name.parse().ok()?);
        self.numbers.insert(name.into(), number);
        Some(number)
    }

    /// The name of a number.
    pub(super) fn get(&self, number: Option<u32>) -> Option<&T> {
        self.all.get(number? as usize)
    }

    /// All, by their numbers.
    pub(super) fn all(&self) -> &[T] {
        &self.all
    }
}

/// The names of sites and of kinds.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) sites: Names<SiteName>,
    pub(super) kinds: Names<KindName>,
}

/// What a part's numbers are in the whole.
#[derive(Debug)]
pub(super) struct Numbers {
    sites: Vec<u32>,
    kinds: Vec<u32>,
}

impl Numbers {
    /// The same with the numbers of the whole.
    pub(super) fn renamed(&self, mut fact: Fact) -> Fact {
        if let Fact::Received { site, kind, .. } = &mut fact {
            (*site, *kind) = (self.sites[*site as usize], self.kinds[*kind as usize]);
        }
        fact
    }
}

impl Book {
    /// Takes over a part's names.
    pub(super) fn merge(&mut self, part: &Self) -> Numbers {
        let known = "what one book took for a name is one for the other";
        Numbers {
            sites: part.sites.all().iter().map(|name| self.sites.number(name.as_str()).expect(known)).collect(),
            kinds: part.kinds.all().iter().map(|name| self.kinds.number(name.as_str()).expect(known)).collect(),
        }
    }

    /// What is remembered of what an entry told, if anything is; the outer nothing if it isn't understood after all.
    pub(super) fn fact(&mut self, question: &Question, at: Timestamp, told: Told<'_>) -> Option<Option<Fact>> {
        Some(match told {
            Told::Nothing => None,
            Told::Received { check, document, site, kind } => {
                let (site, kind) = (self.sites.number(site)?, self.kinds.number(kind)?);
                Some(Fact::Received { at, check, document, site, kind })
            }
            Told::Looked { check, document, staff, shift } => {
                question.may_mean(at, staff, shift).then_some(Fact::Looked { at, check, document, shift })
            }
            Told::Ended { document, cause } => Some(Fact::Ended { at, document, cause }),
            Told::Began { shift, until } => Some(Fact::Began { at, shift, until }),
            Told::From { shift, device, network } => Some(Fact::From { shift, device, network }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_what_is_no_name_has_none() {
        let mut names = Names::<SiteName>::default();
        assert_eq!([names.number("a"), names.number("b"), names.number("a")], [Some(0), Some(1), Some(0)]);
        assert_eq!((names.number("No Name"), names.all().len()), (None, 2));
        assert_eq!(names.get(Some(1)).map(SiteName::as_str), Some("b"));
    }
}
