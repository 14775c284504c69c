//! Many lives, on all processors.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use sekisho_core::watch::{Detector, Verdict};

use crate::{
    attack::{ATTACKS, Attack, Way},
    load::{DAY, Scale},
    rivals,
    world::{Guard, Tally, World},
};

/// The day on which attacks begin, and the one on which those in a campaign do; at eleven in the morning.
const BEGINS: [u64; 2] = [14, 20];
/// Attacks begin at this second of the day.
const MORNING: u64 = 11 * 3600;
/// How long a life is known beforehand, in days: a week's attack in a campaign ends within it.
const KNOWN: u64 = 30;

/// Does `work` for each of `seeds` and gives what came of it, in their order.
pub fn each<T: Send>(seeds: Range<u64>, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(seeds.start);
    let some = || {
        let turn = |_| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds.end);
        let done = (0..).map_while(turn).map(|seed| (seed, work(seed)));
        done.collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        let done =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    });
    all.sort_by_key(|(seed, _)| *seed);
    all.into_iter().map(|(_, done)| done).collect()
}

/// What one attack came to in one life.
#[derive(Debug, Clone, Default)]
pub struct Attacked {
    /// How many sessions were taken.
    pub sessions: usize,
    /// Documents that the thief saw.
    pub stolen: u64,
    /// Documents that were undecided when it began and that came until the last theft.
    pub bound: u64,
    /// Seconds until it was noticed, and refusals.
    pub noticed: Option<(u64, u64)>,
    /// What noticed it.
    pub by: Option<(Detector, Verdict)>,
    /// How often everything was paused or locked.
    pub shut: u64,
    /// Whether the vault was locked down.
    pub locked: bool,
    /// Shifts that ended since something was found, whoever's they were.
    pub ended: u64,
    /// Shifts of others than the attacker.
    pub others_ended: u64,
    /// The same attack where nothing stops it.
    pub unguarded: u64,
    /// What each rival let through before it rang, and whether it did.
    pub rivals: Vec<(u64, bool)>,
}

/// What is noticed of an attack, and what is chance: bait and floods are not about sessions, and the other way round.
fn is_about(way: Way, detector: Detector) -> bool {
    use Detector::{Canary, Enumeration, Flood, Forgery, Hours, Newcomer, Strangers};
    match (way, detector) {
        (_, Hours | Newcomer) => false,
        (Way::Unassigned | Way::Wrecks, Enumeration) => true,
        (way, Canary | Enumeration | Flood | Forgery | Strangers) => way.is_outside(),
        (way, _) => !way.is_outside(),
    }
}

impl Attacked {
    fn of(attack: &Attack, life: &Tally) -> Self {
        let about = life.noticed.iter().filter(|((detector, _), _)| is_about(attack.way, *detector));
        let first = about.min_by_key(|(_, notice)| notice.seconds);
        Self {
            sessions: life.sessions,
            stolen: life.stolen as u64,
            bound: life.bound,
            noticed: first.map(|(_, notice)| (notice.seconds, notice.asked)),
            by: first.map(|(kind, _)| *kind),
            shut: life.fell(Verdict::Pause) + life.fell(Verdict::Lockdown),
            locked: life.fell(Verdict::Lockdown) > 0,
            ended: life.fell(Verdict::EndShift),
            others_ended: life.others_ended,
            ..Self::default()
        }
    }

    fn beside(&mut self, bare: Tally) {
        // Whoever fetches has no limit in a shop without assignments but what there is.
        let fetched = bare.asked;
        self.unguarded = if fetched > 0 { fetched } else { bare.stolen as u64 };
        self.rivals = bare.rivals.iter().map(|rival| (rival.seen().loot, rival.seen().rang.is_some())).collect();
    }
}

/// A life before anything happens, at the moments at which attacks begin.
struct Prefix([World; 2]);

impl Prefix {
    fn lived(scale: Scale, seed: u64, guard: &Guard) -> Self {
        let mut world = World::new(scale, 0, KNOWN, seed, guard);
        Self(BEGINS.map(|day| {
            world.live_until(day * DAY + MORNING);
            world.clone()
        }))
    }

    fn attacked(&self, attack: &Attack) -> Tally {
        let Self([usual, campaign]) = self;
        let mut world = if attack.campaign { campaign.clone() } else { usual.clone() };
        world.begin_attack(*attack);
        let end = if attack.campaign { BEGINS[1] } else { BEGINS[0] } * DAY + MORNING + attack.seconds;
        world.live_until(end);
        world.into_tally()
    }
}

