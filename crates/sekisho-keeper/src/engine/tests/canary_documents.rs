//! Documents that are bait: assigned and decided like others, measured, and told when the storage's log shows a reader.

use sekisho_core::{
    canary::Lure,
    check::{CheckState, Reason, Verdict},
    id::{CanaryId, CheckId},
    time::HOUR,
    watch::observed::{Asker, Outsider, Room},
};

use super::{
    canary::{counted, known, touches},
    house::House,
};
use crate::canary::Laid;

fn lay(house: &House, number: u8, check: CheckId, answer: Verdict) -> CanaryId {
    house.lay(number, Laid::Document { check, answer, reported: None })
}

/// M20: a document whose answer is known goes its way like any other. Nothing is written to the book meanwhile: whoever
/// copies the database after every decision sees nothing change that changes for no member's.
#[test]
fn a_test_document_is_decided_like_others_and_the_book_stays_as_it_is() {
    let mut house = House::founded();
    let book = |house: &House| house.rows("canary_book");
    for (number, answer) in [(1, Reason::OldEnough), (2, Reason::NotOldEnough), (3, Reason::OldEnough)] {
        let (check, _) = house.submit(&format!("check-{number}"));
        lay(&house, number, check, Verdict::Approve);
        let before = book(&house);
        house.review(answer).unwrap();
        assert_eq!(book(&house), before);
        let ended = if answer == Reason::OldEnough { CheckState::Approved } else { CheckState::Rejected };
        assert_eq!(house.check(check).state, ended);
    }
    assert!(touches(&mut house).is_empty(), "and nobody who decides touches bait");
}

/// M19: an installation in which a document is bait looks like one in which none is: same rows, same lengths, same
/// entries in the ledger, before the decision and after.
#[test]
fn nobody_who_holds_the_database_can_tell_a_test_document_from_a_members() {
    let lives = |bait: bool| {
        let mut house = House::founded();
        let (check, _) = house.submit("one");
        if bait {
            lay(&house, 1, check, Verdict::Approve);
        }
        let waiting = counted(&house);
        house.review(Reason::OldEnough).unwrap();
        let until = house.now() + 2 * HOUR;
        house.live_until(until);
        (waiting, counted(&house))
    };
    assert_eq!(lives(true), lives(false));
}

/// M19, M20: what the storage's access log showed is entered by the keeper at its next look.
#[test]
fn a_reported_reading_is_entered_once() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let id = lay(&house, 1, check, Verdict::Approve);
    for _ in 0..2 {
        let now = house.now();
        house.edit_book(|book| {
            if let Laid::Document { reported, .. } = &mut book.find(id).unwrap().laid {
                *reported = Some(now);
            }
        });
        house.tick();
        house.tick();
    }
    assert_eq!(touches(&mut house), [(Room::Keeper, id, Asker::Outside(Outsider::Others))]);
    assert_eq!(known(&mut house), [(id, Lure::Document, "place 1".to_owned())]);
}

#[test]
fn a_document_is_no_bait_any_more_when_every_log_of_it_is_gone() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    lay(&house, 1, check, Verdict::Approve);
    house.lay_link();
    house.pass(91 * 24 * HOUR);
    house.tick();
    assert_eq!(house.book().baits.iter().map(|bait| bait.lure()).collect::<Vec<_>>(), [Lure::Link]);
}
