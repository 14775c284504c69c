//! What each of the people does all day.

use sekisho_core::{check::Reason, id::AssignmentId};
use sekisho_core::{
    id::CheckId,
    ledger::receipt::{self, Receipt},
};

use crate::{
    books::Books,
    crowd::{Person, Tally},
    dice::Dice,
    ground::Ground,
    member::Member,
    pictures::Picture,
    reviewer::Reviewer,
    site::{Asked, Site},
    snag::Snag,
};

/// What people share.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) books: &'a Books,
    pub(crate) tally: &'a Tally,
    pub(crate) pictures: &'a [Picture],
    /// Milliseconds that a member thinks between two checks, at most.
    pub(crate) thinking: u64,
    /// One picture in so many is followed by a withdrawal.
    pub(crate) withdrawals: u64,
}

/// Answers in the proportion in which reviewers give them.
const REASONS: [Reason; 10] = [
    Reason::OldEnough,
    Reason::OldEnough,
    Reason::OldEnough,
    Reason::OldEnough,
    Reason::OldEnough,
    Reason::OldEnough,
    Reason::NotOldEnough,
    Reason::DocumentExpired,
    Reason::Suspicious,
    Reason::Unreadable,
];

impl World<'_> {
    /// A member after another: asked for, enters, sends a picture, perhaps withdraws.
    pub(crate) fn members(&self, me: &Person<'_>, mut dice: Dice) {
        let mut site = Site::new(self.ground);
        while me.goes_on() {
            if !me.is_open() {
                me.dawdle(50);
                continue;
            }
            let mut member = Member::new(self.ground, dice.next() as u32);
            let Some(Ok(asked)) = me.insist(self.tally, "announce", || site.ask()) else { continue };
            self.books.announced(asked.check);
            if self.enter(me, &mut site, &mut member, asked.clone()).is_some() {
                self.send(me, &mut member, asked.check, &mut dice);
            }
            me.dawdle(dice.below(self.thinking + 1));
        }
    }

    /// A link that was pressed while the answer got lost is of no more use: the site sends a fresh one.
    fn enter(&self, me: &Person<'_>, site: &mut Site<'_>, member: &mut Member, mut asked: Asked) -> Option<()> {
        loop {
            match me.insist(self.tally, "enter", || member.enter(&asked.link))? {
                Ok(()) => return Some(()),
                Err(Snag::Status(404 | 410, _)) => {
                    asked = me.insist(self.tally, "announce again", || site.ask_again(&asked))?.ok()?;
                }
                Err(_) => return None,
            }
        }
    }

    fn send(&self, me: &Person<'_>, member: &mut Member, check: CheckId, dice: &mut Dice) {
        let picture = dice.pick(self.pictures);
        let kind = if picture.good { picture.kind } else { "turned away" };
        let mut tries = 0;
        let sent = me.insist(self.tally, kind, || {
            tries += 1;
            judged(picture, tries, member.send(picture))
        });
        if !matches!(sent, Some(Ok(()))) || !picture.good {
            return;
        }
        self.books.uploaded(check);
        let _ = me.insist(self.tally, "status", || member.look());
        if dice.once_in(self.withdrawals) {
            self.books.withdrawing(check);
            if let Some(Ok(true)) = me.insist(self.tally, "withdraw", || unless_over(member.withdraw())) {
                self.books.withdrawn(check);
            }
        }
    }

    /// A reviewer's shifts.
    pub(crate) fn reviewer(&self, me: &Person<'_>, number: usize, mut dice: Dice) {
        let mut reviewer = Reviewer::new(self.ground, number);
        while me.goes_on() {
            let proven = me.insist(self.tally, "prove presence", || reviewer.prove());
            match proven {
                Some(Ok(())) => self.shift(me, &mut reviewer, &mut dice),
                _ => me.dawdle(60),
            }
        }
    }

    /// Ten assignments at most; then presence is proven again.
    fn shift(&self, me: &Person<'_>, reviewer: &mut Reviewer, dice: &mut Dice) {
        for _ in 0..10 {
            let next = loop {
                if !me.goes_on() {
                    return;
                }
                match self.tally.timed("next", || reviewer.next()) {
                    Ok(Some(next)) => break next,
                    Ok(None) => me.dawdle(50),
                    Err(snag) => return me.dawdle(if snag.will_pass() { 60 } else { 0 }),
                }
            };
            if self.review(reviewer, next, dice).is_err() {
                return;
            }
        }
    }

    fn review(&self, reviewer: &mut Reviewer, assignment: AssignmentId, dice: &mut Dice) -> Result<(), Snag> {
        let viewed = self.tally.timed("view", || reviewer.view(assignment));
        if matches!(viewed, Err(Snag::Status(409, _))) {
            return self.ask_for_another(reviewer, assignment);
        }
        let viewing = viewed?;
        self.books.saw(assignment, viewing);
        // Whoever tries to look twice must not see it twice; it would be on the books.
        if dice.once_in(4)
            && let Ok(again) = reviewer.view(assignment)
        {
            self.books.saw(assignment, again);
        }
        let reason = *dice.pick(&REASONS);
        self.tally.timed("decide", || reviewer.decide(assignment, reason))?;
        self.books.decided(assignment, reason);
        Ok(())
    }

    /// A look whose picture never came counts as the one look all the same: what is left is to ask for another one.
    fn ask_for_another(&self, reviewer: &mut Reviewer, assignment: AssignmentId) -> Result<(), Snag> {
        self.tally.timed("decide", || reviewer.decide(assignment, Reason::Unreadable))?;
        self.books.decided(assignment, Reason::Unreadable);
        Ok(())
    }

    /// The site's own work: it polls, keeps claims and receipts, and now and then ends a check.
    pub(crate) fn site(&self, me: &Person<'_>, mut dice: Dice) {
        let (mut site, key) = (Site::new(self.ground), self.ground.ledger_key());
        while me.goes_on() {
            me.dawdle(20 + dice.below(80));
            let Some(check) = self.books.any_uploaded(dice.next()) else { continue };
            match dice.below(self.withdrawals * 2) {
                0 => {
                    self.books.withdrawing(check);
                    let done = me.insist(self.tally, "site withdraws", || unless_over(site.withdraw(check)));
                    if let Some(Ok(true)) = done {
                        self.books.withdrawn(check);
                    }
                }
                1 => {
                    let _ = me.insist(self.tally, "receipt", || {
                        let receipt = Receipt::from_json(&site.receipt(check)?).map_err(|_| Snag::Odd("a receipt"))?;
                        receipt::verify(&receipt, Some(&key)).map(drop).map_err(|_| Snag::Odd("a proof"))
                    });
                }
                _ => {
                    let read = me.insist(self.tally, "poll", || site.read(check));
                    if read.is_some_and(|read| read.is_ok_and(|told| told["attestation"].is_string())) {
                        self.books.attested(check);
                    }
                }
            }
        }
    }
}

/// A picture that should be turned away and is, went as it should. One that was sent before without an answer may have
/// come in then.
fn judged(picture: &Picture, tries: usize, sent: Result<(), Snag>) -> Result<(), Snag> {
    match sent {
        Ok(()) if !picture.good => Err(Snag::Odd("a bad picture was taken")),
        Err(Snag::Status(413 | 422, _)) if !picture.good => Ok(()),
        Err(Snag::Status(409, code)) if tries > 1 && code == "check_over" => Ok(()),
        other => other,
    }
}

/// Whether a check was withdrawn; not, if it was decided a moment before.
fn unless_over(done: Result<(), Snag>) -> Result<bool, Snag> {
    match done {
        Ok(()) => Ok(true),
        Err(Snag::Status(409, _)) => Ok(false),
        Err(snag) => Err(snag),
    }
}
