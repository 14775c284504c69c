//! A member comes while the house is locked: told before the camera opens, and afterwards where their check stands.

use std::process::Command;

use sekisho::{demo::House, specimen};

use crate::{
    album::Album,
    assert_untroubled, house,
    people::{Lang, Member},
};

fn lock_down(house: &House) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(["lockdown", "--why", "a key was found outside", "--data"]).arg(house.data());
    assert!(command.output().unwrap().status.success());
}

fn comes(lang: Lang, told: [&str; 3]) {
    let house = house(false);
    let Some(mut member) = Member::new(&house, lang) else { return };
    lock_down(&house);
    let mut album = Album::open(lang.tag());
    member.come_to_the_picture(&mut album);
    assert!(member.reads(told[0]), "the page for the picture");
    member.browser.navigate(&format!("http://{}/check", house.gate.authority));
    assert!(member.reads(told[1]), "the page before it");
    member.browser.navigate(&format!("http://{}/check/photo/jp-driving-licence", house.gate.authority));
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("card.jpg");
    std::fs::write(&card, specimen::CARD).unwrap();
    member.choose(&card);
    member.browser.click("#next");
    member.browser.wait_until("!document.querySelector('#confirm').hidden");
    member.browser.click("#send");
    member.browser.wait_until_loaded("location.pathname === '/check/status'");
    assert!(member.reads(told[2]), "where it stands");
    album.page(&mut member.browser, "gate-status-locked");
    assert_untroubled(&mut member.browser);
    album.close();
}

/// M26, M44, M52.
#[test]
fn a_member_of_a_locked_house_is_told_so_in_plain_japanese() {
    comes(Lang::Ja, ["いまは 鍵が かかっています", "写真は だれも 見られません", "鍵が 開いたら"]);
}

/// M26, M44, M52.
#[test]
fn a_member_of_a_locked_house_is_told_so_in_english() {
    comes(Lang::En, ["The service is locked just now", "You can send your picture", "once it is unlocked"]);
}