/// Tries `attacks` in the life of `seed`: with everything on, and with nothing but the rivals looking on.
pub fn attacked(scale: Scale, seed: u64, attacks: &[Attack], beside: bool) -> Vec<Attacked> {
    let ours = Prefix::lived(scale, seed, &Guard::full());
    let bare = beside.then(|| Prefix::lived(scale, seed, &Guard::of(rivals::all())));
    let one = |attack: &Attack| {
        let mut attacked = Attacked::of(attack, &ours.attacked(attack));
        // What is refused before there is a picture is no theft where nothing guards either, except for who fetches.
        let is_theft = !matches!(attack.way, Way::Noise | Way::Wrecks | Way::Unassigned);
        bare.iter().filter(|_| is_theft).for_each(|bare| attacked.beside(bare.attacked(attack)));
        attacked
    };
    attacks.iter().map(one).collect()
}

/// Tries all attacks in each of `seeds`.
pub fn all_attacked(scale: Scale, seeds: Range<u64>) -> Vec<Vec<Attacked>> {
    each(seeds, |seed| attacked(scale, seed, ATTACKS, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::Goal;

    fn tried(scale: Scale, name: &str) -> Vec<Attacked> {
        let attack = ATTACKS.iter().find(|attack| attack.name == name).unwrap();
        each(1..3, |seed| attacked(scale, seed, &[*attack], true).remove(0))
    }

    /// M19: and the control, the same thieves where nothing stops them.
    #[test]
    fn one_ridden_session_faster_than_a_person_gets_25_documents_at_most() {
        for name in ["one session, one a second", "one session, every 9 s"] {
            for Attacked { stolen, unguarded, by, .. } in tried(Scale::S, name) {
                assert!((1..=25).contains(&stolen) && unguarded > 100, "{name}: {stolen} of {unguarded}");
                assert_eq!(by, Some((Detector::Tempo, Verdict::EndShift)));
            }
        }
    }

    /// M19
    #[test]
    fn at_a_persons_pace_a_thief_gets_that_persons_day_and_is_not_noticed() {
        for Attacked { stolen, bound, .. } in tried(Scale::S, "one session, human pace") {
            assert!((30..=240).contains(&stolen) && stolen <= bound, "{stolen} of {bound}");
        }
    }

    /// M19
    #[test]
    fn all_sessions_at_once_end_in_lockdown_before_300_documents() {
        for Attacked { stolen, unguarded, bound, locked, .. } in tried(Scale::S, "all sessions, one a second") {
            assert!(locked && stolen <= 300 && stolen <= bound && unguarded > 250, "{stolen} of {unguarded}");
        }
    }

    /// M7, M19: the attack of 2021, in a vault without a way to a picture but an assignment; beside it, what the same
    /// requests fetch where there is one, and the rule of others that sees one address and not 2,000.
    #[test]
    fn what_is_fetched_without_an_assignment_is_nothing_and_noticed() {
        let attack = |way| Attack {
            seconds: 3_600,
            way,
            ..*ATTACKS.iter().find(|one| one.goal == Goal::NothingAndNoticed && one.way.is_outside()).unwrap()
        };
        let tries = [1, 2_000].map(|addresses| attack(Way::Fetches(3_050, addresses)));
        let tried = attacked(Scale::S, 3, &tries, true);
        for one in &tried {
            assert_eq!((one.stolen, one.shut, one.others_ended), (0, 0, 0));
            assert!(one.noticed.is_some_and(|(_, refusals)| refusals <= 20) && one.unguarded > 10_000, "{one:?}");
        }
        let crowdsec: Vec<_> = tried.iter().map(|one| one.rivals[0].1).collect();
        assert_eq!(crowdsec, [true, false]);
    }

    /// M26: neither the internet nor one reviewer shuts the house.
    #[test]
    fn nobody_shuts_the_house_from_outside_or_alone() {
        for name in ["to have it shut, from outside", "to have it shut, as one reviewer"] {
            for Attacked { shut, others_ended, noticed, .. } in tried(Scale::S, name) {
                assert_eq!((shut, others_ended), (0, 0), "{name}");
                assert!(noticed.is_some(), "{name}: the control: it is noticed");
            }
        }
    }

    #[test]
    fn one_seed_gives_one_life_and_a_copy_of_it_goes_on_the_same() {
        let world = World::new(Scale::S, 0, 4, 9, &Guard::full());
        let mut half = world.clone();
        half.live_until(DAY + 777);
        let (whole, halves) = (world.live(3), half.clone().live(3));
        assert_eq!(format!("{whole:?}"), format!("{halves:?}"));
    }

    #[test]
    fn seeds_are_done_each_once_and_come_in_their_order() {
        assert_eq!(each(5..105, |seed| seed * 2), (5..105).map(|seed| seed * 2).collect::<Vec<_>>());
    }
}
