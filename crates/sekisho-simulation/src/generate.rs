//! Scripts by chance.

use sekisho_core::{check::Reason, time::HOUR};

use crate::{
    chance::Chance,
    op::{Op, Step},
    people::{MEMBERS, SITES},
    wire::{Fault, Kept, Strikes},
    world::{State, World},
};

const DAY: u64 = 24 * HOUR;

/// What may happen in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taste {
    /// One step in so many meets a fault; none if zero.
    pub faults: u64,
    /// Whether processes stop, are killed and start.
    pub starts: bool,
    /// Whether clocks leap and disks fill up.
    pub trouble: bool,
}

impl Taste {
    /// Everything.
    pub const ALL: Self = Self { faults: 4, starts: true, trouble: true };
    /// A quiet installation: no fault, no restart, a clock that is right.
    pub const QUIET: Self = Self { faults: 0, starts: false, trouble: false };
    /// Restarts, and nothing else out of order.
    pub const STARTS: Self = Self { faults: 0, starts: true, trouble: false };
}

/// The next step, for what state things are in.
pub fn next(chance: &mut Chance, world: &World, taste: Taste) -> Step {
    let op = match world.state() {
        State::Off => start(chance, taste),
        State::Locked if world.is_locked_down() => locked_down(chance),
        State::Locked => locked(chance),
        State::On => on(chance, world, taste),
    };
    let faults = if taste.faults > 0 && chance.one_in(taste.faults) { faults(chance, &op) } else { Vec::new() };
    Step { op, faults }
}

fn start(chance: &mut Chance, taste: Taste) -> Op {
    if taste.trouble && chance.one_in(6) {
        return clock(chance);
    }
    let off = match chance.below(8) {
        0 => chance.below(5 * DAY),
        1 | 2 => chance.below(10 * HOUR),
        _ => chance.below(120),
    };
    let power = chance.one_in(2).then(|| chance.draw());
    Op::Start { off, unlock: !chance.one_in(5), power }
}

fn locked(chance: &mut Chance) -> Op {
    match chance.below(14) {
        0 => Op::Pass(chance.below(3 * DAY)),
        1 => Op::Pass(chance.below(3 * HOUR)),
        2 => Op::Unlock(false),
        3 => Op::Kill,
        4..8 => at_the_door(chance),
        _ => Op::Unlock(true),
    }
}

fn locked_down(chance: &mut Chance) -> Op {
    match chance.below(16) {
        0 => Op::Pass(chance.below(3 * DAY)),
        1 | 2 => Op::Unlock(true),
        3 => Op::Release(false),
        4 => Op::Kill,
        5 => Op::Pass(chance.below(3 * HOUR)),
        6..11 => at_the_door(chance),
        _ => Op::Release(true),
    }
}

/// What goes on at the gate while the keeper is locked.
fn at_the_door(chance: &mut Chance) -> Op {
    let (site, member, n) =
        (chance.below(SITES.into()) as u8, chance.below(MEMBERS.into()) as u8, chance.draw() as u16);
    match chance.below(10) {
        0 => Op::Again(n),
        1 => Op::Resend(n),
        2 => Op::Bent(n as u8),
        3 => Op::Ask(n),
        4 => Op::Deliver(chance.one_in(2)),
        5 => Op::Withdraw(n),
        6 => Op::WithdrawByMember(n),
        _ => Op::Submit { site, member, expires: if chance.one_in(5) { 30 } else { 86_400 } },
    }
}

fn clock(chance: &mut Chance) -> Op {
    let size = match chance.below(4) {
        0 => chance.below(400),
        1 => chance.below(30 * HOUR),
        2 => chance.below(100 * HOUR),
        _ => 365 * DAY,
    };
    match chance.below(5) {
        0 | 1 => Op::Mend,
        2 => Op::Leap(-(size as i64)),
        _ => Op::Leap(size as i64),
    }
}

