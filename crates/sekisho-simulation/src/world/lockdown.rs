//! A lockdown, and what ends it.

use sekisho_core::stop::Target;
use sekisho_keeper::{
    engine::{Ask, Opener, Outcome, Reply, StartError},
    keystore,
    wire::{Answered, OperatorAnswer, OperatorRequest},
};

use super::{Keeper, World};
use crate::{
    laws::{Held, Law, Violation},
    people::PASSPHRASE,
};

fn is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Say(Reply::Operator(Ok(_))))
}

impl World {
    /// Whether the vault is locked down, by the ledger or by what a crash left in the keystore.
    pub fn is_locked_down(&self) -> bool {
        let label = keystore::label(&mut &self.disk.keystore()[..]);
        self.model.locked_down || label.ok().flatten().is_some_and(|label| label.locked_down.is_some())
    }

    /// What a server does as soon as the order is on record.
    pub(super) fn heed_lockdown(&mut self) {
        if !matches!(&self.keeper, Keeper::On(engine) if engine.is_locked_down()) {
            return;
        }
        if let Keeper::On(engine) = std::mem::replace(&mut self.keeper, Keeper::Off) {
            self.keeper = Keeper::Locked(Box::new(engine.lock()));
            self.model.process_ended();
        }
    }

    /// Whoever ordered it was answered: then it is on record.
    pub(super) fn locked_down(&mut self, answer: Answered<OperatorAnswer>) -> Held {
        if answer.is_err() {
            return Ok(());
        }
        self.refresh()?;
        let shut = self.model.locked_down && matches!(self.keeper, Keeper::Locked(_));
        if shut { Ok(()) } else { Err(Violation::of(Law::Kept, "a lockdown was acknowledged and doesn't hold")) }
    }

    /// A start or a passphrase given for every day is refused while a lockdown holds, and only then.
    pub(super) fn check_refused_start(&self, error: &StartError) -> Held {
        let lockdown = matches!(error, StartError::LockedDown);
        if lockdown && !self.is_locked_down() && self.is_clean() {
            return Err(Violation::of(Law::Works, "a lockdown holds that nobody ordered"));
        }
        Ok(())
    }

    /// A keeper has its keys: then no lockdown holds.
    pub(super) fn check_no_lockdown(&self) -> Held {
        match self.model.locked_down {
            true => Err(Violation::of(Law::Opens, "the keeper has its keys while the vault is locked down")),
            false => Ok(()),
        }
    }

    /// Viewings are stopped, or everything goes on that is stopped, by whoever runs the machine.
    pub(super) fn halt(&mut self, halt: bool) -> Held {
        self.refresh()?;
        let why = || "a simulation".to_owned();
        let asks: Vec<OperatorRequest> = match halt {
            true => vec![OperatorRequest::Stop { target: Target::Viewings, why: why() }],
            false => self.model.stopped().map(|stop| OperatorRequest::Lift { stop, why: why() }).collect(),
        };
        if asks.is_empty() {
            return self.inspect();
        }
        let count = asks.len();
        let outcomes = self.put(asks.into_iter().map(Ask::Operator).collect());
        self.refresh()?;
        let done = outcomes.filter(|all| all.iter().all(is_done)).is_some();
        let left = self.model.stopped().count();
        if done && !halt && left > 0 {
            return Err(Violation::of(Law::Kept, format!("{count} stops were lifted and {left} stand")));
        }
        self.end_call();
        self.inspect()
    }

    /// A passphrase is given for this purpose.
    pub(super) fn release(&mut self, right: bool) -> Held {
        let Keeper::Locked(locked) = std::mem::replace(&mut self.keeper, Keeper::Off) else { return self.inspect() };
        self.begin_call();
        let given: &[u8] = if right { PASSPHRASE } else { b"another passphrase" };
        match locked.unlock_by(Opener::Passphrase(given)) {
            Ok(_) if !right => return Err(Violation::of(Law::Opens, "another passphrase ends a lockdown")),
            Ok(engine) => {
                self.keeper = Keeper::On(Box::new(engine));
                self.hold_the_log()?;
                self.after_tick()?;
                return self.check_no_lockdown();
            }
            Err((_, error)) if right && self.is_clean() => {
                return Err(Violation::of(Law::Works, format!("the right passphrase ends no lockdown: {error}")));
            }
            Err((Some(still), _)) => self.keeper = Keeper::Locked(still),
            Err((None, _)) => self.bury(),
        }
        self.end_call();
        self.inspect()
    }
}
