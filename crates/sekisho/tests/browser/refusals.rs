//! What a browser is refused, and the demo's own way in.

use sekisho::client::{Client, Limits, Session};
use serde_json::{Value, json};

use crate::{
    album::Album,
    assert_untroubled,
    browser::Browser,
    house,
    people::{Lang, Member, Staff},
};

/// M14: an invitation lives for half an hour, by the keeper's clock.
#[test]
fn a_stale_invitation_enrols_nobody() {
    let house = house(true);
    let (Some(mut founder), Some(mut late)) = (Staff::new(&house, Lang::Ja), Staff::new(&house, Lang::Ja)) else {
        return;
    };
    founder.enrol(&house.founding_link().unwrap());
    founder.begin_shift("/staff");
    let link = founder.invite("佐藤", "reviewer");
    house.handle().set_clock_ahead(31 * 60);
    late.browser.navigate(&link);
    late.browser.click("button[data-passkey]");
    late.browser.wait_for_text("この招待は使えません");
}

/// Sends a form from the page that is shown, as a stranger's page would.
fn send_form(browser: &mut Browser, to: &str) {
    let to = Value::from(to);
    browser.evaluate(&format!(
        "(() => {{ const form = document.createElement('form'); form.method = 'post'; form.action = {to};
                   document.body.append(form); form.submit(); }})()"
    ));
}

/// A stranger's page in the member's own browser withdraws nothing.
#[test]
fn a_strangers_form_does_not_reach_the_members_check() {
    let house = house(true);
    let Some(mut member) = Member::new(&house, Lang::Ja) else { return };
    member.come_to_the_picture(&mut Album::open("ja"));
    let gate = format!("http://{}", house.gate.authority);
    member.browser.navigate(&format!("http://{}", house.site.server.authority));
    send_form(&mut member.browser, &format!("{gate}/check/withdraw"));
    member.browser.wait_until_loaded(&format!("location.origin === '{gate}'"));
    assert!(member.reads("ほかの サイトの ページから 来ました"));
    member.browser.navigate(&format!("{gate}/check/kind"));
    assert!(member.reads("書類を 1つ えらんで ください"), "the check still waits for its picture");
}

/// M14: a stranger's page in an administrator's own browser pauses nothing.
#[test]
fn a_strangers_form_does_nothing_at_the_desk() {
    let house = house(true);
    let Some(mut founder) = Staff::new(&house, Lang::Ja) else { return };
    founder.enrol(&house.founding_link().unwrap());
    founder.begin_shift("/staff");
    founder.browser.navigate(&format!("http://{}", house.site.server.authority));
    let desk = format!("http://{}", house.desk.authority);
    send_form(&mut founder.browser, &format!("{desk}/watch/pause"));
    founder.browser.wait_until_loaded(&format!("location.origin === '{desk}'"));
    assert!(founder.browser.shows("foreign_origin"));
    founder.open("/watch");
    assert!(founder.browser.shows("鍵の番人は動いています"));
}

/// Asks the authenticator for an answer on the page that is shown, and gives it as the desk takes it.
const ANSWER: &str = "(async (options) => {
    const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const { ceremony, publicKey } = options;
    publicKey.challenge = toBytes(publicKey.challenge);
    const { rawId, response } = await navigator.credentials.get({ publicKey });
    return { ceremony, credential: toText(rawId), clientData: toText(response.clientDataJSON),
        authenticatorData: toText(response.authenticatorData), signature: toText(response.signature) };
})";

/// M14: a page that looks like the desk, at another port of the same name, gets an answer that opens nothing.
#[test]
fn a_passkey_shown_to_a_page_of_another_origin_begins_no_shift() {
    let house = house(true);
    let Some(mut founder) = Staff::new(&house, Lang::Ja) else { return };
    founder.enrol(&house.founding_link().unwrap());
    let desk = format!("http://{}", house.desk.authority);
    let imitation = format!("http://desk.localhost:{}/messages", house.site.server.address.port());
    for (page, expected) in [(imitation.as_str(), 401), (desk.as_str(), 200)] {
        founder.browser.navigate(page);
        let session = Session::new(house.desk.clone(), Client::plain(Limits::default())).unwrap();
        let mut thief = session.with_header(hyper::header::ORIGIN, desk.parse().unwrap());
        let options = thief.post_json("/shift/options", &json!({})).unwrap();
        let options: Value = serde_json::from_slice(options.body()).unwrap();
        let answer = founder.browser.evaluate(&format!("{ANSWER}({options})"));
        let begun = thief.post_json("/shift/begin", &answer).unwrap();
        assert_eq!(begun.status(), expected, "{page}: {}", String::from_utf8_lossy(begun.body()));
    }
}

/// The demo's helper stands at another port. One page may send a form there; every other keeps to itself.
#[test]
fn the_demos_button_brings_its_reviewer_in() {
    let Some(mut browser) = Browser::start() else { return };
    let house = house(false);
    let helper = format!("http://desk.localhost:{}", house.site.server.address.port());
    browser.navigate(&format!("http://{}", house.desk.authority));
    browser.click("form.demo button");
    browser.wait_until_loaded("location.pathname === '/work'");
    browser.wait_for_text("demo-reviewer");
    assert_untroubled(&mut browser);
    let pages = browser.pages();
    for page in pages.iter().filter(|page| page.url.contains(&house.desk.authority)) {
        let expected = page.url.ends_with(&format!("{}/", house.desk.authority));
        assert_eq!(page.policy.contains(&helper), expected, "{page:?}");
    }
    assert_eq!(pages.iter().filter(|page| page.policy.contains(&helper)).count(), 1);
}
