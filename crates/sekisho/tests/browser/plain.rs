//! A browser without scripts: the picture comes as it is, and only what may be seen is kept of it.

use std::fs;

use crate::{
    album::Album,
    cached::{PIECE, holding},
    drawn::{self, SIZE},
    house,
    people::{Lang, Member},
};

/// M4, M44: without script, without a proof of where the birth date stands, and with the member's word that the
/// document lies as in the drawing. The plain picture is on no disk of the installation.
#[test]
fn without_script_a_member_is_told_what_to_do_and_comes_through() {
    let house = house(true);
    let Some(mut member) = Member::new(&house, Lang::Ja) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = drawn::write(folder.path(), "page.jpg", &drawn::document(SIZE));
    let mut album = Album::open("ja");
    member.come_to_the_picture(&mut album);
    let here = member.browser.evaluate("location.href").as_str().unwrap().to_owned();
    member.browser.without_scripts();
    member.browser.navigate(&here);
    assert!(member.reads("ページの 上で かくせません"));
    album.page(&mut member.browser, "gate-plain");
    member.browser.upload("#picture", &file);
    member.browser.click("button[type=submit]");
    member.browser.wait_until_loaded("!document.querySelector('#error').hidden");
    assert!(member.reads("きかいでは わかりませんでした"));
    assert_eq!(house.blobs().unwrap(), 0);
    album.page(&mut member.browser, "gate-plain-again");
    member.browser.upload("#picture", &file);
    member.browser.click("#lies");
    member.browser.click("button[type=submit]");
    member.browser.wait_until_loaded("location.pathname === '/check/status'");
    assert_eq!(house.blobs().unwrap(), 1);
    let sent = member.tap.form_to("/check/photo/").unwrap();
    let plain = fs::read(&file).unwrap();
    assert_eq!(sent.part("picture"), plain, "the control: it came as it is");
    let pieces: Vec<_> = plain.chunks(plain.len() / 24).filter_map(|part| Some(part.get(..PIECE)?.to_vec())).collect();
    assert_eq!(holding(&house.data(), &pieces), Vec::<String>::new());
    fs::write(house.data().join("control"), &plain).unwrap();
    assert_eq!(holding(&house.data(), &pieces), ["control"], "the search finds what is there");
    album.close();
    house.clear_away().unwrap();
}
