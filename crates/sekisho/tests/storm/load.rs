//! Load: members with pictures of telephones' sizes, reviewers with passkeys, a site that polls, for as long as asked.

mod report;
mod samples;

use std::{
    thread,
    time::{Duration, Instant},
};

pub(crate) use self::report::Report;
use self::samples::Samples;
use crate::{
    books::Books,
    crowd::{Tally, Whistle},
    dice::Dice,
    ground::Ground,
    lives::World,
    pictures::{self, Picture},
    verify::{Verifier, waiting},
};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Orders {
    pub(crate) time: Duration,
    /// Members at one time; each is another one after every picture.
    pub(crate) members: usize,
    pub(crate) reviewers: usize,
    /// Milliseconds between two pictures of one of them, at most.
    pub(crate) thinking: u64,
    /// Sizes of photographs, smallest first, at most four.
    pub(crate) sizes: usize,
}

/// One in ten is not a good picture; the others are spread over all sizes.
fn album(sizes: usize) -> Vec<Picture> {
    let mut dice = Dice::new(2026);
    let good: Vec<Picture> = pictures::photographs(sizes, &mut dice).into_iter().chain([pictures::card()]).collect();
    let bad = pictures::bad_ones(&mut dice);
    let most = good.iter().cycle().take(9 * bad.len()).cloned();
    most.chain(bad.iter().cloned()).collect()
}

/// Lets them work for the time, then lets the reviewers finish, and holds everything against everybody's record.
pub(crate) fn bear(orders: Orders, mut say: impl FnMut(&str)) -> Report {
    let album = album(orders.sizes);
    let ground = Ground::found(orders.reviewers);
    ground.serve();
    ground.until_well();
    let (books, tally, whistle, mut dice) = (Books::default(), Tally::default(), Whistle::default(), Dice::new(7));
    let world = World {
        ground: &ground,
        books: &books,
        tally: &tally,
        pictures: &album,
        thinking: orders.thinking,
        withdrawals: 20,
    };
    let mut samples = Samples::default();
    let (mut worked, mut left, mut verifier) = (Duration::ZERO, 0, Verifier::new(&ground));
    let finding = thread::scope(|scope| {
        let over = whistle.over();
        for _ in 0..orders.members {
            let (me, dice) = (whistle.join(), dice.other());
            scope.spawn(move || world.members(&me, dice));
        }
        for number in 0..orders.reviewers {
            let (me, dice) = (whistle.join(), dice.other());
            scope.spawn(move || world.reviewer(&me, number, dice));
        }
        let (me, others) = (whistle.join(), dice.other());
        scope.spawn(move || world.site(&me, others));
        let began = Instant::now();
        while began.elapsed() < orders.time {
            thread::sleep(samples::pause(orders.time));
            samples.take(&ground, began.elapsed());
            say(&samples.line());
        }
        worked = began.elapsed();
        whistle.close();
        let patience = Instant::now() + Duration::from_secs(300);
        // In this order: who went has sent what they send.
        while whistle.inside() + waiting(&ground) > 0 && Instant::now() < patience {
            thread::sleep(Duration::from_millis(200));
        }
        left = waiting(&ground);
        whistle.rest();
        samples.take(&ground, began.elapsed());
        let finding = verifier.verify(&books);
        drop(over);
        finding
    });
    report::made_of(orders, worked, &ground, &tally, samples, finding, left)
}
