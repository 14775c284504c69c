//! Starts and ends of the keeper's process.

use std::sync::Arc;

use sekisho_core::time::Timestamp;
use sekisho_keeper::{
    engine::{Locked, Parts, StartError},
    keystore::Keystore,
};

use super::{Keeper, World};
use crate::{
    chance::Chance,
    disk::database,
    laws::{Held, Law, Violation},
    model::time::Bounds,
    people::PASSPHRASE,
    planted::Planted,
};

impl World {
    /// A process starts, after the machine was off for so long.
    pub(super) fn start(&mut self, off: u64, unlock: bool, power: Option<u64>) -> Held {
        if !matches!(self.keeper, Keeper::Off) {
            return Ok(());
        }
        self.clock.pass(off);
        if let Some(chance) = power {
            self.clock.reboot();
            self.disk.lose_power(chance);
        }
        self.begin_call();
        let read = self.clock.honest();
        let persisted = self.persisted();
        self.bounds = Bounds::at_start(persisted, read);
        let through = persisted.map_or(read.wall, |persisted| persisted.max(read.wall)).hour();
        let overdue = self.overdue_places(through);
        let started = self.parts().and_then(Locked::start);
        let dead = self.disk.wire.is_dead();
        self.check_erasing(overdue, through, started.is_ok() && !dead)?;
        self.disk.write_late();
        self.take_started(started)?;
        self.check_entries()?;
        self.check_nothing_in_clear()?;
        self.inspect()?;
        if unlock { self.unlock(true) } else { Ok(()) }
    }

    fn take_started(&mut self, started: Result<Locked, StartError>) -> Held {
        let clean = self.is_clean();
        match started {
            Ok(locked) => self.keeper = Keeper::Locked(Box::new(locked)),
            Err(error) if clean => return Err(Violation::of(Law::Works, format!("no start: {error}"))),
            Err(_) => self.bury(),
        }
        if clean {
            self.model.ticked = self.model.ticked.max(self.bounds.low(self.clock.honest()));
        }
        self.end_call();
        Ok(())
    }

    fn parts(&mut self) -> Result<Parts, StartError> {
        self.starts += 1;
        if self.planted == Planted::MeterForgets {
            database::forget_counts(self.disk.folder()).expect("a database is there");
        }
        if self.planted == Planted::WatchForgets {
            database::forget_watch(self.disk.folder()).expect("a database is there");
        }
        if self.planted == Planted::CountsForget {
            database::forget_refusals(self.disk.folder()).expect("a database is there");
        }
        let db = database::open(self.disk.folder(), &self.disk.wire);
        Ok(Parts {
            db: db.expect("the database's files are in a folder in memory"),
            keystore: Keystore::open(Box::new(self.disk.medium()))?,
            ledger: Box::new(self.disk.ledger()),
            blobs: Box::new(self.disk.blobs()),
            clock: Arc::new(self.clock.clone()),
            entropy: Box::new(Chance::new(self.starts.wrapping_mul(0x5EED) ^ u64::from(self.id.as_bytes()[0]))),
        })
    }

    /// The highest time that was persisted: a start's own premise, read where the start reads it.
    fn persisted(&mut self) -> Option<Timestamp> {
        let look = database::look(self.disk.folder()).ok()?;
        let sql = "SELECT value FROM meta WHERE name = 'confirmed_time'";
        let text: String = look.query_row(sql, [], |row| row.get(0)).ok()?;
        text.parse().ok().map(Timestamp)
    }

    /// A passphrase is given.
    pub(super) fn unlock(&mut self, right: bool) -> Held {
        let Keeper::Locked(locked) = std::mem::replace(&mut self.keeper, Keeper::Off) else { return Ok(()) };
        self.begin_call();
        let given: &[u8] = if right { PASSPHRASE } else { b"another passphrase" };
        match locked.unlock(given) {
            Ok(_) if !right => return Err(Violation::of(Law::Opens, "another passphrase unlocks the keystore")),
            Ok(engine) => {
                self.keeper = Keeper::On(Box::new(engine));
                self.hold_the_log()?;
                self.after_tick()?;
                return self.check_no_lockdown();
            }
            Err((Some(still), error @ StartError::LockedDown)) => {
                self.check_refused_start(&error)?;
                self.keeper = Keeper::Locked(still);
            }
            Err((Some(still), _)) if !right => self.keeper = Keeper::Locked(still),
            Err((_, error)) if self.is_clean() => {
                return Err(Violation::of(Law::Works, format!("the right passphrase doesn't unlock: {error}")));
            }
            Err((Some(still), _)) => self.keeper = Keeper::Locked(still),
            Err((None, _)) => self.bury(),
        }
        self.end_call();
        self.inspect()
    }

    /// Planted: a reader that never lets go of the write-ahead log.
    pub(super) fn hold_the_log(&mut self) -> Held {
        if self.planted == Planted::LogStays {
            let look = database::look(self.disk.folder()).expect("a database is there");
            look.execute_batch("BEGIN; SELECT count(*) FROM event;").expect("it can be read");
            self.held = Some(look);
        }
        Ok(())
    }

    /// The process stops in order.
    pub(super) fn stop(&mut self) -> Held {
        self.tick()?;
        (self.look, self.held) = (None, None);
        self.keeper = Keeper::Off;
        self.model.process_ended();
        self.inspect()
    }

    /// The process is killed.
    pub(super) fn kill(&mut self) -> Held {
        if matches!(self.keeper, Keeper::Off) {
            return Ok(());
        }
        self.disk.wire.kill();
        self.bury();
        self.inspect()
    }

    /// Whatever the process did after its death never was.
    pub(super) fn bury(&mut self) {
        (self.look, self.held) = (None, None);
        self.keeper = Keeper::Off;
        if let Some(files) = self.disk.wire.revive() {
            database::put_back(self.disk.folder(), &files).expect("a folder in memory takes its files back");
        }
        self.model.process_ended();
    }
}
