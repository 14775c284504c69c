//! What a program read of the age, beside the picture: in both languages, on a wide screen and on a phone.

use base64ct::{Base64, Encoding};
use sekisho_core::render::{Age, Proposal};
use serde_json::{Value, json};

use super::{Scene, Served, screenshots, serve};
use crate::browser::Browser;

/// A picture such as the keeper releases: a card of our own, marked as a sample.
pub(super) struct Card {
    /// Its rows; an empty one stays painted over.
    rows: [&'static str; 5],
    /// The row that the inspector framed.
    framed: Option<usize>,
}

pub(super) const fn licence() -> Card {
    Card {
        rows: ["運転免許証 見本", "平成12年 3月 4日生", "", "", "見本県公安委員会"], framed: Some(1)
    }
}

/// Drawn by the browser itself, the frame as the inspector draws it.
const DRAW: &str = "((rows, framed) => {
    const c = Object.assign(document.createElement('canvas'), { width: 1280, height: 808 }), g = c.getContext('2d');
    g.fillStyle = '#000'; g.fillRect(0, 0, 1280, 808);
    rows.forEach((row, place) => {
        const y = 60 + 145 * place;
        g.font = row.includes('<') ? '38px monospace' : '54px sans-serif';
        const width = g.measureText(row).width;
        if (row) { g.fillStyle = '#e9e4d4'; g.fillRect(60, y, width + 60, 90); }
        g.fillStyle = '#222'; g.fillText(row, 90, y + 64);
        if (place === framed) { g.strokeStyle = '#006adc'; g.lineWidth = 3; g.strokeRect(84, y + 8, width + 12, 74); }
    });
    g.globalAlpha = .35; g.fillStyle = '#c33'; g.font = '30px monospace'; g.rotate(-.25);
    for (let y = 100; y < 1200; y += 150) g.fillText('VWG 8R0C-42  SHINSA-1  2026-11-21 21:00 JST', -60, y);
    return c.toDataURL('image/png').split(',')[1];
})";

impl Card {
    /// As PNG.
    pub(super) fn drawn(&self, browser: &mut Browser) -> Vec<u8> {
        let drawn = browser.evaluate(&format!("{DRAW}({}, {})", json!(self.rows), json!(self.framed)));
        Base64::decode_vec(drawn.as_str().unwrap()).unwrap()
    }
}

/// A proposal, and a card that it may be made of.
struct Case {
    name: &'static str,
    card: Card,
    proposal: Option<Proposal>,
    /// What the first sentence says, in Japanese and in English.
    says: [&'static str; 2],
}

const fn proposal(age: Age, readings: u8) -> Option<Proposal> {
    Some(Proposal { age, readings })
}

const OLD_ENOUGH: [&str; 2] = ["機械では、年齢を満たすと読めました。", "Read by machine: old enough."];
const UNNAMED: [&str; 2] =
    ["機械では、生年月日かどうか分からない日付が読めました。", "Read by machine: a date, perhaps not the birth date."];

fn cases() -> [Case; 7] {
    let case = |name, rows, framed, proposal, says| Case { name, card: Card { rows, framed }, proposal, says };
    let zone = ["P<UTOMIHON<<HANAKO<<<<<<<<<<<<<<<<<<<<<<<<<<", "L898902C36UTO0003045F3104150<<<<<<<<<<<<<<06"];
    let young = ["運転免許証 見本", "平成22年 3月 4日生", "", "", "見本県公安委員会"];
    let passport = ["見本旅券", "Date of birth 04 MAR 2000", zone[0], zone[1], ""];
    let bare = |date| ["", date, "", "", "見本県公安委員会"];
    let late = ["機械では、年齢を満たさないと読めました。", "Read by machine: not old enough."];
    let open = ["機械では、判定できませんでした。", "Read by machine: cannot tell."];
    [
        Case { name: "nothing", card: Card { framed: None, ..licence() }, proposal: None, says: [""; 2] },
        Case { name: "one", card: licence(), proposal: proposal(Age::OldEnough, 1), says: OLD_ENOUGH },
        case("two", passport, Some(1), proposal(Age::OldEnough, 2), OLD_ENOUGH),
        case("unnamed", bare("平成12年 3月 4日"), Some(1), proposal(Age::OldEnough, 0), UNNAMED),
        case("unnamed-late", bare("平成22年 3月 4日"), Some(1), proposal(Age::NotOldEnough, 0), UNNAMED),
        case("late", young, Some(1), proposal(Age::NotOldEnough, 1), late),
        case("cannot-tell", bare(""), None, proposal(Age::CannotTell, 0), open),
    ]
}

/// M4: each proposal is seen and heard with its picture, and none makes an answer look chosen.
#[test]
fn each_proposal_is_told_beside_its_picture_in_both_languages_and_chooses_no_answer() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    let (folder, _gone_after) = screenshots();
    browser.viewport(1280, 800);
    browser.plug_in_authenticator();
    served.enrol(&mut browser);
    served.begin_shift(&mut browser);
    let mut scene = Scene { browser: &mut browser, folder, faults: Vec::new() };
    for (language, tag) in ["ja", "en"].into_iter().enumerate() {
        let mut without = None;
        for case in cases() {
            case.look(&served, &mut scene);
            assert_eq!(scene.browser.evaluate("document.activeElement === document.body"), true, "nothing is chosen");
            case.is_told(scene.browser, language);
            assert_eq!(scene.browser.evaluate(WEIGHTS), 1, "no answer is printed stronger than another");
            let answers = scene.browser.evaluate(ANSWERS);
            assert_eq!(&answers, without.get_or_insert_with(|| answers.clone()), "{} in {tag}", case.name);
            scene.take(&format!("proposal-{}-{tag}", case.name));
            case.is_seen_with_its_picture(scene.browser);
            decides_nothing_by_itself(&served, scene.browser);
        }
        scene.browser.click("button[name=lang]");
        scene.browser.wait_until_loaded(&format!("document.documentElement.lang !== '{tag}'"));
    }
    assert_eq!(scene.faults, Vec::<String>::new());
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// All that can be seen of the answers, and what a screen reader says of them.
const ANSWERS: &str = "[...document.querySelectorAll('.answers button')].map((button) => {
    const style = getComputedStyle(button);
    return [button.outerHTML, style.backgroundColor, style.border, style.fontWeight, style.height, style.outline];
})";

