//! A clock that is stepped in the middle of something: at a write to the keystore.

use std::io;

use super::*;
use crate::keystore::Medium;

/// The house's medium; right after one of the next writes the wall clock is stepped.
struct Stepping {
    medium: MemoryMedium,
    clock: Driven,
    /// Writes until the step, and seconds to step by.
    armed: Arc<Mutex<Option<(u32, i64)>>>,
}

impl Medium for Stepping {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.medium.read_at(offset, out)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.medium.write_at(offset, bytes)?;
        let mut armed = self.armed.lock().unwrap();
        *armed = match armed.take() {
            Some((0, step)) => {
                let wall = self.clock.read_now().wall;
                self.clock.set_wall(Timestamp(wall.0.saturating_add_signed(step)));
                None
            }
            Some((writes, step)) => Some((writes - 1, step)),
            None => None,
        };
        Ok(())
    }
}

impl House {
    /// Starts anew on a medium at whose `writes`-th write of the next hour the wall clock is stepped by `step` seconds.
    pub(in crate::engine::tests) fn step_in_the_next_hour(&mut self, writes: u32, step: i64) {
        self.engine = None;
        let armed = Arc::new(Mutex::new(None));
        let medium = Stepping { medium: self.medium.clone(), clock: self.clock.clone(), armed: Arc::clone(&armed) };
        let keystore = Keystore::open(Box::new(medium)).unwrap();
        let locked = Locked::start(Parts { keystore, ..self.parts() }).unwrap();
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error).unwrap());
        self.live_until(self.now().hour().plus(1).start() - 1);
        *armed.lock().unwrap() = Some((writes, step));
    }

    /// Whether the keystore holds one root alone.
    pub(in crate::engine::tests) fn has_one_root(&self) -> bool {
        let keystore = Keystore::open(Box::new(self.medium.clone())).unwrap();
        !keystore.unlock(PASSPHRASE).unwrap().0.has_old_root()
    }
}
