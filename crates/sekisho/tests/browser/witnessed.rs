//! What the desk's pages say of a witness: awaited, heard, and knowing another ledger.

use std::{path::PathBuf, thread, time::Duration};

use sekisho::demo::{Build, House, Picture};

use crate::{
    album::Album,
    assert_untroubled,
    bent::{Bent, Mode},
    people::{Lang, Staff},
};

fn house(witness: &Bent) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, unstaffed: true, witnesses: witness.plan(), ..Build::default() }).unwrap()
}

/// Opens a page until it says these words. A witness is asked again after a minute at most.
fn open_until(staff: &mut Staff, path: &str, words: &str) {
    for _ in 0..240 {
        staff.open(path);
        if staff.browser.shows(words) {
            return;
        }
        thread::sleep(Duration::from_millis(500));
    }
    panic!("{path} never said {words}");
}

/// Who looks: an administrator and a reviewer, each at the first page of their role.
struct Desk {
    founder: Staff,
    reviewer: Staff,
    album: Album,
}

impl Desk {
    fn staffed(house: &House, lang: Lang) -> Option<Self> {
        let (mut founder, mut reviewer) = (Staff::new(house, lang)?, Staff::new(house, lang)?);
        founder.enrol(&house.founding_link().unwrap());
        founder.begin_shift("/staff");
        reviewer.enrol(&founder.invite("佐藤", "reviewer"));
        reviewer.begin_shift("/work");
        Some(Self { founder, reviewer, album: Album::open(lang.tag()) })
    }

    /// Both come to read these words.
    fn come_to_read(&mut self, words: &str, name: &str) {
        for (staff, path) in [(&mut self.founder, "/watch"), (&mut self.reviewer, "/work")] {
            open_until(staff, path, words);
            self.album.page(&mut staff.browser, &format!("desk{}-{name}", path.replace('/', "-")));
            assert_untroubled(&mut staff.browser);
        }
    }
}

fn stand_by_a_witness(lang: Lang) {
    let witness = Bent::start(Mode::Silent);
    let house = house(&witness);
    let Some(mut desk) = Desk::staffed(&house, lang) else { return };
    desk.come_to_read(lang.pick("証人の署名を待っています", "Waiting for a witness to cosign"), "awaited");
    witness.turn(Mode::Cosigns);
    open_until(&mut desk.founder, "/watch", lang.pick("件までの記録に署名しました", ": cosigned"));
    desk.album.page(&mut desk.founder.browser, "desk-watch-witnessed");
    let asked = witness.times_asked();
    witness.turn(Mode::Knows(1_000_000));
    // Something new on the ledger, so that the witness is asked again.
    house.submit("photo.jpg", &Picture::specimen()).unwrap();
    desk.come_to_read(lang.pick("違う台帳を知っています", "knows another ledger"), "contradicted");
    assert!(witness.times_asked() > asked);
    desk.album.close();
    house.clear_away().unwrap();
}

/// M16, M44.
#[test]
fn what_the_desk_says_of_a_witness_in_japanese() {
    stand_by_a_witness(Lang::Ja);
}

/// M16, M44.
#[test]
fn what_the_desk_says_of_a_witness_in_english() {
    stand_by_a_witness(Lang::En);
}