/// In how many ways the answers are printed.
const WEIGHTS: &str = "new Set([...document.querySelectorAll('.answers button')].map((button) => {
    const style = getComputedStyle(button);
    return [style.fontWeight, style.fontSize, style.borderWidth, style.minHeight].join();
})).size";

/// What the button that enlarges bears before its name.
const MARK: &str = "getComputedStyle(document.querySelector('button[data-zoom]'), '::before').content";

/// The picture and what was read of it, in pixels of the page.
const PLACES: &str = "['#picture', '#proposal'].map((what) => {
    const { left, right, top, bottom } = document.querySelector(what).getBoundingClientRect();
    return [left, right, top + scrollY, bottom + scrollY];
})";

impl Case {
    /// Takes the next assignment and looks.
    fn look(&self, served: &Served, scene: &mut Scene<'_>) {
        served.desk.keeper.pile(1);
        served.desk.keeper.show(self.card.drawn(scene.browser));
        served.desk.keeper.propose(self.proposal);
        scene.browser.navigate(&format!("{}/work", served.origin));
        scene.browser.click("form[action='/work/next'] button");
        scene.browser.click("form[action='/work/view'] button");
        scene.browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth === 1280");
    }

    /// In words, and to whoever hears the picture described.
    fn is_told(&self, browser: &mut Browser, language: usize) {
        let told = browser.evaluate("document.querySelector('#proposal')?.textContent ?? ''");
        assert!(told.as_str().unwrap().starts_with(self.says[language]), "{}: {told}", self.name);
        assert_eq!(told == "", self.proposal.is_none(), "{}", self.name);
        assert_eq!(description(browser, "#picture"), told, "{}", self.name);
    }

    /// Beside it where there is room, else right below, so that one window shows both; enlarged, too.
    fn is_seen_with_its_picture(&self, browser: &mut Browser) {
        for (width, height) in [(1280, 800), (360, 780)].into_iter().filter(|_| self.proposal.is_some()) {
            browser.viewport(width, height);
            let [picture, told] = places(browser);
            let beside = told[0] >= picture[1] && told[2] >= picture[2] && told[3] <= picture[3];
            let below = told[2] >= picture[3] && told[2] - picture[3] < 24.0;
            assert!(if width == 1280 { beside } else { below }, "{} at {width}: {picture:?} {told:?}", self.name);
            let before = browser.evaluate(MARK);
            browser.click("button[data-zoom]");
            assert_ne!(browser.evaluate(MARK), before, "that it is pressed is seen without colours");
            let [enlarged, told_of_it] = places(browser);
            for high in [told[3].max(picture[3]) - picture[2], told_of_it[3] - enlarged[2]] {
                assert!(high < f64::from(height), "{} at {width}: {high}", self.name);
            }
            browser.click("button[data-zoom]");
        }
        browser.viewport(1280, 800);
        browser.evaluate("document.activeElement.blur()");
    }
}

/// Left, right, top and bottom of the picture and of what was read of it.
fn places(browser: &mut Browser) -> [[f64; 4]; 2] {
    serde_json::from_value(browser.evaluate(PLACES)).unwrap()
}

/// What a screen reader says of an element after its name.
fn description(browser: &mut Browser, selector: &str) -> Value {
    let document = browser.call("DOM.getDocument", json!({}));
    let asked = json!({ "nodeId": document["root"]["nodeId"], "selector": selector });
    let node = browser.call("DOM.querySelector", asked)["nodeId"].take();
    let tree = browser.call("Accessibility.getPartialAXTree", json!({ "nodeId": node, "fetchRelatives": false }));
    tree["nodes"][0]["description"].get("value").cloned().unwrap_or_else(|| json!(""))
}

/// Enter alone decides nothing, and from the picture the keyboard comes to the answers.
fn decides_nothing_by_itself(served: &Served, browser: &mut Browser) {
    let decided = || served.desk.keeper.asked().iter().filter(|asked| asked.starts_with("Decide")).count();
    let before = decided();
    browser.press("Enter");
    browser.evaluate("document.querySelector('#picture').focus()");
    browser.press("Enter");
    browser.press("Tab");
    assert_eq!(browser.evaluate("document.activeElement.value"), "old_enough");
    assert_eq!(decided(), before);
    browser.click("button[value='unreadable']");
    browser.wait_until_loaded("location.search === '?after=retake'");
    assert_eq!(decided(), before + 1);
}
