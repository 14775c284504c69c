//! Runs: by seed or by script.

use sekisho_core::{check::Reason, time::HOUR};

use crate::{
    chance::Chance,
    clock::START,
    generate::{self, Taste},
    laws::Violation,
    op::{Op, Step},
    planted::Planted,
    world::{State, World},
};

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was done.
    pub script: Vec<Step>,
    /// The law that was broken, and at which step.
    pub violation: Option<(usize, Violation)>,
    /// A digest of all that happened.
    pub digest: String,
    /// Processes that died.
    pub crashes: u64,
    /// Faults that struck, deaths among them.
    pub faults: u64,
    /// Calls of the keeper.
    pub calls: u64,
    /// Documents that the keeper received.
    pub documents: u64,
    /// Simulated seconds.
    pub seconds: u64,
}

impl Report {
    fn of(world: &World, script: Vec<Step>, violation: Option<(usize, Violation)>) -> Self {
        let (crashes, faults) = world.disk.wire.tally();
        let received = world.model.documents.values().filter(|it| it.received == crate::model::Known::Yes).count();
        Self {
            violation,
            digest: world.digest(),
            crashes,
            faults,
            calls: world.call,
            documents: received as u64,
            seconds: world.clock.truth().since(START),
            script,
        }
    }
}

/// What ends every run: what was out of order is set right, and an hour is lived in peace.
fn ending(world: &World, taste: Taste) -> Vec<Op> {
    let mut ops = vec![Op::Full(false), Op::Mend];
    match world.state() {
        State::Off => ops.extend([Op::Start { off: 5, unlock: true, power: None }, Op::Release(true)]),
        State::Locked => ops.push(Op::Release(true)),
        State::On => {}
    }
    let officer = [Op::Shift(2), Op::Confirm, Op::Pause(false), Op::Halt(false), Op::Tick];
    let work = [Op::Submit { site: 0, member: 1, expires: 3600 }, Op::Pass(2 * HOUR), Op::Shift(0), Op::Tick];
    ops.extend(officer.into_iter().chain(work));
    ops.push(Op::Review(0, Reason::OldEnough));
    if taste.starts {
        ops.extend([Op::Stop, Op::Start { off: 5, unlock: true, power: None }]);
    }
    ops
}

/// A run of so many steps by chance.
pub fn by_seed(seed: u64, steps: usize, taste: Taste, planted: Planted) -> Report {
    let (mut world, mut chance) = (World::founded(seed, planted), Chance::new(seed ^ 0x0D1C_E5ED));
    let mut script = Vec::new();
    let mut peace: Option<std::vec::IntoIter<Op>> = None;
    loop {
        let step = match &mut peace {
            Some(ops) => match ops.next() {
                Some(op) => Step::new(op),
                None => return Report::of(&world, script, None),
            },
            None if script.len() >= steps => {
                peace = Some(ending(&world, taste).into_iter());
                continue;
            }
            None => generate::next(&mut chance, &world, taste),
        };
        script.push(step.clone());
        if let Err(violation) = world.perform(&step) {
            let at = script.len() - 1;
            return Report::of(&world, script, Some((at, violation)));
        }
    }
}

/// A run of a script and of what ends every run.
pub fn by_script_to_its_end(seed: u64, script: &[Step]) -> Report {
    let mut world = World::founded(seed, Planted::Nothing);
    let mut done = Vec::new();
    let mut rest: std::collections::VecDeque<Step> = script.iter().cloned().collect();
    let mut ended = false;
    while let Some(step) = rest.pop_front() {
        done.push(step.clone());
        if let Err(violation) = world.perform(&step) {
            let at = done.len() - 1;
            return Report::of(&world, done, Some((at, violation)));
        }
        if rest.is_empty() && !ended {
            ended = true;
            rest.extend(ending(&world, Taste::STARTS).into_iter().map(Step::new));
        }
    }
    Report::of(&world, done, None)
}

/// A run of a script, on an installation that was founded by `seed`.
pub fn by_script(seed: u64, script: &[Step], planted: Planted) -> Report {
    let mut world = World::founded(seed, planted);
    for (at, step) in script.iter().enumerate() {
        if let Err(violation) = world.perform(step) {
            return Report::of(&world, script[..=at].to_vec(), Some((at, violation)));
        }
    }
    Report::of(&world, script.to_vec(), None)
}
