//! The storm: people at work, a random moment, a kill, and everything held against everybody's own record.

use std::{
    collections::BTreeMap,
    fmt, thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use sekisho::supervisor::Role;
use serde::Serialize;

use crate::{
    books::Books,
    crowd::{Tally, Whistle},
    dice::Dice,
    ground::{Ground, until},
    lives::World,
    pictures,
    processes::{self, is_gone},
    verify::{Finding, Verifier, waiting},
};

/// After so long without a decision nobody is given what waits.
const NO_PROGRESS: Duration = Duration::from_secs(60);

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Orders {
    pub(crate) rounds: u64,
    /// Chooses victims and moments, and what people do. Real time doesn't come again: a seed repeats the plan, not the
    /// interleaving.
    pub(crate) seed: u64,
}

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Role(Role),
    Supervisor,
    Everything,
}

impl fmt::Display for Victim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "{role}"),
            Self::Supervisor => f.write_str("supervisor"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) rounds: u64,
    pub(crate) kills: BTreeMap<String, u64>,
    /// Pieces of acknowledged work at the end; each was checked in every round after it.
    pub(crate) acknowledged: usize,
    /// Entries of the ledger at the end.
    pub(crate) entries: usize,
    /// Uploads that were never acknowledged and whose ciphertext lies there until it is swept.
    pub(crate) orphans: usize,
    pub(crate) webhooks: usize,
    /// Acknowledged work that was not there, or anything else that is not as it must be.
    pub(crate) losses: Vec<String>,
    pub(crate) unlogged_viewings: usize,
    pub(crate) panics: usize,
    /// The longest time until it stood again, in milliseconds.
    pub(crate) longest_down_ms: u128,
    pub(crate) seconds: u64,
}

impl Report {
    /// The line that a campaign ends with.
    pub(crate) fn last_line(&self) -> String {
        let kills: Vec<_> = self.kills.iter().map(|(victim, times)| format!("{victim} {times}")).collect();
        format!(
            "storm: {} rounds (seed {}), killed: {}; {} acknowledged pieces of work checked, {} losses, {} unlogged \
             viewings, {} panics",
            self.rounds,
            self.seed,
            kills.join(", "),
            self.acknowledged,
            self.losses.len(),
            self.unlogged_viewings,
            self.panics
        )
    }

    /// Whether nothing was found.
    pub(crate) fn is_clean(&self) -> bool {
        self.losses.is_empty() && self.unlogged_viewings == 0 && self.panics == 0
    }

    fn take(&mut self, round: u64, victim: Option<Victim>, finding: Finding) {
        let after = victim.map_or_else(|| "at the end".to_owned(), |victim| format!("round {round}, {victim} killed"));
        self.losses.extend(finding.losses.into_iter().map(|loss| format!("{after}: {loss}")));
        self.unlogged_viewings += finding.unlogged_viewings;
        (self.acknowledged, self.entries, self.orphans) = (finding.checked, finding.entries, finding.orphans);
        self.webhooks = finding.webhooks;
    }
}

/// Rides the storm. `say` hears of each round.
pub(crate) fn ride(orders: Orders, mut say: impl FnMut(&str)) -> Report {
    let began = Instant::now();
    let ground = Ground::found(3);
    ground.serve();
    let mut dice = Dice::new(orders.seed);
    let (books, tally, whistle) = (Books::default(), Tally::default(), Whistle::default());
    let mut pictures = vec![pictures::card(); 12];
    pictures.extend(pictures::photographs(1, &mut dice));
    let world =
        World { ground: &ground, books: &books, tally: &tally, pictures: &pictures, thinking: 120, withdrawals: 8 };
    let mut report = Report { seed: orders.seed, ..Report::default() };
    thread::scope(|scope| {
        for _ in 0..3 {
            let (me, dice) = (whistle.join(), dice.other());
            scope.spawn(move || world.members(&me, dice));
        }
        for number in 0..3 {
            let (me, dice) = (whistle.join(), dice.other());
            scope.spawn(move || world.reviewer(&me, number, dice));
        }
        let (me, others) = (whistle.join(), dice.other());
        scope.spawn(move || world.site(&me, others));
        let over = whistle.over();
        let mut verifier = Verifier::new(&ground);
        for round in 0..orders.rounds {
            let victim = one_round(&ground, &whistle, &mut dice, &mut report);
            report.take(round, Some(victim), verifier.verify(&books));
            report.rounds += 1;
            say(&format!(
                "round {round}: {victim} killed; {} pieces of work, {} losses, {} s",
                report.acknowledged,
                report.losses.len(),
                began.elapsed().as_secs()
            ));
        }
        work_off(&ground, &whistle, &mut report);
        report.take(orders.rounds, None, verifier.verify(&books));
        drop(over);
    });
    report.panics = ground.log().lines().filter(|line| line.contains("panic")).count();
    report.seconds = began.elapsed().as_secs();
    report
}

/// Nobody new comes, and the reviewers decide everything that waits: nothing may be left that nobody is given.
fn work_off(ground: &Ground, whistle: &Whistle, report: &mut Report) {
    whistle.close();
    whistle.go();
    let (mut left, mut since) = (usize::MAX, Instant::now());
    // A busy machine takes its time; what counts is that it goes on.
    while left > 0 && since.elapsed() < NO_PROGRESS {
        thread::sleep(Duration::from_millis(200));
        // In this order: who went has sent what they send.
        let now = whistle.inside() + waiting(ground);
        if now < left {
            (left, since) = (now, Instant::now());
        }
    }
    whistle.rest();
    if let left @ 1.. = waiting(ground) {
        report.losses.push(format!("at the end: {left} documents wait and no reviewer is given them"));
    }
}

/// Work, a kill in the middle of it, work goes on over it, and everybody rests.
fn one_round(ground: &Ground, whistle: &Whistle, dice: &mut Dice, report: &mut Report) -> Victim {
    let victim = match dice.below(8) {
        7 => Victim::Everything,
        6 => Victim::Supervisor,
        role => Victim::Role(Role::ALL[role as usize]),
    };
    whistle.go();
    thread::sleep(Duration::from_millis(60 + dice.below(1_200)));
    let struck = Instant::now();
    strike(ground, victim);
    ground.until_well();
    report.longest_down_ms = report.longest_down_ms.max(struck.elapsed().as_millis());
    *report.kills.entry(victim.to_string()).or_default() += 1;
    whistle.rest();
    victim
}

fn strike(ground: &Ground, victim: Victim) {
    let (supervisor, roles) = (ground.supervisor(), ground.roles());
    match victim {
        Victim::Role(role) => {
            let pids: Vec<u32> = roles.iter().filter(|(known, _)| *known == role).map(|(_, pid)| *pid).collect();
            pids.iter().for_each(|pid| processes::send(*pid, Signal::KILL));
            let is_back = |(known, pid): &(Role, u32)| *known == role && !pids.contains(pid);
            until("the role is back", || ground.roles().iter().any(is_back));
        }
        Victim::Supervisor | Victim::Everything => {
            processes::send(supervisor, Signal::KILL);
            if victim == Victim::Everything {
                roles.iter().for_each(|(_, pid)| processes::send(*pid, Signal::KILL));
            }
            ground.bury();
            // Whoever starts it again at once finds the old roles at their last work: it must be refused, or go well.
            ground.serve();
            until("the old roles are gone", || roles.iter().all(|(_, pid)| is_gone(*pid)));
        }
    }
}
