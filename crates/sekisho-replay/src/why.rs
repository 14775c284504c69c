//! Why an attack gets more than it should, or is noticed later: a sentence for each kind of them.

use sekisho_core::budget::Limits;

use crate::attack::{
    Attack,
    Way::{DripDecided, DripLapsed, Every, Fetches, Rides, Rogue, Unassigned},
};

impl Attack {
    /// Why it gets more than it should, or is noticed later.
    pub fn why_lost(&self) -> String {
        match (self.way, self.sessions) {
            (Rogue, _) => "who works as always and copies what they see does nothing that can be counted. Their share \
                           of the work is the bound; on heavy days that is more than the average day of 150"
                .into(),
            (Rides, _) => format!(
                "a thief at a person's pace, in each shift, is that person to whoever counts, and {} is what bounds it",
                a_persons_day()
            ),
            (Every(_), 1) => format!(
                "that is as fast as the budget lets a person be, so nothing finds it, and {} ends it: fewer would cost \
                 members hours",
                a_persons_day()
            ),
            (_, 1) => format!(
                "a thief who never rests gets more of the common queue than the person would; where work is waiting, \
                 {} ends it and nothing sooner",
                a_persons_day()
            ),
            _ => self.why_many_lost().into(),
        }
    }

    /// The same for what is done with many sessions, or with none.
    const fn why_many_lost(&self) -> &'static str {
        match self.way {
            DripDecided(..) => {
                "a look that is decided leaves nothing to count: each costs a verdict that the person whose session it \
                 is never gave. What arrives bounds it. Documents whose answer is known (`sekisho canary`) show blind \
                 verdicts, to whoever looks at them"
            }
            DripLapsed(_) => {
                "few looks a day, so that the test, which has to let honest lapses pass, takes days to be sure; at \
                 three lapses each shift ends by itself"
            }
            Fetches(..) => {
                "each address asks once or twice, and only the first eight of a minute are named, so that nobody \
                 floods the ledger: the rest is summed up. No picture is at stake"
            }
            Every(_) => {
                "so many sessions at once show a few pictures each before three of them are stopped together and all is \
                 locked down; with hundreds of reviewers that is more than 300"
            }
            Unassigned => "refusals of one session are summed up",
            _ => {
                "many sessions at a person's pace are many people to whoever counts. Nothing rings; what arrives and \
                 each one's budget bound it"
            }
        }
    }
}

/// The budget of a person's day, as it is.
fn a_persons_day() -> String {
    let limits = Limits::default();
    let (day, hours) = (limits.person.day, limits.relief.after_hours);
    let most = limits.relief.day_at_most;
    let waited = if hours == 1 { "an hour".into() } else { format!("{hours} hours") };
    format!("the budget of {day} a day (up to {most} while documents have waited for {waited})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::ATTACKS;

    #[test]
    fn the_budget_in_a_sentence_is_the_one_that_holds() {
        let ridden = ATTACKS.iter().find(|attack| matches!(attack.way, Rides)).unwrap().why_lost();
        assert!(ridden.contains(&format!("{} a day", Limits::default().person.day)), "{ridden}");
    }
}
