//! What each of the people does all day.

use std::time::{Duration, Instant};

use sekisho_core::{check::Reason, id::AssignmentId};
use sekisho_core::{
    id::CheckId,
    ledger::{
        VerifierKey,
        receipt::{self, Receipt},
    },
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
            let Some(_visit) = me.comes() else {
                me.dawdle(50);
                continue;
            };
            let mut member = Member::new(self.ground, dice.next() as u32);
            let Some(asked) = self.ask(me, "announce", &mut site, |site| site.ask()) else { continue };
            self.books.announced(asked.check);
            if self.enter(me, &mut site, &mut member, asked.clone()).is_some() {
                self.send(me, &mut member, asked.check, &mut dice);
            }
            me.dawdle(dice.below(self.thinking + 1));
        }
    }

    /// Asks until it is told something; told to come later, it comes later.
    fn ask(
        &self,
        me: &Person<'_>,
        kind: &'static str,
        site: &mut Site<'_>,
        step: impl Fn(&mut Site<'_>) -> Result<Asked, Snag>,
    ) -> Option<Asked> {
        while me.goes_on() {
            match self.tally.timed(kind, || step(site)) {
                Err(snag) if snag.will_pass() => wait(me, site.told_to_wait.take()),
                done => return done.ok(),
            }
        }
        None
    }

    /// A link that was pressed while the answer got lost is of no more use: the site sends a fresh one.
    fn enter(&self, me: &Person<'_>, site: &mut Site<'_>, member: &mut Member, mut asked: Asked) -> Option<()> {
        loop {
            match me.insist(self.tally, "enter", || member.enter(&asked.link))? {
                Ok(()) => return Some(()),
                Err(Snag::Status(404 | 410, _)) => {
                    asked = self.ask(me, "announce again", site, |site| site.ask_again(&asked))?;
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

    /// The site's own work: it reads what a webhook told of, keeps claims and receipts, now and then looks by itself
    /// and ends a check. Told to come later, it comes later.
    pub(crate) fn site(&self, me: &Person<'_>, mut dice: Dice) {
        let (mut site, key, mut heard) = (Site::new(self.ground), self.ground.ledger_key(), 0);
        while me.goes_on() {
            me.dawdle(20 + dice.below(80));
            let any = self.books.any_uploaded(dice.next());
            let done = match (dice.below(self.withdrawals * 2), any) {
                (0, Some(check)) => self.end(&mut site, check),
                (1, Some(check)) => self.tally.timed("receipt", || receipt(&mut site, check, &key)),
                (2, Some(check)) => self.read(&mut site, "poll", check),
                _ => match self.ground.hook.news(heard) {
                    Some(check) => self.read(&mut site, "read", check).inspect(|()| heard += 1),
                    None => Ok(()),
                },
            };
            if done.is_err_and(|snag| snag.will_pass()) {
                wait(me, site.told_to_wait.take());
            }
        }
    }

    fn end(&self, site: &mut Site<'_>, check: CheckId) -> Result<(), Snag> {
        self.books.withdrawing(check);
        if self.tally.timed("site withdraws", || unless_over(site.withdraw(check)))? {
            self.books.withdrawn(check);
        }
        Ok(())
    }

    fn read(&self, site: &mut Site<'_>, kind: &'static str, check: CheckId) -> Result<(), Snag> {
        if self.tally.timed(kind, || site.read(check))?["attestation"].is_string() {
            self.books.attested(check);
        }
        Ok(())
    }
}

fn receipt(site: &mut Site<'_>, check: CheckId, key: &VerifierKey) -> Result<(), Snag> {
    let receipt = Receipt::from_json(&site.receipt(check)?).map_err(|_| Snag::Odd("a receipt"))?;
    receipt::verify(&receipt, Some(key)).map(drop).map_err(|_| Snag::Odd("a proof"))
}

/// Waits as long as was asked for, but not beyond the end.
fn wait(me: &Person<'_>, told: Option<Duration>) {
    let until = Instant::now() + told.unwrap_or(Duration::from_millis(60));
    while Instant::now() < until && me.goes_on() {
        me.dawdle(50);
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
