//! Somebody tries links, from one address.

use sekisho::{
    demo::{House, Picture},
    supervisor::Role,
};
use sekisho_core::watch::{DENY_SECONDS, Detector, Setup, Verdict};

use crate::{
    ground::{ask_gate, build, found, kill, unwatched},
    until::until,
};

const THIEF: [u8; 4] = [127, 0, 0, 2];
const MEMBER: [u8; 4] = [127, 0, 0, 3];

/// A link that leads nowhere: its secret is 32 bytes.
fn link(number: usize) -> String {
    format!("/m/{number:0>42}A")
}

fn tries(house: &House, number: usize) -> u16 {
    ask_gate(house, THIEF, &link(number), "").0
}

/// M7, M20, M26: after eight links the address is refused, for a quarter of an hour, also when gate and keeper were
/// killed; others are served all the while. The control goes on as long as it likes.
#[test]
fn whoever_tries_links_is_refused_for_a_while_and_nobody_else_is() {
    let control = House::build_as(unwatched()).unwrap();
    assert!((0..30).all(|number| tries(&control, number) == 404), "the control");
    control.clear_away().unwrap();

    let house = House::build_as(build(Setup::default())).unwrap();
    assert_eq!((0..8).map(|number| tries(&house, number)).collect::<Vec<_>>(), [404; 8]);
    until("the watch has found it", || !found(&house, Detector::Enumeration).is_empty());
    let mut more = 0;
    until("the gate refuses", || {
        more += 1;
        tries(&house, 8 + more) == 429
    });
    assert!(more <= 3, "within ten refusals, of which the last is that of the watch");
    assert_eq!(found(&house, Detector::Enumeration)[0].verdict(), Verdict::Deny);
    assert_eq!(ask_gate(&house, MEMBER, &link(0), "").0, 404, "another address is served");
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    for role in [Role::Gate, Role::Keeper] {
        kill(&house, role);
        until("a member is served again", || house.submit("card.jpg", &Picture::specimen()).is_ok());
        assert_eq!(tries(&house, 0), 429, "{role}: a start forgets nothing");
    }
    let (_, answer) = ask_gate(&house, THIEF, &link(0), "");
    assert!(answer.contains("retry-after") && answer.contains("denied"), "{answer}");
    house.pass(DENY_SECONDS);
    until("it is over", || tries(&house, 0) == 404);
    house.clear_away().unwrap();
}

/// M20: the links of later are counted as those of now, and so are refusals from before a crash: five, and then three.
#[test]
fn what_was_tried_before_a_crash_counts_after_it() {
    let house = House::build_as(build(Setup::default())).unwrap();
    (0..5).for_each(|number| assert_eq!(ask_gate(&house, THIEF, &link(number).replace("/m/", "/s/"), "").0, 404));
    let counted = || {
        let sql = "SELECT (value ->> '$.gate.seen[0][1].seen') FROM meta WHERE name = 'gathered'";
        crate::record::database(&house.data())
            .query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
            .unwrap_or_default()
    };
    until("all five are counted", || counted() == Some(5));
    kill(&house, Role::Keeper);
    until("the keeper is asked again", || house.submit("card.jpg", &Picture::specimen()).is_ok());
    (5..8).for_each(|number| assert_eq!(tries(&house, number), 404));
    until("the watch has found it", || found(&house, Detector::Enumeration).len() == 1);
    assert_eq!(found(&house, Detector::Enumeration)[0].evidence.count, 8);
    house.clear_away().unwrap();
}
