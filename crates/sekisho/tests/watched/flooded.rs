//! Pictures that are none, by the dozen, from one address.

use sekisho::demo::{House, Picture};
use sekisho_core::watch::{DENY_SECONDS, Detector, Setup, Verdict, detectors::flood};

use crate::{
    ground::{build, found, unwatched},
    until::until,
};

/// As by default, for a test that sends a tenth.
fn watch() -> Setup {
    let mut setup = Setup::default();
    setup.flood.settings = flood::Settings { refused: 6, ..flood::Settings::default() };
    setup
}

/// What a member is told whose picture is a text.
pub(crate) fn send(house: &House, link: &str) -> String {
    let sent = house.send(link, "note.txt", &Picture::of_file(b"This is not a picture.\n".to_vec(), Vec::new()));
    sent.unwrap().unwrap_err().code
}

/// M20, M26: over the bound the address sends nothing more for a quarter of an hour. The control goes on.
#[test]
fn who_floods_us_with_what_is_no_picture_is_refused_for_a_while() {
    for watched in [false, true] {
        let house = House::build_as(if watched { build(watch()) } else { unwatched() }).unwrap();
        let links: Vec<_> = (0..20).map(|_| house.ask().unwrap().1).collect();
        let (flood, rest) = links.split_at(8);
        assert!(flood.iter().all(|link| send(&house, link) == "not_a_picture"));
        if watched {
            until("the watch has found it", || !found(&house, Detector::Flood).is_empty());
            assert_eq!(found(&house, Detector::Flood)[0].verdict(), Verdict::Deny);
            let mut next = rest.iter();
            until("the gate refuses", || send(&house, next.next().unwrap()) == "denied");
            house.pass(DENY_SECONDS);
        }
        let mut last = rest.iter().rev();
        until("it may send", || send(&house, last.next().unwrap()) == "not_a_picture");
        assert!(house.submit("card.jpg", &Picture::specimen()).is_ok());
        house.clear_away().unwrap();
    }
}