fn on(chance: &mut Chance, world: &World, taste: Taste) -> Op {
    // A doubt that nobody ends would make the rest of a run dull.
    if world.is_in_doubt() && chance.one_in(4) {
        let ends = [Op::Mend, Op::Shift(2), Op::Confirm, Op::Shift(2), Op::Confirm];
        return chance.pick(&ends.each_ref()).clone();
    }
    if world.is_full() && chance.one_in(4) {
        return Op::Full(false);
    }
    match chance.below(100) {
        0..4 if taste.starts => Op::Stop,
        4..7 if taste.starts => Op::Kill,
        7 if taste.starts => Op::LockDown,
        8..13 if taste.trouble => clock(chance),
        13 if taste.trouble => Op::Full(true),
        14..16 => Op::Batch((0..chance.between(2, 4)).map(|_| single(chance)).collect()),
        16..40 => pass(chance),
        40..60 => review(chance),
        _ => single(chance),
    }
}

fn pass(chance: &mut Chance) -> Op {
    match chance.below(12) {
        0 => Op::Pass(chance.below(4 * DAY)),
        1..4 => Op::Pass(chance.below(4 * HOUR)),
        4 => Op::Sleep(chance.below(12 * HOUR)),
        5 => Op::Sleep(0),
        6 => Op::Tick,
        _ => Op::Pass(chance.below(HOUR / 2)),
    }
}

fn reason(chance: &mut Chance) -> Reason {
    chance.pick(&Reason::ALL)
}

fn review(chance: &mut Chance) -> Op {
    let person = chance.below(2) as u8;
    match chance.below(8) {
        0 => Op::Shift(person),
        1 => Op::Next(person),
        2 => Op::View(person),
        3 => Op::Decide(person, reason(chance)),
        _ => Op::Review(person, reason(chance)),
    }
}

fn single(chance: &mut Chance) -> Op {
    let (site, member, n) =
        (chance.below(SITES.into()) as u8, chance.below(MEMBERS.into()) as u8, chance.draw() as u16);
    match chance.below(40) {
        0..12 => Op::Submit { site, member, expires: if chance.one_in(5) { 30 } else { 86_400 } },
        12..16 => Op::Again(n),
        16 | 17 => Op::Resend(n),
        18 => Op::Bent(n as u8),
        19 => Op::Orphan,
        20..22 => Op::Withdraw(n),
        22 | 23 => Op::WithdrawByMember(n),
        24 => Op::Leave { site, member },
        25 | 26 => Op::Deliver(chance.one_in(2)),
        27 | 28 => Op::Ask(n),
        29 => Op::Shift(2),
        30 => Op::Pause(chance.one_in(3)),
        31 => Op::Pause(false),
        32 if chance.one_in(3) => Op::Halt(chance.one_in(2)),
        32 => Op::EndShift(n as u8),
        33 => Op::Confirm,
        34 => Op::Next(n as u8),
        35 => Op::View(n as u8),
        36 => Op::Decide(n as u8, reason(chance)),
        37 => Op::Refused(n as u8 % 4),
        _ => Op::Tick,
    }
}

/// Where a step's writes are many, faults strike late as well as early.
fn faults(chance: &mut Chance, op: &Op) -> Vec<Fault> {
    let many = match op {
        Op::Pass(_) | Op::Start { .. } => 160,
        Op::Tick | Op::Sleep(_) | Op::Unlock(_) | Op::Release(_) => 40,
        _ => 8,
    };
    let count = if chance.one_in(4) { chance.between(2, 5) } else { 1 };
    (0..count).map(|_| fault(chance, many)).collect()
}

fn fault(chance: &mut Chance, many: u64) -> Fault {
    let on = if chance.one_in(4) { Strikes::Statement } else { Strikes::Write };
    let reach = if on == Strikes::Statement { many * 40 } else { many };
    let kept = match chance.below(8) {
        0..3 => Kept::Nothing,
        3..6 => Kept::All,
        6 => Kept::Front(chance.draw() as u8),
        _ => Kept::Back(chance.draw() as u8),
    };
    Fault { on, at: chance.below(reach) as u32, dies: chance.one_in(2), kept }
}
