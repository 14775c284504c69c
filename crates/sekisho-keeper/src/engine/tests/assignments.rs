//! How work is given out: one assignment, one look, one person, for some minutes.

use super::*;

#[test]
fn one_assignment_is_one_look() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::AlreadyViewed));
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 1);
}

#[test]
fn nobody_decides_on_what_they_did_not_look_at() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.decide(&shift, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
}

#[test]
fn an_assignment_lapses_and_its_document_waits_for_the_only_reviewer_again() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let first = house.next(&shift).unwrap();
    house.pass(10 * MINUTE);
    assert_eq!(house.view(&shift, first), Err(Refusal::AssignmentOver));
    house.tick();
    let second = house.next(&shift).unwrap();
    assert_ne!(first, second);
    assert!(house.view(&shift, second).is_ok());
}

#[test]
fn what_lapsed_goes_to_somebody_else_where_there_is_one() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    let first = house.begin_shift();
    house.next(&first).unwrap();
    house.pass(10 * MINUTE);
    house.tick();
    assert!(house.next(&first).is_none(), "it lapsed with this person");
    let second = house.begin_second_reviewers_shift();
    let assignment = house.next(&second).unwrap();
    assert!(house.view(&second, assignment).is_ok());
}

/// M9: three crashes in a row, each over a look at the same document, and it is still given to somebody.
#[test]
fn what_lapsed_with_everybody_is_given_out_again() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    for begin in [House::begin_shift, House::begin_second_reviewers_shift, House::begin_shift] {
        let shift = begin(&mut house);
        assert!(house.next(&shift).is_some());
        house.restart_after(60);
    }
}

/// A reviewer can't time what they get: it is drawn among the oldest sixteen.
#[test]
fn an_assignment_is_drawn_among_the_oldest_sixteen() {
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let mut house = House::founded();
        let mut documents = Vec::new();
        for number in 0..18 {
            documents.push(house.submit(&format!("check-{number}")).1);
            house.pass(1);
        }
        let shift = house.begin_shift();
        house.next(&shift).unwrap();
        let assigned = house.assigned_document();
        drawn.insert(documents.iter().position(|document| *document == assigned).unwrap());
    }
    assert!(drawn.len() > 5 && drawn.last() < Some(&16), "{drawn:?}");
}

#[test]
fn three_lapses_end_the_shift() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    for _ in 0..3 {
        house.next(&shift).unwrap();
        house.pass(10 * MINUTE);
        house.tick();
    }
    assert_eq!(house.next_refused(&shift), Refusal::ShiftOver);
}

#[test]
fn every_tenth_assignment_wants_a_fresh_touch() {
    let mut house = House::founded();
    let shift = house.begin_shift();
    for number in 0..10 {
        house.submit(&format!("check-{number}"));
        let assignment = house.next(&shift).unwrap();
        house.view(&shift, assignment).unwrap();
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
        house.pass(15);
    }
    house.submit("the eleventh");
    assert_eq!(house.next_refused(&shift), Refusal::TouchNeeded);
    house.touch(&shift);
    assert!(house.next(&shift).is_some());
}

/// M19: an assignment doesn't outlive its shift, not even for the same person.
#[test]
fn an_assignment_ends_with_its_shift() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    let again = house.begin_shift();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::ShiftOver));
    assert_eq!(house.view(&again, assignment), Err(Refusal::AssignmentOver));
    assert_eq!(house.decide(&again, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
    let fresh = house.next(&again).unwrap();
    assert_ne!(fresh, assignment);
}
