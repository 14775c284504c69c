//! The ledger in pages.

use sekisho_core::{check::Role, id::CheckId};

use super::*;
use crate::{
    db::columns::Id,
    engine::Turn,
    wire::{LoggedEvent, Page, ShiftToken},
};

impl House {
    fn page(&mut self, officer: &ShiftToken, from: u64) -> Page {
        match self.desk(DeskRequest::Ledger { shift: officer.clone(), from }) {
            Ok(DeskAnswer::Ledger(page)) => page,
            other => panic!("no page: {other:?}"),
        }
    }
}

/// M27: the pages together are the ledger, entry for entry, in bounded answers.
#[test]
fn pages_hold_every_entry_once_and_in_order() {
    let mut house = House::founded();
    let officer = house.begin_shift_as(Role::Officer);
    let now = house.engine().now();
    let fill = |turn: &mut Turn<'_>| (0..4_500).try_for_each(|_| turn.log(None, What::Started).map(drop));
    house.engine().step(now, fill).unwrap();
    let (mut from, mut all, mut pages) = (Some(0), Vec::<LoggedEvent>::new(), 0);
    while let Some(place) = from {
        let page = house.page(&officer, place);
        assert!(page.entries.len() <= Page::ENTRIES_MOST);
        all.extend(page.entries);
        (from, pages) = (page.next, pages + 1);
    }
    let places: Vec<_> = all.iter().map(|entry| entry.index).collect();
    assert_eq!(places, (0..house.page(&officer, 0).size).collect::<Vec<_>>());
    assert!(pages >= 3);
    assert!(house.page(&officer, u64::MAX).entries.is_empty());
}

/// M15, M27: it is for officers alone.
#[test]
fn nobody_else_reads_it() {
    let mut house = House::founded();
    for role in [Role::Reviewer, Role::Administrator] {
        let shift = house.begin_shift_as(role);
        let ledger = DeskRequest::Ledger { shift: shift.clone(), from: 0 };
        assert_eq!(house.desk(ledger).unwrap_err(), Refusal::NotAllowed);
        let members = DeskRequest::SameMembers { shift, checks: vec![] };
        assert_eq!(house.desk(members).unwrap_err(), Refusal::NotAllowed);
    }
}

/// M27: two checks of one member are told to be so, in this shift alone, and nothing tells the site's hash; a check whose
/// tie was erased, or that isn't there, is nobody's.
#[test]
fn checks_of_one_member_are_told_to_be_so_and_no_more() {
    let mut house = House::founded();
    let mut checks: Vec<_> = ["first", "second", "third", "fourth"].map(|jti| house.submit(jti).0).into();
    let (other, erased) = (Id(checks[2]), Id(checks[3]));
    checks.push(CheckId::from_bytes([9; 16]));
    let now = house.engine().now();
    let alter = |turn: &mut Turn<'_>| {
        turn.db.execute("UPDATE checks SET sub = 'another' WHERE id = ?1", [other])?;
        turn.db.execute("UPDATE checks SET sub = NULL WHERE id = ?1", [erased])?;
        Ok(())
    };
    house.engine().step(now, alter).unwrap();
    let asked = |house: &mut House| {
        let shift = house.begin_shift_as(Role::Officer);
        match house.desk(DeskRequest::SameMembers { shift, checks: checks.clone() }) {
            Ok(DeskAnswer::SameMembers(members)) => members,
            other => panic!("no members: {other:?}"),
        }
    };
    let said = asked(&mut house);
    assert!(said[0].is_some() && said[0] == said[1] && said[0] != said[2] && said[2].is_some());
    assert_eq!((said[3], said[4]), (None, None));
    assert_ne!(asked(&mut house)[0], said[0], "another shift learns nothing from it");
    let shift = house.begin_shift_as(Role::Officer);
    let many = DeskRequest::SameMembers { shift, checks: vec![checks[0]; Page::CHECKS_MOST + 1] };
    assert_eq!(house.desk(many).unwrap_err(), Refusal::BadRequest);
}
