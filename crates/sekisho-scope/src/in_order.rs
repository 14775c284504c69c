//! A file in pieces: worked on by several threads, and taken in the file's order.

use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};

/// Something that comes in pieces.
pub trait Pieces: Send {
    /// Why the next one can't be had.
    type Error: Send;

    /// Puts the next piece into `piece`, which may hold an earlier one. False: there is none.
    ///
    /// # Errors
    /// When it can't be had.
    fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, Self::Error>;
}

impl<P: Pieces> Pieces for &mut P {
    type Error = P::Error;

    fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, P::Error> {
        P::next(self, piece)
    }
}

/// What the threads share.
struct Shared<P: Pieces, S> {
    /// The pieces, and how many were taken from them.
    pieces: Mutex<(P, u64)>,
    turn: Mutex<Turn<P::Error, S>>,
    bell: Condvar,
}

/// Whose piece is taken next.
struct Turn<E, S> {
    next: u64,
    /// Nothing follows: somebody said so, failed, or panicked.
    over: bool,
    failed: Option<E>,
    taker: S,
}

/// Has each of `threads` threads `work` on a piece with a desk of its own, made by `desk`, and then `take` in the order
/// of the pieces what lies on the desk, one at a time. Once `take` says false, nothing more is taken.
///
/// # Errors
/// The first failure of the pieces, once everything before it was taken.
pub(crate) fn in_order<P: Pieces, D, S: Send>(
    pieces: P,
    threads: usize,
    desk: impl Fn() -> D + Sync,
    work: impl Fn(&[u8], &mut D) + Sync,
    taker: S,
    take: impl Fn(&mut S, &mut D) -> bool + Sync,
) -> Result<S, P::Error> {
    let turn = Turn { next: 0, over: false, failed: None, taker };
    let shared = Shared { pieces: Mutex::new((pieces, 0)), turn: Mutex::new(turn), bell: Condvar::new() };
    thread::scope(|scope| {
        let all: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(|| shared.run(&mut desk(), &work, &take))).collect();
        // A panic goes on in whoever asked, and the others have ended by then.
        all.into_iter().for_each(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    });
    let turn = shared.turn.into_inner().expect("a thread that panicked was joined");
    turn.failed.map_or(Ok(turn.taker), Err)
}

impl<P: Pieces, S> Shared<P, S> {
    fn run<D>(&self, desk: &mut D, work: impl Fn(&[u8], &mut D), take: impl Fn(&mut S, &mut D) -> bool) {
        let _end = EndsWithMe(self);
        let mut piece = Vec::new();
        loop {
            let (number, next) = self.next(&mut piece);
            if let Ok(true) = next {
                work(&piece, desk);
            }
            let Some(mut turn) = self.turn_of(number) else { return };
            match next {
                Ok(true) => turn.over |= !take(&mut turn.taker, desk),
                Ok(false) => turn.over = true,
                Err(why) => (turn.over, turn.failed) = (true, Some(why)),
            }
            turn.next += 1;
            self.bell.notify_all();
        }
    }

    fn next(&self, piece: &mut Vec<u8>) -> (u64, Result<bool, P::Error>) {
        let mut pieces = self.pieces.lock().expect("reading a piece doesn't panic");
        let number = pieces.1;
        pieces.1 += 1;
        (number, pieces.0.next(piece))
    }

    /// Waits until it is this piece's turn; nothing if nothing is taken any more.
    fn turn_of(&self, number: u64) -> Option<MutexGuard<'_, Turn<P::Error, S>>> {
        let turn = self.turn.lock().ok()?;
        let turn = self.bell.wait_while(turn, |turn| !turn.over && turn.next != number).ok()?;
        (!turn.over).then_some(turn)
    }
}

/// A thread ends only when nothing is taken any more, be it that it panicked: the others must not wait for it.
struct EndsWithMe<'a, P: Pieces, S>(&'a Shared<P, S>);

impl<P: Pieces, S> Drop for EndsWithMe<'_, P, S> {
    fn drop(&mut self) {
        if let Ok(mut turn) = self.0.turn.lock() {
            turn.over = true;
        }
        self.0.bell.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many pieces, and then perhaps a failure.
    struct Numbers(u8, u8, Option<&'static str>);

    impl Pieces for Numbers {
        type Error = &'static str;

        fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, &'static str> {
            if self.0 == self.1 {
                return self.2.map_or(Ok(false), Err);
            }
            *piece = vec![self.0];
            self.0 += 1;
            Ok(true)
        }
    }

    fn run(pieces: Numbers, threads: usize, until: u8) -> Result<Vec<u8>, &'static str> {
        let work = |piece: &[u8], desk: &mut u8| {
            // The first ones take longest.
            (0..20_000 / (u32::from(piece[0]) + 1)).for_each(|n| assert!(std::hint::black_box(n) < 20_000));
            *desk = piece[0];
        };
        let take = |all: &mut Vec<u8>, desk: &mut u8| {
            all.push(*desk);
            *desk < until
        };
        in_order(pieces, threads, || 0, work, Vec::new(), take)
    }

    #[test]
    fn what_several_threads_worked_on_is_taken_in_its_order() {
        for threads in [1, 2, 5] {
            assert_eq!(run(Numbers(0, 100, None), threads, 255), Ok((0..100).collect()));
        }
        assert_eq!(run(Numbers(0, 0, None), 3, 255), Ok(vec![]));
    }

    #[test]
    fn nothing_is_taken_behind_what_ended_it() {
        assert_eq!(run(Numbers(0, 100, None), 3, 7), Ok((0..=7).collect()));
        assert_eq!(run(Numbers(0, 100, Some("torn")), 3, 255), Err("torn"));
        assert_eq!(run(Numbers(0, 100, Some("torn")), 3, 7), Ok((0..=7).collect()), "it never came so far");
    }

    #[test]
    fn a_thread_that_panics_takes_the_whole_run_with_it() {
        let run = || {
            let work = |piece: &[u8], _: &mut ()| assert_ne!(piece[0], 3, "on purpose");
            in_order(Numbers(0, 100, None), 2, || (), work, (), |(), ()| true).unwrap();
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
