//! More than it takes: whoever comes is served or told when to come again, and nothing that was acknowledged is lost.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use rusqlite::Connection;

use crate::{
    books::Books,
    dice::Dice,
    ground::Ground,
    member::Member,
    pictures::{self, Picture},
    site::Site,
    snag::Snag,
    verify::Verifier,
};

/// Members who are let in and have sent nothing yet, each at an address of its own.
fn members(ground: &Ground, books: &Books, count: u32) -> Vec<(Member, sekisho_core::id::CheckId)> {
    let mut site = Site::new(ground);
    let mut one = |address| {
        let asked = site.ask().unwrap();
        books.announced(asked.check);
        let mut member = Member::new(ground, address);
        member.enter(&asked.link).unwrap();
        (member, asked.check)
    };
    (1..=count).map(&mut one).collect()
}

/// Sends until the picture is taken; says how often the member was told to wait.
fn insist(member: &mut Member, picture: &Picture) -> usize {
    for told_to_wait in 0..400 {
        let answer = member.send_for_answer(picture).expect("everybody is answered");
        if answer.status().is_success() {
            return told_to_wait;
        }
        assert_eq!(Snag::of(&answer), Snag::Status(503, "busy".into()));
        assert!(answer.headers()[RETRY_AFTER].to_str().unwrap().parse::<u64>().is_ok());
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        thread::sleep(Duration::from_millis(100));
    }
    panic!("never taken");
}

fn assert_nothing_lost(ground: &Ground, books: &Books) {
    let finding = Verifier::new(ground).verify(books);
    assert!(finding.losses.is_empty(), "{finding:#?} {}", ground.log());
    assert!(!ground.log().contains("panic"), "{}", ground.log());
}

/// M45: thirty-two pictures in one moment are more than there are places for.
#[test]
fn too_many_at_once_are_told_when_to_come_again_and_then_all_are_taken() {
    let ground = Ground::found(1);
    ground.serve();
    let (books, together) = (Books::default(), Barrier::new(32));
    let photograph = pictures::photographs(1, &mut Dice::new(1)).remove(0);
    let crowd = members(&ground, &books, 32);
    let put_off: usize = thread::scope(|scope| {
        let each = crowd.into_iter().map(|(mut member, check)| {
            let (books, together, photograph) = (&books, &together, &photograph);
            scope.spawn(move || {
                together.wait();
                let put_off = insist(&mut member, photograph);
                books.uploaded(check);
                put_off
            })
        });
        each.collect::<Vec<_>>().into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert!(put_off > 0, "it was no overload");
    assert_nothing_lost(&ground, &books);
}

/// M45: whoever sends slowly holds a place among those who send, not an inspector.
#[test]
fn slow_senders_keep_nobody_from_being_served() {
    let ground = Ground::found(1);
    ground.serve();
    let books = Books::default();
    let mut crowd = members(&ground, &books, 13);
    let (mut quick, check) = crowd.pop().unwrap();
    let slow: Vec<_> = crowd.iter().zip(1..).map(|((member, _), address)| member.begin_to_send(address)).collect();
    // Each of them was taken up by the gate before the quick one comes.
    thread::sleep(Duration::from_millis(500));
    quick.send(&pictures::card()).unwrap();
    books.uploaded(check);
    drop(slow);
    assert_nothing_lost(&ground, &books);
}

/// M45: a database that somebody else holds is waited for, then its callers are told to come again; nothing hangs.
#[test]
fn a_database_that_is_locked_puts_callers_off_and_loses_nothing() {
    let ground = Ground::found(1);
    ground.serve();
    let books = Books::default();
    for name in ["keeper/keeper.db", "gate/gate.db"] {
        let (mut member, check) = members(&ground, &books, 1).remove(0);
        let holder = Connection::open(ground.data(name)).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let began = Instant::now();
        let told = if name.starts_with("keeper") { member.send(&pictures::card()) } else { member.withdraw() };
        assert!(told.is_err_and(|snag| snag.will_pass()), "{name}");
        assert!(began.elapsed() < Duration::from_secs(40), "{name}");
        holder.execute_batch("ROLLBACK").unwrap();
        drop(holder);
        crate::ground::until("it goes on", || member.send(&pictures::card()).is_ok());
        books.uploaded(check);
    }
    assert_nothing_lost(&ground, &books);
}
