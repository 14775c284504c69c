//! Whoever holds a reviewer's live session, and takes what it gives.

use base64ct::{Base64, Encoding};
use sekisho_inspect::{decode::decode, wire::Limits};

use super::{DrillError, lookout::Lookout};
use crate::demo::{Answer, House, OnShift};

/// A thief, and the reviewer whose session it is.
pub(super) struct Thief {
    reviewer: usize,
    pub session: OnShift,
    /// Pictures that came and are pictures.
    pub pictures: u64,
}

/// What came of asking for one document more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its picture.
    Picture,
    /// Nothing waits.
    Nothing,
    /// Not now.
    Refused,
    /// The shift is over: the cookie is worth nothing any more.
    Over,
}

impl Thief {
    /// Takes a copy of a session that its reviewer has just begun.
    pub(super) fn of(house: &House, reviewer: usize) -> Result<Self, DrillError> {
        let session = house.begin_shift(reviewer)?.copied()?;
        Ok(Self { reviewer, session, pictures: 0 })
    }

    /// Asks for the next document, and looks. Whoever sits at that machine touches the passkey when it is asked for:
    /// the worst case.
    pub(super) fn take(&mut self, house: &House) -> Result<Taken, DrillError> {
        let mut answer = self.session.ask_next()?;
        if answer.asks_for_the_passkey() {
            self.session.touch(house.passkey_of(self.reviewer)?)?;
            answer = self.session.ask_next()?;
        }
        if !answer.is_done() {
            return Ok(refused(&answer));
        }
        if self.session.assignment().is_none() {
            return Ok(Taken::Nothing);
        }
        let answer = self.session.view(None)?;
        Ok(if self.keep(&answer) { Taken::Picture } else { refused(&answer) })
    }

    /// The same, and decides at once, whatever is to be seen.
    pub(super) fn take_and_decide(&mut self, house: &House) -> Result<Taken, DrillError> {
        let taken = self.take(house)?;
        if taken == Taken::Picture {
            self.session.decide("old_enough")?;
        }
        Ok(taken)
    }

    /// Keeps what is a picture.
    pub(super) fn keep(&mut self, answer: &Answer) -> bool {
        let is_picture = decodes(&answer.page);
        self.pictures += u64::from(is_picture);
        is_picture
    }

    /// As fast as it can: takes, looks, decides at once, and asks again when it is refused, until the session is over,
    /// nothing waits, or it was refused `patience` times in a row.
    pub(super) fn take_all(
        &mut self,
        house: &House,
        lookout: &mut Lookout,
        patience: u32,
    ) -> Result<Taken, DrillError> {
        let mut refusals = 0;
        loop {
            let taken = self.take_and_decide(house)?;
            lookout.look(self.session.requests())?;
            match taken {
                Taken::Picture => refusals = 0,
                Taken::Refused if refusals < patience => refusals += 1,
                end => return Ok(end),
            }
        }
    }
}

fn refused(answer: &Answer) -> Taken {
    if answer.is_over() { Taken::Over } else { Taken::Refused }
}

/// Whether the page has a picture that can be decoded, not just bytes of one.
pub(super) fn decodes(page: &str) -> bool {
    let encoded = page.split_once(";base64,").and_then(|(_, rest)| rest.split('"').next());
    let bytes = encoded.and_then(|encoded| Base64::decode_vec(encoded).ok());
    bytes.is_some_and(|bytes| decode(&bytes, &Limits::UPLOAD).is_ok())
}
