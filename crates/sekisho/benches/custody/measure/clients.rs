//! Clients that ask at once, each as soon as its last answer is there.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use super::Done;

/// What so many clients saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// How long each request took.
    pub(crate) latencies: Vec<Duration>,
    /// How long all of them took together.
    pub(crate) whole: Duration,
}

impl Seen {
    /// Answers in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.whole.as_secs_f64()
    }

    /// Adds another round.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.whole += other.whole;
    }
}

/// Lets every client do its requests one by one, all clients at once.
pub(crate) fn at_once<C: Send, R: Send>(
    clients: &mut [C],
    work: Vec<Vec<R>>,
    ask: impl Fn(&mut C, R) -> Done + Sync,
) -> Done<Seen> {
    let start = Barrier::new(clients.len() + 1);
    let (ask, start) = (&ask, &start);
    thread::scope(|scope| {
        let running: Vec<_> = clients
            .iter_mut()
            .zip(work)
            .map(|(client, requests)| {
                scope.spawn(move || -> Done<Vec<Duration>> {
                    start.wait();
                    requests
                        .into_iter()
                        .map(|request| {
                            let begun = Instant::now();
                            ask(client, request)?;
                            Ok(begun.elapsed())
                        })
                        .collect()
                })
            })
            .collect();
        start.wait();
        let begun = Instant::now();
        let mut seen = Seen::default();
        for client in running {
            seen.latencies.extend(client.join().map_err(|_| "a client panicked")??);
        }
        seen.whole = begun.elapsed();
        Ok(seen)
    })
}
