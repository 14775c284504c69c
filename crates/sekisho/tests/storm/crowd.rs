//! People at work, each in a thread: they can be asked to rest, and their answers are counted.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::snag::Snag;

/// Says when to rest and when it is over.
#[derive(Debug, Default)]
pub(crate) struct Whistle {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rest: bool,
    closed: bool,
    /// Members who came and did not go yet.
    inside: usize,
    over: bool,
    resting: usize,
    people: usize,
}

/// One of the crowd. Gone when dropped, so that nobody waits for who panicked.
pub(crate) struct Person<'a>(&'a Whistle);

impl Whistle {
    /// Somebody joins.
    pub(crate) fn join(&self) -> Person<'_> {
        self.state.lock().unwrap().people += 1;
        Person(self)
    }

    /// Everybody is to rest; returns when all do.
    pub(crate) fn rest(&self) {
        let mut state = self.state.lock().unwrap();
        state.rest = true;
        while state.resting < state.people {
            state = self.changed.wait(state).unwrap();
        }
    }

    /// Work goes on.
    pub(crate) fn go(&self) {
        self.state.lock().unwrap().rest = false;
        self.changed.notify_all();
    }

    /// From now on nobody new comes; who is here goes on.
    pub(crate) fn close(&self) {
        self.state.lock().unwrap().closed = true;
    }

    /// How many members came and did not go yet: a document of theirs may still arrive.
    pub(crate) fn inside(&self) -> usize {
        self.state.lock().unwrap().inside
    }

    /// It is over when this is dropped.
    pub(crate) fn over(&self) -> Over<'_> {
        Over(self)
    }

    fn end(&self) {
        let mut state = self.state.lock().unwrap();
        (state.over, state.rest) = (true, false);
        self.changed.notify_all();
    }
}

/// The crowd is sent home even when its master panics, or nobody would hear of it.
pub(crate) struct Over<'a>(&'a Whistle);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A member who came.
pub(crate) struct Visit<'a>(&'a Whistle);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.inside -= 1;
        }
    }
}

impl Person<'_> {
    /// Rests if that was said. False when it is over.
    pub(crate) fn goes_on(&self) -> bool {
        let mut state = self.0.state.lock().unwrap();
        if state.rest {
            state.resting += 1;
            self.0.changed.notify_all();
            while state.rest {
                state = self.0.changed.wait(state).unwrap();
            }
            state.resting -= 1;
        }
        !state.over
    }

    /// A new member comes, if any still do, and goes when this is dropped.
    pub(crate) fn comes(&self) -> Option<Visit<'_>> {
        let mut state = self.0.state.lock().unwrap();
        if state.closed {
            return None;
        }
        state.inside += 1;
        Some(Visit(self.0))
    }

    /// A pause between two steps.
    pub(crate) fn dawdle(&self, millis: u64) {
        thread::sleep(Duration::from_millis(millis));
    }

    /// Does a step, again as long as the trouble is one that will pass. Nothing when it is over.
    pub(crate) fn insist<T>(
        &self,
        tally: &Tally,
        kind: &'static str,
        mut step: impl FnMut() -> Result<T, Snag>,
    ) -> Option<Result<T, Snag>> {
        while self.goes_on() {
            let done = tally.timed(kind, &mut step);
            match &done {
                Err(snag) if snag.will_pass() => self.dawdle(60),
                _ => return Some(done),
            }
        }
        None
    }
}

impl Drop for Person<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.people -= 1;
        }
        self.0.changed.notify_all();
    }
}

/// Answers by kind: how long the good ones took, and how often each trouble came.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<&'static str, Kind>>);

/// One kind of step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kind {
    /// Milliseconds of each good answer, in tenths.
    pub(crate) took: Vec<u32>,
    /// How often each trouble came, by its name.
    pub(crate) snags: BTreeMap<String, usize>,
}

impl Tally {
    /// Does a step and notes how it went.
    pub(crate) fn timed<T>(&self, kind: &'static str, step: impl FnOnce() -> Result<T, Snag>) -> Result<T, Snag> {
        let began = Instant::now();
        let done = step();
        let took = began.elapsed();
        let mut kinds = self.0.lock().unwrap();
        let kind = kinds.entry(kind).or_default();
        match &done {
            Ok(_) => kind.took.push(u32::try_from(took.as_micros() / 100).unwrap_or(u32::MAX)),
            Err(snag) => *kind.snags.entry(snag.name()).or_default() += 1,
        }
        done
    }

    pub(crate) fn all(&self) -> BTreeMap<&'static str, Kind> {
        self.0.lock().unwrap().clone()
    }
}
