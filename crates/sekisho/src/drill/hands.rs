//! One assignment in many hands at once, each with a copy of the session and connections of its own.

use std::{sync::Barrier, thread};

use super::{
    DrillError,
    sought::{Got, Sought},
};
use crate::demo::{Look, StoryError};

/// What many hands got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spent {
    /// What was shown.
    pub got: Got,
    /// How often it was tried.
    pub tried: u64,
    /// How often it was refused.
    pub refused: u64,
}

impl Spent {
    fn take(&mut self, sought: &Sought, (status, page): &(u16, String)) {
        self.got += sought.within(page.as_bytes());
        self.tried += 1;
        self.refused += u64::from((400..500).contains(status));
    }
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, more: Self) {
        self.got += more.got;
        self.tried += more.tried;
        self.refused += more.refused;
    }
}

/// Asks for the picture of one assignment with `hands` hands in the same moment, each `times` times.
pub(super) fn spend(look: &Look, sought: &Sought, hands: usize, times: usize) -> Result<Spent, DrillError> {
    let together = Barrier::new(hands);
    let copies = (0..hands).map(|_| look.copied()).collect::<Result<Vec<_>, _>>()?;
    let pages = thread::scope(|scope| {
        let one = |mut hand: Look| {
            together.wait();
            (0..times).map(|_| hand.view()).collect::<Result<Vec<_>, StoryError>>()
        };
        let hands: Vec<_> = copies.into_iter().map(|hand| scope.spawn(move || one(hand))).collect();
        hands.into_iter().map(|hand| hand.join().map_err(|_| DrillError::Unfinished("a hand"))).collect::<Vec<_>>()
    });
    let mut spent = Spent::default();
    for pages in pages {
        pages??.iter().for_each(|page| spent.take(sought, page));
    }
    Ok(spent)
}
