//! Short scripts, struck at each of their writes in each way that a write can fail.

use sekisho_core::{check::Reason, time::HOUR};

use crate::{
    laws::Violation,
    op::{Op, Step},
    planted::Planted,
    run::{self, Report},
    wire::{Fault, Kept, Strikes, Write},
    world::World,
};

/// A script that is struck everywhere, by its name.
pub type Named = (&'static str, Vec<Op>);

/// What is struck.
pub fn scripts() -> Vec<Named> {
    let submit = |site, member| Op::Submit { site, member, expires: 86_400 };
    let work = vec![
        submit(0, 0),
        submit(1, 1),
        submit(0, 2),
        Op::Review(0, Reason::OldEnough),
        Op::WithdrawByMember(1),
        Op::Pass(HOUR),
        Op::Review(1, Reason::Unreadable),
        Op::Deliver(true),
        Op::Pass(HOUR),
    ];
    let locked = vec![
        submit(0, 0),
        submit(1, 1),
        Op::Stop,
        Op::Start { off: 6 * HOUR, unlock: false, power: Some(7) },
        Op::Unlock(true),
        Op::Pass(HOUR),
    ];
    let clocks = vec![
        submit(0, 0),
        submit(1, 1),
        Op::Shift(2),
        Op::Leap(30 * HOUR as i64),
        Op::Tick,
        Op::Confirm,
        Op::Tick,
        Op::Leave { site: 0, member: 0 },
    ];
    let shut = vec![
        submit(0, 0),
        Op::Shift(0),
        Op::Next(0),
        Op::Batch(vec![Op::View(0), Op::LockDown]),
        Op::Unlock(true),
        Op::Kill,
        Op::Start { off: HOUR, unlock: true, power: Some(7) },
        Op::Release(true),
        Op::Review(1, Reason::OldEnough),
    ];
    let waiting = vec![
        submit(0, 0),
        Op::LockDown,
        submit(0, 1),
        Op::Pass(3 * HOUR),
        submit(0, 2),
        Op::Kill,
        Op::Start { off: HOUR, unlock: false, power: Some(7) },
        submit(0, 3),
        Op::WithdrawByMember(1),
        Op::Release(true),
        Op::Halt(false),
        Op::Review(0, Reason::OldEnough),
        Op::Review(1, Reason::OldEnough),
        Op::Pass(HOUR),
    ];
    vec![
        ("a lockdown", shut),
        ("what waits", waiting),
        ("a day's work", work),
        ("away past a deadline", locked),
        ("a clock that leaps", clocks),
    ]
}

/// What a sweep came to.
#[derive(Debug, Default)]
pub struct Swept {
    /// Writes in the script.
    pub points: u64,
    /// Runs, one for each way in which each of them fails.
    pub runs: u64,
    /// Calls of the keeper.
    pub calls: u64,
    /// Steps.
    pub steps: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Simulated seconds.
    pub seconds: u64,
    /// The first script that broke a law.
    pub broken: Option<(Vec<Step>, Violation)>,
}

impl Swept {
    fn add(&mut self, report: Report) {
        self.runs += 1;
        self.calls += report.calls;
        self.steps += report.script.len() as u64;
        self.crashes += report.crashes;
        self.seconds += report.seconds;
        if let Some((_, violation)) = report.violation {
            self.broken.get_or_insert((report.script, violation));
        }
    }
}

/// The ways in which a write can fail, for a process that dies over it and for one that goes on.
fn ways(write: Write) -> Vec<(bool, Kept)> {
    let torn = [Kept::Front(128), Kept::Back(128), Kept::Front(12), Kept::Back(250)];
    let whole = [Kept::Nothing, Kept::All];
    let kept = whole.into_iter().chain(torn.into_iter().filter(|_| matches!(write, Write::Record(_) | Write::Journal)));
    kept.flat_map(|kept| [(true, kept), (false, kept)]).collect()
}

/// The writes of each step of a script that nothing strikes.
fn writes(seed: u64, script: &[Step]) -> Vec<Vec<Write>> {
    let mut world = World::founded(seed, Planted::Nothing);
    let met = |step| {
        let held = world.perform(step);
        held.expect("a script that nothing strikes breaks no law");
        world.met()
    };
    script.iter().map(met).collect()
}

/// Strikes a script at each of its writes in each way; every `stride`th of them, so that a test can do with fewer.
pub fn sweep(seed: u64, ops: &[Op], stride: usize) -> Swept {
    let script: Vec<Step> = ops.iter().cloned().map(Step::new).collect();
    let mut swept = Swept::default();
    let mut strikes = Vec::new();
    for (step, writes) in writes(seed, &script).into_iter().enumerate() {
        swept.points += writes.len() as u64;
        for (write, at) in writes.into_iter().zip(0..) {
            let fault = |(dies, kept)| Fault { on: Strikes::Write, at, dies, kept };
            strikes.extend(ways(write).into_iter().map(fault).map(|fault| (step, fault)));
        }
    }
    for (step, fault) in strikes.into_iter().step_by(stride.max(1)) {
        let mut struck = script.clone();
        struck[step].faults.push(fault);
        swept.add(run::by_script_to_its_end(seed, &struck));
    }
    swept
}
